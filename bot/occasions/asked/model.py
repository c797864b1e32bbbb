"""What was understood of people's words, and why they were not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from bot.occasions.repeats import Repeat


@dataclass(frozen=True, slots=True)
class Asked:
    """When something is to take place: on `day`, at `time` on the clocks of `zone`; None: the day alone is known.

    `repeat` is in its canonical form, and has an occurrence on `day`.
    """

    day: date
    time: time | None
    zone: str
    lasts: timedelta | None = None
    repeat: Repeat | None = None


class Reason(StrEnum):
    """Why a date was not understood."""

    UNKNOWN = "unknown"
    """The part is no date, time or repeat that can be read."""
    AMBIGUOUS = "ambiguous"
    """It may mean several things, which are the readings."""
    PAST = "past"
    """It is over. The readings, if any, are what was understood."""
    WEEKDAY = "weekday"
    """The date is not on that weekday. The reading is the date alone."""
    NO_SUCH_DAY = "no such day"
    """There is no such day, or none that can be planned for."""
    NO_SUCH_TIME = "no such time"
    """No clock and no listing has such a time, or not in that part of the day, or not in such a repeat."""
    NO_SUCH_ZONE = "no such zone"
    TWICE = "twice"
    """Something was said already, and this is another one of it."""
    NO_DAY = "no day"
    """Not enough is said to know the day, or the day of the repeat."""
    NO_HOUR = "no hour"
    """A part of the day is said, but no hour."""
    NO_REPEAT = "no repeat"
    """An end, a count or several days are said, but not how it repeats."""
    ENDS_BEFORE = "ends before"
    """The repeat ends before it begins."""
