"""Whether two spellings are of the same name: stricter than a fold, which only brings candidates together. Pure.

A fold maps eo, o, eu and u to the same letter, so 서진 matches Seo-jin and Soo-jin. A name in Hangul here gives the
customary Latin spellings of each sound (as surveyed by the National Institute of Korean Language, 2007 and 2015). Two
names in Latin letters must have the same fold with those four vowels kept apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.search import hangul, spelling


def _table(lines: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in lines.split())


_INITIALS = _table(
    "ㄱ:g|k ㄲ:kk?|gg? ㄴ:n ㄷ:d ㄸ:tt?|dd? ㄹ:r|l ㅁ:m ㅂ:b|v ㅃ:pp?|bb? ㅅ:sh? ㅆ:ss? ㅇ: ㅈ:j ㅉ:jj?|tch ㅊ:ch"
    " ㅋ:kh?|c ㅌ:th? ㅍ:ph?|f ㅎ:h"
)
_VOWELS = _table(
    "ㅏ:ah? ㅐ:ae|ai|ay|e ㅑ:yah?|ia ㅒ:yae ㅓ:eo|uh|er|ur ㅔ:eh?|ay ㅕ:yeo|yuh?|you? ㅖ:yeh?|yae|e ㅗ:oh? ㅘ:wa|oa|ua"
    " ㅙ:wae|we|oe ㅚ:oe|oi|oy|we ㅛ:yoh?|io ㅜ:w?oo|w?u|ou|ue ㅝ:wo|weo ㅞ:we|ue ㅟ:wi|wee|ui ㅠ:yu|yoo|you|iu"
    " ㅡ:eu|u|oo ㅢ:ui|eui|ee|i|e ㅣ:i|ee|y|yi|ie"
)
_BEFORE_FINAL = {"ㅓ": "eo|uh?|ou"}
"""Vowels with more spellings before a final: 정 is Jeong, Jung and Joung, but 저 is not Ju."""
_FINALS = _table(
    "ㄱ:c?k|g|c ㄲ:k ㄴ:n ㄷ:t|d ㄹ:l|r ㅁ:m ㅂ:p|b ㅅ:t|s ㅆ:t|ss? ㅇ:ng ㅈ:t|j ㅊ:t|ch ㅋ:k ㅌ:t ㅍ:p ㅎ:h?"
) | {" ": ""}
_FAMILY = _table(
    "이:lee|yi|rhee|rhie|ri|i 박:park|pak|bah?k 임:im|lim|yim|rim 노:noh?|roh? 유:yoo|yu|you|ryu 류:ryu|ryoo|yoo|yu|lyu"
    " 나:na|ra 라:ra|la|na 백:bae?c?k|pai?k|baik"
)
"""Family names whose spelling does not tell their sound."""

_KEPT_APART = (("oo", "u"), ("ou", "u"), ("eo", "1"), ("uh", "1"), ("eu", "2"), ("o", "3"))
"""Vowels and their replacements, for a fold that would otherwise confuse them."""


def is_same(asked: str, name: str) -> bool:
    """Whether a query and a name, both plain, are spellings of the same name in every part."""
    if asked.isascii() and name.isascii():
        return not _apart(asked).isdisjoint(_apart(name))
    if asked.isascii() or name.isascii():
        latin, korean = (asked, name) if asked.isascii() else (name, asked)
        return _is_spelling(latin, korean.replace(" ", ""))
    return asked.replace(" ", "") == name.replace(" ", "")


def _is_spelling(latin: str, korean: str) -> bool:
    if not all(map(hangul.is_syllable, korean)):
        return False
    if _written(korean).fullmatch(latin):
        return True
    # Academics romanise a family name and a given name separately.
    apart = hangul.mccune(korean[0]) + hangul.mccune(korean[1:])
    return spelling.squash(latin) in (*spelling.spoken(korean), spelling.squash(apart))


@lru_cache(maxsize=256)
def _written(korean: str) -> re.Pattern[str]:
    """A pattern of the Latin spellings of syllables; the first of two to four may be a family name."""
    family = _FAMILY.get(korean[0]) if 2 <= len(korean) <= 4 else None
    syllables = [_syllable(syllable) for syllable in korean]
    if family is not None:
        syllables[0] = f"(?:{family}|{syllables[0]})"
    return re.compile(" ?".join(syllables))


def _syllable(syllable: str) -> str:
    initial, vowel, final = hangul.parts(syllable)
    middle = _VOWELS[vowel] if final == " " else _BEFORE_FINAL.get(vowel, _VOWELS[vowel])
    end = _FINALS[hangul.COMPOUND.get(final, final)[0]]
    return f"(?:{_INITIALS[initial]})(?:{middle})(?:{end})"


def _apart(name: str) -> set[bytes]:
    """The folds of a name in Latin letters with its vowels kept apart, except a family name's."""
    family, space, given = name.partition(" ")
    if not spelling.is_family(family):
        family, space, given = "", "", name
    for letters, settled in _KEPT_APART:
        given = given.replace(letters, settled)
    return set(spelling.folds(family + space + given))
