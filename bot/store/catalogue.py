"""Writes to the catalogue: apply what origins state, and report the changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.store import expected, uniting
from bot.store.connection import Connection
from bot.store.dates import Slot
from bot.store.reading import chunks, placeholders, stamp
from bot.store.shapes import SHAPES, Shape
from bot.store.stated import Change, Desired, EntityRow, StatementRow, Value


def apply(connection: Connection, desired: Desired, now: datetime) -> list[Change]:
    """Make the catalogue match `desired`, inside the caller's transaction, and return the changes.

    Changed dates are stamped with `now`.

    What `desired.origins` no longer state is removed, unless something else refers to it; then it is kept, and the
    change says what refers to it. What other origins state is left as it is, but entities that share an id elsewhere
    become one where imports alone state one of them. The cost depends on what is stated, not on the size of the
    catalogue.
    """
    uniting.make_way(connection, desired)
    changes = _Changes(connection, desired, now)
    changes.sources()
    changes.entities()
    changes.statements()
    changes.remove_unstated()
    changes.dates()
    changes.made += uniting.unite(connection, desired, now)
    changes.made += uniting.recognise(connection, changes.added, now)
    if any(change.action != "kept" for change in changes.made):
        connection.execute("UPDATE catalogue SET revision = revision + 1")
    return changes.made


class _Changes:
    """The state of one `apply`."""

    def __init__(self, connection: Connection, desired: Desired, now: datetime) -> None:
        self.at = now
        self.now = stamp(now)
        self.connection = connection
        self.desired = desired
        self.scope = tuple(map(str, desired.origins))
        self.imported = all(origin.authority is Authority.IMPORT for origin in desired.origins)
        self.made: list[Change] = []
        self.source_ids: dict[str, int] = {}
        self.entity_ids: dict[Ref, int] = {}
        self.refs: dict[int, Ref] = {}
        self.added: set[Ref] = set()
        self.wanted: set[int] = set()
        self.stated: set[int] = set()
        self.dated: set[Slot] = set()
        self.scheduled: set[int] = set()

    def sources(self) -> None:
        columns = ("publisher", "title", "published", "url", "licence", "note", "origin")
        names = ", ".join(columns)
        cited = {slug for statement in self.desired.statements for slug in statement.sources}
        stored: dict[str, tuple[Value, ...]] = {}
        for slugs in chunks(cited | self.desired.sources.keys()):
            for slug, id_, *values in self.connection.execute(
                f"SELECT slug, id, {names} FROM source WHERE slug IN ({placeholders(slugs)})", slugs
            ):
                self.source_ids[slug] = id_
                stored[slug] = tuple(values)
        for slug, source in self.desired.sources.items():
            values = (*(getattr(source, column) for column in columns[:-1]), str(source.origin))
            if slug not in stored:
                self.source_ids[slug] = self.connection.execute(
                    f"INSERT INTO source (slug, {names}) VALUES (?, {', '.join('?' * len(columns))}) RETURNING id",
                    (slug, *values),
                ).fetchone()[0]
                self.made.append(Change("added", f"source {slug}"))
            elif stored[slug] != values:
                self.connection.execute(
                    f"UPDATE source SET {', '.join(f'{column} = ?' for column in columns)} WHERE slug = ?",
                    (*values, slug),
                )
                self.made.append(Change("changed", f"source {slug}"))

    def entities(self) -> None:
        referred = {
            value
            for statement in self.desired.statements
            for value in (statement.entity, *statement.columns.values())
            if isinstance(value, Ref)
        }
        stored = self._look_up(referred | self.desired.entities.keys())
        self.stated = self._in_scope("entity_id", "entity_origin")
        self._name(self.stated)
        known = self._origins({self.entity_ids[ref] for ref in self.desired.entities if ref in self.entity_ids})
        stating: dict[int, list[EntityRow]] = {}
        for ref, entity in self.desired.entities.items():
            if ref not in self.entity_ids:
                (new,) = self.connection.execute(
                    "INSERT INTO entity (kind, slug, type, partial) VALUES (?, ?, ?, ?) RETURNING id",
                    (*ref, entity.type, entity.partial),
                ).fetchone()
                self._note(new, ref)
                if entity.origin.authority is not Authority.IMPORT:
                    self.added.add(ref)
                self.made.append(Change("added", str(ref)))
            stating.setdefault(self.entity_ids[ref], []).append(entity)
        for id_, rows in stating.items():
            # Of merged entities, several may be stated: the remaining one's own row describes it.
            rows.sort(key=lambda row: row.ref != self.refs[id_])
            if id_ in stored:
                self._describe_anew(id_, rows, stored[id_], known[id_])
            self.wanted.add(id_)
            self._hand_over(id_, [row.origin for row in rows])

    def _describe_anew(
        self, id_: int, rows: Sequence[EntityRow], stored: tuple[str | None, str | None], known: set[Origin]
    ) -> None:
        first, others = rows[0], known - self.desired.origins
        values = (first.type or stored[0] if others else first.type, first.partial)
        if not all(first.origin.precedence < one.precedence for one in others):
            values = (stored[0] or first.type, stored[1])
        if values != stored:
            self.connection.execute("UPDATE entity SET type = ?, partial = ? WHERE id = ?", (*values, id_))
        if values != stored or known & self.desired.origins - {row.origin for row in rows}:
            self.made.append(Change("changed", str(first.ref)))  # or another file states it now

    def _look_up(self, refs: Collection[Ref]) -> dict[int, tuple[str | None, str | None]]:
        """Find the ids of entities, through merges too. Returns the type and the partial lists of those found."""
        found: dict[int, tuple[str | None, str | None]] = {}
        for some in chunks(refs):
            # CROSS JOIN keeps SQLite from going through all entities to find the few that are requested.
            rows = self.connection.execute(
                f"WITH ref (kind, slug) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"
                " SELECT asked.kind, asked.slug, entity.id, entity.kind, entity.slug, entity.type, entity.partial"
                " FROM ref CROSS JOIN entity asked LEFT JOIN merged ON gone_id = asked.id"
                " JOIN entity ON entity.id = coalesce(merged.entity_id, asked.id)"
                " WHERE asked.kind = ref.kind AND asked.slug = ref.slug",
                [part for ref in some for part in ref],
            )
            for asked_kind, asked_slug, id_, kind, slug, type_, partial in rows:
                self.entity_ids[Ref(Kind(asked_kind), asked_slug)] = id_
                self.refs[id_] = Ref(Kind(kind), slug)
                found[id_] = (type_, partial)
        return found

    def _name(self, ids: Iterable[int]) -> None:
        """Find the references of entities."""
        for some in chunks(id_ for id_ in ids if id_ not in self.refs):
            for id_, kind, slug in self.connection.execute(
                f"SELECT id, kind, slug FROM entity WHERE id IN ({placeholders(some)})", some
            ):
                self._note(id_, Ref(Kind(kind), slug))

    def _note(self, id_: int, ref: Ref) -> None:
        self.entity_ids[ref] = id_
        self.refs[id_] = ref

    def _origins(self, ids: Collection[int]) -> dict[int, set[Origin]]:
        found: dict[int, set[Origin]] = {id_: set() for id_ in ids}
        for some in chunks(ids):
            for id_, origin in self.connection.execute(
                f"SELECT entity_id, origin FROM entity_origin WHERE entity_id IN ({placeholders(some)})", some
            ):
                found[id_].add(Origin.parse(origin))
        return found

    def _hand_over(self, id_: int, origins: Sequence[Origin]) -> None:
        """Make `origins` the owners of an entity, and the first of them that of what others being applied said."""
        left = [one for one in self.scope if one not in map(str, origins)]
        of_left = f"entity_id = ? AND origin IN ({placeholders(left)})"
        self.connection.execute(f"DELETE FROM entity_origin WHERE {of_left}", (id_, *left))
        self.connection.executemany(
            "INSERT INTO entity_origin VALUES (?, ?) ON CONFLICT DO NOTHING", [(id_, str(origin)) for origin in origins]
        )
        if left:
            self.connection.execute(
                f"UPDATE fact SET origin = ?, precedence = ? WHERE {of_left}",
                (str(origins[0]), origins[0].precedence, id_, *left),
            )

    def statements(self) -> None:
        stated: dict[str, list[StatementRow]] = {}
        for statement in self.desired.statements:
            stated.setdefault(statement.shape, []).append(statement)
        known = self._in_scope("DISTINCT shape", "fact")
        for name, shape in SHAPES.items():
            if name not in stated and name not in known:
                continue
            stored = self._stored(name, shape) if name in known else {}
            for statement in stated.get(name, ()):
                columns = {
                    column: self.entity_ids[value] if isinstance(value, Ref) else value
                    for column, value in statement.columns.items()
                }
                entity = self.entity_ids[statement.entity]
                origin = str(self.desired.entities[statement.entity].origin)
                old = stored.get((origin, entity, *(columns[column] for column in shape.key)))
                if not old:
                    self._insert(statement, entity, columns)
                    continue
                same = next((one for one in old if one.says(_fact(statement), columns)), old[0])
                old.remove(same)
                self._update(statement, shape, columns, same)
            left = [old for several in stored.values() for old in several]
            self._name({old.entity for old in left})
            for old in left:
                if old.entity in self.wanted or self._stated_by_others(old.entity):
                    self._remove_statement(old)

    def _stated_by_others(self, entity: int) -> bool:
        found = self.connection.execute(
            f"SELECT 1 FROM entity_origin WHERE entity_id = ? AND origin NOT IN ({placeholders(self.scope)})",
            (entity, *self.scope),
        )
        return found.fetchone() is not None

    def _stored(self, name: str, shape: Shape) -> dict[tuple[Value, ...], list[_StoredStatement]]:
        """The stored statements of one shape from the origins being applied, by origin, entity and key.

        There are several where an origin said the same of two entities that were merged, and goes on to do so.
        """
        sources: dict[int, tuple[str, ...]] = {}
        for fact, slug in self.connection.execute(
            f"SELECT fact_id, source.slug FROM fact JOIN fact_source ON fact.id = fact_id"
            f" JOIN source ON source.id = source_id"
            f" WHERE fact.shape = ? AND fact.origin IN ({placeholders(self.scope)}) ORDER BY fact_id, position",
            (name, *self.scope),
        ):
            sources[fact] = (*sources.get(fact, ()), slug)
        columns = (*shape.key, *shape.values)
        rows = self.connection.execute(
            f"SELECT origin, t.id, t.entity_id, rank, certainty, note, {', '.join(f't.{c}' for c in columns)}"
            f" FROM fact JOIN {name} t ON fact.id = t.id"
            f" WHERE fact.shape = ? AND fact.origin IN ({placeholders(self.scope)}) ORDER BY fact.id",
            (name, *self.scope),
        )
        found: dict[tuple[Value, ...], list[_StoredStatement]] = {}
        for origin, id_, entity, rank, certainty, note, *rest in rows:
            found.setdefault((origin, entity, *rest[: len(shape.key)]), []).append(
                _StoredStatement(
                    *(id_, name, entity, (rank, certainty, note, sources.get(id_, ()))),
                    dict(zip(columns, rest, strict=True)),
                )
            )
        return found

    def _insert(self, statement: StatementRow, entity: int, columns: Mapping[str, Value]) -> None:
        origin = self.desired.entities[statement.entity].origin
        (fact,) = self.connection.execute(
            "INSERT INTO fact (entity_id, shape, rank, certainty, note, origin, precedence)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (entity, statement.shape, *_fact(statement)[:3], str(origin), origin.precedence),
        ).fetchone()
        self.connection.execute(_insertion(statement.shape, tuple(columns)), (fact, entity, *columns.values()))
        self._cite(fact, statement.sources)
        self._date(statement.shape, entity, columns)
        self.made.append(Change("added", self._describe(statement.shape, entity, columns)))

    def _update(self, statement: StatementRow, shape: Shape, columns: dict[str, Value], old: _StoredStatement) -> None:
        fact = _fact(statement)
        if old.says(fact, columns):
            return
        self.connection.execute("UPDATE fact SET rank = ?, certainty = ?, note = ? WHERE id = ?", (*fact[:3], old.id))
        if shape.values:
            self.connection.execute(
                f"UPDATE {statement.shape} SET {', '.join(f'{c} = ?' for c in shape.values)} WHERE id = ?",
                (*(columns[column] for column in shape.values), old.id),
            )
        self.connection.execute("DELETE FROM fact_source WHERE fact_id = ?", (old.id,))
        self._cite(old.id, statement.sources)
        self._date(statement.shape, old.entity, columns)
        self.made.append(Change("changed", self._describe(statement.shape, old.entity, columns)))

    def _cite(self, fact: int, slugs: Sequence[str]) -> None:
        self.connection.executemany(
            "INSERT INTO fact_source VALUES (?, ?, ?)",
            [(fact, self.source_ids[slug], position) for position, slug in enumerate(slugs)],
        )

    def _remove_statement(self, old: _StoredStatement) -> None:
        self.connection.execute("DELETE FROM fact WHERE id = ?", (old.id,))
        self._date(old.shape, old.entity, old.columns)
        self.made.append(Change("removed", self._describe(old.shape, old.entity, old.columns)))

    def _date(self, shape: str, entity: int, columns: Mapping[str, Value]) -> None:
        """Remember that an event's date may be another one now, or those of a work's episodes."""
        if shape == "event_date":
            self.dated.add(Slot(entity, str(columns["kind"]), int(columns["number"] or 0)))
        if shape in ("airing", "detail"):
            self.scheduled.add(entity)

    def dates(self) -> None:
        """Give the events concerned the dates that count now."""
        slots = [slot for slot in sorted(self.dated) if slot.entity in self.refs]
        concerned = self.scheduled | {slot.entity for slot in slots if slot.kind in expected.FOLLOWED_FROM}
        works = [id_ for id_ in sorted(concerned) if id_ in self.refs and self.refs[id_].kind is Kind.WORK]
        self.made += expected.settle(self.connection, slots, works, self.refs, self.at, withdrawn=self.imported)

    def remove_unstated(self) -> None:
        """Remove the entities and sources that no origin states any more and nothing else refers to."""
        unstated = self.stated - self.wanted
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
                self._doubt_dates(id_)
                self.made.append(Change("kept", str(self.refs[id_]), ", ".join(reasons[id_])))
            else:
                merged = "id IN (SELECT gone_id FROM merged WHERE entity_id = ?1)"
                self.connection.execute(f"DELETE FROM entity WHERE id = ?1 OR {merged}", (id_,))
                self.made.append(Change("removed", str(self.refs.pop(id_)), size=1 + statements[id_]))
        self._remove_unstated_sources()

    def _doubt_dates(self, id_: int) -> None:
        """Stop announcing the future dates of an entity that no origin states any more."""
        if self.imported:
            for kind, number in self.connection.execute(
                "SELECT kind, number FROM event_date WHERE entity_id = ?", (id_,)
            ).fetchall():
                self.dated.add(Slot(id_, kind, number))
            self.connection.execute(
                "DELETE FROM fact WHERE entity_id = ? AND shape IN ('event_date', 'year_day')", (id_,)
            )
            return
        for kind, number in self.connection.execute(
            "UPDATE event_date SET status = 'reported' WHERE entity_id = ?1"
            " AND (status = 'confirmed' OR status = 'released' AND earliest > ?2) RETURNING kind, number",
            (id_, self.now),
        ).fetchall():
            self.dated.add(Slot(id_, kind, number))

    def _remove_unstated_sources(self) -> None:
        for id_, slug in self.connection.execute(
            f"SELECT id, slug FROM source WHERE origin IN ({placeholders(self.scope)}) ORDER BY id", self.scope
        ).fetchall():
            if slug in self.desired.sources:
                continue
            (cited,) = self.connection.execute(
                "SELECT count(*) FROM fact_source WHERE source_id = ?", (id_,)
            ).fetchone()
            if cited:
                self.made.append(Change("kept", f"source {slug}", f"{cited} statements cite it"))
            else:
                self.connection.execute("DELETE FROM source WHERE id = ?", (id_,))
                self.made.append(Change("removed", f"source {slug}"))

    def _in_scope(self, column: str, table: str) -> set[Any]:
        rows = self.connection.execute(
            f"SELECT {column} FROM {table} WHERE origin IN ({placeholders(self.scope)})", self.scope
        )
        return {value for (value,) in rows}

    def _needed_by(self, id_: int, leaving: set[int]) -> list[str]:
        """Why an entity is needed: references from those not in `leaving`, follows, roles, and announcements."""
        found: set[int] = set()
        for name, shape in SHAPES.items():
            for column in (*shape.key, *shape.values):
                if column.endswith("_id"):
                    rows = self.connection.execute(f"SELECT entity_id FROM {name} WHERE {column} = ?", (id_,))
                    found |= {entity for (entity,) in rows}
        (told,) = self.connection.execute(
            "SELECT count(*) FROM delivery JOIN event ON event.id = event_id WHERE event.entity_id = ?", (id_,)
        ).fetchone()
        channels = "SELECT guild_id FROM subscription s JOIN {0} ON {0}.channel_id = s.channel_id WHERE entity_id = ?2"
        (follows,) = self.connection.execute(
            "SELECT count(*) FROM (SELECT guild_id FROM follow WHERE entity_id = ?1"
            f" UNION {channels.format('channel_follow')}) AS servers",
            (id_, id_),
        ).fetchone()
        (roles,) = self.connection.execute(
            "SELECT count(*) FROM (SELECT guild_id FROM subject_role WHERE entity_id = ?1"
            f" UNION {channels.format('mention')}) AS servers",
            (id_, id_),
        ).fetchone()
        self._name(found)
        referrers = [f"referred to by {self.refs[entity]}" for entity in sorted(found - leaving)]
        if follows:
            referrers.append(f"{follows} servers follow it")
        if roles:
            referrers.append(f"members of {roles} servers are told of it")
        return [*referrers, *([f"{told} announcements were made or planned for it"] if told else [])]

    def _describe(self, shape: str, entity: int, columns: Mapping[str, Value]) -> str:
        key = {column: columns[column] for column in SHAPES[shape].key if columns[column] is not None}
        referred = {value for column, value in key.items() if column.endswith("_id") and isinstance(value, int)}
        if not referred <= self.refs.keys():
            self._name(referred)

        def shown(column: str, value: Value) -> str:
            return self.refs[value].slug if column.endswith("_id") and isinstance(value, int) else str(value)

        return f"{self.refs[entity]} {shape} {' '.join(shown(column, value) for column, value in key.items())}"


@cache
def _insertion(shape: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {shape} (id, entity_id, {', '.join(columns)}) VALUES (?, ?, {', '.join('?' * len(columns))})"


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

    def says(self, fact: _Fact, columns: Mapping[str, Value]) -> bool:
        """Whether it is what an origin states."""
        return (fact, columns) == (self.fact, self.columns)
