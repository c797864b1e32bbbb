"""Planning: the deliveries that events produce, for every channel that wants them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.schedule import Dated, Due, Stage
from bot.store import agenda, occasions, rsvp
from bot.store.connection import Connection
from bot.store.dialect import as_listed
from bot.store.follows import TOLD, TOLD_OF_OWN
from bot.store.profiles import events
from bot.store.reading import placeholders, stamp
from bot.store.subscriptions import wanted, wants

_CHUNK = 2300
"""Rows per statement: fourteen parameters each, and SQLite allows 32,766."""


MOST_AT_ONCE = 5
"""The most of a server's own events at one time that have messages of their own; more share one."""
LOOK_AHEAD = timedelta(days=1)
"""How long the own events of a server are not looked at again if nothing about them is due or changes."""


def candidates(
    connection: Connection, dated: tuple[datetime, datetime], changed: tuple[datetime, datetime]
) -> list[Dated]:
    """The catalogue's events that begin within `dated`, and those that changed within `changed`; both inclusive."""
    rows = connection.execute(
        "SELECT entity_id FROM event WHERE guild_id IS NULL AND earliest BETWEEN ? AND ?"
        " UNION SELECT entity_id FROM event"
        " WHERE guild_id IS NULL AND (revision > 1 OR status IN ('confirmed', 'cancelled'))"
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


def own_candidates(
    connection: Connection, guild_id: int, dated: tuple[datetime, datetime], changed: tuple[datetime, datetime]
) -> list[Dated]:
    """The same of a server's own events. Each occasion has messages of its own, unless there are too many at once."""
    rows = connection.execute(
        "SELECT id FROM event WHERE guild_id = ? AND earliest BETWEEN ? AND ?"
        " UNION SELECT id FROM event WHERE guild_id = ? AND (revision > 1 OR status = 'cancelled')"
        " AND changed_at BETWEEN ? AND ?",
        (guild_id, *map(stamp, dated), guild_id, *map(stamp, changed)),
    ).fetchall()
    found = events(connection, [id_ for (id_,) in rows], by="id")
    known = [(event, entity) for entity, of_entity in found.items() for event in of_entity if event.rank == 0]
    at_once = Counter(event.when.earliest for event, _ in known)
    return [
        Dated(event, entity if at_once[event.when.earliest] <= MOST_AT_ONCE else guild_id) for event, entity in known
    ]


def _themes(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """The entity under which each entity's events are grouped: a song's drama, else the artist, else itself."""
    rows = connection.execute(
        "SELECT id, coalesce((SELECT work_id FROM ost WHERE ost.entity_id = entity.id ORDER BY ost.id LIMIT 1),"
        " (SELECT artist_id FROM performer WHERE performer.entity_id = entity.id ORDER BY position, id LIMIT 1), id)"
        f" FROM entity WHERE id IN ({placeholders(ids)})",
        tuple(ids),
    )
    return dict(rows.fetchall())


_TRUE = (
    "(stage = 'cancelled' AND event.status = 'cancelled'"
    " OR stage = 'moved' AND event.status <> 'cancelled'"
    " OR stage NOT IN ('cancelled', 'moved') AND (event.status IN ('confirmed', 'released')"
    "  OR event.status = 'expected' AND event.kind = 'episode' AND EXISTS (SELECT 1 FROM subscription s"
    "   WHERE s.channel_id = delivery.channel_id AND s.expected = 1)))"
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

_FIRM = "(event.status <> 'expected' OR s.expected = 1 OR due.stage IN ('moved', 'cancelled'))"
"""SQL: whether a channel hears of dates that are as firm as this one, or corrects what it was told."""

_POST_AT = "CASE WHEN due.send_at >= s.since THEN due.send_at ELSE due.alone_at END"
"""SQL: when to post. A channel that subscribed after a digest gets that digest's events one by one."""

_FOLLOWED = f"event.guild_id IS NULL AND {TOLD}"
"""SQL: whether an event is the catalogue's, and concerns a channel."""
_OWN = f"s.guild_id = event.guild_id AND {TOLD_OF_OWN}"
"""SQL: whether an event is of the channel's own server, and concerns it: mostly whatever it follows."""


def _wanted(concerns: str) -> str:
    """SQL: what is due, for each channel that it concerns and that wants it."""
    return (
        f" wanted AS (SELECT due.*, s.guild_id, s.channel_id, s.grace, {_POST_AT} AS post_at,"
        "  coalesce(CASE WHEN due.send_at >= s.since THEN due.digest_key END, due.alone_key) AS group_key"
        f" FROM due JOIN event ON event.id = due.event_id JOIN subscription s ON {concerns}"
        "  AND s.zone = due.zone AND s.quiet = due.quiet AND s.digest = due.digest AND s.left_at IS NULL"
        f" WHERE due.due_at >= s.since AND {wants('due.kind')} AND {_FIRM}"
        f"  AND instr(s.stages, ',' || due.stage || ',') > 0 AND {_POST_AT} < due.until AND {_NEWS})"
    )


_INTO = (
    "INSERT INTO delivery (event_id, revision, stage, guild_id, channel_id, due_at, send_at, expires_at, state, nonce,"
    " try_at, day, group_key) "
)

_PLAN = (
    ", graced AS (SELECT wanted.*, strftime('%Y-%m-%dT%H:%M:%SZ',"
    "  CASE WHEN post_at > due_at THEN post_at ELSE due_at END, '+' || grace || ' seconds') AS late_at FROM wanted)"
    " SELECT event_id, revision, stage, guild_id, channel_id, due_at, post_at,"
    "  CASE WHEN late_at < until THEN late_at ELSE until END, 'planned', lower(hex(randomblob(10))), post_at, day,"
    "  group_key FROM graced WHERE channel_id > ? AND channel_id <= ?{order}"
    " ON CONFLICT (event_id, revision, stage, channel_id) DO UPDATE"
    "  SET state = 'planned', try_at = excluded.try_at, due_at = excluded.due_at, send_at = excluded.send_at,"
    "   expires_at = excluded.expires_at, group_key = excluded.group_key, primary_id = NULL, settled_at = NULL,"
    "   reason = NULL"
    "  WHERE delivery.state = 'withdrawn'"
)

_NEVER = "9999-12-31T23:59:59Z"
_COLUMNS = range(14)


class Channels(NamedTuple):
    """Some of all channels, by their ids: those after `after`, up to `last`."""

    after: int = 0
    last: int = 2**63 - 1


EVERY_CHANNEL = Channels()


def portions(connection: Connection, size: int) -> list[Channels]:
    """Every channel, whether it is subscribed yet or not, in portions of up to `size` subscriptions."""
    rows = connection.execute(
        "SELECT channel_id FROM (SELECT channel_id, row_number() OVER (ORDER BY channel_id) AS place"
        " FROM subscription WHERE left_at IS NULL) AS placed WHERE place % ? = 0 ORDER BY channel_id",
        (size,),
    )
    ends = [EVERY_CHANNEL.after, *(channel for (channel,) in rows), EVERY_CHANNEL.last]
    return [Channels(*ends_of_one) for ends_of_one in pairwise(ends)]


def withdraw(connection: Connection, now: datetime, guild_id: int | None = None) -> None:
    """Withdraw deliveries, of one server or of all, that were planned for a date that has changed since."""
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?1, reason = 'changed'"
        " WHERE try_at IS NOT NULL AND possibly_sent_since IS NULL"
        " AND (state IN ('planned', 'retrying') OR state = 'sending' AND try_at <= ?1) AND NOT EXISTS"
        f" (SELECT 1 FROM event WHERE event.id = event_id AND event.revision = delivery.revision AND {_TRUE})"
        " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.primary_id = delivery.id)"
        + (" AND guild_id = ?2" if guild_id is not None else ""),
        (stamp(now), *((guild_id,) if guild_id is not None else ())),
    )


def plan(connection: Connection, due: Sequence[Due], channels: Channels = EVERY_CHANNEL) -> int:
    """Plan what is due of the catalogue for every subscription that wants it; what is planned already stays as it is.

    `channels`: those that are planned for, if not all. Returns how many deliveries are new.
    """
    return _plan(connection, due, channels, _FOLLOWED)


def plan_own(connection: Connection, guild_id: int, now: datetime) -> None:
    """Plan what is due of a server's own events for its channels, and see to it that they are looked at again in time.

    What repeats goes on first, and old answers are forgotten. Does nothing if that was done since it was due.
    """
    if not agenda.is_due(connection, guild_id, now):
        return
    occasions.extend(connection, guild_id, now)
    rsvp.keep(connection, guild_id, now)
    audiences, stages = wanted(connection, guild_id)
    next_at = now + LOOK_AHEAD
    if audiences:
        dated = own_candidates(connection, guild_id, schedule.window(now, LOOK_AHEAD), schedule.changes(now))
        coming = list(schedule.due(dated, audiences, now, stages, LOOK_AHEAD))
        withdraw(connection, now, guild_id)
        near = [one for one in coming if one.near_at <= now + schedule.AHEAD]
        _plan(connection, near, EVERY_CHANNEL, _OWN)
        later = (one.near_at - schedule.AHEAD for one in coming if one.near_at > now + schedule.AHEAD)
        next_at = min(later, default=next_at)
    agenda.put_off(connection, guild_id, next_at)


def _plan(connection: Connection, due: Sequence[Due], channels: Channels, concerns: str) -> int:
    planned = 0
    for start in range(0, len(due), _CHUNK):
        rows = due[start : start + _CHUNK]
        inserted = _PLAN.format(order=as_listed(connection, "place"))
        planned += connection.execute(
            f"{_INTO}{_with(rows)}{_wanted(concerns)}{inserted}", [*_values(rows), *channels]
        ).rowcount
    return planned


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
    connection: Connection,
    guild_id: int,
    audiences: Sequence[Audience],
    stages: Collection[Stage],
    now: datetime,
    span: timedelta,
) -> list[Plan]:
    """What would be announced in a server within `span`, as far as is known now, earliest first.

    The rules run here, on the database's thread: with thousands of dates they would block the event loop for seconds.
    """
    dated = candidates(connection, schedule.window(now, span), schedule.changes(now))
    own = own_candidates(connection, guild_id, schedule.window(now, span), schedule.changes(now))
    found = [
        one
        for some, concerns in ((dated, _FOLLOWED), (own, _OWN))
        for one in _preview(connection, guild_id, list(schedule.due(some, audiences, now, stages, span)), concerns)
    ]
    return sorted(found, key=lambda one: (one.send_at, one.channel_id, one.group_key, one.due_at))


def _preview(connection: Connection, guild_id: int, due: Sequence[Due], concerns: str) -> list[Plan]:
    """The announcements of `due` that a server would get and has not had yet."""
    found: list[Plan] = []
    for start in range(0, len(due), _CHUNK):
        rows = connection.execute(
            f"{_with(due[start : start + _CHUNK])}{_wanted(concerns)}"
            " SELECT event_id, stage, channel_id, due_at, post_at, group_key FROM wanted"
            " WHERE guild_id = ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE"
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
    return found


def _with(due: Sequence[Due]) -> str:
    return (
        "WITH due (place, event_id, revision, kind, stage, zone, quiet, digest, due_at, send_at, alone_at, digest_key,"
        " alone_key, day, until) AS"
        f" (VALUES {', '.join(f'({place}, {placeholders(_COLUMNS)})' for place in range(len(due)))}),"
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
