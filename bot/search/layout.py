"""Text typed in the wrong keyboard layout: Hangul for Latin letters, or the reverse. Pure.

Korean keyboards switch between Latin letters (QWERTY) and the two-set layout (KS X 5002) with one key, which is easily
forgotten: 아이유 becomes dkdldb, and iu becomes ㅑㅕ.
"""

from __future__ import annotations

import re

from bot.search.hangul import keystrokes

_LATIN = "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml"
_HANGUL = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ"
_PAIRS = list(zip(_LATIN, _HANGUL, strict=True))
# A capital is its key's plain letter, unless Shift gives that key another one.
_TO_HANGUL = {latin.upper(): hangul for latin, hangul in _PAIRS if latin.islower()} | dict(_PAIRS)
_TO_LATIN = {hangul: latin.lower() for latin, hangul in _PAIRS}

_SYLLABLES = re.compile(
    "(?:[ㄱ-ㅎ](?:ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ|[ㅏ-ㅣ])(?:[ㄱ-ㅎ]{1,2}(?![ㅏ-ㅣ]))?|[^ㄱ-ㅣ])+[ㄱ-ㅎ]?"
)
"""Keys that make syllables, the last of which may be half-typed."""


def other_layout(text: str) -> str | None:
    """The keys of `text` in the other layout; None if it mixes layouts (digits and signs aside), or its Latin
    letters make no syllables."""
    letters = [character for character in text if character.isalpha()]
    if letters and all(character in _TO_HANGUL for character in letters):
        switched = "".join(_TO_HANGUL.get(character, character) for character in text)
        return switched if _SYLLABLES.fullmatch(switched) else None
    if letters and all(key in _TO_LATIN for key in "".join(map(keystrokes, letters))):
        return "".join(_TO_LATIN.get(key, key) for character in text for key in keystrokes(character) or character)
    return None
