"""Beginnings: which names, or words in names, begin with what was typed. Pure.

All forms lie in one text, each ended by a zero byte. The places at which something begins are sorted by what stands
there, so that a prefix is a range, found by bisection. Entities are numbered by importance, so the best of a range are
its lowest numbers; for prefixes that thousands share they are known beforehand.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Generator, Iterable, Sequence
from itertools import chain

from bot.search.memory import Chunks, Pages, behind, zeros
from bot.search.spelling import MAX_FORM

LONG = 256
"""Places in a range that are looked through at every question; of longer ranges only the most important are known."""
MOST = 32
"""Entities of one kind that are known of a long range: more than Discord shows, since a few may have changed."""
STEP = 400
"""Places that are handled between two pauses while places are put in order: well under a millisecond."""

EVERY = 8
"""Of every so many places one has its first bytes copied out, side by side: a bisection then looks into the text, where
each look goes to another page of memory, only at its end."""
COPIED = 8
"""Bytes that are copied of it, as one number."""

_PLACE = 0xFFFFFFFF

Best = dict[int, Sequence[int]]
"""Of each kind, the numbers of the most important entities, in order."""


class PrefixIndex:
    """Places in a text, sorted by what stands there, each with the number of the entity it belongs to."""

    def __init__(self, text: Pages, count: int) -> None:
        self._text = text
        self._places, self._owners = zeros(count), zeros(count)
        self._placed = 0
        self._best: dict[bytes, Best] = {}
        self._samples = array("Q")

    @classmethod
    def arranged(cls, text: Pages, added: Chunks, kinds: bytes) -> Generator[None, None, PrefixIndex]:
        """Sort the pairs that were added (owner << 32 | place, owners in order), step by step. `kinds` has the kind of
        each owner."""
        places = cls(text, added.size // 8)
        raw = yield from added.close()
        with raw, memoryview(raw) as numbers, numbers[: added.size].cast("Q") as pairs:
            yield from places._arrange(pairs, b"", kinds)
        for start in range(0, len(places._places), EVERY * STEP):
            found = places._places[start : start + EVERY * STEP : EVERY]
            places._samples.extend([_number(text[place : place + COPIED], b"\0") for place in found])
            yield
        return places

    def memory(self) -> list[Pages | dict[bytes, Best]]:
        """What it is kept in, but for the text."""
        return [behind(self._places), behind(self._owners), self._best]

    def owners(self, prefix: bytes, kinds: Collection[int]) -> Sequence[int]:
        """The entities of `kinds` with something that begins with `prefix`, the most important first.

        Where there are many, those of other kinds are left out and the less important are left off; else they may
        be among them.
        """
        low, high = self._range(prefix, LONG)
        return self._best_of_many(prefix, kinds) if high is None else sorted(set(self._owners[low:high]))

    def exactly_and_owners(self, form: bytes, kinds: Collection[int]) -> tuple[Sequence[int], Sequence[int]]:
        """The entities of which something is `form` and nothing more, and as `owners` all that begin with it."""
        low, high = self._range(form, LONG)
        places, end = self._places, len(form)
        many = high is None
        stop = low
        last = low + LONG if many else high
        # Whatever is the form and nothing more stands before all that is longer.
        while stop < last and self._text[places[stop] + end] == 0:
            stop += 1
        if many:
            exact = self.owners(form + b"\0", kinds) if stop == last else sorted(set(self._owners[low:stop]))
            return exact, self._best_of_many(form, kinds)
        return sorted(set(self._owners[low:stop])), sorted(set(self._owners[stop:high]))

    def exactly(self, form: bytes, kinds: Collection[int]) -> Sequence[int]:
        """The entities of which something is `form` and nothing more."""
        return self.owners(form + b"\0", kinds)

    def _best_of_many(self, prefix: bytes, kinds: Collection[int]) -> Sequence[int]:
        best = self._best[prefix]
        lists = [best[kind] for kind in kinds if kind in best]
        return lists[0] if len(lists) == 1 else sorted(chain.from_iterable(lists))

    def every(self, prefix: bytes, most: int) -> Sequence[int] | None:
        """All entities with something that begins with `prefix`, of any kind; None where there are over `most`.

        They are a view, good for as long as the table is.
        """
        low, high = self._range(prefix, most)
        return None if high is None else self._owners[low:high]

    def _range(self, prefix: bytes, most: int) -> tuple[int, int | None]:
        """Where the range of `prefix` begins and ends; the end is None where more than `most` places are in it."""
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
        """Add the places that begin with `prefix` in order, and note their most important owners."""
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
    """The first bytes of a form, as a number that is in order as they are."""
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
