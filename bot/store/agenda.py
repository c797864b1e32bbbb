"""When each server's own events are looked at next: those of one server are planned apart from all others.

So the clock asks one question, however many servers have plans, and a change in one of them costs the others nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.store.connection import Connection
from bot.store.reading import stamp

_AT_ONCE: Final = "0001-01-01T00:00:00Z"

NEXT = "SELECT min(plan_at) AS at FROM server WHERE plan_at IS NOT NULL AND left_at IS NULL"
"""SQL: when the next server is to be looked at."""


def begin(connection: Connection, guild_id: int) -> None:
    """Look at a server's own events at once, and from now on in time."""
    connection.execute(
        "INSERT INTO server (guild_id, plan_at) VALUES (?1, ?2) ON CONFLICT (guild_id) DO UPDATE SET plan_at = ?2",
        (guild_id, _AT_ONCE),
    )


def look_again(connection: Connection, guild_id: int) -> None:
    """Look at a server's own events at once, if it has any."""
    connection.execute("UPDATE server SET plan_at = ? WHERE guild_id = ? AND plan_at IS NOT NULL", (_AT_ONCE, guild_id))


def look_at_all(connection: Connection) -> list[int]:
    """Look at the own events of all servers at once; returns those that have any."""
    rows = connection.execute(
        "UPDATE server SET plan_at = ? WHERE plan_at IS NOT NULL RETURNING guild_id", (_AT_ONCE,)
    ).fetchall()
    return [guild_id for (guild_id,) in rows]


def due(connection: Connection, now: datetime, most: int) -> list[int]:
    """Up to `most` servers whose own events are to be looked at now; none that the bot has left."""
    rows = connection.execute(
        "SELECT guild_id FROM server WHERE plan_at <= ? AND left_at IS NULL ORDER BY plan_at, guild_id LIMIT ?",
        (stamp(now), most),
    )
    return [guild_id for (guild_id,) in rows]


def is_due(connection: Connection, guild_id: int, now: datetime) -> bool:
    """Whether nobody has looked at a server's own events since they were due."""
    found = connection.execute(
        "SELECT 1 FROM server WHERE guild_id = ? AND plan_at <= ? AND left_at IS NULL", (guild_id, stamp(now))
    )
    return found.fetchone() is not None


def put_off(connection: Connection, guild_id: int, until: datetime) -> None:
    """Look at a server's own events at `until`; never again if it has none any more."""
    connection.execute(
        "UPDATE server SET plan_at = CASE WHEN EXISTS (SELECT 1 FROM entity WHERE entity.guild_id = server.guild_id)"
        " THEN ? END WHERE guild_id = ?",
        (stamp(until), guild_id),
    )
