"""Time zones, as people name them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements.zones import COMMON_ZONES, find_zone, near_zones, zone_name
from bot.errors import UnknownZoneError
from bot.render import questions
from bot.render.card import RenderContext
from bot.render.controls import Place, Tab
from bot.text import LANGUAGES, words


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        ("asia/seoul", "Asia/Seoul"),
        (" seoul ", "Asia/Seoul"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("KST", "Asia/Seoul"),
        (" 서울 ", "Asia/Seoul"),
        ("한국", "Asia/Seoul"),
        ("PST", "America/Los_Angeles"),
        ("CT", "America/Chicago"),
        ("SGT", "Asia/Singapore"),
        ("wib", "Asia/Jakarta"),
        ("Korean time", "Asia/Seoul"),
        ("UTC+6:30", "Asia/Yangon"),
        ("GMT", "UTC"),
        ("UTC-5", "Etc/GMT+5"),
        ("gmt + 9:00", "Etc/GMT-9"),
        ("UTC+0", "UTC"),
        ("India", "Asia/Kolkata"),
        ("미국  동부", "America/New_York"),
    ],
)
def test_zone_is_found_by_its_name_or_its_city(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone


@pytest.mark.parametrize("typed", ["CST", "IST", "usa", "UTC+99", "UTC+5:30", "UTC-5:30"])
def test_zone_that_may_be_several_or_none_is_asked_back(typed: str) -> None:
    with pytest.raises(UnknownZoneError):
        find_zone(typed)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Soul", "Asia/Seoul"),
        ("berlim", "Europe/Berlin"),
        ("", "Asia/Seoul"),
        ("CST", "America/Chicago"),
        ("ist", "Asia/Kolkata"),
        ("UTC + 5:30", "Asia/Kolkata"),
        ("미국", "America/New_York"),
    ],
)
def test_unknown_zone_brings_near_ones(typed: str, near: str) -> None:
    with pytest.raises(UnknownZoneError) as raised:
        find_zone(typed)
    assert near in raised.value.near


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("kst", "Asia/Seoul"),
        ("서", "Asia/Seoul"),
        ("서울", "Asia/Seoul"),
        ("phil", "Asia/Manila"),
        ("utc-5", "Etc/GMT+5"),
    ],
)
def test_what_people_call_a_zone_is_suggested_while_they_type(typed: str, zone: str) -> None:
    suggested = near_zones(typed, 25)
    assert zone in suggested[:2]
    assert [find_zone(one) for one in suggested] == suggested, "what is suggested can be chosen"


@pytest.mark.parametrize(
    ("zone", "shown"), [("Etc/GMT+5", "UTC-5"), ("Etc/GMT-9", "UTC+9"), ("Asia/Seoul", "Asia/Seoul")]
)
def test_offset_is_shown_as_it_was_typed(zone: str, shown: str) -> None:
    assert zone_name(zone) == shown
    assert find_zone(shown) == zone


def test_common_zones_come_first() -> None:
    assert near_zones("", 3) == list(COMMON_ZONES[:3])
    assert near_zones("asia", 1) == ["Asia/Seoul"]


@given(typed=st.text(max_size=60), language=st.sampled_from(LANGUAGES), tab=st.sampled_from(Tab))
def test_whatever_is_typed_is_a_zone_or_a_question_that_discord_accepts(typed: str, language: str, tab: Tab) -> None:
    try:
        assert find_zone(typed) in available_timezones()
    except UnknownZoneError as error:
        near = error.near
    else:
        return
    context = RenderContext(words(language), datetime(2025, 1, 1, tzinfo=UTC))
    view = questions.which_zone(context, Place(2**64 - 1, tab), typed, near)
    assert view.content_length() <= 4000
    ids = [custom_id for item in view.walk_children() if (custom_id := getattr(item, "custom_id", None))]
    assert len(ids) == len(set(ids)) == len(near) + 2
    assert all(len(custom_id) <= 100 for custom_id in ids)
