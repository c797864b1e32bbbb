"""SQLite: connections, each with a thread of its own, and migrations."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from bot.errors import StartError
from bot.store.engine import Engine, P, Query, T
from bot.store.sqlite.copies import put_back, verified_copy
from bot.store.sqlite.locks import in_use
from bot.store.sqlite.thread import run, verify_version
from bot.store.sqlite.trouble import Alarm

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "sqlite"
BUSY_TIMEOUT = 5000
"""Milliseconds that a connection waits while another process is writing."""
_PATIENCE = 50
"""Milliseconds between retries where SQLite does not wait by itself."""
OLDEST_SQLITE = (3, 37, 0)
"""The first version with STRICT tables (https://www.sqlite.org/stricttables.html)."""
READERS = 2
"""With two, a slow read blocks only half of the others; a third gained nothing when measured."""


class SQLite(Engine):
    """An open file: two read-only connections and one writer. Create one with `SQLite.open`."""

    def __init__(
        self, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection], use: contextlib.ExitStack
    ) -> None:
        self._use = use
        self._alarm = Alarm()
        self._writer = writer
        self._readers = readers
        self._returning: asyncio.Future[None] | None = None
        self._idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)

    @classmethod
    async def open(cls, path: Path) -> SQLite:
        """Open the database at `path`; create and migrate it as needed, with a backup before a migration.

        Raises `StartError` if the file cannot be opened, is not a database, is newer than this version of Byeol or is
        just being replaced, or if the version of SQLite or aiosqlite is not supported.
        """
        opened: list[aiosqlite.Connection] = []
        use = contextlib.ExitStack()
        verify_version()
        verify_sqlite()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            use.enter_context(in_use(path))
            # Fail here if the file cannot be opened, rather than on a thread that outlives the failure.
            sqlite3.connect(path).close()
            writer = await _connect(path, opened)
            await run(writer, migrate, path)
            await run(writer, _verify_writable)
            readers = [await _connect(path, opened) for _ in range(READERS)]
            for reader in readers:
                await reader.execute("PRAGMA query_only = ON")
        except BaseException as error:
            for connection in opened:
                await connection.close()
            use.close()
            if isinstance(error, (sqlite3.Error, OSError)):
                raise StartError(f"The database {path} cannot be opened: {error}. {remedy(error)}") from error
            raise
        return cls(writer, readers, use)

    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on one consistent snapshot, and return its result."""
        reader = await self._idle.get()
        try:
            result = await run(reader, _in_transaction, "BEGIN", query, *args, **kwargs)
        except asyncio.CancelledError:
            # The query still runs on its thread: until it ends, only the other reader is available.
            self._returning = asyncio.ensure_future(self._return(reader))
            raise
        except BaseException as error:
            self._idle.put_nowait(reader)
            self._alarm.failed(error)
            raise
        self._idle.put_nowait(reader)
        return result

    async def _return(self, reader: aiosqlite.Connection) -> None:
        await run(reader, _nothing)
        self._idle.put_nowait(reader)

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, and return its result; roll back if it raises."""
        try:
            result, wrote = await run(self._writer, _written, query, *args, **kwargs)
        except Exception as error:
            self._alarm.failed(error)
            raise
        if wrote:
            self._alarm.wrote()
        return result

    async def coordinate(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as `write`: a file has one writer."""
        return await self.write(query, *args, **kwargs)

    async def follow(self, changed: Callable[[], object]) -> None:
        """Nothing tells of what other processes write to a file: who has to know looks before each answer."""

    async def rescue(self, path: Path, now: datetime) -> Path:
        """Save everything to a new file, after the one at `path` was deleted or replaced, and return its path.

        The system keeps a deleted file for as long as it is open, and no longer. From now on nothing is written any
        more, since it would be lost. The copy takes the place of a deleted file; beside another one, it gets a name of
        its own. Raises `StartError` if it cannot be saved.
        """
        self._alarm.silent = True
        await self._writer.execute("PRAGMA query_only = ON")
        reader = await self._idle.get()
        try:
            return await run(reader, put_back, path, now)
        finally:
            self._idle.put_nowait(reader)

    async def close(self) -> None:
        """Close every connection once its pending queries are done."""
        for connection in (*self._readers, self._writer):
            await connection.close()
        self._use.close()


def verify_sqlite() -> str:
    """The version of SQLite that this Python has. Raises `StartError` if it is too old."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise StartError(
            f"Byeol needs SQLite {oldest} or newer; this Python has {sqlite3.sqlite_version}. Use a newer Python."
        )
    return sqlite3.sqlite_version


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


def _verify_writable(connection: sqlite3.Connection) -> None:
    """Raise `sqlite3.OperationalError` if nothing can be written, which no other part of a start may notice."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE catalogue SET revision = revision")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # somebody else writes, so it can be done
            raise
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


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


def _written(connection: sqlite3.Connection, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, bool]:
    """The result, and whether anything was written: a transaction that changes nothing ends well on a full disk too."""
    before = connection.total_changes
    result = _in_transaction(connection, "BEGIN IMMEDIATE", query, *args, **kwargs)
    return result, connection.total_changes > before


def copied(path: Path, folder: Path) -> Path:
    """Copy a database into a folder, consistently even while it is in use, and return the copy's path.

    If there is no database, nothing is copied.
    """
    copy = folder / path.name
    if path.exists():
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def remedy(error: sqlite3.Error | OSError) -> str:
    """What the operator can do about a database that cannot be opened."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code; extended ones add detail above it
    return _REMEDIES.get(code, "Check that the file and its folder are yours, or set BYEOL_DATABASE to another file.")


DAMAGED = "It is damaged: restore a backup of it, or move it away to begin with a new one."
READ_ONLY = "Make the file and its folder writable for the user that runs Byeol."
_REMEDIES = {
    sqlite3.SQLITE_NOTADB: "It is not a Byeol database: set BYEOL_DATABASE to another file.",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: "Free some disk space, then start again: nothing is lost.",
    sqlite3.SQLITE_BUSY: "Another program is writing to it: stop that one, then start again.",
    sqlite3.SQLITE_READONLY: READ_ONLY,
}


def too_new(schema: int, known: int) -> str:
    """Why a database with this schema cannot be opened: this version knows schemas up to `known`."""
    return (
        f"The database was made by a newer Byeol (its schema is number {schema}, this version knows {known})."
        " Update Byeol, or use another database."
    )


def newest_schema() -> int:
    """The number of the newest schema that this version knows."""
    return len(list(MIGRATIONS.glob("*.sql")))


def migrate(connection: sqlite3.Connection, path: Path, up_to: int | None = None, *, keep: bool = True) -> None:
    """Bring the schema up to date: run each numbered file of `migrations/sqlite` that was not applied yet.

    `up_to`: the number of the last one to run, if that is not the newest.

    With `keep`, an older schema is first copied to `<path>.schema-<number>.bak`, and the copy verified. Foreign keys
    are off meanwhile, so that a table can be rebuilt (https://www.sqlite.org/lang_altertable.html#otheralter); they are
    checked afterwards.

    Raises `StartError` if the schema is newer than this version knows or if there can be no copy, and
    `sqlite3.IntegrityError` if that check fails.
    """
    scripts = sorted(MIGRATIONS.glob("*.sql"))[:up_to]
    if _version(connection) > len(scripts):
        raise StartError(too_new(_version(connection), len(scripts)))
    if _version(connection) == len(scripts):
        return
    if keep and _version(connection) > 0:
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
    version = _version(connection)
    copy = path.with_name(f"{path.name}.schema-{version}.bak")
    with verified_copy(path, copy, datetime.now(UTC)) as made:
        # Another process may have been faster, and have migrated it meanwhile: then it made the copy, too.
        if made.version == version:
            made.move_to(copy)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return version
