"""Post actions: follow-ups on posted messages, all of them idempotent.

``publish`` passes a message on to the servers that follow its channel, ``thread`` opens a thread under it, and
``amend`` edits it to say that a date in it no longer holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcements.schedule import DIGEST, Stage
from bot.store.deliveries import OVERTAKES
from bot.store.reading import placeholders, stamp

PUBLISH, THREAD, AMEND = "publish", "thread", "amend"


@dataclass(frozen=True, slots=True)
class PostedStage:
    """A stage that a message announced. `correction_id`: the id of the message that corrects it, if any."""

    event_id: int
    stage: Stage
    correction_id: int | None


@dataclass(frozen=True, slots=True)
class PostAction:
    """A claimed follow-up on a message. `nonce` is its delivery token, `told` what it announced."""

    delivery_id: int
    kind: str
    since: datetime
    attempts: int
    guild_id: int
    channel_id: int
    message_id: int
    nonce: str
    language: str
    digest: bool
    told: Sequence[PostedStage]


def claim(connection: sqlite3.Connection, now: datetime, lease: timedelta, limit: int) -> list[PostAction]:
    """Claim up to `limit` post actions that are due; no one else can claim them until `lease` has passed."""
    claimed: list[tuple[int, str]] = connection.execute(
        "UPDATE post_action SET try_at = ?, attempts = attempts + 1 WHERE (delivery_id, kind) IN"
        " (SELECT delivery_id, kind FROM post_action WHERE try_at <= ? ORDER BY try_at LIMIT ?)"
        " RETURNING delivery_id, kind",
        (stamp(now + lease), stamp(now), limit),
    ).fetchall()
    ids = sorted({id_ for id_, _ in claimed})
    told: dict[int, list[PostedStage]] = {}
    for lead, event, stage, correction in connection.execute(
        "SELECT coalesce(old.primary_id, old.id) AS lead, old.event_id, old.stage,"
        f" (SELECT new.message_id FROM delivery new WHERE {OVERTAKES}"
        "   ORDER BY new.revision DESC, new.message_id DESC LIMIT 1)"
        f" FROM delivery old WHERE old.id IN ({placeholders(ids)}) OR old.primary_id IN ({placeholders(ids)})"
        " ORDER BY old.id <> lead, old.due_at, old.id",
        (*ids, *ids),
    ):
        told.setdefault(lead, []).append(PostedStage(event, Stage(stage), correction))
    rows = connection.execute(
        "SELECT post_action.delivery_id, post_action.kind, since, post_action.attempts,"
        " d.guild_id, d.channel_id, d.message_id, d.nonce,"
        " coalesce((SELECT language FROM subscription s WHERE s.channel_id = d.channel_id), 'en'), d.group_key"
        " FROM post_action JOIN delivery d ON d.id = delivery_id"
        f" WHERE delivery_id IN ({placeholders(ids)}) ORDER BY delivery_id, kind",
        ids,
    )
    return [
        PostAction(
            *(id_, kind, datetime.fromisoformat(since), attempts, guild, channel, message, nonce, language),
            digest=group_key.startswith(DIGEST),
            told=told[id_],
        )
        for id_, kind, since, attempts, guild, channel, message, nonce, language, group_key in rows
        if (id_, kind) in claimed
    ]


def done(connection: sqlite3.Connection, action: PostAction) -> None:
    """Record that a post action is done, or cannot be done.

    If it was queued again meanwhile, which resets its attempts, it stays queued.
    """
    connection.execute(
        "DELETE FROM post_action WHERE delivery_id = ? AND kind = ? AND since = ? AND attempts = ?",
        (action.delivery_id, action.kind, stamp(action.since), action.attempts),
    )


def retry(connection: sqlite3.Connection, action: PostAction, at: datetime) -> None:
    """Schedule a retry of a post action at `at`."""
    connection.execute(
        "UPDATE post_action SET try_at = ? WHERE delivery_id = ? AND kind = ? AND since = ? AND attempts = ?",
        (stamp(at), action.delivery_id, action.kind, stamp(action.since), action.attempts),
    )
