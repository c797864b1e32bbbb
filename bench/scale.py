"""Scale: very many servers on several shards and processes: start-up, memory, CPU, and a fan-out to all of them."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.address import Address
from bot.announcements.publisher.rate_limiter import RATE
from bot.providers import starter
from bot.running import seed_empty
from bot.store.database import Database
from bot.store.reading import chunks
from tests.wire.gateway import Turns
from tests.wire.loopback import Loopback
from tests.wire.payloads import Payload
from tests.wire.places import Channel
from tests.wire.process import BotProcess

from . import season
from .fanout import busiest, stalls
from .instrumented import INSTRUMENTED
from .measure import Contestant, Options, Report, cpu_seconds, peak_mb, resident_mb

CHANNELS, ROLES, OVERWRITES, EMOJIS = 30, 30, 3, 50
"""What a server of a community has, beside @everyone and the bot's own role; overwrites are of each channel."""
LATENCY = 0.1
"""Seconds that a request is on its way."""
PER_SECOND, POSTS, POSTS_WINDOW = 50, 5, 5.0
"""Discord's limits: requests in any second; messages in a channel, in how many seconds."""
IDENTIFY = 5.0
"""Seconds between two identifies that share a turn."""
READY = 2.0
"""Seconds for which discord.py waits for one more server before a shard counts as ready."""
IDLE = 20.0
"""Seconds in which nothing happens."""
SETTLE = 5.0
"""Seconds after the start until what it set off is over."""
LOOK = 0.25
"""Seconds between two looks at how far it is: looking at each channel takes time of the loopback's."""
BOT = "byeol"

_SERVING = re.compile(r"Serving shard (\d+) of \d+")
_READY = re.compile(r"Ready as .*, servers: \d+")
_COUNTED = re.compile(r"counted: (\d+) statements (\d+) transactions")


@dataclass(frozen=True)
class Spent:
    """What was used so far: CPU seconds of each bot and of the loopback, and what the bots did with the database."""

    bots: Sequence[float]
    loopback: float
    statements: int
    transactions: int


async def scale(_: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Start `processes` bots that share `shards` shards with `servers` servers, wait, and announce one song in all."""
    shards, count = options.shards, options.servers
    report = Report(
        f"Scale: {count:,} servers, {shards} shards, {options.processes} processes,"
        f" {'PostgreSQL' if options.postgres else 'SQLite'}"
    )
    async with season.opened(folder, postgres=options.postgres) as (address, database):
        await seed_empty(database)
        async with Loopback(shards=shards, turns=Turns(seconds=IDENTIFY)) as server:
            await starter.load(database, server.clock.now)
            empty = await _empty(server, folder, address, shards)
            channels = _crowd(server, count)
            for some in chunks(channels):
                await database.write(season.subscribe, some, server.clock.now())
            # Nothing of the world is garbage, and looking for some would be a pause of the loopback.
            gc.collect()
            gc.freeze()
            gc.disable()
            try:
                await _measure(server, database, channels, folder, address, options, report, empty)
            finally:
                gc.enable()
                gc.unfreeze()
    return report


async def _measure(
    server: Loopback,
    database: Database,
    channels: Sequence[Channel],
    folder: Path,
    address: Address,
    options: Options,
    report: Report,
    empty: float | None,
) -> None:
    shards, count = options.shards, options.servers
    server.limits.per_second = PER_SECOND
    server.limits.posts, server.limits.posts_window = POSTS, POSTS_WINDOW
    server.slow_down(LATENCY)
    floor = (shards - 1) * IDENTIFY + READY
    async with AsyncExitStack() as stack:
        begun, loopback = time.monotonic(), time.process_time()
        bots = [
            await stack.enter_async_context(season.bot(server, folder, address, INSTRUMENTED, _environment(options)))
            for _ in range(options.processes)
        ]
        identified, known = [0.0], server.identifies

        def all_served() -> bool:
            while known + len(identified) <= server.identifies:
                identified.append(time.monotonic() - begun)
            return _served(bots) >= shards

        await _until(all_served, within=floor * 2 + 120, what="all shards", bots=bots)
        took = time.monotonic() - begun
        report.add("from the start to the first identify", "s", BOT, [identified[1]])
        report.add("from the start to all shards ready", "s", BOT, [took])
        report.add("the same, against the floor", "ratio", BOT, [took / floor])
        started = await _spent(bots, settle=True)
        waits = [later - sooner for sooner, later in pairwise(identified[1:])]
        report.add("longest time between two identifies", "s", BOT, [max(waits, default=0.0)])
        if server.gateway.turns is not None:
            report.promise("identifies that came too soon", server.gateway.turns.refused, 0)
        report.add("CPU of the bots for the start", "s", BOT, [sum(started.bots)])
        report.add("CPU of the loopback in the start", "% of a core", BOT, [(started.loopback - loopback) / took * 100])
        resident = [mb for bot in bots if (mb := resident_mb(bot.pid)) is not None]
        for number, mb in enumerate(resident, 1):
            report.add(f"resident, process {number}", "MB", BOT, [mb])
        report.add("most ever resident in a process", "MB", BOT, [max(filter(None, map(_peak, bots)), default=None)])
        report.add("resident in a bot with hardly a server", "MB", BOT, [empty])
        if resident and empty is not None:
            each = (sum(resident) - empty * len(resident)) / count * 1000
            report.add("resident per 1,000 servers, beside that", "MB", BOT, [each])
        before = await _spent(bots)
        await asyncio.sleep(IDLE)
        idle = await _spent(bots)
        report.add("CPU while idle, all processes", "% of a core", BOT, [_share(before, idle, IDLE)])
        statements = (idle.statements - before.statements) / IDLE
        report.add("statements while idle, all processes", "a second", BOT, [statements])
        await _fan_out(server, database, channels, bots, report)
        codes = await asyncio.gather(*(bot.terminate(within=30) for bot in bots))
    errors = [line for bot in bots for line in bot.lines if " ERROR " in line or "Traceback" in line]
    report.promise("exit codes that are not 0", sum(code != 0 for code in codes), 0)
    report.promise("error lines in the logs", len(errors), 0)
    guild = channels[0].guild
    told = len(json.dumps(guild.payload(server.world.bot))) / 1000 if guild is not None else 0
    spread = Counter((guild >> 22) % shards for guild in server.world.guilds).values()
    report.notes += [
        f"A server has {CHANNELS} channels with {OVERWRITES} overwrites each, {ROLES} roles and {EMOJIS} emojis:"
        f" {told:.0f} kB of GUILD_CREATE, not compressed; {min(spread):,} to {max(spread):,} servers a shard.",
        f"Floor of the start: {shards} identifies {IDENTIFY:g} s apart, and the {READY:g} s after the last server.",
        f"At {count:,} servers the fan-out's floor is {count / RATE:.0f} s; at 20,000 it is {20_000 / RATE:.0f} s.",
        *(f"Log: {line[:300]}" for line in errors[:10]),
    ]


async def _fan_out(
    server: Loopback, database: Database, channels: Sequence[Channel], bots: Sequence[BotProcess], report: Report
) -> None:
    count = len(channels)
    floor = count / RATE
    already = len(server.log)
    refused = server.limits.refusals
    before = await _spent(bots)
    begun, watch = time.monotonic(), asyncio.create_task(stalls())
    await database.write(season.date, "track", "yours", server.clock.now())
    posted = 0

    def all_posted() -> bool:
        nonlocal posted
        posted = sum(bool(channel.messages) for channel in channels)
        return posted == count

    await _until(all_posted, within=floor * 1.5 + 60, what="all posts", bots=bots)
    took = time.monotonic() - begun
    for _ in range(120):
        if (await database.read(season.outcomes))["sent"] == count:
            break
        await asyncio.sleep(0.5)
    states = await database.read(season.outcomes)
    after = await _spent(bots)
    watch.cancel()
    stalled = await watch
    arrived = [request.at for request in server.log[already:] if request.path.endswith("/messages")]
    between = max(arrived) - min(arrived) + LATENCY
    report.add("fan-out: from the news to the last post", "s", BOT, [took])
    report.add("fan-out: from the first post to the last", "s", BOT, [between])
    report.add("fan-out: the same, against the floor", "ratio", BOT, [between / floor])
    report.add("fan-out: until the first post", "s", BOT, [min(arrived) - begun])
    report.add("refused with 429", "requests", BOT, [float(server.limits.refusals - refused)])
    report.add("busiest second", "requests", BOT, [float(busiest(arrived))])
    report.promise("messages lost", count - states["sent"], 0)
    report.promise("messages doubled", sum(len(channel.messages) > 1 for channel in channels), 0)
    report.add("CPU in the fan-out, all processes", "% of a core", BOT, [_share(before, after, took)])
    shares = [(end - start) / took * 100 for start, end in zip(before.bots, after.bots, strict=True)]
    for number, share in enumerate(shares, 1):
        report.add(f"the same, process {number}", "% of a core", BOT, [share])
    report.add("statements per delivery", "", BOT, [(after.statements - before.statements) / count])
    report.add("transactions per delivery", "", BOT, [(after.transactions - before.transactions) / count])
    loopback = (after.loopback - before.loopback) / took * 100
    report.add("CPU of the loopback in the fan-out", "% of a core", BOT, [loopback])
    report.add("longest stall of the loopback itself", "ms", BOT, [stalled * 1000])


def _environment(options: Options) -> dict[str, str]:
    """Several processes share the shards; one alone takes them all, and needs no setting."""
    return {"BYEOL_SHARDS": f"auto/{options.shards}"} if options.processes > 1 else {}


async def _empty(server: Loopback, folder: Path, address: Address, shards: int) -> float | None:
    """The resident memory of a bot with one shard and hardly a server, once it has settled.

    It is started twice, since the first start tells Discord the commands, and later ones do not.
    """
    resident = None
    for _ in range(2):
        alone = {"BYEOL_SHARDS": f"0/{shards}"}
        async with season.bot(server, folder, address, INSTRUMENTED, alone) as bot:
            await _until(lambda: _served([bot]), within=60 + shards * IDENTIFY * 2, what="a bot", bots=[bot])
            await asyncio.sleep(SETTLE)
            resident = resident_mb(bot.pid)
            await bot.terminate(within=30)
    return resident


def _crowd(server: Loopback, count: int) -> list[Channel]:
    """So many servers as communities have them; returns the channel for announcements of each."""
    emojis: list[Payload] = [
        {
            "id": str(server.world.new_id()),
            "name": f"emoji_{number}",
            "roles": [],
            "require_colons": True,
            "managed": False,
            "animated": False,
            "available": True,
        }
        for number in range(EMOJIS)
    ]
    found: list[Channel] = []
    first = server.world.new_id() >> 22
    for number in range(count):
        # A millisecond apart, so that each shard has as many as the others.
        name, guild_id = f"Fans of number {number}", first - number << 22
        guild = server.world.add_guild(name, guild_id=guild_id)
        guild.extra = {"emojis": emojis, "description": "A place for fans of dramas and of the people in them."}
        roles = [guild.add_role(f"Role number {role}") for role in range(ROLES)]
        overwrites = [{"id": str(role.id), "type": 0, "allow": "1024", "deny": "2048"} for role in roles[:OVERWRITES]]
        news = guild.add_channel("announcements")
        for channel in (news, *(guild.add_channel(f"channel-{place}") for place in range(CHANNELS - 1))):
            channel.overwrites = overwrites
        found.append(news)
    return found


def _served(bots: Sequence[BotProcess]) -> float:
    """How many shards are ready; all of them once a bot that serves all says that it is."""
    ready = {match[1] for bot in bots for line in bot.lines if (match := _SERVING.search(line))}
    alone = len(bots) == 1 and not ready and any(map(_READY.search, bots[0].lines))
    return math.inf if alone else len(ready)


async def _until(condition: Callable[[], object], *, within: float, what: str, bots: Sequence[BotProcess]) -> None:
    end = time.monotonic() + within
    while not condition():
        ended = [bot for bot in bots if bot.returncode is not None]
        if ended or time.monotonic() > end:
            said = "\n".join("\n".join(bot.lines[-20:]) for bot in bots)
            raise TimeoutError(f"{what} did not come within {within:.0f} s\n{said}")
        await asyncio.sleep(LOOK)


async def _spent(bots: Sequence[BotProcess], *, settle: bool = False) -> Spent:
    if settle:
        await asyncio.sleep(SETTLE)
    counts = await asyncio.gather(*map(_counted, bots))
    return Spent(
        [cpu_seconds(bot.pid) or 0.0 for bot in bots],
        time.process_time(),
        sum(statements for statements, _ in counts),
        sum(transactions for _, transactions in counts),
    )


async def _counted(bot: BotProcess) -> tuple[int, int]:
    """What a bot did with its database so far: statements and transactions."""
    known = len(bot.lines)
    os.kill(bot.pid, signal.SIGUSR2)
    for _ in range(400):
        for line in bot.lines[known:]:
            if match := _COUNTED.search(line):
                return int(match[1]), int(match[2])
        await asyncio.sleep(0.025)
    raise TimeoutError("a bot did not tell what it counted")


def _share(before: Spent, after: Spent, seconds: float) -> float:
    return (sum(after.bots) - sum(before.bots)) / seconds * 100


def _peak(bot: BotProcess) -> float | None:
    return peak_mb(bot.pid)
