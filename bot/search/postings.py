"""Which entities are filed under a number: a hash table without keys and without objects. Pure.

Numbers that end in the same bits share a bucket, so what is found under one is a guess for others to check. In return
a filing takes four bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator
from itertools import accumulate, chain

from bot.search.memory import Chunks, at_hand, zeros

SIZE = 4
"""Bytes of a number."""
STEP = 500
"""Numbers that are handled between two pauses: well under a millisecond."""
SMALLEST, LARGEST = 1 << 14, 1 << 21
"""Buckets: one for two filings; so many that a few entities hardly share any; no more than memory allows."""


class Postings:
    """Entities under numbers. `under` asks for what `arrange` put in order."""

    def __init__(self) -> None:
        self._added = Chunks()
        self._counts = array("H")
        self._begins = self._owners = zeros(0)
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
        self._owners = filed = yield from at_hand(count)
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
                filed[place] = owner
                begins[bucket] = place + 1
            yield
        self._added, self._counts = Chunks(), array("H")

    def under(self, number: int, most: int) -> memoryview:
        """The entities under a number, in order; of more than `most` the first ones."""
        bucket = number & self._mask
        begin, end = self._begins[bucket], self._begins[bucket + 1]
        return self._owners[begin : end if end - begin <= most else begin + most]
