"""Outcomes of announcements, for reports to admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.announcements.outcome import DeliveryStatus
from bot.announcements.schedule import Stage
from bot.store.connection import Connection
from bot.store.reading import placeholders

_COLUMNS = "event_id, stage, guild_id, channel_id, state, message_id, reason, due_at, send_at, thread_id"


def of_events(connection: Connection, guild_id: int, ids: Sequence[int]) -> dict[tuple[int, int], DeliveryStatus]:
    """The latest outcome or plan of each event in a server, by event id and channel id."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM delivery WHERE guild_id = ? AND event_id IN ({placeholders(ids)})"
        " AND state <> 'withdrawn'"
        " ORDER BY revision, due_at, id",
        (guild_id, *ids),
    )
    found = [_read(*row) for row in rows]
    return {(one.event_id, one.channel_id): one for one in found}


def lately(connection: Connection, guild_id: int, limit: int) -> list[DeliveryStatus]:
    """The outcomes of a server's last `limit` deliveries, latest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM delivery WHERE guild_id = ? AND state NOT IN ('planned', 'withdrawn')"
        " ORDER BY due_at DESC, id DESC LIMIT ?",
        (guild_id, limit),
    )
    return [_read(*row) for row in rows]


def _read(
    event: int,
    stage: str,
    guild: int,
    channel: int,
    state: str,
    message: int | None,
    reason: str | None,
    due_at: str,
    send_at: str,
    thread: int | None,
) -> DeliveryStatus:
    due, send = map(datetime.fromisoformat, (due_at, send_at))
    return DeliveryStatus(event, Stage(stage), guild, channel, state, message, reason, due, send, thread)
