"""The cost of finding what is due and planning it, by size of the catalogue and of what servers plan themselves."""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from bot.announcements.publisher import Publisher
from bot.announcements.publisher.publisher import BATCH, LEASE
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.schedule import AHEAD, BEHIND, SPREAD
from bot.store import deliveries
from bot.store.connection import Connection
from bot.store.reading import stamp
from bot.store.sqlite.engine import migrate

from .anniversaries import ENTITIES, yearly
from .costs import Costs, Timed, counted, timed
from .measure import Contestant, Options, Report
from .own_events import own_events

SIZES = (1_000, 100_000, 1_000_000)
"""Numbers of events in the catalogue."""
SUBSCRIPTIONS = 10_000
ZONES = ("Asia/Seoul", "UTC", "Europe/Berlin", "America/New_York")
RECENT = 10
"""Events that came due within the last two weeks, at every size: each check has to look at these."""
NOW = datetime(2031, 4, 5, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
NEAREST = BEHIND + 3 * SPREAD
"""The minimum distance of the other events from now: outside the window of every query."""
YEARS = timedelta(days=3650)


async def planning(_: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Run the same queries at each size: none should cost more because there are more events."""
    report = Report(f"Planning for {SUBSCRIPTIONS:,} subscriptions ({options.rounds} rounds)")
    found: dict[int, Costs] = {}
    for size in SIZES:
        path = folder / f"planning-{size}.db"
        build(path, size)
        found[size] = await measured(path, options.rounds)
        path.unlink()
    for question in found[SIZES[0]].steps:
        for size in SIZES:
            costs = found[size]
            report.add(f"{question}, {size:,} events: longest write", "ms", "byeol", costs.writes[question])
            report.add(f"{question}, {size:,} events: steps of SQLite", "thousands", "byeol", costs.steps[question])
            report.add(f"{question}, {size:,} events: time", "ms", "byeol", costs.times[question])
        for kind, unit in (("steps", "steps"), ("times", "time")):
            least, most = (statistics.median(getattr(found[size], kind)[question]) for size in (SIZES[0], SIZES[-1]))
            title = f"{question}: {unit}, {SIZES[-1]:,} events to {SIZES[0]:,}"
            report.add(title, "ratio", "byeol", [most / least if least else None])
    path = folder / "planning-own.db"
    build(path, SIZES[0])
    await own_events(report, path, NOW, options.rounds)
    path.unlink()
    path = folder / "planning-yearly.db"
    build(path, max(ENTITIES))
    await yearly(report, path, NOW, options.rounds)
    path.unlink()
    return report


async def measured(path: Path, rounds: int) -> Costs:
    """Run every query of a tick, in the order in which they occur over a day."""
    costs, clock = Costs(), [NOW]
    database = await Timed.open(path)
    try:
        # Nothing is sent, and planning needs no client.
        nobody = cast("Any", None)
        publisher = Publisher(nobody, database, lambda: clock[0], RateLimiter(nobody))
        plan = publisher.plan
        await plan(NOW)
        # Each round runs twice: once timed, and once counting steps, which itself takes time.
        for turn in range(2 * rounds):
            ask = partial(counted if turn % 2 else timed, database, costs)
            await ask("look whether anything is due", lambda: database.read(deliveries.pulse))
            await ask("plan anew, after a change somewhere", lambda: plan(clock[0]))
            before, clock[0] = clock[0], clock[0] + timedelta(minutes=1)
            await ask("plan, a minute later", lambda at=before: plan(clock[0], at))
            before, clock[0] = clock[0], clock[0] + timedelta(minutes=1)
            await database.write(_one_more, clock[0] + AHEAD)
            await ask("plan one event, a minute later", lambda at=before: plan(clock[0], at))
            then = clock[0] + AHEAD
            await ask(f"claim {BATCH}", lambda at=then: database.write(deliveries.claim, at, "bench", LEASE, BATCH))
            await database.write(_settle)
    finally:
        await database.close()
    return costs


def _one_more(connection: Connection, at: datetime) -> None:
    """Make one event due at a time, as if that time had come closer by itself."""
    (event,) = connection.execute(
        "SELECT id FROM event WHERE earliest >= ? ORDER BY earliest LIMIT 1", (stamp(NOW + 2 * SPREAD),)
    ).fetchone()
    connection.execute("UPDATE event SET earliest = ?, latest = ? WHERE id = ?", (stamp(at), stamp(at), event))


def _settle(connection: Connection) -> None:
    """Mark everything as sent."""
    connection.execute(
        "UPDATE delivery SET state = 'sent', try_at = NULL, settled_at = ? WHERE try_at IS NOT NULL", (stamp(NOW),)
    )


def build(path: Path, size: int) -> None:
    """Build a catalogue of `size` dated songs: `RECENT` lately, the others spread evenly over ten years either way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        numbers = f"WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {size})"
        connection.execute(f"{numbers} INSERT INTO entity (id, kind, slug) SELECT n, 'track', n FROM n")
        connection.execute(
            f"{numbers} INSERT INTO fact (id, entity_id, shape, rank, certainty, origin)"
            " SELECT n, n, 'event_date', 0, 'stated', 'seed:bench' FROM n"
        )
        lately = f"{NOW.timestamp()} - n * {BEHIND.total_seconds()} / {RECENT + 1}"
        apart = YEARS.total_seconds() / ((size - RECENT) / 2)
        around = f"{NOW.timestamp()} + (n % 2 * 2 - 1) * ({NEAREST.total_seconds()} + (n - {RECENT}) / 2 * {apart})"
        at = f"strftime('%Y-%m-%dT%H:%M:%SZ', iif(n <= {RECENT}, {lately}, {around}), 'unixepoch')"
        connection.execute(
            f"{numbers}, dated (n, at) AS (SELECT n, {at} FROM n)"
            " INSERT INTO event (id, entity_id, kind, number, status, revision, earliest, latest, precision, zone,"
            "  changed_at)"
            " SELECT n, n, 'ost_release', 0, iif(at > ?, 'confirmed', 'released'), 1, at, at, 'minute', 'UTC', ?"
            "  FROM dated",
            (stamp(NOW), stamp(LONG_AGO)),
        )
        connection.execute(
            "INSERT INTO event_date (id, entity_id, kind, number, claim, status, earliest, latest, precision, zone)"
            " SELECT id, entity_id, kind, number, 0, status, earliest, latest, precision, zone FROM event"
        )
        connection.executemany(
            "INSERT INTO subscription (guild_id, channel_id, language, zone, kinds, stages, grace, since)"
            " VALUES (?1, ?1, 'en', ?2, ',premiere,ost_release,', ',now,moved,cancelled,', 21600, ?3)",
            [(number, ZONES[number % len(ZONES)], stamp(LONG_AGO)) for number in range(1, SUBSCRIPTIONS + 1)],
        )
        connection.execute("COMMIT")
