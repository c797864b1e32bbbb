"""Which stages of which events are due when. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.announcements.hours import Audience, after_quiet, digest_around
from bot.catalogue.model import ANNIVERSARIES, OWN, Event, EventKind, Status
from bot.catalogue.when import EXACT, Precision, When


class Stage(StrEnum):
    """What is said about an event."""

    CONFIRMED = "confirmed"
    WEEK_AHEAD = "reminder_7d"
    DAY_AHEAD = "reminder_24h"
    HOUR_AHEAD = "reminder_1h"
    NOW = "now"
    MOVED = "moved"
    CANCELLED = "cancelled"


REMINDERS = {
    Stage.WEEK_AHEAD: timedelta(days=7),
    Stage.DAY_AHEAD: timedelta(days=1),
    Stage.HOUR_AHEAD: timedelta(hours=1),
}
"""The stages posted ahead of an event, and how far ahead."""

CORRECTIONS = frozenset({Stage.MOVED, Stage.CANCELLED})
"""The stages posted only if an earlier announcement is no longer true."""

DAY_TIME = time(9)
"""The time at which a date without a time is announced, in the zone of the server."""

AHEAD = timedelta(minutes=5)
"""How long before its time a delivery is planned."""

BEHIND = timedelta(days=14)
"""How far back a restart looks for missed announcements, to post or report them; nobody asks about older ones."""

DIGEST = "digest"
"""The prefix of the group keys of digests."""

LONGEST_DIGEST = timedelta(days=7)
"""How far ahead a digest announces what is due."""

NIGHT = timedelta(hours=5)
"""How long after the first episode of a night the others begin, at most."""

_NOT_LATE = timedelta(minutes=5)
"""By how much a post can be later than its day's time without being late."""

SPREAD = timedelta(hours=36)
"""The most by which a day's announcement can differ from the start of the day, over all time zones."""


class Dated(NamedTuple):
    """An event with its theme: the id of the entity whose events share a message, or of a server whose own do."""

    event: Event
    theme: int


@dataclass(frozen=True, slots=True)
class Due:
    """A stage of an event: when it is due for an audience (`at`), and when it is posted (`send_at`).

    `send_at` is later than `at` in quiet hours, and earlier in a digest, which covers what is ahead. A channel that
    subscribed after that digest gets it at `alone_at`. `day` is the event's (see `day_of`): what was announced for it
    is not announced again. After `until` it is pointless, whatever a server's grace.
    """

    event_id: int
    revision: int
    kind: EventKind
    stage: Stage
    theme: int
    audience: Audience
    at: datetime
    send_at: datetime
    alone_at: datetime
    in_digest: bool
    day: str
    until: datetime | None = None

    @property
    def near_at(self) -> datetime:
        """The earlier of `at` and `send_at`: it is planned `AHEAD` of that."""
        return min(self.at, self.send_at)

    @property
    def group_key(self) -> str:
        """The group key outside a digest: one message per theme, stage and instant."""
        return f"{self.theme}:{self.stage}:{self.at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def digest(self) -> str | None:
        """The group key in a digest; None if it is not posted in one."""
        return f"{DIGEST}:{self.send_at:%Y-%m-%dT%H:%M:%SZ}" if self.in_digest else None


def due_at(when: When, zone: str) -> datetime | None:
    """When a date is announced in a server in `zone`, in UTC; None if the date is too vague."""
    if when.precision is Precision.MINUTE:
        return when.earliest
    if when.precision is Precision.DAY and when.first_day is not None:
        return datetime.combine(when.first_day, DAY_TIME, ZoneInfo(zone)).astimezone(UTC)
    return None


def is_firm(event: Event, *, expected: bool) -> bool:
    """Whether an event is known firmly enough to be announced: never a rumour.

    `expected`: where somebody chose to hear of them, so are the dates that are expected of episodes.
    """
    hoped_for = expected and event.kind is EventKind.EPISODE and event.status is Status.EXPECTED
    return hoped_for or event.status in (Status.CONFIRMED, Status.RELEASED)


def announceable(event: Event, *, expected: bool = True) -> bool:
    """Whether an event is announced: it is firm (see `is_firm`), and its date is not vague."""
    return is_firm(event, expected=expected) and event.rank == 0 and event.when.precision in EXACT


class AnnouncementReason(StrEnum):
    """Why an event is, or is not, announced in a server."""

    TO_COME = "to_come"
    NOT_FIRM = "not_firm"
    EXPECTED = "expected"
    VAGUE = "vague"
    NOT_CHOSEN = "not_chosen"
    NOT_FOLLOWED = "not_followed"
    BEFORE = "before"


def why(
    event: Event, kinds: Iterable[EventKind], zone: str, since: datetime, *, followed: bool, expected: bool
) -> AnnouncementReason:
    """Why an event without any post will, or will not, be announced in a server with these settings."""
    if event.kind not in kinds:
        return AnnouncementReason.NOT_CHOSEN
    if not followed:
        return AnnouncementReason.NOT_FOLLOWED
    if not is_firm(event, expected=True):
        return AnnouncementReason.NOT_FIRM
    if not is_firm(event, expected=expected):
        return AnnouncementReason.EXPECTED
    at = due_at(event.when, zone)
    if at is None:
        return AnnouncementReason.VAGUE
    return AnnouncementReason.BEFORE if at < since else AnnouncementReason.TO_COME


def due(
    dated: Iterable[Dated],
    audiences: Iterable[Audience],
    now: datetime,
    stages: Collection[Stage] = tuple(Stage),
    ahead: timedelta = AHEAD,
) -> Iterator[Due]:
    """What is due around `now` for `audiences`: from `BEHIND` in the past to `ahead` in the future.

    Only `stages` are considered: those that any server wants.
    """
    audiences, dated = list(audiences), list(dated)
    begins = _nights(dated)
    for event, theme in dated:
        for audience in audiences:
            for stage, at, until in _stages(event, begins.get(event.id) or due_at(event.when, audience.zone)):
                if stage in stages and at >= now - BEHIND:
                    send_at, in_digest = _posted_at(event, stage, at, until, audience)
                    key = (event.id, event.revision, event.kind, stage, theme, audience)
                    alone_at = after_quiet(at, audience)
                    one = Due(*key, at, send_at, alone_at, in_digest, day_of(event), until)
                    if one.near_at <= now + ahead:
                        yield one


def _nights(dated: Iterable[Dated]) -> dict[int, datetime]:
    """When the first of a drama's episodes of a night begins, by the id of each: they are told together."""
    minutes = sorted(
        (one.theme, one.event.when.earliest, one.event.id)
        for one in dated
        if one.event.kind is EventKind.EPISODE
        and one.event.when.precision is Precision.MINUTE
        and one.event.when.earliest is not None
        and announceable(one.event)
    )
    found: dict[int, datetime] = {}
    before: tuple[int, datetime] | None = None
    for theme, at, id_ in minutes:
        if before is None or before[0] != theme or at - before[1] > NIGHT:
            before = (theme, at)
        found[id_] = before[1]
    return found


def posted_at(event: Event, at: datetime, audience: Audience) -> datetime:
    """When an event due at `at` is posted for an audience."""
    return _posted_at(event, Stage.NOW, at, None, audience)[0]


def _posted_at(
    event: Event, stage: Stage, at: datetime, until: datetime | None, audience: Audience
) -> tuple[datetime, bool]:
    """When a stage due at `at` is posted, and whether in a digest.

    A digest covers what was known when it was posted. Later news gets a post of its own, and so do corrections: a wrong
    date must not stay uncorrected until the next digest.
    """
    around = digest_around(at, audience) if stage not in CORRECTIONS else None
    if around is not None:
        before, after = around
        if stage is Stage.CONFIRMED:
            if until is None or after < until:
                return after, True
        elif event.changed_at is None or event.changed_at <= before:
            return before, True
    return after_quiet(at, audience), False


def _stages(event: Event, at: datetime | None) -> Iterator[tuple[Stage, datetime, datetime | None]]:
    """Each stage of an event announced at `at`: when it is due, and after when it is pointless (None: never)."""
    if event.rank != 0:
        return
    if event.changed_at is not None:
        if event.status is Status.CANCELLED:
            yield Stage.CANCELLED, event.changed_at, None
        elif event.revision > 1:
            yield Stage.MOVED, event.changed_at, None
        # Of what a server's own people plan, they need not be told that it is planned, a year of it at once; and
        # everybody knows that a birthday comes.
        news = event.kind not in OWN and event.kind not in ANNIVERSARIES
        if event.status is Status.CONFIRMED and at is not None and at > event.changed_at and news:
            yield Stage.CONFIRMED, event.changed_at, at
    if at is None or not announceable(event):
        return
    # Who follows an artist only after the birthday missed nothing.
    if event.kind not in ANNIVERSARIES or not _planned_since(event, at + _NOT_LATE):
        yield Stage.NOW, at, None
    for stage, ahead in REMINDERS.items():
        # A date without a time has no reminder an hour ahead.
        timely = event.when.precision is Precision.MINUTE or ahead >= timedelta(days=1)
        if timely and not _planned_since(event, at - ahead):
            yield stage, at - ahead, at


def _planned_since(event: Event, at: datetime) -> bool:
    """Whether nobody could have known of an event at `at`: then what was due at that time is not late.

    A server's own people planned it only later, or began to follow only later what it is an anniversary of.
    """
    late = event.kind in OWN or event.kind in ANNIVERSARIES
    return late and event.changed_at is not None and event.changed_at > at


def day_of(event: Event) -> str:
    """The ISO day of an event in the zone it was stated in; empty if it is not, or no longer, known to the day.

    Of a server's own events it is the minute: whoever comes to them has to know that it changed.
    """
    holds = event.when.precision in EXACT and event.status not in (Status.POSTPONED, Status.CANCELLED)
    if holds and event.kind in OWN and event.when.precision is Precision.MINUTE and event.when.earliest is not None:
        return f"{event.when.earliest:%Y-%m-%dT%H:%MZ}"
    day = event.when.first_day if holds else None
    return day.isoformat() if day is not None else ""


def still_due(event: Event, stage: Stage, *, expected: bool) -> bool:
    """Whether a stage still holds for an event when it is about to be posted. `expected`: see `is_firm`."""
    match stage:
        case Stage.CANCELLED:
            return event.status is Status.CANCELLED
        case Stage.MOVED:
            return event.status is not Status.CANCELLED
        case _:
            return announceable(event, expected=expected)


def window(now: datetime, ahead: timedelta = AHEAD) -> tuple[datetime, datetime]:
    """The range (from, until) in which an event's date must begin for `due` to consider more than its changes."""
    return now - BEHIND - SPREAD, now + ahead + SPREAD + LONGEST_DIGEST + max(REMINDERS.values())


def changes(now: datetime) -> tuple[datetime, datetime]:
    """The range (from, until) in which an event must have changed for `due` to consider the change."""
    return now - BEHIND, now
