"""The cost of anniversaries: 75,000 entities have a day, and servers follow some of them."""

from __future__ import annotations

import sqlite3
import statistics
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from bot.announcements.publisher import Publisher
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.store import anniversaries

from .costs import Costs, Timed, counted, timed
from .measure import Report

ENTITIES = (750, 75_000)
"""Numbers of entities with a day: any date has 2 of them, or 205."""
FOLLOWED = 500
"""Entities that each of some servers follows: the same at each size."""
FOLLOWING = 10
"""The servers that follow them; their ids are the first."""
FIRST = 10_000_000
"""Above the ids of all other facts."""


async def yearly(report: Report, path: Path, now: datetime, rounds: int) -> None:
    """Ask the same with few days and with many, of which servers follow as many."""
    found: dict[int, Costs] = {}
    for size in ENTITIES:
        _state(path, size)
        database = await Timed.open(path)
        try:
            found[size] = await _measured(database, now, rounds)
        finally:
            await database.close()
    for question in found[ENTITIES[0]].steps:
        for size, costs in found.items():
            report.add(f"{question}, {size:,} days: longest write", "ms", "byeol", costs.writes[question])
            report.add(f"{question}, {size:,} days: steps of SQLite", "thousands", "byeol", costs.steps[question])
            report.add(f"{question}, {size:,} days: time", "ms", "byeol", costs.times[question])
        for kind, unit in (("steps", "steps"), ("times", "time")):
            least, more = (statistics.median(getattr(found[size], kind)[question]) for size in ENTITIES)
            title = f"{question}: {unit}, {ENTITIES[1]:,} days to {ENTITIES[0]:,}"
            report.add(title, "ratio", "byeol", [more / least if least else None])


async def _measured(database: Timed, now: datetime, rounds: int) -> Costs:
    costs, nobody = Costs(), cast("Any", None)
    publisher = Publisher(nobody, database, lambda: now, RateLimiter(nobody))
    await publisher.plan(now)
    for turn in range(2 * rounds):
        ask = counted if turn % 2 else timed
        await ask(database, costs, "compare anniversaries", lambda: database.read(anniversaries.are_stale, now))
        await ask(database, costs, "plan anew, with anniversaries", lambda: publisher.plan(now))
        await ask(database, costs, "plan, a minute later", lambda: publisher.plan(now, now))
    return costs


def _state(path: Path, size: int) -> None:
    """Give the first `size` entities a day of the year, and let servers follow some."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        numbers = f"WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {size})"
        connection.execute("DELETE FROM year_day")
        connection.execute("DELETE FROM fact WHERE shape = 'year_day'")
        connection.execute(
            f"{numbers} INSERT INTO fact (id, entity_id, shape, rank, certainty, origin)"
            f" SELECT {FIRST} + n, n, 'year_day', 0, 'stated', 'seed:bench' FROM n"
        )
        connection.execute(
            f"{numbers} INSERT INTO year_day (id, entity_id, kind, day)"
            f" SELECT {FIRST} + n, n, 'birthday', strftime('%m-%d', '2031-01-01', '+' || (n % 365) || ' days') FROM n"
        )
        connection.execute(
            f"{numbers} INSERT INTO follow SELECT guild_id, n FROM n, subscription WHERE n <= {FOLLOWED}"
            f" AND guild_id <= {FOLLOWING} ON CONFLICT DO NOTHING"
        )
        connection.execute("UPDATE subscription SET kinds = ',artist_birthday,' WHERE guild_id <= ?", (FOLLOWING,))
        connection.execute("COMMIT")
