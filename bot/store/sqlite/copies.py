"""Verified copies of a database, made while it is in use.

A copy is made under another name in one read transaction, so that writers are not held up and it is of one moment. It
counts only once it has been compared with what it was made from, checked for damage, and synced to the disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import StartError
from bot.store.reading import stamp
from bot.store.sqlite.locks import copying

RESERVE = 32 * 2**20
"""Bytes that a copy leaves free on its disk: the bot may write on the same one."""
PATIENCE = 600.0
"""Seconds to wait for another process that copies the same database."""
_PAGES = 2048
"""Pages copied between two looks at whether to stop: some milliseconds' worth."""
_STEPS = 100_000
"""The same for checks, in instructions of SQLite's virtual machine."""
_ITS_TABLES = frozenset({"source", "entity", "fact", "catalogue"})
"""Tables that every schema has had: by them a database of Byeol is known."""

Stopping = Callable[[], bool]


class StoppedError(Exception):
    """A copy was told to stop before it was complete. Nothing is left of it."""


class BusyError(StartError):
    """Another process is copying the same database."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A complete copy: its path, its schema's number, and how many rows each table has."""

    path: Path
    version: int
    rows: Mapping[str, int]

    def move_to(self, target: Path) -> None:
        """Put it in its place: at any moment there is what was there before, or all of the copy."""
        self.path.replace(target)
        sync_folder(target.parent)


@contextlib.contextmanager
def verified_copy(
    source: Path, target: Path, now: datetime, *, wait: float = PATIENCE, stopping: Stopping = lambda: False
) -> Generator[Copy]:
    """Copy a database; `Copy.move_to` keeps the copy, which is otherwise gone at the end of the block.

    It lies beside `target` meanwhile. `stopping` is asked again and again whether to give up. Raises `StartError` if
    the source is missing, damaged or something else, or if the copy cannot be written; `BusyError` if another process
    has been copying it for `wait` seconds; and `StoppedError`.
    """
    if not source.is_file():
        raise StartError(f"There is no database {source}.")
    with copying(source, wait) as held:
        if not held:
            raise BusyError(f"Another process is copying {source}; try again when it is done.")
        with verified_copy_alone(source, target, now, stopping=stopping) as copy:
            yield copy


@contextlib.contextmanager
def verified_copy_alone(
    source: Path, target: Path, now: datetime, *, stopping: Stopping = lambda: False
) -> Generator[Copy]:
    """Like `verified_copy`, for who knows that no other process makes a copy for `target`."""
    if not source.is_file():
        raise StartError(f"There is no database {source}.")
    partial = partial_of(target)
    try:
        try:
            partial.unlink(missing_ok=True)  # of a process that was killed
            _leave_room(source, partial.parent)
            with closing(opened(source)) as connection:
                copy = _copy(connection, source, partial, now, stopping)
        except (sqlite3.Error, OSError) as error:
            raise StartError(f"{source} cannot be copied to {target}: {error}. {_remedy(error)}") from error
        yield copy
    finally:
        partial.unlink(missing_ok=True)


def put_back(connection: sqlite3.Connection, path: Path, now: datetime) -> Path:
    """Save what an open connection still sees of a database whose file was deleted, and return where.

    That is the same path, unless another file lies there by now. Raises `StartError` if it cannot be saved.
    """
    # Every process that had it open does this, perhaps in the same second; none can wait for the right to copy.
    partial = partial_of(path.with_name(f"{path.name}.{moment(now)}-{os.getpid()}"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy = _copy(connection, path, partial, now)
        if path.exists():
            path = path.with_name(f"{path.name}.rescued-{moment(now)}")
        for log in logs_of(path):
            log.unlink(missing_ok=True)  # their pages are in the copy
        copy.move_to(path)
    except (sqlite3.Error, OSError) as error:
        raise StartError(f"It cannot be saved to {partial}: {error}. {_remedy(error)}") from error
    return path


def moment(at: datetime) -> str:
    """A time, for the name of a file on any system."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}"


def partial_of(target: Path) -> Path:
    """Where a copy is made before it is moved to `target`."""
    return target.with_name(f"{target.name}.partial")


def _remedy(error: sqlite3.Error | OSError) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR) or getattr(error, "errno", 0) == errno.ENOSPC:
        return "Free some space, or choose another disk."
    return "Is that folder there, and writable for the user that runs Byeol?"


def _copy(
    connection: sqlite3.Connection, source: Path, partial: Path, now: datetime, stopping: Stopping = lambda: False
) -> Copy:
    def progress(*_: int) -> None:
        if stopping():
            raise StoppedError

    _guard(partial, source)
    try:
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            for each in (connection, copy):
                each.set_progress_handler(stopping, _STEPS)
            connection.execute("BEGIN")  # what is counted and what is copied are of one moment
            try:
                version, rows = schema_version(connection, source), _rows(connection)
                connection.backup(copy, pages=_PAGES, progress=progress)
            finally:
                connection.execute("ROLLBACK")
                connection.set_progress_handler(None, 0)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            _verify(copy, source)
            if (schema_version(copy, partial), _rows(copy)) != (version, rows):
                raise StartError(f"The copy of {source} is not what was copied: is the disk in order?")
            sign(copy, now)
    except sqlite3.DatabaseError as error:
        if stopping():
            raise StoppedError from error
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _damaged(source, str(error)) from error
        raise
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    return Copy(partial, version, rows)


def _guard(partial: Path, source: Path) -> None:
    """Make the empty file of a copy such that nobody may read it who may not read what it copies."""
    if source.exists():
        partial.touch(mode=0o600)
        with contextlib.suppress(OSError):  # a file system that knows no modes
            partial.chmod(source.stat().st_mode & 0o777 | 0o600)  # what is copied may be read-only


def _leave_room(source: Path, folder: Path) -> None:
    needed = sum(path.stat().st_size for path in (source, logs_of(source)[0]) if path.exists()) + RESERVE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StartError(
            f"A copy of {source} needs {needed / 2**20:.0f} MB in {folder}, and {free / 2**20:.0f} MB are free."
            " Free some space, or choose another disk."
        )


def opened(path: Path) -> sqlite3.Connection:
    """A connection to a database that is there; it may be on a medium that can only be read."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)


def logs_of(path: Path) -> tuple[Path, Path]:
    """The files that belong to a database while it is in use: its write-ahead log, and the index of that."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """The number of the schema. Raises `StartError` if the database is not one of Byeol's."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version < 1 or not _tables(connection) >= _ITS_TABLES:
        raise StartError(f"{path} is not a database of Byeol.")
    return version


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    return {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for table in sorted(_tables(connection))
    }


def _verify(connection: sqlite3.Connection, source: Path) -> None:
    for (found,) in connection.execute("PRAGMA integrity_check(1)"):
        if found != "ok":
            raise _damaged(source, found)
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        raise _damaged(source, f"rows of {table} refer to what is not there")


def _damaged(source: Path, found: str) -> StartError:
    if "not a database" in found:
        return StartError(f"{source} is no database. Name a file that `backup` made.")
    return StartError(f"{source} is damaged ({' '.join(found.split())}). Restore a backup made before that.")


def sign(connection: sqlite3.Connection, made_at: datetime) -> None:
    """Let the copy say of which moment it is, in a table of its own that no database in use has."""
    connection.execute("DROP TABLE IF EXISTS backup")
    connection.execute("CREATE TABLE backup (made_at TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO backup VALUES (?)", (stamp(made_at),))


def sync_folder(folder: Path) -> None:
    """Let a file's new name outlive a power cut, where the system can."""
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
