"""Merging two entities that are one, and undoing it.

What is stated of the one, who follows it and what was announced of it goes over to the other; its slug leads on. What
went over is kept, so that a merge can be undone: what others stated meanwhile stays where it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Origin
from bot.store import expected, merged_events, threads
from bot.store.connection import Connection
from bot.store.dates import Slot
from bot.store.follows import IS_ANNIVERSARY
from bot.store.reading import entity_id, ref_of, stamp
from bot.store.shapes import SHAPES

_SHARED = (("follow", "guild_id"), ("channel_follow", "channel_id"), ("entity_origin", "origin"))
"""Tables in which both may have the same: one server or channel may follow both, one origin may state both."""


class Merge(NamedTuple):
    """A merge that stands: `gone` leads to `into`."""

    id: int
    gone: Ref
    into: Ref


class MergeError(Exception):
    """Two entities cannot be merged, or a merge cannot be undone. Its text says why."""


def merge(connection: Connection, gone: Ref, into: Ref, now: datetime) -> Merge:
    """Let everything about `gone` be about `into`, or about what that was merged into.

    Raises `MergeError` unless both are there, are two entities of one kind, and `gone` was not merged before.
    """
    source, target = entity_id(connection, gone), entity_id(connection, into)
    if source is None or target is None:
        raise MergeError(f"There is no {gone if source is None else into}.")
    if (led := ref_of(connection, source)) != gone:
        raise MergeError(f"{gone} was merged into {led} before.")
    if source == target or gone.kind is not into.kind:
        raise MergeError(f"{gone} and {into} cannot be one: they have to be two entities of one kind.")
    into = ref_of(connection, target)
    moved: dict[str, Any] = {"into": target, "entity": _describe_as_the_first(connection, source, target)}
    for table, column in _references():
        moved[f"{table}.{column}"] = _ids(
            connection, f"UPDATE {table} SET {column} = ? WHERE {column} = ? RETURNING id", (target, source)
        )
    events = merged_events.join(connection, source, target)
    for table, column in _SHARED:
        moved[table] = _values(connection, table, column, source)
        moved[f"{table}.kept"] = _values(connection, table, column, target)
        connection.execute(
            f"UPDATE {table} SET entity_id = ?1 WHERE entity_id = ?2"
            f" AND {column} NOT IN (SELECT {column} FROM {table} WHERE entity_id = ?1)",
            (target, source),
        )
        connection.execute(f"DELETE FROM {table} WHERE entity_id = ?", (source,))
    threads.merge(connection, source, target)
    _settle(connection, {target: into}, now)
    moved["events"] = merged_events.correct(connection, events, stamp(now))
    (id_,) = connection.execute(
        "INSERT INTO merged (gone_id, entity_id, moved, merged_at) VALUES (?, ?, ?, ?) RETURNING id",
        (source, target, json.dumps(moved), stamp(now)),
    ).fetchone()
    return Merge(id_, gone, into)


def unmerge(connection: Connection, id_: int, now: datetime) -> Merge:
    """Undo a merge: what went over goes back, unless it is gone by now.

    Raises `MergeError` if there is no such merge, or nobody states the merged entity any more.
    """
    found = next((merge for merge in merges(connection) if merge.id == id_), None)
    if found is None:
        raise MergeError("There is no such merge; it may have been undone.")
    source, target, moved = _stored(connection, id_)
    if not set(moved["entity_origin"]) & set(_values(connection, "entity_origin", "origin", target)):
        raise MergeError(f"Nobody states {found.gone} any more.")
    connection.execute("DELETE FROM merged WHERE id = ?", (id_,))
    for table, column in _references():
        connection.executemany(
            f"UPDATE {table} SET {column} = ? WHERE id = ? AND {column} = ?",
            # A merge that an older version made knows no tables that came later.
            [(source, row, target) for row in moved.get(f"{table}.{column}", ())],
        )
    merged_events.part(connection, moved["events"], source, target)
    for table, column in _SHARED:
        there = set(_values(connection, table, column, target))
        back = [value for value in moved.get(table, ()) if value in there]
        connection.executemany(
            f"INSERT INTO {table} (entity_id, {column}) VALUES (?, ?)", [(source, value) for value in back]
        )
        connection.executemany(
            f"DELETE FROM {table} WHERE entity_id = ? AND {column} = ?",
            [(target, value) for value in _brought(connection, id_, moved, table)],
        )
    if target == moved["into"]:
        connection.execute("UPDATE entity SET type = ?, partial = ? WHERE id = ?", (*moved["entity"], target))
    _settle(connection, {source: found.gone, target: found.into}, now)
    return found


def merges(connection: Connection) -> list[Merge]:
    """The merges that stand, the latest first."""
    return [
        Merge(id_, Ref(Kind(kind), slug), Ref(Kind(into_kind), into_slug))
        for id_, kind, slug, into_kind, into_slug in connection.execute(
            "SELECT merged.id, gone.kind, gone.slug, entity.kind, entity.slug FROM merged"
            " JOIN entity gone ON gone.id = gone_id JOIN entity ON entity.id = entity_id ORDER BY merged.id DESC"
        )
    ]


def brought_origins(connection: Connection, id_: int) -> set[str]:
    """The origins that state an entity only under the slug that was merged into it."""
    _, _, moved = _stored(connection, id_)
    return set(moved["entity_origin"]) - set(moved["entity_origin.kept"])


def origins_of_gone(connection: Connection, id_: int) -> set[str]:
    """The origins that stated an entity when it was merged."""
    return set(_stored(connection, id_)[2]["entity_origin"])


def _references() -> Iterator[tuple[str, str]]:
    """The columns that hold the ids of entities, but for events' own, and those that `_SHARED` names."""
    yield "fact", "entity_id"
    for name, shape in SHAPES.items():
        yield name, "entity_id"
        for column in (*shape.key, *shape.values):
            if column.endswith("_id"):
                yield name, column
    yield "event", "after_id"
    yield "subject_role", "entity_id"
    yield "mention", "entity_id"
    yield "merged", "entity_id"


def _ids(connection: Connection, query: str, values: Sequence[object]) -> list[int]:
    return [id_ for (id_,) in connection.execute(query, values).fetchall()]


def _values(connection: Connection, table: str, column: str, id_: int) -> list[int | str]:
    return [value for (value,) in connection.execute(f"SELECT {column} FROM {table} WHERE entity_id = ?", (id_,))]


def _stored(connection: Connection, id_: int) -> tuple[int, int, dict[str, Any]]:
    source, target, moved = connection.execute(
        "SELECT gone_id, entity_id, moved FROM merged WHERE id = ?", (id_,)
    ).fetchone()
    return source, target, json.loads(moved)


def _describe_as_the_first(connection: Connection, source: int, target: int) -> tuple[str | None, str | None]:
    """Let type and partial lists be those that the first origin in order states. Returns what they were."""
    described = {
        id_: (type_, partial)
        for id_, type_, partial in connection.execute(
            "SELECT id, type, partial FROM entity WHERE id IN (?, ?)", (source, target)
        )
    }
    first = {
        id_: min(Origin.parse(str(one)).precedence for one in _values(connection, "entity_origin", "origin", id_))
        for id_ in (source, target)
        if _values(connection, "entity_origin", "origin", id_)
    }
    one, other = (source, target) if first.get(source, 99) < first.get(target, 99) else (target, source)
    connection.execute(
        "UPDATE entity SET type = ?, partial = ? WHERE id = ?",
        (described[one][0] or described[other][0], described[one][1], target),
    )
    return described[target]


def _brought(connection: Connection, id_: int, moved: dict[str, Any], table: str) -> set[int | str]:
    """What the entity that a merge leads to has through that merge alone.

    Later merges, into the same entity or of that into another one, no longer count it as what they found there.
    """
    only, level = set(moved.get(table, ())) - set(moved.get(f"{table}.kept", ())), moved["into"]
    for (later,) in connection.execute("SELECT id FROM merged WHERE id > ? ORDER BY id", (id_,)).fetchall():
        _, _, others = _stored(connection, later)
        follows_on, kept = id_ in others["merged.entity_id"], f"{table}.kept"
        if follows_on:
            others[table] = [value for value in others[table] if value not in only]
            only -= set(others[kept])
            level = others["into"]
        elif others["into"] == level:
            others[kept] = [value for value in others[kept] if value not in only]
            only -= set(others[table])
        connection.execute("UPDATE merged SET moved = ? WHERE id = ?", (json.dumps(others), later))
    return only


def _settle(connection: Connection, refs: dict[int, Ref], now: datetime) -> None:
    """Give the events of entities the dates that count now."""
    for id_ in refs:
        slots = connection.execute(
            # Anniversaries are seen to by `bot.store.anniversaries`.
            f"SELECT entity_id, kind, number FROM event WHERE entity_id = ?1 AND NOT {IS_ANNIVERSARY}"
            " UNION SELECT entity_id, kind, number FROM event_date WHERE entity_id = ?1",
            (id_,),
        ).fetchall()
        expected.settle(connection, [Slot(*slot) for slot in slots], [id_], refs, now)
    connection.execute("UPDATE catalogue SET revision = revision + 1")
