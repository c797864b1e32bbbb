"""Connections to a PostgreSQL server: how they are made, and what a store function sees of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import RawCursor, conninfo
from psycopg.adapt import Dumper
from psycopg.types.numeric import Int8Dumper, IntLoader

from bot.address import PostgresAddress
from bot.store.connection import Cursor, Parameters
from bot.store.postgres.statement import statement

CONNECT_TIMEOUT = 2
"""Seconds until a server that says nothing counts as unreachable: the least that libpq knows."""
LOCK_TIMEOUT = 5
"""Seconds that a transaction waits for another one that is writing: as long as on SQLite."""
IDLE_TIMEOUT = 15
"""Seconds between two statements of a transaction after which the server ends it: a process that hangs must not keep
all others from writing."""

PREPARED = 300
"""Statements that the server keeps planned for a connection: one card asks up to seventy, in several lengths each."""

_DEFAULTS = {
    "client_encoding": "UTF8",
    "connect_timeout": CONNECT_TIMEOUT,
    # A connection whose other end is gone is noticed within about ten seconds
    # (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES).
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class _Text(Dumper):
    """Text is text wherever it is asked for, so that the server need not guess."""

    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: str) -> bytes:
        """The text in UTF-8. PostgreSQL stores no NUL, which only a user's text could have: nothing is called so."""
        return obj.encode() if "\0" not in obj else obj.replace("\0", "\N{REPLACEMENT CHARACTER}").encode()


class _Switch(Dumper):
    """What is true or false is stored as 1 or 0, as on SQLite."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: bool) -> bytes:
        """The digit."""
        return b"1" if obj else b"0"


def connect(address: PostgresAddress) -> psycopg.Connection:
    """Connect to a server. Raises `psycopg.OperationalError` if that fails."""
    given = conninfo.conninfo_to_dict(address.url)
    # By this name `move` and `restore` know a bot that is connected.
    parameters = {**_DEFAULTS, **given, "application_name": "byeol"}
    connection = psycopg.connect("", autocommit=True, **parameters)  # pyright: ignore[reportArgumentType]
    try:
        connection.adapters.register_dumper(str, _Text)
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.adapters.register_dumper(bool, _Switch)
        connection.adapters.register_loader("numeric", IntLoader)  # sums of whole numbers
        connection.prepared_max = PREPARED
        connection.execute(_session().encode())
    except BaseException:
        connection.close()
        raise
    return connection


def _session() -> str:
    """The server looks after dead clients too, whose locks it would keep else.

    Plans are not compiled: that takes longer than to run them.
    """
    return f"""
        SET lock_timeout = '{LOCK_TIMEOUT}s';
        SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}s';
        SET tcp_keepalives_idle = 5;
        SET tcp_keepalives_interval = 2;
        SET tcp_keepalives_count = 3;
        SET tcp_user_timeout = 10000;
        SET jit = off;
    """


class StoreConnection:
    """A connection in a transaction, as store functions see it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        """Run one statement."""
        told = statement(sql)
        return RawCursor(self._connection).execute(told.text, told.values(parameters))

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor:
        """Run one statement once for each sequence of parameters."""
        told = statement(sql)
        cursor: RawCursor[Any] = RawCursor(self._connection)
        cursor.executemany(told.text, [told.values(values) for values in parameters])
        return cursor
