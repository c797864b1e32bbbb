"""The outbox of announcements: one row per stage, revision of an event, and channel.

Rows that share a message follow the first of them, their *primary*: it alone is claimed, sent and settled, and the
others share its outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcements.outcome import GONE, NO_TAG, REFUSED, TOO_MANY_THREADS
from bot.announcements.schedule import CORRECTIONS, DIGEST, Stage
from bot.announcements.subscription import Threads
from bot.catalogue.when import Precision, When
from bot.store import agenda
from bot.store.connection import Connection
from bot.store.reading import instant, numbers, placeholders, stamp, text
from bot.store.shards import Shards, due, next_try


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a message: a stage of a revision of an event."""

    id: int
    event_id: int
    revision: int
    stage: Stage
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message with its parts: at least one, the first with the delivery's own id.

    `nonce` is the delivery token. `possibly_sent_since`: since when the message may exist without a record of it; None
    if it is not in doubt. `language` is None if the channel has no subscription any more. `reason`: why the last try
    failed, if there was one. `expected`: the channel hears of dates that are only expected. `thread_id`: of the forum's
    post that it was to stand in, if that is an earlier one.
    """

    id: int
    guild_id: int
    channel_id: int
    send_at: datetime
    nonce: str
    attempts: int
    possibly_sent_since: datetime | None
    role_id: int | None
    language: str | None
    zone: str
    threads: Threads
    tags: Sequence[int]
    digest: bool
    reason: str | None
    thread_id: int | None
    parts: Sequence[Part]
    expected: bool = False


HELD = f"(reason IN ('{GONE}', '{NO_TAG}', '{TOO_MANY_THREADS}') OR reason LIKE '{REFUSED}%')"
"""SQL: whether a delivery waits for its channel, as `bot.announcements.outcome.is_held` says."""

AWAY = "away"
"""The reason of what waits for a server that Discord has not told of yet, or lost in an outage."""


def expire(connection: Connection, now: datetime) -> int:
    """Record due deliveries as missed if they are past their grace and not in doubt. Returns how many.

    A message with several parts is left to its sender: some of them may still be in time.
    """
    return connection.execute(
        "UPDATE delivery SET state = 'missed', try_at = NULL, settled_at = ?1,"
        f" reason = CASE WHEN {HELD} OR reason = '{AWAY}' THEN reason ELSE 'late' END"
        " WHERE try_at <= ?1 AND state IN ('planned', 'retrying') AND possibly_sent_since IS NULL AND expires_at < ?1"
        " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.primary_id = delivery.id)",
        (stamp(now),),
    ).rowcount


def claim(
    connection: Connection, now: datetime, owner: str, lease: timedelta, limit: int, shards: Shards | None = None
) -> list[Delivery]:
    """Claim up to `limit` deliveries that are due, or whose lease has expired; of some shards' servers, or of all.

    No one else can claim them until `lease` has passed. Deliveries with the same group key are claimed as one message.
    If a request of an earlier claimant may have reached Discord, the delivery has been in doubt since then.
    """
    claimed = [
        id_
        for (id_,) in connection.execute(
            "UPDATE delivery SET state = 'sending', claimed_by = :owner, try_at = :leased, attempts = attempts + 1"
            f" WHERE id IN ({due('delivery', shards)}) RETURNING id",
            {"owner": owner, "leased": stamp(now + lease), "now": stamp(now), "limit": limit},
        ).fetchall()
    ]
    _join(connection, claimed, now)
    parts: dict[int, list[Part]] = {}
    for lead, id_, event, revision, stage, *times in connection.execute(
        "SELECT coalesce(primary_id, id) AS lead, id, event_id, revision, stage, due_at, expires_at FROM delivery"
        f" WHERE id IN ({placeholders(claimed)}) OR primary_id IN ({placeholders(claimed)})"
        " ORDER BY lead, primary_id IS NOT NULL, due_at, id",
        (*claimed, *claimed),
    ):
        part = Part(id_, event, revision, Stage(stage), *map(datetime.fromisoformat, times))
        parts.setdefault(lead, []).append(part)
    rows = connection.execute(
        "SELECT d.id, d.guild_id, d.channel_id, d.send_at, d.nonce, d.attempts, d.possibly_sent_since,"
        " s.role_id, s.language,"
        " coalesce(s.zone, 'UTC'),"
        " coalesce(s.threads, 0), coalesce(s.tags, ''), d.group_key, d.reason,"
        " (SELECT thread_id FROM delivery founder WHERE founder.id = d.thread_of AND founder.id <> d.id),"
        " coalesce(s.expected, 0)"
        " FROM delivery d LEFT JOIN subscription s ON s.channel_id = d.channel_id AND s.guild_id = d.guild_id"
        f" WHERE d.id IN ({placeholders(claimed)}) AND d.primary_id IS NULL ORDER BY d.due_at, d.id",
        claimed,
    )
    return [
        Delivery(
            *(id_, guild, channel, datetime.fromisoformat(send_at), nonce, attempts, instant(doubt)),
            *(role, language, zone),
            threads=Threads(threads),
            tags=numbers(tags),
            digest=group_key.startswith(DIGEST),
            reason=reason,
            thread_id=thread_id,
            parts=parts[id_],
            expected=bool(expected),
        )
        for id_, guild, channel, send_at, nonce, attempts, doubt, *rest in rows
        for role, language, zone, threads, tags, group_key, reason, thread_id, expected in [rest]
    ]


def _join(connection: Connection, claimed: Collection[int], now: datetime) -> None:
    """Give claimed deliveries with the same group key one primary, together with others of that key that are due."""
    # A message that may be posted already stays as it was: nothing can be added to it.
    fresh = "primary_id IS NULL AND possibly_sent_since IS NULL"
    groups = connection.execute(
        f"SELECT min(id), channel_id, group_key FROM delivery WHERE id IN ({placeholders(claimed)}) AND group_key <> ''"
        f" AND {fresh} GROUP BY channel_id, group_key",
        tuple(claimed),
    ).fetchall()
    for lead, channel, group_key in groups:
        connection.execute(
            "UPDATE delivery SET primary_id = ?, state = 'sending', try_at = NULL"
            f" WHERE channel_id = ? AND group_key = ? AND group_key <> '' AND id <> ? AND {fresh}"
            f" AND (state = 'planned' AND try_at <= ? OR id IN ({placeholders(claimed)}))"
            " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.primary_id = delivery.id)",
            (lead, channel, group_key, lead, stamp(now), *claimed),
        )


def begin(connection: Connection, delivery: int, owner: str, now: datetime) -> bool:
    """Record that a request is about to leave: its message may exist from now on. False if the claim was lost."""
    return (
        connection.execute(
            "UPDATE delivery SET possibly_sent_since = coalesce(possibly_sent_since, ?) WHERE id = ? AND claimed_by = ?"
            " AND state = 'sending'",
            (stamp(now), delivery, owner),
        ).rowcount
        > 0
    )


def sent(
    connection: Connection,
    delivery: int,
    message_id: int,
    now: datetime,
    post_actions: Sequence[str] = (),
    thread_id: int | None = None,
) -> None:
    """Record that a message was posted, and queue its post actions (see `bot.store.post_actions`).

    `thread_id`: the thread that it stands in, if it does not stand in the channel itself.

    The channel no longer counts as refusing. If the message corrects others, or was corrected itself, edits are queued
    too.
    """
    parts = connection.execute(
        "UPDATE delivery SET state = 'sent', try_at = NULL, possibly_sent_since = NULL, message_id = ?1,"
        " thread_id = ?4, settled_at = ?2,"
        " reason = NULL WHERE id = ?3 OR primary_id = ?3 RETURNING id, stage",
        (message_id, stamp(now), delivery, thread_id),
    ).fetchall()
    connection.executemany(
        "INSERT INTO post_action (delivery_id, kind, since, try_at, guild_id)"
        " SELECT id, ?2, ?3, ?3, guild_id FROM delivery WHERE id = ?1 ON CONFLICT DO NOTHING",
        [(delivery, kind, stamp(now)) for kind in post_actions],
    )
    for (channel_id,) in connection.execute(
        "UPDATE subscription SET paused_at = NULL WHERE paused_at IS NOT NULL"
        " AND channel_id = (SELECT channel_id FROM delivery WHERE id = ?) RETURNING channel_id",
        (delivery,),
    ).fetchall():
        wake(connection, channel_id, now)
        connection.execute("UPDATE subscriptions SET revision = revision + 1")
    overtaken = _overtaken(connection, delivery)
    for id_, stage in parts:
        if overtaken or stage in CORRECTIONS:
            _amend(connection, id_, now)


OVERTAKES = (
    "new.event_id = old.event_id AND new.channel_id = old.channel_id AND new.state = 'sent'"
    " AND (new.stage = 'moved' AND new.revision > old.revision AND new.day <> old.day"
    "  OR new.stage = 'cancelled' AND (new.revision > old.revision"
    "   OR new.revision = old.revision AND new.message_id > old.message_id))"
)
"""SQL: whether the delivery `new` corrects what `old` announced."""


def _amend(connection: Connection, part: int, now: datetime) -> None:
    """Queue edits of messages whose date no longer holds: those that a part corrects, or its own.

    Its own, since it may be found in the channel only after its correction was posted.
    """
    connection.execute(
        "INSERT INTO post_action (delivery_id, kind, since, try_at, guild_id)"
        " SELECT DISTINCT coalesce(old.primary_id, old.id), 'amend', ?1, ?1, old.guild_id"
        " FROM delivery part JOIN delivery old"
        "  ON old.event_id = part.event_id AND old.channel_id = part.channel_id"
        f" JOIN delivery new ON {OVERTAKES}"
        " WHERE part.id = ?2 AND ?2 IN (old.id, new.id) AND old.state = 'sent'"
        " ON CONFLICT (delivery_id, kind) DO UPDATE SET since = excluded.since, try_at = excluded.try_at, attempts = 0",
        (stamp(now), part),
    )


def _overtaken(connection: Connection, delivery: int) -> bool:
    """Whether an event of a message has changed since it was planned; if so, everything is planned again.

    What has to be corrected, and what is not announced yet, is known only once the message's outcome is.
    """
    changed = connection.execute(
        "SELECT delivery.guild_id FROM delivery JOIN event ON event.id = event_id"
        " WHERE (delivery.id = ?1 OR delivery.primary_id = ?1)"
        " AND (event.revision <> delivery.revision OR event.status = 'cancelled' AND stage <> 'cancelled') LIMIT 1",
        (delivery,),
    ).fetchone()
    if changed is not None:
        connection.execute("UPDATE subscriptions SET revision = revision + 1")
        agenda.look_again(connection, changed[0])
    return changed is not None


def retry(
    connection: Connection,
    delivery: int,
    owner: str,
    at: datetime,
    reason: str,
    *,
    possibly_sent_since: datetime | None,
) -> None:
    """Schedule a retry at `at`. Discord may have accepted the message since `possibly_sent_since`; None: it has not.

    If an earlier request left it in doubt, the earlier time is kept. Does nothing if the claim was lost.
    """
    taken_back = connection.execute(
        "UPDATE delivery SET state = 'retrying', try_at = ?1, reason = ?2,"
        " possibly_sent_since = CASE WHEN possibly_sent_since < ?3 THEN possibly_sent_since ELSE ?3 END"
        " WHERE id = ?4 AND claimed_by = ?5 AND state = 'sending'",
        (stamp(at), reason, stamp(possibly_sent_since) if possibly_sent_since else None, delivery, owner),
    ).rowcount
    if taken_back:
        connection.execute(
            "UPDATE delivery SET state = 'retrying', reason = ? WHERE primary_id = ?", (reason, delivery)
        )


def wake(connection: Connection, channel_id: int, now: datetime) -> None:
    """Retry now what waits for a channel to accept posts."""
    connection.execute(
        f"UPDATE delivery SET try_at = ?1 WHERE channel_id = ?2 AND state = 'retrying' AND try_at > ?1 AND {HELD}",
        (stamp(now), channel_id),
    )


def welcome(connection: Connection, guilds: Sequence[int], now: datetime) -> None:
    """Retry now what waits for servers that are within reach again."""
    connection.execute(
        "UPDATE delivery SET try_at = ? WHERE state = 'retrying' AND try_at > ? AND reason = ?"
        f" AND guild_id IN ({placeholders(guilds)})",
        (stamp(now), stamp(now), AWAY, *guilds),
    )


def reopen(connection: Connection, channel_id: int, now: datetime) -> None:
    """Retry now what waits for a channel where no permission is known to be missing any more.

    The channel no longer counts as refusing, unless Discord refused a post although no permission was known to be
    missing.
    """
    wake(connection, channel_id, now)
    unexplained = f"('{REFUSED}', '{TOO_MANY_THREADS}')"
    reopened = connection.execute(
        "UPDATE subscription SET paused_at = NULL WHERE channel_id = ?1 AND paused_at IS NOT NULL AND NOT EXISTS"
        f" (SELECT 1 FROM delivery WHERE channel_id = ?1 AND state = 'retrying' AND reason IN {unexplained})",
        (channel_id,),
    ).rowcount
    if reopened:
        connection.execute("UPDATE subscriptions SET revision = revision + 1")


def settle(connection: Connection, delivery: int, owner: str, state: str, reason: str, now: datetime) -> None:
    """Record the final state, ``failed`` or ``uncertain``, of a message without a confirmed post, and of its parts."""
    if _settle(connection, delivery, owner, state, reason, now):
        connection.execute(
            "UPDATE delivery SET state = ?, reason = ?, settled_at = ? WHERE primary_id = ?",
            (state, reason, stamp(now), delivery),
        )
        _overtaken(connection, delivery)


def drop(
    connection: Connection, delivery: int, owner: str, dropped: Sequence[tuple[int, str, str]], now: datetime
) -> None:
    """Take parts out of a message that must not be announced any more: each by its id, new state and reason.

    If that includes the primary, the remaining parts are planned again on their own. Does nothing if the claim was
    lost.
    """
    if not connection.execute(
        "SELECT 1 FROM delivery WHERE id = ? AND claimed_by = ? AND state = 'sending'", (delivery, owner)
    ).fetchone():
        return
    _overtaken(connection, delivery)
    for part, state, reason in dropped:
        if part == delivery:
            if _settle(connection, delivery, owner, state, reason, now):
                connection.execute(
                    "UPDATE delivery SET state = 'planned', try_at = ?, primary_id = NULL WHERE primary_id = ?",
                    (stamp(now), delivery),
                )
        else:
            connection.execute(
                "UPDATE delivery SET state = ?, reason = ?, settled_at = ?, primary_id = NULL"
                " WHERE id = ? AND primary_id = ?",
                (state, reason, stamp(now), part, delivery),
            )


def _settle(connection: Connection, delivery: int, owner: str, state: str, reason: str, now: datetime) -> bool:
    return (
        connection.execute(
            "UPDATE delivery SET state = ?, try_at = NULL, reason = ?, settled_at = ? WHERE id = ? AND claimed_by = ?"
            " AND state = 'sending'",
            (state, reason, stamp(now), delivery, owner),
        ).rowcount
        > 0
    )


def date_before(connection: Connection, event_id: int, revision: int) -> When | None:
    """The date that an event had before a revision; None if there was none."""
    row = connection.execute(
        "SELECT precision, zone, earliest, latest, words FROM event_past WHERE event_id = ? AND revision < ?"
        " ORDER BY revision DESC LIMIT 1",
        (event_id, revision),
    ).fetchone()
    if row is None:
        return None
    precision, zone, earliest, latest, words = row
    return When(Precision(precision), zone, instant(earliest), instant(latest), text(words))


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether there is work: `revisions` change with catalogue and subscriptions; `next_try` is the next due time.

    That of a delivery, of a post action, or of a server's own events, which are to be planned.
    """

    revisions: tuple[int, int]
    next_try: datetime | None


def pulse(connection: Connection, shards: Shards | None = None) -> Pulse:
    """Read the pulse in one cheap query, for the servers of some shards, or for all."""
    catalogue, subscriptions, at = connection.execute(
        "SELECT (SELECT revision FROM catalogue), (SELECT revision FROM subscriptions),"
        f" (SELECT min(at) FROM ({next_try('delivery', shards)} UNION ALL {next_try('post_action', shards)}"
        f"  UNION ALL {agenda.NEXT}) AS next)"
    ).fetchone()
    return Pulse((catalogue, subscriptions), instant(at))
