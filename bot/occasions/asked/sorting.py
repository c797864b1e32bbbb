"""What each piece of a text is of: the begin or the end, the day or the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.errors import NotUnderstoodError
from bot.occasions.asked.model import Reason
from bot.occasions.asked.pieces import (
    Bare,
    Clock,
    Count,
    Cycle,
    Dated,
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
from bot.occasions.asked.rules import clock
from bot.occasions.repeats import Every

T = TypeVar("T", Clock, Count, Cycle, Dated, Lasts, Moment, Near, Shift, Week, Zone)
DAYS = (Dated, Near, Moment, Week, Shift)


@dataclass(frozen=True, slots=True)
class Days:
    """What is said of a day."""

    dated: Dated | None
    near: Near | None
    moment: Moment | None
    week: Week | None
    shift: Shift | None

    @property
    def text(self) -> str:
        """What was typed; empty if nothing was."""
        pieces = (self.shift, self.near, self.moment, self.dated, self.week)
        return " ".join(piece.text for piece in pieces if piece is not None)


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said. `end`: of the repeat; `to`: of the time."""

    begin: Days
    end: Days
    clock: Clock | None
    to: Clock | None
    zone: Zone | None
    lasts: Lasts | None
    cycle: Cycle | None
    count: Count | None


def sort(pieces: Sequence[Piece]) -> Said:
    """Tell the pieces apart. Raises `NotUnderstoodError` for what is said twice, and numbers that say nothing."""
    begin, end = _split(_timed(pieces))
    at = _one(begin, Clock)
    for half in (piece for piece in begin if isinstance(piece, Half)):
        if at is None:
            raise NotUnderstoodError(Reason.NO_HOUR, half.text)
        at = _narrow(at, half)
    zones = {piece.zones: piece for piece in begin if isinstance(piece, Zone)}
    return Said(
        begin=_days(begin),
        end=_days(end),
        clock=at,
        to=_one(end, Clock),
        zone=_one(list(zones.values()), Zone),
        lasts=_one(begin, Lasts),
        cycle=_cycle(begin),
        count=_one(begin, Count),
    )


def _one(pieces: Sequence[Piece], kind: type[T]) -> T | None:
    """The piece of a kind, if there is one."""
    found = [piece for piece in pieces if isinstance(piece, kind)]
    if len(found) > 1:
        raise NotUnderstoodError(Reason.TWICE, found[1].text)
    return found[0] if found else None


def _days(pieces: Sequence[Piece]) -> Days:
    return Days(*(_one(pieces, Dated), _one(pieces, Near), _one(pieces, Moment), _week(pieces), _one(pieces, Shift)))


def _week(pieces: Sequence[Piece]) -> Week | None:
    """The days of a week: "every Saturday" and 토요일마다 are each of them, as "Saturdays" are."""
    week = _one(pieces, Week)
    if week is None:
        return None
    at = pieces.index(week)
    before, after = pieces[at - 1] if at else None, pieces[at + 1] if at + 1 < len(pieces) else None
    every = isinstance(before, Cycle) and before.every in (None, Every.WEEK)
    return replace(week, every=week.every or every or (isinstance(after, Cycle) and after.every is None))


def _cycle(pieces: Sequence[Piece]) -> Cycle | None:
    """How it repeats. Twice is once where one of both says no more than the other: 매주 토요일마다."""
    found = [piece for piece in pieces if isinstance(piece, Cycle)]
    full = {(piece.every, piece.interval): piece for piece in found if piece.every is not None}
    return _one(list(full.values()) or found[:1], Cycle)


def _timed(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with numbers as hours where something beside them says so, in the part of the day that does."""
    beside = [None, *pieces, None]
    found: list[Piece] = []
    for before, piece, after in zip(beside, pieces, beside[2:], strict=False):
        if isinstance(piece, Bare):
            if before is not Mark.AT and not isinstance(before, Half) and not isinstance(after, Half):
                raise NotUnderstoodError(Reason.UNKNOWN, piece.text)
            found.append(clock(piece.text, piece.number, 0, exact=False))
        elif piece is not Mark.AT:
            found.append(piece)
    timed: list[Piece] = []
    for piece, after in zip(found, [*found, None][1:], strict=True):
        last = timed[-1] if timed else None
        if isinstance(piece, Half) and isinstance(last, Clock) and not isinstance(after, Clock):
            timed[-1] = _narrow(last, piece)
        elif isinstance(piece, Clock) and isinstance(last, Half):
            timed[-1] = _narrow(piece, last)
        else:
            timed.append(piece)
    return timed


def _narrow(said: Clock, half: Half) -> Clock:
    possible = said.possible & half.hours
    if not possible:
        raise NotUnderstoodError(Reason.NO_SUCH_TIME, f"{said.text} {half.text}")
    return replace(said, hours=frozenset(hour for hour in possible if hour < 24) or possible, possible=possible)


def _split(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the begin, and those of the end."""
    begin, end = list[Piece](), list[Piece]()
    follows: tuple[type[Piece], ...] = ()
    for piece in pieces:
        last = begin[-1] if begin else None
        if piece is Mark.UNTIL:
            follows = (*DAYS, Clock)
        elif piece in (Mark.TO, Mark.DASH):
            follows = (Clock,) if isinstance(last, Clock) else DAYS if piece is Mark.TO else ()
        elif piece is Mark.TILL:
            _take_last(begin, end)
        elif isinstance(piece, follows):
            end.append(piece)
            follows = DAYS if isinstance(piece, Shift) else (Dated,) if isinstance(piece, Week) else ()
        else:
            begin.append(piece)
            follows = ()
    return begin, end


def _take_last(begin: list[Piece], end: list[Piece]) -> None:
    """Take the date or time before 까지 for the end, with what belongs to it: 2월 16일 화요일, 다음 주 금요일."""
    if not begin or not isinstance(begin[-1], (*DAYS, Clock)):
        raise NotUnderstoodError(Reason.UNKNOWN, Mark.TILL.value)
    end.append(begin.pop())
    if isinstance(end[-1], Week) and begin and isinstance(begin[-1], Dated):
        end.append(begin.pop())
    if begin and isinstance(begin[-1], Shift) and not isinstance(end[-1], Clock):
        end.append(begin.pop())
