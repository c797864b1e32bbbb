"""What servers follow: works, people and groups. A channel can be limited to these, or to a list of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.catalogue.model import ANNIVERSARIES, Label, Ref
from bot.store.connection import Connection
from bot.store.reading import entity_id, labels, placeholders
from bot.store.subscriptions import changed, of_channel, remember, update_subscription

MAX_FOLLOWS = 50
"""The most entities that a server or a channel may follow: beyond this, it means everything and nobody reads it."""


IS_ANNIVERSARY = f"event.kind IN ({', '.join(map(repr, map(str, ANNIVERSARIES)))})"
"""SQL: whether an event is an anniversary."""


def current_groups(entity: str) -> str:
    """SQL: the groups of a person, without those that they left; `entity` is an SQL expression."""
    return (
        f"SELECT group_id FROM membership WHERE membership.entity_id = {entity}"
        " GROUP BY group_id HAVING max(until) IS NULL"
    )


CONCERNS = (
    "follow.entity_id = event.entity_id"
    " OR follow.entity_id IN (SELECT work_id FROM ost WHERE ost.entity_id = event.entity_id)"
    " OR follow.entity_id IN (SELECT artist_id FROM performer WHERE performer.entity_id = event.entity_id)"
    " OR event.kind <> 'premiere_anniversary'"
    "  AND follow.entity_id IN (SELECT person_id FROM credit WHERE credit.entity_id = event.entity_id)"
    f" OR follow.entity_id IN ({current_groups('event.entity_id')})"
    " OR follow.entity_id IN (SELECT group_id FROM membership WHERE membership.entity_id IN"
    "  (SELECT artist_id FROM performer WHERE performer.entity_id = event.entity_id))"
    " OR follow.entity_id IN (SELECT coalesce(merged.entity_id, about_id) FROM occasion"
    "  LEFT JOIN merged ON gone_id = about_id WHERE occasion.entity_id = event.entity_id)"
    " OR follow.entity_id IN (SELECT group_id FROM occasion LEFT JOIN merged ON gone_id = about_id"
    "  JOIN membership ON membership.entity_id = coalesce(merged.entity_id, about_id)"
    "  WHERE occasion.entity_id = event.entity_id)"
)
"""SQL: whether a followed entity concerns an event: it is its subject, or its drama, performer, actor or group; or what
a server's own is about, or that one's group. The anniversary of a premiere concerns those who follow the drama, but not
its actors."""

_LIST = "SELECT entity_id FROM channel_follow WHERE channel_id = s.channel_id"

FOLLOWED = (
    f"EXISTS (SELECT 1 FROM ({_LIST} UNION ALL SELECT entity_id FROM follow WHERE guild_id = s.guild_id"
    f" AND NOT EXISTS ({_LIST})) AS follow WHERE {CONCERNS})"
)
"""SQL: whether an event concerns what the channel of a subscription `s` follows: its own list if it has one, else the
server's."""

TOLD = f"(s.followed_only = 0 AND NOT {IS_ANNIVERSARY} OR {FOLLOWED})"
"""SQL: whether a subscription `s` is told of an event of the catalogue, as far as it goes by what is followed.

Anniversaries are those of what is followed in any case: each day has hundreds."""

TOLD_OF_OWN = (
    f"(s.followed_only = 0 OR NOT EXISTS ({_LIST}) OR NOT EXISTS (SELECT 1 FROM occasion"
    f" WHERE occasion.entity_id = event.entity_id AND about_id IS NOT NULL) OR {FOLLOWED})"
)
"""SQL: the same of an event of the server's own, which counts as followed, unless it is about something else than what
a channel has on a list of its own."""


def add(connection: Connection, guild_id: int, ref: Ref) -> bool:
    """Follow an entity. Returns False if the server already follows `MAX_FOLLOWS`, or the entity is gone.

    Its channels' settings stay as they are: an admin chooses to limit them (`subscriptions.only_followed`).
    """
    id_ = entity_id(connection, ref)
    if id_ is None or _count(connection, guild_id) >= MAX_FOLLOWS:
        return False
    remember(connection, guild_id)
    connection.execute("INSERT INTO follow VALUES (?, ?) ON CONFLICT DO NOTHING", (guild_id, id_))
    changed(connection)
    return True


def remove(connection: Connection, guild_id: int, ref: Ref) -> bool:
    """Stop following an entity. Returns whether it was followed."""
    removed = connection.execute(
        "DELETE FROM follow WHERE guild_id = ? AND entity_id = ?", (guild_id, entity_id(connection, ref))
    ).rowcount
    changed(connection)
    return removed > 0


def _count(connection: Connection, guild_id: int) -> int:
    (count,) = connection.execute("SELECT count(*) FROM follow WHERE guild_id = ?", (guild_id,)).fetchone()
    return count


def of_guild(connection: Connection, guild_id: int) -> list[Label]:
    """What a server follows."""
    rows = connection.execute("SELECT entity_id FROM follow WHERE guild_id = ? ORDER BY entity_id", (guild_id,))
    ids = [id_ for (id_,) in rows]
    known = labels(connection, ids)
    return [known[id_] for id_ in ids]


def told(connection: Connection, guild_id: int, event_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which channels of a server are told of which events, as far as they go by what is followed: pairs of ids."""
    rows = connection.execute(
        "SELECT s.channel_id, event.id FROM subscription s CROSS JOIN event"
        f" WHERE s.guild_id = ? AND event.id IN ({placeholders(event_ids)})"
        f" AND CASE WHEN event.guild_id IS NULL THEN {TOLD} ELSE {TOLD_OF_OWN} END",
        (guild_id, *event_ids),
    )
    return {(channel, event) for channel, event in rows}


def told_of(connection: Connection, guild_id: int, about: Ref) -> set[int]:
    """Which channels of a server are told of an event of its own that is about something, as `TOLD_OF_OWN` has it."""
    id_ = entity_id(connection, about)
    rows = connection.execute(
        f"SELECT channel_id FROM subscription s WHERE guild_id = ? AND (s.followed_only = 0 OR NOT EXISTS ({_LIST})"
        f" OR EXISTS (SELECT 1 FROM ({_LIST}) AS follow"
        "  WHERE entity_id = ? OR entity_id IN (SELECT group_id FROM membership WHERE membership.entity_id = ?)))",
        (guild_id, id_, id_),
    )
    return {channel_id for (channel_id,) in rows}


def add_to_channel(connection: Connection, guild_id: int, channel_id: int, ref: Ref, now: datetime) -> bool:
    """Put an entity on a channel's own list, and limit the channel to that list.

    Returns False if there are `MAX_FOLLOWS` on it, or the entity or the subscription is gone.
    """
    id_, count = entity_id(connection, ref), len(_of_channel(connection, channel_id))
    if id_ is None or count >= MAX_FOLLOWS or of_channel(connection, guild_id, channel_id) is None:
        return False
    connection.execute("INSERT INTO channel_follow VALUES (?, ?) ON CONFLICT DO NOTHING", (channel_id, id_))
    update_subscription(connection, guild_id, channel_id, lambda one: replace(one, followed_only=True), now)
    return True


def remove_from_channel(
    connection: Connection, guild_id: int, channel_id: int, refs: Collection[Ref], now: datetime
) -> bool:
    """Take entities off a channel's own list. Without a list of its own, it goes by the server's again.

    Returns whether any was on it.
    """
    if of_channel(connection, guild_id, channel_id) is None:
        return False
    ids = [entity_id(connection, ref) for ref in refs]
    removed = connection.execute(
        f"DELETE FROM channel_follow WHERE channel_id = ? AND entity_id IN ({placeholders(ids)})", (channel_id, *ids)
    ).rowcount
    update_subscription(connection, guild_id, channel_id, lambda one: one, now)
    return removed > 0


def _of_channel(connection: Connection, channel_id: int) -> list[int]:
    rows = connection.execute("SELECT entity_id FROM channel_follow WHERE channel_id = ?", (channel_id,))
    return [id_ for (id_,) in rows]


def lists(connection: Connection, guild_id: int) -> dict[int, list[Label]]:
    """What the channels of a server follow that have lists of their own, by channel."""
    rows = connection.execute(
        "SELECT s.channel_id, entity_id FROM subscription s JOIN channel_follow c ON c.channel_id = s.channel_id"
        " WHERE s.guild_id = ? ORDER BY s.id, entity_id",
        (guild_id,),
    ).fetchall()
    known = labels(connection, {entity for _, entity in rows})
    found: dict[int, list[Label]] = {}
    for channel, entity in rows:
        found.setdefault(channel, []).append(known[entity])
    return found
