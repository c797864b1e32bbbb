"""The roles that a channel's posts mention besides its own: which, of what, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.announcements.mention import MAX_MENTIONS
from bot.catalogue.model import EventKind, Kind, Ref
from bot.store import mentions, merging, occasions, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.mentions import Verdict
from bot.store.subscriptions import LEFT_FOR
from tests.helpers import utc
from tests.store.dated import SETUP, choose, server
from tests.store.own import draft

DRAMA = Ref(Kind.WORK, "paper-moon-station")
EVERYTHING = tuple(EventKind)
PREMIERE, FINALE, RELEASE = "premiere", "finale", "ost_release"


@pytest.fixture
async def channel(store: Database) -> int:
    """A channel of server 1."""
    await choose(store, server())
    return 100


async def add(
    store: Database, role: int, kinds: tuple[EventKind, ...] = EVERYTHING, ref: Ref | None = None, channel: int = 100
) -> Verdict:
    return await store.write(mentions.add, 1, channel, role, kinds, ref)


def events(connection: Connection) -> dict[int, str]:
    return dict(connection.execute("SELECT id, kind FROM event").fetchall())


async def mentioned(store: Database, guild: int = 1) -> Mapping[tuple[int, str], list[int]]:
    """The roles that are mentioned, by channel and kind of event."""
    known = await store.read(events)
    found = await store.read(mentions.matching, guild, list(known))
    return {(channel, known[event]): roles for (channel, event), roles in found.items()}


async def test_a_role_for_everything_for_a_kind_and_for_a_drama(store: Database, channel: int) -> None:
    await add(store, 1)
    await add(store, 2, (EventKind.OST_RELEASE,))
    await add(store, 3, (EventKind.PREMIERE,), DRAMA)
    await add(store, 4, ref=DRAMA)
    await add(store, 5, (EventKind.EPISODE,), DRAMA)
    assert await mentioned(store) == {
        (channel, PREMIERE): [1, 3, 4],
        (channel, FINALE): [1, 4],
        (channel, RELEASE): [1, 2, 4],
    }


async def test_each_channel_has_its_own_and_no_other_server_has_them(store: Database, channel: int) -> None:
    await choose(store, server(channel=101), server(2))
    await add(store, 1, (EventKind.PREMIERE,))
    await add(store, 2, (EventKind.FINALE,), channel=101)
    assert await mentioned(store) == {(channel, PREMIERE): [1], (101, FINALE): [2]}
    assert await mentioned(store, 2) == {}


async def test_what_a_server_plans_itself_is_matched_by_its_kind_and_by_what_it_is_about(
    store: Database, channel: int
) -> None:
    await add(store, 1, (EventKind.WATCH_PARTY,))
    await add(store, 2, ref=DRAMA)
    about = replace(draft(), kind=EventKind.WATCH_PARTY, about=DRAMA)
    await store.write(occasions.add, 1, about, SETUP)
    assert (await mentioned(store))[channel, "watch_party"] == [1, 2]


async def test_the_same_twice_is_there_once(store: Database, channel: int) -> None:
    for _ in range(2):
        assert await add(store, 1, (EventKind.PREMIERE,), DRAMA) is Verdict.ADDED
    (one,) = await store.read(mentions.of_guild, 1)
    assert (one.channel_id, one.role_id, one.kinds) == (channel, 1, [EventKind.PREMIERE])
    assert one.subject is not None
    assert one.subject.ref == DRAMA


async def test_kinds_in_another_order_are_the_same(store: Database, channel: int) -> None:
    await add(store, 1, (EventKind.PREMIERE, EventKind.FINALE))
    await add(store, 1, (EventKind.FINALE, EventKind.PREMIERE))
    assert len(await store.read(mentions.of_guild, 1)) == 1


async def test_there_is_a_limit_and_nothing_without_a_channel_or_a_subject(store: Database, channel: int) -> None:
    assert await add(store, 1, channel=channel + 1) is Verdict.OFF
    assert await store.write(mentions.add, 2, channel, 1, EVERYTHING) is Verdict.OFF, "another server's channel"
    assert await add(store, 1, ref=Ref(Kind.WORK, "nothing")) is Verdict.GONE
    for role in range(MAX_MENTIONS):
        assert await add(store, role + 1) is Verdict.ADDED
    assert await add(store, 99) is Verdict.FULL
    assert await add(store, 1) is Verdict.ADDED, "it is there"


async def test_a_server_removes_its_own_alone(store: Database, channel: int) -> None:
    await choose(store, server(2))
    await add(store, 1)
    (one,) = await store.read(mentions.of_guild, 1)
    assert await store.write(mentions.remove, 2, [one.id]) == 0
    assert await store.write(mentions.remove, 1, [one.id]) == 1
    assert await store.read(mentions.of_guild, 1) == []


async def test_they_go_with_the_channel_and_move_with_it(store: Database, channel: int) -> None:
    await add(store, 1, (EventKind.PREMIERE,))
    assert await store.write(subscriptions.move, 1, channel, 102, SETUP)
    assert await mentioned(store) == {(102, PREMIERE): [1]}
    await choose(store, server(channel=102))
    assert await mentioned(store) == {(102, PREMIERE): [1]}, "a change of its settings leaves them"
    await store.write(subscriptions.end, 1, SETUP, 102)
    await choose(store, server(channel=102))
    assert await mentioned(store) == {}


async def test_they_are_forgotten_with_their_server(store: Database, channel: int) -> None:
    await add(store, 1, ref=DRAMA)
    left = utc("2031-02-01 00:00")
    await store.write(subscriptions.sync_guild_membership, [], left)
    assert len(await store.read(mentions.of_guild, 1)) == 1, "for a while"
    await store.write(subscriptions.sync_guild_membership, [], left + LEFT_FOR + timedelta(days=1))
    assert await store.read(lambda c: c.execute("SELECT count(*) FROM mention").fetchone()) == (0,)


async def test_a_merge_takes_them_over_and_gives_them_back(store: Database, channel: int) -> None:
    other = Ref(Kind.WORK, "other")
    await add(store, 1, (EventKind.PREMIERE,), DRAMA)
    await store.write(lambda c: c.execute("INSERT INTO entity (kind, slug) VALUES ('work', 'other')").rowcount)
    await store.write(
        lambda c: (
            c.execute(
                "INSERT INTO entity_origin (entity_id, origin) SELECT id, 'curator:x' FROM entity WHERE slug = 'other'"
            ).rowcount
        )
    )
    await add(store, 2, (EventKind.PREMIERE,), other)
    merge = await store.write(merging.merge, other, DRAMA, SETUP)
    assert await mentioned(store) == {(channel, PREMIERE): [1, 2]}
    await store.write(merging.unmerge, merge.id, SETUP)
    assert await mentioned(store) == {(channel, PREMIERE): [1]}
