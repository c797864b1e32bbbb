"""Which entities of one name are surely the same, although they share no id.

Names alone never tell, since works are remade under one title and many people share a name. What both are related to,
or the year, tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.catalogue.model import Kind
from bot.store.connection import Connection
from bot.store.reading import placeholders, ref_of

_SQUASHED = "replace(replace(lower(text), '-', ''), ' ', '')"
"""SQL: a name as it is compared; there is an index on it."""

_RELATED = (
    ("membership", "entity_id", "group_id"),
    ("membership", "group_id", "entity_id"),
    ("credit", "person_id", "entity_id"),
    ("crew", "person_id", "entity_id"),
    ("performer", "entity_id", "artist_id"),
    ("performer", "artist_id", "entity_id"),
    ("ost", "entity_id", "work_id"),
)
"""Tables that relate the entity of one column to that of another."""


class Sought(NamedTuple):
    """What is known of an entity that may be one of the catalogue: its names, English ones first; its ids elsewhere, as
    authority and value; the years in which it came out; and the entities that it is related to, by their ids in the
    catalogue."""

    kind: Kind
    names: Sequence[str]
    ids: Collection[tuple[str, str]]
    years: Collection[int]
    related: Collection[int]


def stored(connection: Connection, id_: int) -> Sought:
    """What the catalogue knows of one of its entities."""
    related = " UNION ".join(f"SELECT {other} FROM {table} WHERE {column} = ?1" for table, column, other in _RELATED)
    return Sought(
        ref_of(connection, id_).kind,
        _names(connection, id_),
        connection.execute("SELECT authority, value FROM external_id WHERE entity_id = ?", (id_,)).fetchall(),
        _years(connection, id_),
        [other for (other,) in connection.execute(related, (id_,))],
    )


def namesakes(connection: Connection, sought: Sought) -> dict[int, set[str]]:
    """The entities of this kind that share names, with those that they share, if they may be the same."""
    found: dict[int, set[str]] = {}
    forms = set(map(_squashed, sought.names))
    if sought.kind is Kind.PERSON:
        forms |= {_squashed(turned) for name in sought.names for turned in _turned(name)}
    for id_, text in connection.execute(
        # As an expression, so that SQLite does not go through all entities of the kind.
        f"SELECT entity.id, {_SQUASHED} FROM name JOIN entity ON entity.id = name.entity_id"
        f" WHERE entity.kind || '' = ? AND {_SQUASHED} IN ({placeholders(forms)})",
        (sought.kind, *forms),
    ):
        found.setdefault(id_, set()).add(text)
    # Another id of the same authority proves another entity.
    authorities = {authority for authority, _ in sought.ids}
    others = {
        id_
        for id_, *elsewhere in connection.execute(
            f"SELECT entity_id, authority, value FROM external_id WHERE entity_id IN ({placeholders(found)})",
            tuple(found),
        )
        if elsewhere[0] in authorities and tuple(elsewhere) not in sought.ids
    }
    return {id_: shared for id_, shared in found.items() if id_ not in others}


def is_sure(connection: Connection, sought: Sought, id_: int, shared: Collection[str]) -> bool:
    """Whether an entity that shares names is the same beyond doubt."""
    if sought.kind is Kind.PERSON and _is_related(connection, sought, id_, [("credit", "person_id", "entity_id")]):
        return True  # one cast has one person of a name
    if sought.kind is Kind.ORGANISATION and _squashed(sought.names[0]) == _squashed(_names(connection, id_)[0]):
        return True  # networks do not share the name by which they go, but some go by what is short for another
    if not have_both_scripts(shared):
        return False
    match sought.kind:
        case Kind.WORK | Kind.ALBUM:
            return not _years(connection, id_).isdisjoint(sought.years)
        case Kind.PERSON | Kind.GROUP | Kind.TRACK:
            return _is_related(connection, sought, id_, _RELATED)
        case _:
            return True


def _squashed(name: str) -> str:
    """A name as `_SQUASHED` compares it."""
    return name.lower().replace("-", "").replace(" ", "")


def _turned(name: str) -> Iterator[str]:
    """A person's name with the family name at the other end: providers differ in where they put it."""
    words = name.split()
    if len(words) > 1:
        yield " ".join((*words[1:], words[0]))
        yield " ".join((words[-1], *words[:-1]))


def _names(connection: Connection, id_: int) -> list[str]:
    """The names of an entity, English ones first."""
    rows = connection.execute(
        "SELECT text FROM name WHERE entity_id = ? ORDER BY language <> 'en', position, id", (id_,)
    )
    return [text for (text,) in rows]


def _is_related(connection: Connection, sought: Sought, id_: int, ways: Collection[tuple[str, str, str]]) -> bool:
    marks = placeholders(sought.related)
    query = " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE {column} = ? AND {other} IN ({marks})" for table, column, other in ways
    )
    return connection.execute(query, (id_, *sought.related) * len(ways)).fetchone() is not None


def _years(connection: Connection, id_: int) -> set[int]:
    rows = connection.execute(
        "SELECT substr(earliest, 1, 4), substr(latest, 1, 4) FROM event"
        " WHERE entity_id = ? AND kind IN ('premiere', 'album_release') AND earliest IS NOT NULL",
        (id_,),
    )
    return {int(year) for row in rows for year in row}


def have_both_scripts(names: Iterable[str]) -> bool:
    """Whether some of the names are in Hangul, and some are not."""
    hangul = [any("가" <= letter <= "힣" for letter in name) for name in names]
    return any(hangul) and not all(hangul)
