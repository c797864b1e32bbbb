"""Dates that people asked for, in words; and why they were not understood."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from bot.catalogue.when import SEOUL, Precision, When
from bot.errors import NotUnderstoodError
from bot.occasions.asked import Asked, Reason
from bot.occasions.model import Draft
from bot.occasions.model import when as when_of
from bot.occasions.repeats import Every, Repeat, days, leaves_out
from bot.render import wording
from bot.render.card import escape, shorten
from bot.text import Words


def date_words(t: Words, at: When, zones: Iterable[str], now: datetime) -> str:
    """A date on the clocks of zones, each once and the first in full: "Sat 11 January, 13:20 CET · 21:20 in Korea"."""
    if at.precision is not Precision.MINUTE or at.earliest is None:
        assert at.first_day is not None
        return t.near_day(at.first_day, now.astimezone(ZoneInfo(at.zone)).date())
    first, *others = (at.earliest.astimezone(ZoneInfo(zone)) for zone in dict.fromkeys(zones))
    shown = [f"{_day(t, first, now)}, {wording.clock(t, first)}"]
    for other in others:
        if other.utcoffset() != first.utcoffset():
            clock = t("{clock} in Korea", clock=t.clock(other)) if _is_korea(other) else wording.clock(t, other)
            shown.append(clock if other.date() == first.date() else f"{_day(t, other, now)}, {clock}")
    return " · ".join(shown)


def _day(t: Words, local: datetime, now: datetime) -> str:
    return t.near_day(local.date(), now.astimezone(local.tzinfo).date())


def _is_korea(local: datetime) -> bool:
    return isinstance(local.tzinfo, ZoneInfo) and local.tzinfo.key == SEOUL


def repeat_words(t: Words, first: date, repeat: Repeat) -> str:
    """How something repeats: "every 2 weeks on Sat, Sun, until 16 February 2025"."""
    n, once = repeat.interval, repeat.interval == 1
    match repeat.every:
        case Every.DAY:
            every = t("every day") if once else t("every {n} days", n=n)
        case Every.WEEK:
            on = t.weekdays(sorted(repeat.weekdays or {first.weekday()}))
            every = t("every week on {days}", days=on) if once else t("every {n} weeks on {days}", n=n, days=on)
        case Every.MONTH:
            every = (
                t("every month on day {day}", day=first.day)
                if once
                else t("every {n} months on day {day}", n=n, day=first.day)
            )
        case Every.YEAR:
            every = t("every year") if once else t("every {n} years", n=n)
    if repeat.until is not None:
        every = t("{every}, until {day}", every=every, day=t.day(repeat.until))
    if repeat.count is not None:
        every = t("{every}, {times}", every=every, times=t.plural("{n} time", "{n} times", repeat.count))
    if leaves_out(first, repeat):
        every += " · " + t("left out where there is no such day")
    return every


def next_days(t: Words, draft: Draft, now: datetime, most: int = 3) -> str:
    """The next days of what repeats, after the first."""
    today = now.astimezone(ZoneInfo(draft.zone)).date()
    ahead = (day for day in days(draft.day, draft.repeat) if day >= today)
    return ", ".join(t.near_day(day, today) for day in islice(ahead, 1, most + 1))


def reading_words(t: Words, asked: Asked, now: datetime) -> str:
    """One way to understand a date, for a button."""
    at = when_of(asked.day, asked.time, asked.zone)
    return shorten(date_words(t, at, [asked.zone], now), 80)


def trouble_words(t: Words, error: NotUnderstoodError) -> tuple[str, str]:
    """Title and body for somebody whose date was not understood."""
    part = escape(shorten(error.part, 80))
    known = error.readings[0] if error.readings else None
    day = t.day(known.day) if known is not None else ""
    title = {
        Reason.UNKNOWN: t("I don't understand “{part}”", part=part),
        Reason.AMBIGUOUS: t("“{part}” can mean several things", part=part),
        Reason.PAST: t("“{part}” is over", part=part) if part else t("That is over"),
        Reason.WEEKDAY: t("{day} is not on “{part}”", day=day, part=part),
        Reason.NO_SUCH_DAY: t("There is no day “{part}”", part=part),
        Reason.NO_SUCH_TIME: t("There is no time “{part}”", part=part),
        Reason.NO_SUCH_ZONE: t("I don't know the time zone “{query}”", query=part),
        Reason.TWICE: t("“{part}” is one too many", part=part),
        Reason.NO_DAY: t("Which day do you mean?"),
        Reason.NO_HOUR: t("At what time in “{part}”?", part=part),
        Reason.NO_REPEAT: t("How does it repeat?"),
        Reason.ENDS_BEFORE: t("It would end before it begins"),
    }[error.reason]
    hint = {
        Reason.PAST: t("I read it as {day}. Add a year, or name a day ahead.", day=day) if known else "",
        Reason.AMBIGUOUS: t("Say which one: with the month in letters, am or pm, or the name of a city for the zone."),
        Reason.WEEKDAY: t("It is on {weekday}.", weekday=t.weekday(known.day.weekday())) if known else "",
        Reason.NO_SUCH_ZONE: t("Name a large city or an IANA name, such as Asia/Seoul."),
        Reason.TWICE: t("Say the day, the time and the repeat once each."),
        Reason.NO_REPEAT: t("Add “every week” or the days, such as “every Sat”."),
    }.get(error.reason, "")
    return title, "\n".join(filter(None, [hint, examples(t)]))


def examples(t: Words) -> str:
    """Dates that can be read, to go by."""
    return t(
        "For example: “Fri 18:00”, “11 Jan 21:20 KST for 2 h”, “every Sat 21:20 until 16 Feb”, or Discord's @time."
    )
