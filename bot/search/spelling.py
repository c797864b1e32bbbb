"""The forms in which a name is compared, each tolerant of certain differences. Pure.

- *plain*: compatibility forms, case, accents and punctuation are normalised (Unicode NFKC and NFD, UAX #15);
- *squashed*: plain, without spaces; Hangul as its keystrokes, so that a half-typed syllable is a prefix of the whole;
- *folded*: romanisations of Korean meet. Revised Romanisation (Ministry of Culture and Tourism notice 2000-8),
  McCune-Reischauer (1939) and customary spellings differ in g/k, d/t, b/p, j/ch, r/l, eo/o/u, in doubled letters and
  in family names such as Lee/Yi/Rhee (customary spellings as surveyed by the National Institute of Korean Language,
  2007 and 2015); a fold maps them onto one letter each. Hangul is romanised first;
- *initials*: the first consonant of each syllable (초성), or the first letter of each word.

Forms are bytes: Latin letters and digits are themselves, each key of a Korean keyboard is one byte, every other
character three. Comparing, slicing and storing them costs a fraction of what text does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.search import hangul

MAX_FORM = 200
"""The most bytes of a form that are used: more than the keys of 64 syllables."""

MOST_TAILS = 8
"""Words of a name at which its tails may begin, counted from the first."""

_OTHER = 0xB0
"""Bytes from this one on: the base-80 digits of a character that is neither ASCII nor Hangul."""

_NOT_JAMO = re.compile(r"[^\u3131-\u318e]+")
_ASCII_PLAIN = {
    code: None if chr(code) == "'" else chr(code).lower() if chr(code).isalnum() else " " for code in range(128)
}
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
# Letters with a stroke, and ligatures, which Unicode does not decompose as it does accented letters.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_SIMPLE = re.compile("[가-힣a-zA-Z0-9 ]+")
_LONE = re.compile("[ㄱ-ㅣ]")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
# "An" is also a family name, so it is an article only after another word.
_PARTICLE = re.compile(r"\b(?:the|a)\b ?|(?<= )an ")


class _Bytes(dict[int, str]):
    """A table for `str.translate` from characters to their bytes, as Latin-1 text. It is filled lazily."""

    def __missing__(self, code: int) -> str:
        if code < 128:
            found = chr(code)
        elif hangul.FIRST <= code <= hangul.LAST or 0x3131 <= code <= 0x3163:
            found = "".join(self[ord(key)] for key in hangul.keystrokes(chr(code)))
        else:
            high, low = divmod(min(code, 80**3 - 1), 80)
            found = "".join(chr(_OTHER + digit) for digit in (*divmod(high, 80), low))
        self[code] = found
        return found


_BYTES = _Bytes({ord(key): chr(0x80 + place) for place, key in enumerate(hangul.KEYS)})
_BYTES[ord(" ")] = ""


class _FirstKeys(dict[int, str]):
    """A table for `str.translate` from syllables to their first consonant. It is filled lazily."""

    def __missing__(self, code: int) -> str:
        found = self[code] = hangul.parts(chr(code))[0] if hangul.FIRST <= code <= hangul.LAST else chr(code)
        return found


_FIRST_KEYS = _FirstKeys()

VOWEL = 0x80 + len(hangul.INITIALS)
"""Bytes from this one up to `LETTERS`: the keys of vowels; those below it, from 0x80 on: of consonants."""
LETTERS = 0x80 + len(hangul.KEYS)

_FAMILY = {
    **dict.fromkeys(("lee", "yi", "rhee", "rhie", "ree", "rhi", "i"), "i"),
    **dict.fromkeys(("park", "bak", "pak", "bahk", "bark"), "pak"),
    **dict.fromkeys(("choi", "choe", "choy", "chwe", "choui"), "ce"),
    **dict.fromkeys(("im", "lim", "rim", "yim"), "im"),
    **dict.fromkeys(("noh", "roh", "no", "ro", "nho"), "nu"),
    **dict.fromkeys(("yoo", "yu", "ryu", "you", "ryoo", "lyu", "ryou"), "yu"),
    **dict.fromkeys(("oh", "o"), "u"),
    **dict.fromkeys(("ahn", "an"), "an"),
    **dict.fromkeys(("woo", "wu", "u", "wooh"), "u"),
    **dict.fromkeys(("yang", "ryang", "liang"), "yank"),
    **dict.fromkeys(("yeo", "yuh", "ryeo", "yo"), "yu"),
    **dict.fromkeys(("na", "ra", "la", "rha"), "na"),
    **dict.fromkeys(("yeom", "youm", "yum", "ryeom"), "yum"),
}
"""Customary spellings of family names whose letters would fold differently."""
_LONG_FAMILY = re.compile("lee|rhee|rhie|yi|park|choi|choy|lim|rim|yim|roh|noh|ryoo|ryu|ahn|oh")

# Letters that romanisations use for one another, then clusters of the rest, in this order. A capital is final: no later
# rule matches it. Doubled letters become one at the end, which covers kk, tt, oo, ou.
_LETTERS = str.maketrans("ojzgqdbfvr", "ucckktpppl")
_CLUSTERS = tuple(
    (cluster, settled)
    for clusters, settled in (
        ("yeu", "yu"),
        ("eui", "I"),
        ("wae ae ay eh we", "E"),
        ("ee ie yi wi ui", "I"),
        ("eu uh wu", "u"),
        ("ue", "E"),
        ("ah", "a"),
        ("tch ch", "c"),
        ("ck", "k"),
        ("sh", "s"),
        ("ph", "p"),
    )
    for cluster in clusters.split()
)
_DOUBLED = re.compile(rb"(.)\1+", re.DOTALL)


def plain(text: str) -> str:
    """A name normalised: compatibility forms, case, accents, punctuation and doubled spaces.

    A name of punctuation only ("?!") keeps it, and a number keeps its point: 3.98 does not begin with 39.
    """
    if "." in text and _POINT.search(text):
        return ".".join(map(plain, _POINT.split(text)))
    if text.isascii():
        return " ".join(text.translate(_ASCII_PLAIN).split()) or _printable(text)
    if _SIMPLE.fullmatch(text):
        return " ".join(text.lower().split())
    # Skip single jamo: NFKC would turn a keystroke into part of a syllable, and join it to the next.
    folded = _NOT_JAMO.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text).casefold()
    decomposed = unicodedata.normalize("NFD", folded)
    folded = unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
    folded = folded.translate(_APOSTROPHES).translate(_STROKES).translate(hangul.CONJOINING)
    return " ".join(_PUNCTUATION.sub(" ", folded).split()) or _printable(text)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")


def bare(name: str) -> str:
    """A plain name without its articles, unless it consists of them."""
    if " " not in name:
        return name
    return _PARTICLE.sub("", name).strip() or name


def squash(name: str) -> bytes:
    """A plain name as keystrokes, without spaces."""
    if name.isascii():
        return name.replace(" ", "").encode()[:MAX_FORM]
    return name.translate(_BYTES).encode("latin-1")[:MAX_FORM]


def has_hangul(form: bytes) -> bool:
    """Whether a form contains keys of a Korean keyboard."""
    return not form.isascii() and any(0x80 <= byte < LETTERS for byte in form)


def fold(name: str) -> bytes:
    """A plain name in letters that are the same for all its romanisations."""
    if name.isascii():
        family, _, given = name.partition(" ")
        if (known := _FAMILY.get(family)) is None:
            return _squeeze(name.replace(" ", ""))
        return _DOUBLED.sub(rb"\1", known.encode() + _squeeze(given.replace(" ", "")))
    # A Korean name in Hangul has two to four syllables, of which the first is nearly always the family name.
    if 2 <= len(name) <= 4 and all(map(hangul.is_syllable, name)):
        return fold(hangul.revised(name).strip())
    return plain_fold(name)


def is_family(word: str) -> bool:
    """Whether a plain word is a family name with customary spellings."""
    return word in _FAMILY


def folds(name: str) -> list[bytes]:
    """The folds of a plain name: as a Korean name, and as any other, which differ for family names such as Lee."""
    found = [fold(name)]
    if name.isascii():
        if name.partition(" ")[0] in _FAMILY:
            found.append(_squeeze(name.replace(" ", "")))
        # In one word, the end of the family name is unknown.
        if " " not in name and (family := _LONG_FAMILY.match(name)) and family.end() < len(name):
            found.append(fold(f"{family[0]} {name[family.end() :]}"))
    return list(dict.fromkeys(found))


def tails(name: str) -> list[str]:
    """A plain name without its first word, without its first two, and so on; without spaces."""
    words = name.split()
    return ["".join(words[place:]) for place in range(1, min(len(words), MOST_TAILS))]


def plain_fold(name: str) -> bytes:
    """The fold of a plain name without special treatment of family names: one of its `folds`."""
    return _squeeze((name if name.isascii() else _lone(hangul.revised(name))).replace(" ", ""))


def given(name: str) -> str:
    """The given name of a Korean whose plain name is in Hangul; empty if unknown.

    Family names have one syllable; in a name of four they have two, as in 남궁 or 황보.
    """
    if " " in name or not 3 <= len(name) <= 4 or not all(map(hangul.is_syllable, name)):
        return ""
    return name[len(name) - 2 :]


def spoken(name: str) -> list[bytes]:
    """The romanisations of a plain name in Hangul, squashed; empty for another name."""
    if name.isascii() or not any(map(hangul.is_syllable, name)):
        return []
    return [squash(hangul.revised(name)), squash(hangul.mccune(name))]


def initials(name: str) -> bytes:
    """The first consonant of each syllable of a plain name's words in Hangul, and the first letter of other words."""
    if name.isascii():
        return "".join([word[0] for word in name.split()]).encode()
    found = [word.translate(_FIRST_KEYS) if hangul.is_syllable(word[0]) else word[0] for word in name.split()]
    return squash("".join(found))


def is_short_for(short: str, name: str) -> bool:
    """Whether a name has all characters of `short`, in order, from the first one on: 슬의생 is 슬기로운 의사생활."""
    left = iter(name)
    return name[:1] == short[:1] and all(character in left for character in short)


def is_clipped(short: str, name: str) -> bool:
    """Whether `short` joins the beginnings of some words of a name: 꽃남 is 꽃보다 남자, 스키즈 스트레이 키즈.

    A word of four syllables nearly always consists of two words: 여친 is 여자친구.
    """
    if name[:1] != short[:1] or len(short) >= len(name):
        return False
    words = [half for word in name.split() for half in ((word[:2], word[2:]) if len(word) == 4 else (word,))]
    return len(words) > 1 and _begin_words(short, words)


def _begin_words(short: str, words: list[str]) -> bool:
    """Whether a short form joins a beginning of the first word and beginnings of some of the others."""
    if not short:
        return True
    for place, word in enumerate(words):
        length = 1
        while length <= len(word) and word[:length] == short[:length]:
            if _begin_words(short[length:], words[place + 1 :]):
                return True
            length += 1
    return False


def has_lone_letters(text: str) -> bool:
    """Whether a text has a Hangul letter outside a syllable."""
    return _LONE.search(text) is not None


def is_initials(form: bytes) -> bool:
    """Whether every byte is a Hangul consonant, as in ㄱㅎㅈ."""
    return all(0x80 <= byte < VOWEL for byte in form)


@lru_cache(maxsize=1024)
def _lone_letter(letter: str) -> str:
    """A lone letter, romanised: the beginning of a half-typed syllable."""
    place = hangul.INITIALS.find(letter)
    if place >= 0:
        return hangul.revised(chr(hangul.FIRST + place * 588)).strip()[:-1]
    place = hangul.VOWELS.find(letter)
    return hangul.revised(chr(hangul.FIRST + 11 * 588 + place * 28)).strip() if place >= 0 else ""


def _lone(text: str) -> str:
    return text if text.isascii() else _LONE.sub(lambda letter: _lone_letter(letter[0]), text)


def _squeeze(text: str) -> bytes:
    text = text.translate(_LETTERS)
    for cluster, settled in _CLUSTERS:
        if cluster in text:
            text = text.replace(cluster, settled)
    return _DOUBLED.sub(rb"\1", squash(text.lower()))
