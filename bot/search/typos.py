"""Near misses: which forms resemble a query. Pure.

A form is indexed under every result of deleting one letter from it, and so are its beginning and its end by themselves.
A query is looked up under its own deletions, so that two forms one edit apart (one more, one less, another, two
swapped) always meet (symmetric deletion, as in Wolf Garbe's SymSpell, 2012). Two edits are found if they fall into
different halves, or if one half is whole. Parts of words are found by their rarest trigrams.

All this gives only candidates, a few however many names there are; callers compute the similarity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import heapify, heappop
from itertools import islice
from zlib import crc32

from bot.search.memory import Block, Data, Pages
from bot.search.postings import Postings

SHORT = 12
"""The most bytes of a form that is indexed whole: most names of people."""
END = 8
"""Bytes of the beginning and of the end of a longer form that are indexed."""
SHORT_END = 6
"""The same for a short form."""
SPELT = 14
"""The most bytes of a Latin name that is indexed as written."""
MOST = 40
"""The most candidates per batch; the most important are kept."""
READ = 400
"""The most entities read per key; the most important are kept."""
CLIPPED = 12
"""Syllables of a name that a short form can draw on."""
WIDE = 4000
"""The most entities read of those with two syllables in common; the most important are kept."""
BUDGET = 1000
"""The most entities read for trigrams, the rarest first."""

_WHOLE, _BEGINNING, _END, _SHORT_BEGINNING, _SHORT_END, _WRITTEN, _SEQUENCE, _SYLLABLES = range(8)
"""The kinds of keys: each matches only its own."""

Wanted = Callable[[Iterable[int]], Iterator[int]]
"""Filters entities for those the caller can use, keeping their order."""


class Typos:
    """Candidates for a query that is nobody's name."""

    def __init__(self) -> None:
        self._filed = Postings()

    def add(self, forms: list[bytes], spelt: list[bytes], clipped: list[str]) -> None:
        """Index the forms of the next entity; entities come in order of number, without gaps.

        `spelt` are Latin names as written: a typo changes more than one letter of a fold. `clipped` are names in Hangul
        that have short forms.
        """
        numbers: set[int] = set()
        for form in forms:
            numbers |= _sequences(form)
            for part in _parts(form):
                numbers |= _filings(part)
        for form in spelt:
            if len(form) <= SPELT:
                numbers |= _filings((_WRITTEN, form))
        for name in clipped:
            numbers |= _syllables(name.replace(" ", "")[:CLIPPED])
        self._filed.add(numbers)

    def arrange(self) -> Generator[None, None, None]:
        """Build the index from what was added, incrementally."""
        return self._filed.arrange()

    def saved(self) -> list[Data]:
        """What `restored` needs."""
        return self._filed.saved()

    @classmethod
    def restored(cls, blocks: Iterator[Block]) -> Typos:
        """The candidates of which the next blocks are what was `saved`."""
        typos = cls()
        typos._filed = Postings.restored(blocks)
        return typos

    def memory(self) -> list[Pages]:
        """The memory that holds the index."""
        return self._filed.memory()

    def candidates(self, form: bytes, wanted: Wanted) -> Iterator[list[int]]:
        """Entities with forms that may resemble this one, in batches from the likeliest on, each computed on demand."""
        parts = _parts(form)
        whole, beginning, end = set[int](), set[int](), set[int]()
        if len(form) <= SHORT:
            whole = self._under(parts.pop(0))
            yield _first(whole, wanted)
        if parts:
            beginning, end = map(self._under, parts)
        both = _first(beginning & end, wanted)
        if len(form) > SHORT:
            yield both
        yield [*both, *_first((beginning ^ end) - whole, wanted)][:MOST]
        yield self._sharing(form, wanted)

    def with_syllables(self, short: str) -> set[int]:
        """The entities with a `clipped` name that begins like `short` and has its other syllables."""
        first, *others = (set(self._filed.under(number, WIDE)) for number in _syllables(short))
        return first.intersection(*others)

    def spelt(self, form: bytes, wanted: Wanted) -> list[int]:
        """Entities whose spelling may differ by one letter."""
        return _first(self._under((_WRITTEN, form)), wanted) if len(form) <= SPELT + 1 else []

    def _under(self, part: tuple[int, bytes]) -> set[int]:
        """The entities indexed under a part or its deletions."""
        return self._filed.under_any(_filings(part), READ)

    def _sharing(self, form: bytes, wanted: Wanted) -> list[int]:
        """The entities that share the rarest trigrams with a form."""
        filed = self._filed
        counts: Counter[int] = Counter()
        left = BUDGET
        for number in sorted(_sequences(form), key=filed.filings):
            counts.update(filed.under(number, left))
            left -= filed.filings(number)
            if left <= 0:
                break
        # Most entities share only one; these are needed only if few share more.
        several = wanted(owner for owner, count in counts.items() if count > 1)
        likely = sorted(several, key=lambda owner: (-counts[owner], owner))[:MOST]
        if len(likely) < MOST:
            likely += _first([owner for owner, count in counts.items() if count == 1], wanted)
        return likely[:MOST]


def _first(numbers: Iterable[int], wanted: Wanted) -> list[int]:
    """The most important of some entities. Sorts and checks no more than needed."""
    heap = list(numbers)
    heapify(heap)
    return list(islice(wanted(heappop(heap) for _ in range(len(heap))), MOST))


def _parts(form: bytes) -> list[tuple[int, bytes]]:
    """The parts of a form that are indexed, with their kinds: itself if it is short, its beginning and its end."""
    if len(form) > SHORT:
        return [(_BEGINNING, form[:END]), (_END, form[-END:])]
    if len(form) > SHORT_END:
        return [(_WHOLE, form), (_SHORT_BEGINNING, form[:SHORT_END]), (_SHORT_END, form[-SHORT_END:])]
    return [(_WHOLE, form)]


def _filings(part: tuple[int, bytes]) -> set[int]:
    """The keys of a part and of its single-letter deletions."""
    which, form = part
    return {crc32(form, which), *[crc32(form[at + 1 :], crc32(form[:at], which)) for at in range(len(form))]}


def _syllables(name: str) -> set[int]:
    """The keys of a name's first syllable paired with each of the others."""
    return {crc32((name[0] + other).encode(), _SYLLABLES) for other in name[1:]}


def _sequences(form: bytes) -> set[int]:
    """The keys of a form's trigrams; the start of the form counts as a letter."""
    padded = b"\1" + form
    return {crc32(padded[place : place + 3], _SEQUENCE) for place in range(len(padded) - 2)}
