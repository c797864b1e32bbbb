"""The search index, kept in step with the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from bot.database import Database
from bot.errors import AmbiguousError, NotFoundError
from bot.model import Kind, Ref
from bot.search import Entry, Index, Match, certain
from bot.store import catalogue, names


class Lookup:
    """Finds what somebody means. Follows every change of the catalogue, also those that another process makes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = Index(())
        self._revision = -1
        self._building = asyncio.Lock()

    async def index(self) -> Index:
        """The index of the catalogue as it is now."""
        if await self._database.read(catalogue.revision) != self._revision:
            async with self._building:
                revision = await self._database.read(catalogue.revision)
                if revision != self._revision:
                    entries = await self._database.read(names.entries)
                    self._index = await asyncio.to_thread(Index, entries)
                    self._revision = revision
        return self._index

    async def suggest(self, query: str, kinds: Collection[Kind], limit: int = 25) -> Sequence[Match]:
        """What may be meant by what was typed so far, the best first."""
        return (await self.index()).search(query, kinds, limit)

    async def find(self, query: str, kinds: Collection[Kind]) -> Entry:
        """The one entity that `query` means: a key that was chosen from suggestions, or a name.

        Raises `NotFoundError` with what comes closest, or `AmbiguousError` with what it may be.
        """
        index = await self.index()
        ref = Ref.parse(query)
        if ref is not None and ref.kind in kinds and (entry := index.get(ref)) is not None:
            return entry
        matches = index.search(query, kinds)
        likely = certain(matches)
        if not likely or not query.strip():
            raise NotFoundError(query, [match.entry for match in matches[:5]])
        if len(likely) > 1:
            raise AmbiguousError(query, [match.entry for match in likely])
        return likely[0].entry
