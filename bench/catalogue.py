"""The cost of a full catalogue: taking it in, answering from it, and starting on it.

Run as a program, it measures one of these in a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import ParamSpec, TypeVar, cast

from rich.console import Console
from rich.table import Table

from bot.interactions import cards
from bot.interactions.host import Host
from bot.interactions.params import MAX_CHOICES, Find, FindArtist, FindSung, FindWork
from bot.providers.sync import Asked, sync
from bot.render.phrases import option
from bot.seeding import load_own
from bot.store import catalogue as stored
from bot.store import overview, saved_index
from bot.store.database import Database, Query
from bot.store.lookup import Lookup
from bot.store.whole import Whole
from bot.text import words
from tests.wire.interactions import Reply
from tests.wire.loopback import Loopback
from tests.wire.process import launched

from .generated import NOW, Generated, part
from .measure import (
    CONTESTANTS,
    PEOPLE,
    Contestant,
    Options,
    Report,
    Running,
    cpu_seconds,
    peak_mb,
    resident_mb,
    started,
)
from .promises import Figures, Target, promises

SEED = 20_250_104
MOST = 1.3
"""The highest ratio of an answer's time on the full catalogue to that on the seeds alone."""
WARM_UP = 20
NAMES = 20
"""Names that are typed after a start."""
PATIENCE = 60.0
"""Seconds until an answer, or the index, is there."""

P = ParamSpec("P")
T = TypeVar("T")
Step = Callable[[Host], Awaitable[object]]
Ask = Callable[[Running], Awaitable[Reply]]


class TimedDatabase(Database):
    """A database that notes how long its longest transaction took, in seconds."""

    longest = 0.0

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        begin = time.perf_counter()
        result = await super().write(query, *args, **kwargs)
        self.longest = max(self.longest, time.perf_counter() - begin)
        return result


async def imports(share: float, path: Path) -> Figures:
    """Take a generated catalogue in on top of the seeds, and then once more."""
    provider = Generated(part(share), SEED)
    database = await TimedDatabase.open(path)
    assert isinstance(database, TimedDatabase)
    await database.write(stored.apply, load_own(), NOW)
    figures: Figures = {}
    for way in ("first", "unchanged second"):
        gc.collect()
        before, database.longest = resident_mb(os.getpid()), 0.0
        begin, worked = time.perf_counter(), time.process_time()
        result = await sync(database, provider, Asked(full=True), lambda: NOW)
        assert result.problem is None, result.problem
        took, peak = time.perf_counter() - begin, peak_mb()
        figures |= {
            f"{way} import (s)": took,
            f"{way} import: CPU (s)": time.process_time() - worked,
            f"{way} import: a record (ms)": took * 1000 / result.fetched,
            f"{way} import: longest transaction (ms)": database.longest * 1000,
            **({f"{way} import: memory (MB)": peak - before} if peak is not None and before is not None else {}),
        }
    counts = (await database.read(overview.overview)).counts
    await database.close()
    figures["entities"] = sum(count for kind, count in counts.items() if kind not in ("event", "source"))
    return figures


def _found(card: str, finder: type[Find], query: str) -> Step:
    """Find what is meant by a name, read it and draw it."""

    async def step(host: Host) -> object:
        entry = await host.lookup.find(query, finder.kinds)
        return (await cards.show(host, card, str(entry.ref), "en")).to_components()

    return step


def _shown(card: str, key: str) -> Step:
    async def step(host: Host) -> object:
        return (await cards.show(host, card, key, "en")).to_components()

    return step


def _suggested(finder: type[Find], queries: Sequence[str]) -> Step:
    turns = itertools.cycle(queries)
    t = words("en")

    async def step(host: Host) -> object:
        found = await host.lookup.suggest(next(turns), finder.kinds, MAX_CHOICES)
        return [option(t, match.entry) for match in found]

    return step


def _slash(command: str, **options: str) -> Ask:
    async def ask(bot: Running) -> Reply:
        reply = await bot.server.interact_command(command, options, user_id=next(PEOPLE), timeout=PATIENCE)
        await reply.settled()
        return reply

    return ask


def _typed(queries: Sequence[str]) -> Ask:
    turns = itertools.cycle(queries)

    async def ask(bot: Running) -> Reply:
        return await bot.server.autocomplete("ost", "name", next(turns), user_id=next(PEOPLE), timeout=PATIENCE)

    return ask


PREFIXES = ("j", "ji", "jin", "h", "hwa", "hwar", "stars", "itaewn cl", "별들")
QUESTIONS: dict[str, tuple[Ask, Step]] = {
    "/ost of an artist": (_slash("ost", name="person/jin"), _found("ost", FindSung, "person/jin")),
    "/ost of a drama": (_slash("ost", name="hwarang"), _found("ost", FindSung, "hwarang")),
    "/cast": (_slash("cast", drama="stars gossip"), _found("cast", FindWork, "stars gossip")),
    "/drama": (_slash("drama", name="hwarang"), _found("drama", FindWork, "hwarang")),
    "/artist": (_slash("artist", name="person/jin"), _found("artist", FindArtist, "person/jin")),
    "/upcoming": (_slash("upcoming"), _shown("upcoming", "days-30")),
    "autocomplete": (_typed(PREFIXES), _suggested(FindSung, PREFIXES)),
    "autocomplete, nothing typed": (_typed(("",)), _suggested(FindSung, ("",))),
}
"""What is asked of both catalogues: as an interaction, and what the bot does for it. Artists are asked for by their
keys, as chosen from the suggestions, since others have the same names."""
LISTS: dict[str, Step] = {
    "/browse dramas": _shown("browse", "work/all"),
    "/browse airing": _shown("browse", "work/airing"),
    "/browse artists": _shown("browse", "person/all"),
    "/about": _shown("about", "all"),
}
"""Answers that are about the whole catalogue."""


async def in_turns(ask: Callable[[T], Awaitable[object]], those: Sequence[T], count: int) -> list[float]:
    """The median milliseconds that each takes. They take turns, so that a slow moment affects all."""
    took: list[list[float]] = [[] for _ in those]
    for turn in range(WARM_UP + count):
        for one, times in zip(those, took, strict=True):
            begin = time.perf_counter()
            await ask(one)
            if turn >= WARM_UP:
                times.append((time.perf_counter() - begin) * 1000)
    return [statistics.median(times) for times in took]


async def host_of(database: Database) -> Host:
    """What the bot answers with, without Discord; its search index is built."""
    lookup = Lookup(database, lambda: NOW)
    await lookup.index()
    return cast("Host", SimpleNamespace(database=database, lookup=lookup, whole=Whole(database), clock=lambda: NOW))


async def answers(count: int, paths: Sequence[Path]) -> Figures:
    """What the bot does for each question, without Discord's part, on the full catalogue and on the seeds alone."""
    hosts = [await host_of(await Database.open(path)) for path in paths]
    gc.collect()
    gc.freeze()
    figures: Figures = {}
    for question, step in ({name: step for name, (_, step) in QUESTIONS.items()} | LISTS).items():
        full, seeds = await in_turns(step, hosts, count)
        figures |= {f"{question}: find, read and draw (ms)": full, f"{question}: on the seeds (ms)": seeds}
    for host in hosts:
        await host.database.close()
    return figures


async def _indexed(path: Path) -> None:
    """Wait until a bot has built the index and saved it; until then, the database answers."""
    for _ in range(int(PATIENCE)):
        if saved_index.beside(path).exists():
            return
        await asyncio.sleep(1)
    raise TimeoutError(f"there is no index after {PATIENCE:g} s")


async def _idle(bot: Running) -> None:
    """Wait until a bot has done what a first start does: take in what ships with it, and build the index after that.

    A question makes it look whether the index is still right. It has to be quiet twice: the first time, the question
    may have come just before an index was ready that is to be replaced.
    """
    quiet = 0
    for _ in range(int(PATIENCE)):
        await bot.server.autocomplete("ost", "name", "j", user_id=next(PEOPLE), timeout=PATIENCE)
        before = cpu_seconds(bot.process.pid) or 0.0
        await asyncio.sleep(3)
        quiet = quiet + 1 if (cpu_seconds(bot.process.pid) or 0.0) - before < 0.3 else 0
        if quiet == 2:
            return
    raise TimeoutError("the bot does not come to rest")


@asynccontextmanager
async def _by_the_clock(database: Path) -> AsyncGenerator[Running]:
    """A bot whose time is that of the generated catalogue."""
    async with Loopback() as server:
        server.clock.skip(NOW - datetime.now(UTC))
        async with launched(server, database) as process:
            await process.ready(within=60)
            yield Running("byeol", server, process)


async def interactions(count: int, paths: Sequence[Path]) -> Figures:
    """Whole interactions with two bots, one on the full catalogue and one on the seeds alone."""
    figures: Figures = {}
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(_by_the_clock(path)) for path in paths]
        for bot in bots:
            await _idle(bot)
        for question, (ask, _) in QUESTIONS.items():
            full, seeds = await in_turns(ask, bots, count)
            figures |= {f"{question}: the interaction (ms)": full, f"{question}: ratio": full / seeds}
    return figures


async def start(contestant: Contestant, path: Path, way: str) -> Figures:
    """Start a bot and type a name until it is offered; then a few others, which must be offered at once."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT kind || '/' || slug, text FROM (SELECT entity_id, text FROM name WHERE language = 'en'"
            "  GROUP BY text HAVING count(DISTINCT entity_id) = 1) JOIN entity ON entity.id = entity_id"
            " WHERE kind = 'track' AND entity.id % 97 = 0 ORDER BY entity.id LIMIT ?",
            (NAMES,),
        ).fetchall()

    async def is_right(bot: Running, value: str, text: str) -> bool:
        reply = await bot.server.autocomplete("ost", "name", text, user_id=next(PEOPLE), timeout=PATIENCE)
        return any(choice["value"] == value for choice in reply.choices)

    async with started(contestant, path) as bot:
        while not await is_right(bot, *names[0]):
            pass
        took = time.monotonic() - bot.process.spawned_at
        right = [await is_right(bot, *name) for name in names]
        await _indexed(path)
        memory = resident_mb(bot.process.pid)
    return {
        f"{way} start: first right answer (s)": took,
        f"{way} start: right answers": sum(right) / len(right),
        **({f"{way} start: resident once the index is there (MB)": memory} if memory is not None else {}),
    }


def _figure(name: str) -> Callable[[dict[int, Figures], Figures], float]:
    return lambda _, figures: figures[name]


TARGETS = (
    *(Target(f"{name}, in the same on the seeds alone", _figure(f"{name}: ratio"), MOST) for name in QUESTIONS),
    Target("a start without a saved index: first right answer (s)", _figure("cold start: first right answer (s)"), 3),
    Target("a start with a saved index: first right answer (s)", _figure("warm start: first right answer (s)"), 3),
    Target(
        "right answers after a start without a saved index",
        _figure("cold start: right answers"),
        1,
        at_least=True,
    ),
    Target("right answers after a start with a saved index", _figure("warm start: right answers"), 1, at_least=True),
)


@dataclass
class CatalogueReport(Report):
    """Figures of one catalogue, and every target with what was measured."""

    figures: Figures = field(default_factory=dict[str, float])

    def print(self, console: Console) -> None:
        table = Table(title=self.title, title_justify="left")
        table.add_column("figure")
        table.add_column("", justify="right")
        for figure, value in self.figures.items():
            table.add_row(figure, f"{value:,.0f}" if value >= 1000 else f"{value:.3g}")
        console.print(table)
        console.print(promises(TARGETS, {}, self.figures))
        for note in self.notes:
            console.print(f"- {note}", markup=False, highlight=False)

    def as_json(self) -> dict[str, object]:
        return {"title": self.title, "figures": self.figures, "notes": self.notes}


async def _apart(*asked: object) -> Figures:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.catalogue", *map(str, asked)]
    ran = await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(ran.stdout)


async def catalogue(contestants: Sequence[Contestant], options: Options, folder: Path) -> CatalogueReport:
    """Take a generated catalogue in, ask it what the seeds alone are asked as well, and start on it."""
    size = part(options.share)
    report = CatalogueReport(f"A catalogue of {size.entities:,} generated entities (seed {SEED})")
    paths = full, seeds = [folder / "catalogue-full.db", folder / "catalogue-seeds.db"]
    report.figures |= await _apart("imports", options.share, full)
    database = await Database.open(seeds)
    await database.write(stored.apply, load_own(), NOW)
    await database.close()
    report.figures |= await _apart("answers", options.count // 5, *paths)
    report.figures |= await interactions(options.count // 5, paths)
    saved_index.beside(full).unlink(missing_ok=True)
    for way in ("cold", "warm"):
        report.figures |= await start(CONTESTANTS[0], full, way)
    report.notes.append(
        "Memory of an import: the process's peak above what it had before. A record: fetching included."
    )
    report.notes.append("Both bots, or both catalogues, are asked in turns; times are medians.")
    return report


if __name__ == "__main__":
    what, *values = sys.argv[1:]
    if what == "imports":
        path = Path(values[1])
        found = asyncio.run(imports(float(values[0]), path)) | {"file (MB)": path.stat().st_size / 1e6}
    else:
        found = asyncio.run(answers(int(values[0]), [Path(value) for value in values[1:]]))
    print(json.dumps(found))
