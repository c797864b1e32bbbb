"""Writes to the catalogue: apply what origins state, and report the changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.catalogue.model import Certainty, Kind, Ref, Status
from bot.catalogue.origin import Origin
from bot.store.reading import placeholders, stamp
from bot.store.shapes import SHAPES, Shape

Value = str | int | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as its origin states it."""

    slug: str
    publisher: str
    title: str | None
    published: str | None
    url: str | None
    licence: str | None
    note: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class EntityRow:
    """An entity as an origin states it."""

    ref: Ref
    type: str | None
    partial: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One fact about `entity`: a row of the table `shape`, whose columns may hold references to other entities.

    Its origin is the one that states the entity.
    """

    shape: str
    entity: Ref
    columns: Mapping[str, Value | Ref]
    rank: int
    certainty: Certainty
    note: str | None
    sources: tuple[str, ...]


@dataclass(slots=True)
class Desired:
    """Everything that `origins` state: it replaces what they stated before, and nothing else."""

    origins: frozenset[Origin]
    sources: dict[str, SourceRow] = field(default_factory=dict[str, SourceRow])
    entities: dict[Ref, EntityRow] = field(default_factory=dict[Ref, EntityRow])
    statements: list[StatementRow] = field(default_factory=list[StatementRow])


class Change(NamedTuple):
    """One change. `action` is ``added``, ``changed``, ``removed`` or ``kept`` (not stated, but still needed).

    `size`: how many items it covers, since an entity is removed together with its statements.
    """

    action: str
    what: str
    why: str = ""
    size: int = 1


_DATE = ("earliest", "latest", "precision")
"""A change in one of these makes a new revision of the event."""


def revision(connection: sqlite3.Connection) -> int:
    """The catalogue's revision: a different number means different contents."""
    (number,) = connection.execute("SELECT revision FROM catalogue").fetchone()
    return number


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the catalogue has no entities."""
    return connection.execute("SELECT 1 FROM entity LIMIT 1").fetchone() is None


def size(connection: sqlite3.Connection) -> int:
    """The number of entities, statements and sources."""
    (count,) = connection.execute(
        "SELECT (SELECT count(*) FROM entity) + (SELECT count(*) FROM fact) + (SELECT count(*) FROM source)"
    ).fetchone()
    return count


def known_refs(connection: sqlite3.Connection) -> dict[Ref, frozenset[Origin]]:
    """Every entity, with the origins that state it."""
    found: dict[Ref, set[Origin]] = {}
    for kind, slug, origin in connection.execute(
        "SELECT kind, slug, origin FROM entity JOIN entity_origin ON entity_id = id"
    ):
        found.setdefault(Ref(Kind(kind), slug), set()).add(Origin.parse(origin))
    return {ref: frozenset(origins) for ref, origins in found.items()}


def known_sources(connection: sqlite3.Connection) -> dict[str, Origin]:
    """Every source's slug, with the origin that states it."""
    return {slug: Origin.parse(origin) for slug, origin in connection.execute("SELECT slug, origin FROM source")}


def origins(connection: sqlite3.Connection) -> set[Origin]:
    """Every origin of something in the catalogue."""
    rows = connection.execute("SELECT origin FROM entity_origin UNION SELECT origin FROM source")
    return {Origin.parse(origin) for (origin,) in rows}


def apply(connection: sqlite3.Connection, desired: Desired, now: datetime) -> list[Change]:
    """Make the catalogue match `desired`, inside the caller's transaction, and return the changes.

    Changed dates are stamped with `now`.

    What `desired.origins` no longer state is removed, unless something else refers to it; then it is kept, and the
    change says what refers to it. What other origins state is left as it is.
    """
    changes = _Changes(connection, desired, stamp(now))
    changes.sources()
    changes.entities()
    changes.statements()
    changes.remove_unstated()
    if any(change.action != "kept" for change in changes.made):
        connection.execute("UPDATE catalogue SET revision = revision + 1")
    return changes.made


class _Changes:
    """The state of one `apply`."""

    def __init__(self, connection: sqlite3.Connection, desired: Desired, now: str) -> None:
        self.now = now
        self.connection = connection
        self.desired = desired
        self.scope = tuple(map(str, desired.origins))
        self.made: list[Change] = []
        self.source_ids: dict[str, int] = {}
        self.entity_ids: dict[Ref, int] = {}
        self.stated: set[int] = set()
        self.refs: dict[int, Ref] = {}

    def sources(self) -> None:
        columns = ("publisher", "title", "published", "url", "licence", "note", "origin")
        names = ", ".join(columns)
        stored = {row[0]: row[1:] for row in self.connection.execute(f"SELECT slug, {names} FROM source")}
        for slug, source in self.desired.sources.items():
            values = (*(getattr(source, column) for column in columns[:-1]), str(source.origin))
            if slug not in stored:
                self.connection.execute(
                    f"INSERT INTO source (slug, {names}) VALUES (?, {', '.join('?' * len(columns))})", (slug, *values)
                )
                self.made.append(Change("added", f"source {slug}"))
            elif stored[slug] != values:
                self.connection.execute(
                    f"UPDATE source SET {', '.join(f'{column} = ?' for column in columns)} WHERE slug = ?",
                    (*values, slug),
                )
                self.made.append(Change("changed", f"source {slug}"))
        self.source_ids = dict(self.connection.execute("SELECT slug, id FROM source"))

    def entities(self) -> None:
        stored = {
            Ref(Kind(kind), slug): (type_, partial)
            for kind, slug, type_, partial in self.connection.execute("SELECT kind, slug, type, partial FROM entity")
        }
        known = known_refs(self.connection)
        for ref, entity in self.desired.entities.items():
            values = (entity.type, entity.partial)
            others = known.get(ref, frozenset()) - self.desired.origins
            if ref not in stored:
                self.connection.execute(
                    "INSERT INTO entity (kind, slug, type, partial) VALUES (?, ?, ?, ?)", (*ref, *values)
                )
                self.made.append(Change("added", str(ref)))
            elif all(entity.origin.precedence < one.precedence for one in others) and stored[ref] != values:
                self.connection.execute(
                    "UPDATE entity SET type = ?, partial = ? WHERE kind = ? AND slug = ?", (*values, *ref)
                )
                self.made.append(Change("changed", str(ref)))
            elif known[ref] & self.desired.origins - {entity.origin}:
                self.made.append(Change("changed", str(ref)))  # another file states it now
        for id_, kind, slug in self.connection.execute("SELECT id, kind, slug FROM entity"):
            self.entity_ids[Ref(Kind(kind), slug)] = id_
        self.refs = {id_: ref for ref, id_ in self.entity_ids.items()}
        self.stated = self._in_scope("entity_id", "entity_origin")
        for ref, entity in self.desired.entities.items():
            self._hand_over(self.entity_ids[ref], str(entity.origin))

    def _hand_over(self, id_: int, origin: str) -> None:
        """Make `origin` the owner of an entity and its statements, in place of the other origins being applied."""
        own = (id_, *self.scope)
        of_scope = f"entity_id = ? AND origin IN ({placeholders(self.scope)})"
        self.connection.execute(f"DELETE FROM entity_origin WHERE {of_scope}", own)
        self.connection.execute("INSERT INTO entity_origin VALUES (?, ?)", (id_, origin))
        self.connection.execute(f"UPDATE fact SET origin = ? WHERE {of_scope} AND origin <> ?", (origin, *own, origin))

    def statements(self) -> None:
        for name, shape in SHAPES.items():
            stored = self._stored(name, shape)
            for statement in self.desired.statements:
                if statement.shape != name:
                    continue
                columns = {
                    column: self.entity_ids[value] if isinstance(value, Ref) else value
                    for column, value in statement.columns.items()
                }
                entity = self.entity_ids[statement.entity]
                if name == "event":
                    columns["changed_at"] = self.now
                old = stored.pop((entity, *(columns[column] for column in shape.key)), None)
                if old is None:
                    self._insert(statement, entity, columns)
                else:
                    self._update(statement, shape, columns, old)
            for old in stored.values():
                if self.refs[old.entity] in self.desired.entities or self._stated_by_others(old.entity):
                    self._remove_statement(old)

    def _stated_by_others(self, entity: int) -> bool:
        found = self.connection.execute(
            f"SELECT 1 FROM entity_origin WHERE entity_id = ? AND origin NOT IN ({placeholders(self.scope)})",
            (entity, *self.scope),
        )
        return found.fetchone() is not None

    def _stored(self, name: str, shape: Shape) -> dict[tuple[Value, ...], _StoredStatement]:
        """The stored statements of one shape from the origins being applied, by entity and key."""
        sources: dict[int, tuple[str, ...]] = {}
        for fact, slug in self.connection.execute(
            f"SELECT fact_id, source.slug FROM fact_source JOIN fact ON fact.id = fact_id"
            f" JOIN source ON source.id = source_id"
            f" WHERE fact.shape = ? AND fact.origin IN ({placeholders(self.scope)}) ORDER BY fact_id, position",
            (name, *self.scope),
        ):
            sources[fact] = (*sources.get(fact, ()), slug)
        columns = (*shape.key, *shape.values)
        rows = self.connection.execute(
            f"SELECT t.id, t.entity_id, rank, certainty, note, {', '.join(f't.{c}' for c in columns)}"
            f" FROM {name} t JOIN fact ON fact.id = t.id WHERE fact.origin IN ({placeholders(self.scope)})",
            self.scope,
        )
        return {
            (entity, *rest[: len(shape.key)]): _StoredStatement(
                *(id_, name, entity, (rank, certainty, note, sources.get(id_, ()))),
                dict(zip(columns, rest, strict=True)),
            )
            for id_, entity, rank, certainty, note, *rest in rows
        }

    def _insert(self, statement: StatementRow, entity: int, columns: Mapping[str, Value]) -> None:
        cursor = self.connection.execute(
            "INSERT INTO fact (entity_id, shape, rank, certainty, note, origin) VALUES (?, ?, ?, ?, ?, ?)",
            (entity, statement.shape, *_fact(statement)[:3], str(self.desired.entities[statement.entity].origin)),
        )
        fact = cursor.lastrowid
        row = {"id": fact, "entity_id": entity} | dict(columns)
        self.connection.execute(
            f"INSERT INTO {statement.shape} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            tuple(row.values()),
        )
        self._cite(fact, statement.sources)
        self.made.append(Change("added", self._describe(statement.shape, entity, columns)))

    def _update(self, statement: StatementRow, shape: Shape, columns: dict[str, Value], old: _StoredStatement) -> None:
        if statement.shape == "event":
            self._revise(columns, old)
        fact = _fact(statement)
        if fact == old.fact and columns == old.columns:
            return
        self.connection.execute("UPDATE fact SET rank = ?, certainty = ?, note = ? WHERE id = ?", (*fact[:3], old.id))
        if shape.values:
            self.connection.execute(
                f"UPDATE {statement.shape} SET {', '.join(f'{c} = ?' for c in shape.values)} WHERE id = ?",
                (*(columns[column] for column in shape.values), old.id),
            )
        self.connection.execute("DELETE FROM fact_source WHERE fact_id = ?", (old.id,))
        self._cite(old.id, statement.sources)
        self.made.append(Change("changed", self._describe(statement.shape, old.entity, columns)))

    def _revise(self, columns: dict[str, Value], old: _StoredStatement) -> None:
        """Start a new revision if the date changed, and archive the old date; else keep the revision.

        `changed_at` stays unless the date or the status changed. To be postponed is a change of date, with or without a
        new one; so is a lifted cancellation.
        """
        before = int(old.columns["revision"] or 0)
        moved = any(columns[column] != old.columns[column] for column in _DATE)
        moved |= columns["status"] != old.columns["status"] and (
            columns["status"] == Status.POSTPONED or old.columns["status"] == Status.CANCELLED
        )
        columns["revision"] = before + moved
        if moved:
            past = (old.id, before, *(old.columns[column] for column in (*_DATE, "zone", "words")))
            self.connection.execute("INSERT INTO event_past VALUES (?, ?, ?, ?, ?, ?, ?)", past)
        elif columns["status"] == old.columns["status"]:
            columns["changed_at"] = old.columns["changed_at"]

    def _cite(self, fact: int | None, slugs: Sequence[str]) -> None:
        self.connection.executemany(
            "INSERT INTO fact_source VALUES (?, ?, ?)",
            [(fact, self.source_ids[slug], position) for position, slug in enumerate(slugs)],
        )

    def _remove_statement(self, old: _StoredStatement) -> None:
        what = self._describe(old.shape, old.entity, old.columns)
        if old.shape == "event":
            (told,) = self.connection.execute("SELECT count(*) FROM delivery WHERE event_id = ?", (old.id,)).fetchone()
            if told:
                self._doubt("event.id", old.id)
                self.made.append(Change("kept", what, f"{told} announcements were made or planned for it"))
                return
        self.connection.execute("DELETE FROM fact WHERE id = ?", (old.id,))
        self.made.append(Change("removed", what))

    def _doubt(self, column: str, id_: int) -> None:
        """Stop announcing future dates that no origin states any more; past announcements stay on record."""
        self.connection.execute(
            f"UPDATE event SET status = 'reported', changed_at = ?1 WHERE {column} = ?2"
            " AND (status = 'confirmed' OR status = 'released' AND earliest > ?1)",
            (self.now, id_),
        )

    def remove_unstated(self) -> None:
        """Remove the entities and sources that no origin states any more and nothing else refers to."""
        unstated = {id_ for id_ in self.stated if self.refs[id_] not in self.desired.entities}
        for id_ in [id_ for id_ in unstated if self._stated_by_others(id_)]:
            unstated.remove(id_)
            self.connection.execute(
                f"DELETE FROM entity_origin WHERE entity_id = ? AND origin IN ({placeholders(self.scope)})",
                (id_, *self.scope),
            )
        reasons: dict[int, list[str]] = {}
        while True:  # what a kept entity refers to is kept as well
            kept = {
                id_: why for id_ in unstated - set(reasons) if (why := self._needed_by(id_, unstated - set(reasons)))
            }
            if not kept:
                break
            reasons |= kept
        statements = {  # first, since they may refer to one another
            id_: self.connection.execute("DELETE FROM fact WHERE entity_id = ?", (id_,)).rowcount
            for id_ in unstated - set(reasons)
        }
        for id_ in sorted(unstated):
            if id_ in reasons:
                self._doubt("event.entity_id", id_)
                self.made.append(Change("kept", str(self.refs[id_]), ", ".join(reasons[id_])))
            else:
                self.connection.execute("DELETE FROM entity WHERE id = ?", (id_,))
                self.made.append(Change("removed", str(self.refs[id_]), size=1 + statements[id_]))
        cited = dict(self.connection.execute("SELECT source_id, count(*) FROM fact_source GROUP BY source_id"))
        for id_ in sorted(self._in_scope("id", "source") - {self.source_ids[slug] for slug in self.desired.sources}):
            slug = next(slug for slug, known in self.source_ids.items() if known == id_)
            if id_ in cited:
                self.made.append(Change("kept", f"source {slug}", f"{cited[id_]} statements cite it"))
            else:
                self.connection.execute("DELETE FROM source WHERE id = ?", (id_,))
                self.made.append(Change("removed", f"source {slug}"))

    def _in_scope(self, column: str, table: str) -> set[int]:
        rows = self.connection.execute(
            f"SELECT {column} FROM {table} WHERE origin IN ({placeholders(self.scope)})", self.scope
        )
        return {id_ for (id_,) in rows}

    def _needed_by(self, id_: int, leaving: set[int]) -> list[str]:
        """Why an entity is needed: references from those not in `leaving`, follows, and announcements of its events."""
        found: set[int] = set()
        for name, shape in SHAPES.items():
            for column in (*shape.key, *shape.values):
                if column.endswith("_id"):
                    rows = self.connection.execute(f"SELECT entity_id FROM {name} WHERE {column} = ?", (id_,))
                    found |= {entity for (entity,) in rows}
        (told,) = self.connection.execute(
            "SELECT count(*) FROM delivery JOIN event ON event.id = event_id WHERE event.entity_id = ?", (id_,)
        ).fetchone()
        (follows,) = self.connection.execute("SELECT count(*) FROM follow WHERE entity_id = ?", (id_,)).fetchone()
        referrers = [f"referred to by {self.refs[entity]}" for entity in sorted(found - leaving)]
        if follows:
            referrers.append(f"{follows} servers follow it")
        return [*referrers, *([f"{told} announcements were made or planned for it"] if told else [])]

    def _describe(self, shape: str, entity: int, columns: Mapping[str, Value]) -> str:
        def shown(column: str, value: Value) -> str:
            return self.refs[value].slug if column.endswith("_id") and isinstance(value, int) else str(value)

        key = (shown(column, columns[column]) for column in SHAPES[shape].key if columns[column] is not None)
        return f"{self.refs[entity]} {shape} {' '.join(key)}"


_Fact = tuple[int, str, str | None, tuple[str, ...]]
"""What every statement has: its rank, certainty, note and sources."""


def _fact(statement: StatementRow) -> _Fact:
    return (statement.rank, statement.certainty.value, statement.note, statement.sources)


@dataclass(frozen=True, slots=True)
class _StoredStatement:
    id: int
    shape: str
    entity: int
    fact: _Fact
    columns: dict[str, Value]
