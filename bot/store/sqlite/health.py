"""Looks at a file of SQLite without changing it: whether it is whole, of which schema, and has room to grow."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

from bot.store.connection import Connection
from bot.store.examined import ExaminedFile
from bot.store.sqlite.engine import BUSY_TIMEOUT, newest_schema, remedy

T = TypeVar("T")

_SAID = 3
"""How many faults of a damaged file are kept: SQLite may find one in every page."""


def examine(path: Path) -> ExaminedFile:
    """Look at the database file at `path` from end to end, while a bot may be using it."""
    try:
        return _examine(path)
    except OSError as error:
        return ExaminedFile(exists=True, writable=False, free=0, failure=_failure(path, error))


def _examine(path: Path) -> ExaminedFile:
    folder = _nearest(path.parent)
    free = shutil.disk_usage(folder).free
    writable = _writable(folder) and (not path.exists() or _writable(path))
    if not path.exists():
        return ExaminedFile(exists=False, writable=writable, free=free)
    log = path.with_name(f"{path.name}-wal")
    size, log_size = path.stat().st_size, log.stat().st_size if log.exists() else 0
    try:
        with _reading(path) as connection:
            schema = _schema(connection)
            faults = [row for (row,) in connection.execute(f"PRAGMA integrity_check({_SAID})") if row != "ok"]
            dangling = {row[0] for row in connection.execute("PRAGMA foreign_key_check")} if not faults else set[str]()
            foreign = schema == 0 and connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None
    except sqlite3.Error as error:
        failure = _failure(path, error)
        return ExaminedFile(exists=True, writable=writable, free=free, size=size, log_size=log_size, failure=failure)
    return ExaminedFile(
        exists=True,
        writable=writable,
        free=free,
        size=size,
        log_size=log_size,
        schema=schema,
        known=newest_schema(),
        foreign=foreign,
        faults=faults,
        dangling=sorted(dangling),
    )


def read(path: Path, query: Callable[[Connection], T]) -> T | None:
    """The result of a query; None if there is no database of this version's schema to read: `examine` says why."""
    if not path.exists():
        return None
    with contextlib.suppress(sqlite3.Error), _reading(path) as connection:
        if _schema(connection) == newest_schema():
            return query(connection)
    return None


def _schema(connection: sqlite3.Connection) -> int:
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    return schema


def _failure(path: Path, error: sqlite3.Error | OSError) -> tuple[str, str]:
    return f"{path} cannot be opened: {error}.", remedy(error)


@contextlib.contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that changes nothing, neither the database nor its folder. Raises `sqlite3.Error`.

    A write-ahead log is read through files beside the database. A read-only connection uses those of a running bot, but
    would leave its own behind; so where there are none, the connection is one that might write, is told not to, and
    clears up. Where it cannot be one, since the folder is read-only, nobody else writes, and the file is read alone.
    """
    with contextlib.closing(_open(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield connection


def _open(path: Path) -> sqlite3.Connection:
    used = path.with_name(f"{path.name}-wal").exists()
    address = path.absolute().as_uri()
    if not used and not _writable(path.parent):
        return sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return sqlite3.connect(f"{address}?mode={'ro' if used else 'rw'}", uri=True, isolation_level=None)


def _nearest(folder: Path) -> Path:
    """The folder, or else the one in which it would be created."""
    return next(one for one in (folder, *folder.absolute().parents) if one.exists())


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
