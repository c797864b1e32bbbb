"""How something repeats, and when it takes place. Pure.

The days are those of RFC 5545 (https://www.rfc-editor.org/rfc/rfc5545), as dateutil has them. Each has the same time on
the clocks of its zone, whatever these do meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice, takewhile
from types import MappingProxyType
from typing import Literal

from dateutil import rrule

from bot.catalogue.when import When, parse


class Every(StrEnum):
    """What passes between two occurrences."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_FREQUENCIES: dict[Every, Literal[0, 1, 2, 3]] = {
    Every.DAY: rrule.DAILY,
    Every.WEEK: rrule.WEEKLY,
    Every.MONTH: rrule.MONTHLY,
    Every.YEAR: rrule.YEARLY,
}


@dataclass(frozen=True, slots=True)
class Repeat:
    """How something repeats: every `interval` days, weeks, months or years.

    `weekdays`, where 0 is Monday, are of a week only; without any, it is the first day's. `until` is the last day it
    may take place on; `count` is how often it does, the first time included.
    """

    every: Every
    interval: int = 1
    weekdays: frozenset[int] = frozenset()
    until: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one occurrence: it does not take place, or `to` is when it does instead."""

    skipped: bool = False
    to: When | None = None


Changes = Mapping[int, Change]
"""What is different, by the ordinal of the day on which the repeat has an occurrence. Without its entry, nothing is."""

NOTHING: Changes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something takes place, or does not. `day` is that on which the repeat has it, wherever it moved."""

    day: date
    at: When
    skipped: bool = False


def days(first: date, repeat: Repeat | None) -> Iterator[date]:
    """The days on which something takes place that begins on `first`, in order; only that one if it does not repeat.

    A month or a year without its day is left out (31 April, 29 February 2027), and not replaced by its last day: people
    who mean that are rarer than calendars that would show another day once the repeat is exported to them.
    """
    if repeat is None:
        return iter((first,))
    found = rrule.rrule(
        _FREQUENCIES[repeat.every],
        dtstart=datetime.combine(first, time()),
        interval=repeat.interval,
        wkst=rrule.MO,
        byweekday=sorted(repeat.weekdays) or None if repeat.every is Every.WEEK else None,
        until=datetime.combine(repeat.until, time()) if repeat.until else None,
    )
    return islice((at.date() for at in found), repeat.count)  # rrule takes either an end or a count


def occurrences(
    first: date,
    at: time | None,
    zone: str,
    repeat: Repeat | None,
    after: date,
    before: date,
    changes: Changes = NOTHING,
) -> list[Occurrence]:
    """What takes place from the day `after` to the day `before`, both included, by the time at which it does.

    `at` is on the clocks of `zone`; None: the day alone is known. A time that clocks skip is as much later as they are
    put forward, and one that they have twice is the first of both (RFC 5545, 3.3.5). An occurrence that was moved is
    found where it is now; a change of what the repeat does not have changes nothing.
    """
    last = max([before, *map(date.fromordinal, changes)])
    found: list[Occurrence] = []
    for day in takewhile(lambda day: day <= last, days(first, repeat)):
        change = changes.get(day.toordinal(), Change())
        if change.to is not None or after <= day <= before:
            when = change.to or parse(f"{day} {at:%H:%M}" if at is not None else f"{day}", zone)
            found.append(Occurrence(day, when, change.skipped))
    return sorted((one for one in found if after <= _day(one.at) <= before), key=lambda one: (one.at.earliest, one.day))


def _day(at: When) -> date:
    assert at.first_day is not None, "people say on which day"
    return at.first_day


def canonical(first: date, repeat: Repeat) -> Repeat:
    """The same repeat in the form that is put into words: the days of a week named, 12 months as a year."""
    weekdays = (repeat.weekdays or frozenset({first.weekday()})) if repeat.every is Every.WEEK else frozenset[int]()
    if repeat.interval == 1 and len(weekdays) == 7:
        return replace(repeat, every=Every.DAY, weekdays=frozenset())
    if repeat.every is Every.MONTH and repeat.interval % 12 == 0:
        return replace(repeat, every=Every.YEAR, interval=repeat.interval // 12, weekdays=frozenset())
    return replace(repeat, weekdays=weekdays)


def leaves_out(first: date, repeat: Repeat) -> bool:
    """Whether some of its months or years do not have its day, and so are left out: it takes saying."""
    every = canonical(first, repeat).every
    return first.day > 28 if every is Every.MONTH else every is Every.YEAR and (first.month, first.day) == (2, 29)
