"""Near misses: which forms resemble what was typed. Pure.

A form is filed under everything that is left of it when one letter is taken away, and so are its beginning and its end
by themselves. A query looks under what is left of itself, so that two forms that differ by one letter (one more, one
less, another, two swapped) always meet (symmetric deletion, as in Wolf Garbe's SymSpell, 2012). Two slips are met
where they fall into different halves, or where one half is whole. Pieces of words meet by their rarest sequences of
three letters.

All this gives candidates only, a few whatever the number of names; how alike they are is for others to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import heapify, heappop
from itertools import islice
from zlib import crc32

from bot.search.memory import Pages
from bot.search.postings import Postings

SHORT = 12
"""Bytes up to which a form is filed whole: most names of people."""
END = 8
"""Bytes of the beginning and of the end of a longer form that are filed."""
SHORT_END = 6
"""The same of a short form."""
SPELT = 14
"""Bytes up to which a Latin name is filed as it is written."""
MOST = 40
"""Candidates that are given at a time; of more, the most important."""
READ = 400
"""Entities that are read of those that are filed under the same letters; of more, the most important."""
CLIPPED = 12
"""Syllables of a name of which a short form is made."""
WIDE = 4000
"""Entities that are read of those with two syllables in common; of more, the most important."""
BUDGET = 1000
"""Entities that are read for sequences of three letters, the rarest first."""

_WHOLE, _BEGINNING, _END, _SHORT_BEGINNING, _SHORT_END, _WRITTEN, _SEQUENCE, _SYLLABLES = range(8)
"""What is filed: each kind meets only its own."""

Wanted = Callable[[Iterable[int]], Iterator[int]]
"""Leaves those entities that are of use to whoever asks, in their order."""


class Typos:
    """Candidates for what was meant by a form that is nobody's."""

    def __init__(self) -> None:
        self._filed = Postings()

    def add(self, forms: list[bytes], spelt: list[bytes], clipped: list[str]) -> None:
        """File the forms of the next entity; they come in the order of their numbers, without gaps.

        `spelt` are Latin names as they are written: a slip changes more than a letter of a fold. `clipped` are names in
        Hangul that have short forms.
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
        """Make what was added ready, step by step."""
        return self._filed.arrange()

    def memory(self) -> list[Pages]:
        """What it is kept in."""
        return self._filed.memory()

    def candidates(self, form: bytes, wanted: Wanted) -> Iterator[list[int]]:
        """Entities that may have a form like this one: the likeliest, then weaker ones, each looked for when asked."""
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
        """The entities of which a name that has short forms begins as `short` does and has its other syllables."""
        first, *others = (set(self._filed.under(number, WIDE)) for number in _syllables(short))
        return first.intersection(*others)

    def spelt(self, form: bytes, wanted: Wanted) -> list[int]:
        """Entities that may be written like this, but for a letter."""
        return _first(self._under((_WRITTEN, form)), wanted) if len(form) <= SPELT + 1 else []

    def _under(self, part: tuple[int, bytes]) -> set[int]:
        """The entities that are filed under what is left of something."""
        return self._filed.under_any(_filings(part), READ)

    def _sharing(self, form: bytes, wanted: Wanted) -> list[int]:
        """The entities that share the rarest sequences of three letters with a form."""
        filed = self._filed
        counts: Counter[int] = Counter()
        left = BUDGET
        for number in sorted(_sequences(form), key=filed.filings):
            counts.update(filed.under(number, left))
            left -= filed.filings(number)
            if left <= 0:
                break
        # Most share but one, and are of use only if few share more.
        several = wanted(owner for owner, count in counts.items() if count > 1)
        likely = sorted(several, key=lambda owner: (-counts[owner], owner))[:MOST]
        if len(likely) < MOST:
            likely += _first([owner for owner, count in counts.items() if count == 1], wanted)
        return likely[:MOST]


def _first(numbers: Iterable[int], wanted: Wanted) -> list[int]:
    """The most important of some entities. Only as many are put in order, and looked at, as that takes."""
    heap = list(numbers)
    heapify(heap)
    return list(islice(wanted(heappop(heap) for _ in range(len(heap))), MOST))


def _parts(form: bytes) -> list[tuple[int, bytes]]:
    """What of a form is filed, and what sets it apart: itself if it is short, its beginning and its end."""
    if len(form) > SHORT:
        return [(_BEGINNING, form[:END]), (_END, form[-END:])]
    if len(form) > SHORT_END:
        return [(_WHOLE, form), (_SHORT_BEGINNING, form[:SHORT_END]), (_SHORT_END, form[-SHORT_END:])]
    return [(_WHOLE, form)]


def _filings(part: tuple[int, bytes]) -> set[int]:
    """The numbers of something, and of what is left of it when one letter is taken away."""
    which, form = part
    return {crc32(form, which), *[crc32(form[at + 1 :], crc32(form[:at], which)) for at in range(len(form))]}


def _syllables(name: str) -> set[int]:
    """The numbers of the first syllable of a name with each of the others."""
    return {crc32((name[0] + other).encode(), _SYLLABLES) for other in name[1:]}


def _sequences(form: bytes) -> set[int]:
    """The numbers of the sequences of three letters of a form; that it begins counts as a letter."""
    padded = b"\1" + form
    return {crc32(padded[place : place + 3], _SEQUENCE) for place in range(len(padded) - 2)}
