"""Names: how they are compared, and which entity somebody means. Pure.

A name is compared in several forms, each of which forgives something:

- *plain*: compatibility forms, case, accents and punctuation are one (Unicode NFKC and NFD, UAX #15);
- *squashed*: plain, without its spaces ("gonghyojin");
- *folded*: romanisations of Korean meet. Revised Romanisation (Ministry of Culture and Tourism notice 2000-8),
  McCune-Reischauer (1939) and customary spellings differ in g/k, d/t, b/p, j/ch, r/l, eo/o/u, in doubled letters and
  in family names such as Lee/Yi/Rhee; a fold maps them onto one letter each. Hangul is romanised first;
- *keystrokes*: Hangul as it is typed on a two-set keyboard, so that a half-typed syllable is a prefix of the whole;
- *initials*: the first consonant of each syllable (초성), or the first letter of each word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz, process

from bot.model import Kind, Label, Ref

MAX_QUERY = 64
"""Characters of a query that are looked at; longer ones are nobody's name."""
FUZZY_CUTOFF = 62
"""The similarity, of 100, below which nothing is suggested."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entity as search sees it. `hints` and `year` tell it from others of the same name."""

    ref: Ref
    label: Label
    texts: tuple[str, ...]
    hints: tuple[Label, ...] = ()
    year: int | None = None
    weight: int = 0


class Tier(IntEnum):
    """How well a name fits, the best first."""

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    SOUNDS_LIKE = 3
    INITIALS = 4
    FUZZY = 5


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that was found, and how well its best name fits; `score` is the similarity, of 100."""

    entry: Entry
    tier: Tier
    score: float


# What is typed on a two-set keyboard for the parts of a syllable. Unicode (chapter 3.12) composes syllables from U+AC00
# as 19 initials x 21 vowels x 28 finals.
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split()
_FINALS = [
    "",
    *"ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(),
]
_COMPOUND = dict(zip("ㅘㅙㅚㅝㅞㅟㅢㄳㄵ", "ㅗㅏ ㅗㅐ ㅗㅣ ㅜㅓ ㅜㅔ ㅜㅣ ㅡㅣ ㄱㅅ ㄴㅈ".split(), strict=True))
# Revised Romanisation, letter by letter: sounds that change between syllables are left to the fold.
_ROMAN_INITIALS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_ROMAN_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_ROMAN_FINALS = ["", *"k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()]

_NOT_JAMO = re.compile(r"[^\u3131-\u318e]+")
_PARTICLES = re.compile(r"\b(?:the|a|an)\b ?")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_FAMILY = {
    **dict.fromkeys(("lee", "yi", "rhee", "rhie", "ree", "i"), "i"),
    **dict.fromkeys(("park", "bak", "pak", "park", "bahk"), "pak"),
    **dict.fromkeys(("choi", "choe", "choy", "chwe"), "ce"),
    **dict.fromkeys(("im", "lim", "rim", "yim"), "im"),
    **dict.fromkeys(("noh", "roh", "no", "ro"), "nu"),
    **dict.fromkeys(("yoo", "yu", "ryu", "you", "ryoo"), "yu"),
    **dict.fromkeys(("oh", "o"), "u"),
    **dict.fromkeys(("ahn", "an"), "an"),
    **dict.fromkeys(("woo", "wu", "u", "wooh"), "u"),
}
_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"w?oo|eo|eu|ou|uh|oh|wu", "u"),
        (r"ae|eh", "e"),
        (r"ee|yi|ui|wi", "i"),
        (r"oe|oi|we", "e"),
        (r"ah", "a"),
        (r"sh|ss", "s"),
        (r"ch|jj|tch|j|z", "c"),
        (r"kk|gg|ck|g|q", "k"),
        (r"tt|dd|d", "t"),
        (r"pp|bb|b", "p"),
        (r"ph|f", "p"),
        (r"r", "l"),
        (r"v", "p"),
        (r"[ou]", "u"),
        (r"y(?=[aeiou])", ""),
        (r"(.)\1+", r"\1"),
    )
)


def plain(text: str) -> str:
    """A name without what nobody types alike: compatibility forms, case, accents, punctuation and doubled spaces."""
    # Not for single jamo: NFKC would turn a keystroke into a piece of a syllable, and join it to the next.
    folded = _NOT_JAMO.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text).casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFD", folded)
        folded = unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
    return " ".join(_PUNCTUATION.sub(" ", folded.replace("'", "").replace("’", "")).split())


def romanise(text: str) -> str:
    """Hangul as Latin letters, syllable by syllable with a space between; other characters stay."""
    parts: list[str] = []
    for character in text:
        code = ord(character) - 0xAC00
        if 0 <= code < 11172:
            initial, vowel, final = code // 588, code % 588 // 28, code % 28
            parts.append(f" {_ROMAN_INITIALS[initial]}{_ROMAN_VOWELS[vowel]}{_ROMAN_FINALS[final]} ")
        else:
            parts.append(character)
    return " ".join("".join(parts).split())


def fold(text: str) -> str:
    """A plain name in the letters in which all romanisations of it meet."""
    words = romanise(text).split()
    squashed = "".join(_FAMILY.get(word, word) if index == 0 else word for index, word in enumerate(words))
    for pattern, letter in _FOLDS:
        squashed = pattern.sub(letter, squashed)
    return squashed


def keystrokes(text: str) -> str:
    """A plain name as it is typed: each Hangul syllable as the keys of a two-set keyboard, without spaces."""
    keys: list[str] = []
    for character in text:
        code = ord(character) - 0xAC00
        if 0 <= code < 11172:
            keys += (_INITIALS[code // 588], _VOWELS[code % 588 // 28], _FINALS[code % 28])
        elif character != " ":
            keys.append(_COMPOUND.get(character, character))
    return "".join(keys)


def initials(text: str) -> str:
    """The first consonant of each Hangul syllable, and the first letter of each other word, of a plain name."""
    found: list[str] = []
    for word in text.split():
        hangul = [_INITIALS[(ord(c) - 0xAC00) // 588] for c in word if 0 <= ord(c) - 0xAC00 < 11172]
        found += hangul or [word[0]]
    return "".join(found)


@dataclass(frozen=True, slots=True)
class _Key:
    """A name in every form in which it is compared."""

    entry: int
    plain: str
    squashed: str
    folded: str
    typed: str
    initials: str


def _key(entry: int, text: str) -> _Key:
    name = plain(text)
    bare = _PARTICLES.sub("", name) or name
    return _Key(entry, name, bare.replace(" ", ""), fold(name), keystrokes(bare), initials(bare))


class Index:
    """A catalogue's names, ready to be searched. It never changes: make a new one for a changed catalogue."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._by_ref = {entry.ref: entry for entry in self._entries}
        self._keys = [
            _key(number, text)
            for number, entry in enumerate(self._entries)
            for text in dict.fromkeys((*entry.texts, entry.ref.slug.replace("-", " ")))
        ]
        self._forms = tuple(zip(*((key.squashed, key.folded, key.typed) for key in self._keys), strict=True))

    @property
    def entries(self) -> Sequence[Entry]:
        """Everything that can be found."""
        return self._entries

    def get(self, ref: Ref) -> Entry | None:
        """The entry of an entity."""
        return self._by_ref.get(ref)

    def search(self, query: str, kinds: Collection[Kind], limit: int = 25) -> list[Match]:
        """The entities of `kinds` whose names fit `query` best, the best first; for no query, the best known ones."""
        asked = _key(-1, query[:MAX_QUERY])
        if not asked.plain:
            known = [Match(entry, Tier.PREFIX, 0.0) for entry in self._entries if entry.ref.kind in kinds]
            return sorted(known, key=_order)[:limit]
        best: dict[int, tuple[Tier, float]] = {}
        for key in self._keys:
            if self._entries[key.entry].ref.kind in kinds and (tier := _tier(asked, key)) is not None:
                score = 100 * len(asked.squashed) / max(len(key.squashed), 1)
                best[key.entry] = min(best.get(key.entry, (tier, -score)), (tier, -score))
        if len(best) < limit:
            for number, score in self._similar(asked, kinds):
                best.setdefault(number, (Tier.FUZZY, -score))
        found = [Match(self._entries[number], tier, -score) for number, (tier, score) in best.items()]
        return sorted(found, key=_order)[:limit]

    def _similar(self, asked: _Key, kinds: Collection[Kind]) -> list[tuple[int, float]]:
        """Entities with a name that resembles what was asked in one of its forms, with the similarity."""
        scores: dict[int, float] = {}
        for query, forms in zip((asked.squashed, asked.folded, asked.typed), self._forms, strict=False):
            if len(query) < 2:
                continue
            for _, score, place in process.extract(
                query, forms, scorer=_similarity, score_cutoff=FUZZY_CUTOFF, limit=50
            ):
                number = self._keys[place].entry
                if self._entries[number].ref.kind in kinds:
                    scores[number] = max(scores.get(number, 0), score)
        return list(scores.items())


def _similarity(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """How alike two forms are, of 100; the shorter may be the beginning of the longer."""
    whole = fuzz.ratio(one, other, score_cutoff=score_cutoff)
    if len(one) < 4 or len(other) <= len(one):
        return whole
    return max(whole, 0.95 * fuzz.ratio(one, other[: len(one) + 1], score_cutoff=score_cutoff))


def _tier(asked: _Key, key: _Key) -> Tier | None:
    """How well a name fits what was asked, short of resembling it."""
    if asked.plain == key.plain or asked.squashed == key.squashed:
        return Tier.EXACT
    if key.squashed.startswith(asked.squashed) or key.typed.startswith(asked.typed):
        return Tier.PREFIX
    if _words_begin(asked.plain.split(), key.plain.split()):
        return Tier.WORDS
    if asked.folded and (
        key.folded == asked.folded or (len(asked.folded) >= 4 and key.folded.startswith(asked.folded))
    ):
        return Tier.SOUNDS_LIKE
    if len(asked.squashed) >= 2 and key.initials.startswith(asked.squashed):
        return Tier.INITIALS
    return None


def _words_begin(asked: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word that was asked for begins a word of the name, in whatever order."""
    left = list(words)
    for word in asked:
        for place, candidate in enumerate(left):
            if candidate.startswith(word):
                del left[place]
                break
        else:
            return False
    return True


def _order(match: Match) -> tuple[int, float, int, int, str]:
    entry = match.entry
    closeness = -match.score if match.tier is Tier.FUZZY else 0.0
    return (match.tier, closeness, -entry.weight, -(entry.year or 0), entry.ref.slug)


def certain(matches: Sequence[Match]) -> list[Match]:
    """The matches that may be what was meant: those of the best tier, unless the best only resembles the query."""
    if not matches or matches[0].tier is Tier.FUZZY:
        return []
    return [match for match in matches if match.tier is matches[0].tier]
