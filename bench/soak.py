"""Soak: one bot for as long as one likes, with people, news and a bad connection. What it holds must not grow."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import random
import re
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.store.database import Database
from tests.wire.deliveries import add_songs, clubs
from tests.wire.loopback import Loopback
from tests.wire.payloads import ChannelKind
from tests.wire.places import Guild
from tests.wire.process import BYEOL, BotProcess

from . import season
from .instrumented import INSTRUMENTED
from .measure import Contestant, Options, Report, cpu_seconds, percentile, resident_mb
from .people import Crowd
from .season import Season

GROWTH = 0.02
"""The most that the resident memory may grow from the end of the warm-up to the end."""
WARM_UP, WARM_UP_SHARE = 300.0, 1 / 3
"""Seconds, and the most of the whole time, until caches and allocators have what they keep."""
WINDOW = 0.15
"""The share of the measured time whose median stands for its beginning, and for its end."""
SAMPLE = 2.0
"""Seconds between two looks at the memory."""
NEWS = 4.0
"""Seconds between two pieces of news."""
CUTS, LEAST_CUTS = 90.0, 4
"""Seconds between two losses of the connection; shorter if not each kind would come."""
TOLD, OWN, SONGS = 24, 8, 60
"""Channels that are told of everything, servers whose admins change settings, and songs to tell of."""
LATENCY, JITTER = 0.03, 0.03
"""Seconds that a request is on its way."""
BACK = 30.0
"""Seconds in which the bot has to be back after the connection was lost."""
QUIET = 90
"""Seconds at the end in which all that is due has to be done."""
SEED = 20250104
BOT = "byeol"

_ERROR = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback|Exception in thread")


@dataclass
class Life:
    """What was seen of a bot from outside, in seconds since it was ready."""

    memory: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    away: list[float] = field(default_factory=list[float])
    cuts: Counter[str] = field(default_factory=Counter[str])
    skipped: int = 0


async def soak(_: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Let people ask `rate` times a second for `minutes`, songs come out, and the connection break now and then."""
    total = options.minutes * 60
    warm_up = min(WARM_UP, total * WARM_UP_SHARE)
    chance = random.Random(SEED)
    async with Loopback() as server:
        told, own = clubs(server, TOLD, ChannelKind.NEWS), [_server(server, number) for number in range(OWN)]
        server.slow_down(LATENCY, JITTER)
        argv = (*INSTRUMENTED, "--trace") if options.trace else BYEOL
        async with (
            season.opened(folder, postgres=options.postgres) as (address, database),
            season.bot(server, folder, address, argv) as bot,
        ):
            await bot.ready(within=60)
            songs = await add_songs(database, folder / "songs", SONGS)
            now = server.clock.now()
            await database.write(season.subscribe, told[::2], now, threads=True)
            await database.write(season.subscribe, told[1::2], now, guild_events=True)
            crowd = Crowd(server, own, told, chance)
            news = Season(database, songs, "jirisan", server.clock.now, chance)
            life = Life()
            begun, used = time.monotonic(), cpu_seconds(bot.pid)
            gc.collect()
            gc.disable()
            everything: list[Coroutine[None, None, None]] = [
                _ask(crowd, options.rate, begun + total, server, life),
                _every(NEWS, begun + total, news.go_on),
                _cut(server, begun + total, life, chance),
                _watch(bot, begun, begun + total, life, warm_up if options.trace else None),
            ]
            async with asyncio.TaskGroup() as group:
                for part in everything:
                    group.create_task(part)
            gc.enable()
            cpu = cpu_seconds(bot.pid)
            left = await _at_rest(database)
            states = await database.read(season.outcomes)
            if options.trace:
                os.kill(bot.pid, signal.SIGUSR2)
                await asyncio.sleep(5)
            code = await bot.terminate(within=20)
    report = Report(
        f"Soak: {options.minutes:g} minutes, {options.rate:g} interactions a second,"
        f" {'PostgreSQL' if options.postgres else 'SQLite'}"
    )
    start, end = _levels(life.memory, warm_up)
    growth = end / start - 1
    errors = [line for line in bot.lines if _ERROR.search(line)]
    nonces = [post.get("nonce") for channel in told for post in channel.posts if post.get("nonce")]
    doubled = len(nonces) - len(set(nonces))
    lost = sum(states[state] for state in season.LOST)
    tally = crowd.tally
    report.add("interactions answered", "", BOT, [float(sum(map(len, tally.took.values())))])
    report.promise("interactions not answered", len(tally.unanswered), 0)
    for kind, took in sorted(tally.took.items()):
        for share, name in ((0.5, "p50"), (0.99, "p99"), (1.0, "longest")):
            report.add(f"{kind} ({len(took)}): latency {name}", "ms", BOT, [percentile(took, share) * 1000])
    report.add("messages posted", "", BOT, [float(len(nonces))])
    report.promise("announcements lost", lost, 0)
    report.promise("announcements doubled", doubled, 0)
    report.promise("still due at the end", left, 0)
    report.add("lost connections", "", BOT, [float(life.cuts.total())])
    report.add("longest time until it was back", "s", BOT, [max(life.away, default=0.0)])
    report.add(
        "CPU", "% of a core", BOT, [(cpu - used) / total * 100 if cpu is not None and used is not None else None]
    )
    report.add("resident after the warm-up", "MB", BOT, [start])
    report.add("resident at the end", "MB", BOT, [end])
    report.promise("growth of the resident memory", growth * 100, GROWTH * 100, "%")
    report.promise("error lines in the log", len(errors), 0)
    report.promise("exit code", code, 0)
    report.notes += [
        f"Warm-up of {warm_up:.0f} s; the medians of {WINDOW:.0%} of the time after it are compared, first and last."
        f" By the minute, in MB: {' '.join(f'{mb:.1f}' for mb in _by_minute(life.memory))}.",
        f"Connections lost: {_counted(life.cuts)}; back after {', '.join(f'{away:.1f}' for away in life.away)} s."
        f" Nobody asked meanwhile ({life.skipped} turns).",
        f"News: {_counted(news.news)}. Deliveries: {_counted(states)}.",
        f"What people did: {_counted(tally.done)}.",
        *(f"Not answered: {what}" for what in tally.unanswered[:10]),
        *(f"Log: {line[:300]}" for line in errors[:10]),
        *(line for line in bot.lines if line.startswith("traced: ")),
    ]
    return report


def _server(server: Loopback, number: int) -> Guild:
    guild = server.add_guild(f"Own {number}")
    for name in ("general", "news", "chat"):
        guild.add_channel(name, ChannelKind.NEWS if name == "news" else ChannelKind.TEXT)
    guild.add_role("Fans", mentionable=True)
    return guild


async def _ask(crowd: Crowd, rate: float, end: float, server: Loopback, life: Life) -> None:
    """Let people act on a fixed schedule, however long each answer takes; not while the bot is away."""
    async with asyncio.TaskGroup() as acts:
        turn = time.monotonic()
        while turn < end:
            await asyncio.sleep(max(turn - time.monotonic(), 0))
            turn += 1 / rate
            if _connected(server):
                acts.create_task(crowd.act())
            else:
                life.skipped += 1


async def _every(seconds: float, end: float, do: Callable[[], Coroutine[None, None, None]]) -> None:
    while time.monotonic() + seconds < end:
        await asyncio.sleep(seconds)
        await do()


async def _cut(server: Loopback, end: float, life: Life, chance: random.Random) -> None:
    """Break the connection in every way there is, in turns, and wait each time until the bot is back."""

    async def end_session() -> None:
        await server.drop_gateway(resumable=False)

    async def break_off() -> None:
        server.gateway.lose_connections()

    ways: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "asked to reconnect": server.gateway.ask_to_reconnect,
        "closed": server.drop_gateway,
        "session ended": end_session,
        "broken off": break_off,
    }
    between = min(CUTS, (end - time.monotonic()) / (LEAST_CUTS + 1))
    for how, cut in itertools.cycle(ways.items()):
        if time.monotonic() + between + BACK / 2 > end:
            break
        await asyncio.sleep(between * chance.uniform(0.8, 1.2))
        before, cut_at = _comings(server), time.monotonic()
        await cut()
        life.cuts[how] += 1
        await server.until(partial(_is_back, server, before), within=BACK, what="the bot")
        life.away.append(time.monotonic() - cut_at)


def _comings(server: Loopback) -> int:
    return server.resumes + server.identifies


def _is_back(server: Loopback, before: int) -> bool:
    return _comings(server) > before and _connected(server)


def _connected(server: Loopback) -> bool:
    return any(session.connected for session in server.gateway.sessions)


async def _watch(bot: BotProcess, begun: float, end: float, life: Life, traced_from: float | None) -> None:
    """Look at the memory; the first trace is taken after `traced_from` seconds."""
    while (now := time.monotonic()) < end:
        if bot.returncode is not None:
            raise RuntimeError(f"the bot ended with {bot.returncode}\n{bot.output}")
        resident = resident_mb(bot.pid)
        if resident is not None:
            life.memory.append((now - begun, resident))
        if traced_from is not None and now - begun >= traced_from:
            os.kill(bot.pid, signal.SIGUSR2)
            traced_from = None
        await asyncio.sleep(SAMPLE)


async def _at_rest(database: Database) -> int:
    """Wait until nothing is due any more; returns how much is still open if that does not come."""
    left = 0
    for _ in range(QUIET):
        left = await database.read(season.still_open)
        if not left:
            break
        await asyncio.sleep(1)
    return left


def _levels(memory: Sequence[tuple[float, float]], warm_up: float) -> tuple[float, float]:
    """The memory after the warm-up and at the end: medians, since an allocator breathes."""
    last = memory[-1][0]
    window = (last - warm_up) * WINDOW
    first = [mb for at, mb in memory if warm_up <= at <= warm_up + window]
    final = [mb for at, mb in memory if at >= last - window]
    return statistics.median(first), statistics.median(final)


def _by_minute(memory: Sequence[tuple[float, float]]) -> list[float]:
    minutes = itertools.groupby(memory, key=lambda sample: int(sample[0] // 60))
    return [statistics.median(mb for _, mb in of_minute) for _, of_minute in minutes]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.most_common()) or "none"
