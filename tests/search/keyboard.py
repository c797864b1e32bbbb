"""What a keyboard in the wrong layout makes of a name: keys of the two-set layout, and syllables as they are composed.

Apart from the bot's own tables on purpose. An input method puts keys together as long as they make a syllable, and
takes the last consonant back when a vowel follows it.
"""

from __future__ import annotations

_ROWS = (
    ("qwertyuiop", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ"),
    ("asdfghjkl", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ"),
    ("zxcvbnm", "ㅋㅌㅊㅍㅠㅜㅡ"),
    ("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ"),
)
_KEYS = {latin: letter for row, letters in _ROWS for latin, letter in zip(row, letters, strict=True)}
_LATIN = {letter: latin for latin, letter in _KEYS.items()}
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_JOINED = {
    tuple(parts): whole
    for whole, parts in zip(
        "ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        "ㅗㅏ ㅗㅐ ㅗㅣ ㅜㅓ ㅜㅔ ㅜㅣ ㅡㅣ ㄱㅅ ㄴㅈ ㄴㅎ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅂㅅ".split(),
        strict=True,
    )
}
_PARTS = {whole: "".join(parts) for parts, whole in _JOINED.items()}


def in_latin(korean: str) -> str:
    """The Latin letters of the keys by which Hangul is typed."""
    return "".join(_LATIN.get(key, key) for character in korean for key in _keys(character))


def in_hangul(latin: str) -> str:
    """What the keys of Latin letters compose in Hangul."""
    found = ""
    block: list[str] = []
    for character in [*latin, ""]:
        key = _KEYS.get(character) or _KEYS.get(character.lower(), character)
        if (grown := _grown(block, key)) is not None:
            block = grown
            continue
        if len(block) == 3 and key in _VOWELS and key:
            *before, last = _PARTS.get(block[2], block[2])
            found += _syllable([*block[:2], *before])
            block = [last, key]
            continue
        found += _syllable(block)
        block = [key] if key and key in _INITIALS + _VOWELS else []
        found += "" if block else key
    return found


def _grown(block: list[str], key: str) -> list[str] | None:
    """The letters of a syllable with one more; None where they are not of one syllable."""
    if not key or not block:
        return None
    joined = _JOINED.get((block[-1], key))
    if len(block) == 1 and block[0] in _INITIALS and key in _VOWELS:
        return [*block, key]
    if joined is not None and (joined in _VOWELS or len(block) == 3):
        return [*block[:-1], joined]
    if len(block) == 2 and key in _FINALS[1:] and block[1] in _VOWELS:
        return [*block, key]
    return None


def _syllable(block: list[str]) -> str:
    if len(block) < 2:
        return "".join(block)
    initial, vowel, final = [*block, " "][:3]
    return chr(0xAC00 + (_INITIALS.index(initial) * 21 + _VOWELS.index(vowel)) * 28 + _FINALS.index(final))


def _keys(character: str) -> str:
    code = ord(character) - 0xAC00
    if not 0 <= code < 11172:
        return _PARTS.get(character, character)
    letters = _INITIALS[code // 588], _VOWELS[code % 588 // 28], _FINALS[code % 28]
    return "".join(_PARTS.get(letter, letter) for letter in letters).strip()
