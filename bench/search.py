"""The cost of finding a name at 1,000, 10,000 and 100,000 entities of three names, and of the alternatives."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiosqlite
from rapidfuzz import fuzz, process

from bot.catalogue.model import Kind
from bot.search import Entry, Index
from bot.seeding import load_own
from bot.store import catalogue as stored
from bot.store import saved_index
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.lookup import FOLLOWED, Lookup
from tests.search.catalogue import catalogue
from tests.search.changes import changed

from .measure import Contestant, Options, percentile, resident_mb
from .promises import Figures, SearchReport

SIZES = (1_000, 10_000, 100_000)
SEED = 20_250_104
TYPED = 2_000
"""Names that are typed, each with a random change; 400 of them also keystroke by keystroke."""
TURN = 100
"""Queries to one index before it is the other's turn."""
SLOW = 25
"""Queries to the alternatives that take hundreds of milliseconds for one."""
BEAT = 0.001
ALL = frozenset(Kind)


def timed(ask: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    """Milliseconds per query."""
    took: list[float] = []
    for query in queries:
        begin = time.perf_counter()
        ask(query)
        took.append((time.perf_counter() - begin) * 1000)
    return took


class Heartbeat:
    """How long the event loop was blocked, at most, in milliseconds.

    `overslept` is how much longer than asked a short sleep took, stalls of a busy machine included. `worked` is the CPU
    time this process spent meanwhile, in all its threads, if that is less: a thread that holds the GIL blocks the loop
    too.
    """

    overslept = 0.0
    worked = 0.0

    async def beat(self) -> None:
        while True:
            begin, work = time.perf_counter(), time.process_time()
            await asyncio.sleep(BEAT)
            late = (time.perf_counter() - begin - BEAT) * 1000
            self.overslept = max(self.overslept, late)
            self.worked = max(self.worked, min(late, (time.process_time() - work) * 1000))


@asynccontextmanager
async def heartbeat() -> AsyncGenerator[Heartbeat]:
    heart = Heartbeat()
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(5 * BEAT)
    heart.overslept = heart.worked = 0.0
    try:
        yield heart
        await asyncio.sleep(2 * BEAT)
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating


COUNTED = {
    Kind.PERSON: ("credit", "INSERT INTO credit (id, person_id, entity_id, billing) VALUES (?, ?, ?, 0)"),
    Kind.GROUP: ("credit", "INSERT INTO credit (id, person_id, entity_id, billing) VALUES (?, ?, ?, 0)"),
    Kind.WORK: ("ost", "INSERT INTO ost (id, work_id, entity_id, main) VALUES (?, ?, ?, 0)"),
    Kind.TRACK: ("ost", "INSERT INTO ost (id, entity_id, work_id, main) VALUES (?, ?, ?, 0)"),
    Kind.ALBUM: ("ost", "INSERT INTO ost (id, entity_id, work_id, main) VALUES (?, ?, ?, 0)"),
}
"""The credits and songs that give an entity its weight; the other side of each is an entity that is not searched."""


def fill(connection: Connection, entries: Sequence[Entry]) -> None:
    """Store entities with their names, each with as many credits or songs as its weight requires."""

    def fact(id_: int, shape: str) -> int:
        row = (
            "INSERT INTO fact (entity_id, shape, rank, certainty, origin) VALUES (?, ?, 0, 'stated', 'seed:bench')"
            " RETURNING id"
        )
        return connection.execute(row, (id_, shape)).fetchone()[0]

    other = len(entries) + 1
    connection.execute("INSERT INTO entity (id, kind, slug) VALUES (?, 'character', 'other')", (other,))
    for id_, entry in enumerate(entries, start=1):
        connection.execute("INSERT INTO entity (id, kind, slug) VALUES (?, ?, ?)", (id_, *entry.ref))
        for position, text in enumerate(entry.texts):
            row = (fact(id_, "name"), id_, text, "ko" if position == 1 else "en", position)
            connection.execute("INSERT INTO name VALUES (?, ?, ?, 'official', ?, ?)", row)
        shape, row = COUNTED[entry.ref.kind]
        for _ in range(entry.weight):
            connection.execute(row, (fact(id_, shape), id_, other))


def rename(connection: Connection, slug: str, text: str) -> None:
    connection.execute(
        "UPDATE name SET text = ? WHERE position = 0 AND entity_id = (SELECT id FROM entity WHERE slug = ?)",
        (text, slug),
    )


async def follow(lookup: Lookup, database: Database, entries: Sequence[Entry]) -> Figures:
    """Change names one by one, as another process would, and query until each is found."""
    took: list[float] = []
    async with heartbeat() as heart:
        for number, entry in enumerate(entries):
            name = f"Quxwolf Zyphon {number}"
            await database.write(rename, entry.ref.slug, name)
            begin = time.perf_counter()
            while not (found := await lookup.suggest(name, ALL, 1)) or found[0].entry.ref != entry.ref:
                pass
            took.append((time.perf_counter() - begin) * 1000)
    return {
        "a changed name is found (ms)": statistics.median(took),
        "held by following (ms)": heart.worked,
        "held by following, the machine's stalls included (ms)": heart.overslept,
    }


async def anew(lookup: Lookup, database: Database, entries: Sequence[Entry]) -> Figures:
    """Change more names than are applied one by one, and query until a rebuilt index finds them."""
    name = "Wolfqux Phonzy"

    def many(connection: Connection) -> None:
        for number, entry in enumerate(entries[: FOLLOWED + 100]):
            rename(connection, entry.ref.slug, f"{name} {number}")

    await database.write(many)
    begin = time.perf_counter()
    async with heartbeat() as heart:
        await lookup.index()
        while lookup.busy:
            await lookup.suggest(f"{name} 0", ALL, 1)
            await asyncio.sleep(0.1)
    took = time.perf_counter() - begin
    assert (await lookup.suggest(f"{name} 0", ALL, 1))[0].entry.ref == entries[0].ref
    return {
        "many changed names are found (s)": took,
        "held by building anew (ms)": heart.worked,
        "held by building anew, the machine's stalls included (ms)": heart.overslept,
    }


async def start(path: Path, saved: Path, way: str, entries: Sequence[Entry]) -> Figures:
    """Start with or without a saved index, and ask for a name at once; afterwards, wait until the index is saved."""
    gc.collect()
    before = resident_mb(os.getpid()) or 0.0
    async with heartbeat() as heart:
        begin = time.perf_counter()
        database = await Database.open(path)
        lookup = Lookup(database, saved=saved)
        await lookup.ready()
        took: list[float] = []
        right = 0
        for entry in entries:
            found = await lookup.suggest(entry.texts[1], {entry.ref.kind})  # the first was changed before
            right += any(match.entry.ref == entry.ref for match in found)
            took.append(time.perf_counter() - begin)
    memory = (resident_mb(os.getpid()) or 0.0) - before
    async with heartbeat() as rest:
        await lookup.index()
        while lookup.busy:
            await lookup.ready()
            await asyncio.sleep(0.1)
    await lookup.close()
    await database.close()
    return {
        f"{way} start: first answer (s)": took[0],
        f"{way} start: an answer after the first (ms)": (took[-1] - took[0]) * 1000 / (len(took) - 1),
        f"{way} start: right answers": right / len(entries),
        f"{way} start: held until answers (ms)": heart.worked,
        f"{way} start: held until saved (ms)": rest.worked,
        f"{way} start: memory (MB)": memory,
    }


async def starts(path: Path, entries: Sequence[Entry]) -> Figures:
    """The cost of a start, first without and then with a saved index."""
    saved = saved_index.beside(path)
    figures = await start(path, saved, "cold", entries)
    if saved.exists():
        figures["saved index (MB)"] = saved.stat().st_size / 1e6
    return figures | await start(path, saved, "warm", entries)


async def select_one(path: Path) -> Figures:
    async with aiosqlite.connect(path) as connection:
        took: dict[str, list[float]] = {"fetchall": [], "cursor": []}
        for _ in range(2000):
            begin = time.perf_counter()
            await connection.execute_fetchall("SELECT 1")
            middle = time.perf_counter()
            async with connection.execute("SELECT 1") as cursor:
                await cursor.fetchone()
            took["fetchall"].append((middle - begin) * 1000)
            took["cursor"].append((time.perf_counter() - middle) * 1000)
    return {
        "SELECT 1, execute_fetchall (ms)": statistics.median(took["fetchall"]),
        "SELECT 1, cursor (ms)": statistics.median(took["cursor"]),
    }


def recall(found: Callable[[str], Sequence[str]], asked: Sequence[tuple[str, str, Entry]], way: str) -> Figures:
    """Recall: the share of queries whose target, or one of the same name, comes first, or among the first five."""
    first = five = 0
    for _, query, entry in asked:
        fits = [name in entry.texts for name in found(query)[:5]]
        first += fits[:1] == [True]
        five += any(fits)
    return {f"{way}: recall@1": first / len(asked), f"{way}: recall@5": five / len(asked)}


def others(entries: Sequence[Entry], asked: Sequence[tuple[str, str, Entry]]) -> Figures:
    """The same queries to LIKE, to FTS5's trigrams and to rapidfuzz, over the same names."""
    names = [text for entry in entries for text in entry.texts]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE plain (text)")
    connection.execute("CREATE VIRTUAL TABLE grams USING fts5 (text, tokenize = 'trigram')")
    for table in ("plain", "grams"):
        connection.executemany(f"INSERT INTO {table} VALUES (?)", ((name,) for name in names))

    def like(query: str) -> list[str]:
        rows = connection.execute("SELECT text FROM plain WHERE text LIKE ? LIMIT 25", (f"%{query}%",))
        return [text for (text,) in rows]

    def grams(query: str) -> list[str]:
        quoted = '"' + query.replace('"', '""') + '"'
        rows = connection.execute("SELECT text FROM grams WHERE text MATCH ? ORDER BY rank LIMIT 25", (quoted,))
        return [text for (text,) in rows]

    def linear(query: str) -> list[str]:
        return [name for name, _, _ in process.extract(query, names, scorer=fuzz.WRatio, limit=25)]

    figures: Figures = {}
    for way, ask, count in (
        ("LIKE '%q%'", like, 100),
        ("FTS5 trigram", grams, 400),
        ("linear rapidfuzz", linear, SLOW),
    ):
        took = timed(ask, [query for _, query, _ in asked[:count]])
        figures |= {f"{way}: median (ms)": statistics.median(took), f"{way}: p99 (ms)": percentile(took, 0.99)}
        figures |= recall(ask, asked[:count], way)
    return figures


def keystrokes(queries: Sequence[str]) -> list[str]:
    """Every prefix that was typed on the way to some of the queries, shuffled."""
    typed = [query[:length] for query in queries[: TYPED // 5] for length in range(1, len(query) + 1)]
    Random(SEED).shuffle(typed)
    return typed


def in_turns(index: Index, asked: Sequence[str], other: Index, asked_other: Sequence[str]) -> float:
    """The ratio of an index's median time to another's. They take turns, so that a slow moment affects both."""
    took: list[float] = []
    took_other: list[float] = []
    for start in range(0, min(len(asked), len(asked_other)), TURN):
        took += timed(lambda query: index.search(query, ALL), asked[start : start + TURN])
        took_other += timed(lambda query: other.search(query, ALL), asked_other[start : start + TURN])
    return statistics.median(took) / statistics.median(took_other)


def beside(index: Index, asked: Sequence[str]) -> Figures:
    """The cost of queries, as a multiple of the cost at the smallest size."""
    entries = list(catalogue(SIZES[0], SEED))
    smallest = Index(entries)
    asked_smallest = [query for _, query, _ in changed(Random(SEED), entries, TYPED)]
    return {
        f"keystroke, in those at {SIZES[0]:,}": in_turns(
            index, keystrokes(asked), smallest, keystrokes(asked_smallest)
        ),
        f"changed name, in those at {SIZES[0]:,}": in_turns(index, asked, smallest, asked_smallest),
    }


def ask(index: Index, asked: Sequence[tuple[str, str, Entry]]) -> Figures:
    """The cost of queries, and their recall. The slowest are repeated: a busy machine slows a query down only once."""
    queries = [query for _, query, _ in asked]
    strokes = keystrokes(queries)

    def search(query: str) -> object:
        return index.search(query, ALL)

    typed, whole = timed(search, strokes), timed(search, queries)
    slowest = sorted(zip([*typed, *whole], [*strokes, *queries], strict=True), reverse=True)[:50]
    again = max(min(timed(search, [query] * 5)) for _, query in slowest)
    return {
        "keystroke: median (ms)": statistics.median(typed),
        "keystroke: p99 (ms)": percentile(typed, 0.99),
        "changed name: median (ms)": statistics.median(whole),
        "changed name: p99 (ms)": percentile(whole, 0.99),
        "longest question (ms)": again,
        "longest question, the machine's stalls included (ms)": slowest[0][0],
        **recall(
            lambda query: [text for m in index.search(query, ALL, 5) for text in m.entry.texts[:1]], asked, "Byeol"
        ),
    }


async def measure(size: int, folder: Path) -> Figures:
    path = folder / f"search-{size}.db"
    entries = list(catalogue(size, SEED))
    database = await Database.open(path)
    await database.write(fill, entries)
    meant = changed(Random(SEED), entries, TYPED)
    changing = Random(SEED).sample(entries, 20)
    gc.collect()
    gc.freeze()
    before = resident_mb(os.getpid()) or 0.0
    async with heartbeat() as idle:
        await asyncio.sleep(2)
    lookup = Lookup(database)
    async with heartbeat() as heart:
        begin = time.perf_counter()
        index = await lookup.index()
        built = time.perf_counter() - begin
    gc.collect()
    figures = {
        "memory (MB)": (resident_mb(os.getpid()) or 0.0) - before,
        "build (s)": built,
        "held by building (ms)": heart.worked,
        "held by building, the machine's stalls included (ms)": heart.overslept,
        "held by nothing, the machine's stalls included (ms)": idle.overslept,
        **ask(index, meant),
        **await select_one(path),
        **beside(index, [query for _, query, _ in meant]),
    }
    took: list[float] = []
    for _, query, _ in meant[:500]:
        begin = time.perf_counter()
        await lookup.suggest(query, ALL)
        took.append((time.perf_counter() - begin) * 1000)
    figures["with the question whether anything changed: median (ms)"] = statistics.median(took)
    del index
    figures |= await follow(lookup, database, changing)
    figures |= await anew(lookup, database, entries)
    await database.close()
    figures |= await starts(path, changing)
    return figures | others(entries, meant)


async def seeds(folder: Path) -> Figures:
    """The cost of search at startup, at the size of the project's own catalogue; the best of five."""
    database = await Database.open(folder / "search-seeds.db")
    await database.write(stored.apply, load_own(), datetime.now(UTC))
    took: list[float] = []
    for _ in range(5):
        begin = time.perf_counter()
        await Lookup(database).index()
        took.append((time.perf_counter() - begin) * 1000)
    await database.close()
    return {"start-up with the seeds (ms)": min(took)}


async def search(contestants: Sequence[Contestant], options: Options, folder: Path) -> SearchReport:
    """Measure each size in a process of its own, so that no size finds memory that another left behind."""
    report = SearchReport(f"Search (names changed at random, seed {SEED})", start=await seeds(folder))
    for size in SIZES:
        command = [sys.executable, "-m", "bench.search", str(size), str(folder)]
        ran = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
        report.sizes[size] = json.loads(ran.stdout)
    report.notes.append(
        "In those at 1,000: both are asked in turns in one process, so that a slow moment of the machine is in both."
    )
    report.notes.append(
        "Held: how late a sleeping task woke, or, if less, what the process worked meanwhile in all its threads."
    )
    report.notes.append(f"Linear rapidfuzz answers {SLOW} of the questions, LIKE 100, FTS5 400, Byeol {TYPED}.")
    return report


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]), Path(sys.argv[2])))))
