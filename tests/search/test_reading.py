"""Names with something beside them: whose it is, what is wanted, a year."""

from __future__ import annotations

import sys
from random import Random

import pytest

from bot.catalogue.model import ARTISTS, Kind, Label, Ref
from bot.search import Entry, Index, certain
from bot.search.reading import halves, trimmed

from .names import BESIDE, forms, kinds_of, left_out, typed
from .test_following import finished
from .test_search import entry

ALL = frozenset(Kind)


def _of(found: Entry, *whose: Entry) -> Entry:
    works = tuple(other.ref for other in whose if other.ref.kind is Kind.WORK)
    return found._replace(hints=tuple(other.label for other in whose if other.ref.kind is not Kind.WORK), works=works)


BTS = entry("bts", "BTS", "방탄소년단", kind=Kind.GROUP)
GOBLIN = entry("goblin", "Guardian: The Lonely and Great God", "도깨비", "Goblin", kind=Kind.WORK, year=2016)
OTHER_GOBLIN = entry("goblin-2024", "Goblin", kind=Kind.WORK, year=2024, weight=9)
CHANYEOL, SEUNGMIN = entry("chanyeol", "Chanyeol", "찬열"), entry("seungmin", "Seungmin", "승민")
INDEX = Index(
    [
        *(BTS, GOBLIN, OTHER_GOBLIN, CHANYEOL, SEUNGMIN),
        _of(entry("v", "V", "뷔"), BTS),
        _of(entry("jin", "Jin", "진"), BTS),
        entry("v-other", "V", weight=5),
        entry("song-kang", "Song Kang", "송강"),
        entry("hwarang", "Hwarang: The Poet Warrior Youth", "화랑", "Hwarang", kind=Kind.WORK, year=2016),
        _of(entry("stay-chanyeol", "Stay with Me", kind=Kind.TRACK), CHANYEOL, GOBLIN),
        _of(entry("stay-seungmin", "Stay with Me", kind=Kind.TRACK, weight=3), SEUNGMIN),
        entry("school-2013", "School 2013", kind=Kind.WORK, year=2012),
    ]
)


@pytest.mark.parametrize(
    ("query", "kinds", "slugs"),
    [
        pytest.param("v bts", ARTISTS, ["v"], id="a group behind"),
        pytest.param("bts v", ARTISTS, ["v"], id="a group before"),
        pytest.param("jin from bts", ARTISTS, ["jin"], id="a word between"),
        pytest.param("뷔 방탄소년단", ARTISTS, ["v"], id="both in Hangul"),
        pytest.param("stay with me chanyeol", ALL, ["stay-chanyeol"], id="a performer"),
        pytest.param("stay with me by seungmin", ALL, ["stay-seungmin"], id="another performer"),
        pytest.param("stay with me goblin", {Kind.TRACK}, ["stay-chanyeol"], id="a drama"),
        pytest.param("goblin 2016", {Kind.WORK}, ["goblin"], id="a year"),
        pytest.param("goblin kdrama 2024", {Kind.WORK}, ["goblin-2024"], id="another year"),
        pytest.param("goblin 1999", {Kind.WORK}, [], id="a year of none"),
        pytest.param("school 2013", {Kind.WORK}, ["school-2013"], id="a year of the name"),
        pytest.param("hwarang kdrama", ALL, ["hwarang"], id="a kind"),
        pytest.param("hwarang k-drama cast", ALL, ["hwarang"], id="a kind and what is wanted"),
        pytest.param("song in hwarang", ALL, ["hwarang"], id="what is wanted, before"),
        pytest.param("화랑 드라마", ALL, ["hwarang"], id="a kind, in Korean"),
        pytest.param("송강 노래", ALL, ["song-kang"], id="what is wanted, in Korean"),
        pytest.param("song kang ost", ALL, ["song-kang"], id="a family name that is also a word"),
        pytest.param("song kan", {Kind.WORK}, [], id="nothing"),
        pytest.param("v goblin", ARTISTS, [], id="nobody who belongs there"),
    ],
)
def test_what_stands_beside_a_name_is_understood(query: str, kinds: frozenset[Kind], slugs: list[str]) -> None:
    assert [match.entry.ref.slug for match in certain(INDEX.search(query, kinds))] == slugs


def test_who_does_not_belong_to_what_was_named_is_still_suggested() -> None:
    assert {match.entry.ref.slug for match in INDEX.search("v goblin", ARTISTS)} >= {"v", "v-other"}


def test_what_a_song_belongs_to_is_known_also_when_it_changed() -> None:
    index = finished(INDEX.with_changes([_of(entry("v-other", "V"), GOBLIN)], []))
    assert [match.entry.ref.slug for match in certain(index.search("v goblin", ARTISTS))] == ["v-other"]
    assert index.get(Ref(Kind.TRACK, "stay-chanyeol")) == INDEX.get(Ref(Kind.TRACK, "stay-chanyeol"))


@pytest.mark.parametrize("query", ["song", "ost", "kdrama ost", "2016", "", "love alarm", "by the way"])
def test_what_is_nothing_but_a_name_or_nothing_but_words_around_it_is_left(query: str) -> None:
    assert trimmed(query) is None


def test_a_query_is_cut_between_words_without_what_joins_them() -> None:
    assert halves("stay by iu") == [("stay", "iu"), ("iu", "stay")]
    assert halves("iu") == halves("a b c d e f g h i") == []


def test_real_names_with_something_beside_them_are_found() -> None:
    kept, _ = left_out(Random(0), 0.0)
    index, random = Index(kept), Random(1)
    first = five = count = 0
    for _, query, meant in typed(random, random.sample(kept, 500), BESIDE):
        found = [bool(forms(m.entry) & forms(meant)) for m in index.search(query, kinds_of(meant), 5)]
        count, first, five = count + 1, first + (found[:1] == [True]), five + any(found)
    sys.stdout.write(f"\n{count} queries: recall@1 {first / count:.3f}, recall@5 {five / count:.3f}\n")
    assert first / count >= 0.93
    assert five / count >= 0.97


def test_a_label_stands_for_whom_it_names() -> None:
    group = Label(Ref(Kind.GROUP, "exo"), {"en": "EXO"})
    assert entry("chen", "Chen")._replace(hints=(group,)).related == {group.ref}
