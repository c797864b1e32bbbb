"""Startup time and memory."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from .measure import Contestant, Options, Report, resident_mb, started

# discord.py fires on_ready two seconds after the last server arrived; what a bot loads after that counts too.
SETTLE = 2.5


async def startup(contestants: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Start each bot on an empty database and then again on the same one, in turns."""
    report = Report("Start-up")
    found: defaultdict[tuple[str, str, str], list[float | None]] = defaultdict(list)
    for turn in range(options.rounds):
        for contestant in contestants:
            database = folder / f"{contestant.name}-startup-{turn}.db"
            for start in ("first start", "second start"):
                async with started(contestant, database) as bot:
                    spawned, server = bot.process.spawned_at, bot.server
                    identified = server.gateway.identified_at
                    synced = server.world.synced_at
                    await asyncio.sleep(SETTLE)
                    figures = {
                        ("until it identified", "s"): identified - spawned if identified else None,
                        ("until its commands were synced", "s"): synced - spawned if synced else None,
                        ("resident when ready", "MB"): resident_mb(bot.process.pid),
                    }
                for (figure, unit), value in figures.items():
                    found[f"{start}: {figure}", unit, contestant.name].append(value)
    for (figure, unit, name), values in found.items():
        report.add(figure, unit, name, values)
    return report
