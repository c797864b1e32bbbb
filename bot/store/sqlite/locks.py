"""Locks between processes: each a file beside the database, and each ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from bot.errors import StartError


@contextlib.contextmanager
def in_use(database: Path) -> Generator[None]:
    """Say that this process uses a database, as any number may at once. Raises `StartError` while it is replaced."""
    with closing(_locking(database, "use")) as connection:
        connection.execute("BEGIN")
        # Reading takes a shared lock, and keeps it.
        if not _had(connection, "SELECT 1 FROM sqlite_schema", database):
            raise StartError(f"The database {database} is being restored; try again when that is done.")
        yield


@contextlib.contextmanager
def unused(database: Path) -> Generator[None]:
    """Keep every other process from a database. Raises `StartError` if one uses it."""
    with closing(_locking(database, "use")) as connection:
        if not _had(connection, "BEGIN EXCLUSIVE", database):
            raise StartError(f"The database {database} is in use: stop the bot first, then try again.")
        yield


@contextlib.contextmanager
def alone(database: Path) -> Generator[None]:
    """Hold the right to take in open data, which one process at a time has. Raises `StartError` if another has it."""
    with closing(_locking(database, "sync")) as connection:
        if not _had(connection, "BEGIN EXCLUSIVE", database):
            raise StartError("Open data is being taken in by another process; try again when it is done.")
        yield


@contextlib.contextmanager
def copying(database: Path, wait: float) -> Generator[bool]:
    """Hold the right to copy a database, which one process at a time has.

    `wait`: seconds to wait for another one that has it. Whether it is held; if it is not, another process still copies.
    """
    with closing(_locking(database, "copying", wait)) as connection:
        yield _had(connection, "BEGIN EXCLUSIVE", database)


def _had(connection: sqlite3.Connection, lock: str, database: Path) -> bool:
    """Whether a statement got the lock that it needs. Raises `StartError` if there can be none."""
    try:
        connection.execute(lock).fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the primary code
            raise _not_writable(database, error) from error
        return False
    return True


def _locking(database: Path, purpose: str, wait: float = 0.0) -> sqlite3.Connection:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(
            database.with_name(f"{database.name}.{purpose}"),
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
    except (sqlite3.OperationalError, OSError) as error:
        raise _not_writable(database, error) from error


def _not_writable(database: Path, error: Exception) -> StartError:
    return StartError(
        f"Nothing can be written beside the database {database} ({error})."
        " Make its folder and the files in it writable for the user that runs Byeol, or set BYEOL_DATABASE to another."
    )
