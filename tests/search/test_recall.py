"""Names changed at random, of which none was used to tune anything: how often who is meant is found."""

from __future__ import annotations

import sys
from collections import defaultdict
from random import Random

import pytest

from bot.catalogue.model import Kind
from bot.search import Index

from .catalogue import catalogue
from .changes import CHANGES, changed

ALL = frozenset(Kind)


@pytest.mark.parametrize(
    ("size", "queries", "first_at_least", "five_at_least"),
    [
        pytest.param(10_000, 2_700, 0.90, 0.97, id="10,000 entities", marks=pytest.mark.slow),
        # Many queries: with 2,700, one run in a hundred was below the bound by chance alone.
        pytest.param(100_000, 10_800, 0.80, 0.92, id="100,000 entities", marks=pytest.mark.slow),
    ],
)
def test_names_changed_at_random_are_found(
    size: int, queries: int, first_at_least: float, five_at_least: float
) -> None:
    seed = Random().randrange(1_000_000)
    entries = list(catalogue(size, seed))
    index = Index(entries)
    first: defaultdict[str, int] = defaultdict(int)
    five: defaultdict[str, int] = defaultdict(int)
    alone: defaultdict[str, int] = defaultdict(int)
    for way, query, entry in changed(Random(seed), entries, queries):
        found = [match.entry for match in index.search(query, ALL, 5)]
        # Of two of one name nobody can say which was meant: both are shown, and told apart by what is shown with them.
        fits = [other.ref == entry.ref or bool({*other.texts[:2]} & {*entry.texts[:2]}) for other in found]
        first[way] += fits[:1] == [True]
        five[way] += any(fits)
        alone[way] += found[:1] == [entry]
    each = queries / len(CHANGES)
    lines = [f"{'change':20} {'recall@1':>8} {'recall@5':>8} {'itself @1':>9}"]
    lines += [f"{w:20} {first[w] / each:8.3f} {five[w] / each:8.3f} {alone[w] / each:9.3f}" for w in CHANGES]
    shares = sum(first.values()) / queries, sum(five.values()) / queries
    lines.append(f"{'all':20} {shares[0]:8.3f} {shares[1]:8.3f} {sum(alone.values()) / queries:9.3f}")
    sys.stdout.write("\n".join((f"\n{size:,} entities, seed {seed}", *lines, "")))
    assert shares[0] >= first_at_least, f"seed {seed}"
    assert shares[1] >= five_at_least, f"seed {seed}"


def test_a_catalogue_is_the_same_for_the_same_seed() -> None:
    assert list(catalogue(50, 3)) == list(catalogue(50, 3)) != list(catalogue(50, 4))
