"""What the search index is made of: every entity with its names, and what tells it from others of the same name."""

from __future__ import annotations

import sqlite3

from bot.model import Kind, Label, Ref
from bot.search import Entry
from bot.store.reading import labels

_HINTS = (
    "SELECT entity_id, group_id FROM membership ORDER BY id",
    "SELECT entity_id, artist_id FROM performer ORDER BY position",
    "SELECT character_id, entity_id FROM credit WHERE character_id IS NOT NULL ORDER BY id",
)

_SEARCHED = (Kind.WORK, Kind.PERSON, Kind.GROUP, Kind.TRACK, Kind.ALBUM)


def entries(connection: sqlite3.Connection) -> list[Entry]:
    """Everything that can be searched for."""
    texts: dict[int, list[str]] = {}
    for id_, name in connection.execute("SELECT entity_id, text FROM name ORDER BY entity_id, position"):
        texts.setdefault(id_, []).append(name)
    ids = {
        id_: Ref(Kind(kind), slug)
        for id_, kind, slug in connection.execute("SELECT id, kind, slug FROM entity")
        if kind in _SEARCHED
    }
    known = _all_labels(connection)
    hints: dict[int, list[Label]] = {}
    for query in _HINTS:
        for id_, other in connection.execute(query):
            hints.setdefault(id_, []).append(known[other])
    years = {
        id_: int(earliest[:4])
        for id_, earliest in connection.execute(
            "SELECT entity_id, min(earliest) FROM event WHERE claim = 0 AND kind IN ('premiere', 'album_release')"
            " AND earliest IS NOT NULL GROUP BY entity_id"
        )
    }
    weights = _weights(connection)
    return [
        Entry(
            ref=ref,
            label=known[id_],
            texts=tuple(dict.fromkeys(texts.get(id_, ()))),
            hints=tuple(hints.get(id_, ())),
            year=years.get(id_),
            weight=weights.get(id_, 0),
        )
        for id_, ref in ids.items()
        if texts.get(id_)
    ]


def _all_labels(connection: sqlite3.Connection) -> dict[int, Label]:
    return labels(connection, [id_ for (id_,) in connection.execute("SELECT id FROM entity")])


def _weights(connection: sqlite3.Connection) -> dict[int, int]:
    """How much the catalogue knows of an entity: what has more to show comes first among equals."""
    return dict(
        connection.execute(
            "SELECT id, count(*) FROM (SELECT artist_id AS id FROM performer UNION ALL SELECT person_id FROM credit"
            " UNION ALL SELECT work_id FROM ost UNION ALL SELECT entity_id FROM credit"
            " UNION ALL SELECT entity_id FROM ost) GROUP BY id"
        )
    )
