"""Pasted lines: a date and a title, in either order, and maybe where and a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.errors import NotUnderstoodError, UnfitError
from bot.occasions.asked import Asked, read
from bot.occasions.importing.model import Entry, Trouble, kind_named, kind_within
from bot.occasions.model import Draft

_BULLET = re.compile(r"^\s*(?:[-*•·▪︎‣]|\[[ xX]?\])\s+")
_SEPARATORS = (re.compile(r"\s*[|｜]\s*"), re.compile(r"\t+"), re.compile(r"\s+[-–—]\s+"))
_KIND = re.compile(r"^\[([^\]]{1,30})\]\s*")
_LINK = re.compile(r"^https?://\S+$")
_MOST_WORDS = 14
"""The most words before a title that are tried as a date, where nothing separates them."""


def entries(text: str, zone: str, now: datetime) -> Iterator[Entry]:
    """What the lines of a text say. Empty ones, and those that begin with #, say nothing."""
    for number, line in enumerate(text.splitlines(), 1):
        shown = _BULLET.sub("", line).strip()
        if shown and not shown.startswith("#"):
            yield entry(number, shown, _parts(shown), zone, now)


def entry(number: int, text: str, parts: Sequence[str], zone: str, now: datetime) -> Entry:
    """What one line says that was cut into parts."""
    found = [part for part in parts if part]
    if len(found) < 2 <= len(parts):  # an empty part beside a separator
        return Entry(number, text, trouble=Trouble.NO_DATE if _is_title(found, zone, now) else Trouble.NO_TITLE)
    if len(found) < 2:
        split = _after_date(text, zone, now)
        if split is None:
            return Entry(number, text, trouble=Trouble.NO_DATE if _is_title(found, zone, now) else Trouble.NO_TITLE)
        asked, title = split
        return built(number, text, asked, title, [])
    refused: NotUnderstoodError | None = None
    for when, title in ((found[0], found[1]), (found[1], found[0])):
        try:
            return built(number, text, read(when, zone, now), title, found[2:])
        except NotUnderstoodError as error:
            refused = refused or error
    return Entry(number, text, trouble=Trouble.DATE, error=refused)


def built(number: int, text: str, asked: Asked, title: str, others: Sequence[str]) -> Entry:
    """The draft of a line whose date was understood, or the trouble with it."""
    match = _KIND.match(title)
    named = kind_named(match[1]) if match else None
    if match and named is not None:
        title = title[match.end() :]
    links = [part for part in others if _LINK.match(part)]
    places = [part for part in others if not _LINK.match(part)]
    if not title.strip():
        return Entry(number, text, trouble=Trouble.NO_TITLE)
    try:
        draft = Draft(
            " ".join(title.split()),
            named or kind_within(title),
            asked.day,
            asked.time,
            asked.zone,
            asked.lasts,
            ", ".join(places) or None,
            links[0] if links else None,
            repeat=asked.repeat,
        )
    except UnfitError as error:
        return Entry(number, text, trouble=Trouble.UNFIT, error=error)
    return Entry(number, text, draft)


def _is_title(found: Sequence[str], zone: str, now: datetime) -> bool:
    """Whether all that a line says is a title: no date."""
    try:
        read(" ".join(found), zone, now)
    except NotUnderstoodError:
        return True
    return False


def _parts(line: str) -> list[str]:
    """A line, cut where it is separated."""
    for separator in _SEPARATORS:
        parts = separator.split(line)
        if len(parts) > 1:
            return [part.strip() for part in parts]
    return [line]


def _after_date(text: str, zone: str, now: datetime) -> tuple[Asked, str] | None:
    """The date with which a text begins, and what comes after it: the longest beginning that is one."""
    words = text.split()
    for count in range(min(len(words) - 1, _MOST_WORDS), 0, -1):
        try:
            return read(" ".join(words[:count]), zone, now), " ".join(words[count:])
        except NotUnderstoodError:
            continue
    return None
