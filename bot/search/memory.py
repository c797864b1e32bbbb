"""Memory for large homogeneous data, which is not moved as it grows and leaves no holes. Pure.

Growing an array of many megabytes sometimes moves it, holding the GIL for the whole move; memory freed in the middle of
the heap stays with the process. Pages from the system arrive empty, as they are touched, and are returned whole.
"""

from __future__ import annotations

import mmap
import sys
from array import array
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from mmap import PAGESIZE
from typing import Any, Self, TypeAlias

PIECE = 1 << 18
"""Bytes per piece until the total is known."""
TOUCHED = 32
"""Pages touched for the first time, or released, between two pauses: each takes microseconds."""
FREED = 100
"""Objects released between two pauses."""

Pages = mmap.mmap
"""Memory from the system, which can be sliced like bytes."""

Data: TypeAlias = "bytes | bytearray | memoryview | array[int] | Pages"
"""What a structure is saved as: parts of memory, one after the other."""


def pages(size: int) -> Pages:
    """Allocate empty memory, in bytes. It is private where possible: that is faster to get and to release."""
    if sys.platform == "win32":
        return Pages(-1, max(size, 1))
    return Pages(-1, max(size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


class Block:
    """A part of saved memory, to be read back and taken over by a structure."""

    def __init__(self, size: int) -> None:
        self.pages = pages(max(size, 8))  # the least that can be seen as numbers
        self.size = size

    @property
    def view(self) -> memoryview:
        """Its bytes."""
        return memoryview(self.pages)[: self.size]

    @property
    def numbers(self) -> memoryview:
        """Its 32-bit numbers."""
        return memoryview(self.pages).cast("I")[: self.size // 4]

    def array(self, code: str) -> array[int]:
        """A copy of its numbers of another type."""
        copied: array[int] = array(code)
        copied.frombytes(self.view)
        return copied


class Chunks:
    """The bytes of each entity, by number: in pieces while they are added, and in one text once closed."""

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
        """Yield all bytes, at most `size` at a time; if `last`, each piece is released once read."""
        for _ in range(len(self._pieces)):
            piece = self._pieces.popleft()
            for start in range(0, piece.tell(), size):
                yield piece[start : min(start + size, piece.tell())]
            if last:
                piece.close()
            else:
                self._pieces.append(piece)

    def close(self) -> Generator[None, None, Pages]:
        """Join the pieces into one text, incrementally. Nothing can be added afterwards."""
        self._text = pages(self.size)
        for part in self.parts(TOUCHED * PAGESIZE, last=True):
            self._text.write(part)
            yield
        return self._text

    def of(self, number: int) -> bytes:
        """The bytes of an entity."""
        return self._text[self._begins[number] : self._begins[number + 1]]

    def __len__(self) -> int:
        return len(self._begins) - 1

    def saved(self) -> list[Data]:
        """What `restored` needs; only once closed."""
        return [self._text, self._begins]

    @classmethod
    def restored(cls, blocks: Iterator[Block]) -> Self:
        """The chunks of which the next blocks are what was `saved`."""
        chunks = cls()
        chunks._text, chunks._begins = next(blocks).pages, next(blocks).array("I")
        chunks.size = chunks._begins[-1]
        return chunks

    def memory(self) -> Pages:
        """The memory of the text."""
        return self._text


def zeros(count: int) -> memoryview:
    """A zeroed array of `count` 32-bit numbers."""
    return memoryview(pages(4 * max(count, 1))).cast("I")[:count]


def behind(numbers: memoryview) -> Pages:
    """The memory behind an array of `zeros`."""
    assert isinstance(numbers.obj, Pages)
    return numbers.obj


def at_hand(count: int) -> Generator[None, None, memoryview]:
    """The same as `zeros`, with every page touched, incrementally: for arrays written in random order."""
    numbers = zeros(count)
    page = PAGESIZE // numbers.itemsize
    for start in range(0, count, page):
        numbers[start] = 0
        if start % (TOUCHED * page) == 0:
            yield
    return numbers


def release_incrementally(memory: Iterable[Pages | dict[bytes, Any]]) -> Generator[None, None, None]:
    """Release unused memory incrementally: at once, a hundred megabytes take over ten milliseconds."""
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
