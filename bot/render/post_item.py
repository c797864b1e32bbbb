"""The contents of a post: stages of events, with the details shown beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.announcements.schedule import Stage
from bot.catalogue.model import Airing, Label, Status, Upcoming, Work
from bot.catalogue.when import WEEKDAYS, Precision, When, parse


@dataclass(frozen=True, slots=True)
class Announced:
    """An event with its announcement's details: where to watch, or whose drama, the leads, the previous date."""

    item: Upcoming
    work: Work | None
    leads: Sequence[Label]
    links: Sequence[tuple[str, str]] = ()
    before: When | None = None

    @property
    def starts_at(self) -> When | None:
        """When it begins, to the minute, if only its day is stated but its network's slot is known."""
        return begins(self.item.event.when, self.work.airings) if self.work else None


def begins(at: When, airings: Sequence[Airing]) -> When | None:
    """The minute a work airs, if only the day is stated and a network's slot gives the time; else None."""
    day = at.first_day
    if at.precision is not Precision.DAY or day is None:
        return None
    slot = next((one for one in airings if one.rank == 0 and _airs_on(one, day)), None)
    return parse(f"{day} {slot.time}", slot.zone) if slot else None


def _airs_on(airing: Airing, day: date) -> bool:
    return airing.time is not None and (not airing.days or WEEKDAYS[day.weekday()] in airing.days)


@dataclass(frozen=True, slots=True)
class PostItem:
    """A stage of an event in a post. `correction`: the address of the post that announces its new date."""

    stage: Stage
    found: Announced
    correction: str | None = None

    @property
    def is_expected(self) -> bool:
        """Whether the date is only expected."""
        return self.found.item.event.status is Status.EXPECTED

    @property
    def back_on(self) -> bool:
        """Whether it announces that an event takes place after all, on the date that was cancelled or postponed."""
        event = self.found.item.event
        return self.stage is Stage.MOVED and event.status is not Status.POSTPONED and self.found.before == event.when
