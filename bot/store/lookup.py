"""The search index, kept in sync with the catalogue."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Collection, Generator, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeVar

from bot.catalogue.model import Clock, Kind, Ref
from bot.errors import AmbiguousError, NotFoundError
from bot.search import Builder, Entry, Index, Match, Tier, certain
from bot.search.memory import release_incrementally
from bot.store import names
from bot.store.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")

SLICE = 0.00025
"""Seconds of work on the index between two turns of the event loop."""
CHUNK = 20
"""Entities per read from the database: few, since the event loop stalls while a thread builds their objects."""
FOLLOWED = 200
"""The most changed entities for which an index is patched; beyond that it is rebuilt."""
PATIENCE = 1.0
"""Seconds that a query waits for a rebuild before the previous index answers."""
SOON = 100
"""Upcoming dates considered when nothing is typed."""


def _utcnow() -> datetime:
    return datetime.now(UTC)


class Lookup:
    """Finds the entity a user means. Follows every change of the catalogue, including those of other processes."""

    def __init__(self, database: Database, clock: Clock = _utcnow) -> None:
        self._database = database
        self._clock = clock
        self._index: Index | None = None
        self._serial = -1
        self._following = asyncio.Lock()
        self._building: asyncio.Task[None] | None = None
        self._until = 0.0
        self._leaving: set[asyncio.Task[None]] = set()

    async def index(self) -> Index:
        """The index of the current catalogue, or, during a rebuild for a large change, the previous one."""
        if await self._database.read(names.serial) != self._serial:
            await self._follow()
        assert self._index is not None
        return self._index

    @property
    def busy(self) -> bool:
        """Whether the index is being rebuilt, or the previous one is still being freed."""
        return self._building is not None or bool(self._leaving)

    async def suggest(self, query: str, kinds: Collection[Kind], limit: int = 25) -> Sequence[Match]:
        """Up to `limit` matches for what was typed so far, best first; for an empty query, upcoming or popular ones."""
        if query.strip():
            return (await self.index()).search(query, kinds, limit)
        soon = await self._database.read(names.upcoming, self._clock(), SOON)
        index = await self.index()
        entries = [entry for ref in soon if ref.kind in kinds and (entry := index.get(ref)) is not None]
        first = {entry.ref: Match(entry, Tier.PREFIX, 100.0) for entry in entries}
        found = index.search(query, kinds, limit)
        return [*first.values(), *(match for match in found if match.entry.ref not in first)][:limit]

    async def find(self, query: str, kinds: Collection[Kind]) -> Entry:
        """The one entity that `query` means: a key chosen from the suggestions, or a name.

        Raises `NotFoundError` with the closest matches, or `AmbiguousError` with the candidates.
        """
        index = await self.index()
        ref = Ref.parse(query)
        if ref is not None and ref.kind in kinds and (entry := index.get(ref)) is not None:
            return entry
        matches = index.search(query, kinds)
        likely = certain(matches)
        near = [match.entry for match in matches[:5]]
        if not query.strip():
            raise NotFoundError(query, near)
        if not likely or likely[0].tier is not Tier.EXACT:
            # An exact name of another kind is more likely meant than a similar name of this kind.
            called_so = certain(index.search(query, names.SEARCHED))
            others = [match.entry for match in called_so if match.tier is Tier.EXACT]
            if others or not likely:
                raise NotFoundError(query, near, others)
        if len(likely) > 1:
            raise AmbiguousError(query, [match.entry for match in likely])
        return likely[0].entry

    async def _follow(self) -> None:
        """Take in changes: patch the index for few; for many, rebuild in the background while the old one answers."""
        async with self._following:
            if self._building is None and not await self._patch():
                self._building = asyncio.create_task(self._build())
                self._building.add_done_callback(self._built)
                self._until = perf_counter() + PATIENCE
        if (building := self._building) is not None:
            left = max(self._until - perf_counter(), 0) if self._index is not None else None
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

    async def _build(self) -> None:
        """Rebuild the index."""
        serial, ids = await self._database.read(names.in_order)
        builder = Builder()
        for start in range(0, len(ids), CHUNK):
            entries = await self._database.read(names.entries, ids[start : start + CHUNK])
            await _in_slices(_added(builder, entries))
        index = Index.of(await _in_slices(builder.finish()))
        before, self._index, self._serial = self._index, index, serial
        await self._patch()
        if before is not None:
            memory, asked = before.table.memory(), weakref.ref(before.table)
            del before
            if asked() is None:  # else its last user frees it
                leaving = asyncio.create_task(_in_slices(release_incrementally(memory)))
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)


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
