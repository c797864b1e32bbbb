"""Dates in words and numbers. What numbers may mean is kept: "3/4" is two days, "16/2" one."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator

from bot.errors import NotUnderstoodError
from bot.occasions.asked.model import Reason
from bot.occasions.asked.pieces import Dated, Parts
from bot.occasions.asked.vocabulary import MONTHS

_YEAR = r"(?:19|20)[0-9][0-9](?![0-9:])"
_DAY = r"[0-9]{1,2}"
_NTH = r"(?:st|nd|rd|th)"
_MONTH = rf"(?P<name>{'|'.join(MONTHS)})(?![a-z])\.?"
_PATTERNS = (
    rf"(?P<y>{_YEAR}) ?[-./] ?(?P<m>{_DAY}) ?[-./] ?(?P<d>{_DAY})(?![0-9:])\.?",
    rf"(?:(?P<y>{_YEAR}|'?[0-9][0-9]) ?년 ?)?(?P<m>{_DAY}) ?월 ?(?P<d>{_DAY}) ?일",
    rf"(?:(?P<y>{_YEAR}|'?[0-9][0-9]) ?년 ?)?(?P<m>{_DAY}) ?월(?: ?말)?",
    rf"(?P<d>{_DAY}){_NTH}?(?: of)?[ \-./]*{_MONTH}(?:[ ,\-./]*(?P<y>{_YEAR}))?",
    rf"{_MONTH}[ \-]?(?P<d>{_DAY})(?:{_NTH}|(?![0-9:]| ?[ap]\.?m))(?:[ ,]*(?P<y>{_YEAR}))?",
    rf"(?:end of )?{_MONTH}(?: (?P<y>{_YEAR}))?",
    rf"(?P<a>{_DAY}) ?(?P<sep>[-./]) ?(?P<b>{_DAY}) ?(?P=sep) ?(?P<c>{_YEAR}|[0-9][0-9])(?![0-9:])\.?",
    rf"(?P<a>{_DAY}) ?[./] ?(?P<b>{_DAY})(?![0-9:])[./]?",
    rf"(?P<d>{_DAY})(?:{_NTH}(?![a-z])| ?일)|day (?P<of>{_DAY})(?![0-9:])",
)
_TIME = re.compile(r"[0-2]?[0-9]\.[0-5][0-9]")
"""What is a time in some countries, if it is no day."""
_ALL = [re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS]


def match(text: str, at: int) -> tuple[Dated, int] | None:
    """The date at a place of a text, and where it ends. Raises `NotUnderstoodError` for a day that there is not."""
    for pattern in _ALL:
        if found := pattern.match(text, at):
            choices = tuple(dict.fromkeys(parts for parts in _parts(found.groupdict()) if _is_day(parts)))
            if not choices and _TIME.fullmatch(found[0]):
                return None
            if not choices:
                raise NotUnderstoodError(Reason.NO_SUCH_DAY, found[0])
            return Dated(found[0], choices), found.end()
    return None


def _parts(said: dict[str, str | None]) -> Iterator[Parts]:
    if (a := said.get("a")) and (b := said.get("b")):
        yield from _orders(int(a), int(b), said.get("c"))
        return
    name, month, day, year = said.get("name"), said.get("m"), said.get("d") or said.get("of"), said.get("y")
    number = list(MONTHS.values()).index(name[:3].lower()) + 1 if name else int(month) if month else None
    yield Parts(_year(year) if year else None, number, int(day) if day else None)


def _orders(a: int, b: int, c: str | None) -> Iterable[Parts]:
    """What numbers may mean: first as Koreans write them, from the year to the day, then as Europeans and Americans."""
    if c is None:
        return Parts(None, a, b), Parts(None, b, a)
    last = _year(c), a, b
    orders = Parts(last[0], b, a), Parts(last[0], a, b)
    return orders if len(c) == 4 else (Parts(2000 + a, b, int(c)), *orders)


def _year(text: str) -> int:
    return int(text[-2:]) + 2000 if len(text) < 4 else int(text)


def _is_day(parts: Parts) -> bool:
    """Whether there is such a day in some year, or in the one that was said."""
    month = parts.month or 1
    return 1 <= month <= 12 and 1 <= (parts.day or 1) <= monthrange(parts.year or 2000, month)[1]
