"""Numbers and spans of time, in words: "an hour and a half" is not among them, "1h30" and "1시간 반" are."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from bot.occasions.repeats import Every

_ENGLISH = "one two three four five six seven eight nine ten eleven twelve".split()
_KOREAN = "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두".split()
_NUMBERS = {word: n for words in (_ENGLISH, _KOREAN) for n, word in enumerate(words, 1)} | {
    "a": 1,
    "an": 1,
    "half an": 0.5,
    "half a": 0.5,
}
KOREAN_NUMBER = "|".join(sorted(_KOREAN, key=len, reverse=True))
_SPANS = {
    "하루": (1, "day"),
    "이틀": (2, "day"),
    "사흘": (3, "day"),
    "나흘": (4, "day"),
    "닷새": (5, "day"),
    "열흘": (10, "day"),
    "보름": (15, "day"),
    "일주일": (1, "week"),
}
"""Spans that have a word of their own."""
_UNITS = {
    r"years?|yrs?|년": "year",
    r"months?|개월|달": "month",
    r"weeks?|wks?|주일|주": "week",
    r"days?|d|일": "day",
    r"hours?|hrs?|h|시간": "hour",
    r"minutes?|mins?|m|분": "minute",
}
_LENGTHS = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}

NUMBER = "|".join([r"[1-9][0-9]{0,2}(?:\.[0-9])?", *sorted(_NUMBERS, key=len, reverse=True)])
UNIT = "|".join(_UNITS)
_ONE = (
    rf"(?:{'|'.join(_SPANS)}|[0-9]{{1,2}}h[0-5][0-9](?:m|min)?|(?:{NUMBER})[ -]?(?:{UNIT})(?: ?반(?![가-힣]))?)"
    r"(?![a-z])"
)
SPAN = rf"{_ONE}(?: ?(?:(?:,|and) ?)?{_ONE})*"
"""A span of time. A pattern for texts with single spaces."""

_FIND = re.compile(
    rf"(?P<word>{'|'.join(_SPANS)})|(?P<h>[0-9]{{1,2}})h(?P<m>[0-5][0-9])"
    rf"|(?P<number>{NUMBER})[ -]?(?P<unit>{UNIT})(?![a-z])(?P<half> ?반)?",
    re.IGNORECASE,
)


class Amount(NamedTuple):
    """So many months, and so much time. `timed`: hours or minutes are among it."""

    months: int
    span: timedelta
    timed: bool


def number(text: str) -> float:
    """A number, in digits or in a word."""
    said = text.lower()
    return _NUMBERS[said] if said in _NUMBERS else float(said)


def unit(text: str) -> str:
    """A unit in English, in the singular."""
    return next(name for pattern, name in _UNITS.items() if re.fullmatch(pattern, text, re.IGNORECASE))


def amount(text: str) -> Amount | None:
    """What a `SPAN` amounts to; None if it cannot be, as half a month."""
    months, span, timed = 0.0, timedelta(), False
    for match in _FIND.finditer(text):
        if match["h"]:
            pairs = [(int(match["h"]), "hour"), (int(match["m"]), "minute")]
        elif match["word"]:
            pairs = [_SPANS[match["word"]]]
        else:
            pairs = [(number(match["number"]) + (0.5 if match["half"] else 0), unit(match["unit"]))]
        for count, of in pairs:
            if of in _LENGTHS:
                span += count * _LENGTHS[of]
                timed |= of in ("hour", "minute")
            else:
                months += count * (12 if of == "year" else 1)
    if not months.is_integer() or (span % timedelta(minutes=1)) or (not timed and span % timedelta(days=1)):
        return None
    return Amount(int(months), span, timed)


def interval(text: str) -> tuple[Every, int] | None:
    """A single span of days, weeks, months or years, to repeat something in; None for any other."""
    match = _FIND.fullmatch(text)
    if match is None or match["h"] or match["half"]:
        return None
    count, of = _SPANS[match["word"]] if match["word"] else (number(match["number"]), unit(match["unit"]))
    return (Every(of), int(count)) if of in set(Every) and float(count).is_integer() else None
