"""Near misses: which forms resemble what was typed. Pure.

A form is filed under everything that is left of it when one letter is taken away, and so are its beginning and its end
by themselves. A query looks under what is left of itself, so that two forms that differ by one letter (one more, one
less, another, two swapped) always meet (symmetric deletion, as in Wolf Garbe's SymSpell, 2012). Two slips are met
where they fall into different halves, or where one half is whole. Pieces of words meet by their rarest sequences of
three letters.

All this gives candidates only, a few whatever the number of names; how alike they are is for others to say.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain, islice
from zlib import crc32

SHORT = 12
"""Bytes up to which a form is filed whole: most names of people."""
END = 8
"""Bytes of the beginning and of the end of a longer form that are filed."""
SHORT_END = 6
"""The same of a short form."""
SPELT = 14
"""Bytes up to which a Latin name is filed as it is written."""
MOST = 48
"""Candidates that are given at a time; of more, the most important."""
READ = 400
"""Entities that are read of those that are filed under the same letters; of more, the most important."""
BUDGET = 1500
"""Entities that are read for sequences of three letters, the rarest first."""
GRAMS = 200
"""Sequences that are handled between two pauses."""
STEP = 1500
"""Filings that are handled between two pauses: about a third of a millisecond."""
SMALLEST, LARGEST = 1 << 8, 1 << 22

Wanted = Callable[[Iterable[int]], list[int]]
"""Leaves those entities that are of use to whoever asks."""


class Typos:
    """Candidates for what was meant by a form that is nobody's."""

    def __init__(self) -> None:
        self._grams: dict[bytes, array[int]] = {}
        self._hashes = array("I")
        self._filings = array("I")
        self._begins = array("I")
        self._filed = array("I")
        self._mask = 0

    def add(self, owner: int, forms: list[bytes], spelt: list[bytes]) -> None:
        """File the forms of the next entity; owners come in the order of their numbers, without gaps.

        `spelt` are Latin names as they are written: a slip changes more than a letter of a fold.
        """
        grams = self._grams
        hashes: set[int] = set()
        for form in forms:
            padded = b"\1" + form
            for place in range(len(padded) - 2):
                gram = padded[place : place + 3]
                owners = grams.get(gram)
                if owners is None:
                    grams[gram] = array("I", (owner,))
                elif owners[-1] != owner:
                    owners.append(owner)
            for part in _parts(form):
                hashes |= _filings(part)
        for form in spelt:
            if len(form) <= SPELT:
                hashes |= _filings((SPELT, form))
        self._hashes.extend(hashes)
        self._filings.append(len(hashes))

    def arrange(self) -> Generator[None, None, None]:
        """Make what was added ready, step by step."""
        hashes = self._hashes
        count, buckets = len(hashes), SMALLEST
        while buckets < count and buckets < LARGEST:
            buckets *= 2
        self._mask = mask = buckets - 1
        begins, filed, grams = self._begins, self._filed, self._grams
        for _ in range(0, buckets + 2, STEP):
            begins.extend([0] * STEP)
            yield
        for start in range(0, count, STEP):
            for value in hashes[start : start + STEP]:
                begins[(value & mask) + 2] += 1
            filed.extend([0] * len(hashes[start : start + STEP]))
            yield
        total = 0
        for start in range(0, buckets + 2, STEP):
            for bucket in range(start, start + STEP):
                total += begins[bucket]
                begins[bucket] = total
            yield
        # The entry after a bucket's says where its next filing goes, and in the end where the bucket ends.
        owners = chain.from_iterable([owner] * filings for owner, filings in enumerate(self._filings))
        for start in range(0, count, STEP):
            for value, owner in zip(hashes[start : start + STEP], islice(owners, STEP), strict=True):
                bucket = (value & mask) + 1
                place = begins[bucket]
                filed[place] = owner
                begins[bucket] = place + 1
            yield
        self._hashes = self._filings = array("I")
        for count, (gram, owners) in enumerate(grams.items()):
            grams[gram] = owners[:]  # without the room to grow
            if count % GRAMS == 0:
                yield

    def candidates(self, form: bytes, wanted: Wanted) -> Iterator[list[int]]:
        """Entities that may have a form like this one: the likeliest, then weaker ones."""
        sets = [self._under(part) for part in _parts(form)]
        first = sets[0] if len(form) <= SHORT else sets[0] & sets[1]
        yield sorted(wanted(first))[:MOST]
        if len(sets) > 1:
            both = sets[-1] & sets[-2]
            yield [*wanted(both), *sorted(wanted((sets[-1] ^ sets[-2]) - first))][:MOST]
        else:
            yield []
        yield self._sharing(form, wanted)

    def spelt(self, form: bytes, wanted: Wanted) -> list[int]:
        """Entities that may be written like this, but for a letter."""
        return sorted(wanted(self._under((SPELT, form))))[:MOST] if len(form) <= SPELT + 1 else []

    def _under(self, part: tuple[int, bytes]) -> set[int]:
        """The entities that are filed under what is left of something."""
        begins, filed, mask = self._begins, self._filed, self._mask
        found: set[int] = set()
        for value in _filings(part):
            bucket = value & mask
            begin, end = begins[bucket], begins[bucket + 1]
            if begin != end:
                found.update(filed[begin : min(end, begin + READ)])
        return found

    def _sharing(self, form: bytes, wanted: Wanted) -> list[int]:
        """The entities that share the rarest sequences of three letters with a form."""
        grams = self._grams
        padded = b"\1" + form
        lists = [owners for place in range(len(padded) - 2) if (owners := grams.get(padded[place : place + 3]))]
        lists.sort(key=len)
        counts: Counter[int] = Counter()
        left = BUDGET
        for owners in lists:
            counts.update(owners if len(owners) <= left else owners[:left])
            left -= len(owners)
            if left <= 0:
                break
        kept: list[int] = []
        by_count: list[list[int]] = [[] for _ in lists]
        for owner in wanted(counts):
            by_count[counts[owner] - 1].append(owner)
        while by_count and len(kept) < MOST:
            # Those that share more; of equal ones the most important.
            kept += sorted(by_count.pop())[: MOST - len(kept)]
        return kept


def _parts(form: bytes) -> list[tuple[int, bytes]]:
    """What of a form is filed, and what sets it apart: itself if it is short, its beginning and its end."""
    if len(form) > SHORT:
        return [(1, form[:END]), (2, form[-END:])]
    if len(form) > SHORT_END:
        return [(0, form), (3, form[:SHORT_END]), (4, form[-SHORT_END:])]
    return [(0, form)]


def _filings(part: tuple[int, bytes]) -> set[int]:
    """The numbers of something, and of what is left of it when one letter is taken away."""
    which, form = part
    return {crc32(form, which), *(crc32(form[:place] + form[place + 1 :], which) for place in range(len(form)))}
