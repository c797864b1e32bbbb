"""Attendee roles: which roles members are to have because they are in, and which they have.

A member is to have a role while any answer of theirs says so. What differs from that is due, and a row stays until the
role was taken, so nothing that is interrupted is forgotten. A role that they had before stays theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.connection import Connection
from bot.store.deliveries import Pulse
from bot.store.reading import instant, placeholders, stamp
from bot.store.shards import Shards, due, next_try

LEASE = timedelta(seconds=90)
"""How long a claimed row belongs to its claimant."""


@dataclass(frozen=True, slots=True)
class RoleTask:
    """A role that is to be given to a member, or taken if not `wanted`. `leased_until` identifies the claim."""

    guild_id: int
    user_id: int
    role_id: int
    wanted: bool
    leased_until: datetime


_WANTED = (
    "EXISTS (SELECT 1 FROM rsvp JOIN event ON event.id = rsvp.event_id"
    "  JOIN occasion ON occasion.entity_id = event.entity_id"
    " WHERE rsvp.guild_id = attendee_role.guild_id AND rsvp.user_id = attendee_role.user_id AND rsvp.answer = 'in'"
    "  AND occasion.rsvp = 1 AND occasion.attendee_role_id = attendee_role.role_id)"
)
"""SQL: whether a member is to have a role."""
_KEY = "guild_id = ? AND user_id = ? AND role_id = ?"
_CLAIMED = f"{_KEY} AND claimed = 1 AND try_at = ?"
"""SQL: whether a claim still holds."""


def answered(connection: Connection, guild_id: int, user_id: int, now: datetime, has: Collection[int]) -> None:
    """Make due what differs from the answers of a member, who has the roles `has` at this moment."""
    rows = connection.execute(
        "SELECT DISTINCT attendee_role_id FROM rsvp JOIN event ON event.id = rsvp.event_id"
        " JOIN occasion ON occasion.entity_id = event.entity_id WHERE rsvp.guild_id = ? AND rsvp.user_id = ?"
        " AND rsvp.answer = 'in' AND occasion.rsvp = 1 AND attendee_role_id IS NOT NULL",
        (guild_id, user_id),
    ).fetchall()
    for (role_id,) in rows:
        theirs = role_id in has
        connection.execute(
            "INSERT INTO attendee_role (guild_id, user_id, role_id, try_at, theirs) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (guild_id, user_id, role_id, None if theirs else stamp(now), int(theirs)),
        )
    _withdraw(connection, guild_id, now, user_id)


def follow(connection: Connection, guild_id: int, now: datetime) -> None:
    """Make due what differs from the answers of all members of a server."""
    connection.execute(
        "INSERT INTO attendee_role (guild_id, user_id, role_id, try_at)"
        " SELECT DISTINCT rsvp.guild_id, rsvp.user_id, attendee_role_id, CAST(? AS TEXT) FROM rsvp"
        " JOIN event ON event.id = rsvp.event_id JOIN occasion ON occasion.entity_id = event.entity_id"
        " WHERE rsvp.guild_id = ? AND rsvp.answer = 'in' AND occasion.rsvp = 1 AND attendee_role_id IS NOT NULL"
        " ON CONFLICT DO NOTHING",
        (stamp(now), guild_id),
    )
    _withdraw(connection, guild_id, now)


def _withdraw(connection: Connection, guild_id: int, now: datetime, user_id: int | None = None) -> None:
    """Let roles be taken that no answer asks for any more, of one member or of all in a server."""
    mine = (guild_id,) if user_id is None else (guild_id, user_id)
    whose = "guild_id = ?" if user_id is None else "guild_id = ? AND user_id = ?"
    connection.execute(f"DELETE FROM attendee_role WHERE {whose} AND theirs = 1 AND NOT {_WANTED}", mine)
    connection.execute(
        f"UPDATE attendee_role SET try_at = ? WHERE {whose} AND try_at IS NULL AND NOT {_WANTED}", (stamp(now), *mine)
    )


def take(connection: Connection, guild_id: int, user_id: int, now: datetime) -> list[RoleTask]:
    """Claim what is to be done about a member, unless somebody is at it: also what waits to be tried again."""
    rows = connection.execute(
        f"SELECT role_id, {_WANTED} FROM attendee_role WHERE guild_id = ? AND user_id = ? AND try_at IS NOT NULL"
        " AND (claimed = 0 OR try_at <= ?) ORDER BY role_id",
        (guild_id, user_id, stamp(now)),
    ).fetchall()
    return _leased(connection, [(guild_id, user_id, role_id, wanted) for role_id, wanted in rows], now)


def claim(connection: Connection, now: datetime, limit: int, shards: Shards | None = None) -> list[RoleTask]:
    """Claim up to `limit` rows that are due, of some shards' servers or of all.

    No one else can claim them until the lease has passed.
    """
    rows = connection.execute(
        f"SELECT guild_id, user_id, role_id, {_WANTED} FROM attendee_role"
        f" WHERE (guild_id, user_id, role_id) IN ({due('attendee_role', shards)}) ORDER BY guild_id, user_id, role_id",
        {"now": stamp(now), "limit": limit},
    ).fetchall()
    return _leased(connection, rows, now)


def _leased(connection: Connection, rows: Sequence[tuple[int, int, int, int]], now: datetime) -> list[RoleTask]:
    until = stamp(now + LEASE)
    connection.executemany(
        f"UPDATE attendee_role SET try_at = ?, claimed = 1 WHERE {_KEY}", [(until, *row[:3]) for row in rows]
    )
    leased_until = instant(until)
    assert leased_until is not None
    return [RoleTask(guild, user, role, bool(wanted), leased_until) for guild, user, role, wanted in rows]


def settle(connection: Connection, task: RoleTask, now: datetime) -> None:
    """Record that a role was given or taken. If the opposite is wanted by now, that is due. Nothing if it was lost."""
    key = (task.guild_id, task.user_id, task.role_id, stamp(task.leased_until))
    row = connection.execute(f"SELECT {_WANTED} FROM attendee_role WHERE {_CLAIMED}", key).fetchone()
    if row is None:
        return
    if bool(row[0]) is not task.wanted:
        put_off(connection, task, now)
    elif task.wanted:
        connection.execute(f"UPDATE attendee_role SET try_at = NULL, claimed = 0 WHERE {_CLAIMED}", key)
    else:
        connection.execute(f"DELETE FROM attendee_role WHERE {_CLAIMED}", key)


def put_off(connection: Connection, task: RoleTask, at: datetime) -> None:
    """Let a claimed row be tried at `at`. Does nothing if the claim was lost."""
    connection.execute(
        f"UPDATE attendee_role SET try_at = ?, claimed = 0 WHERE {_CLAIMED}",
        (stamp(at), task.guild_id, task.user_id, task.role_id, stamp(task.leased_until)),
    )


def gone(connection: Connection, guild_id: int, role_id: int) -> None:
    """Record that a role was deleted in Discord: nobody has it, or gets it."""
    connection.execute(
        "UPDATE occasion SET attendee_role_id = NULL WHERE attendee_role_id = ?"
        " AND entity_id IN (SELECT id FROM entity WHERE guild_id = ?)",
        (role_id, guild_id),
    )
    connection.execute("DELETE FROM attendee_role WHERE guild_id = ? AND role_id = ?", (guild_id, role_id))


def welcome(connection: Connection, guilds: Sequence[int], now: datetime) -> None:
    """Try now what waits in servers that are within reach again."""
    connection.execute(
        "UPDATE attendee_role SET try_at = ? WHERE try_at > ? AND claimed = 0"
        f" AND guild_id IN ({placeholders(guilds)})",
        (stamp(now), stamp(now), *guilds),
    )


def pulse(connection: Connection, shards: Shards | None = None) -> Pulse:
    """Read the pulse in one cheap query, for the servers of some shards, or for all."""
    (at,) = connection.execute(f"SELECT min(at) FROM ({next_try('attendee_role', shards)}) AS next").fetchone()
    return Pulse((0, 0), instant(at))
