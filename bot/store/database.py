"""SQLite: connections, migrations, and the one way to run a query.

A store function is a plain function whose first argument is a `sqlite3.Connection`. `Database.read` and
`Database.write` run all of it on a connection's own thread: one hop from the event loop however many queries it makes,
one snapshot for all of them, and no transaction shared between tasks.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import aiosqlite

from bot.errors import StartError
from bot.store.thread import run, verify_version

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT = 5000
"""Milliseconds that a connection waits while another process is writing."""
_PATIENCE = 50
"""Milliseconds between retries where SQLite does not wait by itself."""
OLDEST_SQLITE = (3, 37, 0)
"""The first version with STRICT tables (https://www.sqlite.org/stricttables.html)."""
READERS = 2
"""With two, a slow read blocks only half of the others; a third gained nothing when measured."""

P = ParamSpec("P")
T = TypeVar("T")
Query = Callable[Concatenate[sqlite3.Connection, P], T]


class Database:
    """An open database: two read-only connections and one writer. Create one with `Database.open`."""

    def __init__(self, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._readers = readers
        self._returning: asyncio.Future[None] | None = None
        self._idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)

    @classmethod
    async def open(cls, path: Path) -> Database:
        """Open the database at `path`; create and migrate it as needed, with a backup before a migration.

        Raises `StartError` if the file cannot be opened, is not a database or is newer than this version of Byeol, or
        if the version of SQLite or aiosqlite is not supported.
        """
        opened: list[aiosqlite.Connection] = []
        verify_version()
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            oldest = ".".join(map(str, OLDEST_SQLITE))
            raise StartError(
                f"Byeol needs SQLite {oldest} or newer; this Python has {sqlite3.sqlite_version}. Use a newer Python."
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Fail here if the file cannot be opened, rather than on a thread that outlives the failure.
            sqlite3.connect(path).close()
            writer = await _connect(path, opened)
            await run(writer, migrate, path)
            readers = [await _connect(path, opened) for _ in range(READERS)]
            for reader in readers:
                await reader.execute("PRAGMA query_only = ON")
        except BaseException as error:
            for connection in opened:
                await connection.close()
            if isinstance(error, (sqlite3.Error, OSError)):
                raise StartError(f"The database {path} cannot be opened: {error}. {remedy(error)}") from error
            raise
        return cls(writer, readers)

    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on one consistent snapshot, and return its result."""
        reader = await self._idle.get()
        try:
            result = await run(reader, _in_transaction, "BEGIN", query, *args, **kwargs)
        except asyncio.CancelledError:
            # The query still runs on its thread: until it ends, only the other reader is available.
            self._returning = asyncio.ensure_future(self._return(reader))
            raise
        except BaseException:
            self._idle.put_nowait(reader)
            raise
        self._idle.put_nowait(reader)
        return result

    async def _return(self, reader: aiosqlite.Connection) -> None:
        await run(reader, _nothing)
        self._idle.put_nowait(reader)

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, and return its result; roll back if it raises."""
        return await run(self._writer, _in_transaction, "BEGIN IMMEDIATE", query, *args, **kwargs)

    async def close(self) -> None:
        """Close every connection once its pending queries are done."""
        for connection in (*self._readers, self._writer):
            await connection.close()


async def _connect(path: Path, opened: list[aiosqlite.Connection]) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    opened.append(connection)
    await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    await _write_ahead(connection)
    for pragma in (
        "synchronous = NORMAL",  # in WAL mode a power cut may lose the last commits, never the file's consistency
        "foreign_keys = ON",
    ):
        await connection.execute(f"PRAGMA {pragma}")
    return connection


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for another writer here, so this retries."""
    for remaining in reversed(range(BUSY_TIMEOUT // _PATIENCE)):
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not remaining or "locked" not in str(error):
                raise
            await asyncio.sleep(_PATIENCE / 1000)
        else:
            return


def _nothing(_: sqlite3.Connection) -> None:
    pass


def _in_transaction(
    connection: sqlite3.Connection, begin: str, query: Query[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    connection.execute(begin)
    try:
        result = query(connection, *args, **kwargs)
        connection.execute("COMMIT")
    except BaseException:
        # A full disk or a failed commit may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def remedy(error: sqlite3.Error | OSError) -> str:
    """What the operator can do about a database that cannot be opened."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code; extended ones add detail above it
    return _REMEDIES.get(code, "Check that the file and its folder are yours, or set BYEOL_DATABASE to another file.")


_REMEDIES = {
    sqlite3.SQLITE_NOTADB: "It is not a Byeol database: set BYEOL_DATABASE to another file.",
    sqlite3.SQLITE_CORRUPT: "It is damaged: restore a backup of it, or move it away to begin with a new one.",
    sqlite3.SQLITE_FULL: "Free some disk space, then start again: nothing is lost.",
    sqlite3.SQLITE_BUSY: "Another program is writing to it: stop that one, then start again.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable for the user that runs Byeol.",
}


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date: run each numbered file of `migrations/` that was not applied yet.

    A database with an older schema is first copied to `<path>.schema-<number>.bak`. Foreign keys are off meanwhile, so
    that a table can be rebuilt (https://www.sqlite.org/lang_altertable.html#otheralter); they are checked afterwards.

    Raises `StartError` if the schema is newer than this version knows, and `sqlite3.IntegrityError` if that check
    fails.
    """
    scripts = sorted(MIGRATIONS.glob("*.sql"))
    if _version(connection) > len(scripts):
        raise StartError(
            f"The database was made by a newer Byeol (its schema is number {_version(connection)}, "
            f"this version knows {len(scripts)}). Update Byeol, or use another database."
        )
    if _version(connection) == len(scripts):
        return
    if _version(connection) > 0:
        _back_up(connection, path)
    connection.execute("PRAGMA foreign_keys = OFF")
    for number, script in enumerate(scripts, start=1):
        if number > _version(connection):
            _run_script(connection, number, script)
    if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
        raise sqlite3.IntegrityError(f"rows of {broken[0][0]} refer to what is not there")
    connection.execute("PRAGMA foreign_keys = ON")


def _run_script(connection: sqlite3.Connection, number: int, script: Path) -> None:
    try:
        connection.executescript(script.read_text("utf-8"))
    except sqlite3.Error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        if number > _version(connection):  # else another process was faster
            raise


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    # Under a temporary name until complete: another process may be doing the same, and a copy may be interrupted.
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        connection.execute("VACUUM INTO ?", (str(partial),))
        with contextlib.closing(sqlite3.connect(partial)) as copied:
            version = _version(copied)
        partial.replace(path.with_name(f"{path.name}.schema-{version}.bak"))
    finally:
        partial.unlink(missing_ok=True)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return version
