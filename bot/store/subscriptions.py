"""What servers asked to be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import EventKind
from bot.store.reading import stamp

GRACE = timedelta(hours=6)
"""How late an announcement may still be posted, unless a server chooses otherwise."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A server's choice. Nothing that was due before `since` is posted."""

    guild_id: int
    channel_id: int
    role_id: int | None
    language: str
    zone: str
    kinds: Sequence[EventKind]
    grace: timedelta
    since: datetime


def of_guild(connection: sqlite3.Connection, guild_id: int) -> Subscription | None:
    """What a server chose, or None where announcements are off."""
    row = connection.execute(
        "SELECT channel_id, role_id, language, zone, kinds, grace, since FROM subscription WHERE guild_id = ?",
        (guild_id,),
    ).fetchone()
    if row is None:
        return None
    channel, role, language, zone, kinds, grace, since = row
    return Subscription(
        guild_id=guild_id,
        channel_id=channel,
        role_id=role,
        language=language,
        zone=zone,
        kinds=[EventKind(kind) for kind in kinds.split(",") if kind],
        grace=timedelta(seconds=grace),
        since=datetime.fromisoformat(since),
    )


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE subscriptions SET revision = revision + 1")


def choose(connection: sqlite3.Connection, chosen: Subscription) -> None:
    """Record what a server chose, in the place of what it chose before.

    In the same channel nothing planned is lost; another channel starts anew.
    """
    before = of_guild(connection, chosen.guild_id)
    since = chosen.since
    _changed(connection)
    if before is not None and before.channel_id == chosen.channel_id:
        since = before.since
        connection.execute("DELETE FROM subscription WHERE guild_id = ?", (chosen.guild_id,))
    elif before is not None:
        end(connection, chosen.guild_id, chosen.since)
    connection.execute(
        "INSERT INTO subscription (guild_id, channel_id, role_id, language, zone, kinds, grace, since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chosen.guild_id,
            chosen.channel_id,
            chosen.role_id,
            chosen.language,
            chosen.zone,
            f",{','.join(chosen.kinds)},",
            int(chosen.grace.total_seconds()),
            stamp(since),
        ),
    )


def end(connection: sqlite3.Connection, guild_id: int, now: datetime) -> bool:
    """Turn a server's announcements off, and withdraw what was planned. Returns whether they were on."""
    _changed(connection)
    ended = connection.execute("DELETE FROM subscription WHERE guild_id = ?", (guild_id,)).rowcount > 0
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?, reason = 'off'"
        " WHERE guild_id = ? AND state IN ('planned', 'retrying')",
        (stamp(now), guild_id),
    )
    return ended


def zones(connection: sqlite3.Connection) -> list[str]:
    """Every time zone that some server chose."""
    return [zone for (zone,) in connection.execute("SELECT DISTINCT zone FROM subscription")]
