"""The ends of a move that are databases of a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from bot.address import PostgresAddress
from bot.errors import StartError
from bot.store.ends import PRESET, Row, Source, Tables, Target
from bot.store.postgres import schema, start
from bot.store.postgres.locks import WRITING

_AT_ONCE = 2000
"""Rows that are read at a time."""
_OWN = frozenset({"schema_version"})
"""Tables of this engine alone."""


class PostgresSource(Source):
    """A database that is read in one transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.version = schema.version(connection)
        self.tables = _tables(connection)

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table."""
        return _rows(self._connection, table, self.tables)


class PostgresTarget(Target):
    """An empty database in a transaction, without its triggers and foreign keys."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.tables = _tables(connection)
        self._keys: list[tuple[str, str, str]] = connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        ).fetchall()
        for table, name, _ in self._keys:  # what is referred to may come later
            connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
        for table in self.tables:
            connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))

    def fill(self, table: str, rows: Iterable[Row]) -> None:
        """Write the rows of a table."""
        self._connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
        into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), _list(self.tables[table]))
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def rows(self, table: str) -> Iterator[Row]:
        """What a table holds now."""
        return _rows(self._connection, table, self.tables)

    def complete(self) -> None:
        """Make the foreign keys again, which checks them, and the triggers; and let ids go on after the last."""
        for table, name, definition in self._keys:
            # The definition is the server's own.
            key = SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(Identifier(table), Identifier(name))
            self._connection.execute(Composed([key, SQL(definition)]))  # pyright: ignore[reportArgumentType]
        for table in self.tables:
            self._connection.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(Identifier(table)))
        for (table,) in self._connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND column_name = 'id' AND is_identity = 'YES'"
        ).fetchall():
            last = SQL(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))"
                " WHERE EXISTS (SELECT 1 FROM {})"
            ).format(table, Identifier(table), Identifier(table))
            self._connection.execute(last)


@contextmanager
def reading(address: PostgresAddress, *, alone: bool) -> Generator[PostgresSource]:
    """Read a database as it is now. Raises `StartError` if it cannot be read, or if it has to be `alone` and is not."""
    with _connected(address) as connection:
        if alone:
            _refuse_others(connection, address)
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield PostgresSource(connection)


@contextmanager
def filling(address: PostgresAddress, *, replace: bool = False) -> Generator[PostgresTarget]:
    """Fill a database, all of it in one transaction; with `replace`, instead of what it holds.

    Raises `StartError` if it is in use, or else if it holds anything.
    """
    with _connected(address) as connection:
        _refuse_others(connection, address)
        schema.migrate(connection)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITING,))
            held = _held(connection)
            if held is not None and not replace:
                raise StartError(f"{address} holds something already ({held}). Choose an empty database.")
            target = PostgresTarget(connection)
            if held is not None:
                connection.execute(SQL("TRUNCATE {}").format(_list(target.tables)))
            yield target


def holds_anything(address: PostgresAddress) -> bool:
    """Whether a database has anything but an empty schema. Raises `StartError` if it is in use, or cannot be asked."""
    with _connected(address) as connection:
        _refuse_others(connection, address)
        return _held(connection) is not None


def _held(connection: psycopg.Connection) -> str | None:
    """A table that has rows; None if none has."""
    for table in _tables(connection):
        any_row = SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(table))
        if table not in PRESET and connection.execute(any_row).fetchone():
            return table
    return None


@contextmanager
def _connected(address: PostgresAddress) -> Generator[psycopg.Connection]:
    with closing(start.connect(address)) as connection, _explained(address):
        connection.execute("SET idle_in_transaction_session_timeout = 0")  # the other end may be slow
        yield connection


@contextmanager
def _explained(address: PostgresAddress) -> Generator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise StartError(f"The database {address} fails: {start.reason(error)}. Nothing has changed in it.") from error


def _refuse_others(connection: psycopg.Connection, address: PostgresAddress) -> None:
    others = connection.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'byeol'"
        " AND pid <> pg_backend_pid() LIMIT 1"
    ).fetchone()
    if others:
        raise StartError(f"The database {address} is in use: stop the bot first, then try again.")


def _rows(connection: psycopg.Connection, table: str, tables: Tables) -> Iterator[Row]:
    with connection.cursor(name="moving") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(SQL("SELECT {} FROM {}").format(_list(tables[table]), Identifier(table)))
        yield from cursor


def _list(columns: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, columns))


def _tables(connection: psycopg.Connection) -> Tables:
    known = schema.table_names() - _OWN
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        ' ORDER BY table_name COLLATE "C", column_name COLLATE "C"'
    ).fetchall():
        if table in known:
            found.setdefault(table, []).append(column)
    return found
