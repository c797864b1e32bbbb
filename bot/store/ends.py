"""The two ends of a move: a database that is read as one snapshot, and an empty one that is filled and verified."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

from bot.address import Address
from bot.errors import StartError

Row: TypeAlias = tuple[Any, ...]
Tables: TypeAlias = Mapping[str, Sequence[str]]
"""The columns of each table, in an order that both ends keep to."""

PRESET = frozenset({"catalogue", "subscriptions", "sharding"})
"""Tables whose one row is made with the schema: they say nothing about whether a database holds anything."""

_BITS = 128


@dataclass(frozen=True, slots=True)
class Checksum:
    """How many rows a table has, and a digest of them all that does not depend on their order."""

    rows: int
    digest: int


class Summing:
    """Rows that are passed on one by one, and summed up meanwhile: both ends compute the same from the same rows."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self._count = self._digest = 0

    def __iter__(self) -> Iterator[Row]:
        """Each row, once."""
        for row in self._rows:
            self._count += 1
            digest = blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=_BITS // 8).digest()
            self._digest = (self._digest + int.from_bytes(digest, "big")) % (1 << _BITS)
            yield row

    def drain(self) -> Checksum:
        """Look at what is left, and return the sum of all."""
        for _ in self:
            pass
        return self.sum

    @property
    def sum(self) -> Checksum:
        """The sum of the rows so far."""
        return Checksum(self._count, self._digest)


class Source(ABC):
    """A database that is read, all of it as it was at one moment."""

    version: int
    tables: Tables

    @abstractmethod
    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table, in any order, a few in memory at a time."""


class Target(ABC):
    """An empty database with the schema, in a transaction that keeps all or nothing."""

    tables: Tables

    @abstractmethod
    def fill(self, table: str, rows: Iterable[Row]) -> None:
        """Write the rows of a table. No trigger runs: what they keep is in the rows of other tables."""

    @abstractmethod
    def rows(self, table: str) -> Iterator[Row]:
        """What a table holds now, a few rows in memory at a time."""

    @abstractmethod
    def complete(self) -> None:
        """Check that what is referred to is there, and let new rows get ids that are free."""


def carry(source: Address, origin: Source, copy: Target) -> dict[str, int]:
    """Copy every row, and return how many each table has. Raises `StartError` unless all arrived as they were."""
    if origin.tables != copy.tables:
        raise StartError(
            f"The database {source} has the schema number {origin.version}, which is not this version's."
            " Start this version of Byeol on it once, which brings it up to date, then try again."
        )
    sums: dict[str, Checksum] = {}
    for table in origin.tables:
        rows = Summing(origin.rows(table))
        copy.fill(table, rows)
        sums[table] = rows.sum
    copy.complete()
    for table, expected in sums.items():
        if Summing(copy.rows(table)).drain() != expected:
            raise StartError(f"The table {table} did not arrive as it was, so nothing is kept of the copy.")
    return {table: each.rows for table, each in sums.items()}
