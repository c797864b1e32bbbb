"""Calendars in iCalendar's format (https://www.rfc-editor.org/rfc/rfc5545)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

import icalendar
from dateutil import rrule

from bot.catalogue.when import known_zones
from bot.errors import UnfitError
from bot.occasions.importing.model import Entry, Trouble, kind_named, kind_within
from bot.occasions.model import LONGEST, MAX_PLACE, MAX_TITLE, Draft
from bot.occasions.repeats import Every, Repeat

_FAR = timedelta(days=366)
"""How far ahead what cannot be kept as a repeat is taken in, date by date."""
_EVERY = {"DAILY": Every.DAY, "WEEKLY": Every.WEEK, "MONTHLY": Every.MONTH, "YEARLY": Every.YEAR}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SAID = {"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"}
"""What a repeat can say."""
_WALKED = _SAID | {"BYMONTH", "BYMONTHDAY", "BYSETPOS"}
"""What a rule may say besides whose dates are taken in one by one: dateutil would look for some others forever."""
_OLDEST = {Every.DAY: 10, Every.WEEK: 50, Every.MONTH: 150, Every.YEAR: 150}
"""How many years ago something may have begun that repeats: all of its dates up to now are walked through."""
_MOST_REPEATS = 2_000
"""The most events that repeat: they take some hundredths of a second each."""
_MOST_REFUSED = 50
"""The most repeats that are refused before the whole calendar is: to find out can take a second for each."""
_FOLDED = re.compile(rb"\r?\n[ \t]")
_ZONES = re.compile(rb"^BEGIN:VTIMEZONE\b.*?^END:VTIMEZONE\b", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_ZONE_RULES = re.compile(rb"^RRULE[^:\n]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class _Start(NamedTuple):
    day: date
    time: time | None
    zone: str


def entries(data: bytes, zone: str, now: datetime) -> Iterator[Entry]:
    """What the events of a calendar say, counted as they come. Raises `ValueError` if it is none."""
    if b"\0" in data:
        raise ValueError  # no calendar has it, and PostgreSQL keeps no text with it
    _check_zones(data)
    calendars: Any = icalendar.Calendar.from_ical(data, multiple=True)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    changed: dict[str, list[Any]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            changed.setdefault(str(event.get("UID", "")), []).append(event)
    if sum("RRULE" in event for event in events) > _MOST_REPEATS:
        raise ValueError
    refused = 0
    for number, event in enumerate(events, 1):
        for entry in _entries(number, event, changed, zone, now):
            refused += entry.trouble is Trouble.REPEAT
            yield entry
        if refused > _MOST_REFUSED:
            raise ValueError


def _check_zones(data: bytes) -> None:
    """Raise `ValueError` for time zones whose clocks would change more often than once a year: that takes forever."""
    for zone in _ZONES.findall(_FOLDED.sub(b"", data)):
        for rule in _ZONE_RULES.findall(zone):
            if b"FREQ=YEARLY" not in rule.upper() or b"INTERVAL" in rule.upper():
                raise ValueError


def _entries(
    number: int, event: Any, changed: Mapping[str, Sequence[Any]], zone: str, now: datetime
) -> Iterator[Entry]:
    title = " ".join(str(event.get("SUMMARY", "")).split())
    if not title:
        yield Entry(number, "", trouble=Trouble.NO_TITLE)
        return
    try:
        start = _start(event, zone)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            yield Entry(number, title, trouble=Trouble.CANCELLED)
            return
        if "RRULE" not in event and "RDATE" not in event:
            yield Entry(number, title, _draft(event, title, start, None))
            return
        own = changed.get(str(event.get("UID", "")), ())
        repeat = None if own or "EXDATE" in event or "RDATE" in event else _repeat(event, start, now)
        if repeat is not None:
            yield Entry(number, title, _draft(event, title, start, repeat))
            return
        dates = _dates(event, start, own, zone, now)
        if not dates:
            yield Entry(number, title, trouble=Trouble.OVER)
        for each in dates:
            yield Entry(number, title, _draft(event, title, each, None))
    except _NoDateError:
        yield Entry(number, title, trouble=Trouble.NO_DATE)
    except _ZoneError:
        yield Entry(number, title, trouble=Trouble.ZONE)
    except UnfitError as error:
        yield Entry(number, title, trouble=Trouble.UNFIT, error=error)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        yield Entry(number, title, trouble=Trouble.REPEAT)


class _NoDateError(Exception):
    pass


class _ZoneError(Exception):
    pass


def _start(event: Any, zone: str, name: str = "DTSTART") -> _Start:
    """When an event begins: on the clocks of its zone, or of the server's if it says none."""
    prop = event.get(name)
    at = getattr(prop, "dt", None)
    if isinstance(at, datetime):
        if at.tzinfo is None:
            named = prop.params.get("TZID")
            if named is not None and named not in known_zones():
                raise _ZoneError
            return _Start(at.date(), at.time().replace(second=0, microsecond=0), named or zone)
        named = prop.params.get("TZID") or getattr(at.tzinfo, "key", None) or "UTC"
        if named not in known_zones():
            at, named = at.astimezone(UTC), "UTC"
        return _Start(at.date(), at.time().replace(second=0, microsecond=0), named)
    if isinstance(at, date):
        return _Start(at, None, zone)
    raise _NoDateError


def _draft(event: Any, title: str, start: _Start, repeat: Repeat | None) -> Draft:
    categories = [str(one) for one in getattr(event.get("CATEGORIES"), "cats", ())]
    kind = next(filter(None, map(kind_named, categories)), None) or kind_within(title)
    place = " ".join(str(event.get("LOCATION", "")).split())
    url = str(event.get("URL", "")).strip()
    if not url and place.startswith(("http://", "https://")):
        place, url = "", place
    return Draft(
        title[:MAX_TITLE],
        kind,
        start.day,
        start.time,
        start.zone,
        _lasts(event, start),
        place[:MAX_PLACE] or None,
        url or None,
        repeat=repeat,
    )


def _lasts(event: Any, start: _Start) -> timedelta | None:
    """How long it lasts; None for days as a whole, and where nothing is said."""
    if start.time is None:
        return None
    duration = getattr(event.get("DURATION"), "dt", None)
    if not isinstance(duration, timedelta):
        begin, end = event["DTSTART"].dt, getattr(event.get("DTEND"), "dt", None)
        if not isinstance(end, datetime) or (end.tzinfo is None) is not (begin.tzinfo is None):
            return None
        duration = end - begin
    return duration if timedelta(minutes=1) <= duration <= LONGEST else None


def _repeat(event: Any, start: _Start, now: datetime) -> Repeat | None:
    """How it repeats, if a `Repeat` can say so."""
    rule = {str(name).upper(): list(value) for name, value in dict(event["RRULE"]).items()}
    (every,) = (str(one).upper() for one in rule["FREQ"])
    days = [str(one).upper() for one in rule.get("BYDAY", [])]
    plain = (
        rule.keys() <= _SAID
        and every in _EVERY
        and not _is_too_old(start, _EVERY[every], now)
        and all(day in _DAYS for day in days)
    )
    if not plain or (days and every != "WEEKLY"):
        return None
    weekdays = frozenset(map(_DAYS.index, days))
    if weekdays and start.day.weekday() not in weekdays:
        return None  # iCalendar counts the first day as well
    until = rule.get("UNTIL", [None])[0]
    if isinstance(until, datetime):
        local = until.astimezone(ZoneInfo(start.zone)) if until.tzinfo else until
        early = start.time is not None and local.time() < start.time  # the last day's is later than the end
        until = local.date() - timedelta(days=int(early))
    count = rule.get("COUNT", [None])[0]
    return Repeat(_EVERY[every], int(rule.get("INTERVAL", [1])[0]), weekdays, until, int(count) if count else None)


def _dates(event: Any, start: _Start, changed: Sequence[Any], zone: str, now: datetime) -> list[_Start]:
    """The dates of a year ahead of what no `Repeat` can say: without those that are left out or come separately.

    Raises `ValueError` for a rule that cannot be walked through.
    """
    begin = datetime.combine(start.day, start.time or time())
    found = rrule.rruleset()
    if "RRULE" in event:
        found.rrule(rrule.rrulestr(_walked(event["RRULE"].to_ical().decode(), start, now), dtstart=begin))  # type: ignore[arg-type]
    else:
        found.rdate(begin)
    gone = {_on(each, start) for each in _listed(event, "EXDATE")}
    gone |= {_on(getattr(each.get("RECURRENCE-ID"), "dt", None), start) for each in changed}
    for each in _listed(event, "RDATE"):
        if (extra := _on(each, start)) is not None:
            found.rdate(extra)
    first = now.astimezone(ZoneInfo(start.zone)).replace(tzinfo=None) - timedelta(days=1)
    ahead = takewhile(lambda at: at <= first + _FAR, (at for at in found if at >= first))
    return [
        _Start(at.date(), at.time() if start.time is not None else None, start.zone)
        for at in islice((at for at in ahead if at not in gone), 400)
    ]


def _is_too_old(start: _Start, every: Every, now: datetime) -> bool:
    return start.day.year < now.year - _OLDEST[every]


def _walked(rule: str, start: _Start, now: datetime) -> str:
    """A rule whose end is on the clocks of its zone: dateutil compares it with dates that have none."""
    parts = dict(part.upper().split("=", 1) for part in rule.split(";"))
    every = _EVERY[parts["FREQ"]]
    of_months = every in (Every.MONTH, Every.YEAR) or not parts.keys() & {"BYMONTHDAY", "BYSETPOS"}
    plain = parts.keys() <= _WALKED and int(parts.get("INTERVAL", 1)) > 0
    if not plain or not of_months or _is_too_old(start, every, now):
        raise ValueError
    until = parts.get("UNTIL", "")
    if until.endswith("Z"):
        at = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(start.zone))
        parts["UNTIL"] = f"{at:%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _listed(event: Any, name: str) -> Iterator[date | datetime]:
    """The dates of a property that may come several times, with several dates each."""
    found: Any = event.get(name, [])
    several: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [found]
    for prop in several:
        for one in getattr(prop, "dts", ()):
            yield one.dt


def _on(at: date | datetime | None, start: _Start) -> datetime | None:
    """A date on the clocks of a zone."""
    if isinstance(at, datetime):
        local = at.astimezone(ZoneInfo(start.zone)) if at.tzinfo else at
        return local.replace(tzinfo=None, second=0, microsecond=0)
    return datetime.combine(at, start.time or time()) if at is not None else None
