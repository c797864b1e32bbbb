"""What a store function sees of a database: a connection that runs queries, of whichever engine.

`sqlite3.Connection` is one by itself, so SQLite's side of it costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Parameters = Sequence[Any] | Mapping[str, Any]
"""The values of a query: by place for ``?`` and ``?1``, by name for ``:name``."""


class Cursor(Protocol):
    """The result of a query: its rows, or how many rows it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """All rows that are left, one by one."""
        ...


class Connection(Protocol):
    """A connection in a transaction."""

    def execute(self, sql: str, parameters: Parameters = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor:
        """Run one statement once for each sequence of parameters."""
        ...
