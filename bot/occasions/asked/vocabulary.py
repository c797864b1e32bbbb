"""The words for days, parts of days, repeats and zones.

Patterns are for texts with single spaces, whatever their case.
"""

from __future__ import annotations

import re

from bot.announcements.zones import AMBIGUOUS, COMMON_ZONES, OTHER_NAMES
from bot.occasions.repeats import Every

MONTHS = {
    "jan(?:uary)?": "jan",
    "feb(?:ruary)?": "feb",
    "mar(?:ch)?": "mar",
    "apr(?:il)?": "apr",
    "may": "may",
    "june?": "jun",
    "july?": "jul",
    "aug(?:ust)?": "aug",
    "sept?(?:ember)?": "sep",
    "oct(?:ober)?": "oct",
    "nov(?:ember)?": "nov",
    "dec(?:ember)?": "dec",
}
"""Patterns of the months, in their order, and how each begins."""

_ENGLISH_DAY = (
    "mondays?|mon|tuesdays?|tues?|wednesdays?|weds?|thursdays?|thurs?|thu|fridays?|fri|saturdays?|sat|sundays?|sun"
)
_KOREAN_DAY = "[월화수목금토일](?:요일|욜)?"
_ENGLISH_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_KOREAN_DAYS = list("월화수목금토일")
_AFTER_KOREAN_DAY = "(?:(?<=요일)|(?<=욜)|(?=$|[^가-힣]|에|부터|까지|마다|밤|저녁|오후|오전|새벽|아침|낮))"

WEEKDAYS = (
    rf"(?:weekdays?|weekends?)(?![a-z])"
    rf"|(?:{_ENGLISH_DAY})(?![a-z])\.?(?: ?(?:(?:,|and|&|\+|/|·|-|–|~|to|through) ?)?(?:{_ENGLISH_DAY})(?![a-z])\.?)*"
    rf"|평일|주말"
    rf"|{_KOREAN_DAY}(?: ?(?:(?:,|·|/|&|\+|-|–|~|과|와|및|하고|이?랑) ?)?{_KOREAN_DAY})*{_AFTER_KOREAN_DAY}"
)
WEEKDAY = rf"(?:{_ENGLISH_DAY}|weekend)(?![a-z])|[월화수목금토일](?:요일|욜)|주말"
"""The begin of one, to look ahead for."""
_EACH = re.compile(rf"(?P<to>-|–|~|to|through)|(?P<english>{_ENGLISH_DAY})|(?P<korean>{_KOREAN_DAY})", re.IGNORECASE)
_GROUPS = {"weekday": range(5), "weekend": range(5, 7), "평일": range(5), "주말": range(5, 7)}


def weekdays(text: str) -> frozenset[int]:
    """The days that a match of `WEEKDAYS` names, also by their first and last one; 0 is Monday."""
    if (name := text.lower().removesuffix("s")) in _GROUPS:
        return frozenset(_GROUPS[name])
    found, reaches = list[int](), False
    for match in _EACH.finditer(text):
        if match["to"]:
            reaches = True
            continue
        english, korean = match["english"], match["korean"]
        day = _ENGLISH_DAYS.index(english[:3].lower()) if english else _KOREAN_DAYS.index(korean[0])
        found += [(found[-1] + n) % 7 for n in range(1, (day - found[-1]) % 7)] if reaches else []
        found.append(day)
        reaches = False
    return frozenset(found)


_FORENOON, _AFTERNOON = frozenset({*range(12), *range(24, 36)}), frozenset(range(12, 24))
NIGHT = frozenset(range(17, 29))
HALVES = {
    r"a\.?m(?![a-z])\.?|오전": _FORENOON,
    r"p\.?m(?![a-z])\.?|오후": _AFTERNOON,
    r"morning(?![a-z])|아침": _FORENOON,
    r"새벽": frozenset({*range(9), *range(24, 33)}),
    r"afternoon(?![a-z])|낮": frozenset(range(11, 19)),
    r"evening(?![a-z])|저녁": frozenset(range(16, 25)),
    r"night(?![a-z])|밤": NIGHT,
}
"""The parts of a day, and their hours. Those of a night go on after 24 (밤 12시, "tonight at 1"), as in listings."""

NEAR = {
    r"today(?![a-z])|오늘|this (?=morning|afternoon|evening)": 0,
    r"day after tomorrow(?![a-z])|내일모레|모레": 2,
    r"(?:tomorrow|tmrw|tmr)(?![a-z])|내일|낼": 1,
    r"글피": 3,
    r"yesterday(?![a-z])|어제": -1,
}
"""Days near today, and how far they are from it."""

SHIFTS = {
    r"week after next(?![a-z])|다다음 ?주(?!말)": (Every.WEEK, 2),
    rf"next week(?![a-z])|(?:다음 ?|담)주(?!말)|차주|next(?= (?:{WEEKDAY}))|다음(?= ?(?:{WEEKDAY}))": (Every.WEEK, 1),
    r"this week(?![a-z])|이번 ?주(?!말)|금주": (Every.WEEK, 0),
    r"next month(?![a-z])|다음 ?달|담달": (Every.MONTH, 1),
    r"this month(?![a-z])|이번 ?달": (Every.MONTH, 0),
    r"내후년": (Every.YEAR, 2),
    r"next year(?![a-z])|내년": (Every.YEAR, 1),
    r"this year(?![a-z])|올해": (Every.YEAR, 0),
}
"""This week, the next month and the like. "Next Friday" is that of the next week, which begins on Monday."""

CYCLES = {
    r"(?:daily|nightly|every ?day|every(?= (?:night|evening|morning|afternoon)))(?![a-z])|매일|날마다": (Every.DAY, 1),
    r"every other day(?![a-z])|격일": (Every.DAY, 2),
    r"(?:weekly|every week)(?![a-z])|매주|주마다": (Every.WEEK, 1),
    rf"(?:bi-?weekly|fortnightly|every (?:fortnight|other week|other(?= (?:{WEEKDAY}))))(?![a-z])|격주": (
        Every.WEEK,
        2,
    ),
    r"(?:monthly|every month)(?![a-z])|매달|매월|다달이": (Every.MONTH, 1),
    r"every other month(?![a-z])|격월": (Every.MONTH, 2),
    r"(?:yearly|annually|every year)(?![a-z])|매년|매해|해마다": (Every.YEAR, 1),
}
"""How something repeats, in a word or two."""

_CITIES = {zone.rpartition("/")[2].replace("_", " ").lower() for zone in COMMON_ZONES}
_NAMES = sorted({*_CITIES, *OTHER_NAMES, *AMBIGUOUS} - {"z"}, key=len, reverse=True)
ZONE = (
    rf"(?P<iana>[a-z][a-z_\-]+(?:/[a-z0-9_+\-]+)+)"
    rf"|(?P<offset>(?:utc|gmt) ?[+-] ?[0-9]{{1,2}}(?::?[0-9]{{2}})?(?![0-9:]))"
    rf"|(?P<name>{'|'.join(map(re.escape, _NAMES))})(?![a-z/])(?: ?(?:time|시간|시각|기준))*"
)
"""A zone that is known by its name alone."""
OTHER_ZONE = r"(?P<name>[a-z']+(?: [a-z]+)?) time(?![a-z])|(?P<korean>[가-힣]+) ?(?:시간|시각)(?![가-힣])"
"""A zone that is known for one by the word after it."""
