"""Other readings of a query that, as typed, is no name. Pure.

Fans add to a name what they want ("goblin ost"), its year, or whose it is ("stay with me chanyeol").
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.search import spelling

_ASKED_FOR = frozenset(
    "kdrama drama dramas series season show episode episodes kpop idol idols singer actor actress group band member"
    " members cast ost osts song songs soundtrack album release korean 드라마 노래 곡 음악 주제가 사운드트랙 오에스티"
    " 출연 출연진 등장인물 캐스트 배우 가수 아이돌 그룹 멤버 앨범".split()
)
"""What people want to know about a name."""
_SONG = "song"
_JOINTS = frozenset("by in from of the with and feat ft for 의 에 나오는 부른".split())
"""Words between a name and what is beside it."""
_AROUND = _ASKED_FOR | _JOINTS
_SPLIT_WORDS = re.compile(r"\bk (drama|pop)\b")
_YEAR = re.compile("(?:19|20)[0-9]{2}년?")
MOST_WORDS = 8
"""The most words of a query that is split in two."""


class Trimmed(NamedTuple):
    """A plain query without the words around the name, and the year that was among them."""

    name: str
    year: int | None


def trimmed(query: str) -> Trimmed | None:
    """A query without the words that only say what is asked for; None if it has no such words, or no others."""
    words = _SPLIT_WORDS.sub(r"k\1", spelling.plain(query)).split()
    year = None
    begin, end = 0, len(words)
    while begin < end and (words[end - 1] in _AROUND or _YEAR.fullmatch(words[end - 1])):
        end -= 1
        year = int(words[end][:4]) if words[end][:1].isdigit() else year
    while begin < end and _is_around(words[begin:end]):
        begin += 1
        while begin < end and words[begin] in _JOINTS:
            begin += 1
    return Trimmed(" ".join(words[begin:end]), year) if begin < end and end - begin < len(words) else None


def _is_around(words: list[str]) -> bool:
    """Whether the first word is not part of the name. Song is also a family name, unless it is a song *of* somebody."""
    return words[0] in _ASKED_FOR and (words[0] != _SONG or (words[1:2] != [] and words[1] in _JOINTS))


def halves(name: str) -> list[tuple[str, str]]:
    """The ways to split a plain query into a name and whose it is, or the reverse."""
    words = name.split()
    if len(words) > MOST_WORDS:
        return []
    found: dict[tuple[str, str], None] = {}
    for place in range(1, len(words)):
        first, second = words[:place], words[place:]
        while first and first[-1] in _JOINTS:
            first = first[:-1]
        while second and second[0] in _JOINTS:
            second = second[1:]
        if first and second:
            one, other = " ".join(first), " ".join(second)
            found |= {(one, other): None, (other, one): None}
    return list(found)
