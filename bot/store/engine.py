"""What a database engine does: SQLite in `bot.store.sqlite`, PostgreSQL in `bot.store.postgres`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

from bot.store.connection import Connection

P = ParamSpec("P")
T = TypeVar("T")
Query: TypeAlias = Callable[Concatenate[Connection, P], T]
"""A store function: all that it asks is answered on one connection, in one transaction."""


class Engine(ABC):
    """The open connections to one database."""

    @abstractmethod
    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on one consistent snapshot, and return its result."""

    @abstractmethod
    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, and return its result; roll back if it raises.

        One such transaction runs at a time, whichever process begins it.
        """

    @abstractmethod
    async def coordinate(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `write`, for what processes agree on: one at a time as well, but beside those that write, if it can be.

        `query` changes nothing that a `write` changes: so neither ever waits for the other.
        """

    @abstractmethod
    async def follow(self, changed: Callable[[], object]) -> None:
        """Call `changed` on the event loop soon after what is searchable changed in any process, if the engine can."""

    @abstractmethod
    async def close(self) -> None:
        """Close every connection once its pending queries are done; on a server, they are not waited for very long."""
