"""A server's schedule as files that other programs read, and this one. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from bot.catalogue.model import ENGLISH
from bot.occasions.asked import Asked, written
from bot.occasions.model import Draft, Scheduled
from bot.occasions.repeats import Every, Repeat, days

Component = Any
"""A component of icalendar, whose annotations leave types open."""

_EVERY = {Every.DAY: "DAILY", Every.WEEK: "WEEKLY", Every.MONTH: "MONTHLY", Every.YEAR: "YEARLY"}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""


def table(schedule: Sequence[Scheduled], now: datetime) -> bytes:
    """The schedule as a table that `bot.occasions.importing` and spreadsheets read.

    What repeats begins with its next date, and changes of single dates are left out.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("title", "when", "kind", "where", "link", "picture", "about"))
    for one in schedule:
        draft = one.draft.from_now_on(now)
        asked = Asked(draft.day, draft.time, draft.zone, draft.lasts, draft.repeat)
        about = str(draft.about) if draft.about is not None else ""
        cells = (draft.title, written(asked, ENGLISH), draft.kind, draft.place, draft.url, draft.picture, about)
        writer.writerow([_harmless(cell or "") for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def calendar(schedule: Sequence[Scheduled], name: str, now: datetime) -> bytes:
    """The schedule as a calendar (https://www.rfc-editor.org/rfc/rfc5545), with changes of single dates."""
    found: Component = icalendar.Calendar()
    found.add("prodid", "-//Byeol//Schedule//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    for one in schedule:
        event = _event(one, now)
        found.add_component(event)
        for component in _moved(one, now):
            found.add_component(component)
    found.add_missing_timezones()
    return found.to_ical()


def _event(one: Scheduled, now: datetime) -> Component:
    draft = one.draft
    event = _said(one, now)
    _put_times(event, draft, draft.day if draft.time is None else _local(draft, draft.day))
    if draft.repeat is not None:
        event.add("rrule", _rule(draft, draft.repeat))
        # A first day that the repeat does not have is no occurrence, but iCalendar counts it.
        first = next(days(draft.day, draft.repeat), None)
        if first is not None and first != draft.day:
            _put_times(event, draft, first if draft.time is None else _local(draft, first))
        skipped = [number for number, change in sorted(one.changes.items()) if change.skipped]
        for number in skipped:
            event.add("exdate", _occurrence(draft, number))
    return event


def _moved(one: Scheduled, now: datetime) -> list[Component]:
    found: list[Component] = []
    for number, change in sorted(one.changes.items()):
        if change.skipped or change.to is None or one.draft.repeat is None:
            continue
        event = _said(one, now)
        event.add("recurrence-id", _occurrence(one.draft, number))
        to = change.to
        if one.draft.time is not None and to.precision == "minute" and to.earliest is not None:
            _put_times(event, one.draft, to.earliest.astimezone(ZoneInfo(to.zone)))
        else:
            assert to.first_day is not None
            _put_times(event, one.draft, to.first_day)
        found.append(event)
    return found


def _said(one: Scheduled, now: datetime) -> Component:
    event: Component = icalendar.Event()
    draft = one.draft
    event.add("uid", f"{one.ref.slug}@byeol")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", draft.title)
    event.add("categories", [draft.kind.value])
    if draft.place:
        event.add("location", draft.place)
    if draft.url:
        event.add("url", draft.url)
    return event


def _put_times(event: Component, draft: Draft, begin: Any) -> None:
    event.pop("DTSTART", None)
    event.pop("DTEND", None)
    event.add("dtstart", begin)
    if draft.lasts is not None and isinstance(begin, datetime):
        event.add("dtend", (begin.astimezone(UTC) + draft.lasts).astimezone(begin.tzinfo))


def _occurrence(draft: Draft, number: int) -> Any:
    day = datetime.fromordinal(number).date()
    return day if draft.time is None else _local(draft, day)


def _local(draft: Draft, day: Any) -> datetime:
    assert draft.time is not None
    return datetime.combine(day, draft.time, ZoneInfo(draft.zone))


def _rule(draft: Draft, repeat: Repeat) -> dict[str, Any]:
    rule: dict[str, Any] = {"freq": _EVERY[repeat.every]}
    if repeat.interval > 1:
        rule["interval"] = repeat.interval
    if repeat.weekdays and repeat.every is Every.WEEK:
        rule["byday"] = [_DAYS[day] for day in sorted(repeat.weekdays)]
    if repeat.count is not None:
        rule["count"] = repeat.count
    elif repeat.until is not None:
        # The end is an instant where the begin is one (RFC 5545, 3.3.10).
        rule["until"] = repeat.until
        if draft.time is not None:
            end = datetime.combine(repeat.until + timedelta(days=1), datetime.min.time(), ZoneInfo(draft.zone))
            rule["until"] = (end - timedelta(seconds=1)).astimezone(UTC)
    return rule
