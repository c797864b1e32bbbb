"""Memory for much of one kind, which neither moves while it grows nor leaves holes. Pure.

Arrays of many megabytes are moved at times as they grow, and what waits for Python's lock waits for the whole move;
what is let go of in the middle of the heap stays with the process. Pages that the system is asked for come empty, as
they are touched, and go back whole.
"""

from __future__ import annotations

import mmap
import sys
from array import array
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from mmap import PAGESIZE
from typing import Any

PIECE = 1 << 18
"""Bytes that are kept together until all are known."""
TOUCHED = 32
"""Pages that are touched for the first time, or given back, between two pauses: each takes microseconds."""
FREED = 100
"""Objects that are let go of between two pauses."""

Pages = mmap.mmap
"""Memory from the system, which is cut like bytes."""


def pages(size: int) -> Pages:
    """Empty memory. Such as no other process may share, where there is a choice: it comes and goes faster."""
    if sys.platform == "win32":
        return Pages(-1, max(size, 1))
    return Pages(-1, max(size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


class Chunks:
    """The bytes of each entity, in the order of their numbers: in pieces as they are added, and in the end one text."""

    def __init__(self) -> None:
        self.size = 0
        self._begins = array("I", (0,))
        self._pieces: deque[Pages] = deque()
        self._room = 0
        self._text: Pages

    def add(self, chunk: bytes) -> None:
        """Add the bytes of the next entity."""
        length = len(chunk)
        if not self._pieces or length > self._room:
            self._room = max(PIECE, length)
            self._pieces.append(pages(self._room))
        self._pieces[-1].write(chunk)
        self._room -= length
        self.size += length
        self._begins.append(self.size)

    def parts(self, size: int, *, last: bool) -> Iterator[bytes]:
        """All bytes, at most `size` of them at a time; at `last` each piece is given back once it was read."""
        for _ in range(len(self._pieces)):
            piece = self._pieces.popleft()
            for start in range(0, piece.tell(), size):
                yield piece[start : min(start + size, piece.tell())]
            if last:
                piece.close()
            else:
                self._pieces.append(piece)

    def close(self) -> Generator[None, None, Pages]:
        """Put the text together, step by step; nothing is added to it any more."""
        self._text = pages(self.size)
        for part in self.parts(TOUCHED * PAGESIZE, last=True):
            self._text.write(part)
            yield
        return self._text

    def of(self, number: int) -> bytes:
        """The bytes of an entity."""
        return self._text[self._begins[number] : self._begins[number + 1]]

    def memory(self) -> Pages:
        """Where the text is."""
        return self._text


def zeros(count: int) -> memoryview:
    """So many numbers, all of them 0."""
    return memoryview(pages(4 * max(count, 1))).cast("I")[:count]


def behind(numbers: memoryview) -> Pages:
    """Where numbers are."""
    assert isinstance(numbers.obj, Pages)
    return numbers.obj


def at_hand(count: int) -> Generator[None, None, memoryview]:
    """The same, each page touched, step by step: for numbers that are written here and there."""
    numbers = zeros(count)
    page = PAGESIZE // numbers.itemsize
    for start in range(0, count, page):
        numbers[start] = 0
        if start % (TOUCHED * page) == 0:
            yield
    return numbers


def release_incrementally(memory: Iterable[Pages | dict[bytes, Any]]) -> Generator[None, None, None]:
    """Let go of what nobody uses any more, step by step: at once, a hundred megabytes take over ten milliseconds."""
    for part in memory:
        if isinstance(part, dict):
            while part:
                for _ in range(min(len(part), FREED)):
                    part.popitem()
                yield
        elif sys.platform != "win32":
            for start in range(0, len(part), TOUCHED * PAGESIZE):
                part.madvise(mmap.MADV_DONTNEED, start, min(TOUCHED * PAGESIZE, len(part) - start))
                yield
