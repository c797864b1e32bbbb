"""The database, of either engine, and the one way to run a query.

A store function is a plain function whose first argument is a `Connection`. `Database.read` and `Database.write` run
all of it on a connection's own thread: one hop from the event loop however many queries it makes, one snapshot for all
of them, and no transaction shared between tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Self

from bot import installation
from bot.address import Address
from bot.errors import StartError
from bot.store import sqlite
from bot.store.engine import Engine, P, Query, T


class Database:
    """An open database: SQLite or PostgreSQL, by its address. Create one with `Database.open`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, address: Address) -> Self:
        """Open the database at `address`; create and migrate it as needed.

        Raises `StartError` if it cannot be opened, is not one of Byeol's or is newer than this version of Byeol, or if
        the version of a library or a server is not supported.
        """
        if isinstance(address, Path):
            return cls(await sqlite.SQLite.open(address))
        return cls(await postgres().Postgres.open(address))

    def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """Run `query` on one consistent snapshot, and return its result.

        On PostgreSQL, raises `DatabaseUnavailableError` if the server cannot be reached.
        """
        return self._engine.read(query, *args, **kwargs)

    def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """Run `query` in one transaction, and return its result; roll back if it raises.

        On PostgreSQL, raises `DatabaseUnavailableError` if the server cannot be reached. It may run `query` once more
        if the connection was lost before its transaction was committed.
        """
        return self._engine.write(query, *args, **kwargs)

    def coordinate(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """Like `write`, for leases alone: on PostgreSQL, it does not wait for who writes, however long that takes.

        One such transaction runs at a time, whichever process begins it. `query` must change nothing that a `write`
        changes.
        """
        return self._engine.coordinate(query, *args, **kwargs)

    async def write_aside(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `write`, then leave the database to others for as long as that took.

        For long series of transactions: another process that has to record a post might never get in between them.
        """
        begun = monotonic()
        result = await self.write(query, *args, **kwargs)
        await asyncio.sleep(monotonic() - begun)
        return result

    async def follow(self, changed: Callable[[], object]) -> None:
        """Call `changed` on the event loop soon after what is searchable changed in any process.

        PostgreSQL tells; on SQLite, nothing is called: who has to know looks before each answer.
        """
        await self._engine.follow(changed)

    async def rescue(self, path: Path, now: datetime) -> Path:
        """Save everything to a new file of SQLite, after the one at `path` was deleted or replaced; return its path.

        From then on nothing can be written. Raises `StartError` if it cannot be saved.
        """
        assert isinstance(self._engine, sqlite.SQLite)
        return await self._engine.rescue(path, now)

    async def close(self) -> None:
        """Close every connection once its pending queries are done; on a server, they are not waited for very long."""
        await self._engine.close()


def alone(address: Address) -> AbstractContextManager[None]:
    """Hold the right to take in open data, which one process at a time has. Raises `StartError` if another holds it.

    It ends with the process, however that ends.
    """
    return sqlite.alone(address) if isinstance(address, Path) else postgres().alone(address)


def copied(address: Address, folder: Path) -> Path:
    """Copy a database into a file of SQLite in a folder, consistently even while it is in use; return the file's path.

    If there is no database, nothing is copied.
    """
    return sqlite.copied(address, folder) if isinstance(address, Path) else postgres().copied(address, folder)


def postgres():
    """The other engine, which needs psycopg. Raises `StartError` without it."""
    try:
        import bot.store.postgres as found  # as an attribute, it would be there or not
    except ImportError as error:
        why = str(error).partition("\n")[0]
        raise StartError(
            f"The database has a PostgreSQL address, for which psycopg is missing ({why})."
            f" {installation.how_to_add('postgres')}"
        ) from error
    return found
