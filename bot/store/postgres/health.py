"""Looks at a PostgreSQL database without changing it: its schema, its rows, the rights of its user, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.sql import SQL, Identifier

from bot.address import PostgresAddress
from bot.catalogue.model import Clock
from bot.errors import StartError
from bot.store.connection import Connection
from bot.store.examined import ExaminedServer
from bot.store.postgres import rights, schema, start
from bot.store.postgres.connection import StoreConnection

T = TypeVar("T")

_KEYS = """
    SELECT child.relname, parent.relname,
        array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
              JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
        array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
              JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
    FROM pg_constraint JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""


def examine(address: PostgresAddress, clock: Clock) -> ExaminedServer:
    """Look at a database, while a bot may be using it. Raises `StartError` if it cannot be read."""
    with _reading(address) as connection:
        ahead = _ahead(connection, clock)
        read_only, may_create, size = _one(
            connection,
            "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,"
            " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),"
            " pg_database_size(current_database())",
        )
        tables = rights.tables(connection)
        kept = [table for table in tables if not table.usable]
        readable = [table.name for table in tables if table.usable]
        schema_table = all(table.name != "schema_version" for table in kept)
        return ExaminedServer(
            version=connection.info.parameter_status("server_version") or "",
            size=size,
            schema=schema.version(connection) if schema_table else None,
            known=schema.newest(),
            foreign=not tables and _holds_others(connection),
            dangling=() if kept else _dangling(connection),
            read_only=read_only,
            may_create=may_create,
            kept=rights.refused(address, kept) if kept else None,
            owners=sorted({table.owner for table in tables if not table.own}),
            ahead=ahead,
            rows=sum(_count(connection, table) for table in readable),
        )


def read(address: PostgresAddress, query: Callable[[Connection], T]) -> T | None:
    """The result of a query; None if the schema is not this version's. Raises `StartError` if it cannot be read."""
    with _reading(address) as connection:
        return query(StoreConnection(connection)) if schema.version(connection) == schema.newest() else None


@contextmanager
def _reading(address: PostgresAddress) -> Generator[psycopg.Connection]:
    try:
        with closing(start.connect(address)) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
    except psycopg.Error as error:
        problem = f"The database {address} cannot be read: {start.reason(error)}."
        raise StartError(f"{problem} The server's log may say more.") from error


def _ahead(connection: psycopg.Connection, clock: Clock) -> timedelta:
    """How far this machine's clock is ahead, if that is more than the time of the question can explain."""
    before = clock()
    (there,) = _one(connection, "SELECT clock_timestamp()")
    after = clock()
    return before - there if there < before else after - there if there > after else timedelta()


def _one(connection: psycopg.Connection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row


def _holds_others(connection: psycopg.Connection) -> bool:
    return _one(
        connection,
        "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace)",
    )[0]


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    return row[0] if row else 0


def _dangling(connection: psycopg.Connection) -> list[str]:
    """Tables whose foreign keys do not hold, as after a restore that switched them off."""
    found: set[str] = set()
    for child, parent, columns, keys in connection.execute(_KEYS.encode()).fetchall():
        given = SQL(" AND ").join(SQL("c.{} IS NOT NULL").format(Identifier(column)) for column in columns)
        same = SQL(" AND ").join(
            SQL("p.{} = c.{}").format(Identifier(key), Identifier(column))
            for column, key in zip(columns, keys, strict=True)
        )
        lost = SQL("SELECT 1 FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {}) LIMIT 1")
        if connection.execute(lost.format(Identifier(child), given, Identifier(parent), same)).fetchone():
            found.add(child)
    return sorted(found)
