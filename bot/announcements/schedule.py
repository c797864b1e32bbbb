"""Which stages of which events are due when. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.announcements.hours import Audience, after_quiet, digest_around
from bot.catalogue.model import Event, EventKind, Status
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
"""The stages that come before an event, and how long."""

CORRECTIONS = frozenset({Stage.MOVED, Stage.CANCELLED})
"""The stages that are told only where something was told before that is no longer true."""

DAY_TIME = time(9)
"""When a date without a time is announced, in the zone of the server."""

AHEAD = timedelta(minutes=5)
"""How long before its time a delivery is planned."""

BEHIND = timedelta(days=14)
"""How far back a restart looks for what was missed, so that it can be told; older than that nobody asks."""

DIGEST = "digest"
"""What marks deliveries that are told in a digest."""

LONGEST_DIGEST = timedelta(days=7)
"""How far ahead a digest tells of what is due."""

SPREAD = timedelta(hours=36)
"""The most by which a day's announcement can lie from the start of the day, over all zones of the world."""


class Dated(NamedTuple):
    """An event, and the entity (by its id in the catalogue) with whose other events it is told in one message."""

    event: Event
    theme: int


@dataclass(frozen=True, slots=True)
class Due:
    """A stage of an event, when it is due for an audience, and when it is posted.

    `send_at` is when: later than `at` where that falls into quiet hours, and earlier in a digest, which tells of what
    is ahead. Who was not there yet for that digest is told at `alone_at`. `day` is the event's own, where it was
    stated; empty where the date is not known to the day. After `until` there is no sense in it any more, however
    patient a server is.
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
        """When it comes near enough to be planned, but for `AHEAD`."""
        return min(self.at, self.send_at)

    @property
    def group_key(self) -> str:
        """What bears the same is told in one message: the events of a theme at an instant."""
        return f"{self.theme}:{self.stage}:{self.at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def digest(self) -> str | None:
        """The same for a digest; None where it is not told in one."""
        return f"{DIGEST}:{self.send_at:%Y-%m-%dT%H:%M:%SZ}" if self.in_digest else None


def due_at(when: When, zone: str) -> datetime | None:
    """When a date is announced in a server whose zone is `zone`, in UTC; None for dates that are too vague for it."""
    if when.precision is Precision.MINUTE:
        return when.earliest
    if when.precision is Precision.DAY and when.first_day is not None:
        return datetime.combine(when.first_day, DAY_TIME, ZoneInfo(zone)).astimezone(UTC)
    return None


def announceable(event: Event) -> bool:
    """Whether an event is known firmly enough to be announced: never a rumour, never a vague date."""
    firm = event.status in (Status.CONFIRMED, Status.RELEASED)
    return firm and event.rank == 0 and event.when.precision in EXACT


class AnnouncementReason(StrEnum):
    """Why an event is, or is not, announced in a server."""

    TO_COME = "to_come"
    NOT_FIRM = "not_firm"
    VAGUE = "vague"
    NOT_CHOSEN = "not_chosen"
    NOT_FOLLOWED = "not_followed"
    BEFORE = "before"


def why(event: Event, kinds: Iterable[EventKind], zone: str, since: datetime, *, followed: bool) -> AnnouncementReason:
    """Why an event of which nothing was posted yet is, or is not, to be announced in a server that chose these."""
    if event.kind not in kinds:
        return AnnouncementReason.NOT_CHOSEN
    if not followed:
        return AnnouncementReason.NOT_FOLLOWED
    if event.status not in (Status.CONFIRMED, Status.RELEASED):
        return AnnouncementReason.NOT_FIRM
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
    """What is due about `now` for `audiences`: from `BEHIND` in the past to `ahead` in the future.

    Only `stages` are looked at: those that some server wants.
    """
    audiences = list(audiences)
    for event, theme in dated:
        for audience in audiences:
            for stage, at, until in _stages(event, audience.zone):
                if stage in stages and at >= now - BEHIND:
                    send_at, in_digest = _posted_at(event, stage, at, until, audience)
                    key = (event.id, event.revision, event.kind, stage, theme, audience)
                    alone_at = after_quiet(at, audience)
                    one = Due(*key, at, send_at, alone_at, in_digest, day_of(event), until)
                    if one.near_at <= now + ahead:
                        yield one


def posted_at(event: Event, at: datetime, audience: Audience) -> datetime:
    """When an event that is due at `at` is posted for an audience."""
    return _posted_at(event, Stage.NOW, at, None, audience)[0]


def _posted_at(
    event: Event, stage: Stage, at: datetime, until: datetime | None, audience: Audience
) -> tuple[datetime, bool]:
    """When a stage that is due at `at` is posted, and whether in a digest.

    A digest tells what was known when it came. What was not is posted by itself, as is what is no longer true: it
    shall not be left standing until the next digest.
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


def _stages(event: Event, zone: str) -> Iterator[tuple[Stage, datetime, datetime | None]]:
    """Each stage of an event for servers in a zone: when it is due, and until when there is sense in it."""
    if event.rank != 0:
        return
    at = due_at(event.when, zone)
    if event.changed_at is not None:
        if event.status is Status.CANCELLED:
            yield Stage.CANCELLED, event.changed_at, None
        elif event.revision > 1:
            yield Stage.MOVED, event.changed_at, None
        if event.status is Status.CONFIRMED and at is not None and at > event.changed_at:
            yield Stage.CONFIRMED, event.changed_at, at
    if at is None or not announceable(event):
        return
    yield Stage.NOW, at, None
    for stage, ahead in REMINDERS.items():
        # A day has no hour before it.
        if event.when.precision is Precision.MINUTE or ahead >= timedelta(days=1):
            yield stage, at - ahead, at


def day_of(event: Event) -> str:
    """The day of an event where it was stated, ISO; empty where it is not known to the day, or no longer."""
    holds = event.when.precision in EXACT and event.status not in (Status.POSTPONED, Status.CANCELLED)
    day = event.when.first_day if holds else None
    return day.isoformat() if day is not None else ""


def still_due(event: Event, stage: Stage) -> bool:
    """Whether a stage is still true of an event, now that it is to be posted."""
    match stage:
        case Stage.CANCELLED:
            return event.status is Status.CANCELLED
        case Stage.MOVED:
            return event.status is not Status.CANCELLED
        case _:
            return announceable(event)


def window(now: datetime, ahead: timedelta = AHEAD) -> tuple[datetime, datetime]:
    """Between which instants an event's date must begin for `due` to look at it for more than a change."""
    return now - BEHIND - SPREAD, now + ahead + SPREAD + LONGEST_DIGEST + max(REMINDERS.values())


def changes(now: datetime) -> tuple[datetime, datetime]:
    """Between which instants an event must have changed for `due` to look at it for that."""
    return now - BEHIND, now
