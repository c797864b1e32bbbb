"""Episodes that no origin dates: what is expected, stored, and told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.announcements.subscription import Subscription
from bot.catalogue.model import Certainty, Event, EventKind, Kind, Ref, Status
from bot.store import events, expected, merging, works
from bot.store.connection import Connection
from bot.store.database import Database
from tests.helpers import utc
from tests.store.dated import PREMIERE, choose, plan, reseed, server

MOON = Ref(Kind.WORK, "moon")
SETUP = utc("2031-03-01 00:00")
EPISODE_2 = utc("2031-04-06 12:20")
"""The Sunday after the premiere, 21:20 in Seoul."""
EVERYTHING = tuple(EventKind)


def drama(*more: str, count: str = "6", premiere: str = "2031-04-05", time: str = "21:20", slug: str = "moon") -> str:
    """A drama on Saturdays and Sundays, of which more is stated."""
    counted = f'details = [{{ attribute = "episodes", value = "{count}" }}]\n' if count else ""
    return f"""
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[organisations]]
slug = "tvn"
type = "network"
sources = ["herald"]
names = ["tvN"]

[[works]]
slug = "{slug}"
type = "drama"
sources = ["herald"]
names = ["Paper Moon"]
airings = [{{ on = "tvn", days = ["sat", "sun"], time = "{time}" }}]
{counted}
[[works.events]]
kind = "premiere"
date = "{premiere}"
status = "confirmed"
{"".join(more)}"""


def episode(number: int, date: str, status: str = "confirmed") -> str:
    return f'[[works.events]]\nkind = "episode"\nnumber = {number}\ndate = "{date}"\nstatus = "{status}"\n'


async def shown(store: Database, slug: str = "moon") -> list[Event]:
    found = await store.read(works.work, slug)
    assert found is not None
    return sorted(found.profile.dates(EventKind.EPISODE), key=lambda one: one.number)


async def dates(store: Database, slug: str = "moon") -> str:
    """The episodes by number, with their days in Seoul and how firm they are."""
    return " ".join(
        f"{one.number}:{one.when.first_day:%m-%d}:{one.status}"
        for one in await shown(store, slug)
        if one.when.first_day is not None
    )


def hearing(number: int = 1, *, of_expected: bool = True) -> Subscription:
    return replace(server(number, kinds=EVERYTHING, since=SETUP), expected=of_expected)


async def test_what_follows_is_expected_with_the_sources_it_follows_from(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama())
    assert await dates(store) == (
        "2:04-06:expected 3:04-12:expected 4:04-13:expected 5:04-19:expected 6:04-20:expected"
    )
    second, *_ = await shown(store)
    assert second.when.earliest == EPISODE_2
    assert second.certainty is Certainty.STATED
    assert [source.publisher for source in second.sources] == ["The Herald"]


async def test_it_is_among_what_is_coming(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(count="3"))
    coming = await store.read(events.upcoming, SETUP, SETUP + timedelta(days=60))
    items = await store.read(events.with_context, [id_ for id_, _ in coming])
    of_moon = [item.event for item in items if item.event.subject.ref == MOON]
    assert [(one.kind, one.number, one.status) for one in of_moon] == [
        (EventKind.PREMIERE, 0, Status.CONFIRMED),
        (EventKind.EPISODE, 2, Status.EXPECTED),
        (EventKind.EPISODE, 3, Status.EXPECTED),
    ]


async def test_a_stated_date_takes_the_place_of_an_expected_one(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(count="3"))
    before = await shown(store)
    await reseed(store, tmp_path, drama(episode(2, "2031-04-06 21:20"), count="3"))
    after = await shown(store)
    assert await dates(store) == "2:04-06:confirmed 3:04-12:expected"
    assert [one.id for one in after] == [one.id for one in before]
    assert [one.revision for one in after] == [1, 1]


async def test_a_date_that_is_stated_later_moves_those_after_it(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(count="4"))
    await reseed(store, tmp_path, drama(episode(3, "2031-04-19 21:20"), count="4"))
    assert await dates(store) == "3:04-19:confirmed 4:04-20:expected"
    assert [one.revision for one in await shown(store)] == [2, 2]


async def test_what_no_longer_follows_is_gone(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama())
    await reseed(store, tmp_path, drama(count="2"))
    assert await dates(store) == "2:04-06:expected"
    await reseed(store, tmp_path, drama(count=""))
    assert await dates(store) == ""


async def test_a_change_of_the_slot_moves_them(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(count="2"))
    await reseed(store, tmp_path, drama(count="2", time="24:10"))
    (second,) = await shown(store)
    assert second.when.earliest == utc("2031-04-06 15:10")
    assert second.revision == 2


async def test_a_stated_date_that_is_withdrawn_is_expected_again(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(episode(2, "2031-04-06 22:00"), count="2"))
    await reseed(store, tmp_path, drama(count="2"))
    (second,) = await shown(store)
    assert (second.status, second.when.earliest) == (Status.EXPECTED, EPISODE_2)


async def test_only_channels_that_want_expected_dates_hear_of_them(store: Database, tmp_path: Path) -> None:
    await choose(store, hearing(1), hearing(2, of_expected=False))
    await reseed(store, tmp_path, drama(count="2"))
    await plan(store, EPISODE_2)
    assert await store.read(_told) == {100}
    await reseed(store, tmp_path, drama(episode(2, "2031-04-06 21:20"), count="2"))
    await plan(store, EPISODE_2)
    assert await store.read(_told) == {100, 200}


async def test_a_channel_that_no_longer_wants_them_gets_none(store: Database, tmp_path: Path) -> None:
    await choose(store, hearing())
    await reseed(store, tmp_path, drama(count="2"))
    await plan(store, EPISODE_2 - timedelta(minutes=3))
    assert await store.read(_told) == {100}
    await choose(store, hearing(of_expected=False))
    await plan(store, EPISODE_2 - timedelta(minutes=2))
    assert await store.read(_told) == set()


async def test_a_date_that_is_no_longer_confirmed_is_withdrawn_where_it_has_to_be(
    store: Database, tmp_path: Path
) -> None:
    await choose(store, hearing(1), hearing(2, of_expected=False))
    await reseed(store, tmp_path, drama(episode(2, "2031-04-06 21:20"), count="2"))
    await plan(store, EPISODE_2 - timedelta(minutes=3))
    assert await store.read(_told) == {100, 200}
    await reseed(store, tmp_path, drama(count="2"))
    await plan(store, EPISODE_2 - timedelta(minutes=2))
    assert await store.read(_told) == {100}


def _told(connection: Connection) -> set[int]:
    """The channels for which the second episode is planned."""
    rows = connection.execute(
        "SELECT channel_id FROM delivery JOIN event ON event.id = event_id"
        " WHERE event.kind = 'episode' AND state = 'planned'"
    )
    return {channel for (channel,) in rows}


async def test_an_older_database_catches_up_once(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, drama(count="3"))
    wanted = await dates(store)
    await store.write(_forget)
    assert await dates(store) == ""
    before = await store.read(_revision)
    await store.write(expected.catch_up, SETUP)
    assert await dates(store) == wanted
    assert await store.read(_revision) == before + 1
    await store.write(expected.catch_up, SETUP)
    assert await store.read(_revision) == before + 1


async def test_what_is_long_past_is_forgotten_unless_it_was_announced(store: Database, tmp_path: Path) -> None:
    await choose(store, hearing())
    await reseed(store, tmp_path, drama(count="3"))
    await plan(store, EPISODE_2)
    await store.write(expected.catch_up, PREMIERE + timedelta(days=60))
    assert await dates(store) == "2:04-06:expected"
    before = await store.read(_revision)
    await store.write(expected.catch_up, PREMIERE + timedelta(days=60))
    assert await store.read(_revision) == before


async def test_dramas_that_are_one_have_each_episode_once(store: Database, tmp_path: Path) -> None:
    other = drama(slug="sun", count="3").partition("[[works]]")[2]
    await reseed(store, tmp_path, f"{drama(count='3')}\n[[works]]{other}")
    await store.write(merging.merge, Ref(Kind.WORK, "sun"), MOON, SETUP)
    assert await dates(store) == "2:04-06:expected 3:04-12:expected"


def _forget(connection: Connection) -> None:
    connection.execute("DELETE FROM event WHERE kind = 'episode'")


def _revision(connection: Connection) -> int:
    (revision,) = connection.execute("SELECT revision FROM catalogue").fetchone()
    return revision
