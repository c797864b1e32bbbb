"""The search index, kept in sync with the catalogue."""

from __future__ import annotations

import asyncio
import logging
import weakref
from array import array
from collections.abc import Collection, Coroutine, Generator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from bot.catalogue.model import Clock, Kind, Ref, utcnow
from bot.errors import AmbiguousError, DatabaseUnavailableError, NotFoundError
from bot.search import Builder, Entry, Index, Match, Tier, certain
from bot.search.memory import release_incrementally
from bot.search.table import Table
from bot.store import names, plain_search, saved_index
from bot.store.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")

SLICE = 0.00025
"""Seconds of work on the index between two turns of the event loop."""
CHUNK = 20
"""Entities per read from the database: few, since the event loop stalls while a thread builds their objects."""
FOLLOWED = 200
"""The most changed entities for which an index is patched; beyond that it is rebuilt."""
PATIENCE = 0.05
"""Seconds that a query waits for a rebuild before the previous index answers: enough for a few files of seeds."""
QUIET = 2.0
"""Seconds without a change after which an index is built that nobody has asked for yet."""
LARGE = 2_000
"""Searchable entities from which an index is saved, and from which the database answers until the first one is built:
that takes half a second, or a whole one on a slow machine."""
POPULAR = 200
"""The most important entities, of all kinds, considered when nothing is typed and there is no index yet."""
SOON = 100
"""Upcoming dates considered when nothing is typed."""


class IndexSize(NamedTuple):
    """The size of an index: its entries, its bytes, and the seconds that it took to build: 0 if it was loaded."""

    entries: int
    bytes: int
    build_seconds: float


class Lookup:
    """Finds the entity a user means. Follows every change of the catalogue, including those of other processes.

    If there is a file to save the index to, the next lookup of the same database begins with that.
    """

    def __init__(self, database: Database, clock: Clock = utcnow, saved: Path | None = None) -> None:
        self._database = database
        self._clock = clock
        self._index: Index | None = None
        self._serial = -1
        self._following = asyncio.Lock()
        self._building: asyncio.Task[None] | None = None
        self._until = 0.0
        self._saved = saved
        self._loaded = False
        self._large = False
        self._popular = array("q")
        self._build_seconds = 0.0
        self._saving = asyncio.Lock()
        self._news = False
        self._catching_up = False
        self._closed = False
        self._aside: set[asyncio.Task[None]] = set()

    async def index(self) -> Index:
        """The index of the current catalogue, or, during a rebuild for a large change, the previous one."""
        index = await self._current(whole=True)
        assert index is not None
        return index

    async def ready(self) -> Index | None:
        """The same as `index`, but None instead of waiting until the first index of a large catalogue is built.

        To be called at the start: it loads the saved index, or begins to build one.
        """
        return await self._current(whole=False)

    async def follow(self) -> None:
        """Take in changes as soon as the database tells of them, and not only before the next answer."""
        await self._database.follow(self._told)

    def _told(self) -> None:
        self._news = True
        if not self._catching_up and not self._closed:
            self._catching_up = True
            self._do_aside(self._catch_up())

    async def _catch_up(self) -> None:
        """Lay few changes over the index at once; after many, build it anew when they have come to an end."""
        try:
            while self._news:
                self._news = False
                async with self._following:
                    followed = self._building is not None or await self._patch()
                if not followed:
                    await asyncio.sleep(QUIET)
                    if not self._news:
                        await self._current(whole=False)
        except DatabaseUnavailableError:
            log.info("What changed is taken in before the next answer: the database does not answer now")
        finally:
            self._catching_up = False

    async def close(self) -> None:
        """Stop what is done in the background. What was not saved is built at the next start."""
        self._closed = True
        tasks = [*self._aside, *([self._building] if self._building is not None else ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether the index is being rebuilt or saved, or the previous one is still being freed."""
        return self._building is not None or bool(self._aside)

    @property
    def size(self) -> IndexSize:
        """How large the index is, without looking whether it is current."""
        if self._index is None:
            return IndexSize(0, 0, self._build_seconds)
        size = sum(len(part) for part in self._index.table.memory() if not isinstance(part, dict))
        return IndexSize(len(self._index), size, self._build_seconds)

    async def get(self, ref: Ref) -> Entry | None:
        """The entry of an entity, or of the one that it was merged into; or None."""
        if (index := await self.ready()) is not None and (entry := index.get(ref)) is not None:
            return entry
        # There is no index yet, or the entity was merged into another one.
        return next(iter(await self._database.read(plain_search.entries, [ref])), None)

    async def suggest(self, query: str, kinds: Collection[Kind], limit: int = 25) -> Sequence[Match]:
        """Up to `limit` matches for what was typed so far, best first; for an empty query, upcoming or popular ones."""
        index = await self.ready()
        if query.strip():
            return await self._search(index, query, kinds, limit)
        soon = [ref for ref in await self._database.read(names.upcoming, self._clock(), SOON) if ref.kind in kinds]
        if index is None:
            entries = await self._database.read(plain_search.entries, soon[:limit])
            popular = await self._database.read(names.entries, self._popular)
            found = [Match(entry, Tier.PREFIX, 100.0) for entry in popular if entry.ref.kind in kinds]
        else:
            entries = list(islice((entry for ref in soon if (entry := index.get(ref)) is not None), limit))
            found = index.search(query, kinds, limit) if len(entries) < limit else []
        first = {entry.ref: Match(entry, Tier.PREFIX, 100.0) for entry in entries}
        return [*first.values(), *(match for match in found if match.entry.ref not in first)][:limit]

    async def find(self, query: str, kinds: Collection[Kind]) -> Entry:
        """The one entity that `query` means: a key chosen from the suggestions, or a name.

        Raises `NotFoundError` with the closest matches, or `AmbiguousError` with the candidates.
        """
        ref = Ref.parse(query)
        if ref is not None and ref.kind in kinds and (entry := await self.get(ref)) is not None:
            return entry
        index = await self.ready()
        matches = await self._search(index, query, kinds)
        likely = certain(matches)
        near = [match.entry for match in matches[:5]]
        if not query.strip():
            raise NotFoundError(query, near)
        if not likely or likely[0].tier is not Tier.EXACT:
            # An exact name of another kind is more likely meant than a similar name of this kind.
            called_so = certain(await self._search(index, query, names.SEARCHED))
            others = [match.entry for match in called_so if match.tier is Tier.EXACT]
            if others or not likely:
                raise NotFoundError(query, near, others)
        if len(likely) > 1:
            raise AmbiguousError(query, [match.entry for match in likely])
        return likely[0].entry

    async def _search(self, index: Index | None, query: str, kinds: Collection[Kind], limit: int = 25) -> list[Match]:
        if index is not None:
            return index.search(query, kinds, limit)
        return await self._database.read(plain_search.matches, query, kinds, limit)

    async def _current(self, *, whole: bool) -> Index | None:
        """The index to answer from. Unless `whole`, None if the first one of a large catalogue is not built yet."""
        if await self._database.read(names.serial) != self._serial:
            await self._follow(whole=whole)
        return self._index

    async def _follow(self, *, whole: bool) -> None:
        """Take in changes: patch the index for few; for many, rebuild in the background while the old one answers."""
        async with self._following:
            if self._saved is not None and not self._loaded:
                await self._load(self._saved)
                self._loaded = True
            if self._building is None and not await self._patch():
                self._large = await self._database.read(plain_search.size) >= LARGE
                self._building = asyncio.create_task(self._build())
                self._building.add_done_callback(self._built)
                self._until = perf_counter() + PATIENCE
        if (building := self._building) is not None:
            left = None
            if self._index is not None:
                left = max(self._until - perf_counter(), 0)
            elif self._large and not whole:
                left = 0
            await asyncio.wait([building], timeout=left)
            if building.done():
                building.result()

    def _built(self, building: asyncio.Task[None]) -> None:
        self._building = None
        if not building.cancelled() and (error := building.exception()) is not None:
            log.error("The search index could not be built", exc_info=error)

    async def _patch(self) -> bool:
        """Patch the index with the changes since it was built. Returns False if there are too many."""
        while self._index is not None:
            changed = await self._database.read(names.changes, self._serial, FOLLOWED)
            if changed is None or self._index.changes > FOLLOWED:
                return False
            serial, entries, gone = changed
            if serial == self._serial:
                return True
            self._index = await _in_slices(self._index.with_changes(entries, gone))
            self._serial = serial
        return False

    async def _load(self, path: Path) -> None:
        """Begin with the saved index, if there is one that fits; changes since then are followed as any others."""
        if (found := await saved_index.load(self._database, path)) is not None:
            serial, blocks = found
            self._index = Index.of(await _in_slices(Table.restored(iter(blocks))))
            self._serial = serial

    async def _save(self, path: Path, table: Table, serial: int) -> None:
        # Changes laid over a table are not saved with it: a start reads them from the database again. The memory of a
        # table is cleared once nothing refers to it, so this has to until all is written.
        async with self._saving:
            await saved_index.save(self._database, path, await _in_slices(table.saved()), serial)

    async def _build(self) -> None:
        """Rebuild the index."""
        begun = perf_counter()
        serial, ids = await self._database.read(names.in_order)
        self._popular = ids[:POPULAR]
        builder = Builder()
        for start in range(0, len(ids), CHUNK):
            entries = await self._database.read(names.entries, ids[start : start + CHUNK])
            await _in_slices(_added(builder, entries))
        index = Index.of(await _in_slices(builder.finish()))
        before, self._index, self._serial = self._index, index, serial
        self._build_seconds = perf_counter() - begun
        await self._patch()
        if before is not None:
            memory, asked = before.table.memory(), weakref.ref(before.table)
            del before
            if asked() is None:  # else its last user frees it
                self._do_aside(_in_slices(release_incrementally(memory)))
        if self._saved is not None and self._large:
            self._do_aside(self._save(self._saved, index.table, serial))

    def _do_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def _added(builder: Builder, entries: list[Entry]) -> Generator[None, None, None]:
    for entry in entries:
        builder.add(entry)
        yield


async def _in_slices(steps: Generator[None, None, T]) -> T:
    """Run `steps` to the end, `SLICE` seconds at a time, and return their result."""
    until = perf_counter() + SLICE
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
        if perf_counter() >= until:
            await asyncio.sleep(0)
            until = perf_counter() + SLICE
