"""What was, is and will be posted: one row a stage of a revision of an event, and a channel."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Event
from bot.schedule import Due, Stage
from bot.store.follows import CONCERNS
from bot.store.reading import events, instant, marks, stamp, text
from bot.when import Precision, When

_CHUNK = 3000
"""Rows of one statement: ten parameters each, and SQLite takes 32,766."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was claimed. `doubt_since`: since when its message may stand in the channel unknown to us."""

    id: int
    event_id: int
    revision: int
    stage: Stage
    guild_id: int
    channel_id: int
    due_at: datetime
    send_at: datetime
    expires_at: datetime
    nonce: str
    attempts: int
    doubt_since: datetime | None
    role_id: int | None
    language: str | None


def candidates(
    connection: sqlite3.Connection, dated: tuple[datetime, datetime], changed: tuple[datetime, datetime]
) -> list[Event]:
    """The events whose date begins between two instants, and those that changed between two others."""
    rows = connection.execute(
        "SELECT entity_id FROM event WHERE claim = 0 AND earliest BETWEEN ? AND ?"
        " UNION SELECT entity_id FROM event WHERE claim = 0 AND (revision > 1 OR status IN ('confirmed', 'cancelled'))"
        " AND changed_at BETWEEN ? AND ?",
        [stamp(at) for at in (*dated, *changed)],
    ).fetchall()
    found = events(connection, [id_ for (id_,) in rows])
    return [event for of_entity in found.values() for event in of_entity if event.rank == 0]


_TRUE = (
    "(stage = 'cancelled' AND event.status = 'cancelled'"
    " OR stage = 'moved' AND event.status <> 'cancelled'"
    " OR stage NOT IN ('cancelled', 'moved') AND event.status IN ('confirmed', 'released'))"
)
"""Whether what a delivery says is true of its event."""

_TOLD = (
    "EXISTS (SELECT 1 FROM delivery old WHERE old.event_id = due.event_id AND old.channel_id = s.channel_id"
    " AND old.state IN ('sent', 'uncertain')"
)
"""Whether something was told of an event in a channel; to be closed."""

_ALREADY = (
    "EXISTS (SELECT 1 FROM delivery old WHERE old.event_id = due.event_id AND old.channel_id = s.channel_id"
    " AND old.stage = due.stage AND old.revision < due.revision AND old.state IN ('sent', 'sending', 'uncertain')"
    " AND old.day >= due.day)"
)
"""Whether a stage was told of this day before: a date that only became more exact is not told again."""

_WANTED = (
    "CASE due.stage"
    f" WHEN 'cancelled' THEN {_TOLD})"
    f" WHEN 'moved' THEN {_TOLD} AND old.revision < due.revision AND old.day <> due.day)"
    f" ELSE NOT {_ALREADY} END"
)

_PLAN = (
    " INSERT INTO delivery (event_id, revision, stage, guild_id, channel_id, due_at, send_at, expires_at, state, nonce,"
    "  try_at, day)"
    " SELECT due.event_id, due.revision, due.stage, s.guild_id, s.channel_id, due.due_at, due.send_at,"
    "  min(strftime('%Y-%m-%dT%H:%M:%SZ', due.send_at, '+' || s.grace || ' seconds'), due.until), 'planned',"
    "  lower(hex(randomblob(10))), due.send_at, due.day"
    " FROM due JOIN subscription s ON s.zone = due.zone AND s.quiet = due.quiet"
    "  AND s.paused_at IS NULL AND s.left_at IS NULL JOIN event ON event.id = due.event_id"
    " WHERE due.due_at >= s.since AND instr(s.kinds, ',' || due.kind || ',') > 0"
    f"  AND instr(s.stages, ',' || due.stage || ',') > 0 AND {_WANTED}"
    "  AND (NOT EXISTS (SELECT 1 FROM follow WHERE follow.guild_id = s.guild_id)"
    f"   OR EXISTS (SELECT 1 FROM follow WHERE follow.guild_id = s.guild_id AND ({CONCERNS})))"
    " ON CONFLICT (event_id, revision, stage, channel_id) DO UPDATE"
    "  SET state = 'planned', try_at = excluded.try_at, due_at = excluded.due_at, send_at = excluded.send_at,"
    "   expires_at = excluded.expires_at, settled_at = NULL, reason = NULL"
    "  WHERE delivery.state = 'withdrawn'"
)

_NEVER = "9999-12-31T23:59:59Z"
_COLUMNS = range(10)


def plan(connection: sqlite3.Connection, due: Sequence[Due], now: datetime) -> int:
    """Plan what is due for every subscription that wants it; what is planned already stays as it is.

    Also withdraws what was planned for a date that has changed since. Returns how many deliveries are new.
    """
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?1, reason = 'changed'"
        " WHERE try_at IS NOT NULL AND doubt_since IS NULL"
        " AND (state IN ('planned', 'retrying') OR state = 'sending' AND try_at <= ?1) AND NOT EXISTS"
        f" (SELECT 1 FROM event WHERE event.id = event_id AND event.revision = delivery.revision AND {_TRUE})",
        (stamp(now),),
    )
    before = connection.total_changes
    for start in range(0, len(due), _CHUNK):
        rows = due[start : start + _CHUNK]
        connection.execute(
            "WITH due (event_id, revision, kind, stage, zone, quiet, due_at, send_at, day, until) AS"
            f" (VALUES {', '.join([f'({marks(_COLUMNS)})'] * len(rows))}){_PLAN}",
            [
                value
                for one in rows
                for value in (
                    *(one.event_id, one.revision, one.kind, one.stage, *one.audience),
                    *(stamp(one.at), stamp(one.send_at), one.day, stamp(one.until) if one.until else _NEVER),
                )
            ],
        )
    return connection.total_changes - before


def expire(connection: sqlite3.Connection, now: datetime) -> int:
    """Record as missed what is past its grace period and was never begun. Returns how many."""
    return connection.execute(
        "UPDATE delivery SET state = 'missed', try_at = NULL, settled_at = ?1, reason = 'late'"
        " WHERE try_at <= ?1 AND state IN ('planned', 'retrying') AND doubt_since IS NULL AND expires_at < ?1",
        (stamp(now),),
    ).rowcount


def claim(connection: sqlite3.Connection, now: datetime, owner: str, lease: timedelta, limit: int) -> list[Delivery]:
    """Take up to `limit` deliveries that are due, or whose sender has not been heard of for its lease.

    Nobody else is given them until `lease` has passed. Whoever was sending them before may have been heard by Discord:
    such a delivery is in doubt since then.
    """
    claimed = [
        id_
        for (id_,) in connection.execute(
            "UPDATE delivery SET state = 'sending', claimed_by = ?, try_at = ?, attempts = attempts + 1"
            " WHERE id IN (SELECT id FROM delivery WHERE try_at <= ? ORDER BY try_at, id LIMIT ?) RETURNING id",
            (owner, stamp(now + lease), stamp(now), limit),
        ).fetchall()
    ]
    rows = connection.execute(
        "SELECT d.id, d.event_id, d.revision, d.stage, d.guild_id, d.channel_id, d.due_at, d.send_at, d.expires_at,"
        " d.nonce, d.attempts, d.doubt_since, s.role_id, s.language"
        " FROM delivery d LEFT JOIN subscription s ON s.channel_id = d.channel_id"
        f" WHERE d.id IN ({marks(claimed)}) ORDER BY d.due_at, d.id",
        claimed,
    )
    return [
        Delivery(
            *(id_, event, revision, Stage(stage), guild, channel),
            due_at=datetime.fromisoformat(due_at),
            send_at=datetime.fromisoformat(send_at),
            expires_at=datetime.fromisoformat(expires_at),
            nonce=nonce,
            attempts=attempts,
            doubt_since=instant(doubt),
            role_id=role,
            language=language,
        )
        for id_, event, revision, stage, guild, channel, due_at, send_at, expires_at, *rest in rows
        for nonce, attempts, doubt, role, language in [rest]
    ]


def begin(connection: sqlite3.Connection, delivery: int, owner: str, now: datetime) -> bool:
    """Note that a request is about to leave: from now on its message may exist. False where the claim was lost."""
    return (
        connection.execute(
            "UPDATE delivery SET doubt_since = coalesce(doubt_since, ?) WHERE id = ? AND claimed_by = ?"
            " AND state = 'sending'",
            (stamp(now), delivery, owner),
        ).rowcount
        > 0
    )


def sent(connection: sqlite3.Connection, delivery: int, message_id: int, now: datetime) -> None:
    """Record that a delivery stands in its channel."""
    connection.execute(
        "UPDATE delivery SET state = 'sent', try_at = NULL, doubt_since = NULL, message_id = ?, settled_at = ?,"
        " reason = NULL WHERE id = ?",
        (message_id, stamp(now), delivery),
    )


def retry(
    connection: sqlite3.Connection,
    delivery: int,
    owner: str,
    at: datetime,
    reason: str,
    *,
    doubt_since: datetime | None,
) -> None:
    """Record that a delivery is to be tried again at `at`. `doubt_since`: Discord may have stored it, since then."""
    connection.execute(
        "UPDATE delivery SET state = 'retrying', try_at = ?, reason = ?,"
        " doubt_since = ? WHERE id = ? AND claimed_by = ? AND state = 'sending'",
        (stamp(at), reason, stamp(doubt_since) if doubt_since else None, delivery, owner),
    )


def settle(connection: sqlite3.Connection, delivery: int, owner: str, state: str, reason: str, now: datetime) -> None:
    """Record the end of a delivery that is not sent: ``failed``, ``missed``, ``withdrawn`` or ``uncertain``."""
    connection.execute(
        "UPDATE delivery SET state = ?, try_at = NULL, reason = ?, settled_at = ? WHERE id = ? AND claimed_by = ?"
        " AND state = 'sending'",
        (state, reason, stamp(now), delivery, owner),
    )


def date_before(connection: sqlite3.Connection, event_id: int, revision: int) -> When | None:
    """The date that an event had before a revision of it."""
    row = connection.execute(
        "SELECT precision, zone, earliest, latest, words FROM event_past WHERE event_id = ? AND revision < ?"
        " ORDER BY revision DESC LIMIT 1",
        (event_id, revision),
    ).fetchone()
    if row is None:
        return None
    precision, zone, earliest, latest, words = row
    return When(Precision(precision), zone, instant(earliest), instant(latest), text(words))


@dataclass(frozen=True, slots=True)
class Outdated:
    """A post whose date no longer holds, and the post that says so."""

    id: int
    event_id: int
    stage: Stage
    channel_id: int
    guild_id: int
    message_id: int
    nonce: str
    language: str
    correction_id: int


def outdated(connection: sqlite3.Connection, since: datetime, limit: int) -> list[Outdated]:
    """Posts that a correction made since then has overtaken, and that do not say so yet."""
    rows = connection.execute(
        "SELECT old.id, old.event_id, old.stage, old.channel_id, old.guild_id, old.message_id, old.nonce,"
        " coalesce(s.language, 'en'), new.message_id FROM delivery new JOIN delivery old"
        " ON old.event_id = new.event_id AND old.channel_id = new.channel_id AND old.id < new.id"
        " LEFT JOIN subscription s ON s.channel_id = old.channel_id"
        " WHERE new.stage IN ('moved', 'cancelled') AND new.settled_at >= ? AND new.state = 'sent'"
        " AND old.state = 'sent' AND old.message_id IS NOT NULL AND old.amended_at IS NULL"
        " AND (new.stage = 'cancelled' OR old.day <> new.day) GROUP BY old.id LIMIT ?",
        (stamp(since), limit),
    )
    return [Outdated(id_, event, Stage(stage), *rest) for id_, event, stage, *rest in rows]


def amended(connection: sqlite3.Connection, delivery: int, now: datetime) -> None:
    """Record that a post says now that its date no longer holds, or that it can be edited no more."""
    connection.execute("UPDATE delivery SET amended_at = ? WHERE id = ?", (stamp(now), delivery))


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether there is anything to do: `revisions` change with the catalogue and with what servers chose."""

    revisions: tuple[int, int]
    next_try: datetime | None


def pulse(connection: sqlite3.Connection) -> Pulse:
    """Feel the pulse: one quick query."""
    catalogue, subscriptions, at = connection.execute(
        "SELECT (SELECT revision FROM catalogue), (SELECT revision FROM subscriptions),"
        " (SELECT min(try_at) FROM delivery WHERE try_at IS NOT NULL)"
    ).fetchone()
    return Pulse((catalogue, subscriptions), instant(at))


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a delivery."""

    event_id: int
    channel_id: int
    state: str
    message_id: int | None
    reason: str | None
    due_at: datetime


def of_events(connection: sqlite3.Connection, guild_id: int, ids: Sequence[int]) -> dict[int, Settled]:
    """What became of events in a server, or is planned for them, by event; of several revisions the last."""
    rows = connection.execute(
        f"SELECT event_id, channel_id, state, message_id, reason, due_at FROM delivery"
        f" WHERE guild_id = ? AND event_id IN ({marks(ids)}) ORDER BY revision, id",
        (guild_id, *ids),
    )
    return {
        event: Settled(event, channel, state, message, reason, datetime.fromisoformat(due_at))
        for event, channel, state, message, reason, due_at in rows
    }


def lately(connection: sqlite3.Connection, guild_id: int, limit: int) -> list[Settled]:
    """What became of a server's last deliveries, the latest first."""
    rows = connection.execute(
        "SELECT event_id, channel_id, state, message_id, reason, due_at FROM delivery"
        " WHERE guild_id = ? AND state NOT IN ('planned', 'withdrawn') ORDER BY due_at DESC, id DESC LIMIT ?",
        (guild_id, limit),
    )
    return [
        Settled(event, channel, state, message, reason, datetime.fromisoformat(due_at))
        for event, channel, state, message, reason, due_at in rows
    ]
