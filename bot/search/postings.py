"""Which entities are filed under a number: a hash table without keys and without objects. Pure.

The last bits of a number choose a bucket; its first ones are kept beside the entity there, in the same four bytes, and
tell the filings of one number from those of another. What is found is a guess all the same, a wrong one in hundreds,
for others to check.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator, Iterable
from itertools import accumulate, chain

from bot.search.memory import Chunks, Pages, at_hand, behind, zeros

SIZE = 4
"""Bytes of a number."""
MARK = 0xFF000000
"""The bits of a number that are kept; the others hold the entity."""
OWNERS = MARK ^ 0xFFFFFFFF
"""The most entities there can be."""
STEP = 500
"""Numbers that are handled between two pauses: well under a millisecond."""
SMALLEST, LARGEST = 1 << 10, 1 << 20
"""Buckets: one for two filings, where memory allows."""


class Postings:
    """Entities under numbers. `under` asks for what `arrange` put in order."""

    def __init__(self) -> None:
        self._added = Chunks()
        self._counts = array("H")
        self._begins = self._filed = zeros(0)
        self._mask = 0

    def add(self, numbers: Collection[int]) -> None:
        """File the next entity under each of `numbers`. Entities come in their order, without gaps."""
        self._added.add(array("I", numbers).tobytes())
        self._counts.append(len(numbers))

    def arrange(self) -> Generator[None, None, None]:
        """Make what was added ready, step by step."""
        count, buckets = self._added.size // SIZE, SMALLEST
        while buckets < count // 2 and buckets < LARGEST:
            buckets *= 2
        self._mask = mask = buckets - 1
        self._begins = begins = yield from at_hand(buckets + 2)
        self._filed = filed = yield from at_hand(count)
        for part in self._added.parts(STEP * SIZE, last=False):
            for number in array("I", part):
                begins[(number & mask) + 2] += 1
            yield
        total = 0
        for start in range(0, len(begins), STEP):
            sums = array("I", accumulate(begins[start : start + STEP].tolist(), initial=total))
            total = sums[-1]
            begins[start : start + STEP] = sums[1:]
            yield
        # The entry after a bucket's says where its next filing goes, and in the end where the bucket ends.
        owners = chain.from_iterable([owner] * filings for owner, filings in enumerate(self._counts))
        for part in self._added.parts(STEP * SIZE, last=True):
            for number, owner in zip(array("I", part), owners, strict=False):
                bucket = (number & mask) + 1
                place = begins[bucket]
                filed[place] = owner | number & MARK
                begins[bucket] = place + 1
            yield
        self._added, self._counts = Chunks(), array("H")

    def memory(self) -> list[Pages]:
        """What it is kept in."""
        return [behind(self._begins), behind(self._filed)]

    def filings(self, number: int) -> int:
        """How many filings are read to find what is under a number: hardly more than are there."""
        bucket = number & self._mask
        return self._begins[bucket + 1] - self._begins[bucket]

    def under(self, number: int, most: int) -> list[int]:
        """The entities under a number, in order; `most` is how many filings are read."""
        bucket, mark = number & self._mask, number & MARK
        begin, end = self._begins[bucket], self._begins[bucket + 1]
        read = self._filed[begin : min(end, begin + most)]
        return [owner for filed in read if (owner := filed ^ mark) < OWNERS]

    def under_any(self, numbers: Iterable[int], most: int) -> set[int]:
        """The entities under any of some numbers."""
        begins, filings, mask = self._begins, self._filed, self._mask
        found: set[int] = set()
        for number in numbers:
            bucket, mark = number & mask, number & MARK
            begin, end = begins[bucket], begins[bucket + 1]
            if begin != end:
                read = filings[begin : end if end - begin <= most else begin + most]
                found.update([owner for filed in read if (owner := filed ^ mark) < OWNERS])
        return found
