"""What servers follow: works, people and groups. A channel can be limited to these."""

from __future__ import annotations

from collections.abc import Collection

from bot.catalogue.model import ANNIVERSARIES, Label, Ref
from bot.store.connection import Connection
from bot.store.reading import entity_id, labels, placeholders
from bot.store.subscriptions import changed, remember

MAX_FOLLOWS = 50
"""The most entities that a server may follow: beyond this, the list means everything and nobody reads it."""


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
    " OR follow.entity_id IN (SELECT group_id FROM occasion JOIN membership ON membership.entity_id = about_id"
    "  WHERE occasion.entity_id = event.entity_id)"
)
"""SQL: whether a followed entity concerns an event: it is its subject, or its drama, performer, actor or group; or what
a server's own is about, or that one's group. The anniversary of a premiere concerns those who follow the drama, but not
its actors."""


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


def concerned(connection: Connection, guild_id: int, event_ids: Collection[int]) -> set[int]:
    """The ids of those events that concern what a server follows."""
    rows = connection.execute(
        f"SELECT event.id FROM event WHERE event.id IN ({placeholders(event_ids)})"
        f" AND EXISTS (SELECT 1 FROM follow WHERE guild_id = ? AND ({CONCERNS}))",
        (*event_ids, guild_id),
    )
    return {id_ for (id_,) in rows}
