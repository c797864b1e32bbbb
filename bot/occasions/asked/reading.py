"""What people mean: the day, the time and the repeat that all they said allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.errors import NotUnderstoodError
from bot.occasions.asked.days import FIRST_YEAR, LAST_YEAR, candidates, ends_of, is_on, later
from bot.occasions.asked.model import Asked, Reason
from bot.occasions.asked.pieces import Moment, Parts
from bot.occasions.asked.scanning import normalised, scan
from bot.occasions.asked.sorting import Said, sort
from bot.occasions.repeats import Every, Repeat, canonical

_HANGUL = re.compile("[가-힣]")
_DAY = timedelta(days=1)


class _Choice(NamedTuple):
    """One way to take what may be taken in several: the zone, the numbers of dates, and hours from midnight."""

    zone: str
    begin: Parts | None
    end: Parts | None
    hour: int | None
    to: int | None


def read(text: str, zone: str, now: datetime) -> Asked:
    """When something is to take place, by people's words, which are of `zone` unless they name another.

    What may mean several things is refused, unless all but one of them are impossible. A date without a year is the
    next such day, a weekday the next one, and a time alone its next one. Raises `NotUnderstoodError`.
    """
    text = normalised(text)
    said = sort(scan(text))
    readings, refused = list[tuple[_Choice, Asked]](), list[NotUnderstoodError]()
    for choice in _choices(said, zone):
        try:
            readings.append((choice, _asked(said, choice, now)))
        except NotUnderstoodError as error:
            refused.append(error)
    if not readings:
        raise next((error for error in refused if error.reason is Reason.PAST), refused[0])
    meant = _likely(readings, korean=_HANGUL.search(text) is not None, ranged=said.to is not None)
    if len(meant) > 1:
        raise NotUnderstoodError(Reason.AMBIGUOUS, _ambiguous(said), sorted(meant, key=_begins))
    return meant[0]


def _choices(said: Said, zone: str) -> Iterator[_Choice]:
    begins, ends = ((days.dated.choices if days.dated else (None,)) for days in (said.begin, said.end))
    hours, tos = ((sorted(clock.hours) if clock else (None,)) for clock in (said.clock, said.to))
    for one in product(said.zone.zones if said.zone else (zone,), begins, ends):
        yield from (_Choice(*one, hour, to) for hour in hours for to in tos)


def _likely(readings: list[tuple[_Choice, Asked]], *, korean: bool, ranged: bool) -> list[Asked]:
    """The readings that count: of numbers, in Korean, what Koreans write; of a begin and an end, the nearest."""
    if korean:
        first = readings[0][0]
        readings = [one for one in readings if (one[0].begin, one[0].end) == (first.begin, first.end)]
    found = list(dict.fromkeys(asked for _, asked in readings))
    if ranged:
        shortest = min(asked.lasts or _DAY for asked in found)
        found = [asked for asked in found if asked.lasts == shortest]
    return found


def _ambiguous(said: Said) -> str:
    """The part that may mean several things, or several such parts."""
    dates = (days.dated for days in (said.begin, said.end))
    found = [
        *([said.zone.text] if said.zone and len(said.zone.zones) > 1 else []),
        *(dated.text for dated in dates if dated and len(dated.choices) > 1),
        *(clock.text for clock in (said.clock, said.to) if clock and len(clock.hours) > 1),
    ]
    return ", ".join(found)


def _asked(said: Said, choice: _Choice, now: datetime) -> Asked:
    today = now.astimezone(ZoneInfo(choice.zone)).date()
    if said.begin.moment is not None:
        return _repeated(said, choice, _at_moment(said.begin.moment, said, choice.zone, now), today)
    if said.begin.week and len(said.begin.week.days) > 1 and not said.begin.week.every and said.cycle is None:
        raise NotUnderstoodError(Reason.NO_REPEAT, said.begin.week.text)
    clock = time(choice.hour % 24, said.clock.minute) if said.clock and choice.hour is not None else None
    daily = said.cycle is not None and said.cycle.every is Every.DAY
    if not said.begin.text and not daily and (clock is None or said.cycle is not None):
        raise NotUnderstoodError(Reason.NO_DAY, said.cycle.text if said.cycle else "")
    late = _late(choice)
    yesterday = today - _DAY  # its listing goes on today
    days = [day + late for day in candidates(said.begin, choice.begin, yesterday, today)]
    asked = [Asked(day, clock, choice.zone) for day in days if day.year <= LAST_YEAR]
    ahead = next((one for one in asked if (_begins(one) >= now if clock else one.day >= today)), None)
    if ahead is None:
        part = f"{said.begin.text} {said.clock.text if said.clock else ''}".strip()
        raise NotUnderstoodError(Reason.PAST if asked else Reason.NO_SUCH_DAY, part, asked[-1:])
    if said.begin.week and not is_on(ahead.day - late, said.begin.week):
        raise NotUnderstoodError(Reason.WEEKDAY, said.begin.week.text, [ahead])
    return _repeated(said, choice, ahead, today)


def _late(choice: _Choice) -> timedelta:
    """How many days after its own a time of a listing is: 24:10 is on the next one."""
    return (choice.hour or 0) // 24 * _DAY


def _begins(asked: Asked) -> datetime:
    return datetime.combine(asked.day, asked.time or time(), ZoneInfo(asked.zone)).astimezone(UTC)


def _at_moment(moment: Moment, said: Said, zone: str, now: datetime) -> Asked:
    """A minute that was said as an instant. Where clocks show it twice, and it is the second, it is of UTC."""
    for other in (said.clock, said.begin.dated, said.begin.near, said.begin.shift):
        if other is not None:
            raise NotUnderstoodError(Reason.TWICE, other.text)
    at = (moment.at if isinstance(moment.at, datetime) else now + moment.at).replace(second=0, microsecond=0)
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise NotUnderstoodError(Reason.PAST if at < now else Reason.NO_SUCH_DAY, moment.text)
    local = at.astimezone(ZoneInfo(zone))
    if local.fold:
        zone, local = "UTC", at.astimezone(UTC)
    asked = Asked(local.date(), local.time(), zone)
    if at < now:
        raise NotUnderstoodError(Reason.PAST, moment.text, [asked])
    if said.begin.week and not is_on(asked.day, said.begin.week):
        raise NotUnderstoodError(Reason.WEEKDAY, said.begin.week.text, [asked])
    return asked


def _repeated(said: Said, choice: _Choice, first: Asked, today: date) -> Asked:
    """What begins as asked, with its length and its repeat."""
    every = _every(said, choice)
    first = replace(first, lasts=_lasts(said, choice, repeats=every is not None))
    if every is None:
        limit = said.count.text if said.count else said.end.text
        if limit:
            raise NotUnderstoodError(Reason.NO_REPEAT, limit)
        return first
    late, week = _late(choice), said.begin.week
    listed = first.day - late
    if late and every[0] in (Every.MONTH, Every.YEAR) and listed.day >= 28 and said.clock:
        raise NotUnderstoodError(Reason.NO_SUCH_TIME, said.clock.text)  # the day after the 31st is no day of a month
    days = frozenset((day + late.days) % 7 for day in week.days) if week else frozenset[int]()
    until = _until(said, choice, listed, today)
    repeat = Repeat(*every, days, until + late if until else None, said.count.number if said.count else None)
    return replace(first, repeat=canonical(first.day, repeat))


def _every(said: Said, choice: _Choice) -> tuple[Every, int] | None:
    """How it repeats, which the day may say: "every Saturday", "every 5th"."""
    begin, cycle = said.begin, said.cycle
    if cycle is None:
        return (Every.WEEK, 1) if begin.week and begin.week.every else None
    month, day = choice.begin[1:] if choice.begin else (None, None)
    every = cycle.every or (Every.WEEK if begin.week else Every.YEAR if month else Every.MONTH if day else None)
    if every is Every.DAY and cycle.interval == 1 and begin.week and (begin.week.every or len(begin.week.days) > 1):
        every = Every.WEEK
    if every in (Every.MONTH, Every.YEAR) and begin.week and begin.week.every:
        raise NotUnderstoodError(Reason.TWICE, cycle.text)
    known = {
        Every.DAY: True,
        Every.WEEK: bool(begin.text),
        Every.MONTH: bool(day or begin.near or begin.moment),
        Every.YEAR: bool(month or begin.near or begin.moment),
    }
    if every is None or not known[every]:
        raise NotUnderstoodError(Reason.NO_DAY, cycle.text)
    return every, cycle.interval


def _lasts(said: Said, choice: _Choice, *, repeats: bool) -> timedelta | None:
    """How long it takes: so many hours, or days if it does not repeat, or up to another time."""
    lasts = said.lasts if said.lasts and (said.lasts.timed or not repeats) else None
    if lasts is not None and lasts.months:
        raise NotUnderstoodError(Reason.UNKNOWN, lasts.text)
    if said.to is None or choice.to is None:
        return lasts.span if lasts else None
    if said.clock is None or choice.hour is None:
        raise NotUnderstoodError(Reason.NO_HOUR, said.to.text)
    if lasts is not None:
        raise NotUnderstoodError(Reason.TWICE, lasts.text)
    minutes = (choice.to - choice.hour) * 60 + said.to.minute - said.clock.minute
    return timedelta(minutes=minutes % (24 * 60) or 24 * 60)


def _until(said: Said, choice: _Choice, first: date, today: date) -> date | None:
    """The last day of the repeat, by its words or by how long it goes on."""
    lasts = said.lasts if said.lasts and not said.lasts.timed else None
    if lasts and said.end.text:
        raise NotUnderstoodError(Reason.TWICE, lasts.text)
    if lasts:
        return later(first, lasts.months, lasts.span.days - 1)
    if not said.end.text:
        return None
    found = next((day for day in ends_of(said.end, choice.end, first, today) if day >= first), None)
    if found is None:
        raise NotUnderstoodError(Reason.ENDS_BEFORE, said.end.text)
    if said.end.week and not is_on(found, said.end.week):
        raise NotUnderstoodError(Reason.WEEKDAY, said.end.week.text, [Asked(found, None, choice.zone)])
    return found
