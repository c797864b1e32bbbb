"""An occasion as its people write it down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.catalogue.model import CATALOGUED, OWN, EventKind, Ref
from bot.catalogue.when import When, parse
from bot.errors import UnfitError
from bot.occasions.repeats import Changes, Repeat, days

MAX_TITLE = 100
MAX_PLACE = 100
MAX_ADDRESS = 400
"""Characters of what people write: titles and places are shown on one line, also among Discord's own events."""
LONGEST = timedelta(days=30)
"""How long an occasion may last."""
MOST_REPEATS = 1000
"""The largest interval and count of a repeat: whoever needs more means "without an end"."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What people say of an occasion. `day` and `time` are on the clocks of `zone`; a day may be all that is known.

    `about`: a drama, an artist or a song of the catalogue. `rsvp`: members are asked whether they come, and those who
    are in get the role with the id `attendee_role_id`. Raises `UnfitError` for what cannot be.
    """

    title: str
    kind: EventKind
    day: date
    time: time | None
    zone: str
    lasts: timedelta | None = None
    place: str | None = None
    url: str | None = None
    picture: str | None = None
    about: Ref | None = None
    repeat: Repeat | None = None
    rsvp: bool = False
    attendee_role_id: int | None = None

    def __post_init__(self) -> None:
        fits = {
            "title": bool(self.title.strip()) and len(self.title) <= MAX_TITLE,
            "kind": self.kind in OWN,
            "lasts": self.lasts is None or timedelta(minutes=1) <= self.lasts <= LONGEST,
            "place": self.place is None or (bool(self.place.strip()) and len(self.place) <= MAX_PLACE),
            "url": self.url is None or _is_address(self.url),
            "picture": self.picture is None or _is_address(self.picture),
            "about": self.about is None or self.about.kind in CATALOGUED,
            "repeat": self.repeat is None or _repeats(self.repeat),
            "rsvp": self.rsvp or self.attendee_role_id is None,
        }
        for field, fit in fits.items():
            if not fit:
                raise UnfitError(field)
        self.when(self.day)

    def when(self, day: date) -> When:
        """The date of the occurrence on a day. Raises `UnfitError` for one that is out of reach."""
        return when(day, self.time, self.zone)

    def number(self, day: date) -> int:
        """The number of the occurrence that its repeat has on a day: the day's ordinal; 0 where there is only one."""
        return day.toordinal() if self.repeat is not None else 0

    def from_now_on(self, now: datetime) -> Draft:
        """The same without what is over: nobody writes down a repeat that began long ago, or reads of its first day."""
        if self.repeat is None:
            return self
        today = now.date() - timedelta(days=1)  # what is earlier is over in every zone
        for place, day in enumerate(days(self.day, self.repeat)):
            latest = self.when(day).latest if day >= today else None
            if latest is not None and latest >= now:
                left = self.repeat.count - place if self.repeat.count is not None else None
                return replace(self, day=day, repeat=replace(self.repeat, count=left))
        return self


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An occasion in a server's schedule. `changes`: of single occurrences, by their numbers."""

    ref: Ref
    draft: Draft
    cancelled: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class Coming:
    """One time that something takes place, or was to. `id`: of its event; `at`: when it is, wherever it was moved."""

    id: int
    ref: Ref
    number: int
    title: str
    at: When
    skipped: bool
    repeat: Repeat | None

    @property
    def day(self) -> date:
        """The day on which what repeats has it."""
        return date.fromordinal(abs(self.number))


def when(day: date, clock: time | None, zone: str) -> When:
    """A day, or a minute of it, on the clocks of a zone. Raises `UnfitError` if there is no such zone, year or time."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnfitError("zone") from error
    try:
        return parse(f"{day} {clock:%H:%M}" if clock is not None else f"{day}", zone)
    except ValueError as error:
        raise UnfitError("day") from error


def _is_address(text: str) -> bool:
    """Whether a text is an address that can be a link, in Discord's markup as well."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port  # that raises if it is none
    except ValueError:
        return False
    plain = not any(char.isspace() or char in "<>" or not char.isprintable() for char in text)
    public = "." in host.strip(".")  # Discord refuses messages with a link to "https://localhost"
    return plain and len(text) <= MAX_ADDRESS and parts.scheme in ("http", "https") and public


def _repeats(repeat: Repeat) -> bool:
    """Whether a repeat can be: it goes on, and not for longer than anybody plans."""
    counted = repeat.count is None or 1 <= repeat.count <= MOST_REPEATS
    return 1 <= repeat.interval <= MOST_REPEATS and counted and repeat.weekdays <= set(range(7))
