"""Lists of their own that channels follow, instead of what their server does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.announcements.schedule import Stage
from bot.announcements.subscription import Subscription
from bot.catalogue.model import EventKind, Kind, Ref
from bot.store import agenda, follows, guild_events, planning, scheduled, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.follows import MAX_FOLLOWS
from tests.helpers import utc
from tests.store.dated import PREMIERE, SETUP, choose, plan, server, states
from tests.store.own import NOW, add

DRAMA, OTHER = Ref(Kind.WORK, "paper-moon-station"), Ref(Kind.WORK, "other")


@pytest.fixture
async def channels(store: Database) -> tuple[int, int]:
    """Two channels of server 1."""

    def other(connection: Connection) -> None:
        connection.execute("INSERT INTO entity (kind, slug) VALUES ('work', 'other')")

    await store.write(other)
    await choose(store, server(channel=100), server(channel=101))
    return 100, 101


async def follow(store: Database, channel: int, ref: Ref) -> bool:
    return await store.write(follows.add_to_channel, 1, channel, ref, SETUP)


async def unfollow(store: Database, channel: int, *refs: Ref) -> bool:
    return await store.write(follows.remove_from_channel, 1, channel, refs, SETUP)


async def planned(store: Database) -> set[int]:
    """The channels that are told of the premiere."""
    await plan(store, PREMIERE)
    return {channel for channel, state, _ in await store.read(states) if state == "planned"}


async def listed(store: Database) -> dict[int, list[Ref]]:
    found = await store.read(follows.lists, 1)
    return {channel: [label.ref for label in labels] for channel, labels in found.items()}


async def test_a_channel_goes_by_its_own_list_and_the_others_by_the_servers(
    store: Database, channels: tuple[int, int]
) -> None:
    one, other = channels
    await store.write(follows.add, 1, OTHER)
    await store.write(subscriptions.only_followed, 1, True, SETUP)
    assert await planned(store) == set()
    assert await follow(store, one, DRAMA)
    assert await planned(store) == {one}
    assert await listed(store) == {one: [DRAMA]}
    assert await unfollow(store, one, DRAMA, OTHER)
    assert not await unfollow(store, one, DRAMA)
    await store.write(follows.remove, 1, OTHER)
    await store.write(follows.add, 1, DRAMA)
    assert await planned(store) == {one, other}


async def test_a_list_limits_its_channel_even_if_the_server_follows_more(
    store: Database, channels: tuple[int, int]
) -> None:
    one, other = channels
    await store.write(follows.add, 1, DRAMA)
    await follow(store, one, OTHER)
    assert await planned(store) == {other}
    assert await store.read(follows.told, 1, await ids(store, EventKind.PREMIERE)) == {
        (other, event) for event in await ids(store, EventKind.PREMIERE)
    }


async def ids(store: Database, kind: EventKind) -> list[int]:
    rows = await store.read(lambda c: c.execute("SELECT id FROM event WHERE kind = ?", (kind,)).fetchall())
    return [id_ for (id_,) in rows]


async def test_what_was_planned_is_planned_again_by_the_new_list(store: Database, channels: tuple[int, int]) -> None:
    assert await planned(store) == set(channels)
    await follow(store, channels[0], OTHER)
    assert await planned(store) == {channels[1]}


async def test_the_servers_choice_leaves_lists_alone(store: Database, channels: tuple[int, int]) -> None:
    one, other = channels
    await follow(store, one, OTHER)
    await store.write(subscriptions.only_followed, 1, True, SETUP)
    await store.write(subscriptions.only_followed, 1, False, SETUP)
    narrowed = {found.channel_id: found.followed_only for found in await store.read(subscriptions.of_guild, 1)}
    assert narrowed == {one: True, other: False}


async def test_a_list_is_limited_and_needs_a_channel_and_an_entity(store: Database, channels: tuple[int, int]) -> None:
    assert not await follow(store, 102, DRAMA)
    assert not await store.write(follows.add_to_channel, 2, channels[0], DRAMA, SETUP), "another server's channel"
    assert not await store.write(follows.remove_from_channel, 2, channels[0], [DRAMA], SETUP)
    assert not await follow(store, channels[0], Ref(Kind.WORK, "nothing"))

    def fill(connection: Connection) -> None:
        for number in range(MAX_FOLLOWS):
            connection.execute("INSERT INTO entity (kind, slug) VALUES ('work', ?)", (f"w{number}",))
            follows.add_to_channel(connection, 1, channels[0], Ref(Kind.WORK, f"w{number}"), SETUP)

    await store.write(fill)
    assert not await follow(store, channels[0], DRAMA)
    assert await follow(store, channels[1], DRAMA)


async def test_a_list_moves_and_goes_with_its_channel(store: Database, channels: tuple[int, int]) -> None:
    await follow(store, channels[0], DRAMA)
    await store.write(subscriptions.move, 1, channels[0], 102, SETUP)
    assert await listed(store) == {102: [DRAMA]}
    await store.write(subscriptions.end, 1, SETUP, 102)
    assert await listed(store) == {}


async def test_events_in_discord_go_by_it_too(store: Database, channels: tuple[int, int]) -> None:
    def chosen(one: Subscription) -> Subscription:
        return replace(one, guild_events=True)

    now = utc("2031-04-01 00:00")
    for channel in channels:
        await store.write(subscriptions.update_subscription, 1, channel, chosen, SETUP)
        await follow(store, channel, OTHER)
    assert not (await store.read(guild_events.differences, now)).wanted
    await follow(store, channels[0], DRAMA)
    assert (await store.read(guild_events.differences, now)).wanted


@pytest.mark.parametrize(("about", "told"), [(None, {100, 101}), (DRAMA, {100, 101}), (OTHER, {101})])
async def test_what_is_the_servers_own_is_told_unless_it_is_about_something_else(
    store: Database, channels: tuple[int, int], about: Ref | None, told: set[int]
) -> None:
    await follow(store, channels[0], DRAMA)
    await add(store, about=about)
    for now in (NOW, PREMIERE):
        for guild_id in await store.read(agenda.due, now, 200):
            await store.write(planning.plan_own, guild_id, now)
    rows = await store.read(
        lambda c: c.execute("SELECT channel_id FROM delivery WHERE stage = ?", (Stage.NOW,)).fetchall()
    )
    assert {channel for (channel,) in rows} == told


async def test_what_is_about_to_be_planned_is_told_where_it_will_be(store: Database, channels: tuple[int, int]) -> None:
    one, other = channels
    await follow(store, one, DRAMA)
    assert await store.read(follows.told_of, 1, DRAMA) == {one, other}
    assert await store.read(follows.told_of, 1, OTHER) == {other}
    assert await store.read(follows.told_of, 1, Ref(Kind.WORK, "nothing-known")) == {other}
    for about in (DRAMA, OTHER):
        ref = await add(store, about=about)
        ids = await store.read(scheduled.of_occasion, 1, ref.slug, NOW)
        told = {channel for channel, _ in await store.read(follows.told, 1, ids)}
        assert told == await store.read(follows.told_of, 1, about)
