"""Typed queries of every kind: who is found first, and among five.

They are asked of the seeds, of a generated catalogue, and of dramas and artists that fans know (`known.tsv`).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.catalogue.model import ARTISTS, Kind, Label, Ref
from bot.search import Entry, Index, certain
from bot.store.database import Database
from bot.store.lookup import Lookup

from .catalogue import catalogue

ALL = frozenset(Kind)
SUNG = frozenset((Kind.PERSON, Kind.GROUP, Kind.WORK, Kind.TRACK))
GENERATED = (2_000, 20_250_104)
"""Size and seed of the catalogue that the queries of the file were drawn from."""

CERTAIN = {"exact", "prefix", "word prefix"}
"""Kinds that leave no doubt: all must be found, in the first place."""
AT_LEAST = {"recall@1": 0.90, "recall@5": 0.97}
"""Of all other kinds together."""


class Typed(NamedTuple):
    """One line of the file."""

    catalogue: str
    kind: str
    query: str
    expected: str


def _typed() -> list[Typed]:
    lines = (Path(__file__).parent / "queries.tsv").read_text("utf-8").splitlines()[1:]
    return [Typed(*line.split("\t")) for line in lines]


@pytest.fixture
async def indexes(database: Database) -> dict[str, Index]:
    return {
        "seeds": await Lookup(database).index(),
        "generated": _generated(),
        "known": Index(_known()),
    }


@cache
def _generated() -> Index:
    return Index(catalogue(*GENERATED))


def _known() -> list[Entry]:
    lines = (Path(__file__).parent / "known.tsv").read_text("utf-8").splitlines()[1:]
    entries: list[Entry] = []
    for kind, slug, weight, names in (line.split("\t") for line in lines):
        texts, ref = tuple(names.split(" | ")), Ref(Kind(kind), slug)
        entries.append(Entry(ref, Label(ref, {"en": texts[0], "ko": texts[1]}), texts, weight=int(weight)))
    return entries


def _same_name(found: Entry, expected: Entry) -> bool:
    """Whether they are one, or two of one name, which no query tells apart: a menu does, by group, work or year."""
    return found.ref == expected.ref or bool({*found.texts[:2]} & {*expected.texts[:2]})


def test_the_file_has_queries_of_every_kind_for_entities_that_exist(indexes: dict[str, Index]) -> None:
    typed = _typed()
    assert len(typed) >= 200
    refs = {name: {str(entry.ref) for entry in index.entries} for name, index in indexes.items()}
    assert [line for line in typed if line.expected not in refs[line.catalogue]] == []


def test_typed_queries_find_who_is_meant(indexes: dict[str, Index]) -> None:
    entries = {name: {str(entry.ref): entry for entry in index.entries} for name, index in indexes.items()}
    first: defaultdict[str, list[bool]] = defaultdict(list)
    five: defaultdict[str, list[bool]] = defaultdict(list)
    missed: list[str] = []
    for name, kind, query, ref in _typed():
        expected = entries[name][ref]
        found = [_same_name(match.entry, expected) for match in indexes[name].search(query, ALL, 5)]
        first[kind].append(found[:1] == [True])
        five[kind].append(any(found))
        if found[:1] != [True]:
            missed.append(f"{kind}: {query} ({ref})")
    lines = [f"{'kind':20} {'queries':>7} {'recall@1':>8} {'recall@5':>8}"]
    lines += [f"{kind:20} {len(first[kind]):7} {_share(first[kind]):8.2f} {_share(five[kind]):8.2f}" for kind in first]
    sys.stdout.write("\n".join(("", *lines, "not first:", *missed, "")))
    for kind in CERTAIN:
        assert all(first[kind]), missed
    others = [kind for kind in first if kind not in CERTAIN]
    assert _share([hit for kind in others for hit in first[kind]]) >= AT_LEAST["recall@1"], missed
    assert _share([hit for kind in others for hit in five[kind]]) >= AT_LEAST["recall@5"], missed


@pytest.mark.parametrize(
    ("query", "kinds", "ref"),
    [
        pytest.param("jin bts", ARTISTS, "person/jin", id="a member and the group"),
        pytest.param("song in hwarang", SUNG, "work/hwarang", id="a song of a drama"),
        pytest.param("close to you jin", SUNG, "track/close-to-you-jin", id="a song and its singer"),
        pytest.param("itaewon class ost", SUNG, "work/itaewon-class", id="what is wanted of a drama"),
        pytest.param("hwarang 2016", {Kind.WORK}, "work/hwarang", id="a drama and its year"),
        pytest.param("월수금화목토", {Kind.WORK}, "work/wol-su-geum-hwa-mok-to", id="a title in Hangul"),
        pytest.param("The Our Blues", {Kind.WORK}, "work/our-blues", id="a particle too many"),
        pytest.param("rhdgywls", ARTISTS, "person/gong-hyo-jin", id="the other keyboard layout"),
    ],
)
def test_what_is_stored_is_answered_at_once(
    indexes: dict[str, Index], query: str, kinds: frozenset[Kind], ref: str
) -> None:
    assert [str(match.entry.ref) for match in certain(indexes["seeds"].search(query, kinds))] == [ref]


def test_who_is_not_stored_is_not_taken_for_somebody_else(indexes: dict[str, Index]) -> None:
    assert certain(indexes["seeds"].search("baekhyun", ARTISTS)) == []
    assert [match for match in indexes["seeds"].search("baekhyun", ARTISTS) if match.entry.ref.slug == "v"] == []


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)
