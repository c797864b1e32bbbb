"""What a database says, without the ids of its rows, so that two states of it can be compared."""

from __future__ import annotations

from collections.abc import Iterable

from bot.store.connection import Connection
from bot.store.shapes import SHAPES

Rows = dict[str, list[tuple[object, ...]]]


def contents(connection: Connection) -> Rows:
    """Everything that is stated, by whom, and what follows from it, apart from how often dates changed and when."""
    slugs = _slugs(connection)
    found: Rows = {
        "entity": _sorted(connection.execute("SELECT kind, slug, type, partial FROM entity")),
        "entity_origin": _sorted((slugs[id_], origin) for id_, origin in _all(connection, "entity_origin")),
        "source": _sorted(connection.execute("SELECT slug, publisher, title, published, url, origin FROM source")),
        "follow": _sorted((guild, slugs[id_]) for guild, id_ in _all(connection, "follow")),
        "merged": _sorted(
            (slugs[gone], slugs[into])
            for gone, into in connection.execute("SELECT gone_id, entity_id FROM merged").fetchall()
        ),
    }
    cited: dict[int, tuple[str, ...]] = {}
    for fact, slug in connection.execute(
        "SELECT fact_id, slug FROM fact_source JOIN source ON source.id = source_id ORDER BY fact_id, position"
    ):
        cited[fact] = (*cited.get(fact, ()), slug)
    for name, shape in SHAPES.items():
        columns = (*shape.key, *shape.values)
        found[name] = _sorted(
            (slugs[about], slugs[entity], *fact, cited.get(id_, ()), *_named(slugs, columns, values))
            for id_, about, entity, *rest in connection.execute(
                "SELECT t.id, fact.entity_id, t.entity_id, rank, certainty, note, origin, precedence"
                f"{''.join(f', t.{column}' for column in columns)} FROM {name} t JOIN fact ON fact.id = t.id"
            ).fetchall()
            for fact, values in [(rest[:5], rest[5:])]
        )
    dated = ("kind", "number", "status", "earliest", "latest", "precision", "zone", "words", "after_id", "after_kind")
    found["event"] = _sorted(
        (slugs[entity], *_named(slugs, dated, values))
        for entity, *values in connection.execute(f"SELECT entity_id, {', '.join(dated)} FROM event").fetchall()
    )
    found["delivery"] = _sorted(
        (slugs[entity], *rest)
        for entity, *rest in connection.execute(
            "SELECT entity_id, kind, number, delivery.revision, stage, channel_id, state FROM delivery"
            " JOIN event ON event.id = event_id"
        ).fetchall()
    )
    return found


def _slugs(connection: Connection) -> dict[int, str]:
    return {id_: f"{kind}/{slug}" for id_, kind, slug in connection.execute("SELECT id, kind, slug FROM entity")}


def _named(slugs: dict[int, str], columns: Iterable[str], values: Iterable[object]) -> list[object]:
    return [
        slugs[value] if column.endswith("_id") and isinstance(value, int) else value
        for column, value in zip(columns, values, strict=True)
    ]


def _all(connection: Connection, table: str) -> list[tuple[int, int]]:
    return connection.execute(f"SELECT * FROM {table}").fetchall()


def _sorted(rows: Iterable[Iterable[object]]) -> list[tuple[object, ...]]:
    return sorted(map(tuple, rows), key=repr)
