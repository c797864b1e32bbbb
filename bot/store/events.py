"""Reads events: everything that is dated."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.catalogue.model import Event, EventKind, Ref, Upcoming
from bot.store.reading import events, labels, placeholders, stamp

_LONGEST = timedelta(days=460)
"""The longest range of a vague date (a winter that may be either of two): one that begins earlier is over."""


def upcoming(connection: sqlite3.Connection, now: datetime, until: datetime) -> list[Upcoming]:
    """The events between `now` and `until`, vague dates included and cancelled ones left out, earliest first."""
    rows = connection.execute(
        "SELECT id, entity_id FROM event WHERE claim = 0 AND earliest >= ? AND earliest < ? AND latest >= ?"
        " AND status <> 'cancelled' ORDER BY earliest",
        (stamp(now - _LONGEST), stamp(until), stamp(now)),
    ).fetchall()
    return with_context(connection, [id_ for id_, _ in rows])


def next_up(connection: sqlite3.Connection, since: datetime, most: int) -> list[Upcoming]:
    """The first `most` events that are dated to the day or the minute, at or after `since`."""
    rows = connection.execute(
        "SELECT id FROM event WHERE claim = 0 AND earliest >= ? AND precision IN ('minute', 'day')"
        " AND status <> 'cancelled' ORDER BY earliest LIMIT ?",
        (stamp(since), most),
    ).fetchall()
    return with_context(connection, [id_ for (id_,) in rows])


def concerning(connection: sqlite3.Connection, ref: Ref) -> list[Upcoming]:
    """The current dates that concern an entity, earliest first.

    They are its own, those of a drama's songs, and those of what a person or a group plays in or sings.
    """
    rows = connection.execute(
        "WITH subject AS (SELECT id FROM entity WHERE kind = ? AND slug = ?),"
        " artist AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM membership WHERE group_id IN (SELECT id FROM subject)),"
        " concerned AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM ost WHERE work_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM credit WHERE person_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM performer WHERE artist_id IN (SELECT id FROM artist))"
        " SELECT event.id FROM event WHERE claim = 0 AND entity_id IN (SELECT id FROM concerned) ORDER BY earliest, id",
        ref,
    ).fetchall()
    return with_context(connection, [id_ for (id_,) in rows])


def latest(
    connection: sqlite3.Connection, now: datetime, kinds: Collection[EventKind] = tuple(EventKind)
) -> Upcoming | None:
    """The last event of some kinds before `now` whose date is firm and exact; None if there is none."""
    row = connection.execute(
        f"SELECT id FROM event WHERE claim = 0 AND earliest < ? AND kind IN ({placeholders(kinds)})"
        " AND status IN ('confirmed', 'released') AND precision IN ('minute', 'day') ORDER BY earliest DESC LIMIT 1",
        (stamp(now), *kinds),
    ).fetchone()
    return with_context(connection, [row[0]])[0] if row else None


def with_context(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Upcoming]:
    """Events by their ids, in that order, with the works and performers that lists show. Unknown ids are skipped."""
    rows = connection.execute(f"SELECT id, entity_id FROM event WHERE id IN ({placeholders(ids)})", tuple(ids))
    subjects: dict[int, int] = dict(rows)
    found: dict[int, Event] = {
        event.id: event for dated in events(connection, set(subjects.values())).values() for event in dated
    }
    works = _pairs(connection, "SELECT entity_id, work_id FROM ost WHERE entity_id IN ({})", subjects.values())
    artists = _pairs(
        connection,
        "SELECT entity_id, artist_id FROM performer WHERE entity_id IN ({}) ORDER BY position",
        subjects.values(),
    )
    known = labels(connection, {other for pair in (*works.values(), *artists.values()) for other in pair})
    return [
        Upcoming(
            found[id_],
            [known[work] for work in works.get(subjects[id_], ())],
            [known[artist] for artist in artists.get(subjects[id_], ())],
        )
        for id_ in ids
        if id_ in subjects
    ]


def _pairs(connection: sqlite3.Connection, query: str, ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in connection.execute(query.format(placeholders(ids)), tuple(ids)):
        found.setdefault(one, []).append(other)
    return found


def links(connection: sqlite3.Connection, ref: Ref) -> list[tuple[str, str]]:
    """The links of an entity that have an address, as (kind, address)."""
    return connection.execute(
        "SELECT link.kind, link.url FROM link JOIN entity ON entity.id = entity_id"
        " WHERE entity.kind = ? AND entity.slug = ? AND link.url IS NOT NULL ORDER BY link.id",
        ref,
    ).fetchall()
