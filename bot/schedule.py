"""Which stages of which events are due when. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.model import Event, EventKind, Status
from bot.when import EXACT, Precision, When


class Stage(StrEnum):
    """What is said about an event."""

    NOW = "now"


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


@dataclass(frozen=True, slots=True)
class Due:
    """A stage of an event, and when it is due for servers in `zone`. `day` is the event's own, where it was stated."""

    event_id: int
    revision: int
    kind: EventKind
    stage: Stage
    zone: str
    at: datetime
    day: date


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
    BEFORE = "before"


def why(event: Event, kinds: Iterable[EventKind], zone: str, since: datetime) -> Why:
    """Why an event of which nothing was posted yet is, or is not, to be announced in a server that chose these."""
    if event.kind not in kinds:
        return Why.NOT_CHOSEN
    if event.status not in (Status.CONFIRMED, Status.RELEASED):
        return Why.NOT_FIRM
    at = due_at(event.when, zone)
    if at is None:
        return Why.VAGUE
    return Why.BEFORE if at < since else Why.TO_COME


def due(events: Iterable[Event], zones: Iterable[str], now: datetime) -> Iterator[Due]:
    """What is due about `now` for servers in `zones`: from `BEHIND` in the past to `AHEAD` in the future."""
    zones = list(zones)
    for event in filter(announceable, events):
        for zone in zones:
            at = due_at(event.when, zone)
            day = event.when.first_day
            if at is not None and day is not None and now - BEHIND <= at <= now + AHEAD:
                yield Due(event.id, event.revision, event.kind, Stage.NOW, zone, at, day)


def window(now: datetime) -> tuple[datetime, datetime]:
    """Between which instants an event's date must begin for `due` to have to look at it."""
    return now - BEHIND - SPREAD, now + AHEAD + SPREAD
