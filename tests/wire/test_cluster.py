"""Processes that share the shards over one database do together what one would, whoever comes, goes or dies."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import time
from bisect import bisect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import discord
import pytest
import pytest_asyncio
from discord.http import Route

from bot.address import Address
from bot.cluster import gateway
from bot.cluster.rules import fair_share
from tests.engines import database, looking_at

from .deliveries import clubs_on, open_deliveries, release, states, subscribe, visible
from .gateway import Turns
from .launch import CLUSTER
from .loopback import Loopback
from .places import Channel
from .process import BotProcess, launched
from .traffic import Action, Answer, Drop, Stall

pytestmark = pytest.mark.slow
ENGINES = ["sqlite", "postgres"]

log = logging.getLogger(__name__)

SHARDS = 16
TURN = 0.5
"""Seconds that this Discord asks for between two identifies; the processes keep to half as much again, as in life."""
LEASE = CLUSTER["LEASE"].total_seconds()


def loopback(concurrency: int) -> Loopback:
    return Loopback(shards=SHARDS, turns=Turns(concurrency, TURN))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback(1) as started:
        yield started


@pytest_asyncio.fixture
async def wide() -> AsyncIterator[Loopback]:
    """A Discord that lets all shards identify at once, as it does for the largest bots."""
    async with loopback(SHARDS) as started:
        yield started


def process(server: Loopback, path: Address, shards: str = f"auto/{SHARDS}") -> BotProcess:
    return launched(server, path, environment={"BYEOL_SHARDS": shards})


def holders(path: Address) -> dict[str, set[int]]:
    """Who holds which shards, by the database."""
    with looking_at(path) as connection:
        if (
            isinstance(connection, sqlite3.Connection)
            and not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'lease'").fetchone()
        ):
            return {}  # the first process is still making the database
        rows = connection.execute("SELECT owner, name FROM lease WHERE name LIKE 'shard/%'").fetchall()
    found: dict[str, set[int]] = {}
    for owner, name in rows:
        found.setdefault(owner, set()).add(int(name.partition("/")[2]))
    return found


def budget(path: Address) -> float:
    with looking_at(path) as connection:
        return connection.execute("SELECT coalesce(sum(share), 0) FROM lease WHERE name LIKE 'process/%'").fetchone()[0]


def live(server: Loopback) -> dict[int, int]:
    """How many connected sessions each shard has."""
    count = dict.fromkeys(range(SHARDS), 0)
    for session in server.gateway.sessions:
        count[session.shard[0]] += session.connected
    return count


async def all_served(server: Loopback, within: float = 60) -> None:
    await server.until(lambda: set(live(server).values()) == {1}, within=within, what="one session for each shard")


async def divided(server: Loopback, path: Address, processes: int, within: float = 60) -> None:
    """Wait until so many processes have all shards, and none more than its fair share."""

    def fair() -> bool:
        held = holders(path)
        sizes = [len(shards) for shards in held.values()]
        return (len(held), sum(sizes)) == (processes, SHARDS) and max(sizes) <= fair_share(SHARDS, processes)

    await server.until(fair, within=within, what=f"shards divided among {processes}")
    await all_served(server, within)


def members(path: Address, channels: Sequence[Channel]) -> None:
    with database(path) as connection:
        connection.executemany(
            "INSERT INTO server (guild_id) VALUES (?)", [(one.guild.id,) for one in channels if one.guild]
        )


def left(path: Address) -> int:
    with looking_at(path) as connection:
        return connection.execute("SELECT count(*) FROM server WHERE left_at IS NOT NULL").fetchone()[0]


async def settled(server: Loopback, path: Address, within: float = 60) -> None:
    await server.until(lambda: states(path) and open_deliveries(path) == 0, within=within, what="all announcements")


async def test_three_divide_the_shards_and_one_of_them_that_is_killed_is_replaced(
    server: Loopback, path: Address
) -> None:
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(process(server, path)) for _ in range(3)]
        await divided(server, path, 3)
        turns = server.gateway.turns
        assert turns is not None
        assert (server.identifies, turns.refused) == (SHARDS, 0)
        assert server.syncs == 1
        assert not [bot for bot in bots if "Commands are unchanged" in bot.output]
        assert budget(path) <= 47.5 + 1e-9

        before = holders(path)
        begun = time.monotonic()
        bots[0].kill()
        await bots[0].wait()
        await divided(server, path, 2)
        log.warning("killed: all served again after %.1f s", time.monotonic() - begun)
        assert max(server.gateway.gaps(begun).values()) < LEASE + 2 + 8 * CLUSTER["IDENTIFY"].total_seconds() * 2
        assert sum(after >= held for after in holders(path).values() for held in before.values()) == 2

        begun = time.monotonic()
        newcomer = await stack.enter_async_context(process(server, path))
        await divided(server, path, 3)
        moved = server.gateway.gaps(begun)
        log.warning("joined: %d shards moved, the longest gap %.2f s", len(moved), max(moved.values()))
        assert 4 <= len(moved) <= 5  # no more than the newcomer got
        assert max(moved.values()) < CLUSTER["IDENTIFY"].total_seconds() + 2
        assert turns.refused == 0
        bots.append(newcomer)
        for bot in bots[1:]:
            assert await bot.terminate() == 0
        assert holders(path) == {}
    for bot in bots:
        assert "Traceback" not in bot.output


async def restarted_one_by_one(
    server: Loopback, path: Address, end: Callable[[BotProcess], Awaitable[None]]
) -> Sequence[float]:
    """End and replace three processes during a fan-out, which loses and doubles nothing.

    Returns the longest time without a connection, in seconds, of each shard.
    """
    channels = clubs_on(server, SHARDS, 120)
    members(path, channels)
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(process(server, path)) for _ in range(3)]
        await divided(server, path, 3)
        subscribe(server, path, channels)
        server.slow_down(0.1, 0.03)
        server.limits.per_second = 50
        begun = time.monotonic()
        release(server, path, "yours")
        await server.until(lambda: states(path).count("sent") > 10, within=30, what="the first announcements")
        for number in range(3):
            told = time.monotonic()
            await end(bots[number])
            log.warning("ended %d after %.1f s", number, time.monotonic() - told)
            bots.append(await stack.enter_async_context(process(server, path)))
            await divided(server, path, 3)
            log.warning("restarted %d: %.1f s, %d sent", number, time.monotonic() - begun, states(path).count("sent"))
        await settled(server, path, within=120)
        sent = sorted(one.at for one in server.log if one.method == "POST" and one.path.endswith("/messages"))
        log.warning("all sent after %.1f s, %d refused", time.monotonic() - begun, server.limits.refusals)
        log.warning(
            "at most %d in a second, %d in ten",
            *(max(bisect(sent, at + span) - index for index, at in enumerate(sent)) for span in (1, 10)),
        )
        gaps = sorted(server.gateway.gaps(begun).values(), reverse=True)
        log.warning("longest gaps: %s", [round(gap, 2) for gap in gaps])
        for bot in bots[3:]:
            assert await bot.terminate() == 0
    assert set(states(path)) == {"sent"}
    assert [len(channel.messages) for channel in channels] == [1] * len(channels)
    assert left(path) == 0
    assert server.gateway.turns is not None
    assert server.gateway.turns.refused == 0
    assert max(sessions for _, _, sessions in server.gateway.served) == 1
    for bot in bots:
        assert "Traceback" not in bot.output, bot.output
    return gaps


async def test_restart_of_all_three_during_a_fan_out_loses_and_doubles_nothing(wide: Loopback, path: Address) -> None:
    async def stop(bot: BotProcess) -> None:
        assert await bot.terminate(within=30) == 0

    gaps = await restarted_one_by_one(wide, path, stop)
    assert max(gaps) < LEASE  # released and taken, not waited for


async def test_restart_of_all_three_by_draining_leaves_no_server_unserved_for_longer_than_one_identify(
    server: Loopback, path: Address
) -> None:
    async def drain(bot: BotProcess) -> None:
        assert await bot.drain() == 0
        assert len(holders(path)) == 2

    gaps = await restarted_one_by_one(server, path, drain)
    assert median(gaps) < CLUSTER["IDENTIFY"].total_seconds()  # and not three of them, as when stopped
    assert max(gaps) < CLUSTER["IDENTIFY"].total_seconds() + 3


async def test_who_drains_can_still_be_told_to_stop(server: Loopback, path: Address) -> None:
    async with process(server, path) as one, process(server, path) as other:
        await divided(server, path, 2)
        one.send(signal.SIGUSR1)
        await server.until(lambda: "Giving up shards" in one.output, within=20, what="the first shard given up")
        assert await one.terminate() == 0
        assert await other.terminate() == 0
    assert "Told to stop" in one.output
    assert server.gateway.turns is not None
    assert server.gateway.turns.refused == 0


async def test_who_drains_and_has_nobody_to_take_its_shards_says_so_and_stops(wide: Loopback, path: Address) -> None:
    async with process(wide, path) as bot:
        await divided(wide, path, 1)
        assert await bot.drain() == 0
        assert f"No other process can take shards {', '.join(map(str, range(SHARDS)))}: stopping" in bot.output
    async with process(wide, path, f"0-7/{SHARDS}") as bot, process(wide, path, f"8-15/{SHARDS}") as other:
        await divided(wide, path, 2)
        assert await bot.drain() == 0
        assert "No other process can take shards 0, 1, 2, 3, 4, 5, 6, 7: stopping" in bot.output
        assert holders(path).popitem()[1] == set(range(8, 16))
        assert await other.terminate() == 0


async def test_the_only_process_that_is_told_to_drain_stops(path: Address) -> None:
    async with Loopback() as server, launched(server, path) as bot:
        await bot.ready()
        assert await bot.drain() == 0
    assert "Told to drain, but no other process shares the shards" in bot.output


async def test_three_together_keep_to_the_limit_that_discord_has_for_one(wide: Loopback, path: Address) -> None:
    channels = clubs_on(wide, SHARDS, 20)
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(process(wide, path)) for _ in range(3)]
        await divided(wide, path, 3)
        subscribe(wide, path, channels)
        wide.slow_down(0.1, 0.03)
        wide.limits.per_second = 50
        release(wide, path, "yours")
        # While they send, nobody looks into the database: this Discord would answer in bursts.
        await wide.until(lambda: visible(channels) == len(channels), within=60, what="all announcements")
        await settled(wide, path)
        for bot in bots:
            assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * len(channels)
    assert wide.limits.refusals < len(channels) / 20  # it was every sixth when they left as the database let them


async def test_ranges_are_served_by_whom_they_were_given_to(wide: Loopback, path: Address) -> None:
    async with process(wide, path, f"0-7/{SHARDS}") as one, process(wide, path, f"8-15/{SHARDS}") as other:
        await divided(wide, path, 2)
        assert sorted(map(sorted, holders(path).values())) == [list(range(8)), list(range(8, 16))]
        async with process(wide, path, f"0-7/{SHARDS}") as third:
            await wide.until(lambda: "waiting for one" in third.output, within=20, what="a process that waits")
            assert await one.terminate() == 0
            await divided(wide, path, 2)
            assert await third.terminate() == 0
        assert await other.terminate() == 0


async def test_who_divides_the_shards_differently_is_told_so(wide: Loopback, path: Address) -> None:
    async with process(wide, path) as bot:
        await all_served(wide)
        for shards in ("auto/8", f"0-7/{SHARDS}"):
            async with process(wide, path, shards) as wrong:
                assert await wrong.wait(20) == 2
                assert wrong.lines[-1].startswith(f"BYEOL_SHARDS is {shards}, but another process")
        async with launched(wide, path) as alone:
            assert await alone.wait(20) == 2
            assert "used by 1 processes that share the shards" in alone.lines[-1]
        assert await bot.terminate() == 0


async def test_identifies_that_are_used_up_are_waited_for(wide: Loopback, path: Address) -> None:
    wide.rest.starts = 0
    async with process(wide, path) as bot:
        await wide.until(lambda: "are used up" in bot.output, within=20, what="a line about identifies")
        await asyncio.sleep(2)
        assert bot.output.count("are used up") == 1
        assert wide.identifies == 0
        assert await bot.terminate() == 0


@pytest.mark.parametrize("fault", [Stall(60), Drop(), Answer(404)])
async def test_discord_that_does_not_say_what_it_allows_keeps_nobody_waiting(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, fault: Action
) -> None:
    monkeypatch.setattr(Route, "BASE", server.api_url)
    monkeypatch.setattr(gateway, "PATIENCE", 0.2)
    async with discord.AutoShardedClient(intents=discord.Intents.none()) as client:
        await client.login(server.token)
        server.fault("GET", "/gateway/bot", fault, times=None)
        with pytest.raises(OSError, match=r"Error|NotFound"):
            await gateway.ClientGateway(client).starts()
        server.rest.faults.clear()
        assert (await gateway.ClientGateway(client).starts()).concurrency == 1


async def test_an_empty_database_is_filled_by_one(wide: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(process(wide, path)) for _ in range(3)]
        await divided(wide, path, 3)
        assert sum("The database was empty" in bot.output for bot in bots) == 1
        assert wide.syncs == 1
        for bot in bots:
            assert await bot.terminate() == 0
            assert "Traceback" not in bot.output
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM entity WHERE slug = 'when-the-stars-gossip'").fetchone() == (1,)
