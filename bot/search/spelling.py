"""The forms in which a name is compared, each of which forgives something. Pure.

- *plain*: compatibility forms, case, accents and punctuation are one (Unicode NFKC and NFD, UAX #15);
- *squashed*: plain, without its spaces; Hangul as its keystrokes, so that a half-typed syllable begins the whole;
- *folded*: romanisations of Korean meet. Revised Romanisation (Ministry of Culture and Tourism notice 2000-8),
  McCune-Reischauer (1939) and customary spellings differ in g/k, d/t, b/p, j/ch, r/l, eo/o/u, in doubled letters and
  in family names such as Lee/Yi/Rhee (customary spellings as surveyed by the National Institute of Korean Language,
  2007 and 2015); a fold maps them onto one letter each. Hangul is romanised first;
- *initials*: the first consonant of each syllable (초성), or the first letter of each word.

Forms are bytes: Latin letters and digits are themselves, each key of a Korean keyboard is one byte, every other
character three. Compared, cut and stored they cost a fraction of what text does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.search import hangul

MAX_FORM = 200
"""Bytes of a form that are looked at: more than the keys of 64 syllables."""

MOST_TAILS = 8
"""Words of a name from which on its ends are looked at."""

_OTHER = 0xB0
"""From this byte on: the digits of a character that is neither ASCII nor Hangul, to the base of 80."""

_NOT_JAMO = re.compile(r"[^\u3131-\u318e]+")
_ASCII_PLAIN = {
    code: None if chr(code) == "'" else chr(code).lower() if chr(code).isalnum() else " " for code in range(128)
}
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
# Letters with a stroke or joined to another, which Unicode does not take apart as it does those with an accent.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_SIMPLE = re.compile("[가-힣a-zA-Z0-9 ]+")
_LONE = re.compile("[ㄱ-ㅣ]")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
# "An" is also a family name, so it is a particle only behind another word.
_PARTICLE = re.compile(r"\b(?:the|a)\b ?|(?<= )an ")


class _Bytes(dict[int, str]):
    """The table of `str.translate` that gives each character its bytes, as Latin-1 text. It fills as it is asked."""

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
    """The table of `str.translate` that gives each syllable its first consonant. It fills as it is asked."""

    def __missing__(self, code: int) -> str:
        found = self[code] = hangul.parts(chr(code))[0] if hangul.FIRST <= code <= hangul.LAST else chr(code)
        return found


_FIRST_KEYS = _FirstKeys()

VOWEL = 0x80 + len(hangul.INITIALS)
"""From this byte on, up to `LETTERS`: the keys of vowels; below it, from 0x80 on: those of consonants."""
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
"""Customary spellings of family names that a fold of their letters would not bring together."""
_LONG_FAMILY = re.compile("lee|rhee|rhie|yi|park|choi|choy|lim|rim|yim|roh|noh|ryoo|ryu|ahn|oh")

# Letters that romanisations take for one another, then clusters of what is left, in this order. A capital is settled:
# no later rule sees it. Doubled letters are one in the end: that does for kk, tt, oo, ou.
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
    """A name without what nobody types alike: compatibility forms, case, accents, punctuation and doubled spaces.

    A name of nothing but punctuation ("?!") keeps it, and so does a number its point: 3.98 does not begin with 39.
    """
    if "." in text and _POINT.search(text):
        return ".".join(map(plain, _POINT.split(text)))
    if text.isascii():
        return " ".join(text.translate(_ASCII_PLAIN).split()) or _printable(text)
    if _SIMPLE.fullmatch(text):
        return " ".join(text.lower().split())
    # Not for single jamo: NFKC would turn a keystroke into a piece of a syllable, and join it to the next.
    folded = _NOT_JAMO.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text).casefold()
    decomposed = unicodedata.normalize("NFD", folded)
    folded = unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
    folded = folded.translate(_APOSTROPHES).translate(_STROKES).translate(hangul.CONJOINING)
    return " ".join(_PUNCTUATION.sub(" ", folded).split()) or _printable(text)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")


def bare(name: str) -> str:
    """A plain name without its particles, unless it has nothing else."""
    if " " not in name:
        return name
    return _PARTICLE.sub("", name).strip() or name


def squash(name: str) -> bytes:
    """A plain name as it is typed, without spaces."""
    if name.isascii():
        return name.replace(" ", "").encode()[:MAX_FORM]
    return name.translate(_BYTES).encode("latin-1")[:MAX_FORM]


def has_hangul(form: bytes) -> bool:
    """Whether a form holds keys of a Korean keyboard."""
    return not form.isascii() and any(0x80 <= byte < LETTERS for byte in form)


def fold(name: str) -> bytes:
    """A plain name in the letters in which all romanisations of it meet."""
    if name.isascii():
        family, _, given = name.partition(" ")
        if (known := _FAMILY.get(family)) is None:
            return _squeeze(name.replace(" ", ""))
        return _DOUBLED.sub(rb"\1", known.encode() + _squeeze(given.replace(" ", "")))
    # A Korean's name in Hangul has two to four syllables, of which the first is nearly always the family's.
    if 2 <= len(name) <= 4 and all(map(hangul.is_syllable, name)):
        return fold(hangul.revised(name).strip())
    return plain_fold(name)


def is_family(word: str) -> bool:
    """Whether a plain word is a family name that has customary spellings."""
    return word in _FAMILY


def folds(name: str) -> list[bytes]:
    """The folds of a plain name: as a Korean's name, and as any other, which differ for families such as Lee."""
    found = [fold(name)]
    if name.isascii():
        if name.partition(" ")[0] in _FAMILY:
            found.append(_squeeze(name.replace(" ", "")))
        # In one word it is not known where the family name ends.
        if " " not in name and (family := _LONG_FAMILY.match(name)) and family.end() < len(name):
            found.append(fold(f"{family[0]} {name[family.end() :]}"))
    return list(dict.fromkeys(found))


def tails(name: str) -> list[str]:
    """A plain name without its first word, without its first two, and so on; without spaces."""
    words = name.split()
    return ["".join(words[place:]) for place in range(1, min(len(words), MOST_TAILS))]


def plain_fold(name: str) -> bytes:
    """The fold of a plain name in which no word counts as a family's: one of `folds` of it."""
    return _squeeze((name if name.isascii() else _lone(hangul.revised(name))).replace(" ", ""))


def given(name: str) -> str:
    """The given name of a Korean whose plain name is in Hangul; nothing where it cannot be told.

    Family names have one syllable; in a name of four they have two, as in 남궁 or 황보.
    """
    if " " in name or not 3 <= len(name) <= 4 or not all(map(hangul.is_syllable, name)):
        return ""
    return name[len(name) - 2 :]


def spoken(name: str) -> list[bytes]:
    """The romanisations of a plain name in Hangul, squashed; none of another name."""
    if name.isascii() or not any(map(hangul.is_syllable, name)):
        return []
    return [squash(hangul.revised(name)), squash(hangul.mccune(name))]


def initials(name: str) -> bytes:
    """The first consonant of each syllable of words in Hangul, and the first letter of others, of a plain name."""
    if name.isascii():
        return "".join([word[0] for word in name.split()]).encode()
    found = [word.translate(_FIRST_KEYS) if hangul.is_syllable(word[0]) else word[0] for word in name.split()]
    return squash("".join(found))


def is_short_for(short: str, name: str) -> bool:
    """Whether a name has all characters of `short`, in order and from the first on: 슬의생 is 슬기로운 의사생활."""
    left = iter(name)
    return name[:1] == short[:1] and all(character in left for character in short)


def is_clipped(short: str, name: str) -> bool:
    """Whether `short` is made of the beginnings of some words of a name: 꽃남 is 꽃보다 남자, 스키즈 스트레이 키즈.

    A word of four syllables is nearly always made of two words: 여친 is 여자친구.
    """
    if name[:1] != short[:1] or len(short) >= len(name):
        return False
    words = [half for word in name.split() for half in ((word[:2], word[2:]) if len(word) == 4 else (word,))]
    return len(words) > 1 and _begin_words(short, words)


def _begin_words(short: str, words: list[str]) -> bool:
    """Whether a short form is made of a beginning of the first word, and of beginnings of some of the others."""
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
    """Whether a letter of Hangul stands outside a syllable."""
    return _LONE.search(text) is not None


def is_initials(form: bytes) -> bool:
    """Whether every byte is a consonant of Hangul, as in ㄱㅎㅈ."""
    return all(0x80 <= byte < VOWEL for byte in form)


@lru_cache(maxsize=1024)
def _lone_letter(letter: str) -> str:
    """A letter that stands alone, in Latin letters: what a half-typed syllable begins with."""
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
