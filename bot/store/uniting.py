"""Keeps one entity for what shares an id elsewhere, in whatever order seed files and imports came.

An import that comes first makes an entity with a slug of its own choice. Once a seed file or a curator states the
entity, theirs counts: the import's is merged into it. Two that people stated stay two; that is for people to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority
from bot.catalogue.slug import MAX_SLUG, slug_of
from bot.store import merging
from bot.store.connection import Connection
from bot.store.namesakes import is_sure, namesakes, stored
from bot.store.reading import chunks, entity_id, ref_of
from bot.store.stated import Change, Desired

_ORDER = tuple(Kind)
"""Works come first: people are recognised by what they play in."""
_BY_HAND = "EXISTS (SELECT 1 FROM entity_origin WHERE entity_id = entity.id AND origin NOT LIKE 'import:%')"
"""SQL: whether a seed file or a curator states an entity."""


def unite(connection: Connection, desired: Desired, now: datetime) -> list[Change]:
    """Merge entities that have an id which `desired` states, where imports alone state them."""
    ids = dict.fromkeys(
        (statement.columns["authority"], statement.columns["value"])
        for statement in desired.statements
        if statement.shape == "external_id"
    )
    sharing: dict[tuple[str, str, str], list[int]] = {}
    for some in chunks(ids):
        for authority, value, kind, id_, _ in connection.execute(
            # CROSS JOIN keeps SQLite from going through all entities to find the few that are requested.
            f"WITH asked (authority, value) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"
            f" SELECT DISTINCT asked.authority, asked.value, entity.kind, entity.id, {_BY_HAND} AS by_hand FROM asked"
            " CROSS JOIN external_id known CROSS JOIN entity"
            " WHERE known.authority = asked.authority AND known.value = asked.value AND entity.id = known.entity_id"
            " ORDER BY by_hand DESC, entity.id",
            [part for pair in some for part in pair],
        ):
            sharing.setdefault((authority, value, kind), []).append(id_)
    made: list[Change] = []
    for first, *others in sharing.values():
        for other in others:
            made += _merge(connection, first, other, now)
    return made


def recognise(connection: Connection, added: Iterable[Ref], now: datetime) -> list[Change]:
    """Merge what imports alone state into new entities that people state, where a name tells that they are the same.

    By the rules by which imports recognise what is there when they come.
    """
    made: list[Change] = []
    imported = "SELECT 1 FROM entity_origin WHERE origin >= 'import:' AND origin < 'import;' LIMIT 1"
    if connection.execute(imported).fetchone() is None:
        return made
    for ref in sorted(added, key=lambda ref: _ORDER.index(ref.kind)):
        id_ = entity_id(connection, ref)
        if id_ is not None and ref.kind is not Kind.CHARACTER:
            sought = stored(connection, id_)
            called_so = namesakes(connection, sought)
            same = [other for other in called_so if is_sure(connection, sought, other, called_so[other])]
            if len(set(same) - {id_}) == 1:
                made += _merge(connection, id_, next(iter(set(same) - {id_})), now)
    return made


def _merge(connection: Connection, first: int, other: int, now: datetime) -> Iterator[Change]:
    """Merge two entities, or what they were merged into, unless people state both."""
    into, gone = (entity_id(connection, ref_of(connection, id_)) or id_ for id_ in (first, other))
    if _is_by_hand(connection, gone):
        into, gone = gone, into
    if into != gone and not _is_by_hand(connection, gone):
        merge = merging.merge(connection, ref_of(connection, gone), ref_of(connection, into), now)
        yield Change("merged", f"{merge.gone} into {merge.into}")


def _is_by_hand(connection: Connection, id_: int) -> bool:
    return connection.execute(f"SELECT {_BY_HAND} FROM entity WHERE id = ?", (id_,)).fetchone()[0]


def make_way(connection: Connection, desired: Desired) -> None:
    """Rename what imports alone state under a slug by which seed files now state something else.

    It is something else unless they share an id; where a seed file states none, only if that slug was merged. If the
    slug was merged and means the same, it becomes that of the entity it leads to, unless people chose another.
    """
    stated: dict[Ref, set[tuple[str, str]]] = {
        ref: set() for ref, entity in desired.entities.items() if entity.origin.authority is Authority.SEED
    }
    for statement in desired.statements:
        if statement.shape == "external_id" and statement.entity in stated:
            stated[statement.entity].add((str(statement.columns["authority"]), str(statement.columns["value"])))
    for some in chunks(stated):
        rows: Sequence[tuple[int, str, str, int | None]] = connection.execute(
            f"WITH asked (kind, slug) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"
            " SELECT entity.id, entity.kind, entity.slug, merged.id FROM asked CROSS JOIN entity"
            " LEFT JOIN merged ON gone_id = entity.id"
            f" WHERE entity.kind = asked.kind AND entity.slug = asked.slug AND NOT {_BY_HAND}",
            [part for ref in some for part in ref],
        ).fetchall()
        for id_, kind, slug, merge in rows:
            ref = Ref(Kind(kind), slug)
            if merge is not None and any(
                not origin.startswith(Authority.IMPORT) for origin in merging.origins_of_gone(connection, merge)
            ):
                continue
            led = entity_id(connection, ref) or id_
            theirs = _ids(connection, led)
            if _is_another(stated[ref], theirs, merged=merge is not None):
                _rename(connection, id_, ref, theirs)
            elif led != id_ and not _is_by_hand(connection, led):
                other = ref_of(connection, led)
                _rename(connection, id_, ref, theirs)
                for one, free in ((led, ref.slug), (id_, other.slug)):
                    connection.execute("UPDATE entity SET slug = ? WHERE id = ?", (free, one))


def _is_another(ours: set[tuple[str, str]], theirs: set[tuple[str, str]], *, merged: bool) -> bool:
    if ours & theirs:
        return False
    return merged or bool(ours)


def _ids(connection: Connection, id_: int) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT authority, value FROM external_id WHERE entity_id = ?", (id_,)).fetchall())


def _rename(connection: Connection, id_: int, ref: Ref, ids: set[tuple[str, str]]) -> None:
    """Give an entity a free slug, as if the one it has had been taken before."""
    suffixes = [*(slug_of(value) for _, value in sorted(ids)), str(id_)]
    for suffix in filter(None, suffixes):
        slug = f"{ref.slug}-{suffix}"[-MAX_SLUG:].strip("-")
        taken = connection.execute("SELECT 1 FROM entity WHERE kind = ? AND slug = ?", (ref.kind, slug)).fetchone()
        if taken is None:
            connection.execute("UPDATE entity SET slug = ? WHERE id = ?", (slug, id_))
            return
