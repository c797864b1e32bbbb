"""Neither taking in nor answering goes through a whole table: a full catalogue has hundreds of thousands of rows.

SQLite plans without statistics, so it plans for a small database as it does for a large one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest

from bot.announcements.subscription import Threads
from bot.catalogue.model import EventKind, Kind, Ref, Status
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import parse
from bot.store import artists, browse, events, imports, names, post_actions, record, runs, songs, threads, vitals, works
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.imports import Staged
from bot.store.post_actions import THREAD
from bot.store.record import ExternalId, Record, Thing
from bot.store.stated import SourceRow
from tests.helpers import apply, opened, write
from tests.store.dated import LEASE, PREMIERE, choose, planned_and_claimed, seed, server

P = ParamSpec("P")
T = TypeVar("T")

NOW = datetime(2025, 1, 1, tzinfo=UTC)
SOURCE = SourceRow("provider-wikidata", "W", None, None, None, None, None, Origin(Authority.IMPORT, "wikidata"))
SMALL = "CONSTANT ROW|(asked|ref|servers|source|catalogue|merged)\\b"
"""What may be scanned: rows that a query brings along, and tables that stay small."""

WORK, PERSON, OTHER, ROLE, GROUP, NETWORK, ALBUM, TRACK = (ExternalId("wikidata", f"Q{n}") for n in range(8))
NAME = (record.name("Moon", "official", "en", 0), record.name("달", "original", "ko", 1))
RECORDS = [
    Record("wikidata", "Q5", (Thing(NETWORK, Kind.ORGANISATION, NAME),)),
    Record(
        "wikidata",
        "Q0",
        (
            Thing(
                WORK,
                Kind.WORK,
                (
                    *NAME,
                    record.detail("genre", {"en": "romance"}),
                    record.link("official", "https://example.org"),
                    record.airing(NETWORK, "Asia/Seoul"),
                    record.credit(PERSON, ROLE, 1),
                    record.crew(PERSON, "writer"),
                    record.event(EventKind.PREMIERE, parse("2024-12-20"), Status.EXPECTED),
                    record.event(EventKind.FINALE, parse("2025-01-20"), Status.EXPECTED),
                ),
                year=2024,
            ),
            Thing(ROLE, Kind.CHARACTER, NAME),
        ),
    ),
    *(
        Record("wikidata", one.id, (Thing(one, Kind.PERSON, (*NAME, record.membership(GROUP)), related=(WORK, GROUP)),))
        for one in (PERSON, OTHER)
    ),
    Record("wikidata", "Q4", (Thing(GROUP, Kind.GROUP, NAME),)),
    Record(
        "wikidata",
        "Q6",
        (
            Thing(ALBUM, Kind.ALBUM, (*NAME, record.performer(PERSON, 0)), year=2025),
            Thing(TRACK, Kind.TRACK, (*NAME, record.performer(PERSON, 0), record.ost(WORK, 1)), related=(PERSON,)),
        ),
    ),
]


class Plans:
    """Runs store functions, and collects the scans in the plans of all that they ask."""

    def __init__(self) -> None:
        self.scans: dict[str, list[str]] = {}

    def __call__(self, query: Callable[Concatenate[Connection, P], T]) -> Callable[..., T]:
        """The same function, watched."""

        def watched(connection: Any, *args: P.args, **kwargs: P.kwargs) -> T:
            asked: list[str] = []
            connection.set_trace_callback(asked.append)
            try:
                result = query(connection, *args, **kwargs)
            finally:
                connection.set_trace_callback(None)
            for sql in asked:
                # Triggers are traced as comments. Nothing is in an empty list, and SQLite does not look for it.
                if re.match(r"SELECT|WITH|INSERT|UPDATE|DELETE", sql) and "IN ()" not in sql:
                    plan = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
                    if scans := [step for step in plan if re.match(rf"SCAN (?!\d* ?{SMALL})", step)]:
                        self.scans[sql] = scans
            return result

        return watched


@pytest.fixture
def watched() -> Plans:
    return Plans()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(tmp_path / "byeol.db") as database:
        yield database


async def taken_in(database: Database, watched: Plans) -> None:
    await database.write(imports.credit_provider, SOURCE, NOW)
    for then in (NOW, NOW + timedelta(days=90)):
        run = await database.write(runs.begin, "wikidata", "", then, complete=True)
        staged = [Staged(one, None, 0) for one in RECORDS]
        moved = {PERSON: ExternalId("wikidata", "Q99")}
        await database.write(watched(imports.stage), run, "", staged, (), moved, then)
        for _ in range(2):
            await database.write(watched(imports.take_in), "wikidata", SOURCE.slug, 20, then, trusted=False)
            await database.write(watched(imports.take_in_again), "wikidata", SOURCE.slug, "", 20, then, trusted=False)
        await database.write(watched(imports.pass_by), "wikidata", then)


async def test_taking_in_and_taking_back_cost_the_same_at_any_size(database: Database, watched: Plans) -> None:
    await taken_in(database, watched)
    run = await database.write(runs.begin, "wikidata", "", NOW, complete=True)
    await database.write(watched(imports.stage), run, "", (), [one.id for one in RECORDS], {}, NOW)
    await database.write(watched(imports.remove_gone), "wikidata", 20, NOW)
    assert watched.scans == {}


async def test_answers_cost_the_same_at_any_size(database: Database, watched: Plans) -> None:
    await taken_in(database, Plans())
    read, until = database.read, NOW + timedelta(days=30)
    person = Ref(Kind.PERSON, "moon")
    assert await read(watched(works.work), "moon")
    assert await read(watched(works.cast), "moon")
    assert await read(watched(songs.track), "moon")
    assert await read(watched(songs.discography), person)
    assert await read(watched(songs.singing), [person])
    assert await read(watched(artists.artist), person)
    dates = await read(watched(events.upcoming), NOW, until)
    assert await read(watched(events.with_context), [id_ for id_, _ in dates])
    assert await read(watched(names.upcoming), NOW, 25)
    assert (await read(watched(browse.airing), 0, NOW)).total == 1
    assert watched.scans == {}


async def test_watching_the_outbox_costs_the_same_however_much_was_announced(
    database: Database, watched: Plans
) -> None:
    assert (await database.read(watched(vitals.outbox))).counts == {}
    assert watched.scans == {}


async def test_the_threads_of_dramas_are_not_gone_through(database: Database, watched: Plans, tmp_path: Path) -> None:
    await apply(database, write(tmp_path / "seeds", drama=seed()))
    await choose(database, server())
    delivery = (await planned_and_claimed(database)).id
    await database.write(watched(threads.join), delivery)
    await database.write(watched(threads.sent), delivery, 1, PREMIERE, [THREAD], None, Threads.SUBJECT)
    await database.read(watched(threads.standing), delivery)
    await database.write(watched(threads.found_anew), delivery)
    (action,) = await database.write(watched(post_actions.claim), PREMIERE, LEASE, 1)
    await database.write(watched(threads.opened), action, PREMIERE)
    await database.write(watched(threads.unopened), action)
    work = await database.read(lambda c: c.execute("SELECT entity_id FROM subject_thread").fetchall())
    assert work == [], "no thread was opened"
    await database.write(watched(threads.merge), 1, 2)
    assert {sql: steps for sql, steps in watched.scans.items() if "thread" in sql} == {}
