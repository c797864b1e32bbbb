"""Finding what somebody means."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.model import ARTISTS, Kind, Label, Ref
from bot.search import Entry, Index, Tier, certain

ALL = frozenset(Kind)


def entry(slug: str, *texts: str, kind: Kind = Kind.PERSON, weight: int = 0, year: int | None = None) -> Entry:
    ref = Ref(kind, slug)
    return Entry(ref, Label(ref, {"en": texts[0]}), texts, weight=weight, year=year)


INDEX = Index(
    [
        entry("gong-hyo-jin", "Gong Hyo-jin", "공효진", weight=3),
        entry("lee-min-ho", "Lee Min-ho", "이민호", weight=5),
        entry("choi-woo-shik", "Choi Woo-shik", "최우식"),
        entry("noh-ji-yoon", "Noh Ji-yoon", "노지윤"),
        entry("park-seo-joon", "Park Seo-joon", "박서준"),
        entry("v", "V", "뷔", weight=1),
        entry("vernon", "Vernon", "버논", weight=9),
        entry("jin", "Jin", "진", weight=7),
        entry("jin-goo", "Jin Goo", "진구"),
        entry("renée", "Renée"),
        entry("bts", "BTS", "방탄소년단", kind=Kind.GROUP, weight=8),
        entry("when-the-stars-gossip", "When the Stars Gossip", "별들에게 물어봐", kind=Kind.WORK, year=2025),
        entry("our-beloved-summer", "Our Beloved Summer", "그 해 우리는", kind=Kind.WORK, year=2021),
        entry("our-blues", "Our Blues", "우리들의 블루스", kind=Kind.WORK, year=2022),
        entry("close-to-you-jin", "Close to You", kind=Kind.TRACK, weight=2),
        entry("close-to-you-seungmin", "Close to You", kind=Kind.TRACK),
        entry("it-s-definitely-you", "It's Definitely You", "죽어도 너야", kind=Kind.TRACK),
    ]
)


def best(query: str) -> tuple[str, Tier] | None:
    matches = INDEX.search(query, ALL)
    return (matches[0].entry.ref.slug, matches[0].tier) if matches else None


@pytest.mark.parametrize(
    ("query", "slug", "tier"),
    [
        pytest.param("Lee Min-ho", "lee-min-ho", Tier.EXACT, id="as it is written"),
        pytest.param("lee min ho", "lee-min-ho", Tier.EXACT, id="small letters, a space for the hyphen"),
        pytest.param("LEEMINHO", "lee-min-ho", Tier.EXACT, id="capitals in one word"),
        pytest.param("  lee   min-ho ", "lee-min-ho", Tier.EXACT, id="too many spaces"),
        pytest.param("Lee Min‐ho", "lee-min-ho", Tier.EXACT, id="a typographic hyphen"),
        pytest.param("Ｌｅｅ Ｍｉｎ－ｈｏ", "lee-min-ho", Tier.EXACT, id="full-width letters"),
        pytest.param("renee", "renée", Tier.EXACT, id="without its accent"),
        pytest.param("its definitely you", "it-s-definitely-you", Tier.EXACT, id="without its apostrophe"),
        pytest.param("It’s Definitely You!", "it-s-definitely-you", Tier.EXACT, id="a typographic apostrophe"),
        pytest.param("이민호", "lee-min-ho", Tier.EXACT, id="Hangul"),
        pytest.param("이 민호", "lee-min-ho", Tier.EXACT, id="Hangul with a space"),
        pytest.param(normalize("NFD", "이민호"), "lee-min-ho", Tier.EXACT, id="decomposed Hangul"),
        pytest.param("When Stars Gossip", "when-the-stars-gossip", Tier.EXACT, id="without its particle"),
        pytest.param("when-the-stars-gossip", "when-the-stars-gossip", Tier.EXACT, id="the slug"),
        pytest.param("v", "v", Tier.EXACT, id="one letter"),
        pytest.param("뷔", "v", Tier.EXACT, id="one syllable"),
        pytest.param("gong", "gong-hyo-jin", Tier.PREFIX, id="the beginning"),
        pytest.param("gong hyo-j", "gong-hyo-jin", Tier.PREFIX, id="more of the beginning"),
        pytest.param("공효", "gong-hyo-jin", Tier.PREFIX, id="the first syllables"),
        pytest.param("고", "gong-hyo-jin", Tier.PREFIX, id="a syllable without its last letter"),
        pytest.param("박서주", "park-seo-joon", Tier.PREFIX, id="the last syllable without its last letter"),
        pytest.param("stars-gossip", "when-the-stars-gossip", Tier.WORDS, id="a partial slug"),
        pytest.param("gossip stars", "when-the-stars-gossip", Tier.WORDS, id="words in another order"),
        pytest.param("the gossip", "when-the-stars-gossip", Tier.WORDS, id="a word with a particle"),
        pytest.param("min-ho lee", "lee-min-ho", Tier.WORDS, id="the family name last"),
        pytest.param("물어봐", "when-the-stars-gossip", Tier.WORDS, id="a later word in Hangul"),
        pytest.param("Kong Hyo-jin", "gong-hyo-jin", Tier.SOUNDS_LIKE, id="Kong for Gong"),
        pytest.param("Kong Hyojin", "gong-hyo-jin", Tier.SOUNDS_LIKE, id="Kong for Gong, no hyphen"),
        pytest.param("Gong Hyo Chin", "gong-hyo-jin", Tier.SOUNDS_LIKE, id="ch for j"),
        pytest.param("Yi Min-ho", "lee-min-ho", Tier.SOUNDS_LIKE, id="Yi for Lee"),
        pytest.param("Rhee Minho", "lee-min-ho", Tier.SOUNDS_LIKE, id="Rhee for Lee"),
        pytest.param("Choe Wusik", "choi-woo-shik", Tier.SOUNDS_LIKE, id="Choe for Choi, the official way"),
        pytest.param("Roh Ji Yun", "noh-ji-yoon", Tier.SOUNDS_LIKE, id="Roh for Noh"),
        pytest.param("Bak Seojun", "park-seo-joon", Tier.SOUNDS_LIKE, id="Bak for Park"),
        pytest.param("usik", "choi-woo-shik", Tier.ENDS_LIKE, id="a given name, the official way"),
        pytest.param("beloved sumer", "our-beloved-summer", Tier.ENDS_LIKE, id="later words as they sound"),
        pytest.param("belovd summer", "our-beloved-summer", Tier.FUZZY, id="later words, a letter missing"),
        pytest.param("lmh", "lee-min-ho", Tier.INITIALS, id="initials"),
        pytest.param("obs", "our-beloved-summer", Tier.INITIALS, id="initials of a title"),
        pytest.param("Lee Mni-ho", "lee-min-ho", Tier.FUZZY, id="letters that changed places"),
        pytest.param("When the Srars Gossip", "when-the-stars-gossip", Tier.FUZZY, id="a wrong letter"),
        pytest.param("our belved summer", "our-beloved-summer", Tier.FUZZY, id="a letter that is missing"),
    ],
)
def test_a_name_is_found_as_people_type_it(query: str, slug: str, tier: Tier) -> None:
    assert best(query) == (slug, tier)


@pytest.mark.parametrize(
    ("query", "slug", "tier"),
    [
        pytest.param("공ㅎ", "gong-hyo-jin", Tier.PREFIX, id="a half-typed syllable"),
        pytest.param("공효ㅈ", "gong-hyo-jin", Tier.PREFIX, id="a half-typed last syllable"),
        pytest.param("별들에게 ㅁ", "when-the-stars-gossip", Tier.PREFIX, id="a half-typed word"),
        pytest.param("ㄱㅎㅈ", "gong-hyo-jin", Tier.INITIALS, id="initial consonants"),
        pytest.param("ㄱㅎ", "gong-hyo-jin", Tier.INITIALS, id="the first of them"),
        pytest.param("ㅂㄷㅇㄱ", "when-the-stars-gossip", Tier.INITIALS, id="initial consonants of a title"),
        pytest.param("ㅇㅁㅎ", "lee-min-ho", Tier.INITIALS, id="initial consonants that are silent"),
        pytest.param("효진", "gong-hyo-jin", Tier.WORDS, id="a given name"),
        pytest.param("별물", "when-the-stars-gossip", Tier.SHORTENED, id="shortened to the first syllables of words"),
        pytest.param("우들블", "our-blues", Tier.SHORTENED, id="shortened to any of its syllables"),
        pytest.param("방소단", "bts", Tier.FUZZY, id="one word that is shortened"),
    ],
)
def test_letters_of_a_korean_keyboard_find_syllables(query: str, slug: str, tier: Tier) -> None:
    assert best(query) == (slug, tier)


def test_a_syllable_is_found_by_what_is_typed_so_far() -> None:
    # As an input method composes 공효진 letter by letter.
    for typed in ("고", "공", "공효", "공효지", "공효진"):
        assert best(typed) is not None
        assert best(typed) != ("gong-hyo-jin", Tier.FUZZY)
        assert (best(typed) or ("",))[0] == "gong-hyo-jin"


def test_one_letter_finds_who_is_called_so_before_better_known_ones_whose_name_begins_so() -> None:
    assert [match.entry.ref.slug for match in INDEX.search("V", ALL)][:2] == ["v", "vernon"]
    assert [match.entry.ref.slug for match in INDEX.search("Jin", ALL)][:2] == ["jin", "jin-goo"]
    assert [match.entry.ref.slug for match in certain(INDEX.search("V", ALL))] == ["v"]


def test_equal_names_stay_apart_the_better_known_first() -> None:
    found = certain(INDEX.search("close to you", ALL))
    assert [match.entry.ref.slug for match in found] == ["close-to-you-jin", "close-to-you-seungmin"]
    assert [match.entry.ref.slug for match in certain(INDEX.search("close-to-you-seungmin", ALL))] == [
        "close-to-you-seungmin"
    ]


def test_equal_names_of_equal_renown_come_newest_first() -> None:
    index = Index([entry("b", "Signal", year=2016), entry("a", "Signal", year=2016), entry("c", "Signal", year=2022)])
    assert [match.entry.ref.slug for match in index.search("signal", ALL)] == ["c", "a", "b"]


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_no_query_gives_the_best_known(query: str) -> None:
    found = [match.entry.ref.slug for match in INDEX.search(query, ALL, limit=3)]
    assert found == ["vernon", "bts", "jin"]
    assert [match.entry.ref.slug for match in INDEX.search(query, ARTISTS, limit=2)] == ["vernon", "bts"]


def test_only_the_kinds_that_were_asked_for_are_found() -> None:
    assert {match.entry.ref.kind for match in INDEX.search("o", {Kind.WORK})} == {Kind.WORK}
    assert not INDEX.search("bts", {Kind.ALBUM})


def test_what_only_resembles_a_name_is_suggested_but_never_certain() -> None:
    found = INDEX.search("our belved sumer", ALL)
    assert found[0].entry.ref.slug == "our-beloved-summer"
    assert found[0].tier is Tier.FUZZY
    assert certain(found) == []
    assert certain([]) == []


def test_who_is_called_so_is_certain_beside_those_whose_name_only_ends_so() -> None:
    index = Index([entry("hyo-chin", "Hyo Chin"), entry("gong-hyo-jin", "Gong Hyo-jin", "공효진", weight=9)])
    matches = index.search("hyojeen", ALL)
    assert [(match.entry.ref.slug, match.tier) for match in matches] == [
        ("hyo-chin", Tier.SOUNDS_LIKE),
        ("gong-hyo-jin", Tier.ENDS_LIKE),
    ]
    assert certain(matches) == matches[:1]


@pytest.mark.parametrize(
    ("name", "korean", "kind", "query"),
    [
        pytest.param("Extraordinary Attorney Woo", "이상한 변호사 우영우", Kind.WORK, "이상우", id="its syllables"),
        pytest.param("Good Luck", "굿 럭", Kind.TRACK, "rock", id="the sound of its last word"),
        pytest.param("Cha Eun-woo", "차은우", Kind.PERSON, "eunu", id="the sound of a given name"),
    ],
)
def test_what_may_be_meant_by_a_part_is_suggested_but_not_certain(
    name: str, korean: str, kind: Kind, query: str
) -> None:
    matches = Index([entry("that", name, korean, kind=kind)]).search(query, ALL)
    assert [match.entry.texts[0] for match in matches] == [name]
    assert certain(matches) == []


def test_initials_come_before_what_only_sounds_alike_at_its_end() -> None:
    index = Index([entry("boys-over-flowers", "Boys Over Flowers", kind=Kind.WORK), entry("lee-bob", "Lee Bob")])
    matches = index.search("bof", ALL)
    assert [match.entry.ref.slug for match in matches] == ["boys-over-flowers", "lee-bob"]
    assert certain(matches) == matches[:1]


def test_a_person_is_not_shortened_and_a_title_is_beside_one_who_sounds_so() -> None:
    index = Index(
        [
            entry("descendants-of-the-sun", "Descendants of the Sun", "태양의 후예", kind=Kind.WORK),
            entry("lee-tae-hu", "Lee Tae-hu"),
            entry("tae-yang-hu", "Tae Yang-hu", "태양후"),
        ]
    )
    assert {match.entry.ref.slug for match in index.search("태후", ALL)} == {"descendants-of-the-sun", "lee-tae-hu"}


@pytest.mark.parametrize(
    ("short", "slug"),
    [
        pytest.param("스키즈", "stray-kids", id="two words"),
        pytest.param("여친", "gfriend", id="a word made of two"),
        pytest.param("동방", "tvxq", id="the beginning"),
        pytest.param("꽃남", "boys-over-flowers", id="a title"),
        pytest.param("슬의생", "hospital-playlist", id="one word clipped to two syllables"),
    ],
)
def test_a_short_form_that_can_be_derived_comes_first_among_many(short: str, slug: str) -> None:
    groups = [
        entry("stray-kids", "Stray Kids", "스트레이 키즈", kind=Kind.GROUP),
        entry("gfriend", "GFriend", "여자친구", kind=Kind.GROUP),
        entry("tvxq", "TVXQ", "동방신기", kind=Kind.GROUP),
        entry("boys-over-flowers", "Boys Over Flowers", "꽃보다 남자", kind=Kind.WORK),
        entry("hospital-playlist", "Hospital Playlist", "슬기로운 의사생활", kind=Kind.WORK),
    ]
    others = [
        entry(
            f"other-{number}-{first}",
            f"Other {number}",
            f"{first}{chr(0xAC00 + 28 * number)}",
            kind=Kind.WORK,
            weight=9,
        )
        for first in "스여꽃슬"
        for number in range(60)
    ]
    heard = [entry("yoojin", "Yoojin"), entry("yujin", "Han Yu-jin", "Yujin")]
    assert Index([*groups, *others, *heard]).search(short, ALL)[0].entry.ref.slug == slug


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        pytest.param("3.98", ["3-98"], id="with its point"),
        pytest.param("39", ["39"], id="another number"),
        pytest.param("1988", [], id="a number that is nobody's"),
    ],
)
def test_another_number_is_no_slip(query: str, slugs: list[str]) -> None:
    index = Index([entry("3-98", "3.98"), entry("39", "39"), entry("1987", "1987")])
    assert [match.entry.ref.slug for match in index.search(query, ALL)] == slugs
    assert index.get(Ref(Kind.PERSON, "3-98")) is not None


FOREIGN = Index(
    [
        entry("crash-landing", "Crash Landing on You", "사랑의 불시착", "愛の不時着", "爱的迫降", "Hạ Cánh Nơi Anh"),
        entry("itaewon", "Itaewon Class", "梨泰院クラス", "Tầng Lớp Itaewon", "Класс Итхэвон"),
        entry("goblin", "Goblin", "鬼怪", "Guardião: O Solitário e Grande Deus", "Yêu Tinh", "도깨비", "Đảo"),
        entry("sukaretto", "スカーレットハート", "Сердце алой луны", "Corazón escarlata"),
    ]
)


@pytest.mark.parametrize(
    ("query", "slug", "tier"),
    [
        pytest.param("愛の不時着", "crash-landing", Tier.EXACT, id="Japanese"),
        pytest.param("爱的迫降", "crash-landing", Tier.EXACT, id="Chinese"),
        pytest.param("爱的", "crash-landing", Tier.PREFIX, id="its beginning"),
        pytest.param("鬼怪", "goblin", Tier.EXACT, id="two characters"),
        pytest.param("梨泰院クラス", "itaewon", Tier.EXACT, id="Han and kana"),
        pytest.param("梨泰院ｸﾗｽ", "itaewon", Tier.EXACT, id="half-width kana"),
        pytest.param("スカーレット", "sukaretto", Tier.PREFIX, id="kana, its beginning"),
        pytest.param("スカーレツトハート", "sukaretto", Tier.FUZZY, id="kana with a slip"),
        pytest.param("КЛАСС ИТХЭВОН", "itaewon", Tier.EXACT, id="Cyrillic capitals"),
        pytest.param("класс итхевон", "itaewon", Tier.FUZZY, id="Cyrillic with a slip"),
        pytest.param("алой луны", "sukaretto", Tier.WORDS, id="later words in Cyrillic"),
        pytest.param("corazon escarlata", "sukaretto", Tier.EXACT, id="Spanish without its accent"),
        pytest.param("guardiao o solitario e grande deus", "goblin", Tier.EXACT, id="Portuguese without accents"),
        pytest.param("Hạ Cánh Nơi Anh", "crash-landing", Tier.EXACT, id="Vietnamese"),
        pytest.param("ha canh noi anh", "crash-landing", Tier.EXACT, id="Vietnamese without accents"),
        pytest.param("tang lop", "itaewon", Tier.PREFIX, id="its beginning without accents"),
        pytest.param("dao", "goblin", Tier.EXACT, id="a letter with a stroke"),
    ],
)
def test_names_in_other_scripts_are_found(query: str, slug: str, tier: Tier) -> None:
    assert [(match.entry.ref.slug, match.tier) for match in FOREIGN.search(query, ALL)][:1] == [(slug, tier)]


def test_words_that_are_repeated_are_answered_at_once() -> None:
    index = Index([entry("la-la", "La " * 20 + "Love", kind=Kind.TRACK)])
    assert [match.tier for match in index.search("la " * 21, ALL)] == [Tier.FUZZY]
    assert [match.tier for match in index.search("love " + "la " * 15, ALL)] == [Tier.WORDS]


def test_what_resembles_nothing_finds_nothing() -> None:
    assert INDEX.search("xqzwk", ALL) == []


def test_each_entity_is_found_once_by_its_best_name() -> None:
    index = Index([entry("iu", "IU", "아이유", "Lee Ji-eun", "I.U", "IU (singer)")])
    assert [(match.entry.ref.slug, match.tier) for match in index.search("iu", ALL)] == [("iu", Tier.EXACT)]


def test_an_empty_catalogue_finds_nothing() -> None:
    assert Index([]).search("jin", ALL) == []
    assert Index([]).search("", ALL) == []
    assert Index([]).get(Ref(Kind.PERSON, "jin")) is None


def test_an_entity_is_got_by_its_key() -> None:
    found = INDEX.get(Ref(Kind.PERSON, "jin"))
    assert found is not None
    assert found.label.name("en") == "Jin"
    assert INDEX.get(Ref(Kind.GROUP, "jin")) is None


def test_words_in_another_order_find_a_name_whose_words_begin_alike() -> None:
    index = Index([entry("jinyoung-jin", "Jinyoung Jin")])
    assert [match.tier for match in index.search("jin jinyoung", ALL)] == [Tier.WORDS]


def test_a_misspelt_artist_is_suggested_also_beside_many_songs_that_are_called_alike() -> None:
    songs = [entry(f"song-{number}", f"Paper Moon {number}", kind=Kind.TRACK) for number in range(60)]
    artist = entry("club", "Paper Mood Club")
    assert Index([artist]).search("paper moom", {Kind.PERSON})
    assert Index([*songs, artist]).search("paper moom", {Kind.PERSON})


NAMES = st.sampled_from(
    ["Gong Hyo-jin", "공효진", "이민호", "When the Stars Gossip", "V", "close to you", "ㄱㅎㅈ", "공ㅎ"]
)


@given(st.text() | NAMES | st.tuples(NAMES, st.text(max_size=3)).map("".join), st.integers(1, 25))
def test_any_text_can_be_searched_for(query: str, limit: int) -> None:
    found = INDEX.search(query, ALL, limit)
    assert len(found) <= limit
    assert len({match.entry.ref for match in found}) == len(found)
    assert [match.tier for match in found] == sorted(match.tier for match in found)
    assert set(certain(found)) <= set(found)


@given(st.text(min_size=1))
def test_any_name_is_found_by_itself(name: str) -> None:
    index = Index([entry("it", name), entry("other", "Something Else")])
    found = [match.entry.ref.slug for match in index.search(name, ALL)]
    assert "it" in found


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6), st.text(max_size=12))
def test_any_names_can_be_searched_in(names: list[str], query: str) -> None:
    Index([entry(f"e-{number}", name) for number, name in enumerate(names)]).search(query, ALL)
