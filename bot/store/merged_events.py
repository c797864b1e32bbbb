"""What becomes of events and their announcements when two entities are merged.

An event that only one of them has goes over as it is. Of one that both have, the remaining entity's is kept, and what
was announced of the other counts as announced of it, under earlier revisions: so nothing is announced again, and what
was said of another day is corrected like a date that moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.catalogue.model import Status
from bot.store.connection import Connection

_PAST = ("revision", "earliest", "latest", "precision", "zone", "words")
_DATE = _PAST[1:]
_EVENT = ("kind", "number", "status", *_PAST, "after_id", "after_kind", "changed_at")

Moved = dict[str, Any]
"""What `part` needs: JSON."""


def join(connection: Connection, source: int, target: int) -> Moved:
    """Let the events of one entity be those of another."""
    pairs = connection.execute(
        "SELECT event.id, other.id, other.revision FROM event JOIN event other"
        " ON other.entity_id = ? AND other.kind = event.kind AND other.number = event.number"
        " WHERE event.entity_id = ?",
        (target, source),
    ).fetchall()
    joined = [_join(connection, *pair) for pair in pairs]
    own = connection.execute(
        "UPDATE event SET entity_id = ? WHERE entity_id = ? RETURNING id", (target, source)
    ).fetchall()
    return {"own": [id_ for (id_,) in own], "joined": joined}


def _join(connection: Connection, gone: int, stays: int, revision: int) -> Moved:
    """Let what was announced of one event be announced of another, before that, and remove the one."""
    deliveries = connection.execute("SELECT id, revision FROM delivery WHERE event_id = ?", (gone,)).fetchall()
    (first,) = connection.execute("SELECT min(revision) FROM delivery WHERE event_id = ?", (stays,)).fetchone()
    last = min(revision, first if first is not None else revision) - 1
    back = max((number for _, number in deliveries), default=0) - last
    connection.execute(
        "UPDATE delivery SET event_id = ?, revision = revision - ? WHERE event_id = ?", (stays, back, gone)
    )
    guild_events = connection.execute(
        "UPDATE guild_event SET event_id = ? WHERE event_id = ? RETURNING guild_id, mark", (stays, gone)
    ).fetchall()
    row = connection.execute(f"SELECT {', '.join(_EVENT)} FROM event WHERE id = ?", (gone,)).fetchone()
    past = connection.execute(f"SELECT {', '.join(_PAST)} FROM event_past WHERE event_id = ?", (gone,)).fetchall()
    connection.execute("DELETE FROM event WHERE id = ?", (gone,))
    return {
        "gone": gone,
        "stays": stays,
        "revision": revision,
        "event": dict(zip(_EVENT, row, strict=True)),
        "past": past,
        "deliveries": deliveries,
        "guild_events": guild_events,
        "archived": None,
    }


def correct(connection: Connection, moved: Moved, now: str) -> Moved:
    """Once it is settled which date counts, let announcements of another one be corrected.

    To be called after `join`; returns what `part` needs.
    """
    for one in moved["joined"]:
        row = connection.execute(
            f"SELECT status, revision, {', '.join(_DATE)} FROM event WHERE id = ?", (one["stays"],)
        ).fetchone()
        if row is None:  # it was expected by the slot of either, and is no longer by that of both
            continue
        status, revision, *date = row
        before = [one["event"][column] for column in _DATE]
        if not one["deliveries"] or date[:3] == before[:3]:
            continue
        if revision == one["revision"] and status != Status.CANCELLED:
            connection.execute("INSERT INTO event_past VALUES (?, ?, ?, ?, ?, ?, ?)", (one["stays"], revision, *before))
            one["archived"] = revision
            revision += 1
        connection.execute("UPDATE event SET revision = ?, changed_at = ? WHERE id = ?", (revision, now, one["stays"]))
    return moved


def part(connection: Connection, moved: Moved, source: int, target: int) -> None:
    """Undo `join` and `correct`: give events and what was announced of them back, where they still are."""
    connection.executemany(
        "UPDATE event SET entity_id = ? WHERE id = ? AND entity_id = ?",
        [(source, id_, target) for id_ in moved["own"]],
    )
    for one in moved["joined"]:
        _part(connection, one, source, target)


def _part(connection: Connection, one: Mapping[str, Any], source: int, target: int) -> None:
    event = {"entity_id": source, **one["event"]}
    free = connection.execute("SELECT 1 FROM event WHERE id = ?", (one["gone"],)).fetchone() is None
    columns = {"id": one["gone"], **event} if free else event
    (gone,) = connection.execute(
        f"INSERT INTO event ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) RETURNING id",
        tuple(columns.values()),
    ).fetchone()
    connection.executemany(
        f"INSERT INTO event_past (event_id, {', '.join(_PAST)}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(gone, *row) for row in one["past"]],
    )
    deliveries: Sequence[Sequence[int]] = one["deliveries"]
    connection.executemany(
        "UPDATE delivery SET event_id = ?, revision = ? WHERE id = ?"
        " AND event_id IN (SELECT id FROM event WHERE entity_id = ?)",
        [(gone, revision, id_, target) for id_, revision in deliveries],
    )
    connection.executemany(
        "UPDATE guild_event SET event_id = ? WHERE guild_id = ? AND mark = ? AND event_id = ?",
        [(gone, *key, one["stays"]) for key in one["guild_events"]],
    )
    connection.execute("DELETE FROM event_past WHERE event_id = ? AND revision = ?", (one["stays"], one["archived"]))
