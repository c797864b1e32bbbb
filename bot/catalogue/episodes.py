"""When the episodes of a drama are to be expected, by its slot. Pure.

A network states a slot, a first day and how many episodes there are; the rest follows, until a break or a special moves
it. So only what follows from what is stated is expected: where stated dates contradict the slot, nobody knows why, and
nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.catalogue.model import Status
from bot.catalogue.when import EXACT, WEEKDAYS, Precision, When, parse

MOST = 300
"""The most episodes that are expected of one drama: daily dramas have up to some two hundred."""

_FIRM = frozenset({Status.EXPECTED, Status.CONFIRMED, Status.RELEASED})
_NEXT_DAY = 24
"""The hour from which a listing means the next day, as "24:10" does."""
_DAY_BEGINS = timedelta(hours=6)
"""Listings count the hours of a night on: "29:59" is the last of them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a network shows a drama: weekdays, such as "sat", and a time of its listings, up to "29:59"."""

    days: Collection[str]
    time: str
    zone: str

    def on(self, day: date) -> bool:
        """Whether it has a night on a day."""
        return WEEKDAYS[day.weekday()] in self.days

    def at(self, day: date) -> When:
        """When the night of a day begins."""
        return parse(f"{day} {self.time}", self.zone)

    def night_of(self, when: When) -> date | None:
        """The day in whose listing a date belongs: after midnight, that is the day before. None if it is too vague."""
        if when.precision not in EXACT or when.earliest is None:
            return None
        late = int(self.time.partition(":")[0]) >= _NEXT_DAY
        if when.precision is Precision.MINUTE:
            local = when.earliest.astimezone(ZoneInfo(self.zone))
            return (local - _DAY_BEGINS if late else local).date()
        day = when.first_day
        if late and day is not None and not self.on(day) and self.on(day - timedelta(days=1)):
            return day - timedelta(days=1)
        return day


class Stated(NamedTuple):
    """A date as it is stated."""

    when: When
    status: Status


@dataclass(frozen=True, slots=True)
class Plan:
    """What is stated of a drama's episodes. `episodes`: the dates of single ones, by their numbers.

    `a_night`: how many there are in one, if that is stated. `breaks`: nights of the slot without any.
    """

    slot: Slot
    count: int
    premiere: Stated | None = None
    finale: Stated | None = None
    episodes: Mapping[int, Stated] = field(default_factory=dict[int, Stated])
    a_night: int | None = None
    breaks: Collection[date] = ()


def expected(plan: Plan) -> dict[int, When]:
    """The dates that follow for the episodes of which none is stated, by number.

    The first episode is left out where a premiere is stated, and the last one where a finale is: they say the same.
    After an episode of which only a vague date is known, or which was postponed, nothing follows until the next one
    that has a date.
    """
    if not 0 < plan.count <= MOST or not set(WEEKDAYS) & set(plan.slot.days):
        return {}
    nights = _known(plan)
    found: dict[int, When] = {}
    for (first, begins), (last, ends) in pairwise([*sorted(nights.items()), (plan.count + 1, None)]):
        if begins is not None:
            between = range(first + 1, last)
            found |= {
                number: plan.slot.at(day)
                for number, day in zip(between, _filled(plan, first, begins, last, ends), strict=False)
            }
    return found


def _known(plan: Plan) -> dict[int, date | None]:
    """The nights of the episodes whose dates are stated, by number; None for those that nobody can tell."""
    known = {number: _night(plan, one) for number, one in plan.episodes.items() if 0 < number <= plan.count}
    if plan.premiere is not None:
        known.setdefault(1, _night(plan, plan.premiere))
    if plan.finale is not None and _night(plan, plan.finale) is not None:
        known.setdefault(plan.count, _night(plan, plan.finale))
    return known


def _night(plan: Plan, stated: Stated) -> date | None:
    return plan.slot.night_of(stated.when) if stated.status in _FIRM else None


def _filled(plan: Plan, first: int, begins: date, last: int, ends: date | None) -> Iterator[date]:
    """The nights of the episodes after `first`, up to the one before `last`; none if the slot does not lead there."""
    a_night = plan.a_night or 1
    if ends is not None:
        reached = 1 + sum(1 for _ in _nights(plan, begins, ends)) if ends > begins else 0
        rates = (plan.a_night,) if plan.a_night else (1, 2)
        fitting = [rate for rate in rates if _nights_on(first, last, rate) == reached]
        if not fitting:
            return
        a_night = fitting[0]
    day, night = begins, 0
    coming = _nights(plan, begins, ends)
    for number in range(first + 1, last):
        if (on := _nights_on(first, number, a_night)) > night:
            # Where the last night is the one that is stated, it need not be one of the slot.
            day, night = next(coming, ends or begins), on
        yield day


def _nights_on(first: int, number: int, a_night: int) -> int:
    """How many nights after that of the episode `first` another one is."""
    return (number - 1) // a_night - (first - 1) // a_night


def _nights(plan: Plan, after: date, before: date | None) -> Iterator[date]:
    """The nights of the slot between two others; without end if it is open."""
    day = after + timedelta(days=1)
    while before is None or day < before:
        if plan.slot.on(day) and day not in plan.breaks:
            yield day
        day += timedelta(days=1)
