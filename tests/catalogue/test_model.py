"""The pure rules over the catalogue."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.lists import OstCount, billed, by_part, count_osts, newest_first
from bot.catalogue.model import Certainty, Credit, Kind, Label, Performer, Ref, Role, Song, Status
from bot.catalogue.romanise import has_hangul, is_latin
from tests.helpers import event, label, song, utc


def slugs(songs: list[Song]) -> list[str]:
    return [one.label.ref.slug for one in songs]


def test_newest_first_puts_the_undated_last_and_leaves_none_out() -> None:
    songs = [
        song("undated"),
        song("old", date="2021-11-07"),
        song("unknown", date="unknown"),
        song("new", date="2024-12-30 18:00"),
        song("vague", date="2023"),
    ]
    for order in permutations(songs):
        found = slugs(newest_first(order))
        assert found[:3] == ["new", "vague", "old"]
        assert sorted(found[3:]) == ["undated", "unknown"]


def test_newest_first_keeps_the_order_of_equals() -> None:
    songs = [song("b", date="2024"), song("a", date="2024"), song("c", date="2024")]
    assert slugs(newest_first(songs)) == ["b", "a", "c"]


@given(st.lists(st.sampled_from([None, "unknown", "2020", "spring 2021", "2021-04-01", "2021-04-01 18:00"])))
def test_ordering_hides_no_song(dates: list[str | None]) -> None:
    songs = [song(f"song-{number}", date=date, works=["a-work"]) for number, date in enumerate(dates)]
    assert sorted(slugs(newest_first(songs))) == sorted(slugs(songs))
    assert sorted(slugs(by_part(songs, Ref(Kind.WORK, "a-work")))) == sorted(slugs(songs))


def test_by_part_orders_parts_as_numbers_then_by_date_then_the_undated() -> None:
    songs = [
        song("undated", works=["gossip"]),
        song("ten", works=["gossip"], part=10, date="2020"),
        song("later", works=["gossip"], date="2025-02"),
        song("two", works=["gossip"], part=2),
        song("earlier", works=["gossip"], date="2025-01"),
        song("one", works=["gossip"], part=1, date="2025-12"),
    ]
    expected = ["one", "two", "ten", "earlier", "later", "undated"]
    assert slugs(by_part(songs, Ref(Kind.WORK, "gossip"))) == expected
    assert slugs(by_part(reversed(songs), Ref(Kind.WORK, "gossip"))) == expected


def test_by_part_looks_at_the_parts_of_that_work_only() -> None:
    songs = [song("elsewhere", works=["other"], part=1), song("here", works=["gossip"], part=2)]
    assert slugs(by_part(songs, Ref(Kind.WORK, "gossip"))) == ["here", "elsewhere"]


def credit(person: str, role: Role | None, billing: int) -> Credit:
    return Credit(
        rank=0,
        certainty=Certainty.STATED,
        note=None,
        sources=(),
        work=label("gossip", Kind.WORK),
        person=label(person, Kind.PERSON),
        character=None,
        role=role,
        role_words=None,
        billing=billing,
        credited_as=None,
    )


def test_a_cast_is_billed_leads_support_unstated_special_cameo_and_each_in_the_order_of_the_credits() -> None:
    credits_ = [
        credit("cameo", Role.CAMEO, 1),
        credit("special", Role.SPECIAL, 2),
        credit("support-2", Role.SUPPORT, 5),
        credit("support-1", Role.SUPPORT, 3),
        credit("unstated-2", None, 6),
        credit("unstated-1", None, 4),
        credit("lead-2", Role.LEAD, 8),
        credit("lead-1", Role.LEAD, 7),
    ]
    expected = ["lead-1", "lead-2", "support-1", "support-2", "unstated-1", "unstated-2", "special", "cameo"]
    assert [one.person.ref.slug for one in billed(credits_)] == expected
    assert [one.person.ref.slug for one in billed(reversed(credits_))] == expected


@pytest.mark.parametrize(
    ("songs", "count"),
    [
        pytest.param([], OstCount(0, 0), id="none"),
        pytest.param([song("album-track")], OstCount(0, 0), id="a song that is no OST"),
        pytest.param([song("yours", works=["jirisan"])], OstCount(1, 1), id="alone"),
        pytest.param(
            [song("its-definitely-you", works=["hwarang"], performers=["v", "jin"])], OstCount(1, 0), id="together"
        ),
        pytest.param([song("nobody", works=["jirisan"], performers=[])], OstCount(1, 0), id="nobody is credited"),
        pytest.param([song("theme", works=["one", "two"])], OstCount(1, 1), id="one song of two works is one"),
        pytest.param(
            [
                song("duet", works=["hwarang"], performers=["v", "jin"]),
                song("yours", works=["jirisan"]),
                song("close-to-you", works=["gossip"]),
                song("album-track"),
            ],
            OstCount(3, 2),
            id="third overall and second solo",
        ),
    ],
)
def test_osts_are_counted_from_credits(songs: list[Song], count: OstCount) -> None:
    assert count_osts(songs) == count


def test_a_claim_of_another_performer_leaves_a_solo_a_solo() -> None:
    stated = song("yours", works=["jirisan"])
    claim = Performer(
        rank=1,
        certainty=Certainty.REPORTED,
        note=None,
        sources=(),
        artist=label("somebody", Kind.PERSON),
        credited_as=None,
    )
    disputed = Song(stated.label, [*stated.performers, claim], stated.osts, stated.events)
    assert count_osts([disputed]) == OstCount(1, 1)


@given(st.sampled_from(Kind), st.text("ab09-", min_size=1))
def test_a_key_can_be_read_back(kind: Kind, slug: str) -> None:
    ref = Ref(kind, slug)
    assert Ref.parse(str(ref)) == ref


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("jin", id="a name"),
        pytest.param("person/", id="no slug"),
        pytest.param("/jin", id="no kind"),
        pytest.param("drama/hwarang", id="no such kind"),
        pytest.param("Person/jin", id="a capital"),
    ],
)
def test_anything_else_is_no_key(text: str) -> None:
    assert Ref.parse(text) is None


@given(st.text())
def test_reading_a_key_never_fails(text: str) -> None:
    Ref.parse(text)


_REF = Ref(Kind.WORK, "gossip")


@pytest.mark.parametrize(
    ("called", "language", "name", "other"),
    [
        pytest.param(Label(_REF, {"en": "Gossip", "ko": "물어봐"}), "en", "Gossip", "물어봐", id="both, in English"),
        pytest.param(Label(_REF, {"en": "Gossip", "ko": "물어봐"}), "ko", "물어봐", "Gossip", id="both, in Korean"),
        pytest.param(
            Label(_REF, {"en": "Gossip", "ko": "물어봐"}), "fr", "Gossip", "물어봐", id="both, in a third language"
        ),
        pytest.param(Label(_REF, {"en": "Gossip"}), "ko", "Gossip", None, id="only English"),
        pytest.param(Label(_REF, {"ko": "물어봐"}), "en", "Mureobwa", "물어봐", id="only Korean: romanised"),
        pytest.param(Label(_REF, {"ko": "물어봐"}), "ko", "물어봐", None, id="only Korean, in Korean"),
        pytest.param(Label(_REF, {"en": "Gossip", "zh-TW": "星星"}), "zh-TW", "星星", None, id="a region's own"),
        pytest.param(Label(_REF, {"en": "SF9", "ko": "SF9"}), "en", "SF9", None, id="the same in both"),
        pytest.param(Label(_REF, {"en": "SF9", "ko": "SF9"}), "ko", "SF9", None, id="the same in both, in Korean"),
        pytest.param(Label(_REF, {"ko": "물어봐", "es": "Chisme"}), "en", "Chisme", "물어봐", id="Latin before Hangul"),
        pytest.param(Label(_REF, {"ja": "星", "id": "Gosip"}), "en", "Gosip", None, id="Latin before kana"),
        pytest.param(Label(_REF, {"ja": "星", "pt": "Fofoca"}), "ko", "Fofoca", None, id="neither, in Korean"),
        pytest.param(Label(_REF, {"en": "강태희", "vi": "Tin đồn"}), "en", "Tin đồn", None, id="Hangul for English"),
        pytest.param(Label(_REF, {"ja": "ほし", "ko": "물어봐"}), "en", "Mureobwa", "물어봐", id="Hangul before kana"),
        pytest.param(Label(_REF, {"ja": "ほし", "ko": "물어봐"}), "ja", "ほし", "물어봐", id="kana for its readers"),
        pytest.param(Label(_REF, {"ja": "ほし"}), "en", "ほし", None, id="only Japanese"),
        pytest.param(Label(_REF, {"ja": "ほし"}), "ko", "ほし", None, id="only Japanese, in Korean"),
        pytest.param(
            Label(_REF, {"zh-tw": "星星", "ja": "ほし"}), "en", "星星", None, id="the first of the unreadable"
        ),
        pytest.param(Label(_REF, {"en": "물어봐"}), "en", "Mureobwa", "물어봐", id="Hangul is also said to be English"),
        pytest.param(
            Label(_REF, {"en": "CLΛSSY", "es": "Classy"}), "en", "CLΛSSY", None, id="English in its own letters"
        ),
        pytest.param(Label(_REF, {"ja": "1987", "ko": "일구팔칠"}), "en", "1987", "일구팔칠", id="digits"),
        pytest.param(Label(_REF, {"en": "", "ko": ""}), "en", None, "", id="empty"),
        pytest.param(Label(_REF, {}), "en", None, None, id="untitled"),
        pytest.param(Label(_REF, {}), "ko", None, None, id="untitled, in Korean"),
    ],
)
def test_a_reader_sees_the_name_of_their_language_first(
    called: Label, language: str, name: str | None, other: str | None
) -> None:
    assert (called.name(language), called.other(language)) == (name, other)


def test_name_made_by_rule_is_known_as_such_and_is_never_shown_in_korean() -> None:
    hangul = Label(Ref(Kind.PERSON, "gang-tae-hui"), {"ko": "강태희"})
    assert (hangul.name("en"), hangul.other("en"), hangul.by_rule("en")) == ("Gang Tae-hui", "강태희", True)
    assert (hangul.name("ko"), hangul.other("ko"), hangul.by_rule("ko")) == ("강태희", None, False)
    assert not Label(_REF, {"en": "Gossip", "ko": "물어봐"}).by_rule("en")
    assert not Label(_REF, {}).by_rule("en")


@given(st.dictionaries(st.sampled_from(["en", "ko", "ja", "zh-hant", "es", "id"]), st.text(max_size=8)))
def test_readers_of_english_see_hangul_by_itself_of_nobody(names: dict[str, str]) -> None:
    called = Label(Ref(Kind.PERSON, "x"), names)
    shown = called.name("en")
    assert shown is None or not has_hangul(shown)
    assert (shown is None) == (not any(names.values()))
    if any(name and is_latin(name) for name in names.values()):
        assert not called.by_rule("en")


@pytest.mark.parametrize(
    ("date", "status", "seen"),
    [
        pytest.param("2025-01-26 18:00", Status.RELEASED, Status.CONFIRMED, id="released is not yet"),
        pytest.param("2025-01-26 17:59", Status.RELEASED, Status.RELEASED, id="released just now"),
        pytest.param("2025-01-26", Status.RELEASED, Status.RELEASED, id="released today"),
        pytest.param("2025-01-27", Status.RELEASED, Status.CONFIRMED, id="released tomorrow"),
        pytest.param("unknown", Status.RELEASED, Status.RELEASED, id="released some day"),
        pytest.param("2025-01-26 18:00", Status.EXPECTED, Status.EXPECTED, id="expected"),
        pytest.param("2025-01-25", Status.CONFIRMED, Status.CONFIRMED, id="confirmed and past"),
        pytest.param("2025-01-27", Status.CANCELLED, Status.CANCELLED, id="cancelled"),
        pytest.param("2025-01-27", Status.POSTPONED, Status.POSTPONED, id="postponed"),
    ],
)
def test_nothing_is_released_before_its_time(date: str, status: Status, seen: Status) -> None:
    assert event(date, status=status).status_at(utc("2025-01-26 08:59")) is seen
