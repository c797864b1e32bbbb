"""The cost of answers: CPU for 1,000 of them, and the latency of one."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.wire.interactions import Callback, Reply

from .measure import PEOPLE, Contestant, Options, Report, Running, cpu_seconds, percentile, resident_mb, started

NAMES = ("jin", "stars-gossip", "close to you", "yours")
IN_FLIGHT = 20
WARM_UP = 50
PATIENCE = 30.0

Ask = Callable[[Running, str], Awaitable[Reply]]


async def slash(bot: Running, name: str) -> Reply:
    reply = await bot.server.interact_command("ost", {"name": name}, user_id=next(PEOPLE), timeout=PATIENCE)
    if reply.callback_type is Callback.DEFERRED:
        await reply.settled()
    return reply


async def typed(bot: Running, name: str) -> Reply:
    return await bot.server.autocomplete("ost", "name", name, user_id=next(PEOPLE), timeout=PATIENCE)


QUESTIONS: dict[str, Ask] = {"/ost": slash, "autocomplete": typed}


async def ask(bot: Running, question: Ask, count: int, in_flight: int) -> list[float]:
    """Ask `count` times, `in_flight` at a time, and return how long each answer took, in seconds."""
    names = itertools.islice(itertools.cycle(NAMES), count)
    took: list[float] = []

    async def worker(share: Iterator[str]) -> None:
        took.extend([(await question(bot, name)).latency for name in share])

    await asyncio.gather(*(worker(names) for _ in range(in_flight)))
    return took


async def interactions(contestants: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Ask all bots the same, in turns within each round, so that load on the machine affects all alike."""
    report = Report(f"Interactions ({options.rounds} rounds of {options.count})")
    found: defaultdict[tuple[str, str, str], list[float | None]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(started(contestant, folder / f"{contestant.name}-interactions.db"))
            for contestant in contestants
        ]
        for bot in bots:
            found["resident when ready", "MB", bot.name].append(resident_mb(bot.process.pid))
            for question in QUESTIONS.values():
                await ask(bot, question, WARM_UP, 1)
            found["size of an /ost answer", "bytes", bot.name] = [
                float(len(json.dumps(_body(await slash(bot, name))))) for name in NAMES
            ]
        for turn in range(options.rounds):
            # Alternate who goes first, since the second often finds a warmer machine.
            turns = bots if turn % 2 == 0 else bots[::-1]
            for (title, question), in_flight, bot in itertools.product(QUESTIONS.items(), (1, IN_FLIGHT), turns):
                before = cpu_seconds(bot.process.pid)
                took = await ask(bot, question, options.count, in_flight)
                after = cpu_seconds(bot.process.pid)
                used = (after - before) * 1000 / options.count if after is not None and before is not None else None
                how = f"{title}, {in_flight} in flight" if in_flight > 1 else f"{title}, one by one"
                found[f"{how}: CPU of 1,000", "s", bot.name].append(used)
                found[f"{how}: latency p50", "ms", bot.name].append(percentile(took, 0.5) * 1000)
                found[f"{how}: latency p99", "ms", bot.name].append(percentile(took, 0.99) * 1000)
                if turn == 0 and question is slash and in_flight == 1:
                    found[f"resident after {options.count} /ost", "MB", bot.name].append(resident_mb(bot.process.pid))
        for bot in bots:
            found["resident at the end", "MB", bot.name].append(resident_mb(bot.process.pid))
    for (figure, unit, name), values in found.items():
        report.add(figure, unit, name, values)
    return report


def _body(reply: Reply) -> object:
    return reply.edits[-1] if reply.edits else reply.data
