"""Planning: the deliveries that events produce, for every channel that wants them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.schedule import Dated, Due, Stage
from bot.store.follows import CONCERNS
from bot.store.reading import events, placeholders, stamp
from bot.store.subscriptions import wants

_CHUNK = 2300
"""Rows per statement: fourteen parameters each, and SQLite allows 32,766."""


def candidates(
    connection: sqlite3.Connection, dated: tuple[datetime, datetime], changed: tuple[datetime, datetime]
) -> list[Dated]:
    """The events whose date begins within `dated`, and those that changed within `changed`; both inclusive."""
    rows = connection.execute(
        "SELECT entity_id FROM event WHERE claim = 0 AND earliest BETWEEN ? AND ?"
        " UNION SELECT entity_id FROM event WHERE claim = 0 AND (revision > 1 OR status IN ('confirmed', 'cancelled'))"
        " AND changed_at BETWEEN ? AND ?",
        [stamp(at) for at in (*dated, *changed)],
    ).fetchall()
    ids = [id_ for (id_,) in rows]
    themes = _themes(connection, ids)
    return [
        Dated(event, themes[entity])
        for entity, of_entity in events(connection, ids).items()
        for event in of_entity
        if event.rank == 0
    ]


def _themes(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, int]:
    """The entity under which each entity's events are grouped: a song's drama, else the artist, else itself."""
    rows = connection.execute(
        "SELECT id, coalesce((SELECT work_id FROM ost WHERE ost.entity_id = entity.id ORDER BY ost.id LIMIT 1),"
        " (SELECT artist_id FROM performer WHERE performer.entity_id = entity.id ORDER BY position LIMIT 1), id)"
        f" FROM entity WHERE id IN ({placeholders(ids)})",
        tuple(ids),
    )
    return dict(rows.fetchall())


_TRUE = (
    "(stage = 'cancelled' AND event.status = 'cancelled'"
    " OR stage = 'moved' AND event.status <> 'cancelled'"
    " OR stage NOT IN ('cancelled', 'moved') AND event.status IN ('confirmed', 'released'))"
)
"""SQL: whether what a delivery says still holds for its event."""

_TOLD = (
    "EXISTS (SELECT 1 FROM delivery old WHERE old.event_id = due.event_id AND old.channel_id = s.channel_id"
    " AND old.state IN ('sent', 'uncertain')"
)
"""SQL: whether anything about an event was announced in a channel; the parenthesis is left open."""

_ALREADY = (
    "EXISTS (SELECT 1 FROM delivery old WHERE old.event_id = due.event_id AND old.channel_id = s.channel_id"
    " AND old.stage = due.stage AND old.revision < due.revision"
    " AND old.state IN ('sent', 'sending', 'retrying', 'uncertain')"
    " AND (old.day = due.day OR old.day > due.day AND due.due_at <= coalesce(old.settled_at, old.send_at)))"
)
"""SQL: whether a stage was announced for this day already, or for a later day once this one was past.

A date that only became more exact is not announced again. A delivery in progress counts as announced: if it turns out
that it was not, it is planned again (see `bot.store.deliveries`).
"""

_ELSEWHERE = (
    f"{_TOLD} AND old.revision < due.revision AND (old.day <> due.day OR due.day = ''))"
    " AND (SELECT old.day <> due.day OR due.day = '' FROM delivery old WHERE old.event_id = due.event_id"
    "  AND old.channel_id = s.channel_id AND old.state IN ('sent', 'sending', 'retrying', 'uncertain')"
    "  AND old.revision < due.revision ORDER BY old.revision DESC LIMIT 1)"
)
"""SQL: whether an event was announced for another day in a channel, and the last announced day is not this one."""

_NEWS = f"CASE due.stage WHEN 'cancelled' THEN {_TOLD}) WHEN 'moved' THEN {_ELSEWHERE} ELSE NOT {_ALREADY} END"

_POST_AT = "iif(due.send_at >= s.since, due.send_at, due.alone_at)"
"""SQL: when to post. A channel that subscribed after a digest gets that digest's events one by one."""

_WANTED = (
    f" wanted AS (SELECT due.*, s.guild_id, s.channel_id, s.grace, {_POST_AT} AS post_at,"
    "  coalesce(iif(due.send_at >= s.since, due.digest_key, NULL), due.alone_key) AS group_key"
    " FROM due JOIN subscription s ON s.zone = due.zone AND s.quiet = due.quiet AND s.digest = due.digest"
    "  AND s.left_at IS NULL JOIN event ON event.id = due.event_id"
    f" WHERE due.due_at >= s.since AND {wants('due.kind')}"
    f"  AND instr(s.stages, ',' || due.stage || ',') > 0 AND {_POST_AT} < due.until AND {_NEWS}"
    "  AND (NOT s.followed_only"
    f"   OR EXISTS (SELECT 1 FROM follow WHERE follow.guild_id = s.guild_id AND ({CONCERNS}))))"
)

_PLAN = (
    " INSERT INTO delivery (event_id, revision, stage, guild_id, channel_id, due_at, send_at, expires_at, state, nonce,"
    "  try_at, day, group_key)"
    " SELECT event_id, revision, stage, guild_id, channel_id, due_at, post_at,"
    "  min(strftime('%Y-%m-%dT%H:%M:%SZ', max(due_at, post_at), '+' || grace || ' seconds'), until), 'planned',"
    "  lower(hex(randomblob(10))), post_at, day, group_key"
    " FROM wanted WHERE true"
    " ON CONFLICT (event_id, revision, stage, channel_id) DO UPDATE"
    "  SET state = 'planned', try_at = excluded.try_at, due_at = excluded.due_at, send_at = excluded.send_at,"
    "   expires_at = excluded.expires_at, group_key = excluded.group_key, primary_id = NULL, settled_at = NULL,"
    "   reason = NULL"
    "  WHERE delivery.state = 'withdrawn'"
)

_NEVER = "9999-12-31T23:59:59Z"
_COLUMNS = range(14)


def plan(connection: sqlite3.Connection, due: Sequence[Due], now: datetime) -> int:
    """Plan what is due for every subscription that wants it; what is planned already stays as it is.

    Also withdraws deliveries that were planned for a date that has changed since. Returns how many deliveries are new.
    """
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?1, reason = 'changed'"
        " WHERE try_at IS NOT NULL AND possibly_sent_since IS NULL"
        " AND (state IN ('planned', 'retrying') OR state = 'sending' AND try_at <= ?1) AND NOT EXISTS"
        f" (SELECT 1 FROM event WHERE event.id = event_id AND event.revision = delivery.revision AND {_TRUE})"
        " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.primary_id = delivery.id)",
        (stamp(now),),
    )
    before = connection.total_changes
    for start in range(0, len(due), _CHUNK):
        rows = due[start : start + _CHUNK]
        connection.execute(f"{_with(rows)}{_WANTED}{_PLAN}", _values(rows))
    return connection.total_changes - before


@dataclass(frozen=True, slots=True)
class Plan:
    """A delivery as it would be made; those with the same `group_key` share one message."""

    event_id: int
    stage: Stage
    channel_id: int
    due_at: datetime
    send_at: datetime
    group_key: str


def ahead(
    connection: sqlite3.Connection,
    guild_id: int,
    audiences: Sequence[Audience],
    stages: Collection[Stage],
    now: datetime,
    span: timedelta,
) -> list[Plan]:
    """What would be announced in a server within `span`, as far as is known now.

    The rules run here, on the database's thread: with thousands of dates they would block the event loop for seconds.
    """
    dated = candidates(connection, schedule.window(now, span), schedule.changes(now))
    return preview(connection, guild_id, list(schedule.due(dated, audiences, now, stages, span)))


def preview(connection: sqlite3.Connection, guild_id: int, due: Sequence[Due]) -> list[Plan]:
    """The announcements of `due` that a server would get and has not had yet, earliest first."""
    found: list[Plan] = []
    for start in range(0, len(due), _CHUNK):
        rows = connection.execute(
            f"{_with(due[start : start + _CHUNK])}{_WANTED} SELECT event_id, stage, channel_id, due_at, post_at,"
            " group_key FROM wanted WHERE guild_id = ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE"
            "  d.event_id = wanted.event_id AND d.revision = wanted.revision AND d.stage = wanted.stage"
            "  AND d.channel_id = wanted.channel_id AND d.state NOT IN ('planned', 'withdrawn'))",
            [*_values(due[start : start + _CHUNK]), guild_id],
        )
        found += [
            Plan(
                event, Stage(stage), channel, datetime.fromisoformat(due_at), datetime.fromisoformat(post_at), group_key
            )
            for event, stage, channel, due_at, post_at, group_key in rows
        ]
    return sorted(found, key=lambda one: (one.send_at, one.channel_id, one.group_key, one.due_at))


def _with(due: Sequence[Due]) -> str:
    return (
        "WITH due (event_id, revision, kind, stage, zone, quiet, digest, due_at, send_at, alone_at, digest_key,"
        f" alone_key, day, until) AS (VALUES {', '.join([f'({placeholders(_COLUMNS)})'] * len(due))}),"
    )


def _values(due: Sequence[Due]) -> list[object]:
    return [
        value
        for one in due
        for value in (
            *(one.event_id, one.revision, one.kind, one.stage, *one.audience),
            *(stamp(one.at), stamp(one.send_at), stamp(one.alone_at), one.digest, one.group_key),
            *(one.day, stamp(one.until) if one.until else _NEVER),
        )
    ]
