"""The first line of a post: what a phone shows of it before anybody opens Discord.

Push notifications show the plain content of a message, and neither embeds nor timestamps. So one line says it all:
whom it is for, what happens, and when, in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.announcements.schedule import Stage
from bot.catalogue.model import EventKind, Label, Upcoming
from bot.catalogue.when import Precision, When
from bot.render.card import escape, shorten
from bot.render.told import Told
from bot.text import Words

MAX_LINE = 150
"""Characters of the line, with the mention of the role: about what a lock screen shows."""

_NAMES = (60, 40, 28, 18, 10)
"""How much room a name gets, until the whole line has enough: the date matters more than the end of a long title."""

Call = Callable[[Label], str]
"""What an entity is called, in the room that there is."""


def push_line(t: Words, told: Sequence[Told], zone: str, now: datetime, *, role_id: int | None = None) -> str:
    """The first line of a post of some stages of events, at most `MAX_LINE` characters."""
    return _fitted(t, lambda call: _line(t, call, told, ZoneInfo(zone), now), role_id)


def digest_line(t: Words, items: Sequence[Upcoming], *, role_id: int | None = None) -> str:
    """The first line of a digest: the first thing in it, and how much more there is."""

    def line(call: Call) -> str:
        first = _what(t, call, items[0])
        if len(items) == 1:
            return t("Coming up: {what}", what=first)
        more = len(items) - 1
        return t.plural("Coming up: {what}, and {n} more", "Coming up: {what}, and {n} more", more, what=first)

    return _fitted(t, line, role_id)


def _fitted(t: Words, line: Callable[[Call], str], role_id: int | None) -> str:
    mention = f"<@&{role_id}> " if role_id is not None else ""
    drawn = [mention + line(_called(t, room)) for room in _NAMES]
    return next((words for words in drawn if len(words) <= MAX_LINE), shorten(drawn[-1], MAX_LINE))


def _called(t: Words, room: int) -> Call:
    def call(label: Label) -> str:
        name = label.name(t.language)
        return escape(shorten(name, room)) if name else t("untitled")

    return call


def _line(t: Words, call: Call, told: Sequence[Told], zone: ZoneInfo, now: datetime) -> str:
    first, stage = told[0].found, told[0].stage
    items = [one.found.item for one in told]
    what = _what(t, call, items[0]) if len(items) == 1 else _several(t, call, items)
    at = first.starts_at or first.item.event.when
    when = _when(t, at, zone, now)
    match stage:
        case Stage.NOW:
            return _now(t, call, items, when)
        case Stage.CONFIRMED:
            return t("Date confirmed: {what}, {when}", what=what, when=when)
        case Stage.WEEK_AHEAD:
            return t("In a week: {what}, {when}", what=what, when=when)
        case Stage.DAY_AHEAD:
            return t("In a day: {what}, {when}", what=what, when=when)
        case Stage.HOUR_AHEAD:
            return t("In an hour: {what}, {when}", what=what, when=when)
        case Stage.MOVED:
            before = first.before
            if before is None or before == first.item.event.when:
                return t("Postponed: {what}", what=what)
            if at == first.item.event.when and at.precision not in (Precision.MINUTE, Precision.DAY):
                return t("Postponed: {what}", what=what)
            return t("New date: {what}, {when}", what=what, when=when)
        case Stage.CANCELLED:
            return t("Cancelled: {what}", what=what)


def _now(t: Words, call: Call, items: Sequence[Upcoming], when: str) -> str:
    item = items[0]
    subject, kind = call(item.event.subject), item.event.kind
    if len(items) > 1 and kind is not EventKind.PREMIERE:
        what = _several(t, call, items)
        return t("Out now: {what}", what=what) if _music(kind) else t("{what} air {when}", what=what, when=when)
    match kind:
        case EventKind.PREMIERE:
            return t("{work} premieres {when}", work=subject, when=when)
        case EventKind.FINALE:
            return t("The finale of {work} airs {when}", work=subject, when=when)
        case EventKind.EPISODE:
            return t("{work}, episode {number}, airs {when}", work=subject, number=item.event.number, when=when)
        case EventKind.OST_RELEASE if item.works:
            artists, work = _artists(call, item), call(item.works[0])
            return t("{song} by {artists} is out: OST of {work}", song=subject, artists=artists, work=work)
        case _:
            return t("{title} by {artists} is out", title=subject, artists=_artists(call, item))


def _what(t: Words, call: Call, item: Upcoming) -> str:
    subject = call(item.event.subject)
    match item.event.kind:
        case EventKind.PREMIERE:
            return t("premiere of {work}", work=subject)
        case EventKind.FINALE:
            return t("finale of {work}", work=subject)
        case EventKind.EPISODE:
            return t("{work}, episode {number}", work=subject, number=item.event.number)
        case EventKind.OST_RELEASE if item.works:
            work = call(item.works[0])
            return t("{song} by {artists}, OST of {work}", song=subject, artists=_artists(call, item), work=work)
        case _:
            return t("{title} by {artists}", title=subject, artists=_artists(call, item))


def _several(t: Words, call: Call, items: Sequence[Upcoming]) -> str:
    main = items[0]
    kinds = {item.event.kind for item in items}
    if kinds == {EventKind.EPISODE}:
        numbers = t.both([str(number) for number in sorted(item.event.number for item in items)])
        return t("{work}, episodes {numbers}", work=call(main.event.subject), numbers=numbers)
    if kinds == {EventKind.OST_RELEASE} and main.works:
        return t.plural("{n} song of {work}", "{n} songs of {work}", len(items), work=call(main.works[0]))
    more = len(items) - 1
    return t.plural("{what}, and {n} more", "{what}, and {n} more", more, what=_what(t, call, main))


def _artists(call: Call, item: Upcoming) -> str:
    return ", ".join(call(artist) for artist in item.performers)


def _music(kind: EventKind) -> bool:
    return kind in (EventKind.OST_RELEASE, EventKind.ALBUM_RELEASE)


def _when(t: Words, at: When, zone: ZoneInfo, now: datetime) -> str:
    """A date as the channel's own clock and calendar have it; a day stays the day that was stated."""
    if at.precision is Precision.MINUTE and at.earliest is not None:
        local = at.earliest.astimezone(zone)
        clock = f"{local:%H:%M} {local.tzname()}"
        if local.date() == now.astimezone(zone).date():
            return t("today, {clock}", clock=clock)
        return f"{t.day(local.date())}, {clock}"
    day = at.first_day
    if day is None:
        return t("date not known")
    if day == now.astimezone(ZoneInfo(at.zone)).date():
        return t("today")
    return t.day(day) if at.precision is Precision.DAY else t.month(day)
