"""Which stages of which events are due when. Pure, standard library only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.model import Event, EventKind, Status
from bot.when import EXACT, Precision, When


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

STAGES = (Stage.NOW, Stage.MOVED, Stage.CANCELLED)
"""What a server is told of an event unless it chooses otherwise."""

ANNOUNCED = (EventKind.PREMIERE, EventKind.OST_RELEASE)
"""What a server is told unless it chooses otherwise."""

DAY_TIME = time(9)
"""When a date without a time is announced, in the zone of the server."""

AHEAD = timedelta(minutes=5)
"""How long before its time a delivery is planned."""

BEHIND = timedelta(days=14)
"""How far back a restart looks for what was missed, so that it can be told; older than that nobody asks."""

SPREAD = timedelta(hours=36)
"""The most by which a day's announcement can lie from the start of the day, over all zones of the world."""


class Audience(NamedTuple):
    """Servers that are told at the same time: their time zone, and their quiet hours (``22:00-08:00``, or empty)."""

    zone: str
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A stage of an event, and when it is due for an audience; `send_at` is later where that falls into quiet hours.

    `day` is the event's own, where it was stated; empty where the date is not known to the day. After `until` there is
    no sense in it any more, however patient a server is.
    """

    event_id: int
    revision: int
    kind: EventKind
    stage: Stage
    audience: Audience
    at: datetime
    send_at: datetime
    day: str
    until: datetime | None = None


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


class Why(StrEnum):
    """Why an event is, or is not, announced in a server."""

    TO_COME = "to_come"
    NOT_FIRM = "not_firm"
    VAGUE = "vague"
    NOT_CHOSEN = "not_chosen"
    NOT_FOLLOWED = "not_followed"
    BEFORE = "before"


def why(event: Event, kinds: Iterable[EventKind], zone: str, since: datetime, *, followed: bool) -> Why:
    """Why an event of which nothing was posted yet is, or is not, to be announced in a server that chose these."""
    if event.kind not in kinds:
        return Why.NOT_CHOSEN
    if not followed:
        return Why.NOT_FOLLOWED
    if event.status not in (Status.CONFIRMED, Status.RELEASED):
        return Why.NOT_FIRM
    at = due_at(event.when, zone)
    if at is None:
        return Why.VAGUE
    return Why.BEFORE if at < since else Why.TO_COME


QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
"""How quiet hours are written: from when until when, in the server's zone."""


def quiet_hours(text: str) -> str | None:
    """Quiet hours as people write them (``22-8``, ``22:00 - 08:00``), in the one way they are kept; None for others.

    No hours at all are written ``off``, ``none`` or not at all, and kept as an empty text.
    """
    if text.strip().casefold() in ("", "off", "none", "-"):
        return ""
    match = re.fullmatch(r"(\d{1,2})(?::(\d\d))?(?:-|–|~|to)(\d{1,2})(?::(\d\d))?", "".join(text.split()))
    if match is None:
        return None
    hour, minute, end_hour, end_minute = (int(part or 0) for part in match.groups())
    kept = f"{hour:02}:{minute:02}-{end_hour % 24:02}:{end_minute:02}"
    return kept if QUIET.fullmatch(kept) and kept[:5] != kept[6:] else None


def after_quiet(at: datetime, audience: Audience) -> datetime:
    """When something that is due at `at` may be posted: at once, or when the quiet hours it falls into are over."""
    match = QUIET.fullmatch(audience.quiet)
    if match is None:
        return at
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    local = at.astimezone(ZoneInfo(audience.zone))
    clock = local.time().replace(tzinfo=None)
    within = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not within:
        return at
    day = local.date() + timedelta(days=clock >= end)
    return datetime.combine(day, end, ZoneInfo(audience.zone)).astimezone(UTC)


def due(
    events: Iterable[Event], audiences: Iterable[Audience], now: datetime, stages: Collection[Stage] = tuple(Stage)
) -> Iterator[Due]:
    """What is due about `now` for `audiences`: from `BEHIND` in the past to `AHEAD` in the future.

    Only `stages` are looked at: those that some server wants.
    """
    audiences = list(audiences)
    for event in events:
        for audience in audiences:
            for stage, at, until in _stages(event, audience.zone):
                if stage in stages and now - BEHIND <= at <= now + AHEAD:
                    send_at = after_quiet(at, audience)
                    key = (event.id, event.revision, event.kind, stage)
                    yield Due(*key, audience, at, send_at, day_of(event.when), until)


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


def day_of(when: When) -> str:
    """The day of a date where it was stated, ISO; empty where it is not known to the day."""
    return when.first_day.isoformat() if when.precision in EXACT and when.first_day is not None else ""


def still_due(event: Event, stage: Stage) -> bool:
    """Whether a stage is still true of an event, now that it is to be posted."""
    match stage:
        case Stage.CANCELLED:
            return event.status is Status.CANCELLED
        case Stage.MOVED:
            return event.status is not Status.CANCELLED
        case _:
            return announceable(event)


def window(now: datetime) -> tuple[datetime, datetime]:
    """Between which instants an event's date must begin for `due` to look at it for more than a change."""
    return now - BEHIND - SPREAD, now + AHEAD + SPREAD + max(REMINDERS.values())


def changes(now: datetime) -> tuple[datetime, datetime]:
    """Between which instants an event must have changed for `due` to look at it for that."""
    return now - BEHIND, now
