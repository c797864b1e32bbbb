"""Post actions: follow-ups on posted messages, all of them idempotent.

``publish`` passes a message on to the servers that follow its channel, ``thread`` opens a thread under it, or goes on
with an earlier one, ``lock`` locks that, ``amend`` edits the message to say that a date in it no longer holds, and
``count`` to say how many come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcements.schedule import DIGEST, Stage
from bot.store.connection import Connection
from bot.store.deliveries import OVERTAKES
from bot.store.reading import placeholders, stamp
from bot.store.shards import Shards, due

PUBLISH, THREAD, LOCK, AMEND, COUNT = "publish", "thread", "lock", "amend", "count"


@dataclass(frozen=True, slots=True)
class PostedStage:
    """A stage that a message announced. `correction_id`: the id of the message that corrects it, if any.

    `correction_thread_id`: of the thread which that stands in, if it does not stand in the channel itself.
    """

    event_id: int
    stage: Stage
    correction_id: int | None
    correction_thread_id: int | None


@dataclass(frozen=True, slots=True)
class EveningThread:
    """The thread of the evening that a message has. `own`: it is under the message itself, and not an earlier one.

    `coming`: it is still to be opened under that earlier one. `whole_subject`: it is that of a drama or an artist.
    """

    id: int
    own: bool
    coming: bool
    whole_subject: bool


@dataclass(frozen=True, slots=True)
class PostAction:
    """A claimed follow-up on a message. `nonce` is its delivery token, `told` what it announced.

    `thread_id`: of the thread that it stands in, if it does not stand in the channel itself. `notify`: members of the
    server are offered subject roles. `evening`: its thread, if that is one of the evening.
    """

    delivery_id: int
    kind: str
    since: datetime
    attempts: int
    guild_id: int
    channel_id: int
    thread_id: int | None
    message_id: int
    nonce: str
    language: str
    notify: bool
    digest: bool
    evening: EveningThread | None
    told: Sequence[PostedStage]


def claim(
    connection: Connection, now: datetime, lease: timedelta, limit: int, shards: Shards | None = None
) -> list[PostAction]:
    """Claim up to `limit` post actions that are due, of some shards' servers or of all.

    No one else can claim them until `lease` has passed.
    """
    claimed: list[tuple[int, str]] = connection.execute(
        "UPDATE post_action SET try_at = :leased, attempts = attempts + 1"
        f" WHERE (delivery_id, kind) IN ({due('post_action', shards)}) RETURNING delivery_id, kind",
        {"leased": stamp(now + lease), "now": stamp(now), "limit": limit},
    ).fetchall()
    ids = sorted({id_ for id_, _ in claimed})
    told: dict[int, list[PostedStage]] = {}
    for lead, event, stage, *correction in connection.execute(
        "SELECT coalesce(old.primary_id, old.id) AS lead, old.event_id, old.stage, later.message_id, later.thread_id"
        f" FROM delivery old LEFT JOIN delivery later ON later.id = (SELECT new.id FROM delivery new WHERE {OVERTAKES}"
        "  ORDER BY new.revision DESC, new.message_id DESC LIMIT 1)"
        f" WHERE old.id IN ({placeholders(ids)}) OR old.primary_id IN ({placeholders(ids)})"
        " ORDER BY old.primary_id IS NOT NULL, old.due_at, old.id",
        (*ids, *ids),
    ):
        told.setdefault(lead, []).append(PostedStage(event, Stage(stage), *correction))
    rows = connection.execute(
        "SELECT post_action.delivery_id, post_action.kind, since, post_action.attempts,"
        " d.guild_id, d.channel_id, d.thread_id, d.message_id, d.nonce,"
        " coalesce((SELECT language FROM subscription s WHERE s.channel_id = d.channel_id), 'en'),"
        " coalesce((SELECT notify FROM server WHERE server.guild_id = d.guild_id), 1), d.group_key,"
        " coalesce(founder.thread_id, founder.message_id), founder.id = d.id,"
        " EXISTS (SELECT 1 FROM post_action p WHERE p.delivery_id = founder.id AND p.kind = 'thread'),"
        " EXISTS (SELECT 1 FROM subject_thread t WHERE t.channel_id = d.channel_id AND t.delivery_id = founder.id)"
        " FROM post_action JOIN delivery d ON d.id = delivery_id LEFT JOIN delivery founder ON founder.id = d.thread_of"
        f" WHERE delivery_id IN ({placeholders(ids)}) ORDER BY delivery_id, kind",
        ids,
    )
    return [
        PostAction(
            *(id_, kind, datetime.fromisoformat(since), attempts, guild, channel, thread, message, nonce, language),
            notify=bool(notify),
            digest=group_key.startswith(DIGEST),
            evening=EveningThread(evening[0], *map(bool, evening[1:])) if evening[0] is not None else None,
            told=told[id_],
        )
        for id_, kind, since, attempts, guild, channel, thread, message, *rest in rows
        for nonce, language, notify, group_key, *evening in [rest]
        if (id_, kind) in claimed
    ]


def done(connection: Connection, action: PostAction, note: str | None = None) -> None:
    """Record that a post action is done, or cannot be done: then `note` may say why, as admins are told.

    If it was queued again meanwhile, which resets its attempts, it stays queued.
    """
    if action.kind == AMEND or note is not None:
        connection.execute(
            "UPDATE delivery SET reason = ?1 WHERE (id = ?2 OR primary_id = ?2) AND state = 'sent'",
            (note, action.delivery_id),
        )
    connection.execute(
        "DELETE FROM post_action WHERE delivery_id = ? AND kind = ? AND since = ? AND attempts = ?",
        (action.delivery_id, action.kind, stamp(action.since), action.attempts),
    )


def retry(connection: Connection, action: PostAction, at: datetime) -> None:
    """Schedule a retry of a post action at `at`."""
    connection.execute(
        "UPDATE post_action SET try_at = ? WHERE delivery_id = ? AND kind = ? AND since = ? AND attempts = ?",
        (stamp(at), action.delivery_id, action.kind, stamp(action.since), action.attempts),
    )
