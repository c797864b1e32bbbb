"""The schema is the same on both engines: tables, columns, what may be NULL, keys and indexes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import psycopg
import pytest

from bot.store.postgres import schema as postgres_schema
from bot.store.sqlite.engine import MIGRATIONS
from tests.helpers import opened
from tests.postgres import Server, name_of

TYPES = {
    "bigint": "INTEGER",
    "smallint": "INTEGER",
    "integer": "INTEGER",
    "double precision": "REAL",
    "text": "TEXT",
    "bytea": "BLOB",
}
OWN = {"schema_version"}
"""What SQLite keeps in the head of its file."""


class Column(NamedTuple):
    """A column; `default` as SQLite writes it."""

    name: str
    type: str
    required: bool
    default: str | None


class Table(NamedTuple):
    """A table. `unique` are the keys that distinguish its rows, and `indexes` all others, with their columns."""

    columns: set[Column]
    unique: set[tuple[str, ...]]
    indexes: dict[str, tuple[str, ...]]


def of_sqlite(connection: Any) -> dict[str, Table]:
    found: dict[str, Table] = {}
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        info = connection.execute(f"PRAGMA table_info ({table})").fetchall()
        keys = {tuple(name for _, name, *_, place in sorted(info, key=lambda row: row[5]) if place)}
        indexes: dict[str, tuple[str, ...]] = {}
        for _, index, unique, origin, _ in connection.execute(f"PRAGMA index_list ({table})").fetchall():
            columns = tuple(name or "?" for _, _, name in connection.execute(f"PRAGMA index_info ({index})").fetchall())
            if unique:
                keys.add(columns)
            elif origin == "c":
                indexes[index] = columns
        found[table] = Table(
            {Column(name, type_, bool(null or place), default) for _, name, type_, null, default, place in info},
            keys,
            indexes,
        )
    return found


def of_postgres(server: Server, database: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for table, name, null, type_, default in server.ask(
        "SELECT table_name, column_name, is_nullable, data_type, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        database,
    ):
        if table not in OWN:
            value = default.partition("::")[0] if default else None
            column = Column(name, TYPES[type_], null == "NO", value)
            found.setdefault(table, Table(set(), set(), {})).columns.add(column)
    for table, index, unique, names in server.ask(
        "SELECT r.relname, i.relname, x.indisunique, array(SELECT coalesce(a.attname, '?') FROM"
        " unnest(x.indkey::int[]) WITH ORDINALITY AS k (number, place)"
        " LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number AND k.number > 0 ORDER BY place)"
        " FROM pg_index x JOIN pg_class r ON r.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = 'public'",
        database,
    ):
        if table in OWN:
            continue
        if unique:
            found[table].unique.add(tuple(names))
        else:
            found[table].indexes[index] = tuple(names)
    return found


def test_migrations_have_the_same_numbers() -> None:
    numbers = [int(script.name[:4]) for script in sorted(MIGRATIONS.glob("*.sql"))]
    first = min(postgres_schema.scripts())
    assert list(postgres_schema.scripts()) == [number for number in numbers if number >= first]


async def test_both_engines_have_the_same_schema(tmp_path: Any, postgres: Server) -> None:
    address = postgres.database("empty")
    try:
        async with opened(tmp_path / "byeol.db") as database:
            ours = await database.read(of_sqlite)
        theirs = of_postgres(postgres, name_of(address))
        assert ours.keys() == theirs.keys()
        for table in ours:
            assert ours[table] == theirs[table], table
    finally:
        postgres.drop(address)


async def test_checks_and_conditions_of_indexes_are_the_same(tmp_path: Any, postgres: Server) -> None:
    """Compared are the words in quotation marks, since each engine writes the rest in its own way."""
    address = postgres.database("empty")
    try:
        async with opened(tmp_path / "byeol.db") as database:
            ours = await database.read(
                lambda connection: connection.execute(
                    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'"
                ).fetchall()
            )
        theirs = dict(
            postgres.ask("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '% WHERE %'", name_of(address))
        )
        assert {name for name, _ in ours} == theirs.keys()
        for name, sql in ours:
            own = set(re.findall(r"'(\w*)'", sql.partition(" WHERE ")[2]))
            assert own == set(re.findall(r"'(\w*)'", theirs[name].partition(" WHERE ")[2])), name
    finally:
        postgres.drop(address)


async def test_text_sorts_by_its_bytes(postgres: Server) -> None:
    address = postgres.database("empty")
    try:
        with psycopg.connect(address.url) as connection:
            other = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
            ).fetchall()
        assert other == []
    finally:
        postgres.drop(address)


@pytest.mark.parametrize("script", sorted(postgres_schema.MIGRATIONS.glob("*.sql")), ids=lambda script: script.name)
def test_a_migration_leaves_its_transaction_to_whoever_runs_it(script: Any) -> None:
    assert not re.search(r"(?m)^(BEGIN|COMMIT|ROLLBACK);", script.read_text("utf-8"))
