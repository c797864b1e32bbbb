"""Three processes announce over one PostgreSQL; whoever dies or is cut off, each channel hears of each song once.

What is killed here is a process, at random moments and at those inside (`tests/wire/launch.py`); what is taken away is
the server of the database, or the way to it. Nobody touches what was written down, and nobody helps: who lives goes on.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bot.address import Address, PostgresAddress
from bot.seeding import load_own
from bot.store import catalogue
from tests.helpers import LOADED, opened
from tests.postgres import Server, name_of, running

from .deliveries import (
    LEASE_IS_OVER,
    WINDOW_IS_OVER,
    clubs_on,
    heard,
    open_deliveries,
    release,
    seed_songs,
    states,
    subscribe,
    unclaimed,
    visible,
)
from .gateway import Turns
from .launch import POINTS
from .loopback import Loopback
from .payloads import ChannelKind, MessageFlag
from .places import Channel
from .process import BotProcess, launched
from .way import Block, Way

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("BYEOL_KILLS", "12"))
"""How many processes are killed. A release deserves 200, which take some ten minutes."""
SEED = int(os.environ.get("BYEOL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
"""What the accidents are drawn from: the same seed draws the same ones, though not to the same millisecond."""
OUTAGE = float(os.environ.get("BYEOL_OUTAGE", "8"))
"""Seconds for which the database is out of reach: longer than a process may hold its shards. A release deserves 30."""
PROCESSES = 3
SHARDS = 16
TOGETHER = 2
"""Songs of one drama that come out at once: one message tells of them."""
LONGEST_LIFE = 12.0
"""Seconds after which a process is killed that met no accident of its own."""
IN_TIME = 8.0
"""Seconds from SIGTERM to the end of a process, on a machine that is busy with other things: five are promised."""
AT_REST = 2.0
"""Seconds without a change after which nobody is at work any more."""


@pytest.fixture(scope="module")
def own_postgres() -> Generator[Server]:
    """A server that keeps what it committed if it is killed, and that nobody else uses."""
    with running(synchronous_commit="on") as postgres:
        postgres.ask("ALTER USER postgres PASSWORD 'secret'")
        yield postgres


@pytest_asyncio.fixture
async def address(own_postgres: Server) -> AsyncIterator[PostgresAddress]:
    """A seeded database, as the test reaches it: whatever happens on the way of the processes."""
    address = own_postgres.database()
    async with opened(address) as database:
        await database.write(catalogue.apply, load_own(), LOADED)
    yield address
    own_postgres.drop(address)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    """A Discord that lets all shards identify at once, and keeps its limit of requests."""
    async with Loopback(shards=SHARDS, turns=Turns(SHARDS, 0.5)) as started:
        started.slow_down(0.03, 0.04)
        started.limits.per_second = 50
        yield started


def process(server: Loopback, path: Address, die: str | None = None, times: int = 1) -> BotProcess:
    return launched(server, path, die=die, times=times, environment={"BYEOL_SHARDS": f"auto/{SHARDS}"})


async def rest(server: Loopback, path: Address, deliveries: int, within: float) -> None:
    """Wait until so many deliveries are planned, and what is not sent is only waiting for somebody's lease to end."""
    before: tuple[object, ...] = ()
    since = time.monotonic()

    def at_rest() -> bool:
        nonlocal before, since
        now = states(path)
        seen = (*now, sum(request.path.startswith("/channels/") for request in server.log))
        if seen != before:
            before, since = seen, time.monotonic()
        return len(now) == deliveries and not unclaimed(path) and time.monotonic() - since > AT_REST

    async with asyncio.timeout(within + 10):
        end = time.monotonic() + within
        while not at_rest():
            if time.monotonic() > end:
                await server.until(lambda: False, 0, f"rest: {Counter(states(path))} of {deliveries} deliveries")
            await asyncio.sleep(0.25)


async def settled(server: Loopback, path: Address, deliveries: int, within: float = 60) -> None:
    """Wait until everything is done.

    Time is skipped only while all are at rest: else Discord might forget a nonce between the decision to send again
    and the request.
    """
    spans = iter((LEASE_IS_OVER, WINDOW_IS_OVER, WINDOW_IS_OVER, WINDOW_IS_OVER))
    await rest(server, path, deliveries, within)
    while open_deliveries(path):
        server.clock.skip(next(spans))
        await asyncio.sleep(AT_REST)
        await rest(server, path, deliveries, within)


@dataclass
class Havoc:
    """Songs that come out, and processes that do not live to tell all of it."""

    server: Loopback
    path: Address
    channels: list[Channel]
    songs: list[str]
    released: int = 0
    kills: int = 0
    deaths: Counter[str] = field(default_factory=Counter[str])
    output: list[str] = field(default_factory=list[str])
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Let processes live and die, until all are killed that are to be, and the last ones have told everything."""
        async with asyncio.TaskGroup() as lives:
            for number in range(PROCESSES):
                lives.create_task(self._lives(random.Random(f"{SEED}/{number}")))
            await self._release(random.Random(SEED))
            await settled(self.server, self.path, self.released * len(self.channels), within=120)
            self.done.set()

    async def _lives(self, chance: random.Random) -> None:
        """One process after the other; the last of them lives."""
        while self.kills < KILLS:
            how = chance.choice((*POINTS, *["any time"] * len(POINTS)))
            inside = how if how in POINTS else None
            async with process(self.server, self.path, inside, chance.randint(1, 6)) as bot:
                with suppress(TimeoutError):
                    await bot.wait(LONGEST_LIFE if inside else chance.uniform(0.5, LONGEST_LIFE))
                    assert bot.returncode == -9, bot.output
                died = bot.returncode is not None
                bot.kill()
                assert await bot.wait() == -9, bot.output
                self.output += bot.lines
            self.kills += 1
            self.deaths[how if died else "any time"] += 1
        async with process(self.server, self.path) as bot:
            await self.done.wait()
            assert await bot.terminate() == 0
            self.output += bot.lines

    async def _release(self, chance: random.Random) -> None:
        """Let songs come out for as long as processes are killed."""
        while self.kills < KILLS:
            await asyncio.sleep(chance.uniform(0.5, 2))
            waiting = await asyncio.to_thread(unclaimed, self.path)
            if waiting < TOGETHER * len(self.channels) and self.released < len(self.songs):
                songs = self.songs[self.released : self.released + TOGETHER]
                self.released += len(songs)
                await asyncio.to_thread(release, self.server, self.path, *songs)


async def test_processes_that_are_killed_at_random(
    server: Loopback, address: PostgresAddress, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    songs = await seed_songs(address, tmp_path / "songs", 3 * KILLS * TOGETHER, each=TOGETHER)
    channels = clubs_on(server, SHARDS, 3, ChannelKind.NEWS)
    subscribe(server, address, channels)
    havoc = Havoc(server, address, channels, songs)
    begun = time.monotonic()
    async with asyncio.timeout(180 + KILLS * LONGEST_LIFE):
        await havoc.run()
    counts = heard(channels, range(havoc.released))
    lost, doubled = counts[0], sum(count for times, count in counts.items() if times > 1)
    how = ", ".join(f"{how} {count}" for how, count in havoc.deaths.most_common())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{havoc.kills} kills of {PROCESSES} processes (seed {SEED}) in {time.monotonic() - begun:.0f} s: {how};"
            f" {counts.total()} songs to be told in {len(channels)} channels, {TOGETHER} a message,"
            f" {lost} lost, {doubled} doubled; {server.limits.refusals} requests refused\n"
        )
    assert (lost, doubled) == (0, 0)
    assert visible(channels) == counts.total() / TOGETHER
    assert Counter(states(address)) == {"sent": counts.total()}
    handed_on = [bool(one["flags"] & MessageFlag.CROSSPOSTED) for channel in channels for one in channel.posts]
    assert all(handed_on)
    assert "Traceback" not in "\n".join(havoc.output)


@asynccontextmanager
async def stopped(postgres: Server, how: signal.Signals) -> AsyncGenerator[None]:
    """The server of the database is away during the block."""
    await asyncio.to_thread(postgres.stop, how)
    try:
        yield
    finally:
        await asyncio.to_thread(postgres.start)


@asynccontextmanager
async def blocked(way: Way, how: Block) -> AsyncGenerator[None]:
    """The server of the database cannot be reached during the block."""
    way.block(how)
    try:
        yield
    finally:
        way.unblock()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, *Block], ids=lambda how: how.name.lower())
async def test_database_that_is_out_of_reach_in_the_middle_of_a_fan_out(
    server: Loopback,
    own_postgres: Server,
    address: PostgresAddress,
    tmp_path: Path,
    how: signal.Signals | Block,
    capsys: pytest.CaptureFixture[str],
) -> None:
    songs = await seed_songs(address, tmp_path / "songs", 2)
    channels = clubs_on(server, SHARDS, 10)
    subscribe(server, address, channels)
    async with AsyncExitStack() as stack:
        way = stack.enter_context(Way(own_postgres.port))
        through = PostgresAddress.parse(f"postgresql://postgres:secret@127.0.0.1:{way.port}/{name_of(address)}")
        bots = [await stack.enter_async_context(process(server, through)) for _ in range(PROCESSES)]
        await server.until(lambda: server.identifies >= SHARDS, within=40, what="all shards")
        await server.until(lambda: all("Taking shard" in bot.output for bot in bots), within=40, what="fair shares")
        release(server, address, songs[0])
        await server.until(lambda: visible(channels) > 30, within=30, what="the first announcements")
        outage = stopped(own_postgres, how) if isinstance(how, signal.Signals) else blocked(way, how)
        async with outage:
            before = visible(channels)
            await asyncio.sleep(OUTAGE)
        begun = time.monotonic()
        after = visible(channels)
        release(server, address, songs[1])
        await server.until(lambda: visible(channels) > after + len(channels) / 2, within=40, what="that they go on")
        gone_on = time.monotonic() - begun
        await settled(server, address, 2 * len(channels))
        with capsys.disabled():
            sys.stdout.write(
                f"\n{how.name}, for {OUTAGE:g} s after {before} of {2 * len(channels)} announcements: {after - before}"
                f" meanwhile, half of the rest {gone_on:.1f} s later\n"
            )
        for bot in bots:
            assert await bot.terminate() == 0
    assert heard(channels, range(2)) == {1: 2 * len(channels)}
    assert visible(channels) == 2 * len(channels)
    assert Counter(states(address)) == {"sent": 2 * len(channels)}
    for bot in bots:
        assert "Traceback" not in bot.output, bot.output
        assert "secret" not in bot.output


@pytest.mark.parametrize("how", [Block.HANGS, Block.SWALLOWS, Block.DEAF], ids=lambda how: how.name.lower())
async def test_who_is_told_to_stop_while_the_database_hangs_ends_in_time(
    server: Loopback, own_postgres: Server, address: PostgresAddress, tmp_path: Path, how: Block
) -> None:
    songs = await seed_songs(address, tmp_path / "songs", 1)
    channels = clubs_on(server, SHARDS, 10)
    subscribe(server, address, channels)
    with Way(own_postgres.port) as way:
        through = PostgresAddress.parse(f"postgresql://postgres:secret@127.0.0.1:{way.port}/{name_of(address)}")
        async with process(server, through) as bot:
            await server.until(lambda: server.identifies >= SHARDS, within=40, what="all shards")
            release(server, address, songs[0])
            await server.until(lambda: visible(channels) > 30, within=30, what="the first announcements")
            async with blocked(way, how):
                told = time.monotonic()
                assert await bot.terminate(within=30) == 0
                took = time.monotonic() - told
    print(f"{how.name}: {took:.1f} s to the end")  # noqa: T201
    assert took < IN_TIME
    async with process(server, address) as bot:
        await settled(server, address, len(channels))
        assert await bot.terminate() == 0
    assert heard(channels, range(1)) == {1: len(channels)}
