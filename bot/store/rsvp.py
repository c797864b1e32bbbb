"""Who comes to a server's own events: what members answered, and whom a post reminds of it.

An answer belongs to an occurrence, so it stays when that is moved. It is personal: it goes a week after the end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.announcements.schedule import Stage
from bot.errors import GoneError, RsvpClosed, RsvpClosedError
from bot.occasions.rsvp import Answer, Headcount
from bot.store import attendee_roles
from bot.store.attendee_roles import RoleTask
from bot.store.connection import Connection
from bot.store.guild_events import EVENING
from bot.store.post_actions import COUNT
from bot.store.reading import placeholders, stamp

KEPT = timedelta(days=7)
"""How long an answer is kept once its event has ended."""
LAG = timedelta(seconds=5)
"""How far a post's counts may lag behind: however many people press, a post is edited once in this time."""

_END = (
    f"strftime('%Y-%m-%dT%H:%M:%SZ', event.earliest, '+' || coalesce(lasts, {EVENING.total_seconds():.0f})"
    " || ' seconds')"
)
_ENDED = f"CASE WHEN event.latest > {_END} THEN event.latest ELSE {_END} END"
"""SQL: when an occurrence has ended, wherever it was moved to."""
_ASKED = "event JOIN occasion ON occasion.entity_id = event.entity_id"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a press. `answer`: what the member says now; None: nothing any more.

    `show`: the pressed message may show the new counts at once; otherwise it is about to be edited anyway. `roles`:
    what is to be given to the member, or taken, by whoever answers the press.
    """

    answer: Answer | None
    counts: Headcount
    show: bool
    roles: Sequence[RoleTask]


class Attendee(NamedTuple):
    """A member who answered."""

    user_id: int
    answer: Answer


class Reminded(NamedTuple):
    """A member whom a post reminds that they are in. `role_id`: the attendee role that they have, if there is one."""

    user_id: int
    role_id: int | None


def press(
    connection: Connection,
    guild_id: int,
    slug: str,
    event_id: int,
    user_id: int,
    answer: Answer,
    now: datetime,
    token: str | None = None,
    has: Collection[int] = (),
) -> Pressed:
    """Let a member say that they come, or may; saying the same again takes it back. There is one answer a member.

    `token`: the delivery token of the pressed message, if it is a post; `has`: the roles that the member has. Raises
    `GoneError` if the server has no such event, and `RsvpClosedError` if nobody is asked any more.
    """
    _check(connection, guild_id, slug, event_id, now)
    mine = (event_id, user_id)
    before = connection.execute("SELECT answer FROM rsvp WHERE event_id = ? AND user_id = ?", mine).fetchone()
    after = None if before is not None and before[0] == answer else answer
    if after is None:
        connection.execute("DELETE FROM rsvp WHERE event_id = ? AND user_id = ?", mine)
    else:
        connection.execute(
            "INSERT INTO rsvp (event_id, user_id, guild_id, answer, answered_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (event_id, user_id) DO UPDATE"
            "  SET answer = excluded.answer, answered_at = excluded.answered_at",
            (*mine, guild_id, after, stamp(now)),
        )
    attendee_roles.answered(connection, guild_id, user_id, now, has)
    tasks = attendee_roles.take(connection, guild_id, user_id, now)
    show = token is None or not _is_counted_soon(connection, event_id, token)
    recount(connection, event_id, now)
    return Pressed(after, counts(connection, event_id), show, tasks)


def _check(connection: Connection, guild_id: int, slug: str, event_id: int, now: datetime) -> None:
    row = connection.execute(
        f"SELECT occasion.rsvp, event.status = 'cancelled' OR cancelled_at IS NOT NULL, {_ENDED} FROM {_ASKED}"
        " JOIN entity ON entity.id = event.entity_id WHERE event.id = ? AND event.guild_id = ? AND slug = ?",
        (event_id, guild_id, slug),
    ).fetchone()
    if row is None:
        raise GoneError
    asked, cancelled, ended = row
    if cancelled:
        raise RsvpClosedError(RsvpClosed.CANCELLED)
    if ended <= stamp(now):
        raise RsvpClosedError(RsvpClosed.OVER)
    if not asked:
        raise RsvpClosedError(RsvpClosed.OFF)


def _is_counted_soon(connection: Connection, event_id: int, token: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM delivery JOIN post_action ON delivery_id = delivery.id"
        " WHERE event_id = ? AND nonce = ? AND post_action.kind = ?",
        (event_id, token, COUNT),
    ).fetchone()
    return row is not None


def recount(connection: Connection, event_id: int, now: datetime) -> None:
    """Let the posts of an event show the counts, within `LAG`: what is to be edited by then is not edited twice."""
    connection.execute(
        "INSERT INTO post_action (delivery_id, kind, since, try_at, guild_id)"
        " SELECT id, ?, ?, ?, guild_id FROM delivery WHERE event_id = ? AND state = 'sent' AND primary_id IS NULL"
        "  AND message_id IS NOT NULL AND stage <> ?"
        " ON CONFLICT (delivery_id, kind) DO UPDATE SET since = excluded.since, attempts = 0,"
        "  try_at = CASE WHEN post_action.attempts = 0 THEN post_action.try_at ELSE excluded.try_at END",
        (COUNT, stamp(now), stamp(now + LAG), event_id, Stage.CANCELLED),
    )


def counts(connection: Connection, event_id: int) -> Headcount:
    """How many said that they come to an event, or may."""
    found = dict(
        connection.execute(
            "SELECT answer, count(*) FROM rsvp WHERE event_id = ? GROUP BY answer", (event_id,)
        ).fetchall()
    )
    return Headcount(found.get(Answer.IN, 0), found.get(Answer.MAYBE, 0))


def attendees(connection: Connection, guild_id: int, event_id: int, page: int, size: int) -> list[Attendee]:
    """A page of those who answered: first those who are in, in the order in which they said so."""
    rows = connection.execute(
        "SELECT user_id, answer FROM rsvp WHERE event_id = ? AND guild_id = ?"
        " ORDER BY answer, answered_at, user_id LIMIT ? OFFSET ?",
        (event_id, guild_id, size, page * size),
    )
    return [Attendee(user_id, Answer(answer)) for user_id, answer in rows]


def remind(connection: Connection, parts: Sequence[int]) -> list[Reminded]:
    """Whom a message is to remind, by the ids of the deliveries in it; it is about to be sent. First come, first.

    The first message about a date that says it is in an hour, or now, reminds, of all those in a server: who is in is
    mentioned once, however many channels and stages there are. One that surely was not sent gives way to another.
    """
    ids = placeholders(parts)
    connection.execute(
        "UPDATE delivery SET reminds = CASE WHEN EXISTS"
        "  (SELECT 1 FROM rsvp WHERE rsvp.event_id = delivery.event_id AND answer = 'in')"
        " AND NOT EXISTS (SELECT 1 FROM delivery other WHERE other.event_id = delivery.event_id"
        "  AND other.revision = delivery.revision AND other.reminds = 1 AND other.id <> delivery.id"
        "  AND (other.state IN ('sending', 'sent', 'uncertain') OR EXISTS (SELECT 1 FROM delivery lead"
        "   WHERE lead.id = coalesce(other.primary_id, other.id) AND lead.possibly_sent_since IS NOT NULL)))"
        f" THEN 1 ELSE 0 END WHERE id IN ({ids}) AND stage IN (?, ?) AND EXISTS (SELECT 1 FROM {_ASKED}"
        "  WHERE event.id = delivery.event_id AND occasion.rsvp = 1)",
        (*parts, Stage.HOUR_AHEAD, Stage.NOW),
    )
    rows = connection.execute(
        "SELECT user_id, (SELECT role_id FROM attendee_role WHERE attendee_role.guild_id = rsvp.guild_id"
        "  AND attendee_role.user_id = rsvp.user_id AND role_id = attendee_role_id AND try_at IS NULL)"
        " FROM delivery JOIN rsvp ON rsvp.event_id = delivery.event_id JOIN event ON event.id = delivery.event_id"
        " JOIN occasion ON occasion.entity_id = event.entity_id"
        f" WHERE delivery.id IN ({ids}) AND reminds = 1 AND answer = 'in' ORDER BY answered_at, user_id",
        tuple(parts),
    ).fetchall()
    return [Reminded(*row) for row in rows]


def keep(connection: Connection, guild_id: int, now: datetime) -> None:
    """Forget the answers of a server that nobody needs any more, and let attendee roles follow what is left.

    Those are `KEPT` after the end, and at once if nobody is asked any more.
    """
    connection.execute(
        f"DELETE FROM rsvp WHERE guild_id = ? AND NOT EXISTS (SELECT 1 FROM {_ASKED}"
        f" WHERE event.id = rsvp.event_id AND occasion.rsvp = 1 AND {_ENDED} >= ?)",
        (guild_id, stamp(now - KEPT)),
    )
    attendee_roles.follow(connection, guild_id, now)


def left(connection: Connection, guild_id: int, user_id: int, now: datetime) -> None:
    """Forget the answers of a member who has left a server, and what roles they had there."""
    for (event_id,) in connection.execute(
        "DELETE FROM rsvp WHERE guild_id = ? AND user_id = ? RETURNING event_id", (guild_id, user_id)
    ).fetchall():
        recount(connection, event_id, now)
    connection.execute("DELETE FROM attendee_role WHERE guild_id = ? AND user_id = ?", (guild_id, user_id))
