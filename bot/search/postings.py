"""Posting lists of entities by number: a hash table without stored keys or Python objects. Pure.

The low bits of a number choose a bucket; the high bits are kept there beside the entity, in the same four bytes, and
distinguish the postings of one number from another's. Results may still be false positives, one in hundreds, for
callers to check.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator, Iterable, Iterator
from itertools import accumulate, chain

from bot.search.memory import Block, Chunks, Data, Pages, at_hand, behind, zeros

SIZE = 4
"""Bytes per number."""
MARK = 0xFF000000
"""The bits of a number that are kept; the others hold the entity."""
OWNERS = MARK ^ 0xFFFFFFFF
"""The maximum number of entities."""
STEP = 500
"""Numbers handled between two pauses: well under a millisecond."""
SMALLEST, LARGEST = 1 << 10, 1 << 20
"""Limits on the number of buckets: one per two postings, if memory allows."""


class Postings:
    """Posting lists of entities by number. Call `arrange` after adding and before querying."""

    def __init__(self) -> None:
        self._added = Chunks()
        self._counts = array("H")
        self._begins = self._filed = zeros(0)
        self._mask = 0

    def add(self, numbers: Collection[int]) -> None:
        """Add the next entity under each of `numbers`. Entities come in order of number, without gaps."""
        self._added.add(array("I", numbers).tobytes())
        self._counts.append(len(numbers))

    def arrange(self) -> Generator[None, None, None]:
        """Build the lists from what was added, incrementally."""
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
        # The entry after a bucket's is where its next posting goes, and in the end where the bucket ends.
        owners = chain.from_iterable([owner] * filings for owner, filings in enumerate(self._counts))
        for part in self._added.parts(STEP * SIZE, last=True):
            for number, owner in zip(array("I", part), owners, strict=False):
                bucket = (number & mask) + 1
                place = begins[bucket]
                filed[place] = owner | number & MARK
                begins[bucket] = place + 1
            yield
        self._added, self._counts = Chunks(), array("H")

    def saved(self) -> list[Data]:
        """What `restored` needs."""
        return [self._begins, self._filed]

    @classmethod
    def restored(cls, blocks: Iterator[Block]) -> Postings:
        """The lists of which the next blocks are what was `saved`."""
        postings = cls()
        postings._begins, postings._filed = next(blocks).numbers, next(blocks).numbers
        postings._mask = len(postings._begins) - 3
        return postings

    def memory(self) -> list[Pages]:
        """The memory that holds the lists."""
        return [behind(self._begins), behind(self._filed)]

    def filings(self, number: int) -> int:
        """How many postings are read to query a number: hardly more than it has."""
        bucket = number & self._mask
        return self._begins[bucket + 1] - self._begins[bucket]

    def under(self, number: int, most: int) -> list[int]:
        """The entities under a number, in order; at most `most` postings are read."""
        bucket, mark = number & self._mask, number & MARK
        begin, end = self._begins[bucket], self._begins[bucket + 1]
        read = self._filed[begin : min(end, begin + most)]
        return [owner for filed in read if (owner := filed ^ mark) < OWNERS]

    def under_any(self, numbers: Iterable[int], most: int) -> set[int]:
        """The entities under any of some numbers; at most `most` postings are read for each."""
        begins, filings, mask = self._begins, self._filed, self._mask
        found: set[int] = set()
        for number in numbers:
            bucket, mark = number & mask, number & MARK
            begin, end = begins[bucket], begins[bucket + 1]
            if begin != end:
                read = filings[begin : end if end - begin <= most else begin + most]
                found.update([owner for filed in read if (owner := filed ^ mark) < OWNERS])
        return found
