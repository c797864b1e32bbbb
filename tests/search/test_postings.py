"""What the index is stored in: bytes one after another, and entities under numbers, until it is let go of."""

from __future__ import annotations

import sys
from collections.abc import Generator
from itertools import pairwise
from random import Random
from typing import TypeVar

from bot.search.memory import PIECE, Chunks, behind, release_incrementally, zeros
from bot.search.postings import Postings

T = TypeVar("T")


def finished(steps: Generator[None, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def test_chunks_come_back_as_they_were_added() -> None:
    added = [b"", b"one", b"\0" * 5, b"", b"longer than a piece" * (PIECE // 10), b"last"]
    chunks = Chunks()
    for chunk in added:
        chunks.add(chunk)
    text = finished(chunks.close())
    assert text[: chunks.size] == b"".join(added)
    assert [chunks.of(number) for number in range(len(added))] == added


def test_parts_of_chunks_can_be_read_again_until_the_last_time() -> None:
    chunks = Chunks()
    for number in range(5):
        chunks.add(bytes([number]) * 100)
    first = list(chunks.parts(64, last=False))
    assert max(map(len, first)) == 64
    assert list(chunks.parts(64, last=True)) == first
    assert list(chunks.parts(64, last=True)) == []


def test_entities_are_found_under_their_numbers_and_hardly_ever_under_others() -> None:
    random = Random(5)
    added = [{random.getrandbits(32) for _ in range(random.randrange(60))} | {7} for _ in range(2_000)]
    postings = Postings()
    for numbers in added:
        postings.add(numbers)
    finished(postings.arrange())
    for owner, numbers in enumerate(added[:300]):
        assert all(owner in postings.under_any({number}, 5_000) for number in numbers)
    everyone = list(range(len(added)))
    assert postings.under(7, 5_000) == everyone
    assert postings.filings(7) >= len(everyone)
    assert postings.under(7, 10) == everyone[: len(postings.under(7, 10))]
    others = [random.getrandbits(32) for _ in range(10_000)]
    wrong = sum(len(postings.under(number, 5_000)) for number in others if postings.filings(number) < 100)
    assert wrong < len(others) / 20


def test_nothing_is_found_where_nothing_was_added() -> None:
    postings = Postings()
    finished(postings.arrange())
    assert postings.under(1, 10) == []
    assert postings.under_any({1, 2, 3}, 10) == set()


def test_memory_is_let_go_of_in_small_steps() -> None:
    numbers = zeros(1 << 20)
    numbers[5] = numbers[(1 << 20) - 1] = 7
    known = {number.to_bytes(2, "big"): number for number in range(2_000)}
    left = [len(known) for _ in release_incrementally([known, behind(numbers)])]
    assert len(left) > 40
    assert max(before - after for before, after in pairwise([2_000, *left])) <= 100
    assert left[-1] == 0
    if sys.platform == "linux":
        assert list(numbers[:8]) == [0] * 8, "the pages are the system's again"
        assert numbers[-1] == 0
