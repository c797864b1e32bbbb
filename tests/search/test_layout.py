"""Names typed while the keyboard was in the other layout."""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.model import Kind, Label, Ref
from bot.search import Entry, Index, certain
from bot.search.layout import other_layout

from .keyboard import in_hangul, in_latin
from .names import LAYOUTS, forms, kinds_of, left_out, typed

NAMES = {
    "iu": ("IU", "아이유"),
    "gong-yoo": ("Gong Yoo", "공유"),
    "bts": ("BTS", "방탄소년단"),
    "signal": ("Signal", "시그널"),
}
INDEX = Index(
    [
        Entry(Ref(Kind.PERSON, slug), Label(Ref(Kind.PERSON, slug), {"en": english, "ko": korean}), (english, korean))
        for slug, (english, korean) in NAMES.items()
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dkdldb", "iu"),
        ("rhddb", "gong-yoo"),
        ("ㅑㅕ", "iu"),
        ("ㅠㅅㄴ", "bts"),
        ("냐후미", "signal"),
        ("tlrmsjf", "signal"),
    ],
)
def test_whole_name_in_the_other_layout_is_certain(typed: str, meant: str) -> None:
    found = INDEX.search(typed, [Kind.PERSON])
    assert [match.entry.ref.slug for match in certain(found)] == [meant]


@pytest.mark.parametrize(("typed", "meant"), [("qkdxks", "bts"), ("rhdd", "gong-yoo"), ("냐후", "signal")])
def test_beginning_in_the_other_layout_is_suggested_first(typed: str, meant: str) -> None:
    found = INDEX.search(typed, [Kind.PERSON])
    assert found[0].entry.ref.slug == meant
    assert certain(found) == []


@pytest.mark.parametrize("typed", ["iu", "IU", "아이유", "signal", "공유"])
def test_what_fits_as_typed_is_not_read_otherwise(typed: str) -> None:
    assert len(certain(INDEX.search(typed, [Kind.PERSON]))) == 1


@pytest.mark.parametrize("typed", ["", "123", "iu 아이유", "é", "東京"])
def test_what_is_of_no_layout_or_of_both_is_left(typed: str) -> None:
    assert other_layout(typed) is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1).filter(str.strip))
def test_latin_letters_come_back(typed: str) -> None:
    assert other_layout(in_hangul(typed)) == typed


@given(st.text(alphabet="가나힣뷁의왜걁읊  ", min_size=1).filter(str.strip))
def test_hangul_comes_back_as_its_keys(typed: str) -> None:
    switched = other_layout(in_latin(typed))
    assert switched is not None
    assert in_latin(switched) == in_latin(typed)


@pytest.mark.parametrize("typed", ["lee", "strong", "iu", "vvv"])
def test_latin_letters_that_make_no_syllables_are_left(typed: str) -> None:
    assert other_layout(typed) is None


def test_real_names_typed_in_the_other_layout_are_found() -> None:
    kept, _ = left_out(Random(0), 0.0)
    index, random = Index(kept), Random(1)
    for way, ask in LAYOUTS.items():
        found = [
            [bool(forms(match.entry) & forms(meant)) for match in index.search(query, kinds_of(meant), 5)]
            for _, query, meant in typed(random, random.sample(kept, 600), {way: ask})
        ]
        _hold(way, found)


@pytest.mark.parametrize(("way", "switched"), [("in Latin letters", in_hangul), ("in Hangul", in_latin)])
def test_beginnings_typed_in_the_other_layout_suggest_what_they_do_in_their_own(
    way: str, switched: Callable[[str], str]
) -> None:
    kept, _ = left_out(Random(0), 0.0)
    index, found = Index(kept), list[list[bool]]()
    for meant in Random(1).sample(kept, 600):
        name = meant.texts[0].lower() if switched is in_hangul else meant.label.names.get("ko") or ""
        begin = name[: len(name) * 7 // 10].strip()
        if len(in_latin(begin)) >= 4 and begin.isascii() == (switched is in_hangul):
            suggested = index.search(begin, kinds_of(meant), 5)
            refs = [match.entry.ref for match in index.search(switched(begin), kinds_of(meant), 5)]
            found.append([ref == suggested[0].entry.ref for ref in refs])
    _hold(f"beginnings {way}", found)


def _hold(way: str, found: list[list[bool]]) -> None:
    """See that enough was found first, and among five."""
    first, five = sum(hits[:1] == [True] for hits in found) / len(found), sum(map(any, found)) / len(found)
    sys.stdout.write(f"\n{way}: {len(found)} queries, recall@1 {first:.3f}, recall@5 {five:.3f}\n")
    assert first >= 0.90
    assert five >= 0.97
