"""Threads of the evening: under whose message a post has its thread, and until when that is open.

The thread under a message has the message's id, and a forum's post that of its first message
(https://discord.com/developers/docs/topics/threads). So it is known which thread it will be before it is there: a post
that *founds* one is recorded with it, and whatever is interrupted goes on with the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from bot.announcements.subscription import Threads
from bot.store import deliveries, post_actions
from bot.store.connection import Connection
from bot.store.post_actions import LOCK, THREAD, PostAction
from bot.store.reading import stamp


def sent(
    connection: Connection,
    delivery: int,
    message_id: int,
    now: datetime,
    todo: Sequence[str],
    thread_id: int | None,
    threads: Threads,
) -> None:
    """Record that a message was posted that has a thread of the evening (see `bot.store.deliveries.sent`).

    A forum's post is its own thread, and open from now on.
    """
    deliveries.sent(connection, delivery, message_id, now, todo, thread_id)
    founder = _join(connection, delivery) if threads is Threads.SUBJECT else delivery
    connection.execute("UPDATE delivery SET thread_of = ? WHERE id = ?", (founder, delivery))
    # It is open for longer now.
    connection.execute(
        "DELETE FROM post_action WHERE kind = ? AND delivery_id IN (SELECT id FROM delivery WHERE thread_of = ?)",
        (LOCK, founder),
    )
    if THREAD not in todo:
        _lock_later(connection, delivery, now)


def _join(connection: Connection, delivery: int) -> int:
    """The delivery that founded the thread of what a message is about: the message's own if none did before."""
    key = _subject(connection, delivery)
    if key is None:
        return delivery
    connection.execute(
        "INSERT INTO subject_thread (channel_id, entity_id, guild_id, delivery_id)"
        " SELECT ?, ?, guild_id, id FROM delivery WHERE id = ? ON CONFLICT DO NOTHING",
        (*key, delivery),
    )
    (founder,) = connection.execute(f"SELECT delivery_id FROM subject_thread WHERE {_OF_SUBJECT}", key).fetchone()
    return founder


_OF_SUBJECT = "channel_id = ? AND entity_id = ?"


def _subject(connection: Connection, delivery: int) -> tuple[int, int] | None:
    """The channel and the drama or artist of a message. None for what is a server's own: that shares no thread.

    Nor does what is about an entity that is gone since the message was planned; one that was merged is what it is now.
    """
    channel_id, group_key, own = connection.execute(
        "SELECT d.channel_id, d.group_key, event.guild_id IS NOT NULL"
        " FROM delivery d JOIN event ON event.id = d.event_id WHERE d.id = ?",
        (delivery,),
    ).fetchone()
    theme = group_key.partition(":")[0]  # see `bot.announcements.schedule.Due.group_key`
    if own or not theme.isdecimal():
        return None
    row = connection.execute(
        "SELECT coalesce(merged.entity_id, entity.id) FROM entity LEFT JOIN merged ON gone_id = entity.id"
        " WHERE entity.id = ?",
        (int(theme),),
    ).fetchone()
    return (channel_id, row[0]) if row else None


def standing(connection: Connection, delivery: int) -> int | None:
    """The thread in which people talk already about the drama or artist that a message is about; None if there is none.

    It may have been deleted since.
    """
    key = _subject(connection, delivery)
    row = (
        key
        and connection.execute(
            "SELECT coalesce(thread_id, message_id) FROM delivery WHERE state = 'sent'"
            f" AND id = (SELECT delivery_id FROM subject_thread WHERE {_OF_SUBJECT})",
            key,
        ).fetchone()
    )
    return row[0] if row else None


class Join(Enum):
    """Where the first message of a thread in a forum is: a post begins one, or goes on with another's."""

    FOUNDS = "founds"
    FOLLOWS = "follows"
    WAITS = "waits"
    """Another post is about to begin it."""


def join(connection: Connection, delivery: int) -> tuple[Join, int | None]:
    """Decide, before a message is posted in a forum, in which thread it is to stand, and note that.

    Returns also the id of that thread, if it is there already.
    """
    founder = _join(connection, delivery)
    state, thread_id = connection.execute("SELECT state, thread_id FROM delivery WHERE id = ?", (founder,)).fetchone()
    if founder != delivery and (state != "sent" or thread_id is None):
        if state in ("sending", "retrying"):
            return Join.WAITS, None
        # It never came to be.
        connection.execute(
            "UPDATE subject_thread SET delivery_id = ? WHERE delivery_id = ?",
            (delivery, founder),
        )
        founder = delivery
    connection.execute("UPDATE delivery SET thread_of = ? WHERE id = ?", (founder, delivery))
    return (Join.FOUNDS, None) if founder == delivery else (Join.FOLLOWS, thread_id)


def opened(connection: Connection, action: PostAction, now: datetime) -> None:
    """Record that the thread of a post is open, and when it is to be locked."""
    post_actions.done(connection, action)
    _lock_later(connection, action.delivery_id, now)


def unopened(connection: Connection, action: PostAction, note: str | None = None) -> None:
    """Record that the thread of a post could not be opened, and why, as admins are told: the next post founds one."""
    post_actions.done(connection, action, note)
    connection.execute("DELETE FROM subject_thread WHERE delivery_id = ?", (action.delivery_id,))


def _lock_later(connection: Connection, delivery: int, now: datetime) -> None:
    row = connection.execute(
        "SELECT lock_after, d.guild_id FROM delivery d JOIN subscription s ON s.channel_id = d.channel_id"
        " WHERE d.id = ? AND lock_after > 0",
        (delivery,),
    ).fetchone()
    if row is not None:
        lock_after, guild_id = row
        at = stamp(now + timedelta(seconds=lock_after))
        connection.execute(
            "INSERT INTO post_action (delivery_id, kind, since, try_at, guild_id) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (delivery_id, kind) DO UPDATE SET since = excluded.since, try_at = excluded.try_at,"
            "  attempts = 0",
            (delivery, LOCK, at, at, guild_id),
        )


def merge(connection: Connection, source: int, target: int) -> None:
    """Let an entity go on with the threads of another one that is merged into it, but where it has one itself.

    That is not undone: people talk there about what was one for a while.
    """
    connection.execute(
        "UPDATE subject_thread SET entity_id = ?1 WHERE entity_id = ?2"
        " AND channel_id NOT IN (SELECT channel_id FROM subject_thread WHERE entity_id = ?1)",
        (target, source),
    )
    connection.execute("DELETE FROM subject_thread WHERE entity_id = ?", (source,))


def found_anew(connection: Connection, delivery: int) -> bool:
    """Record that the thread that a post was to go on with is gone: the post founds the next one.

    Returns whether it does: another post may have done so meanwhile.
    """
    connection.execute(
        "UPDATE subject_thread SET delivery_id = ? WHERE delivery_id = (SELECT thread_of FROM delivery WHERE id = ?)",
        (delivery, delivery),
    )
    founder = _join(connection, delivery)
    connection.execute("UPDATE delivery SET thread_of = ? WHERE id = ?", (founder, delivery))
    return founder == delivery
