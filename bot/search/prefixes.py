"""A prefix index: which names, or words in names, begin with a query. Pure.

All forms are in one text, each ended by a zero byte. The places where something begins are sorted by the text there, so
a prefix is a range, found by bisection. Entities are numbered by importance, so the best of a range have the lowest
numbers; for prefixes that thousands share, they are precomputed.
"""

from __future__ import annotations

import marshal
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from itertools import chain

from bot.search.memory import Block, Chunks, Data, Pages, behind, zeros
from bot.search.spelling import MAX_FORM

LONG = 256
"""The most places in a range that are scanned per query; for longer ranges, only the most important are kept."""
MOST = 32
"""Entities kept per kind for a long range: more than Discord shows, since a few may have changed."""
STEP = 400
"""Places handled between two pauses while sorting: well under a millisecond."""

EVERY = 8
"""One in so many places has its first bytes copied into an array of samples: a bisection reads the text, where each
read goes to another page of memory, only at its end."""
COPIED = 8
"""Bytes copied per sample, as one number."""

_PLACE = 0xFFFFFFFF

Best = dict[int, Sequence[int]]
"""The numbers of the most important entities by kind, in order."""


class PrefixIndex:
    """Places in a text, sorted by the text there, each with the number of its entity."""

    def __init__(self, text: Pages, count: int) -> None:
        self._text = text
        self._places, self._owners = zeros(count), zeros(count)
        self._placed = 0
        self._best: dict[bytes, Best] = {}
        self._samples = array("Q")

    @classmethod
    def arranged(cls, text: Pages, added: Chunks, kinds: bytes) -> Generator[None, None, PrefixIndex]:
        """Sort the added pairs (owner << 32 | place, owners in order) incrementally. `kinds` holds owners' kinds."""
        places = cls(text, added.size // 8)
        raw = yield from added.close()
        with raw, memoryview(raw) as numbers, numbers[: added.size].cast("Q") as pairs:
            yield from places._arrange(pairs, b"", kinds)
        for start in range(0, len(places._places), EVERY * STEP):
            found = places._places[start : start + EVERY * STEP : EVERY]
            places._samples.extend([_number(text[place : place + COPIED], b"\0") for place in found])
            yield
        return places

    def saved(self) -> Generator[None, None, list[Data]]:
        """What `restored` needs beside the text, put together incrementally."""
        best = Chunks()
        for prefix, owners in self._best.items():
            of_kinds = {kind: array("I", of_kind).tobytes() for kind, of_kind in owners.items()}
            best.add(marshal.dumps((prefix, of_kinds)))
            yield
        yield from best.close()
        return [self._places, self._owners, self._samples, *best.saved()]

    @classmethod
    def restored(cls, text: Pages, blocks: Iterator[Block]) -> Generator[None, None, PrefixIndex]:
        """The index, made incrementally, of which the next blocks are what was `saved`."""
        index = cls(text, 0)
        index._places, index._owners = next(blocks).numbers, next(blocks).numbers
        index._samples = next(blocks).array("Q")
        best = Chunks.restored(blocks)
        for number in range(len(best)):
            prefix, owners = marshal.loads(best.of(number))  # noqa: S302 - checked by whoever read the blocks
            index._best[prefix] = {kind: array("I", of_kind) for kind, of_kind in owners.items()}
            yield
        return index

    @property
    def text(self) -> Pages:
        """The text that its places are in."""
        return self._text

    def memory(self) -> list[Pages | dict[bytes, Best]]:
        """The memory it uses, apart from the text."""
        return [behind(self._places), behind(self._owners), self._best]

    def owners(self, prefix: bytes, kinds: Collection[int]) -> Sequence[int]:
        """The entities of `kinds` with a form that begins with `prefix`, the most important first.

        If there are many, other kinds are filtered out and the less important are cut off; if few, other kinds may be
        included.
        """
        low, high = self._range(prefix, LONG)
        return self._best_of_many(prefix, kinds) if high is None else sorted(set(self._owners[low:high]))

    def exactly_and_owners(self, form: bytes, kinds: Collection[int]) -> tuple[Sequence[int], Sequence[int]]:
        """The entities with a form equal to `form`, and, as by `owners`, those with a form that begins with it."""
        low, high = self._range(form, LONG)
        places, end = self._places, len(form)
        many = high is None
        stop = low
        last = low + LONG if many else high
        # The form itself sorts before everything longer.
        while stop < last and self._text[places[stop] + end] == 0:
            stop += 1
        if many:
            exact = self.owners(form + b"\0", kinds) if stop == last else sorted(set(self._owners[low:stop]))
            return exact, self._best_of_many(form, kinds)
        return sorted(set(self._owners[low:stop])), sorted(set(self._owners[stop:high]))

    def exactly(self, form: bytes, kinds: Collection[int]) -> Sequence[int]:
        """The entities with a form equal to `form`; see `owners`."""
        return self.owners(form + b"\0", kinds)

    def _best_of_many(self, prefix: bytes, kinds: Collection[int]) -> Sequence[int]:
        best = self._best[prefix]
        lists = [best[kind] for kind in kinds if kind in best]
        return lists[0] if len(lists) == 1 else sorted(chain.from_iterable(lists))

    def every(self, prefix: bytes, most: int) -> Sequence[int] | None:
        """All entities of any kind with a form that begins with `prefix`; None if there are more than `most`.

        The result is a view, valid as long as the table is.
        """
        low, high = self._range(prefix, most)
        return None if high is None else self._owners[low:high]

    def _range(self, prefix: bytes, most: int) -> tuple[int, int | None]:
        """The beginning and end of the range of `prefix`; the end is None if it has more than `most` places."""
        text, places, samples, length = self._text, self._places, self._samples, len(prefix)

        def there(place: int) -> bytes:
            return text[place : place + length]

        before = bisect_left(samples, _number(prefix, b"\0"))
        after = bisect_right(samples, _number(prefix, b"\xff"), before)
        start, stop = max(before - 1, 0) * EVERY, min(after * EVERY, len(places))
        low = bisect_left(places, prefix, start, min(before * EVERY, stop) if length <= COPIED else stop, key=there)
        if low == stop or there(places[low]) != prefix:
            return low, low
        high = bisect_right(places, prefix, max(low, stop - EVERY) if length <= COPIED else low, stop, key=there)
        return low, high if high - low <= most else None

    def _arrange(self, pairs: Sequence[int], prefix: bytes, kinds: bytes) -> Generator[None, None, Best]:
        """Add the places that begin with `prefix`, sorted, and record their most important owners."""
        text, depth = self._text, len(prefix)
        if len(pairs) <= LONG:
            ordered = sorted(pairs, key=lambda pair: text[(pair & _PLACE) + depth : (pair & _PLACE) + MAX_FORM])
            self._put(ordered)
            yield
            return _best_of((pair >> 32 for pair in pairs), kinds)
        found: Best
        if prefix.endswith(b"\0"):
            found = {}
            for start in range(0, len(pairs), STEP):
                part = pairs[start : start + STEP]
                self._put(part)
                found = _joined([found, _best_of((pair >> 32 for pair in part), kinds)])
                yield
        else:
            parts: dict[int, array[int]] = {}
            for start in range(0, len(pairs), STEP):
                for pair in pairs[start : start + STEP]:
                    byte = text[(pair & _PLACE) + depth]
                    if byte not in parts:
                        parts[byte] = array("Q")
                    parts[byte].append(pair)
                yield
            bests: list[Best] = []
            for byte in sorted(parts):
                best = yield from self._arrange(parts.pop(byte), prefix + bytes([byte]), kinds)
                bests.append(best)
            found = _joined(bests)
            yield
        self._best[prefix] = found
        return found

    def _put(self, ordered: Sequence[int]) -> None:
        begin = self._placed
        self._placed = end = begin + len(ordered)
        self._places[begin:end] = array("I", [pair & _PLACE for pair in ordered])
        self._owners[begin:end] = array("I", [pair >> 32 for pair in ordered])


def _number(form: bytes, padding: bytes) -> int:
    """The first bytes of a form, as a number that sorts the same way."""
    return int.from_bytes(form[:COPIED].ljust(COPIED, padding), "big")


def _best_of(owners: Iterable[int], kinds: bytes) -> Best:
    found: dict[int, list[int]] = {}
    for owner in sorted(set(owners)):
        of_kind = found.setdefault(kinds[owner], [])
        if len(of_kind) < MOST:
            of_kind.append(owner)
    return dict(found)


def _joined(bests: Sequence[Best]) -> Best:
    if len(bests) == 1:
        return bests[0]
    return {
        kind: array("I", sorted(set(chain.from_iterable(best[kind] for best in bests if kind in best)))[:MOST])
        for kind in {kind for best in bests for kind in best}
    }
