"""What is answered at once, and what is asked about: whoever is not in the catalogue must not become somebody else."""

from __future__ import annotations

import sys
from collections import Counter
from random import Random

import pytest

from bot.catalogue.model import ARTISTS, Kind
from bot.search import Entry, Index, certain
from bot.search.sounding import is_same
from bot.search.spelling import plain

from .names import WHOLE, forms, kinds_of, left_out, typed
from .test_search import entry

ALL = frozenset(Kind)
SPLITS = range(4)
"""Seeds of the names that are left out."""
WRONG_AT_MOST = 0.02
RIGHT_AT_LEAST = 0.987
"""Of whole names, in any spelling; where two have the same name, neither is answered at once."""


def _direct(index: Index, query: str, meant: Entry) -> bool | None:
    """Whether the one direct answer to a query is what is meant; None where there is none."""
    found = certain(index.search(query, kinds_of(meant)))
    return bool(forms(found[0].entry) & forms(meant)) if len(found) == 1 else None


@pytest.mark.slow
def test_real_names_that_are_left_out_at_random_get_no_wrong_answer() -> None:
    absent: Counter[bool | None] = Counter()
    present: Counter[bool | None] = Counter()
    for seed in SPLITS:
        kept, out = left_out(Random(seed), 0.15)
        without, complete = Index(kept), Index([*kept, *out])
        for _, query, meant in typed(Random(seed), out, WHOLE):
            absent[_direct(without, query, meant)] += 1
            present[_direct(complete, query, meant)] += 1
    wrong, right = absent[False] / absent.total(), present[True] / present.total()
    sys.stdout.write(
        f"\nof {absent.total()} names left out, {absent[False]} answered wrongly ({wrong:.2%});"
        f" of the same in the catalogue, {present[True]} rightly ({right:.2%}), {present[False]} wrongly\n"
    )
    assert wrong <= WRONG_AT_MOST
    assert right >= RIGHT_AT_LEAST


@pytest.mark.parametrize(
    ("asked", "name", "same"),
    [
        pytest.param("Kong Hyo-jin", "공효진", True, id="k for g"),
        pytest.param("hyeon bin", "현빈", True, id="eo for u"),
        pytest.param("jun jihyeon", "전지현", True, id="a customary family name"),
        pytest.param("Youn Yuh-jung", "윤여정", True, id="customary throughout"),
        pytest.param("byeoreseo on geudae", "별에서 온 그대", True, id="a title, as it is pronounced"),
        pytest.param("kim tonguk", "김동욱", True, id="McCune-Reischauer, its names apart"),
        pytest.param("공유", "Gong Yoo", True, id="Hangul for Latin letters"),
        pytest.param("Roh Ji Yun", "Noh Ji-yoon", True, id="Latin letters for others"),
        pytest.param("seo jin", "수진", False, id="eo is not u"),
        pytest.param("Kim Soo-jin", "Kim Seo-jin", False, id="eo is not oo"),
        pytest.param("song sohee", "서희승", False, id="its words turned"),
        pytest.param("lee ji soo", "수지", False, id="a name with another family name"),
        pytest.param("go hyun jung", "고윤정", False, id="its syllables taken apart otherwise"),
        pytest.param("東京", "서울", False, id="of another script"),
    ],
)
def test_names_are_the_same_if_every_part_is(asked: str, name: str, same: bool) -> None:
    assert is_same(plain(asked), plain(name)) is same


INDEX = Index(
    [
        entry("gong-yoo", "Gong Yoo", "공유"),
        entry("gong-yu-bin", "Gong Yu-bin", "공유빈", weight=9),
        entry("hyun-bin", "Hyun Bin", "현빈"),
        entry("milo", "Milo", "김민학", "Kim Minhak"),
        entry("seo-hee-seung", "Seo Hee-seung", "서희승"),
        entry("kim-a-in", "Kim A-in", "김아인"),
        entry("sweet-night-inst", "Sweet Night (Inst.)", kind=Kind.TRACK),
        entry("goodbye-dear-wife", "Goodbye Dear Wife", kind=Kind.WORK),
        entry("crash-landing-on-you", "Crash Landing on You", "사랑의 불시착", kind=Kind.WORK),
        entry("the-uncanny-counter-2", "The Uncanny Counter 2: Counter Punch", kind=Kind.WORK),
        entry("boys-over-flowers", "Boys Over Flowers", "꽃보다 남자", kind=Kind.WORK),
    ]
)


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        pytest.param("gong yu", ["gong-yoo"], id="a whole sound before a beginning"),
        pytest.param("hyeon bin", ["hyun-bin"], id="a whole sound"),
        pytest.param("bin hyun", ["hyun-bin"], id="the family name last"),
        pytest.param("crash landing", ["crash-landing-on-you"], id="some words of a title"),
        pytest.param("bof", ["boys-over-flowers"], id="initials of a title"),
        pytest.param("kim min ha", [], id="another's name, but for a letter"),
        pytest.param("song so hee", [], id="the same sounds in another order"),
        pytest.param("kim in", [], id="a word left out"),
        pytest.param("the good wife", [], id="words that begin so"),
        pytest.param("the uncanny counter", [], id="a title before it was continued"),
        pytest.param("gong", ["gong-yu-bin", "gong-yoo"], id="several begin so"),
    ],
)
def test_only_a_whole_name_is_answered_at_once(query: str, slugs: list[str]) -> None:
    assert [match.entry.ref.slug for match in certain(INDEX.search(query, ALL))] == slugs


def test_a_whole_sound_is_suggested_before_a_beginning_that_crosses_words() -> None:
    assert [match.entry.ref.slug for match in INDEX.search("gong yu", ARTISTS)][:2] == ["gong-yoo", "gong-yu-bin"]
