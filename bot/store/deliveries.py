"""What was, is and will be posted: one row a stage of a revision of an event, and a channel.

Rows that are told in one message follow the first of them, their *lead*: it alone is claimed, sent and settled, and
they share what becomes of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcements.schedule import CORRECTIONS, DIGEST, Stage
from bot.catalogue.when import Precision, When
from bot.store.reading import instant, placeholders, stamp, text


@dataclass(frozen=True, slots=True)
class Part:
    """What a message tells: a stage of a revision of an event."""

    id: int
    event_id: int
    revision: int
    stage: Stage
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was claimed, with all that it tells: at least one part, the first with the delivery's own id.

    `possibly_sent_since`: since when it may stand in the channel unknown to us. `language` is None where nothing is
    announced in the channel any more. `reason`: why it was not sent before, if it was tried.
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
    threads: bool
    digest: bool
    reason: str | None
    parts: Sequence[Part]


REFUSED = "(reason = 'gone' OR reason LIKE 'refused%')"
"""Whether a delivery waits for its channel: ``gone``, ``refused``, or ``refused: `` and the missing permissions."""


def expire(connection: sqlite3.Connection, now: datetime) -> int:
    """Record as missed what is past its grace period and was never begun. Returns how many.

    A message that tells of several things is left to its sender: not all of them may be past theirs.
    """
    return connection.execute(
        "UPDATE delivery SET state = 'missed', try_at = NULL, settled_at = ?1,"
        f" reason = iif({REFUSED}, reason, 'late')"
        " WHERE try_at <= ?1 AND state IN ('planned', 'retrying') AND possibly_sent_since IS NULL AND expires_at < ?1"
        " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.primary_id = delivery.id)",
        (stamp(now),),
    ).rowcount


def claim(connection: sqlite3.Connection, now: datetime, owner: str, lease: timedelta, limit: int) -> list[Delivery]:
    """Take up to `limit` deliveries that are due, or whose sender has not been heard of for its lease.

    Nobody else is given them until `lease` has passed. Whoever was sending them before may have been heard by Discord:
    such a delivery is in doubt since then.
    """
    claimed = [
        id_
        for (id_,) in connection.execute(
            "UPDATE delivery SET state = 'sending', claimed_by = ?, try_at = ?, attempts = attempts + 1"
            " WHERE id IN (SELECT id FROM delivery WHERE try_at <= ? ORDER BY try_at, id LIMIT ?) RETURNING id",
            (owner, stamp(now + lease), stamp(now), limit),
        ).fetchall()
    ]
    _join(connection, claimed, now)
    parts: dict[int, list[Part]] = {}
    for lead, id_, event, revision, stage, *times in connection.execute(
        "SELECT coalesce(primary_id, id) AS lead, id, event_id, revision, stage, due_at, expires_at FROM delivery"
        f" WHERE id IN ({placeholders(claimed)}) OR primary_id IN ({placeholders(claimed)})"
        " ORDER BY lead, id <> lead, due_at, id",
        (*claimed, *claimed),
    ):
        part = Part(id_, event, revision, Stage(stage), *map(datetime.fromisoformat, times))
        parts.setdefault(lead, []).append(part)
    rows = connection.execute(
        "SELECT d.id, d.guild_id, d.channel_id, d.send_at, d.nonce, d.attempts, d.possibly_sent_since,"
        " s.role_id, s.language,"
        " coalesce(s.zone, 'UTC'),"
        " coalesce(s.threads, 0), d.group_key, d.reason"
        " FROM delivery d LEFT JOIN subscription s ON s.channel_id = d.channel_id AND s.guild_id = d.guild_id"
        f" WHERE d.id IN ({placeholders(claimed)}) AND d.primary_id IS NULL ORDER BY d.due_at, d.id",
        claimed,
    )
    return [
        Delivery(
            *(id_, guild, channel, datetime.fromisoformat(send_at), nonce, attempts, instant(doubt)),
            *(role, language, zone),
            threads=bool(threads),
            digest=group_key.startswith(DIGEST),
            reason=reason,
            parts=parts[id_],
        )
        for id_, guild, channel, send_at, nonce, attempts, doubt, *rest in rows
        for role, language, zone, threads, group_key, reason in [rest]
    ]


def _join(connection: sqlite3.Connection, claimed: Collection[int], now: datetime) -> None:
    """Let deliveries that are told in one message follow the first of them, and whatever else is told in it as well."""
    # What may stand in a channel already stays as it was: nothing can be added to it any more.
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


def begin(connection: sqlite3.Connection, delivery: int, owner: str, now: datetime) -> bool:
    """Note that a request is about to leave: from now on its message may exist. False where the claim was lost."""
    return (
        connection.execute(
            "UPDATE delivery SET possibly_sent_since = coalesce(possibly_sent_since, ?) WHERE id = ? AND claimed_by = ?"
            " AND state = 'sending'",
            (stamp(now), delivery, owner),
        ).rowcount
        > 0
    )


def sent(
    connection: sqlite3.Connection, delivery: int, message_id: int, now: datetime, post_actions: Sequence[str] = ()
) -> None:
    """Record that a message stands in its channel, and what is to follow (see `bot.store.post_actions`)."""
    parts = connection.execute(
        "UPDATE delivery SET state = 'sent', try_at = NULL, possibly_sent_since = NULL, message_id = ?1,"
        " settled_at = ?2,"
        " reason = NULL WHERE id = ?3 OR primary_id = ?3 RETURNING id, stage",
        (message_id, stamp(now), delivery),
    ).fetchall()
    connection.executemany(
        "INSERT INTO post_action (delivery_id, kind, since, try_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING",
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
"""Whether the delivery `new` is a correction of what `old` told."""


def _amend(connection: sqlite3.Connection, part: int, now: datetime) -> None:
    """Let messages be edited to say that their date no longer holds: those that a part corrects, or its own.

    Its own, for it may have been found long after it was posted, when it had been corrected already.
    """
    connection.execute(
        "INSERT INTO post_action (delivery_id, kind, since, try_at)"
        " SELECT DISTINCT coalesce(old.primary_id, old.id), 'amend', ?1, ?1 FROM delivery part JOIN delivery old"
        "  ON old.event_id = part.event_id AND old.channel_id = part.channel_id"
        f" JOIN delivery new ON {OVERTAKES}"
        " WHERE part.id = ?2 AND ?2 IN (old.id, new.id) AND old.state = 'sent'"
        " ON CONFLICT DO UPDATE SET since = excluded.since, try_at = excluded.try_at, attempts = 0",
        (stamp(now), part),
    )


def _overtaken(connection: sqlite3.Connection, delivery: int) -> bool:
    """Whether what a message tells has changed since it was planned; if so, all is planned anew.

    Only now that its fate is known is it known as well what has to be corrected, and what is not told yet.
    """
    return (
        connection.execute(
            "UPDATE subscriptions SET revision = revision + 1 WHERE EXISTS (SELECT 1 FROM delivery JOIN event"
            "  ON event.id = event_id WHERE (delivery.id = ?1 OR delivery.primary_id = ?1)"
            "  AND (event.revision <> delivery.revision OR event.status = 'cancelled' AND stage <> 'cancelled'))",
            (delivery,),
        ).rowcount
        > 0
    )


def retry(
    connection: sqlite3.Connection,
    delivery: int,
    owner: str,
    at: datetime,
    reason: str,
    *,
    possibly_sent_since: datetime | None,
) -> None:
    """Record that a delivery is to be tried again at `at`. Discord may have stored it since `possibly_sent_since`.

    Where the request left earlier than that, the doubt is as old.
    """
    taken_back = connection.execute(
        "UPDATE delivery SET state = 'retrying', try_at = ?1, reason = ?2,"
        " possibly_sent_since = iif(?3 IS NULL, NULL, min(coalesce(possibly_sent_since, ?3), ?3))"
        " WHERE id = ?4 AND claimed_by = ?5 AND state = 'sending'",
        (stamp(at), reason, stamp(possibly_sent_since) if possibly_sent_since else None, delivery, owner),
    ).rowcount
    if taken_back:
        connection.execute(
            "UPDATE delivery SET state = 'retrying', reason = ? WHERE primary_id = ?", (reason, delivery)
        )


def wake(connection: sqlite3.Connection, channel_id: int, now: datetime) -> None:
    """Let what waits for a channel be tried now."""
    connection.execute(
        f"UPDATE delivery SET try_at = ?1 WHERE channel_id = ?2 AND state = 'retrying' AND try_at > ?1 AND {REFUSED}",
        (stamp(now), channel_id),
    )


def reopen(connection: sqlite3.Connection, channel_id: int, now: datetime) -> None:
    """Let what waits for a channel be tried now, since nothing is known to be missing there any more.

    The channel no longer counts as refusing, unless Discord refused it although nothing was known to be missing.
    """
    wake(connection, channel_id, now)
    reopened = connection.execute(
        "UPDATE subscription SET paused_at = NULL WHERE channel_id = ?1 AND paused_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM delivery WHERE channel_id = ?1 AND state = 'retrying' AND reason = 'refused')",
        (channel_id,),
    ).rowcount
    if reopened:
        connection.execute("UPDATE subscriptions SET revision = revision + 1")


def settle(connection: sqlite3.Connection, delivery: int, owner: str, state: str, reason: str, now: datetime) -> None:
    """Record the end of a message that is not sent: ``failed`` or ``uncertain``, and all that it tells with it."""
    if _settle(connection, delivery, owner, state, reason, now):
        connection.execute(
            "UPDATE delivery SET state = ?, reason = ?, settled_at = ? WHERE primary_id = ?",
            (state, reason, stamp(now), delivery),
        )
        _overtaken(connection, delivery)


def drop(
    connection: sqlite3.Connection, delivery: int, owner: str, dropped: Sequence[tuple[int, str, str]], now: datetime
) -> None:
    """Leave out what is not to be told any more: each part by its id, with its new state and the reason.

    If it is the delivery's own, the others become messages of their own again.
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


def _settle(connection: sqlite3.Connection, delivery: int, owner: str, state: str, reason: str, now: datetime) -> bool:
    return (
        connection.execute(
            "UPDATE delivery SET state = ?, try_at = NULL, reason = ?, settled_at = ? WHERE id = ? AND claimed_by = ?"
            " AND state = 'sending'",
            (state, reason, stamp(now), delivery, owner),
        ).rowcount
        > 0
    )


def date_before(connection: sqlite3.Connection, event_id: int, revision: int) -> When | None:
    """The date that an event had before a revision of it."""
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
    """Whether there is anything to do: `revisions` change with the catalogue and with what servers chose."""

    revisions: tuple[int, int]
    next_try: datetime | None


def pulse(connection: sqlite3.Connection) -> Pulse:
    """Feel the pulse: one quick query."""
    catalogue, subscriptions, at = connection.execute(
        "SELECT (SELECT revision FROM catalogue), (SELECT revision FROM subscriptions),"
        " (SELECT min(at) FROM (SELECT min(try_at) AS at FROM delivery WHERE try_at IS NOT NULL"
        "  UNION ALL SELECT min(try_at) FROM post_action))"
    ).fetchone()
    return Pulse((catalogue, subscriptions), instant(at))
