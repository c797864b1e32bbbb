"""Names typed while the keyboard was in the other layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.model import Kind, Label, Ref
from bot.search import Entry, Index, certain
from bot.search.layout import other_layout

NAMES = {
    "iu": ("IU", "아이유"),
    "gong-yoo": ("Gong Yoo", "공유"),
    "bts": ("BTS", "방탄소년단"),
    "signal": ("Signal", "시그널"),
}
INDEX = Index(
    [
        Entry(Ref(Kind.PERSON, slug), Label(Ref(Kind.PERSON, slug), english, korean), (english, korean))
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
    switched = other_layout(typed)
    assert switched is not None
    assert other_layout(switched) == typed
