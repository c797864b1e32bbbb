"""What the search index contains: every entity with its names, and what tells it from others of the same name."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from bot.catalogue.model import Kind, Label, Ref
from bot.search import Entry
from bot.store.connection import Connection
from bot.store.reading import labels, placeholders, stamp

SEARCHED = (Kind.WORK, Kind.PERSON, Kind.GROUP, Kind.TRACK, Kind.ALBUM)

_HINTS = (
    ("SELECT entity_id, group_id FROM membership WHERE entity_id IN ({}) ORDER BY id"),
    ("SELECT entity_id, artist_id FROM performer WHERE entity_id IN ({}) ORDER BY position, id"),
)
"""Who an entity is shown with: a person's groups, a song's performers."""

_WORKS = "SELECT entity_id, slug FROM ost JOIN entity ON entity.id = work_id WHERE entity_id IN ({}) ORDER BY ost.id"
"""The works of a song: fans type the drama along with its name."""

_FORMER_SLUGS = (
    "SELECT merged.entity_id, slug FROM merged JOIN entity ON entity.id = gone_id WHERE merged.entity_id IN ({})"
    " ORDER BY merged.id"
)
"""The slugs of entities that were merged into these: who knows them finds what they lead to."""

_HINTED = (
    ("SELECT entity_id FROM membership WHERE group_id IN ({})"),
    ("SELECT entity_id FROM performer WHERE artist_id IN ({})"),
)

_COUNTED = (
    ("performer", "artist_id"),
    ("credit", "person_id"),
    ("credit", "entity_id"),
    ("ost", "work_id"),
    ("ost", "entity_id"),
)
"""What makes an entity important: its credits and its songs."""

_WEIGHT = " + ".join(f"(SELECT count(*) FROM {table} WHERE {column} = entity.id)" for table, column in _COUNTED)
_YEAR = (
    "(SELECT CAST(substr(min(earliest), 1, 4) AS INTEGER) FROM event WHERE entity_id = entity.id"
    " AND kind IN ('premiere', 'album_release') AND earliest IS NOT NULL)"
)
_ORDER = f"{_WEIGHT} DESC, coalesce({_YEAR}, 0) DESC, slug, id"
_NAMED = (
    # As an expression, so that SQLite does not scan all entities of these kinds to find the few that are requested.
    f"kind || '' IN ({', '.join(repr(kind.value) for kind in SEARCHED)})"
    " AND EXISTS (SELECT 1 FROM name WHERE entity_id = entity.id)"
)


def serial(connection: Connection) -> int:
    """The serial number of the last change to what is searchable: a different number means a different state."""
    (number,) = connection.execute("SELECT coalesce(max(serial), 0) FROM searched").fetchone()
    return number


def in_order(connection: Connection) -> tuple[int, array[int]]:
    """The serial number of the last change, and the ids of all searchable entities, most important first."""
    # Row by row: the thread lets others run between two rows, but not while it builds one long list.
    rows = connection.execute(f"SELECT id FROM entity WHERE {_NAMED} ORDER BY {_ORDER}")
    return serial(connection), array("q", (id_ for (id_,) in rows))


def by_importance(connection: Connection, ids: Collection[int]) -> list[int]:
    """The searchable ones of a few entities, most important first."""
    rows = connection.execute(
        f"SELECT id FROM entity WHERE {_NAMED} AND id IN ({placeholders(ids)}) ORDER BY {_ORDER}", tuple(ids)
    )
    return [id_ for (id_,) in rows]


def entries(connection: Connection, ids: Collection[int]) -> list[Entry]:
    """Search entries of entities, in the order of `ids`; those that are not searchable are left out."""
    ids = tuple(ids)
    texts: dict[int, dict[str, None]] = {}
    for id_, text in connection.execute(
        f"SELECT entity_id, text FROM name WHERE entity_id IN ({placeholders(ids)}) ORDER BY entity_id, position, id",
        ids,
    ):
        texts.setdefault(id_, {}).setdefault(text)
    for id_, slug in connection.execute(_FORMER_SLUGS.format(placeholders(ids)), ids):
        texts.setdefault(id_, {}).setdefault(slug)
    pairs = [pair for query in _HINTS for pair in connection.execute(query.format(placeholders(ids)), ids)]
    known = labels(connection, {*ids, *(other for _, other in pairs)})
    # In dictionaries, since several origins may state the same.
    hints: dict[int, dict[Label, None]] = {}
    for id_, other in pairs:
        hints.setdefault(id_, {}).setdefault(known[other])
    works: dict[int, dict[Ref, None]] = {}
    for id_, slug in connection.execute(_WORKS.format(placeholders(ids)), ids):
        works.setdefault(id_, {}).setdefault(Ref(Kind.WORK, slug))
    rows = connection.execute(
        f"SELECT id, {_YEAR}, {_WEIGHT} FROM entity WHERE {_NAMED} AND id IN ({placeholders(ids)})", ids
    )
    found = {
        id_: Entry(
            *(known[id_].ref, known[id_], tuple(texts[id_]), tuple(hints.get(id_, ()))),
            *(year, weight, tuple(works.get(id_, ()))),
        )
        for id_, year, weight in rows
    }
    return [found[id_] for id_ in ids if id_ in found]


def changes(connection: Connection, since: int, most: int) -> tuple[int, list[Entry], list[Ref]] | None:
    """What changed after serial number `since`; None if more than `most` entities changed.

    Returns the last serial number, the entities as they are now, and the references of those that are gone.
    """
    rows = connection.execute(
        "SELECT searched.kind, searched.slug, entity.id FROM searched LEFT JOIN entity USING (kind, slug)"
        " WHERE serial > ? ORDER BY serial LIMIT ?",
        (since, most + 1),
    ).fetchall()
    ids = [id_ for _, _, id_ in rows if id_ is not None]
    # A changed name also changes the hints of other entities.
    ids = list(dict.fromkeys((*ids, *(id_ for query in _HINTED for id_ in _ids(connection, query, ids)))))
    if len(rows) > most or len(ids) > most:
        return None
    found = entries(connection, ids)
    refs = {entry.ref for entry in found}
    return serial(connection), found, [ref for kind, slug, _ in rows if (ref := Ref(Kind(kind), slug)) not in refs]


def upcoming(connection: Connection, now: datetime, most: int) -> list[Ref]:
    """The subjects of the next `most` events, soonest first, each followed by its artists and its dramas."""
    rows = connection.execute(
        "SELECT entity_id FROM event WHERE guild_id IS NULL AND earliest >= ? AND status <> 'cancelled'"
        " ORDER BY earliest, id LIMIT ?",
        (stamp(now), most),
    )
    subjects = list(dict.fromkeys(id_ for (id_,) in rows))
    beside: dict[int, list[int]] = {}
    for query in (
        "SELECT entity_id, artist_id FROM performer WHERE entity_id IN ({}) ORDER BY position, id",
        "SELECT entity_id, work_id FROM ost WHERE entity_id IN ({}) ORDER BY id",
    ):
        for id_, other in connection.execute(query.format(placeholders(subjects)), subjects):
            beside.setdefault(id_, []).append(other)
    ids = list(dict.fromkeys(other for id_ in subjects for other in (id_, *beside.get(id_, ()))))
    refs = {
        id_: Ref(Kind(kind), slug)
        for id_, kind, slug in connection.execute(
            f"SELECT id, kind, slug FROM entity WHERE id IN ({placeholders(ids)})", ids
        )
    }
    return [refs[id_] for id_ in ids]


def _ids(connection: Connection, query: str, ids: Sequence[int]) -> Iterator[int]:
    rows: Iterable[tuple[int]] = connection.execute(query.format(placeholders(ids)), tuple(ids))
    return (id_ for (id_,) in rows)
