"""What is due is found for the servers of some shards, without a look at what is due for others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.store import attendee_roles, deliveries, guild_events, post_actions, shards, subject_roles, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.reading import stamp
from bot.store.shards import Shards
from tests.helpers import hours
from tests.store.dated import LEASE, PREMIERE, choose, plan, server

COUNT = 16


def guild(shard: int, number: int = 0) -> int:
    """The id of a server on a shard."""
    return (number * COUNT + shard) << 22


def held(*ids: int) -> Shards:
    return Shards(COUNT, frozenset(ids))


@pytest.fixture
async def divided(store: Database) -> Database:
    await store.write(shards.divide, COUNT)
    return store


def test_a_server_is_on_the_shard_that_discord_gives_it_to() -> None:
    # The example of Discord's own documentation is the formula.
    assert held(3).hold(guild(3, 5))
    assert not held(3).hold(guild(4, 5))
    assert held(0).hold(0)


async def test_deliveries_are_claimed_for_the_servers_of_held_shards_alone(divided: Database) -> None:
    await choose(divided, *(server(guild(shard, 1), channel=shard + 1) for shard in range(COUNT)))
    await plan(divided, PREMIERE)
    claimed = await divided.write(deliveries.claim, PREMIERE, "one", LEASE, 25, held(3, 5))
    assert sorted(one.channel_id for one in claimed) == [4, 6]
    assert await divided.write(deliveries.claim, PREMIERE, "one", LEASE, 25, held(3, 5)) == []
    assert await divided.write(deliveries.claim, PREMIERE, "one", LEASE, 25, held()) == []
    rest = await divided.write(deliveries.claim, PREMIERE, "one", LEASE, 25, held(*range(COUNT)))
    assert len(rest) == COUNT - 2


async def test_who_looks_is_woken_for_the_servers_of_its_shards_alone(divided: Database) -> None:
    await choose(divided, server(guild(3, 1), channel=1))
    await plan(divided, PREMIERE)
    assert (await divided.read(deliveries.pulse, held(3))).next_try == PREMIERE
    assert (await divided.read(deliveries.pulse, held(4))).next_try is None
    assert (await divided.read(deliveries.pulse, held())).next_try is None
    assert (await divided.read(deliveries.pulse)).next_try == PREMIERE
    assert (await divided.read(guild_events.pulse, held(3))).next_try is None


async def test_what_is_done_with_a_post_belongs_to_its_server(divided: Database) -> None:
    await choose(divided, server(guild(3, 1), channel=1))
    await plan(divided, PREMIERE)
    (delivery,) = await divided.write(deliveries.claim, PREMIERE, "one", LEASE, 25, held(3))
    await divided.write(deliveries.sent, delivery.id, 7, PREMIERE, [post_actions.PUBLISH])
    assert await divided.write(post_actions.claim, PREMIERE, LEASE, 25, held(4)) == []
    (action,) = await divided.write(post_actions.claim, PREMIERE, LEASE, 25, held(3))
    assert action.guild_id == guild(3, 1)


async def test_servers_of_shards_that_another_process_serves_do_not_count_as_left(divided: Database) -> None:
    def left(connection: Connection) -> list[int]:
        return [
            guild_id
            for (guild_id,) in connection.execute("SELECT guild_id FROM server WHERE left_at IS NOT NULL").fetchall()
        ]

    await choose(divided, *(server(guild(shard, 1), channel=shard + 1) for shard in range(4)))
    await divided.write(subscriptions.sync_guild_membership, [guild(1, 1)], PREMIERE, held(1, 2))
    assert await divided.read(left) == [guild(2, 1)]
    await divided.write(subscriptions.sync_guild_membership, [], PREMIERE, held())
    assert await divided.read(left) == [guild(2, 1)]


def _fill(connection: Connection, shard: int, count: int) -> None:
    """Let so many rows of each outbox be due on a shard."""
    (event,) = connection.execute("SELECT min(id) FROM event").fetchone()
    at = stamp(PREMIERE - hours(1))
    for number in range(count):
        id_ = shard * 1_000_000 + number + 1
        connection.execute(
            "INSERT INTO delivery (id, event_id, revision, stage, guild_id, channel_id, due_at, send_at, day,"
            " expires_at, state, nonce, try_at) VALUES (?, ?, 1, 'now', ?, ?, ?, ?, '', ?, 'planned', ?, ?)",
            (id_, event, guild(shard, number), id_, at, at, at, str(id_), at),
        )
        connection.execute(
            "INSERT INTO post_action (delivery_id, kind, since, try_at, guild_id) VALUES (?, 'publish', ?, ?, ?)",
            (id_, at, at, guild(shard, number)),
        )
        connection.execute(
            "INSERT INTO guild_event (guild_id, mark, starts_at, ends_at, state, try_at)"
            " VALUES (?, 'm', ?, ?, 'wanted', ?)",
            (guild(shard, number), at, at, at),
        )
        connection.execute(
            "INSERT INTO subject_role (id, guild_id, entity_id, own, state, role_id, name, try_at)"
            " VALUES (?, ?, 1, 1, 'standing', 1, '', ?)",
            (id_, guild(shard, number), at),
        )
        connection.execute(
            "INSERT INTO attendee_role (guild_id, user_id, role_id, try_at) VALUES (?, 1, 1, ?)",
            (guild(shard, number), at),
        )


CLAIMS: dict[str, Callable[[Connection, Shards], object]] = {
    "deliveries": lambda connection, mine: deliveries.claim(connection, PREMIERE, "one", LEASE, 10, mine),
    "post actions": lambda connection, mine: post_actions.claim(connection, PREMIERE, LEASE, 10, mine),
    "guild events": lambda connection, mine: guild_events.claim(connection, PREMIERE, 10, mine),
    "pulse": deliveries.pulse,
    "pulse of guild events": guild_events.pulse,
    "subject roles": lambda connection, mine: subject_roles.claim(connection, PREMIERE, 10, mine),
    "pulse of subject roles": subject_roles.pulse,
    "attendee roles": lambda connection, mine: attendee_roles.claim(connection, PREMIERE, 10, mine),
    "pulse of attendee roles": attendee_roles.pulse,
}


class _UndoError(Exception):
    pass


@pytest.mark.parametrize("what", CLAIMS)
async def test_what_waits_for_other_shards_costs_nothing(divided: Database, what: str) -> None:
    mine = held(1, 2, 3, 4, 5)

    def steps(connection: Connection) -> int:
        if not isinstance(connection, sqlite3.Connection):
            pytest.skip("the steps of a query are SQLite's")
        taken = 0

        def step() -> None:
            nonlocal taken
            taken += 10

        connection.set_progress_handler(step, 10)
        try:
            CLAIMS[what](connection, mine)
        finally:
            connection.set_progress_handler(None, 0)
        raise _UndoError(taken)

    costs: list[int] = []
    for shard, count in ((1, 20), (7, 5000), (8, 5000)):
        await divided.write(_fill, shard, count)
        with suppress(_UndoError):
            try:
                await divided.write(steps)
            except _UndoError as told:
                costs.append(told.args[0])
                raise
    assert max(costs) - min(costs) < max(costs) * 0.1 + 50, costs


async def test_another_count_divides_anew_and_the_same_changes_nothing(divided: Database) -> None:
    def indexes(connection: Connection) -> list[tuple[str, str]]:
        listed = {
            True: "SELECT name, sql FROM sqlite_schema WHERE name LIKE '%by_shard' ORDER BY name",
            False: "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE '%by_shard' ORDER BY indexname",
        }
        return connection.execute(listed[isinstance(connection, sqlite3.Connection)]).fetchall()

    before = await divided.read(indexes)
    outboxes = ("attendee_role", "delivery", "guild_event", "post_action", "subject_role")
    assert [name for name, _ in before] == [f"{outbox}_by_shard" for outbox in outboxes]
    await divided.write(shards.divide, COUNT)
    assert await divided.read(indexes) == before
    await divided.write(shards.divide, 32)
    assert all("32" in sql and "16" not in sql for _, sql in await divided.read(indexes))


async def test_more_shards_than_a_query_has_parts_can_be_asked_for(store: Database) -> None:
    await store.write(shards.divide, 2000)
    await choose(store, server(1 << 22, channel=1))
    await plan(store, PREMIERE)
    many = Shards(2000, frozenset(range(1000)))
    assert (await store.read(deliveries.pulse, many)).next_try == PREMIERE
    assert len(await store.write(deliveries.claim, PREMIERE, "one", LEASE, 25, many)) == 1
