"""The keeper carries out what is decided: it connects, gives up and lets go, whatever becomes of the database."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from bot.catalogue.model import utcnow
from bot.cluster import keeper as module
from bot.cluster import rules
from bot.cluster.keeper import Keeper, Starts
from bot.errors import DatabaseUnavailableError, StartError
from bot.settings import ShardChoice
from bot.store import leases
from bot.store.database import Database
from bot.store.postgres.connection import connect
from bot.store.postgres.locks import WRITING
from tests.helpers import opened
from tests.postgres import Server

COUNT = 4
AUTO = ShardChoice(COUNT, None)
QUICK = {"LEASE": 4.0, "MARGIN": 2.0, "RENEW": 0.1, "POLL": 0.02, "IDENTIFY": 0.05, "CONNECT": 1.0}


class Discord:
    """What the keepers do in Discord: which shards are connected, and never one twice."""

    def __init__(self) -> None:
        self.connected: dict[int, str] = {}
        self.starts = Starts(COUNT, 1000, timedelta(hours=1))


class Gateway:
    """One process's way to it: a shard is identified once its keeper says whose turn it is, and ready at once."""

    def __init__(self, discord: Discord, keeper: Keeper) -> None:
        self._discord = discord
        self._keeper = keeper

    async def starts(self) -> Starts:
        return self._discord.starts

    async def connect(self, shard: int) -> None:
        await self._keeper.turn(shard)
        assert shard not in self._discord.connected
        self._discord.connected[shard] = self._keeper.id
        self._keeper.ready(shard)

    async def drop(self, shard: int) -> None:
        if self._discord.connected.get(shard) == self._keeper.id:
            del self._discord.connected[shard]


async def until(condition: Callable[[], object], within: float = 60) -> None:
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"it did not come within {within:g} s")
        await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def quick() -> AsyncExitStack:
    stack = AsyncExitStack()
    for name, span in QUICK.items():
        stack.enter_context(mock.patch.object(rules, name, timedelta(seconds=span)))
    stack.enter_context(mock.patch.object(module, "RETRY", 0.05))
    return stack


@pytest.fixture
async def database(tmp_path: Path, quick: AsyncExitStack) -> AsyncGenerator[Database]:
    async with quick, opened(tmp_path / "byeol.db") as database:
        yield database


@pytest.fixture
async def discord() -> Discord:
    return Discord()


async def joined(database: Database, discord: Discord, choice: ShardChoice = AUTO) -> Keeper:
    keeper = Keeper(database, choice)
    await keeper.join()
    keeper.serve(Gateway(discord, keeper))
    return keeper


async def left(*keepers: Keeper) -> None:
    for keeper in keepers:
        await keeper.release()
        await keeper.leave()


async def test_alone_it_serves_everything_leads_and_may_send_as_fast_as_discord_allows(
    database: Database, discord: Discord
) -> None:
    keeper = await joined(database, discord)
    assert keeper.served().ids == frozenset()
    await until(lambda: keeper.served().ids == frozenset(range(COUNT)))
    assert keeper.leads
    assert keeper.rate() == rules.RATE
    assert not keeper.waiting
    await left(keeper)
    assert discord.connected == {}
    assert [one.name for one in await database.read(leases.everything) if one.owner == keeper.id] == []


async def test_a_newcomer_gets_half_of_everything_and_one_too_many_waits(database: Database, discord: Discord) -> None:
    keepers = [await joined(database, discord)]
    await until(lambda: len(keepers[0].served().ids) == COUNT)
    keepers.append(await joined(database, discord))
    await until(lambda: [len(one.served().ids) for one in keepers] == [2, 2])
    await until(lambda: [one.rate() for one in keepers] == [rules.RATE / 2] * 2)
    keepers += [await joined(database, discord) for _ in range(3)]
    await until(lambda: sorted(len(one.served().ids) for one in keepers) == [0, 1, 1, 1, 1])
    await until(lambda: [one.waiting for one in keepers].count(True) == 1)
    await keepers[0].release()
    await until(lambda: [len(one.served().ids) for one in keepers[1:]] == [1] * 4)
    assert keepers[0].rate() > 0, "it may still finish what it began"
    await left(*keepers)


async def test_without_its_database_it_gives_everything_up_in_time_and_comes_back(
    database: Database, discord: Discord
) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    with mock.patch.object(database, "coordinate", side_effect=sqlite3.OperationalError("disk I/O error")):
        await until(lambda: discord.connected == {})
        held = await database.read(leases.processes, utcnow())
        assert [one.owner for one in held] == [keeper.id], "it gave up before others could take over"
        assert (keeper.served().ids, keeper.rate()) == (frozenset(), 0)
    await until(lambda: len(keeper.served().ids) == COUNT)
    assert keeper.rate() == rules.RATE
    await left(keeper)


async def test_a_database_that_hangs_is_not_waited_for_any_longer(database: Database, discord: Discord) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    never = asyncio.Event()

    async def hang(*_: object) -> None:
        await never.wait()

    with mock.patch.object(database, "coordinate", hang):
        await until(lambda: discord.connected == {})
    await left(keeper)


@pytest.mark.slow
async def test_who_writes_for_longer_than_a_lease_costs_nobody_a_shard_and_holds_up_no_newcomer(
    postgres: Server, discord: Discord, quick: AsyncExitStack
) -> None:
    address = postgres.database("empty")
    async with quick, opened(address) as database, opened(address) as another:
        keeper = await joined(database, discord)
        await until(lambda: len(keeper.served().ids) == COUNT)
        with closing(connect(address)) as other:
            other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})".encode())
            begun = utcnow()

            def longer_than_a_lease() -> bool:
                assert keeper.served().ids == frozenset(range(COUNT))
                return utcnow() > begun + rules.LEASE

            await until(longer_than_a_lease)
            await keeper.turn(1)
            newcomer = await joined(another, discord)
            await until(lambda: [len(one.served().ids) for one in (keeper, newcomer)] == [2, 2])
        await left(keeper, newcomer)
    postgres.drop(address)


async def test_a_shard_that_lost_its_session_waits_for_its_turn_or_is_left_to_others(
    database: Database, discord: Discord
) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    await keeper.turn(1)
    await database.coordinate(
        leases.take, "identify/2", "another/2", utcnow() + timedelta(seconds=1), timedelta(seconds=60)
    )
    with mock.patch.object(module, "TURN", timedelta(seconds=0.3)), pytest.raises(asyncio.CancelledError):
        await keeper.turn(2)
    await until(lambda: 2 not in discord.connected)
    with pytest.raises(asyncio.CancelledError):
        await keeper.turn(99)
    await database.coordinate(leases.release, "another/2", ["identify/2"])
    await until(lambda: len(keeper.served().ids) == COUNT)
    await left(keeper)


async def test_a_shard_that_cannot_be_connected_is_let_go_and_taken_again(
    database: Database, discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(database, AUTO)
    gateway = Gateway(discord, keeper)
    connect, failed = gateway.connect, False

    async def fails_once(shard: int) -> None:
        nonlocal failed
        if shard == 2 and not failed:
            failed = True
            raise RecursionError
        await connect(shard)

    with mock.patch.object(gateway, "connect", fails_once):
        await keeper.join()
        keeper.serve(gateway)
        await until(lambda: keeper.served().ids == frozenset(range(COUNT)))
    assert "Shard 2 could not be connected" in caplog.text
    await left(keeper)


async def test_a_turn_counts_from_when_it_was_had_however_long_others_wrote(
    database: Database, discord: Discord, tmp_path: Path
) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    with closing(sqlite3.connect(tmp_path / "byeol.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began, turn = utcnow(), asyncio.create_task(keeper.turn(1))
        await until(lambda: utcnow() > began + 2 * rules.IDENTIFY)
        had = utcnow()
        other.execute("COMMIT")
    await turn
    (lease,) = [one for one in await database.read(leases.everything) if one.name == rules.turn(1, COUNT)]
    assert lease.until >= had + rules.IDENTIFY, "another shard may identify too soon after this one"
    await left(keeper)


async def test_a_shard_that_lost_its_session_waits_for_a_database_that_does_not_answer(
    database: Database, discord: Discord
) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    away = DatabaseUnavailableError("connection refused")
    asked = asyncio.Event()

    async def refuse(*_: object) -> None:
        asked.set()
        raise away

    with mock.patch.object(database, "coordinate", refuse):
        turn = asyncio.create_task(keeper.turn(1))
        await asked.wait()
    await turn  # whatever it raised would end the client, with all other shards
    await left(keeper)


async def test_what_it_gave_up_while_the_database_was_away_is_released_later(
    database: Database, discord: Discord
) -> None:
    keepers = [await joined(database, discord)]
    await until(lambda: len(keepers[0].served().ids) == COUNT)
    coordinate, refused = database.coordinate, 0

    def fails_once(query: Callable[..., object], *args: object) -> object:
        nonlocal refused
        if query is leases.release and not refused:
            refused += 1
            raise DatabaseUnavailableError("connection refused")
        return coordinate(query, *args)

    with mock.patch.object(database, "coordinate", fails_once):
        keepers.append(await joined(database, discord))
        await until(lambda: [len(one.served().ids) for one in keepers] == [2, 2])
        assert refused
    await left(*keepers)


async def test_without_identifies_left_it_waits_and_says_so_once(
    database: Database, discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    discord.starts = Starts(COUNT, 0, timedelta(seconds=0.2))
    keeper = await joined(database, discord)
    await until(lambda: "used up" in caplog.text)
    for _ in range(3):
        await asyncio.sleep(rules.RENEW.total_seconds())
    assert caplog.text.count("used up") == 1
    assert discord.connected == {}
    discord.starts = Starts(COUNT, 1000, timedelta(hours=1))
    await until(lambda: len(keeper.served().ids) == COUNT)
    await left(keeper)


async def test_discord_that_does_not_say_what_it_allows_is_asked_again_after_a_pause(
    database: Database, discord: Discord
) -> None:
    keepers = [await joined(database, discord) for _ in range(2)]
    await until(lambda: [len(one.served().ids) for one in keepers] == [2, 2])
    asked: list[float] = []

    async def refuse(_: Gateway) -> Starts:
        asked.append(time.monotonic())
        raise ConnectionRefusedError

    with mock.patch.object(module, "RETRY", 0.3), mock.patch.object(Gateway, "starts", refuse):
        await left(keepers[0])
        await until(lambda: len(asked) >= 4)
        assert asked[3] - asked[0] > 0.5
    await until(lambda: len(keepers[1].served().ids) == COUNT)
    await left(keepers[1])


async def test_without_identifies_left_it_keeps_what_it_has_though_another_joins(
    database: Database, discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    keepers = [await joined(database, discord)]
    await until(lambda: len(keepers[0].served().ids) == COUNT)
    discord.starts = Starts(COUNT, 0, timedelta(seconds=0.2))
    keepers.append(await joined(database, discord))
    await until(lambda: caplog.text.count("used up") == 2)
    assert len(keepers[0].served().ids) == COUNT
    discord.starts = Starts(COUNT, 1000, timedelta(hours=1))
    await until(lambda: [len(one.served().ids) for one in keepers] == [2, 2])
    await left(*keepers)


async def test_what_one_process_does_goes_over_to_the_next(database: Database, discord: Discord) -> None:
    keepers = [await joined(database, discord) for _ in range(2)]
    at_work: list[int] = []

    async def work(number: int) -> None:
        at_work.append(number)
        try:
            await asyncio.Event().wait()
        finally:
            at_work.remove(number)

    async with asyncio.TaskGroup() as leading:
        tasks = [
            leading.create_task(keeper.lead(lambda number=number: work(number)))
            for number, keeper in enumerate(keepers)
        ]
        await until(lambda: len(at_work) == 1)
        (first,) = at_work
        await keepers[first].release()
        await until(lambda: at_work == [1 - first])
        for task in tasks:
            task.cancel()
    await left(*keepers)


async def test_who_drains_serves_on_until_others_have_it_all(database: Database, discord: Discord) -> None:
    discord.starts = Starts(1, 1000, timedelta(hours=1))
    keepers = [await joined(database, discord) for _ in range(2)]
    await until(lambda: [len(one.served().ids) for one in keepers] == [2, 2])
    keepers.append(await joined(database, discord))
    draining = next(one for one in keepers if one.leads)
    others = [one for one in keepers if one is not draining]
    draining.drain()
    draining.drain()
    seen = [COUNT]

    def served() -> bool:
        seen.append(sum(len(one.served().ids) for one in keepers))
        return [len(one.served().ids) for one in others] == [2, 2]

    await until(served)
    assert min(seen) >= COUNT - 1
    await asyncio.wait_for(draining.drained(), 60)
    assert not draining.waiting
    await until(lambda: sum(one.leads for one in others) == 1)
    assert not draining.leads
    await left(*keepers)


@pytest.mark.parametrize(
    ("choice", "other", "kept"),
    [(AUTO, None, COUNT), (ShardChoice(COUNT, range(2)), ShardChoice(COUNT, range(1, 4)), 1)],
)
async def test_who_drains_says_what_nobody_else_can_take(
    database: Database,
    discord: Discord,
    caplog: pytest.LogCaptureFixture,
    choice: ShardChoice,
    other: ShardChoice | None,
    kept: int,
) -> None:
    keepers = [await joined(database, discord, choice)]
    await until(lambda: keepers[0].served().ids == frozenset(choice.numbers))
    if other is not None:
        keepers.append(await joined(database, discord, other))
        await until(lambda: len(keepers[1].served().ids) == 2)
    keepers[0].drain()
    await asyncio.wait_for(keepers[0].drained(), 60)
    assert keepers[0].held == frozenset(range(kept))
    assert f"No other process can take shards {', '.join(map(str, range(kept)))}: stopping" in caplog.text
    if other is not None:
        await until(lambda: keepers[1].served().ids == frozenset(other.numbers))
    await left(*keepers)


async def test_another_number_of_shards_is_refused_at_the_start(database: Database, discord: Discord) -> None:
    keeper = await joined(database, discord)
    for choice in (ShardChoice(COUNT * 2, None), ShardChoice(COUNT, range(2))):
        with pytest.raises(StartError, match="BYEOL_SHARDS"):
            await joined(database, discord, choice)
    await left(keeper)
    other = await joined(database, discord, ShardChoice(COUNT, range(2)))
    await until(lambda: other.served().ids == frozenset({0, 1}))
    await left(other)


async def test_who_finds_others_that_divide_the_shards_differently_leaves_in_order(
    database: Database, discord: Discord
) -> None:
    keeper = await joined(database, discord)
    await until(lambda: len(keeper.served().ids) == COUNT)
    other = leases.Lease("process/other", "other", utcnow() + timedelta(minutes=1), detail="auto/8")
    await database.coordinate(leases.update, "other", lambda _: leases.Changes([other], []))
    with pytest.raises(StartError, match="BYEOL_SHARDS"):
        await keeper.failed()
    await left(keeper)
    assert [one for one in await database.read(leases.everything) if one.owner == keeper.id] == []
