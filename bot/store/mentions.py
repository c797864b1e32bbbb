"""Mentions: which roles a channel's posts mention besides its own, and of what. They go with its subscription."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from bot.announcements.mention import MAX_MENTIONS, Mention
from bot.catalogue.model import EventKind, Ref
from bot.store.connection import Connection
from bot.store.follows import CONCERNS
from bot.store.reading import entity_id, labels, placeholders
from bot.store.subscriptions import kinds_of, listed, of_channel, wants


class Verdict(Enum):
    """What became of a mention. OFF: nothing is announced there. FULL: `MAX_MENTIONS` are there. GONE: the subject."""

    ADDED = "added"
    OFF = "off"
    FULL = "full"
    GONE = "gone"


def add(
    connection: Connection,
    guild_id: int,
    channel_id: int,
    role_id: int,
    kinds: Collection[EventKind],
    ref: Ref | None = None,
) -> Verdict:
    """Let a channel's posts about some kinds of events mention a role; with `ref`, only those that concern it.

    What is there already stays as it is.
    """
    if of_channel(connection, guild_id, channel_id) is None:
        return Verdict.OFF
    subject = entity_id(connection, ref) if ref is not None else None
    if ref is not None and subject is None:
        return Verdict.GONE
    # In one order, whatever order they were chosen in.
    row = (channel_id, role_id, listed(sorted(kinds)), subject)
    there = connection.execute("SELECT role_id, kinds, entity_id FROM mention WHERE channel_id = ?", row[:1]).fetchall()
    if row[1:] in there:
        return Verdict.ADDED
    if len(there) >= MAX_MENTIONS:
        return Verdict.FULL
    connection.execute("INSERT INTO mention (channel_id, role_id, kinds, entity_id) VALUES (?, ?, ?, ?)", row)
    return Verdict.ADDED


def remove(connection: Connection, guild_id: int, ids: Collection[int]) -> int:
    """Remove some mentions of a server. Returns how many were there."""
    return connection.execute(
        f"DELETE FROM mention WHERE id IN ({placeholders(ids)})"
        " AND channel_id IN (SELECT channel_id FROM subscription WHERE guild_id = ?)",
        (*ids, guild_id),
    ).rowcount


def of_guild(connection: Connection, guild_id: int) -> list[Mention]:
    """The mentions of a server, oldest first."""
    rows = connection.execute(
        "SELECT mention.id, mention.channel_id, mention.role_id, mention.kinds, entity_id FROM mention"
        " JOIN subscription s ON s.channel_id = mention.channel_id WHERE s.guild_id = ? ORDER BY mention.id",
        (guild_id,),
    ).fetchall()
    known = labels(connection, {row[-1] for row in rows} - {None})
    return [
        Mention(id_, channel, role, kinds_of(kinds), known.get(subject)) for id_, channel, role, kinds, subject in rows
    ]


def matching(connection: Connection, guild_id: int, events: Collection[int]) -> dict[tuple[int, int], list[int]]:
    """The roles that posts about some events mention, by channel of a server and event."""
    rows = connection.execute(
        # The alias lets `CONCERNS` say of a mention's subject what it says of a followed one.
        "SELECT s.channel_id, event.id, follow.role_id FROM subscription s"
        " JOIN mention follow ON follow.channel_id = s.channel_id CROSS JOIN event"
        f" WHERE s.guild_id = ? AND event.id IN ({placeholders(events)}) AND {wants('event.kind', 'follow')}"
        f" AND (follow.entity_id IS NULL OR {CONCERNS}) ORDER BY s.channel_id, event.id, follow.id",
        (guild_id, *events),
    )
    found: dict[tuple[int, int], list[int]] = {}
    for channel, event, role in rows:
        found.setdefault((channel, event), []).append(role)
    return found
