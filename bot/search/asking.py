"""How a table is queried: from the best fit to the weakest, until there are enough results. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.catalogue.model import Kind
from bot.search import spelling
from bot.search.entry import Tier
from bot.search.hangul import is_syllable
from bot.search.prefixes import PrefixIndex
from bot.search.query import ParsedQuery
from bot.search.sounding import is_same
from bot.search.table import KINDS, Table

ENOUGH = 6
"""Entities found after which fuzzy matching is skipped."""
MOST_FUZZY = 8
"""The most entities suggested for likeness alone."""
CUTOFF = 0.62
"""The similarity, of 1, below which nothing is suggested."""
SHORT_QUERY, SHORT_CUTOFF = 8, 0.73
"""Letters up to which a query is short, and the cutoff of a short one: few letters are easily somewhat alike."""
NEAR = 0.84
"""The similarity, of 1, from which weaker candidates are not searched."""
CUT = 0.96
"""The weight of similarity if only the beginning of a name was typed."""
HEARD = 0.55
"""The similarity of sound, of 1, below which the spelling is not compared."""
MOST_INITIALS = 8
"""The most letters of a query that may be the initials of a title."""
SHORT = 0.8
"""The similarity given to a title that has the typed syllables, in order."""
MOST_LONGER = 400
"""The most entities checked of those whose names have all the syllables."""
MOST_SYLLABLES = 5
"""The most syllables of a query that may be short for a longer name."""
WIDE = 1000
"""Places where a word begins as the query's, up to which their entities are intersected with another word's."""
WIDEST = 20
"""The most entities with all words for which it is checked that no word was used twice."""
PART = 0.9
"""The weight of similarity if only a part of a name was typed."""
LIKE_PART = 0.8
"""The similarity of a part of a name, of 1, below which it is not suggested."""
SHORT_PART, LIKE_SHORT_PART = 5, 0.88
"""Letters up to which a part is short, and the cutoff of a short one: most names have three of any four letters."""
SHORTEST_PART = 4
"""The fewest letters of a query that may be a part of a name with a typo."""
MOST_ALIKE = 30
"""The most entities that sound like the query whose spelling is compared."""


Hits = dict[int, tuple[Tier, float]]
"""Numbers of entities, the best first, with how well each fits; see `Match`."""


class Search:
    """One query to one table."""

    def __init__(
        self, table: Table, asked: ParsedQuery, kinds: Collection[int], limit: int, hidden: Collection[int]
    ) -> None:
        self._table = table
        self._asked = asked
        self._kinds = kinds
        self._limit = limit
        self._hidden = hidden
        self._found: Hits = {}

    def run(self, *, quick: bool) -> Hits:
        """Return what matches, the best first; if `quick`, only prefixes."""
        asked, starts = self._asked, self._table.starts
        if not asked.form:
            self._add(Tier.PREFIX, starts.owners(b"", self._kinds))
            return self._found
        exact, longer = starts.exactly_and_owners(asked.form, self._kinds)
        self._add(Tier.EXACT, exact)
        if asked.bare_form != asked.form:
            titled = starts.exactly(asked.bare_form, self._kinds)
            self._add(Tier.EXACT, [number for number in titled if self._table.kinds[number] != KINDS[Kind.PERSON]])
        if longer and len(asked.words) > 1 and not exact:
            self._add(Tier.PREFIX, self._same())
        self._add(Tier.PREFIX, longer)
        stages = (
            self._words,
            self._sounds,
            self._any_order,
            self._initials,
            self._shortened,
            self._tails,
            self._resembling,
        )
        for stage in stages[:1] if quick else stages:
            if len(self._found) >= self._limit:
                break
            stage()
        return self._found

    def _add(self, tier: Tier, numbers: Iterable[int], score: float = 100.0) -> None:
        found, kinds, wanted, hidden, limit = self._found, self._table.kinds, self._kinds, self._hidden, self._limit
        fit = (tier, score)
        for number in numbers:
            if len(found) >= limit:
                return
            if number not in found and kinds[number] in wanted and number not in hidden:
                found[number] = fit

    def _same(self) -> list[int]:
        """The entities with a name that sounds exactly like the query: likelier than a prefix match across words."""
        asked, table = self._asked, self._table
        alike = {number for fold in asked.folds for number in table.sounds.exactly(fold, self._kinds)}
        likely = sorted(self._new(alike))[:MOST_ALIKE]
        return list(filter(self._is_same, likely))

    def _is_same(self, number: int) -> bool:
        return any(is_same(self._asked.name, spelling.plain(text)) for text in self._table.texts(number))

    def _words(self) -> None:
        asked, table = self._asked, self._table
        if asked.bare_form != asked.form:
            self._add(Tier.WORDS, table.starts.owners(asked.bare_form, self._kinds))
        self._add(Tier.WORDS, table.words.owners(asked.bare_form, self._kinds), 95)
        if 2 <= len(asked.words) <= 3 and not self._found:
            # The family name last, or first: "min-ho lee" is a prefix of Lee Min-ho.
            for turned in _turned(asked.words):
                self._add(Tier.WORDS, table.starts.owners(spelling.squash(turned), self._kinds), 90)

    def _any_order(self) -> None:
        """Add the entities in whose names each word of the query begins a different word."""
        if len(self._asked.words) < 2 or self._found:
            return
        table = self._table
        asked = sorted(map(spelling.squash, self._asked.words), key=len, reverse=True)
        few: list[tuple[Sequence[int], Sequence[int]]] = []
        for word in asked:
            starts, words = table.starts.every(word, WIDE), table.words.every(word, WIDE)
            if starts is not None and words is not None:
                if not starts and not words:
                    return
                few.append((starts, words))
        few.sort(key=lambda owners: sum(map(len, owners)))
        both = {number for owners in few[:1] for number in chain(*owners)}
        for starts, words in few[1:]:
            both = both.intersection(starts) | both.intersection(words)
        likely = sorted(self._new(both))[:WIDEST]
        self._add(Tier.WORDS, [number for number in likely if self._has_words(number, asked)], 85)

    def _has_words(self, number: int, asked: list[bytes]) -> bool:
        return any(
            _words_begin(asked, [spelling.squash(word) for word in spelling.plain(text).split()])
            for text in self._table.texts(number)
        )

    def _sounds(self) -> None:
        asked, sounds = self._asked, self._table.sounds
        if asked.initials:
            return
        alike = self._heard(sounds)
        if not alike and 2 <= len(asked.words) <= 3 and asked.name.isascii():
            for turned in _turned(asked.words):
                alike |= dict.fromkeys(sounds.exactly(spelling.fold(turned), self._kinds), True)
        new = self._by_sound(alike)
        if asked.hangul and self._longer(spelling.is_clipped):
            # A short form is likelier than one that only sounds somewhat alike.
            new = [number for number in new if self._is_same(number)]
        if len(new) == 1 and alike[new[0]]:
            self._add(Tier.SOUNDS_LIKE, new)
        elif new:
            self._add_alike(Tier.SOUNDS_LIKE, alike, self._likeness(new, asked.spoken))

    def _tails(self) -> None:
        """Add the entities whose names sound like the query from a later word on: "eunu" is Cha Eun-woo."""
        if self._asked.initials:
            return
        alike = self._heard(self._table.tails)
        if new := self._by_sound(alike):
            spelt = dict.fromkeys(new, 0.0) | _parts(self._asked.spoken, new, self._spellings)
            self._add_alike(Tier.ENDS_LIKE, alike, spelt)

    def _add_alike(self, tier: Tier, alike: dict[int, bool], spelt: dict[int, float]) -> None:
        """Add the entities that sound like the query to the end, or are spelt much like it, the most alike first."""
        for number in sorted(spelt, key=lambda number: (-spelt[number], number)):
            if alike[number] or spelt[number] >= NEAR:
                self._add(tier, (number,), 100 * spelt[number])

    def _heard(self, index: PrefixIndex) -> dict[int, bool]:
        """The entities of which a form sounds like the query, or begins so, and whether the whole form does."""
        alike: dict[int, bool] = {}
        for fold in self._asked.folds:
            exact, longer = index.exactly_and_owners(fold, self._kinds)
            alike |= dict.fromkeys(exact, True)
            if len(fold) >= 4:
                alike = dict.fromkeys(longer, False) | alike
        return alike

    def _by_sound(self, alike: dict[int, bool]) -> list[int]:
        """The candidates among some entities by sound, first those that sound alike to the end."""
        new = sorted(self._new(alike), key=lambda number: (not alike[number], number))[:MOST_ALIKE]
        if not self._asked.hangul:
            return new
        # An entity with a name in Hangul would have been found by that, or was not meant.
        return [number for number in new if not any(map(spelling.has_hangul, self._table.names.all(number)))]

    def _initials(self) -> None:
        asked, initials = self._asked, self._table.initials
        if (asked.initials and len(asked.form) >= 2) or (2 <= len(asked.form) <= 3 and not asked.hangul):
            exact, longer = initials.exactly_and_owners(asked.form, self._kinds)
            self._add(Tier.INITIALS, exact)
            self._add(Tier.INITIALS, longer, 90)
        elif not asked.hangul and len(asked.form) <= MOST_INITIALS:
            self._add(Tier.INITIALS, initials.exactly(asked.form, self._kinds))

    def _resembling(self) -> None:
        asked, typos = self._asked, self._table.typos
        tier = next(iter(self._found.values()))[0] if self._found else Tier.FUZZY
        if tier <= Tier.WORDS or len(self._found) >= ENOUGH or len(asked.form) < 2 or asked.initials or asked.number:
            return
        likeness: dict[int, float] = {}
        best = 0.0 if asked.hangul else self._measure(likeness, typos.spelt(asked.form, self._new))
        weaker = zip(*(typos.candidates(form, self._new) for form in asked.likened), strict=True)
        likely: list[int] = []
        while best < NEAR and (candidates := next(weaker, None)) is not None:
            likely = [number for numbers in candidates for number in numbers]
            best = self._measure(likeness, likely)
            if tier <= Tier.INITIALS:
                break
        if best < NEAR and len(asked.form) >= SHORTEST_PART:
            for number, alike in _parts(asked.form, likely, self._spellings).items():
                likeness[number] = max(likeness.get(number, 0.0), PART * alike)
        for number in self._longer(spelling.is_short_for):
            likeness[number] = max(likeness.get(number, 0.0), SHORT)
        for number, alike in sorted(likeness.items(), key=lambda found: (-found[1], found[0]))[:MOST_FUZZY]:
            if alike < (SHORT_CUTOFF if len(asked.form) <= SHORT_QUERY and not asked.hangul else CUTOFF):
                break
            self._add(Tier.FUZZY, (number,), 100 * alike)

    def _shortened(self) -> None:
        """Add the titles and groups the query is a short form of, as Koreans clip words."""
        self._add(Tier.SHORTENED, self._longer(spelling.is_clipped))

    def _longer(self, is_short: Callable[[str, str], bool]) -> list[int]:
        """The most important titles and groups a few syllables may be short for."""
        name, table = self._asked.name, self._table
        if not 2 <= len(name) <= MOST_SYLLABLES or not all(map(is_syllable, name)):
            return []
        likely = islice(self._new(sorted(table.typos.with_syllables(name))), MOST_LONGER)
        return [n for n in likely if any(is_short(name, spelling.plain(text)) for text in table.texts(n))]

    def _new(self, numbers: Iterable[int]) -> Iterator[int]:
        """The entities that can still be added."""
        found, hidden, wanted, kinds = self._found, self._hidden, self._kinds, self._table.kinds
        return (n for n in numbers if kinds[n] in wanted and n not in found and n not in hidden)

    def _measure(self, likeness: dict[int, float], numbers: Iterable[int]) -> float:
        """Record how alike the forms of entities are, and return the highest similarity, of 1."""
        new = [number for number in dict.fromkeys(numbers) if number not in likeness]
        if new:
            asked, table = self._asked, self._table
            if asked.hangul:
                likeness |= _alike([asked.form], new, table.names.all)
            else:
                # The average of sound and spelling.
                heard = _alike(asked.folds, new, table.folds.all, HEARD)
                near = [number for number in new if heard.get(number, 0.0) >= HEARD]
                spelt = _alike([asked.form], near, self._spellings)
                likeness |= {number: (heard[number] + spelt.get(number, 0.0)) / 2 for number in near}
        return max(likeness.values(), default=0.0)

    def _spellings(self, number: int) -> list[bytes]:
        return self._table.names.all(number) + self._table.spoken.all(number)

    def _likeness(self, numbers: list[int], form: bytes) -> dict[int, float]:
        """The similarity of entities' spelling, of 1: of their names, and of their romanised Hangul."""
        return dict.fromkeys(numbers, 0.0) | _alike([form], numbers, self._spellings)


def called(table: Table, name: str) -> Iterable[int]:
    """The numbers of the entities of any kind with exactly this plain name."""
    forms = {spelling.squash(name), spelling.squash(spelling.bare(name))}
    return {number for form in forms for number in table.starts.exactly(form, KINDS.values())}


def _alike(
    asked: list[bytes], numbers: list[int], of: Callable[[int], list[bytes]], least: float = 0.4
) -> dict[int, float]:
    """The similarity of each entity's best form, from `least` to 1; the query may also be its beginning."""
    choices: list[bytes] = []
    owners: list[int] = []
    for number in numbers:
        forms = of(number)
        choices += forms
        owners += [number] * len(forms)
    found: dict[int, float] = {}
    best = 0.0
    for form in asked:
        for _, alike, place in _extract(form, choices, least):
            owner = owners[place]
            if owner not in found or alike > found[owner]:
                found[owner] = alike
                best = max(best, alike)
    form, length = asked[0], len(asked[0])
    if best < NEAR and length >= 4:
        longer = [place for place, choice in enumerate(choices) if len(choice) > length]
        for _, alike, place in _extract(form, [choices[place][:length] for place in longer], least / CUT):
            owner = owners[longer[place]]
            if owner not in found or CUT * alike > found[owner]:
                found[owner] = CUT * alike
    return found


def _parts(form: bytes, numbers: Iterable[int], of: Callable[[int], list[bytes]]) -> dict[int, float]:
    """The similarity of the part of each entity's forms that is most like `form`, from `LIKE_PART` to 1."""
    owned = [(choice, number) for number in numbers for choice in of(number) if len(choice) > len(form)]
    choices = [choice for choice, _ in owned]
    least = 100 * (LIKE_PART if len(form) > SHORT_PART else LIKE_SHORT_PART)
    found: dict[int, float] = {}
    # The most alike come first.
    for _, alike, place in process.extract(form, choices, scorer=fuzz.partial_ratio, score_cutoff=least, limit=None):
        found.setdefault(owned[place][1], alike / 100)
    return found


def _extract(form: bytes, choices: list[bytes], least: float) -> list[tuple[bytes, float, int]]:
    return process.extract(form, choices, scorer=OSA.normalized_similarity, score_cutoff=least, limit=None)


def _turned(words: list[str]) -> list[str]:
    """Two or three words with the first moved last, and with the last moved first."""
    return list(dict.fromkeys((" ".join((*words[-1:], *words[:-1])), " ".join((*words[1:], words[0])))))


def _words_begin(asked: list[bytes], words: list[bytes]) -> bool:
    """Whether each word of the query, the longest first, begins a different word of the name.

    Greedy matching suffices: a word taken by a longer query word could serve a shorter one only if that is the longer
    one's prefix, so any choice will do.
    """
    left = list(words)
    for begin in asked:
        found = next((word for word in left if word.startswith(begin)), None)
        if found is None:
            return False
        left.remove(found)
    return True
