"""Romanises Hangul by rule, for names that no source prints in Latin letters. Standard library only.

The rule is the Revised Romanisation of Korean (Ministry of Culture and Tourism, notice 2000-8, kept by the National
Institute of Korean Language). Chapter 3, paragraph 1 covers the sound changes between syllables; paragraph 4 covers
personal names: the family name first and separate, then the syllables of the given name, optionally hyphenated, each as
it sounds by itself. The letters do not show those changes that depend on the parts of a word (신문로 is Sinmunno, 신라
Silla).
"""

from __future__ import annotations

import re
from functools import lru_cache

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_LETTERS = dict(zip(_INITIALS, [*"g kk n d tt r m b pp s ss".split(), "", *"j jj ch k t p h".split()], strict=True))
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINALS = [
    "",
    *"ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(),
]
_CLOSED = dict(zip(_FINALS, ["", *"k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()], strict=True))
"""A final consonant as it sounds at the end of a word or before a consonant."""

_NASAL = {"k": "ng", "t": "n", "p": "m"}
_ASPIRATED = {"ㄱ": "k", "ㄷ": "t", "ㅈ": "ch"}
_BEFORE_I = {"ㄷ": "j", "ㅌ": "ch"}

_FAMILY_NAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선"
    "설마길연위표명기반라왕금옥육인맹제모탁국"
)
"""The family names of nearly everyone (census of 2015)."""
_LONG_FAMILY_NAMES = frozenset({"남궁", "제갈", "사공", "독고", "서문", "황보", "선우", "동방"})
_SURELY_LONG = frozenset({"남궁", "제갈", "사공", "독고", "서문"})
"""Long family names whose first syllable is unlikely to be one by itself. Not so 황보라, which is Hwang Bo-ra."""

_RUN = re.compile("[가-힣]+")
_LATIN = re.compile("[A-Za-zªº\u00c0-\u024f\u1e00-\u1eff]")


def has_hangul(text: str) -> bool:
    """Whether a text contains a Hangul syllable."""
    return _RUN.search(text) is not None


def is_latin(text: str) -> bool:
    """Whether all letters of a text are Latin ones; digits and signs belong to any script."""
    return all(not letter.isalpha() or _LATIN.match(letter) for letter in text)


@lru_cache(4096)  # a card may name the same people dozens of times
def title(text: str) -> str:
    """Romanise a title, or a name other than a person's: each word as it sounds, capitalised."""
    return _RUN.sub(lambda run: _word(run[0]).capitalize(), text)


@lru_cache(4096)
def person(text: str) -> str:
    """Romanise a person's name: "Hong Bit-na". Without a known family name, as in stage names, it is one word."""
    family = _family(text)
    if not family:
        return title(text)
    given = "-".join(_word(syllable) for syllable in text[len(family) :])
    return f"{_word(family).capitalize()} {given.capitalize()}"


def _family(name: str) -> str:
    """The family name of a full name, or an empty text. Names of two syllables are more often stage or given names."""
    if not _RUN.fullmatch(name) or len(name) not in (3, 4):
        return ""
    if name[:2] in (_LONG_FAMILY_NAMES if len(name) == 4 else _SURELY_LONG):
        return name[:2]
    return name[0] if len(name) == 3 and name[0] in _FAMILY_NAMES else ""


def _word(run: str) -> str:
    """Romanise syllables as they sound together."""
    split = [divmod(ord(syllable) - ord("가"), 28) for syllable in run]
    initials = [_INITIALS[code // 21] for code, _ in split]
    vowels = [_VOWELS[code % 21] for code, _ in split]
    finals = [_FINALS[final] for _, final in split]
    heard = ""
    begins = _LETTERS[initials[0]]
    for place, vowel in enumerate(vowels):
        ends, after = _CLOSED[finals[place]], ""
        if place + 1 < len(vowels):
            ends, after = _meet(finals[place], initials[place + 1], vowels[place + 1])
        heard += begins + vowel + ends
        begins = after
    return heard


def _meet(final: str, initial: str, vowel: str) -> tuple[str, str]:
    """How a final consonant and the initial one after it sound together."""
    closed, begins = _CLOSED[final], _LETTERS[initial]
    if not final or (final == "ㅇ" and initial == "ㅇ"):
        return closed, begins
    if initial == "ㅇ":
        # The last consonant carries over to the vowel; ㅎ is silent.
        kept, carried = (final[:-1], final[-1]) if final[-1] != "ㅎ" else ("", final[:-1])
        sound = _LETTERS.get(carried, "")
        return _CLOSED[kept], _BEFORE_I.get(carried, sound) if vowel == "i" else sound
    if final[-1] == "ㅎ" and initial in _ASPIRATED:
        return _CLOSED[final[:-1]], _ASPIRATED[initial]
    if final == "ㅎ" and initial == "ㅅ":
        return "", begins
    if initial in "ㄴㅁ" and closed in _NASAL:
        return _NASAL[closed], begins
    if (closed, initial) in (("l", "ㄴ"), ("l", "ㄹ"), ("n", "ㄹ")):
        return "l", "l"
    if initial == "ㄹ":
        return _NASAL.get(closed, closed), "n"
    return closed, begins
