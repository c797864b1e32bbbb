"""Reads events: everything that is dated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.catalogue.model import Event, EventKind, Ref, Upcoming
from bot.catalogue.when import Precision, When
from bot.store.connection import Connection
from bot.store.profiles import events
from bot.store.reading import entity_id, instant, labels, placeholders, stamp

_DAY = timedelta(days=2)
"""The longest range of an exact date, and more: a day of any zone has up to 25 hours."""
_LONGEST = timedelta(days=460)
"""The longest range of a vague date (a winter that may be either of two): one that begins earlier is over."""


def upcoming(connection: Connection, now: datetime, until: datetime) -> list[tuple[int, When]]:
    """The ids and dates of the events between `now` and `until`, earliest first.

    Vague dates are included and cancelled ones left out. `with_context` reads those that are shown.
    """
    # In two ranges, since only vague dates begin long before they are over: exact ones of a year are thousands.
    rows = connection.execute(
        "SELECT id, precision, zone, earliest, latest FROM event WHERE earliest >= ?1 AND earliest < ?3"
        " AND latest >= ?4 AND status <> 'cancelled' UNION ALL"
        " SELECT id, precision, zone, earliest, latest FROM event WHERE precision NOT IN ('minute', 'day')"
        " AND earliest >= ?2 AND earliest < ?5 AND latest >= ?4 AND status <> 'cancelled' ORDER BY earliest, id",
        (
            *(stamp(now - _DAY), stamp(now - _LONGEST), stamp(until), stamp(now)),
            stamp(min(now - _DAY, until)),
        ),
    )
    return [
        (id_, When(Precision(precision), zone, instant(earliest), instant(latest)))
        for id_, precision, zone, earliest, latest in rows
    ]


def next_up(connection: Connection, since: datetime, most: int) -> list[Upcoming]:
    """The first `most` events that are dated to the day or the minute, at or after `since`."""
    rows = connection.execute(
        "SELECT id FROM event WHERE earliest >= ? AND precision IN ('minute', 'day')"
        " AND status <> 'cancelled' ORDER BY earliest, id LIMIT ?",
        (stamp(since), most),
    ).fetchall()
    return with_context(connection, [id_ for (id_,) in rows])


def concerning(connection: Connection, ref: Ref) -> list[Upcoming]:
    """The current dates that concern an entity, earliest first.

    They are its own, those of a drama's songs, and those of what a person or a group plays in or sings.
    """
    rows = connection.execute(
        "WITH subject (id) AS (SELECT CAST(? AS BIGINT)),"
        " artist AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM membership WHERE group_id IN (SELECT id FROM subject)),"
        " concerned AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM ost WHERE work_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM credit WHERE person_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM performer WHERE artist_id IN (SELECT id FROM artist))"
        " SELECT event.id FROM event WHERE entity_id IN (SELECT id FROM concerned) ORDER BY earliest NULLS FIRST, id",
        (entity_id(connection, ref),),
    ).fetchall()
    return with_context(connection, [id_ for (id_,) in rows])


def latest(connection: Connection, now: datetime, kinds: Collection[EventKind] = tuple(EventKind)) -> Upcoming | None:
    """The last event of some kinds before `now` whose date is firm and exact; None if there is none."""
    row = connection.execute(
        f"SELECT id FROM event WHERE earliest < ? AND kind IN ({placeholders(kinds)})"
        " AND status IN ('confirmed', 'released') AND precision IN ('minute', 'day')"
        " ORDER BY earliest DESC, id DESC LIMIT 1",
        (stamp(now), *kinds),
    ).fetchone()
    return with_context(connection, [row[0]])[0] if row else None


def with_context(connection: Connection, ids: Sequence[int]) -> list[Upcoming]:
    """Events by their ids, in that order, with the works and performers that lists show. Unknown ids are skipped."""
    rows = connection.execute(f"SELECT id, entity_id FROM event WHERE id IN ({placeholders(ids)})", tuple(ids))
    subjects: dict[int, int] = dict(rows)
    found: dict[int, Event] = {
        event.id: event for dated in events(connection, ids, by="id").values() for event in dated
    }
    works = _pairs(
        connection,
        "SELECT entity_id, work_id FROM ost WHERE entity_id IN ({}) ORDER BY entity_id, id",
        subjects.values(),
    )
    artists = _pairs(
        connection,
        "SELECT entity_id, artist_id FROM performer WHERE entity_id IN ({}) ORDER BY position, id",
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


def _pairs(connection: Connection, query: str, ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in connection.execute(query.format(placeholders(ids)), tuple(ids)):
        found.setdefault(one, []).append(other)
    return found


def links(connection: Connection, ref: Ref) -> list[tuple[str, str]]:
    """The links of an entity that have an address, as (kind, address)."""
    return connection.execute(
        "SELECT kind, url FROM link WHERE entity_id = ? AND url IS NOT NULL ORDER BY id",
        (entity_id(connection, ref),),
    ).fetchall()
