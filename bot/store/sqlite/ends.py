"""The ends of a move that are files of SQLite."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import StartError
from bot.store.ends import Row, Source, Tables, Target
from bot.store.sqlite.copies import partial_of, sign, sync_folder
from bot.store.sqlite.engine import migrate, remedy


class SqliteSource(Source):
    """A file that is read in one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.version = connection.execute("PRAGMA user_version").fetchone()[0]
        self.tables = _tables(connection)

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table."""
        return iter(self._connection.execute(f"SELECT {', '.join(self.tables[table])} FROM {table}"))


class SqliteTarget(Target):
    """A new file in a transaction, without its triggers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.tables = _tables(connection)
        self._triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in self._triggers:
            connection.execute(f"DROP TRIGGER {name}")

    def fill(self, table: str, rows: Iterable[Row]) -> None:
        """Write the rows of a table."""
        columns = self.tables[table]
        self._connection.execute(f"DELETE FROM {table}")
        self._connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows
        )

    def rows(self, table: str) -> Iterator[Row]:
        """What a table holds now."""
        return iter(self._connection.execute(f"SELECT {', '.join(self.tables[table])} FROM {table}"))

    def complete(self) -> None:
        """Check references, and make the triggers again. Ids follow from the rows."""
        for _, sql in self._triggers:
            self._connection.execute(sql)
        for table, *_ in self._connection.execute("PRAGMA foreign_key_check"):
            raise StartError(f"Rows of {table} refer to what is not there: the database that is moved is damaged.")


@contextmanager
def reading(path: Path) -> Generator[SqliteSource]:
    """Read a file as it is now. Raises `StartError` if it is no database of Byeol."""
    if not path.is_file():
        raise StartError(f"There is no database {path}.")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as opened:
            opened.execute("BEGIN")
            yield SqliteSource(opened)
    except sqlite3.DatabaseError as error:
        raise StartError(f"The database {path} cannot be read: {error}. {remedy(error)}") from error


@contextmanager
def filling(
    path: Path, *, replace: bool = False, signed: datetime | None = None, schema: int | None = None
) -> Generator[SqliteTarget]:
    """Fill a new file, under another name until it is complete and on the disk.

    `signed`: when the backup that it is was made. `schema`: the number of its schema, if that is not the newest.
    Raises `StartError` if there is such a file already and not `replace`, or if it cannot be written.
    """
    if path.exists() and not replace:
        raise StartError(f"{path} is there already. Choose another name, or move that file away.")
    partial = partial_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        if signed is not None:
            partial.touch(mode=0o600)  # a server lets nobody read its database either
        with closing(sqlite3.connect(partial, isolation_level=None)) as connection:
            for pragma in ("journal_mode = OFF", "synchronous = OFF"):  # until it is complete, it counts for nothing
                connection.execute(f"PRAGMA {pragma}")
            migrate(connection, partial, up_to=schema)
            connection.execute("PRAGMA foreign_keys = OFF")  # what is referred to may come later
            connection.execute("BEGIN")
            yield SqliteTarget(connection)
            if signed is not None:
                sign(connection, signed)
            connection.execute("COMMIT")
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except (sqlite3.Error, OSError) as error:
        raise StartError(f"The database {path} cannot be written: {error}. Is there room, and may it be?") from error
    finally:
        with suppress(OSError):  # where there can be no file, there is none
            partial.unlink(missing_ok=True)


def _tables(connection: sqlite3.Connection) -> Tables:
    # The table that says when a backup was made is of that backup alone.
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'backup' ORDER BY name"
    ).fetchall()
    return {
        table: sorted(column for _, column, *_ in connection.execute(f"PRAGMA table_info ({table})").fetchall())
        for (table,) in names
    }
