"""What anniversaries recall: birthdays and debuts as they are stated, and premieres that are past."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from bot.catalogue.model import Certainty, EventKind, Source, Status, YearDay
from bot.catalogue.month_day import MonthDay
from bot.catalogue.when import EXACT
from bot.store.connection import Connection
from bot.store.profiles import events, year_days

KINDS = {"birthday": EventKind.ARTIST_BIRTHDAY, "debut": EventKind.DEBUT_ANNIVERSARY}
"""The kinds of days that come round, with those of their anniversaries."""


class Recalled(NamedTuple):
    """A day that has anniversaries. `since` is its first year: there are none in that year; None: it is not told."""

    day: MonthDay
    since: int | None
    sources: Sequence[Source]


def recalled(connection: Connection, ids: Collection[int]) -> dict[tuple[int, EventKind], Recalled]:
    """The day of each kind that counts for each of some entities: the first that is plainly stated."""
    found: dict[tuple[int, EventKind], Recalled] = {}
    for entity, days in year_days(connection, ids).items():
        for one in filter(_counts, days):
            found.setdefault((entity, KINDS[one.kind]), Recalled(one.day, one.year, one.sources))
    for entity, dated in events(connection, ids).items():
        for event in dated:
            first = event.when.first_day
            firm = event.status in (Status.CONFIRMED, Status.RELEASED) and event.rank == 0
            if event.kind is EventKind.PREMIERE and firm and first is not None and event.when.precision in EXACT:
                key = (entity, EventKind.PREMIERE_ANNIVERSARY)
                found.setdefault(key, Recalled(MonthDay.of(first), first.year, event.sources))
    return found


def _counts(day: YearDay) -> bool:
    return day.rank == 0 and day.certainty is Certainty.STATED
