"""Dates as known: earliest, latest, precision, zone and the words of the source. Standard library only.

A day is never turned into a midnight: the precision decides what may be shown, and when it may be announced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

SEOUL = "Asia/Seoul"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, as slots name them."""


class Precision(StrEnum):
    """How finely a date is known, the finest first."""

    MINUTE = "minute"
    DAY = "day"
    PART_OF_MONTH = "part_of_month"
    MONTH = "month"
    SEASON = "season"
    PART_OF_YEAR = "part_of_year"
    YEAR = "year"
    UNKNOWN = "unknown"


EXACT = frozenset({Precision.MINUTE, Precision.DAY})
"""The precisions that can be announced on the day."""

NEED_WORDS = frozenset({Precision.PART_OF_MONTH, Precision.SEASON, Precision.PART_OF_YEAR})
"""The precisions that only the words of the statement can show."""


@dataclass(frozen=True, slots=True)
class When:
    """A date as it is known.

    `earliest` and `latest` are UTC; `latest` is exclusive, except that a minute has both equal. Both are None if
    nothing is known. `words` are those of the statement, by language.
    """

    precision: Precision
    zone: str
    earliest: datetime | None
    latest: datetime | None
    words: Mapping[str, str] | None = None

    @property
    def first_day(self) -> date | None:
        """The first possible day, in the zone the date was stated in; None if nothing is known."""
        return self.earliest.astimezone(ZoneInfo(self.zone)).date() if self.earliest else None

    def agrees(self, other: When) -> bool:
        """Whether both may be true: a date that is only vaguer than the other does not disagree with it."""
        if self.earliest is None or self.latest is None or other.earliest is None or other.latest is None:
            return True
        shortest = timedelta(minutes=1)
        ends = (max(at.latest, at.earliest + shortest) for at in (self, other) if at.earliest and at.latest)
        return max(self.earliest, other.earliest) < min(ends)


FORMS = (
    '"2025-01-26 18:00", "2025-01-26", "early 2025-01", "2025-01", "spring 2025", "early 2025", "H1 2025", "Q1 2025", '
    '"2025" or "unknown" (hours may go to 29:59 as in Korean listings: the next day)'
)

_MINUTE = re.compile(r"(?a)((?:19|20)\d\d)-(\d\d)-(\d\d)[ T](\d\d):(\d\d)")
_DAY = re.compile(r"(?a)((?:19|20)\d\d)-(\d\d)-(\d\d)")
_MONTH = re.compile(r"(?a)(?:(early|mid|late) )?((?:19|20)\d\d)-(\d\d)")
_YEAR = re.compile(r"(?a)(?:(early|mid|late|spring|summer|autumn|winter|H[12]|Q[1-4]) )?((?:19|20)\d\d)")
_THIRD_OF_MONTH = {"early": (1, 11), "mid": (11, 21), "late": (21, None)}
# Months as (first, first after), counted from January of the year. "Winter 2025" may be either of two: both are meant.
_PART_OF_YEAR = {
    "early": (0, 4),
    "mid": (4, 8),
    "late": (8, 12),
    "H1": (0, 6),
    "H2": (6, 12),
    **{f"Q{quarter}": (3 * quarter - 3, 3 * quarter) for quarter in range(1, 5)},
}
_SEASON = {"spring": (2, 5), "summer": (5, 8), "autumn": (8, 11), "winter": (-1, 14)}


@cache
def known_zones() -> frozenset[str]:
    """The names of the IANA time zones that this machine has. Read once: it takes the disk milliseconds."""
    return frozenset(available_timezones())


def parse(text: str, zone: str = SEOUL, words: Mapping[str, str] | None = None) -> When:
    """Parse a date as seed files write it (see `FORMS`). Raises `ValueError` for anything else."""
    tz = ZoneInfo(zone)
    if text == "unknown":
        return When(Precision.UNKNOWN, zone, None, None, words)
    if match := _MINUTE.fullmatch(text):
        year, month, day, hour, minute = map(int, match.groups())
        if hour >= 30 or minute >= 60:
            raise ValueError(text)
        start = datetime.combine(date(year, month, day) + timedelta(days=hour // 24), time(hour % 24, minute), tz)
        return When(Precision.MINUTE, zone, start.astimezone(UTC), start.astimezone(UTC), words)
    if match := _DAY.fullmatch(text):
        first = date(*map(int, match.groups()))
        return _span(Precision.DAY, first, first + timedelta(days=1), zone, words)
    if match := _MONTH.fullmatch(text):
        part, year, month = match[1], int(match[2]), int(match[3])
        if part is None:
            return _span(Precision.MONTH, date(year, month, 1), _month(year, month), zone, words)
        begin, end = _THIRD_OF_MONTH[part]
        last = date(year, month, end) if end else _month(year, month)
        return _span(Precision.PART_OF_MONTH, date(year, month, begin), last, zone, words)
    if match := _YEAR.fullmatch(text):
        part, year = match[1], int(match[2])
        precision = Precision.YEAR if part is None else Precision.SEASON if part in _SEASON else Precision.PART_OF_YEAR
        begin, end = (_SEASON | _PART_OF_YEAR)[part] if part else (0, 12)
        return _span(precision, _month(year, begin), _month(year, end), zone, words)
    raise ValueError(text)


def _month(year: int, months: int) -> date:
    """The first day of the month that is `months` after January of `year`."""
    return date(year + months // 12, months % 12 + 1, 1)


def _span(precision: Precision, first: date, after: date, zone: str, words: Mapping[str, str] | None) -> When:
    tz = ZoneInfo(zone)
    start, end = (datetime.combine(day, time(), tz).astimezone(UTC) for day in (first, after))
    return When(precision, zone, start, end, words)
