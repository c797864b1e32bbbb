"""What was, is and will be posted: one row a stage of a revision of an event, and a channel."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Event
from bot.schedule import Due
from bot.store.reading import events, instant, marks, stamp

_CHUNK = 4000
"""Rows of one statement: six parameters each, and SQLite takes 32,766."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was claimed. `doubt_since`: since when its message may stand in the channel unknown to us."""

    id: int
    event_id: int
    revision: int
    guild_id: int
    channel_id: int
    due_at: datetime
    expires_at: datetime
    nonce: str
    attempts: int
    doubt_since: datetime | None
    role_id: int | None
    language: str


def candidates(connection: sqlite3.Connection, start: datetime, end: datetime) -> list[Event]:
    """The events whose date begins between two instants."""
    rows = connection.execute(
        "SELECT DISTINCT entity_id FROM event WHERE claim = 0 AND earliest >= ? AND earliest <= ?",
        (stamp(start), stamp(end)),
    ).fetchall()
    dated = events(connection, [id_ for (id_,) in rows])
    return [event for found in dated.values() for event in found if event.rank == 0]


def plan(connection: sqlite3.Connection, due: Sequence[Due], now: datetime) -> int:
    """Plan what is due for every subscription that wants it; what is planned already stays as it is.

    Also withdraws what was planned for a date that has changed since. Returns how many deliveries are new.
    """
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?1, reason = 'changed'"
        " WHERE try_at IS NOT NULL AND doubt_since IS NULL"
        " AND (state IN ('planned', 'retrying') OR state = 'sending' AND try_at <= ?1) AND NOT EXISTS"
        " (SELECT 1 FROM event WHERE event.id = event_id AND event.revision = delivery.revision"
        "  AND event.status IN ('confirmed', 'released'))",
        (stamp(now),),
    )
    before = connection.total_changes
    for start in range(0, len(due), _CHUNK):
        rows = due[start : start + _CHUNK]
        connection.execute(
            "WITH due (event_id, revision, kind, stage, zone, due_at, day) AS"
            f" (VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?)'] * len(rows))})"
            " INSERT INTO delivery (event_id, revision, stage, guild_id, channel_id, due_at, expires_at, state, nonce,"
            "  try_at, day)"
            " SELECT due.event_id, due.revision, due.stage, s.guild_id, s.channel_id, due.due_at,"
            "  strftime('%Y-%m-%dT%H:%M:%SZ', due.due_at, '+' || s.grace || ' seconds'), 'planned',"
            "  lower(hex(randomblob(10))), due.due_at, due.day"
            " FROM due JOIN subscription s ON s.zone = due.zone AND s.paused_at IS NULL AND s.left_at IS NULL"
            " WHERE due.due_at >= s.since AND instr(s.kinds, ',' || due.kind || ',') > 0"
            "  AND NOT EXISTS (SELECT 1 FROM delivery old WHERE old.event_id = due.event_id AND old.stage = due.stage"
            "   AND old.channel_id = s.channel_id AND old.revision < due.revision"
            "   AND old.state IN ('sent', 'sending', 'uncertain') AND old.day >= due.day)"
            " ON CONFLICT (event_id, revision, stage, channel_id) DO UPDATE"
            "  SET state = 'planned', try_at = excluded.try_at, due_at = excluded.due_at,"
            "   expires_at = excluded.expires_at, settled_at = NULL, reason = NULL"
            "  WHERE delivery.state = 'withdrawn'",
            [
                value
                for one in rows
                for value in (
                    one.event_id,
                    one.revision,
                    one.kind,
                    one.stage,
                    one.zone,
                    stamp(one.at),
                    one.day.isoformat(),
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
        "SELECT d.id, d.event_id, d.revision, d.guild_id, d.channel_id, d.due_at, d.expires_at, d.nonce, d.attempts,"
        " d.doubt_since, s.role_id, s.language FROM delivery d LEFT JOIN subscription s ON s.channel_id = d.channel_id"
        f" WHERE d.id IN ({marks(claimed)}) ORDER BY d.due_at, d.id",
        claimed,
    )
    return [
        Delivery(
            id=id_,
            event_id=event,
            revision=revision,
            guild_id=guild,
            channel_id=channel,
            due_at=datetime.fromisoformat(due_at),
            expires_at=datetime.fromisoformat(expires_at),
            nonce=nonce,
            attempts=attempts,
            doubt_since=instant(doubt),
            role_id=role,
            language=language or "en",
        )
        for id_, event, revision, guild, channel, due_at, expires_at, nonce, attempts, doubt, role, language in rows
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
