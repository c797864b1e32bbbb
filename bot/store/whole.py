"""Queries over the whole catalogue, answered from memory until the catalogue changes.

They take time in proportion to its size: some 30 ms with 100,000 entities, which is little for one answer and much for
somebody who turns pages six times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from bot.store.connection import Connection
from bot.store.database import Database

T = TypeVar("T")

CHEAP = 0.005
"""Seconds that a query may take to be asked again after every change: a small catalogue is never out of date."""
SHARE = 50
"""How many times as long as a query took its result is kept at least: an import changes the catalogue all the time."""


class _Known(NamedTuple):
    revision: int
    until: float
    result: Any


class Whole:
    """Remembers one result of each query that it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Callable[[Connection], Any], _Known] = {}
        self._asking = asyncio.Lock()

    async def ask(self, query: Callable[[Connection], T]) -> T:
        """The result of a store function that takes nothing but a connection, and depends on the catalogue alone."""
        if (known := await self._fresh(query)) is not None:
            return known.result
        async with self._asking:  # whoever waits here finds the result of the first
            if (known := await self._fresh(query)) is not None:
                return known.result
            revision, begun = await self._database.read(_revision), monotonic()
            result = await self._database.read(query)
            took = monotonic() - begun
            self._known[query] = _Known(revision, monotonic() + SHARE * took if took > CHEAP else 0.0, result)
            return result

    async def _fresh(self, query: Callable[[Connection], T]) -> _Known | None:
        known = self._known.get(query)
        if known is None or monotonic() < known.until:
            return known
        return known if known.revision == await self._database.read(_revision) else None


def _revision(connection: Connection) -> int:
    (revision,) = connection.execute("SELECT revision FROM catalogue").fetchone()
    return revision
