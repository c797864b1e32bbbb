"""What was found in a file or in pasted lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.catalogue.model import EventKind
from bot.errors import NotUnderstoodError, UnfitError
from bot.occasions.model import Draft
from bot.occasions.repeats import days

MOST = 300
"""The most entries that are taken in at once: more take longer to save than others should wait."""


class Trouble(StrEnum):
    """Why an entry is left out."""

    DATE = "date"
    """Its date is not understood, or over."""
    UNFIT = "unfit"
    """Something of it cannot be so."""
    NO_TITLE = "no title"
    NO_DATE = "no date"
    OVER = "over"
    CANCELLED = "cancelled"
    REPEAT = "repeat"
    """It repeats in a way that cannot be kept."""
    TWICE = "twice"
    """It is in the schedule already, or above."""
    ZONE = "zone"
    """Its time zone is not known."""
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, row or entry, counted from 1: a draft, or the trouble with it.

    `error`: what says more about it.
    """

    line: int
    text: str
    draft: Draft | None = None
    trouble: Trouble | None = None
    error: NotUnderstoodError | UnfitError | None = None


Key = tuple[str, datetime | None]
"""What two entries of the same event have in common: their titles, whatever the case, and when they begin."""


def key_of(title: str, begins: datetime | None) -> Key:
    """What an entry is told by from others."""
    return (" ".join(title.split()).casefold(), begins)


def checked(entries: Iterable[Entry], known: Collection[Key], now: datetime) -> Iterator[Entry]:
    """Leave out what is over, what is there already, and what is more than can be taken in. `known`: what is there."""
    seen, taken = set(known), 0
    for entry in entries:
        if entry.draft is None:
            yield entry
            continue
        key = key_of(entry.draft.title, entry.draft.when(entry.draft.day).earliest)
        trouble = None
        if key in seen:
            trouble = Trouble.TWICE
        elif _is_over(entry.draft, now):
            trouble = Trouble.OVER
        elif taken >= MOST:
            trouble = Trouble.TOO_MANY
        else:
            taken += 1
            seen.add(key)
        yield entry if trouble is None else replace(entry, draft=None, trouble=trouble)


def _is_over(draft: Draft, now: datetime) -> bool:
    """Whether nothing of it lies ahead."""
    today = now.date() - timedelta(days=1)  # a day that is over in no zone
    last = next((day for day in days(draft.day, draft.repeat) if day >= today), None)
    at = draft.when(last).latest if last is not None else None
    return at is None or (draft.repeat is None and at < now)


_KINDS = {
    EventKind.COMEBACK: ("comeback", "컴백"),
    EventKind.TEASER: ("teaser", "티저"),
    EventKind.MUSIC_VIDEO: ("music video", "music_video", "mv", "m/v", "뮤직비디오", "뮤비"),
    EventKind.FAN_MEETING: ("fan meeting", "fan_meeting", "fanmeeting", "fan sign", "fansign", "팬미팅", "팬사인회"),
    EventKind.CONCERT: ("concert", "콘서트"),
    EventKind.BROADCAST: ("broadcast", "방송"),
    EventKind.WATCH_PARTY: ("watch party", "watch_party", "watchparty", "같이 보기", "함께 보기"),
    EventKind.BIRTHDAY: ("birthday", "생일"),
    EventKind.OTHER: ("other", "event", "기타", "이벤트"),
}


def kind_named(text: str) -> EventKind | None:
    """The kind that a text names; None if it is something else."""
    plain = " ".join(text.split()).casefold()
    return next((kind for kind, names in _KINDS.items() if plain in names), None)


def kind_within(title: str) -> EventKind:
    """The kind that a title mentions; `OTHER` if none."""
    words = " ".join(title.split()).casefold()
    for kind, names in _KINDS.items():
        if kind is not EventKind.OTHER and any(_mentions(words, name) for name in names):
            return kind
    return EventKind.OTHER


def _mentions(words: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", words) is not None if name.isascii() else name in words
