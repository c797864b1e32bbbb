"""Shared by all reads of the catalogue: labels, statements with their sources, and profiles of entities."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict, TypeVar

from bot.catalogue.model import (
    Certainty,
    Detail,
    Event,
    EventKind,
    Kind,
    Label,
    Link,
    Money,
    Name,
    Profile,
    Ref,
    Relation,
    Source,
    Status,
    Text,
)
from bot.catalogue.origin import Origin
from bot.catalogue.when import Precision, When
from bot.store.shapes import SHAPES

T = TypeVar("T")


class FactFields(TypedDict):
    """The fields of `bot.catalogue.model.Fact`, ready to be passed to any statement."""

    rank: int
    certainty: Certainty
    note: Text | None
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Row:
    """A stored statement: its entity, the fields of every fact, and the requested columns."""

    id: int
    entity: int
    fact: FactFields
    values: tuple[Any, ...]


def placeholders(values: Collection[object]) -> str:
    """As many question marks as there are values, for an ``IN``."""
    return ", ".join("?" * len(values))


def text(value: str | None) -> Text | None:
    """Decode localised words from their stored form."""
    return json.loads(value) if value else None


def stamp(at: datetime) -> str:
    """An instant as stored: UTC to the second, so that text sorts as time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(value: str | None) -> datetime | None:
    """Decode a UTC instant from its stored form."""
    return datetime.fromisoformat(value) if value else None


def entity_id(connection: sqlite3.Connection, ref: Ref) -> int | None:
    """The id of an entity, or None if there is none."""
    row = connection.execute("SELECT id FROM entity WHERE kind = ? AND slug = ?", ref).fetchone()
    return row[0] if row else None


_RARELY_SHOWN = ("birth", "former", "literal", "short")
"""Kinds of names that label an entity only if it has no others."""
_IF_NEED_BE = ("alternative", "spelling")
"""Kinds of names that label it in a language only if it has no others there."""


def labels(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Label]:
    """The labels of entities, by id: the first name in each language, stage names before birth names."""
    ids = tuple(ids)
    rows = connection.execute(f"SELECT id, kind, slug FROM entity WHERE id IN ({placeholders(ids)})", ids).fetchall()
    named: dict[int, dict[str, str]] = {id_: {} for id_, _, _ in rows}
    seldom: dict[int, dict[str, str]] = {}
    for id_, language, text in connection.execute(
        f"SELECT entity_id, language, text FROM name WHERE entity_id IN ({placeholders(ids)})"
        f" AND kind NOT IN ({_quoted(_RARELY_SHOWN)}) ORDER BY entity_id, kind IN ({_quoted(_IF_NEED_BE)}), position",
        ids,
    ):
        named[id_].setdefault(language, text)
    unnamed = [id_ for id_, names in named.items() if not names]
    if unnamed:
        for id_, language, text in connection.execute(
            f"SELECT entity_id, language, text FROM name WHERE entity_id IN ({placeholders(unnamed)})"
            " ORDER BY position",
            unnamed,
        ):
            seldom.setdefault(id_, {}).setdefault(language, text)
    return {id_: Label(Ref(Kind(kind), slug), named[id_] or seldom.get(id_, {})) for id_, kind, slug in rows}


def _quoted(words: Collection[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def statements(
    connection: sqlite3.Connection,
    shape: str,
    columns: Sequence[str],
    ids: Collection[int],
    *,
    by: str = "entity_id",
    order: str = "t.id",
) -> list[Row]:
    """The statements of one shape whose column `by` holds one of `ids`, best first.

    A statement that several origins make appears once, with the sources of all.
    """
    rows = connection.execute(
        f"SELECT t.id, t.entity_id, fact.rank, fact.certainty, fact.note, fact.origin"
        f"{''.join(f', t.{column}' for column in columns)}"
        f" FROM {shape} t JOIN fact ON fact.id = t.id WHERE t.{by} IN ({placeholders(ids)})"
        f" ORDER BY fact.rank, {order}",
        tuple(ids),
    ).fetchall()
    precedence = {origin: Origin.parse(origin).precedence for origin in {row[5] for row in rows}}
    rows.sort(key=lambda row: (row[2], precedence[row[5]]))
    cited = _sources(connection, [row[0] for row in rows])
    key = [columns.index(column) for column in SHAPES[shape].key if column in columns]
    found: dict[tuple[object, ...], Row] = {}
    for id_, entity, rank, certainty, note, _, *values in rows:
        same = (entity, *(values[place] for place in key))
        if same in found:
            sources = found[same].fact["sources"]
            found[same].fact["sources"] = (*sources, *(one for one in cited.get(id_, ()) if one not in sources))
            continue
        fact = FactFields(rank=rank, certainty=Certainty(certainty), note=text(note), sources=cited.get(id_, ()))
        found[same] = Row(id_, entity, fact, tuple(values))
    return list(found.values())


def _sources(connection: sqlite3.Connection, facts: Collection[int]) -> dict[int, tuple[Source, ...]]:
    found: dict[int, tuple[Source, ...]] = {}
    for fact, *columns in connection.execute(
        f"SELECT fact_id, slug, publisher, published, url, title FROM fact_source JOIN source ON source.id = source_id"
        f" WHERE fact_id IN ({placeholders(facts)}) ORDER BY fact_id, position",
        tuple(facts),
    ):
        found[fact] = (*found.get(fact, ()), Source(*columns))
    return found


def events(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, list[Event]]:
    """The dates of entities, by entity id; of each kind the current one first, then other dates that were stated."""
    columns = (
        *("kind", "number", "claim", "status", "revision", "earliest", "latest", "precision", "zone", "words"),
        *("after_id", "after_kind", "changed_at"),
    )
    rows = statements(connection, "event", columns, ids, order="t.earliest")
    known = labels(connection, {*ids, *(row.values[10] for row in rows if row.values[10] is not None)})
    found: dict[int, list[Event]] = {}
    for row in rows:
        kind, number, _, status, revision, earliest, latest, precision, zone, words, *rest = row.values
        after_id, after_kind, changed_at = rest
        found.setdefault(row.entity, []).append(
            Event(
                **row.fact,
                id=row.id,
                subject=known[row.entity],
                kind=EventKind(kind),
                number=number,
                status=Status(status),
                revision=revision,
                when=When(Precision(precision), zone, instant(earliest), instant(latest), text(words)),
                after=(known[after_id], EventKind(after_kind)) if after_id is not None else None,
                changed_at=instant(changed_at),
            )
        )
    return found


def profiles(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Profile]:
    """The profiles of entities, by id: everything that any kind of entity may have."""
    names = _grouped(
        [
            (row.entity, Name(**row.fact, text=row.values[0], kind=row.values[1], language=row.values[2]))
            for row in statements(connection, "name", ("text", "kind", "language"), ids, order="t.position")
        ]
    )
    details = _grouped(
        [
            (row.entity, Detail(**row.fact, attribute=row.values[0], value=json.loads(row.values[1])))
            for row in statements(connection, "detail", ("attribute", "value"), ids, order="t.position")
        ]
    )
    money = _grouped(
        [
            (row.entity, Money(**row.fact, attribute=a, amount=n, currency=c, qualifier=q, converted=bool(converted)))
            for row in statements(
                connection, "money", ("attribute", "amount", "currency", "qualifier", "converted"), ids
            )
            for a, n, c, q, converted in [row.values]
        ]
    )
    links = _grouped(
        [
            (row.entity, Link(**row.fact, kind=row.values[0], url=row.values[1]))
            for row in statements(connection, "link", ("kind", "url"), ids)
        ]
    )
    # Relations hold both ways, and are stated on one side only.
    related = [
        (mine, row.values[0], other, row.fact)
        for by in ("entity_id", "other_id")
        for row in statements(connection, "relation", ("kind", "other_id"), ids, by=by)
        for mine, other in [(row.entity, row.values[1]) if by == "entity_id" else (row.values[1], row.entity)]
    ]
    related.sort(key=lambda relation: relation[3]["rank"])
    known = labels(connection, {*ids, *(other for _, _, other, _ in related)})
    relations = _grouped([(id_, Relation(**fact, kind=kind, other=known[other])) for id_, kind, other, fact in related])
    dated = events(connection, ids)
    return {
        id_: Profile(
            label=known[id_],
            type=type_,
            partial=frozenset(filter(None, (partial or "").split(","))),
            names=names.get(id_, []),
            details=details.get(id_, []),
            money=money.get(id_, []),
            links=links.get(id_, []),
            relations=relations.get(id_, []),
            events=dated.get(id_, []),
        )
        for id_, type_, partial in connection.execute(
            f"SELECT id, type, partial FROM entity WHERE id IN ({placeholders(ids)})",
            tuple(ids),
        )
    }


def _grouped(pairs: Sequence[tuple[int, T]]) -> Mapping[int, list[T]]:
    groups: dict[int, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
