"""`/cast`: who plays whom."""

from __future__ import annotations

import pytest

from tests.conftest import World
from tests.seen import assert_within_limits


@pytest.mark.parametrize(
    "typed", ["stars-gossip", "ask the stars", "When the Stars Gossip", "별들에게", "ㅂㄷㅇㄱ", "별물"]
)
async def test_drama_is_found_by_any_of_its_names(world: World, typed: str) -> None:
    assert "## Cast of When the Stars Gossip · 별들에게 물어봐" in (await world.ask("cast", drama=typed)).text


async def test_leads_come_first_then_the_others_by_the_size_of_the_part(world: World) -> None:
    first = await world.ask("cast", drama="stars-gossip")
    second = await world.press_in_place(first, "Next")
    text = first.text + second.text

    order = [
        "### Leads",
        "Lee Min Ho",
        "Gong Hyo Jin",
        "### Support",
        "Oh Jung Se",
        "Kim Joo Hun",
        "Han Ji Eun",
        "### Cameos",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert "... and more: this list is not complete." in text
    assert_within_limits(first)
    assert_within_limits(second)


async def test_person_in_two_parts_is_listed_with_both_and_counted_once(world: World) -> None:
    shown = await world.ask("cast", drama="stars-gossip")
    assert len(shown.lines("**Lee Cho Hee · 이초희**")) == 2
    assert "12 people" in shown.text


async def test_pages_turn_in_place_for_everyone_in_the_language_of_the_card(world: World) -> None:
    shown = await world.ask("cast", drama="stars-gossip")
    assert [button.disabled for button in shown.buttons[:2]] == [True, False]
    world.korean(world.admin)

    turned = await world.press_in_place(shown, "Next", by=world.admin)

    assert "Page 2 of 2" in turned.text
    assert [button.disabled for button in turned.buttons[:2]] == [False, True]
    assert "Page 1 of 2" in (await world.press_in_place(turned, "Back")).text


async def test_credited_name_is_shown(world: World) -> None:
    text = (await world.ask("cast", drama="hwarang")).text
    assert "(credited as 김태형)" in text
