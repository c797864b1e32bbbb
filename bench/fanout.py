"""Fan-out: one event to very many channels, at the pace Discord's rate limits allow, while users request cards."""

from __future__ import annotations

import asyncio
import gc
import itertools
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from tests.wire.deliveries import clubs, release, subscribe, visible
from tests.wire.loopback import Loopback
from tests.wire.places import Channel
from tests.wire.process import BotProcess

from .interactions import NAMES
from .measure import PEOPLE, Contestant, Options, Report, cpu_seconds, percentile, resident_mb

CHANNELS = 2000
LATENCY = 0.1
PER_SECOND = 50
"""Requests a bot may make in any second."""
POSTS, POSTS_WINDOW = 5, 5.0
"""Messages a channel accepts, and the seconds in which it accepts them."""
EVERY = 0.05
"""Seconds between two card requests."""
IDLE = 10.0
"""Seconds of card requests before there is anything to send, as the baseline."""
BOT = "byeol"


async def fanout(_: Sequence[Contestant], __: Options, folder: Path) -> Report:
    """Announce one song in every channel, once: it takes most of a minute and hardly varies."""
    floor = CHANNELS / PER_SECOND
    report = Report(f"Fan-out to {CHANNELS:,} channels, {LATENCY * 1000:.0f} ms away, floor {floor:.0f} s")
    path = folder / "fanout.db"
    async with Loopback() as server:
        channels = clubs(server, CHANNELS)
        async with BotProcess(server, path, log_level="WARNING") as bot:
            await bot.ready(within=60)
            # discord.py reports ready only after two seconds without another server.
            await asyncio.sleep(4)
            subscribe(server, path, channels)
            server.slow_down(LATENCY)
            server.limits.per_second = PER_SECOND
            server.limits.posts, server.limits.posts_window = POSTS, POSTS_WINDOW
            # A pause of the loopback would make every request that arrives during it count as one moment.
            gc.collect()
            gc.disable()
            idle = await asking(server, asyncio.create_task(asyncio.sleep(IDLE)))
            used = cpu_seconds(bot.pid)
            release(server, path, "yours")
            await server.until(lambda: visible(channels), within=30, what="the first message")
            begun = time.monotonic()
            watch = asyncio.create_task(stalls())
            during = await asking(server, asyncio.create_task(settled(server, path, channels)))
            arrived = [request.at for request in server.log if request.path.endswith("/messages")]
            took = max(arrived) - min(arrived) + LATENCY
            took_to_record = time.monotonic() - begun
            watch.cancel()
            stalled = await watch
            gc.enable()
            cpu = cpu_seconds(bot.pid)
            resident = resident_mb(bot.pid)
            await bot.terminate()
    doubled = sum(len(channel.messages) > 1 for channel in channels)
    lost = sum(not channel.messages for channel in channels)
    for figure, unit, value in (
        ("until all messages stood there", "s", took),
        ("the same, against the floor", "ratio", took / floor),
        ("until all of it was recorded", "s", took_to_record),
        ("refused with 429", "requests", float(server.limits.refusals)),
        ("lost", "messages", float(lost)),
        ("doubled", "messages", float(doubled)),
        ("busiest second", "requests", float(busiest(arrived))),
        ("longest stall of the loopback itself", "ms", stalled * 1000),
        ("CPU of the bot", "s", cpu - used if cpu is not None and used is not None else None),
        ("resident afterwards", "MB", resident),
        ("/ost while idle: latency p50", "ms", percentile(idle, 0.5) * 1000),
        ("/ost while idle: latency p99", "ms", percentile(idle, 0.99) * 1000),
        ("/ost meanwhile: latency p50", "ms", percentile(during, 0.5) * 1000),
        ("/ost meanwhile: latency p99", "ms", percentile(during, 0.99) * 1000),
        ("/ost: p99 meanwhile to idle", "ratio", percentile(during, 0.99) / percentile(idle, 0.99)),
    ):
        report.add(figure, unit, BOT, [value])
    report.notes.append(
        f"One run. /ost was asked {len(idle)} times while idle and {len(during)} times meanwhile, one by one;"
        f" its latency includes the {LATENCY * 500:.0f} ms that the answer is on its way. Where the loopback itself"
        " stood still for longer than 50 ms, what arrived meanwhile counts as one moment, and may be refused for that."
    )
    return report


async def asking(server: Loopback, until: asyncio.Task[None]) -> list[float]:
    """Request cards one after the other until a task is done; return how long each answer took, in seconds."""
    took: list[float] = []
    for name in itertools.cycle(NAMES):
        if until.done():
            break
        took.append((await server.interact_command("ost", {"name": name}, user_id=next(PEOPLE), timeout=30)).latency)
        await asyncio.sleep(EVERY)
    await until
    return took


async def settled(server: Loopback, path: Path, channels: Sequence[Channel]) -> None:
    """Wait until every delivery is recorded as sent."""
    await server.until(lambda: visible(channels) == CHANNELS, within=120, what="the last message")
    await server.until(lambda: _all_sent(path), within=120, what="the last record")


async def stalls() -> float:
    """Run until cancelled; return the longest time for which the event loop was blocked, in seconds."""
    longest = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - begun - 0.01)
    return longest


def _all_sent(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        (sent,) = connection.execute("SELECT count(*) FROM delivery WHERE state = 'sent'").fetchone()
    return sent == CHANNELS


def busiest(arrived: Sequence[float]) -> int:
    """The maximum number of requests that arrived within one second."""
    ordered, most, start = sorted(arrived), 0, 0
    for end, at in enumerate(ordered):
        while at - ordered[start] >= 1:
            start += 1
        most = max(most, end - start + 1)
    return most
