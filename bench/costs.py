"""What a query costs: its time, and the steps of SQLite's virtual machine, which are the same on every machine."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.store.database import Database
from bot.store.engine import P, Query, T

GRAIN = 10
"""How many steps of SQLite's virtual machine to count at a time."""


@dataclass
class Costs:
    """The cost of each query, a value per round."""

    steps: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # in thousands
    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # in milliseconds
    writes: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # the longest, in milliseconds


class Timed(Database):
    """A database that knows how long its longest write took: so long did all others wait."""

    longest = 0.0

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        begun = time.perf_counter()
        result = await super().write(query, *args, **kwargs)
        self.longest = max(self.longest, time.perf_counter() - begun)
        return result


async def timed(database: Timed, costs: Costs, question: str, ask: Callable[[], Awaitable[object]]) -> None:
    """Time a query."""
    database.longest, begun = 0.0, time.perf_counter()
    await ask()
    costs.writes.setdefault(question, []).append(database.longest * 1000)
    costs.times.setdefault(question, []).append((time.perf_counter() - begun) * 1000)


async def counted(database: Database, costs: Costs, question: str, ask: Callable[[], Awaitable[object]]) -> None:
    """Run a query and count the steps of SQLite's virtual machine."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    def watch(connection: Any, handler: Callable[[], int] | None) -> None:
        connection.set_progress_handler(handler, GRAIN)

    # Sequential queries all go to the same reader.
    for handler in (step, None):
        await database.read(watch, handler)
        await database.write(watch, handler)
        if handler is not None:
            await ask()
    costs.steps.setdefault(question, []).append(count * GRAIN / 1000)
