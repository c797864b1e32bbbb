"""The pieces that a text about a date consists of. `text` is what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from bot.occasions.repeats import Every


class Parts(NamedTuple):
    """The parts of a date that were said."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date, or its month or day alone. `choices`: what it may mean, the likeliest for a Korean first."""

    text: str
    choices: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """So many months and days from today."""

    text: str
    days: int
    months: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or how far ahead one is."""

    text: str
    at: datetime | timedelta


@dataclass(frozen=True, slots=True)
class Week:
    """Days of a week; 0 is Monday. `every`: each week on all of them, as "Saturdays" are."""

    text: str
    days: frozenset[int]
    every: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """This, the next, or a later week, month or year."""

    text: str
    unit: Every
    by: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time. Its hours are counted from midnight, and go on after 24 as in listings.

    `hours` are what it means by itself, `possible` what it may mean if a part of the day is said.
    """

    text: str
    hours: frozenset[int]
    possible: frozenset[int]
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Bare:
    """A number that may be an hour, if something beside it says so."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Half:
    """A part of a day, with its hours."""

    text: str
    hours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone. `zones`: which ones it may be."""

    text: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lasts:
    """How long it takes; or, if no hours are said, for how long it goes on."""

    text: str
    span: timedelta
    months: int
    timed: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """How it repeats. `every` is None where something else says it, as in "every Saturday"."""

    text: str
    every: Every | None
    interval: int = 1


@dataclass(frozen=True, slots=True)
class Count:
    """How often it takes place."""

    text: str
    number: int


class Mark(Enum):
    """What says something of the pieces beside it."""

    AT = "at"
    TO = "to"
    DASH = "-"
    UNTIL = "until"
    """The end follows."""
    TILL = "까지"
    """The end precedes."""


Day = Dated | Near | Moment | Week | Shift
Piece = Day | Clock | Bare | Half | Zone | Lasts | Cycle | Count | Mark
