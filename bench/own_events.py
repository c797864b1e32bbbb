"""The cost of servers' own events: for those who plan them, and for everybody else, who should not notice."""

from __future__ import annotations

import statistics
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from bot.announcements.publisher import Publisher
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.catalogue.model import EventKind
from bot.occasions.model import Draft
from bot.occasions.repeats import Every, Repeat
from bot.render.upcoming import page_of
from bot.store import agenda, deliveries, events, occasions, planning
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.subscriptions import EVERY_KIND

from .costs import Costs, Timed, counted, timed
from .measure import Report

PLANNING = 200
"""Servers that plan something each week."""
FULL = 5_000
"""The server whose schedule is full; so is its id."""
WEEKS = 52
NOBODY = 9_999
"""A server that plans nothing."""
MONTH = timedelta(days=30)


async def own_events(report: Report, path: Path, now: datetime, rounds: int) -> None:
    """Ask the same of a database before and after servers have plans of their own."""
    database = await Timed.open(path)
    try:
        await database.write(_let_all_be_told)
        before = await _measured(database, now, rounds, {"a server without plans": NOBODY})
        for guild_id in range(1, PLANNING + 1):
            await database.write(_plan, guild_id, 1, now)
        await database.write(_plan, FULL, occasions.MOST // WEEKS, now)
        servers = {"a server without plans": NOBODY, f"one with {WEEKS}": 1, f"one with {occasions.MOST:,}": FULL}
        after = await _measured(database, now, rounds, servers)
    finally:
        await database.close()
    plans = f"with {PLANNING} servers that plan {WEEKS} events each, and one {occasions.MOST:,}"
    for question, steps in after.steps.items():
        report.add(f"{question}, {plans}: longest write", "ms", "byeol", after.writes[question])
        report.add(f"{question}, {plans}: steps of SQLite", "thousands", "byeol", steps)
        report.add(f"{question}, {plans}: time", "ms", "byeol", after.times[question])
    for question in before.steps:
        for kind, unit in (("steps", "steps"), ("times", "time")):
            least, most = (statistics.median(getattr(costs, kind)[question]) for costs in (before, after))
            title = f"{question}: {unit}, {plans} to none"
            report.add(title, "ratio", "byeol", [most / least if least else None])


async def _measured(database: Timed, now: datetime, rounds: int, servers: dict[str, int]) -> Costs:
    costs, nobody = Costs(), cast("Any", None)
    publisher = Publisher(nobody, database, lambda: now, RateLimiter(nobody))
    for guild_id in await database.read(agenda.due, now, 10_000):
        await database.write(planning.plan_own, guild_id, now)
    await publisher.plan(now)
    for turn in range(2 * rounds):
        ask = partial(counted if turn % 2 else timed, database, costs)
        await ask("look whether anything is due", lambda: database.read(deliveries.pulse))
        await ask("plan anew, after a change somewhere", lambda: publisher.plan(now))
        for name, guild_id in servers.items():
            await ask(f"/upcoming in {name}", lambda id_=guild_id: _upcoming(database, id_, now))
            await database.write(agenda.look_again, guild_id)
            if guild_id != NOBODY:
                await ask(f"plan {name}", lambda id_=guild_id: database.write(planning.plan_own, id_, now))
    return costs


async def _upcoming(database: Database, guild_id: int, now: datetime) -> None:
    """Read what the first page of the card shows."""
    dates = await database.read(events.upcoming, now, now + MONTH, guild_id)
    await database.read(events.with_context, page_of(dates, 0))


def _let_all_be_told(connection: Connection) -> None:
    connection.execute("UPDATE subscription SET kinds = ?", (EVERY_KIND,))


def _plan(connection: Connection, guild_id: int, count: int, now: datetime) -> None:
    """Let a server plan so many events a week, for a year."""
    for number in range(count):
        day: date = (now + timedelta(days=1 + number % 7)).date()
        clock = time(number // 7 % 24, guild_id % 60)
        weekly = Repeat(Every.WEEK, count=WEEKS)
        draft = Draft(f"Night {number}", EventKind.WATCH_PARTY, day, clock, "UTC", repeat=weekly)
        occasions.add(connection, guild_id, draft, now)
