"""`/cast`: who plays whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.database import Database
from tests.conftest import World, world_of
from tests.helpers import apply, write
from tests.seen import assert_within_limits

HANGUL = """
[[sources]]
slug = "imaginary-herald"
publisher = "The Imaginary Herald"
title = "A title"
url = "https://example.com/1"

[[people]]
slug = "ban-dal"
sources = ["imaginary-herald"]
names = { ko = "반달" }

[[works]]
slug = "paper-moon-station"
type = "drama"
sources = ["imaginary-herald"]
names = { en = "Paper Moon Station" }
cast = [{ person = "ban-dal", character = "gang-tae-hui" }]

[[works.characters]]
slug = "gang-tae-hui"
names = { ko = "강태희" }
"""


@pytest.mark.parametrize(
    "typed", ["stars-gossip", "ask the stars", "When the Stars Gossip", "별들에게", "ㅂㄷㅇㄱㅁㅇㅂ", "별물"]
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
    assert "Incomplete: my sources name 12 people so far." in text
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


async def test_name_known_in_hangul_alone_is_romanised_and_marked(database: Database, tmp_path: Path) -> None:
    await apply(database, write(tmp_path / "hangul", drama=HANGUL))
    async with world_of(database) as world:
        shown = await world.ask("cast", drama="paper-moon-station")
        assert "**Bandal∗ · 반달** — Gang Tae-hui∗ · 강태희" in shown.text
        assert shown.text.endswith("∗ romanised by rule")
        assert "## Bandal∗ · 반달" in (await world.ask("artist", name="bandal")).text
        world.korean()
        korean = await world.ask("cast", drama="paper-moon-station")
        assert "**반달** — 강태희" in korean.text
        assert "∗" not in korean.text


async def test_character_says_how_it_stands_to_others_with_the_right_particle(world: World) -> None:
    world.korean()
    text = (await world.ask("cast", drama="stars-gossip")).text
    assert "이브 킴과 만남; 최고은과 약혼" in text
    assert "박동아의 동료" in text


async def test_unknown_cast_says_so_without_counting_it(world: World) -> None:
    shown = await world.ask("cast", drama="itaewon")
    assert "No cast is known yet." in shown.text
    assert "0 people" not in shown.text
    assert shown.labels == ["Drama", "OST", "Notify me"]
