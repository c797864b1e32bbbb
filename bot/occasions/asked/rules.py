"""What a piece looks like: one rule for each kind, those first that begin like others and are longer.

Patterns are for texts with single spaces, whatever their case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from bot.announcements.zones import find_zones
from bot.errors import NotUnderstoodError
from bot.occasions.asked import amounts, dates
from bot.occasions.asked.amounts import KOREAN_NUMBER, NUMBER, SPAN, UNIT
from bot.occasions.asked.model import Reason
from bot.occasions.asked.pieces import (
    Bare,
    Clock,
    Count,
    Cycle,
    Half,
    Lasts,
    Mark,
    Moment,
    Near,
    Piece,
    Shift,
    Week,
    Zone,
)
from bot.occasions.asked.vocabulary import CYCLES, HALVES, NEAR, NIGHT, OTHER_ZONE, SHIFTS, WEEKDAYS, ZONE, weekdays

T = TypeVar("T")


class Found(NamedTuple):
    """The pieces at a place of a text, and where they end."""

    pieces: Sequence[Piece]
    end: int


Rule = Callable[[str, int], Found | None]
"""What a rule finds at a place of a text. Raises `NotUnderstoodError` for what it knows, and cannot be."""
RULES: list[Rule] = []


def _rule(pattern: str) -> Callable[[Callable[[re.Match[str]], Sequence[Piece]]], None]:
    """Make a rule of a function that says which pieces a match of the pattern has; if none, it is no match."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def add(pieces: Callable[[re.Match[str]], Sequence[Piece]]) -> None:
        def rule(text: str, at: int) -> Found | None:
            match = compiled.match(text, at)
            found = pieces(match) if match else ()
            return Found(found, match.end()) if match and found else None

        RULES.append(rule)

    return add


def _each(table: Mapping[str, T], pieces: Callable[[str, T], Sequence[Piece]]) -> None:
    """Make a rule of each pattern of a table."""
    for pattern, value in table.items():
        _rule(pattern)(lambda match, value=value: pieces(match[0], value))


@_rule(r"<t:(-?[0-9]{1,13})(?::[a-z])?>")
def _timestamp(match: re.Match[str]) -> Sequence[Piece]:
    """Discord's own markup (https://docs.discord.com/developers/reference#message-formatting)."""
    try:
        return [Moment(match[0], datetime.fromtimestamp(int(match[1]), UTC))]
    except (ValueError, OverflowError, OSError):
        raise NotUnderstoodError(Reason.NO_SUCH_DAY, match[0]) from None


@_rule(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?(?![0-9])"
)
def _iso(match: re.Match[str]) -> Sequence[Piece]:
    """A date and time of ISO 8601, with or without an offset from UTC."""
    day = dates.match(match[1], 0)
    if day is None:
        return []
    pieces: list[Piece] = [day[0], clock(match[0], int(match[2]), int(match[3]), exact=True)]
    return [*pieces, _zone(match[4], "UTC" if match[4] in "Zz" else f"UTC{match[4]}")] if match[4] else pieces


@_rule(rf"in ({SPAN})|({SPAN}) ?(?:from now|later|뒤|후|있다가)")
def _ahead(match: re.Match[str]) -> Sequence[Piece]:
    amount = amounts.amount(match[1] or match[2])
    if amount is None or (amount.timed and amount.months):
        return []
    return [Moment(match[0], amount.span) if amount.timed else Near(match[0], amount.span.days, amount.months)]


@_rule(rf"(?:for|lasts?|lasting) ({SPAN})|({SPAN}) ?(?:long(?![a-z])|동안|간(?!격)|짜리)")
def _lasts(match: re.Match[str]) -> Sequence[Piece]:
    amount = amounts.amount(match[1] or match[2])
    return [Lasts(match[0], amount.span, amount.months, amount.timed)] if amount else []


_each(CYCLES, lambda text, cycle: [Cycle(text, *cycle)])


@_rule(rf"(?:every|each) ((?:{NUMBER}) ?(?:{UNIT}))(?![a-z])|({SPAN}) ?(?:마다|에 ?한 ?번|간격(?:으로)?)")
def _cycle_of(match: re.Match[str]) -> Sequence[Piece]:
    interval = amounts.interval(match[1] or match[2])
    return [Cycle(match[0], *interval)] if interval else []


@_rule(
    r"[x×] ?([1-9][0-9]{0,2})(?![0-9:])"
    r"|(?:총 ?)?([1-9][0-9]{0,2}) ?(?:[x×](?![a-z0-9])|(?:times|episodes|eps)(?![a-z])|(?:회|번|부작)(?:까지)?)"
)
def _count(match: re.Match[str]) -> Sequence[Piece]:
    return [Count(match[0], int(match[1] or match[2]))]


_PM = r"[ap]\.?m(?![a-z])"


@_rule(
    rf"([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))?(?= ?{_PM}| ?(?:-|–|~|to) ?[0-9]{{1,2}}(?:[:.][0-9]{{2}})? ?{_PM}| ?o'?clock)"
    r"(?: ?o'?clock)?"
)
def _clock_of_twelve(match: re.Match[str]) -> Sequence[Piece]:
    return [clock(match[0], int(match[1]), int(match[2] or 0), exact=False)]


def clock(text: str, hour: int, minute: int, *, exact: bool) -> Clock:
    """A time. `exact`: the hour is one of 24, unless a part of the day is said. Listings go on to 29:59."""
    if hour > 29 or minute > 59:
        raise NotUnderstoodError(Reason.NO_SUCH_TIME, text)
    half = 1 <= hour <= 12
    possible = {hour % 12, hour % 12 + 12, hour % 12 + 24} if half else {0, 24} if hour == 0 else {hour}
    meant = {hour, hour + 12} if half and not exact else {hour}
    return Clock(text, frozenset(meant), frozenset(possible), minute)


def _date(text: str, at: int) -> Found | None:
    found = dates.match(text, at)
    return Found([found[0]], found[1]) if found else None


RULES.append(_date)


@_rule(r"([0-9]{1,2})(?:[:.]([0-9]{2})(?::[0-9]{2})?|h([0-9]{2})?)(?![0-9:a-z])")
def _clock_of_24(match: re.Match[str]) -> Sequence[Piece]:
    return [clock(match[0], int(match[1]), int(match[2] or match[3] or 0), exact=True)]


@_rule(rf"([0-9]{{1,2}}|{KOREAN_NUMBER}) ?시(?!간)(?: ?(?:([0-9]{{1,2}}) ?분(?! ?동안|간)|(반)(?![가-힣])))?")
def _korean_clock(match: re.Match[str]) -> Sequence[Piece]:
    minute = 30 if match[3] else int(match[2] or 0)
    return [clock(match[0], int(amounts.number(match[1])), minute, exact=False)]


@_rule(r"(noon|midday|정오)(?![a-z])|(?:midnight|자정)(?![a-z])")
def _middle(match: re.Match[str]) -> Sequence[Piece]:
    """A midnight is the one before a day or the one after it."""
    hours = frozenset({12} if match[1] else {0, 24})
    return [Clock(match[0], hours, hours)]


_each(SHIFTS, lambda text, shift: [Shift(text, *shift)])
_each(NEAR, lambda text, days: [Near(text, days)])
_each(HALVES, lambda text, hours: [Half(text, hours)])


@_rule(r"(?:tonight|tonite)(?![a-z])")
def _tonight(match: re.Match[str]) -> Sequence[Piece]:
    return [Near(match[0], 0), Half(match[0], NIGHT)]


@_rule(WEEKDAYS)
def _week(match: re.Match[str]) -> Sequence[Piece]:
    return [Week(match[0], weekdays(match[0]), every=match[0].lower().endswith(("days", "ends")))]


@_rule(r"(?:every|each)(?![a-z])|마다|매(?= ?[월화수목금토일](?:요일|욜))")
def _every(match: re.Match[str]) -> Sequence[Piece]:
    return [Cycle(match[0], None)]


_each(
    {r"at(?![a-z])|@": Mark.AT, r"~|to(?![a-z])": Mark.TO, r"-|–|—": Mark.DASH, "까지": Mark.TILL},
    lambda _, mark: [mark],
)
_each({r"(?:until|till?|through|ends?|ending)(?![a-z])": Mark.UNTIL}, lambda _, mark: [mark])


@_rule(r"([0-9]{1,2})(?![0-9])")
def _number(match: re.Match[str]) -> Sequence[Piece]:
    return [Bare(match[0], int(match[0]))]


@_rule(ZONE)
def _named_zone(match: re.Match[str]) -> Sequence[Piece]:
    return [_zone(match[0], match["name"] or match[0])]


@_rule(OTHER_ZONE)
def _other_zone(match: re.Match[str]) -> Sequence[Piece]:
    return [_zone(match[0], match["name"] or match["korean"])]


def _zone(text: str, name: str) -> Zone:
    """The zones of a name. Raises `NotUnderstoodError` if there is none."""
    zones = find_zones(re.sub(r"([+-]) ?0(?=[0-9])", r"\1", name))
    if not zones:
        raise NotUnderstoodError(Reason.NO_SUCH_ZONE, text)
    return Zone(text, tuple(zones))
