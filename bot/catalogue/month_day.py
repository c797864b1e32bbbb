"""Days of a year, without the year. Standard library only."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_LEAP = 2000
"""A year that has every day."""
_FORM = re.compile(r"(?a)(\d\d)-(\d\d)")


class MonthDay(NamedTuple):
    """A day of every year; as text, the ``12-04`` of an ISO date."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"

    @classmethod
    def of(cls, day: date) -> MonthDay:
        """The day of the year that a date falls on."""
        return cls(day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> MonthDay:
        """Parse what `str` of a day gave. Raises `ValueError` for anything else, and for days that no year has."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"no day of a year: {text}")
        return cls.of(date(_LEAP, int(match[1]), int(match[2])))

    def in_year(self, year: int) -> date:
        """Its date in a year. 29 February is the 28th in years that have none.

        So do Java's ``MonthDay.atYear``, dateutil's ``relativedelta`` and RFC 7529's ``SKIP=BACKWARD``; and in Korean
        law a period of years ends on the last day of a month that lacks its day (Civil Act, article 160, paragraph 3).
        """
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return date(year, 2, 28)


LEAP_DAY = MonthDay(2, 29)


def falling_on(day: date) -> list[MonthDay]:
    """The days of a year whose date is `day` in its year: two on 28 February of a year without a 29th."""
    itself = MonthDay.of(day)
    return [itself, LEAP_DAY] if LEAP_DAY.in_year(day.year) == day and itself != LEAP_DAY else [itself]
