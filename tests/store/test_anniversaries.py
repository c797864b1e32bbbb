"""Anniversaries: who hears of them, on which day, once a year, whatever becomes of what they recall."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address
from bot.announcements import schedule
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, Subscription
from bot.catalogue.model import ANNIVERSARIES, EventKind, Kind, Ref
from bot.catalogue.when import SEOUL
from bot.store import anniversaries, deliveries, events, follows, merging, planning, profiles, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.reading import entity_id
from tests.helpers import apply, opened, utc, write
from tests.store.dated import KIRITIMATI, NEW_YORK, choose, claim, server

RAIN, GROUP = Ref(Kind.PERSON, "rain"), Ref(Kind.GROUP, "umbrellas")
MOON = Ref(Kind.WORK, "paper-moon")
BIRTHDAYS, DEBUTS, PREMIERES = ANNIVERSARIES
HOUR = timedelta(hours=1)


def seed(birthday: str = "04-05", debut: str = "2029-04-08", premiere: str = "2030-04-10 21:20", more: str = "") -> str:
    """A singer of a group and one who left it, and a drama."""
    day = f'days = [{{ kind = "birthday", day = "{birthday}" }}]' if birthday else ""
    return f"""
        default_sources = ["herald"]

        [[sources]]
        slug = "herald"
        publisher = "The Herald"
        title = "A title"
        url = "https://example.com/1"

        [[groups]]
        slug = "umbrellas"
        names = ["Umbrellas"]
        days = [{{ kind = "debut", day = "{debut}" }}]

        [[people]]
        slug = "rain"
        names = ["Rain"]
        groups = ["umbrellas"]
        {day}

        [[people]]
        slug = "left"
        names = ["Left"]
        groups = [{{ group = "umbrellas", until = "2030" }}]
        days = [{{ kind = "birthday", day = "04-06" }}]

        [[works]]
        slug = "paper-moon"
        type = "drama"
        names = ["Paper Moon"]
        cast = [{{ person = "rain", as = "Moon" }}]
        events = [{{ kind = "premiere", date = "{premiere}", status = "released" }}]
        {more}
        """


@pytest.fixture
async def store(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as store:
        await reseed(store, tmp_path)
        yield store


async def reseed(store: Database, tmp_path: Path, **said: str) -> None:
    await apply(store, write(tmp_path / "seeds", drama=seed(**said)))


def channel(number: int = 1, **chosen: Any) -> Subscription:
    return replace(server(number), **{"kinds": ANNIVERSARIES, "stages": ALWAYS, **chosen})


async def follow(store: Database, guild_id: int, *refs: Ref) -> None:
    for ref in refs:
        assert await store.write(follows.add, guild_id, ref)


async def look(store: Database, now: datetime) -> None:
    """Plan as the publisher does after a change."""
    if await store.read(anniversaries.are_stale, now):
        await store.write(anniversaries.renew, now)
    assert not await store.read(anniversaries.are_stale, now)
    audiences, stages = await store.read(subscriptions.wanted)
    found = await store.read(planning.candidates, schedule.window(now), schedule.changes(now))
    await store.write(planning.withdraw, now)
    await store.write(planning.plan, list(schedule.due(found, audiences, now, stages)))
    await store.write(deliveries.expire, now)


async def pass_time(store: Database, since: str, until: str, step: timedelta = 6 * HOUR) -> None:
    """Let time pass as the publisher sees it, and send what is due."""
    now = utc(since)
    while now <= utc(until):
        await look(store, now)
        for delivery in await claim(store, now, limit=100):
            await store.write(deliveries.sent, delivery.id, delivery.id + 5000, now)
        now += step


def _told(connection: Connection) -> list[tuple[int, str, str, int, str, str, str]]:
    return connection.execute(
        "SELECT channel_id, entity.slug, event.kind, number, stage, send_at, state FROM delivery"
        " JOIN event ON event.id = event_id JOIN entity ON entity.id = event.entity_id"
        " ORDER BY send_at, channel_id, stage, entity.slug"
    ).fetchall()


async def told(store: Database, state: str = "sent") -> list[str]:
    return [
        f"{channel}: {slug} {stage} {at[:13]}"
        for channel, slug, _, _, stage, at, became in await store.read(_told)
        if became == state
    ]


async def made(store: Database) -> list[tuple[str, str, int]]:
    """The events of anniversaries: whose, on which day in Korea, numbered how."""
    rows = await store.read(
        lambda connection: connection.execute(
            f"SELECT id FROM event WHERE {follows.IS_ANNIVERSARY} ORDER BY earliest, id"
        ).fetchall()
    )
    items = await store.read(events.with_context, [id_ for (id_,) in rows])
    return [(one.event.subject.ref.slug, str(one.event.when.first_day), one.event.number) for one in items]


async def test_a_server_hears_of_what_it_follows_and_chose(store: Database) -> None:
    await choose(
        store,
        channel(1),
        channel(2),
        channel(3, kinds=(EventKind.PREMIERE, DEBUTS)),
        channel(4, kinds=(EventKind.PREMIERE, EventKind.BIRTHDAY)),
        channel(5, kinds=(PREMIERES,)),
    )
    for number in (1, 3, 4):
        await follow(store, number, GROUP, MOON)
    await follow(store, 5, RAIN)
    await pass_time(store, "2031-04-01 00:00", "2031-04-12 00:00")
    assert await told(store) == [
        "100: rain now 2031-04-05T00",
        "100: umbrellas now 2031-04-08T00",
        "300: umbrellas now 2031-04-08T00",
        "100: paper-moon now 2031-04-10T00",
    ], "not of who left the group; not in a server that follows nobody; and of a drama not where an actor is followed"
    assert await told(store, "missed") == []


async def test_nothing_is_made_for_nobody(store: Database) -> None:
    await choose(store, channel(1), channel(2, kinds=(EventKind.PREMIERE,)))
    await follow(store, 2, RAIN, GROUP, MOON)
    await follow(store, 3, RAIN, GROUP, MOON)
    await look(store, utc("2031-04-01 00:00"))
    assert await made(store) == []


async def test_an_event_is_made_in_time_for_each_reminder_and_not_announced_as_confirmed(store: Database) -> None:
    await choose(store, channel(stages=tuple(Stage)))
    await follow(store, 1, RAIN)
    await pass_time(store, "2031-03-20 00:00", "2031-04-06 00:00")
    assert await told(store) == [
        "100: rain reminder_7d 2031-03-29T00",
        "100: rain reminder_24h 2031-04-04T00",
        "100: rain now 2031-04-05T00",
    ]


async def test_who_begins_to_follow_late_misses_no_reminder(store: Database) -> None:
    await choose(store, channel(stages=tuple(Stage)))
    await follow(store, 1, RAIN)
    await pass_time(store, "2031-04-02 00:00", "2031-04-05 06:00")
    assert [line.split()[2] for line in await told(store)] == ["reminder_24h", "now"]
    assert await told(store, "missed") == []


async def test_a_weekly_digest_has_what_the_next_week_brings(store: Database) -> None:
    await choose(store, channel(digest="mon-09"))
    await follow(store, 1, GROUP, MOON)
    await pass_time(store, "2031-03-24 00:00", "2031-04-08 00:00")
    assert [line.rpartition("T")[0] for line in await told(store)] == [
        "100: rain now 2031-03-31",
        "100: paper-moon now 2031-04-07",
        "100: umbrellas now 2031-04-07",
    ]


async def test_the_day_is_that_of_the_server(store: Database) -> None:
    await choose(store, channel(1), channel(2, zone=NEW_YORK), channel(3, zone=KIRITIMATI))
    for number in (1, 2, 3):
        await follow(store, number, RAIN)
    await pass_time(store, "2031-04-04 12:00", "2031-04-05 15:00", HOUR)
    assert await told(store) == [
        "300: rain now 2031-04-04T19",
        "100: rain now 2031-04-05T00",
        "200: rain now 2031-04-05T13",
    ], "nine in the morning of the fifth, everywhere"


@pytest.mark.parametrize(
    ("born", "since", "until", "expected"),
    [
        ("02-29", "2031-02-20", "2031-03-05", ["100: rain now 2031-02-28T00"]),
        ("02-29", "2032-02-20", "2032-03-05", ["100: rain now 2032-02-29T00"]),
        ("12-31", "2031-12-20", "2032-01-05", ["100: rain now 2031-12-31T00"]),
        ("01-01", "2031-12-20", "2032-01-05", ["100: rain now 2032-01-01T00"]),
    ],
)
async def test_days_at_the_edges_of_a_year_come_once(
    store: Database, tmp_path: Path, born: str, since: str, until: str, expected: list[str]
) -> None:
    await reseed(store, tmp_path, birthday=born)
    await choose(store, channel(kinds=(BIRTHDAYS,)))
    await follow(store, 1, RAIN)
    await pass_time(store, f"{since} 00:00", f"{until} 00:00")
    assert await told(store) == expected


async def test_it_comes_once_a_year_and_never_before_there_was_something_to_recall(store: Database) -> None:
    await choose(store, channel(since=utc("2029-01-01 00:00")))
    await follow(store, 1, GROUP, MOON)
    for year in (2029, 2030, 2031):
        await pass_time(store, f"{year}-04-04 12:00", f"{year}-04-11 12:00", 6 * HOUR)
    rows = await store.read(_told)
    assert [(slug, number) for _, slug, _, number, _, _, state in rows if state == "sent"] == [
        ("rain", 2029),
        ("rain", 2030),
        ("umbrellas", 2030),
        ("rain", 2031),
        ("umbrellas", 2031),
        ("paper-moon", 2031),
    ]


async def test_how_long_ago_it_was_is_told_of_things_alone(store: Database) -> None:
    await choose(store, channel())
    await follow(store, 1, GROUP, MOON)
    await look(store, utc("2031-04-03 00:00"))
    ids = [id_ for id_, _ in await store.read(events.upcoming, utc("2031-04-03 00:00"), utc("2031-04-20 00:00"), 1)]
    items = await store.read(events.with_context, ids)
    assert [(one.event.subject.ref.slug, one.years) for one in items] == [
        ("rain", None),
        ("umbrellas", 2),
        ("paper-moon", 1),
    ]
    assert [source.publisher for one in items for source in one.event.sources] == ["The Herald"] * 3
    nobody_else = await store.read(events.upcoming, utc("2031-04-03 00:00"), utc("2031-04-20 00:00"), 2)
    assert nobody_else == []
    assert await store.read(events.upcoming, utc("2031-04-03 00:00"), utc("2031-04-20 00:00")) == []


async def test_the_first_year_has_no_anniversary(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, debut="2031-04-08", premiere="2031-04-10")
    await choose(store, channel())
    await follow(store, 1, GROUP, MOON)
    await look(store, utc("2031-04-03 00:00"))
    assert await made(store) == [("rain", "2031-04-05", 2031)]


async def test_a_corrected_day_moves_what_was_planned(store: Database, tmp_path: Path) -> None:
    await choose(store, channel(kinds=(BIRTHDAYS,)))
    await follow(store, 1, RAIN)
    await pass_time(store, "2031-04-01 00:00", "2031-04-03 00:00")
    await reseed(store, tmp_path, birthday="04-07")
    await pass_time(store, "2031-04-03 00:00", "2031-04-09 00:00")
    assert await told(store) == ["100: rain now 2031-04-07T00"]
    assert await made(store) == [("rain", "2031-04-07", 2031)]


async def test_a_correction_of_what_was_told_is_told(store: Database, tmp_path: Path) -> None:
    await choose(store, channel(kinds=(BIRTHDAYS,), stages=(*ALWAYS, Stage.DAY_AHEAD)))
    await follow(store, 1, RAIN)
    await pass_time(store, "2031-04-01 00:00", "2031-04-04 12:00")
    await reseed(store, tmp_path, birthday="04-20")
    await pass_time(store, "2031-04-04 18:00", "2031-04-21 00:00")
    assert [line.split(" ", 2)[2] for line in await told(store)] == [
        "reminder_24h 2031-04-04T00",
        "moved 2031-04-04T18",
        "reminder_24h 2031-04-19T00",
        "now 2031-04-20T00",
    ]


async def test_a_day_that_is_no_longer_stated_is_not_announced(store: Database, tmp_path: Path) -> None:
    await choose(store, channel(kinds=(BIRTHDAYS,)))
    await follow(store, 1, RAIN)
    await look(store, utc("2031-04-03 00:00"))
    await reseed(store, tmp_path, birthday="")
    await pass_time(store, "2031-04-03 06:00", "2031-04-06 00:00")
    assert await told(store) == []
    assert await made(store) == []


async def test_a_day_corrected_across_the_turn_of_the_year_comes_once(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, birthday="12-31")
    await choose(store, channel(kinds=(BIRTHDAYS,)))
    await follow(store, 1, RAIN)
    await pass_time(store, "2031-12-20 00:00", "2031-12-28 00:00")
    await reseed(store, tmp_path, birthday="01-02")
    await pass_time(store, "2031-12-28 06:00", "2032-01-05 00:00")
    assert await told(store) == ["100: rain now 2032-01-02T00"]
    assert await made(store) == [("rain", "2032-01-02", 2032)]


async def test_an_entity_that_was_merged_has_its_day_once(store: Database, tmp_path: Path) -> None:
    again = """
        [[people]]
        slug = "rain-2"
        names = ["Rain"]
        days = [{ kind = "birthday", day = "04-06" }]
        """
    await reseed(store, tmp_path, more=again)
    await choose(store, channel(kinds=(BIRTHDAYS,)))
    await follow(store, 1, RAIN, Ref(Kind.PERSON, "rain-2"))
    await pass_time(store, "2031-04-01 00:00", "2031-04-03 00:00")
    assert len(await made(store)) == 2
    await store.write(merging.merge, Ref(Kind.PERSON, "rain-2"), RAIN, utc("2031-04-03 01:00"))
    await pass_time(store, "2031-04-03 06:00", "2031-04-08 00:00")
    assert await told(store) == ["100: rain now 2031-04-05T00"]
    assert await made(store) == [("rain", "2031-04-05", 2031)]


async def test_cards_know_the_day_and_not_that_it_comes_near(store: Database) -> None:
    await choose(store, channel())
    await follow(store, 1, RAIN, MOON)
    await look(store, utc("2031-04-03 00:00"))
    ids = [await store.read(entity_id, ref) for ref in (RAIN, MOON)]
    found = await store.read(profiles.profiles, [id_ for id_ in ids if id_ is not None])
    assert [[(day.kind, str(day.day), day.year) for day in one.days] for one in found.values()] == [
        [("birthday", "04-05", None)],
        [],
    ]
    assert {event.kind for one in found.values() for event in one.events} == {EventKind.PREMIERE}


async def test_what_is_followed_by_others_is_explained_as_not_followed(store: Database) -> None:
    await choose(store, channel(1), channel(2))
    await follow(store, 1, RAIN)
    await look(store, utc("2031-04-03 00:00"))
    found = [one for one in await store.read(events.concerning, RAIN) if one.event.kind is BIRTHDAYS]
    assert await store.read(follows.told, 1, [one.event.id for one in found]) == {(100, found[0].event.id)}
    assert await store.read(follows.told, 2, [one.event.id for one in found]) == set()
    assert found[0].event.when.zone == SEOUL
