"""Everything that a catalogue says, as lines that are the same for the same content, whatever its rows are numbered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from bot.address import Address
from bot.store.connection import Connection
from bot.store.shapes import SHAPES
from tests.engines import database

_LEFT_OUT = frozenset({"id", "changed_at", "seen_at", "merged_at", "moved", "citations", "guild_id"})
"""Columns that say in which order or when a row came about, that count others, or that are no provider's business."""

_ENTITY = "(SELECT kind || '/' || slug FROM entity WHERE entity.id = {})"


def dump(connection: Connection) -> list[str]:
    """Entities with their origins, statements with their sources, dates, records and doubts, sorted."""
    return sorted(_lines(connection))


def contents(address: Address) -> list[str]:
    """The dump of a database that nobody has open, which has to be whole."""
    with database(address) as connection:
        if isinstance(connection, sqlite3.Connection):  # a server looks after this itself
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        cited = "SELECT count(*) FROM fact_source WHERE source_id = source.id"
        assert connection.execute(f"SELECT slug FROM source WHERE citations <> ({cited})").fetchall() == []
        return dump(connection)


def _lines(connection: Connection) -> Iterator[str]:
    yield from _rows(connection, "entity", "entity")
    yield from _rows(connection, "entity_origin", "entity_origin")
    yield from _rows(connection, "source", "source")
    sources = _sources(connection)
    for shape in SHAPES:
        yield from _rows(connection, f"fact JOIN {shape} ON {shape}.id = fact.id", "fact", shape, sources=sources)
    yield from _rows(connection, "event", "event")
    yield from _rows(connection, "event_past JOIN event ON event.id = event_id", "event", "event_past")
    for table in ("record", "doubt", "merged"):
        yield from _rows(connection, table, table)


def _sources(connection: Connection) -> Mapping[int, Sequence[str]]:
    """The sources of each fact, in order."""
    found: dict[int, list[str]] = {}
    query = "SELECT fact_id, slug FROM fact_source JOIN source ON source.id = source_id ORDER BY fact_id, position"
    for fact, slug in connection.execute(query):
        found.setdefault(fact, []).append(slug)
    return found


def _columns(connection: Connection, table: str) -> list[str]:
    if isinstance(connection, sqlite3.Connection):
        query = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
    else:
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position"
    return [column for (column,) in connection.execute(query, (table,))]


def _rows(
    connection: Connection, rows: str, *tables: str, sources: Mapping[int, Sequence[str]] | None = None
) -> Iterator[str]:
    columns = [
        _ENTITY.format(f"{table}.{column}") if column.endswith("_id") else f"{table}.{column}"
        for table in tables
        for column in _columns(connection, table)
        if (column not in _LEFT_OUT and column != "event_id") or (table, column) == ("record", "id")
    ]
    if sources is not None:
        columns.append("fact.id")
    for *row, last in connection.execute(f"SELECT {', '.join(columns)} FROM {rows}"):
        row.append(last if sources is None else ",".join(sources.get(last, ())))
        yield f"{tables[-1]}: {' | '.join('NULL' if value is None else str(value) for value in row)}"
