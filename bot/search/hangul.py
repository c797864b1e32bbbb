"""Hangul: the keys it is typed with, its initial consonants, and its romanisations. Pure.

Unicode (chapter 3.12) composes syllables from U+AC00 on as 19 initials x 21 vowels x 28 finals. Names are compared by
*keystrokes* rather than by canonical decomposition (NFD): on a two-set keyboard (KS X 5002) a final is the same key as
the initial, so half-typed text (공횾, 공효ㅈ, 별들엑) is always a prefix of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

FIRST, LAST = 0xAC00, 0xD7A3

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""A space stands for no final."""

COMPOUND = dict(
    zip(
        "ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        "ㅗㅏ ㅗㅐ ㅗㅣ ㅜㅓ ㅜㅔ ㅜㅣ ㅡㅣ ㄱㅅ ㄴㅈ ㄴㅎ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅂㅅ".split(),
        strict=True,
    )
)
"""Letters that take two keys. An input method also joins initials typed in a row: ㄱㅅ becomes ㄳ."""

KEYS = tuple(INITIALS) + tuple("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ")
"""Every key of the keyboard, the consonants first."""

# Conjoining letters (U+1100), used by decomposed text and half-width letters, in the order of the above.
CONJOINING = {
    **{0x1100 + place: letter for place, letter in enumerate(INITIALS)},
    **{0x1161 + place: letter for place, letter in enumerate(VOWELS)},
    **{0x11A7 + place: letter for place, letter in enumerate(FINALS) if place},
}

# Revised Romanisation (Ministry of Culture and Tourism, notice 2000-8), chapter 2. Finals are as before a consonant.
_REVISED_INITIALS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_REVISED_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_REVISED_FINALS = ["", *"k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()]

# McCune-Reischauer (1939, Transactions of the Korea Branch of the Royal Asiatic Society 29), without breves and
# apostrophes, which nobody types: an initial, the same between voiced sounds, and vowels.
_MCCUNE_INITIALS = [
    "k",
    "kk",
    "n",
    "t",
    "tt",
    "r",
    "m",
    "p",
    "pp",
    "s",
    "ss",
    "",
    "ch",
    "tch",
    "ch",
    "k",
    "t",
    "p",
    "h",
]
_MCCUNE_VOICED = {"ㄱ": "g", "ㄷ": "d", "ㅂ": "b", "ㅈ": "j"}
_MCCUNE_VOWELS = "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i".split()
_VOICED_FINALS = frozenset(" ㄴㄹㅁㅇ")

# Where a final meets the next initial (notice 2000-8, chapter 3, section 1): the letters of both.
_NASAL = {"k": "ng", "t": "n", "p": "m"}

_SYLLABLES = re.compile("[가-힣]+")


def parts(syllable: str) -> tuple[str, str, str]:
    """The initial, vowel and final (a space for none) of a syllable."""
    code = ord(syllable) - FIRST
    return INITIALS[code // 588], VOWELS[code % 588 // 28], FINALS[code % 28]


def is_syllable(character: str) -> bool:
    """Whether a character is a whole syllable of Hangul."""
    return "가" <= character <= "힣"


def keystrokes(character: str) -> str:
    """The keys that type a syllable or a letter."""
    letters = parts(character) if is_syllable(character) else (character,)
    return "".join(COMPOUND.get(letter, letter) for letter in letters if letter != " ")


@lru_cache(maxsize=64)
def revised(text: str) -> str:
    """Hangul in Revised Romanisation, as pronounced; a space after each syllable. Other characters stay.

    A final carries over to a following vowel, nasals and liquids change their neighbours; irregular finals such as that
    of 여덟 are not handled, since no name was seen that needs them.
    """
    return _SYLLABLES.sub(lambda run: _romanise(run[0], _REVISED_INITIALS, _REVISED_VOWELS, mccune=False), text)


def mccune(text: str) -> str:
    """Hangul in McCune-Reischauer without breves and apostrophes; a space after each syllable. Others stay."""
    return _SYLLABLES.sub(lambda run: _romanise(run[0], _MCCUNE_INITIALS, _MCCUNE_VOWELS, mccune=True), text)


def _romanise(run: str, initials: Sequence[str], vowels: Sequence[str], *, mccune: bool) -> str:
    codes = [ord(character) - FIRST for character in run]
    written = [initials[code // 588] for code in codes]
    ends = [_REVISED_FINALS[code % 28] for code in codes]
    for place in range(1, len(codes)):
        final, initial = FINALS[codes[place - 1] % 28], INITIALS[codes[place] // 588]
        if mccune and initial in _MCCUNE_VOICED and final in _VOICED_FINALS:
            written[place] = _MCCUNE_VOICED[initial]
        if final == " ":
            continue
        if initial == "ㅇ" and final != "ㅇ":
            carried = COMPOUND.get(final, final)[-1]
            ends[place - 1] = _REVISED_FINALS[FINALS.index(COMPOUND[final][0])] if final in COMPOUND else ""
            carry = _MCCUNE_VOICED.get(carried) if mccune else None
            written[place] = carry or ("" if carried == "ㅎ" else initials[INITIALS.index(carried)])
        elif initial in "ㄴㅁ" and ends[place - 1] in _NASAL:
            ends[place - 1] = _NASAL[ends[place - 1]]
        elif initial == "ㄹ":
            if ends[place - 1] in ("n", "l"):
                ends[place - 1] = written[place] = "l"
            else:
                ends[place - 1] = _NASAL.get(ends[place - 1], ends[place - 1])
                written[place] = "n"
        elif initial == "ㄴ" and ends[place - 1] == "l":
            written[place] = "l"
    middles = [vowels[code % 588 // 28] for code in codes]
    return " ".join("".join(sounds) for sounds in zip(written, middles, ends, strict=True)) + " "
