"""Leases: taken once, renewed by their owner, gone when they end, whoever asks at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.address import Address
from bot.cluster import rules
from bot.cluster.rules import Limits, Process
from bot.settings import ShardChoice
from bot.store import leases
from bot.store.database import Database
from bot.store.leases import Changes, Lease
from tests.helpers import opened

NOW = datetime(2025, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
SPAN = timedelta(seconds=5)
SOON = timedelta(microseconds=1)


async def names(store: Database) -> dict[str, str]:
    return {one.name: one.owner for one in await store.read(leases.everything)}


async def test_a_lease_is_one_owners_until_it_ends_to_the_microsecond(store: Database) -> None:
    assert await store.coordinate(leases.take, "identify/0", "a/1", NOW, SPAN)
    assert not await store.coordinate(leases.take, "identify/0", "b/2", NOW + SPAN - SOON, SPAN)
    assert await store.coordinate(leases.take, "identify/0", "b/2", NOW + SPAN, SPAN)
    assert await names(store) == {"identify/0": "b/2"}


async def test_an_owner_puts_off_the_end_of_its_own(store: Database) -> None:
    assert await store.coordinate(leases.take, "leader", "a", NOW, SPAN)
    assert await store.coordinate(leases.take, "leader", "a", NOW + SPAN / 2, SPAN)
    assert not await store.coordinate(leases.take, "leader", "b", NOW + SPAN, SPAN)


async def test_what_is_released_is_anybodys_and_nobody_releases_anothers(store: Database) -> None:
    await store.coordinate(leases.take, "leader", "a", NOW, SPAN)
    await store.coordinate(leases.release, "b", ["leader"])
    assert await names(store) == {"leader": "a"}
    await store.coordinate(leases.release, "a", ["leader"])
    assert await names(store) == {}


async def test_who_leaves_holds_nothing_but_its_turn_to_identify_still_counts(store: Database) -> None:
    for name, owner in (("leader", "a"), ("shard/1", "a"), ("shard/2", "b"), ("identify/0", "a/1")):
        await store.coordinate(leases.take, name, owner, NOW, SPAN)
    await store.coordinate(leases.leave, "a")
    assert await names(store) == {"shard/2": "b", "identify/0": "a/1"}


async def test_a_decision_sees_everything_and_is_written(store: Database) -> None:
    await store.coordinate(leases.take, "shard/1", "a", NOW, SPAN)
    mine = Lease("process/a", "a", NOW + SPAN, 12.5, "auto/16")

    def decide(found: Sequence[Lease]) -> Changes:
        assert found == [Lease("shard/1", "a", NOW + SPAN)]
        return Changes(write=[mine], release=["shard/1"])

    await store.coordinate(leases.update, "a", decide)
    assert await store.read(leases.everything) == [mine]
    assert await store.read(leases.processes, NOW) == [mine]
    assert await store.read(leases.processes, NOW + SPAN) == []


async def test_processes_that_decide_at_the_same_time_share_all_and_nothing_twice(address: Address) -> None:
    choice = ShardChoice(16, None)
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(address)) for _ in range(4)]
        decided = await asyncio.gather(
            *(
                one.coordinate(
                    *(leases.update, str(number)),
                    partial(rules.decide, Process(str(number), choice, frozenset(), 0.0, Limits(16, 1000)), now=NOW),
                )
                for number, one in enumerate(stores)
            )
        )
    taken = sorted(number for one in decided for number in one.take)
    assert taken == list(range(16))
    assert sum(one.leads for one in decided) == 1
    assert sum(one.rate for one in decided) <= rules.RATE
