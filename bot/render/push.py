"""The first line of a post, which a phone's notification shows.

Push notifications show a message's plain content, but neither embeds nor timestamps. So one line has everything: whom
it is for, what happens, and when, in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.announcements.schedule import Stage
from bot.catalogue.model import ANNIVERSARIES, OWN, EventKind, Label, Status, Upcoming
from bot.catalogue.when import EXACT, Precision, When
from bot.render import headlines, vocabulary, wording
from bot.render.card import escape, shorten
from bot.render.post_item import PostItem
from bot.text import Words

MAX_LINE = 150
"""Characters of the line, including the role mention: about what a lock screen shows."""

_NAMES = (60, 40, 28, 18, 10, 6, 3)
"""Successive limits on a name's length, until the line fits: the date matters more than the end of a long title."""

_ARTISTS = 2
"""The most artists that are named."""

_LATE = timedelta(minutes=5)
"""How long after its start a programme still "airs" rather than "aired"."""

_AN_HOUR = (timedelta(minutes=45), timedelta(minutes=75))
"""Times from now that count as an hour: quiet hours may have delayed a reminder."""

_ON_AIR = frozenset({EventKind.PREMIERE, EventKind.EPISODE, EventKind.FINALE})
_EVENING = 18
"""The hour from which what airs today airs tonight."""

Call = Callable[[Label], str]
"""Gives the name of an entity, in the room available."""


def push_line(t: Words, told: Sequence[PostItem], zone: str, now: datetime, *, role_id: int | None = None) -> str:
    """The first line of a post, at most `MAX_LINE` characters."""
    return _fitted(t, lambda call: _line(_Line(t, call, ZoneInfo(zone), now), told), role_id)


def digest_line(t: Words, told: Sequence[PostItem], zone: str, now: datetime, *, role_id: int | None = None) -> str:
    """The first line of a digest: its first entry, and how many more there are."""

    def line(call: Call) -> str:
        draw = _Line(t, call, ZoneInfo(zone), now)
        first = draw.firmly(told[:1], draw.sentence(told[:1]))
        if len(told) == 1:
            return t("Coming up: {what}", what=first)
        more = len(told) - 1
        return t.plural("Coming up: {what}, and {n} more", "Coming up: {what}, and {n} more", more, what=first)

    return _fitted(t, line, role_id)


def _fitted(t: Words, line: Callable[[Call], str], role_id: int | None) -> str:
    mention = f"<@&{role_id}> " if role_id is not None else ""
    drawn = [mention + line(_called(t, room)) for room in _NAMES]
    return next((words for words in drawn if len(words) <= MAX_LINE), shorten(drawn[-1], MAX_LINE))


def _called(t: Words, room: int) -> Call:
    return lambda label: wording.called(t, label, _Cut(room=room))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut(wording.Style):
    """Names of at most `room` characters, escaped: Discord reads markup in a line that a notification shows plain."""

    room: int

    def name(self, name: str, *, by_rule: bool) -> str:
        return escape(shorten(name, self.room))


def _line(draw: _Line, told: Sequence[PostItem]) -> str:
    t, found = draw.t, told[0].found
    event = found.item.event
    match told[0].stage:
        case Stage.NOW:
            return draw.firmly(told, draw.happening(told))
        case Stage.CONFIRMED:
            return t("Date confirmed: {what}", what=draw.sentence(told))
        case Stage.MOVED if told[0].back_on:
            return t("Back on: {what}", what=draw.sentence(told))
        case Stage.MOVED if found.before in (None, event.when) or event.when.precision not in EXACT:
            what, month = draw.what([one.found.item for one in told]), event.when.first_day
            if event.status is Status.REPORTED and event.when.precision is Precision.UNKNOWN:
                return t("No date any more: {what}", what=what)
            if found.before != event.when and event.when.precision is Precision.MONTH and month is not None:
                return t("Postponed to {month}: {what}", month=t.month(month), what=what)
            return t("Postponed: {what}", what=what)
        case Stage.MOVED:
            if any(one.is_expected for one in told):
                return t("New expected date: {what}", what=draw.sentence(told))
            return t("New date: {what}", what=draw.sentence(told))
        case Stage.CANCELLED:
            return t("Cancelled: {what}", what=draw.what([one.found.item for one in told]))
        case Stage.WEEK_AHEAD | Stage.DAY_AHEAD | Stage.HOUR_AHEAD:
            return draw.firmly(told, draw.sentence(told))


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of a line: `call` names entities in the room available; `zone` is the channel's."""

    t: Words
    call: Call
    zone: ZoneInfo
    now: datetime

    def happening(self, told: Sequence[PostItem]) -> str:
        """What happens now."""
        t, item = self.t, told[0].found.item
        if item.event.kind is EventKind.ARTIST_BIRTHDAY and not self._is_past(item.event.when) and len(told) == 1:
            return t("Happy birthday, {name}!", name=self.call(item.event.subject))
        if not _music(item.event.kind):
            return self.sentence(told)
        if len(told) > 1:
            return t("Out now: {what}", what=self.what([one.found.item for one in told]))
        subject, artists = self.call(item.event.subject), self._artists(item)
        if item.event.kind is EventKind.OST_RELEASE and item.works:
            work = self.call(item.works[0])
            return t("{song} by {artists} is out: OST of {work}", song=subject, artists=artists, work=work)
        return t("{title} by {artists} is out", title=subject, artists=artists)

    def firmly(self, told: Sequence[PostItem], said: str) -> str:
        """What is said, and whether the dates are only expected."""
        t = self.t
        return t("Expected: {what}", what=said) if any(one.is_expected for one in told) else said

    def sentence(self, told: Sequence[PostItem]) -> str:
        """What happens, and when."""
        t, found = self.t, told[0].found
        item, at = found.item, found.starts_at or found.item.event.when
        past = self._is_past(at)
        when = self._when(at, evening=item.event.kind in _ON_AIR and not past)
        subject = self.call(item.event.subject)
        match item.event.kind:
            case EventKind.PREMIERE if past:
                return t("{work} premiered {when}", work=subject, when=when)
            case EventKind.PREMIERE:
                return t("{work} premieres {when}", work=subject, when=when)
            case EventKind.FINALE if past:
                return t("The finale of {work} aired {when}", work=subject, when=when)
            case EventKind.FINALE:
                return t("The finale of {work} airs {when}", work=subject, when=when)
            case EventKind.EPISODE if len(told) > 1:
                numbers = _numbers(t, [one.found.item for one in told])
                if past:
                    return t("Episodes {numbers} of {work} aired {when}", numbers=numbers, work=subject, when=when)
                return t("Episodes {numbers} of {work} air {when}", numbers=numbers, work=subject, when=when)
            case EventKind.EPISODE:
                number = item.event.number
                if past:
                    return t("Episode {number} of {work} aired {when}", number=number, work=subject, when=when)
                return t("Episode {number} of {work} airs {when}", number=number, work=subject, when=when)
            case kind if kind in OWN or kind in ANNIVERSARIES:
                return t("{what}, {when}", what=self.what([one.found.item for one in told]), when=when)
            case _ if len(told) > 1:
                what = self.what([one.found.item for one in told])
                return t("{what} come out {when}", what=what, when=when)
            case EventKind.OST_RELEASE if item.works:
                artists, work = self._artists(item), self.call(item.works[0])
                return t(
                    "{song} by {artists}, OST of {work}, comes out {when}",
                    song=subject,
                    artists=artists,
                    work=work,
                    when=when,
                )
            case _:
                artists = self._artists(item)
                return t("{title} by {artists} comes out {when}", title=subject, artists=artists, when=when)

    def what(self, items: Sequence[Upcoming]) -> str:
        """What happens, without a verb; if the items differ in kind, the first one and how many more."""
        t, main = self.t, items[0]
        subject, kinds = self.call(main.event.subject), {item.event.kind for item in items}
        if len(items) > 1 and kinds == {EventKind.EPISODE}:
            return t("episodes {numbers} of {work}", numbers=_numbers(t, items), work=subject)
        if len(items) > 1 and kinds == {EventKind.OST_RELEASE} and main.works:
            work = self.call(main.works[0])
            return t.plural("{n} song from {work}", "{n} songs from {work}", len(items), work=work)
        if len(items) > 1:
            first, more = self.what(items[:1]), len(items) - 1
            return t.plural("{what} and {n} more", "{what} and {n} more", more, what=first)
        match main.event.kind:
            case EventKind.PREMIERE:
                return t("premiere of {work}", work=subject)
            case EventKind.FINALE:
                return t("finale of {work}", work=subject)
            case EventKind.EPISODE:
                return t("episode {number} of {work}", number=main.event.number, work=subject)
            case EventKind.OST_RELEASE if main.works:
                artists, work = self._artists(main), self.call(main.works[0])
                return t("{song} by {artists}, OST of {work}", song=subject, artists=artists, work=work)
            case own if own in OWN:
                kind = vocabulary.event_name(t, own)
                told = own is EventKind.OTHER or kind.casefold() in subject.casefold()
                return subject if told else t("{kind}: {title}", kind=kind, title=subject)
            case kind if kind in ANNIVERSARIES:
                return headlines.recalled(t, main, subject)
            case _:
                return t("{title} by {artists}", title=subject, artists=self._artists(main))

    def _artists(self, item: Upcoming) -> str:
        named = ", ".join(self.call(artist) for artist in item.performers[:_ARTISTS])
        more = len(item.performers) - _ARTISTS
        return self.t.plural("{names} and {n} more", "{names} and {n} more", more, names=named) if more > 0 else named

    def _is_past(self, at: When) -> bool:
        if at.precision is Precision.MINUTE and at.earliest is not None:
            return at.earliest < self.now - _LATE
        return at.first_day is not None and at.first_day < self.now.astimezone(self.zone).date()

    def _when(self, at: When, *, evening: bool = False) -> str:
        """A date in the channel's zone; a day stays the day that was stated. `evening`: tonight is told from today."""
        t, today = self.t, self.now.astimezone(self.zone).date()
        if at.precision is Precision.MINUTE and at.earliest is not None:
            local = at.earliest.astimezone(self.zone)
            clock = wording.clock(t, local)
            if _AN_HOUR[0] <= at.earliest - self.now <= _AN_HOUR[1]:
                return t("in an hour, at {clock}", clock=clock)
            tonight = evening and local.date() == today and local.hour >= _EVENING
            return t("{day} at {clock}", day=t("tonight") if tonight else self._day(local.date(), today), clock=clock)
        day = at.first_day
        if day is None:
            return t("date not known")
        return self._day(day, today) if at.precision is Precision.DAY else t.month(day)

    def _day(self, day: date, today: date) -> str:
        t, named = self.t, self.t.near_day(day, today)
        match (day - today).days:
            case 0:
                return t("today")
            case 1:
                return t("tomorrow")
            case -1:
                return t("yesterday")
            case 7:
                return t("in a week, on {day}", day=named)
            case _:
                return t("on {day}", day=named)


def _numbers(t: Words, items: Sequence[Upcoming]) -> str:
    return t.numbers(sorted({item.event.number for item in items}))


def _music(kind: EventKind) -> bool:
    return kind in (EventKind.OST_RELEASE, EventKind.ALBUM_RELEASE)
