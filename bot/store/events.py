"""Reads events: everything that is dated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.catalogue.model import ANNIVERSARIES, OWN, Event, EventKind, Kind, Occasion, Ref, Upcoming
from bot.catalogue.when import Precision, When
from bot.store.connection import Connection
from bot.store.follows import FOLLOWED, IS_ANNIVERSARY
from bot.store.profiles import events
from bot.store.reading import entity_id, instant, labels, placeholders, stamp
from bot.store.recalled import recalled
from bot.store.subscriptions import wants

_DAY = timedelta(days=2)
"""The longest range of an exact date, and more: a day of any zone has up to 25 hours."""
_LONGEST = timedelta(days=460)
"""The longest range of a vague date (a winter that may be either of two): one that begins earlier is over."""

_HEARD = (
    f"(NOT {IS_ANNIVERSARY}"
    " OR EXISTS (SELECT 1 FROM subscription s WHERE s.guild_id = {guild}"
    f"  AND s.left_at IS NULL AND {wants('event.kind')} AND {FOLLOWED}))"
)
"""SQL: whether an event is no anniversary, or one that a server is told of."""


def upcoming(
    connection: Connection, now: datetime, until: datetime, guild_id: int | None = None
) -> list[tuple[int, When]]:
    """The ids and dates of the events between `now` and `until`, earliest first: the catalogue's, and a server's own.

    Vague dates are included, and cancelled ones left out; so are anniversaries that the server is not told of.
    `with_context` reads those that are shown.
    """
    columns = "SELECT id, precision, zone, earliest, latest FROM event"
    coming = "latest >= ?4 AND status <> 'cancelled'"
    # In two ranges, since only vague dates begin long before they are over: exact ones of a year are thousands.
    rows = connection.execute(
        f"{columns} WHERE guild_id IS NULL AND earliest >= ?1 AND earliest < ?3 AND {coming}"
        f" AND {_HEARD.format(guild='?6')}"
        f" UNION ALL {columns} WHERE precision NOT IN ('minute', 'day') AND earliest >= ?2 AND earliest < ?5"
        f" AND {coming} ORDER BY earliest, id",
        (
            *(stamp(now - _DAY), stamp(now - _LONGEST), stamp(until), stamp(now)),
            stamp(min(now - _DAY, until)),
            guild_id,
        ),
    ).fetchall()
    if guild_id is not None:
        rows += connection.execute(
            f"{columns} WHERE guild_id = ?1 AND earliest >= ?2 AND earliest < ?3 AND {coming}",
            (guild_id, stamp(now - _DAY), stamp(until), stamp(now)),
        ).fetchall()
        rows.sort(key=lambda row: (row[3], row[0]))
    return [
        (id_, When(Precision(precision), zone, instant(earliest), instant(latest)))
        for id_, precision, zone, earliest, latest in rows
    ]


_CATALOGUE, _OWN = f"guild_id IS NULL AND {_HEARD.format(guild='?')}", "guild_id = ?"
"""SQL: whose events are meant. Both are sought in an index of their own."""


def _scopes(guild_id: int | None) -> list[tuple[str, tuple[int | None, ...]]]:
    """The catalogue, and a server's own if there is a server: conditions with their parameters."""
    return [(_CATALOGUE, (guild_id,)), *([(_OWN, (guild_id,))] if guild_id is not None else [])]


def next_up(connection: Connection, since: datetime, most: int, guild_id: int | None = None) -> list[Upcoming]:
    """The first `most` events that are dated to the day or the minute, at or after `since`.

    Episodes that are only expected are left out: firm news further ahead comes before more of the same.
    """
    rows = [
        row
        for scope, values in _scopes(guild_id)
        for row in connection.execute(
            f"SELECT earliest, id FROM event WHERE {scope} AND earliest >= ? AND precision IN ('minute', 'day')"
            " AND status <> 'cancelled' AND NOT (kind = 'episode' AND status = 'expected')"
            " ORDER BY earliest, id LIMIT ?",
            (*values, stamp(since), most),
        )
    ]
    return with_context(connection, [id_ for _, id_ in sorted(rows)[:most]])


def concerning(connection: Connection, ref: Ref, guild_id: int | None = None) -> list[Upcoming]:
    """The current dates that concern an entity, as everybody or a server sees them, earliest first.

    They are its own, those of a drama's songs, those of what a person or a group plays in or sings, and those of the
    server's occasions that are about any of these.
    """
    rows = connection.execute(
        "WITH subject (id) AS (SELECT CAST(? AS BIGINT)),"
        " artist AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM membership WHERE group_id IN (SELECT id FROM subject)),"
        " concerned AS (SELECT id FROM subject"
        "  UNION SELECT entity_id FROM ost WHERE work_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM credit WHERE person_id IN (SELECT id FROM subject)"
        "  UNION SELECT entity_id FROM performer WHERE artist_id IN (SELECT id FROM artist)),"
        " subjects AS (SELECT id FROM concerned UNION SELECT id FROM artist),"
        " known AS (SELECT id FROM subjects"
        "  UNION SELECT gone_id FROM merged WHERE merged.entity_id IN (SELECT id FROM subjects))"
        " SELECT event.id, earliest FROM event WHERE entity_id IN (SELECT id FROM concerned)"
        "  AND (guild_id IS NULL OR guild_id = ?)"
        " UNION SELECT event.id, earliest FROM event JOIN occasion ON occasion.entity_id = event.entity_id"
        "  WHERE about_id IN (SELECT id FROM known) AND guild_id = ?"
        " ORDER BY 2 NULLS FIRST, 1",
        (_subject(connection, ref, guild_id), guild_id, guild_id),
    ).fetchall()
    return with_context(connection, [id_ for id_, _ in rows])


def _subject(connection: Connection, ref: Ref, guild_id: int | None) -> int | None:
    if ref.kind is not Kind.OCCASION:
        return entity_id(connection, ref)
    row = connection.execute(
        "SELECT id FROM entity WHERE kind = ? AND slug = ? AND guild_id = ?", (*ref, guild_id)
    ).fetchone()
    return row[0] if row else None


def latest(
    connection: Connection,
    now: datetime,
    guild_id: int | None = None,
    kinds: Collection[EventKind] = tuple(EventKind),
) -> Upcoming | None:
    """The last event of some kinds before `now` whose date is firm and exact; None if there is none.

    It is the catalogue's or, if there is a server, one of its own.
    """
    rows = [
        row
        for scope, values in _scopes(guild_id)
        for row in connection.execute(
            f"SELECT earliest, id FROM event WHERE {scope} AND earliest < ? AND kind IN ({placeholders(kinds)})"
            " AND status IN ('confirmed', 'released') AND precision IN ('minute', 'day')"
            " ORDER BY earliest DESC, id DESC LIMIT 1",
            (*values, stamp(now), *kinds),
        )
    ]
    return with_context(connection, [max(rows)[1]])[0] if rows else None


def with_context(connection: Connection, ids: Sequence[int]) -> list[Upcoming]:
    """Events by their ids, in that order, with the works and performers that lists show. Unknown ids are skipped."""
    rows = connection.execute(f"SELECT id, entity_id FROM event WHERE id IN ({placeholders(ids)})", tuple(ids))
    subjects: dict[int, int] = dict(rows)
    found: dict[int, Event] = {
        event.id: event for dated in events(connection, ids, by="id").values() for event in dated
    }
    recalls = recalled(connection, {subjects[id_] for id_, event in found.items() if event.kind in ANNIVERSARIES})
    since: dict[int, int | None] = {}
    for id_, event in found.items():
        if event.kind in ANNIVERSARIES and (one := recalls.get((subjects[id_], event.kind))) is not None:
            found[id_], since[id_] = replace(event, sources=one.sources), one.since
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
    own = _occasions(connection, {subjects[id_] for id_, event in found.items() if event.kind in OWN})
    return [
        Upcoming(
            found[id_],
            [known[work] for work in works.get(subjects[id_], ())],
            [known[artist] for artist in artists.get(subjects[id_], ())],
            own.get(subjects[id_]),
            since.get(id_),
        )
        for id_ in ids
        if id_ in subjects
    ]


def _occasions(connection: Connection, ids: Collection[int]) -> dict[int, Occasion]:
    """What servers say of their own events, by entity id."""
    if not ids:
        return {}
    rows = connection.execute(
        "SELECT occasion.entity_id, guild_id, lasts, place, url, picture, rsvp, coalesce(merged.entity_id, about_id)"
        " FROM occasion JOIN entity ON entity.id = occasion.entity_id LEFT JOIN merged ON merged.gone_id = about_id"
        f" WHERE occasion.entity_id IN ({placeholders(ids)})",
        tuple(ids),
    ).fetchall()
    known = labels(connection, {row[-1] for row in rows} - {None})
    return {
        id_: Occasion(
            *(guild, timedelta(seconds=lasts) if lasts else None, place, url, picture, known.get(about)),
            rsvp=bool(rsvp),
        )
        for id_, guild, lasts, place, url, picture, rsvp, about in rows
    }


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
