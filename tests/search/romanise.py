"""Hangul in Latin letters, letter by letter, for generated names; apart from the bot's own on purpose.

The tables are those of Revised Romanisation (Ministry of Culture and Tourism, notice 2000-8) and McCune-Reischauer
(1939) for single letters; McCune-Reischauer is typed without breves and apostrophes, and hears k, t, p and ch as
voiced between vowels, n, l, m and ng.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

_Tables: TypeAlias = tuple[Sequence[str], Sequence[str], Sequence[str]]

_REVISED: _Tables = (
    "g kk n d tt r m b pp s ss - j jj ch k t p h".split(),
    "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(),
    ["", *"k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()],
)
_MCCUNE: _Tables = (
    "k kk n t tt r m p pp s ss - ch tch ch k t p h".split(),
    "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i".split(),
    _REVISED[2],
)
_VOICED = {0: "g", 3: "d", 7: "b", 12: "j"}


def revised(text: str) -> str:
    """Revised Romanisation, one syllable after another."""
    return "".join(_spelt(character, _REVISED) for character in text)


def mccune(text: str) -> str:
    """McCune-Reischauer as people type it; of a person's name the family name stands apart."""
    found: list[str] = []
    voiced = False
    for place, character in enumerate(text):
        spelt = _spelt(character, _MCCUNE)
        code = ord(character) - 0xAC00
        if 0 <= code < 11172:
            if voiced and code // 588 in _VOICED:
                spelt = _VOICED[code // 588] + spelt.removeprefix(_MCCUNE[0][code // 588])
            voiced = _MCCUNE[2][code % 28] in ("", "n", "l", "m", "ng")
        else:
            voiced = False
        found.append(spelt)
        if place == 0 and len(text) == 3 and " " not in text:
            found.append(" ")
            voiced = False
    return "".join(found)


def _spelt(character: str, tables: _Tables) -> str:
    code = ord(character) - 0xAC00
    if not 0 <= code < 11172:
        return character
    initials, vowels, finals = tables
    return f"{initials[code // 588].strip('-')}{vowels[code % 588 // 28]}{finals[code % 28]}"
