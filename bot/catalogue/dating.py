"""Which of the dates that were stated for one event counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.catalogue.model import Status
from bot.catalogue.origin import FIRST_IMPORT
from bot.catalogue.when import Precision, When

_FIRMNESS = {Status.REPORTED: 0, Status.EXPECTED: 1, Status.CONFIRMED: 2, Status.RELEASED: 3}
_NEVER = datetime.max.replace(tzinfo=UTC)
_FINENESS = {precision: place for place, precision in enumerate(Precision)}


class StatedDate(NamedTuple):
    """A date as one origin states it. `precedence` is that of the origin; dates of a `rank` above 0 never count."""

    id: int
    precedence: int
    rank: int
    status: Status
    when: When


def current(stated: Sequence[StatedDate]) -> StatedDate | None:
    """The date that counts: that of the first origin in order; or a finer one of another that agrees with it.

    Among imports, a firmer date comes before the order of providers. A vaguer date does not contradict an exact one
    within it, so the exact one refines it, unless it is less firm. What is postponed or cancelled is so, whatever date
    others still state.
    """
    candidates = sorted((date for date in stated if date.rank == 0), key=_order)
    if not candidates:
        return None
    first = candidates[0]
    if first.status not in _FIRMNESS:
        return first
    finer = [
        other
        for other in candidates[1:]
        if _FINENESS[other.when.precision] < _FINENESS[first.when.precision]
        and _FIRMNESS.get(other.status, -1) >= _FIRMNESS[first.status]
        and other.when.agrees(first.when)
    ]
    return min(finer, key=lambda other: _FINENESS[other.when.precision], default=first)


def _order(date: StatedDate) -> tuple[int, int, int, datetime, datetime, int]:
    imported = date.precedence >= FIRST_IMPORT
    firmness = _FIRMNESS.get(date.status, -1) if imported else 0
    first = FIRST_IMPORT if imported else date.precedence
    # Of two documents of one provider the earlier date counts, whichever was taken in first.
    return (first, -firmness, date.precedence, date.when.earliest or _NEVER, date.when.latest or _NEVER, date.id)
