"""Which days words may mean, seen from today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, takewhile

from dateutil.relativedelta import relativedelta

from bot.errors import NotUnderstoodError
from bot.occasions.asked.model import Reason
from bot.occasions.asked.pieces import Parts, Shift, Week
from bot.occasions.asked.sorting import Days
from bot.occasions.repeats import Every

FIRST_YEAR, LAST_YEAR = 1900, 2099
"""The years of dates, as `bot.catalogue.when` has them."""


def candidates(said: Days, parts: Parts | None, since: date, today: date) -> Iterator[date]:
    """The days that words may mean, in order: what is said without a year, from `since` on.

    `parts` is the date among them. Raises `NotUnderstoodError` if no day is said.
    """
    for day in _candidates(said, parts, since, today):
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            continue
        if said.week and said.week.every and (said.dated or said.near):  # "every Saturday from 5 May": the next one
            yield next(one for one in _from(day) if one.weekday() in said.week.days)
        else:
            yield day


def ends_of(said: Days, parts: Parts | None, since: date, today: date) -> Iterator[date]:
    """The days that words may mean as an end: a month or a week alone is its last day."""
    if said.moment is not None:
        raise NotUnderstoodError(Reason.UNKNOWN, said.moment.text)
    if parts is not None and parts.day is None:
        for day in _candidates(said, parts._replace(day=1), since.replace(day=1), today):
            if day is not None:
                yield day + relativedelta(day=31)
    elif said.shift is not None and not (said.dated or said.near or said.week):
        yield _last(said.shift, today)
    else:
        yield from candidates(said, parts, since, today)


def is_on(day: date, week: Week) -> bool:
    """Whether a day is one of those of the week."""
    return day.weekday() in week.days


def later(day: date, months: int, days: int) -> date | None:
    """The day so many months and days later; None if the calendar has none."""
    try:
        return day + relativedelta(months=months) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _candidates(said: Days, parts: Parts | None, since: date, today: date) -> Iterator[date | None]:
    """As `candidates`, with None for days that there are not."""
    shift = said.shift
    if said.near and said.dated:
        raise NotUnderstoodError(Reason.TWICE, said.dated.text)
    if said.dated and parts and parts.day is None:
        raise NotUnderstoodError(Reason.NO_DAY, said.dated.text)
    fits = {
        Every.WEEK: said.week is not None and not (said.near or said.dated),
        Every.MONTH: parts is not None and parts.month is None,
        Every.YEAR: parts is not None and parts.month is not None and parts.year is None,
    }
    if shift is not None and not fits.get(shift.unit):
        alone = not (said.near or said.dated or said.week)
        raise NotUnderstoodError(Reason.NO_DAY if alone else Reason.TWICE, shift.text)
    if said.near is not None:
        yield later(today, said.near.months, said.near.days)
    elif parts is not None:
        yield from _dates(parts, shift, since, today)
    elif said.week is not None and shift is not None:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift.by)
        yield from (monday + timedelta(days=day) for day in sorted(said.week.days))
    else:
        near = takewhile(lambda day: day <= since + timedelta(days=8), _from(since))
        yield from (day for day in near if said.week is None or is_on(day, said.week))


def _dates(parts: Parts, shift: Shift | None, since: date, today: date) -> Iterator[date | None]:
    year, month, day = parts
    assert day is not None, "a month alone is an end, or refused"
    if year is not None and month is not None:
        yield _day(year, month, day)
    elif month is not None:
        years = (today.year + shift.by,) if shift else range(since.year, since.year + 9)  # past 2100, a leap year
        yield from filter(lambda one: shift or one is None or one >= since, (_day(year, month, day) for year in years))
    elif shift is not None:
        first = later(today.replace(day=1), shift.by, 0)
        yield _day(first.year, first.month, day) if first else None
    else:
        months = (since.replace(day=1) + relativedelta(months=n) for n in range(12))
        yield from (one for month in months if (one := _day(month.year, month.month, day)) is not None and one >= since)


def _last(shift: Shift, today: date) -> date:
    """The last day of this or a later week, month or year."""
    match shift.unit:
        case Every.WEEK:
            return today - timedelta(days=today.weekday()) + timedelta(weeks=shift.by, days=6)
        case Every.MONTH:
            return today + relativedelta(months=shift.by, day=31)
        case _:
            return date(today.year + shift.by, 12, 31)


def _from(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in count())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
