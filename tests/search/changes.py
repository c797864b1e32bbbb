"""Names as people type them: changed at random."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bot.catalogue.model import ARTISTS
from bot.search import Entry

from .romanise import mccune

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"

Change = Callable[[Random, Entry], str | None]


def _slip(random: Random, text: str) -> str:
    """One letter more, one less, another one, or two that changed places; on a keyboard neighbours are hit."""
    place = random.randrange(len(text))
    way = random.randrange(4)
    row = next((row for row in _ROWS if text[place].lower() in row), "etaoinsrh")
    near = row[max(0, row.find(text[place].lower()) - 1) :][:3] if random.random() < 0.7 else row
    if way == 0:
        return text[:place] + random.choice(near) + text[place:]
    if way == 1 and len(text) > 3:
        return text[:place] + text[place + 1 :]
    if way == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    other = random.choice([letter for letter in near if letter != text[place].lower()])
    return text[:place] + other + text[place + 1 :]


def one_typo(random: Random, entry: Entry) -> str | None:
    """A Latin name with one slip."""
    return _slip(random, entry.texts[0])


def two_typos(random: Random, entry: Entry) -> str | None:
    """A Latin name of eight letters or more with two slips."""
    return _slip(random, _slip(random, entry.texts[0])) if len(entry.texts[0]) >= 8 else None


def without_spaces(random: Random, entry: Entry) -> str | None:
    """A Latin name in one word, without hyphens, in small letters."""
    text = entry.texts[0].replace(" ", "").replace("-", "").lower()
    return text if text != entry.texts[0].lower() else None


def without_spaces_with_typo(random: Random, entry: Entry) -> str | None:
    """The same with a slip."""
    text = without_spaces(random, entry)
    return _slip(random, text) if text else None


def in_mccune(random: Random, entry: Entry) -> str | None:
    """The Hangul name in McCune-Reischauer."""
    return mccune(entry.texts[1]).title()


def half_typed(random: Random, entry: Entry) -> str | None:
    """The Hangul name, the last of two or more syllables half-typed."""
    text = entry.texts[1]
    if len(text) < 3:
        return None
    keep = random.randint(max(2, len(text) * 3 // 5), len(text) - 1)
    code = ord(text[keep]) - 0xAC00
    if not 0 <= code < 11172:
        return None
    if code % 28 and random.random() < 0.5:
        return text[:keep] + chr(0xAC00 + code - code % 28)
    return text[:keep] + _INITIALS[code // 588]


def hangul_typo(random: Random, entry: Entry) -> str | None:
    """The Hangul name with another letter in one syllable, as when a neighbouring key is hit."""
    text = entry.texts[1]
    places = [place for place, character in enumerate(text) if 0 <= ord(character) - 0xAC00 < 11172]
    place = random.choice(places)
    code = ord(text[place]) - 0xAC00
    initial, vowel, final = code // 588, code % 588 // 28, code % 28
    if random.random() < 0.5:
        initial = _INITIALS.index(_beside(random, _INITIALS[initial], _INITIALS))
    else:
        vowel = _VOWELS.index(_beside(random, _VOWELS[vowel], _VOWELS))
    return text[:place] + chr(0xAC00 + initial * 588 + vowel * 28 + final) + text[place + 1 :]


def _beside(random: Random, letter: str, letters: str) -> str:
    row = next((row for row in _KEYS if letter in row), "".join(_KEYS))
    at = max(row.find(letter), 0)
    near = [other for other in row[max(0, at - 2) : at + 3] if other != letter and other in letters]
    return random.choice(near or [other for other in letters if other != letter])


def consonants(random: Random, entry: Entry) -> str | None:
    """The initial consonants of a Hangul name of three syllables or more."""
    codes = [ord(character) - 0xAC00 for character in entry.texts[1]]
    found = "".join(_INITIALS[code // 588] for code in codes if 0 <= code < 11172)
    return found if len(found) >= 3 else None


def half(random: Random, entry: Entry) -> str | None:
    """The first six tenths of a title of twelve letters or more."""
    text = entry.texts[0]
    return text[: len(text) * 6 // 10] if len(text) >= 12 and entry.ref.kind not in ARTISTS else None


CHANGES: dict[str, Change] = {
    "one typo": one_typo,
    "two typos": two_typos,
    "no spaces": without_spaces,
    "no spaces, a typo": without_spaces_with_typo,
    "McCune-Reischauer": in_mccune,
    "half-typed Hangul": half_typed,
    "a typo in Hangul": hangul_typo,
    "initials": consonants,
    "half a title": half,
}


def changed(random: Random, entries: list[Entry], count: int) -> list[tuple[str, str, Entry]]:
    """`count` queries: the change, what is typed, and who is meant. What is well known is asked for more often."""
    found: list[tuple[str, str, Entry]] = []
    ways = list(CHANGES)
    weights = [1 + entry.weight for entry in entries]
    while len(found) < count:
        for entry in random.choices(entries, weights, k=len(ways)):
            way = ways[len(found) % len(ways)]
            for other in (entry, *random.choices(entries, weights, k=20)):
                query = CHANGES[way](random, other)
                if query and len(query.strip()) > 1:
                    found.append((way, query, other))
                    break
    return found[:count]
