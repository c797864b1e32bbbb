"""`/drama`: what is known of a drama."""

from __future__ import annotations

from pathlib import Path

from bot.store.database import Database
from tests.conftest import World, world_of
from tests.helpers import apply, write

LOST = """
[[sources]]
slug = "herald"
publisher = "The Imaginary Herald"
title = "A title"
url = "https://example.com/1"

[[works]]
slug = "paper-moon-station"
type = "drama"
sources = ["herald"]
names = ["Paper Moon Station"]
links = [{ kind = "teaser" }]
"""


async def both_pages(world: World, name: str) -> str:
    first = await world.ask("drama", name=name)
    text = first.text
    while any(button.label == "Next" and not button.disabled for button in first.buttons):
        first = await world.press_in_place(first, "Next")
        text += "\n" + first.text
    return text


async def test_disagreeing_sources_are_both_shown_the_better_first(world: World) -> None:
    text = await both_pages(world, "stars-gossip")
    assert "**Airs on** tvN Sat, Sun 21:20 KST\n-# Also stated: tvN 21:10 KST; tvN 21:00 KST" in text
    assert "**Premiere** 4 January 2025" in text
    assert "“first half of 2025” · expected" in text


async def test_money_is_shown_as_it_was_reported(world: World) -> None:
    assert "**Budget** ₩50,000,000,000; about $40,700,000 as reported" in await both_pages(world, "stars-gossip")


async def test_link_whose_address_is_lost_is_still_told(database: Database, tmp_path: Path) -> None:
    await apply(database, write(tmp_path / "lost", drama=LOST))
    async with world_of(database) as world:
        assert "Teaser (it exists; its address is not known)" in await both_pages(world, "paper-moon-station")


async def test_whom_a_source_counts_among_the_leads_is_told(world: World) -> None:
    told = "What's on Netflix counts four leads: Lee Min Ho, Gong Hyo Jin, Oh Jung Se and Han Ji Eun"
    assert told in await both_pages(world, "stars-gossip")


async def test_sources_button_tells_who_said_what(world: World) -> None:
    shown = await world.ask("drama", name="stars-gossip")
    sources = await world.press(shown, "Sources")
    assert sources.private
    assert "**Premiere** 4 January 2025" in sources.text
    assert "(<https://hankookilbo.com/News/Read/A2024112008430003352>)" in sources.text


async def test_two_channels_with_two_slots(world: World) -> None:
    text = await both_pages(world, "hwarang")
    assert "KBS2 Mon, Tue 22:00 KST" in text
    assert "KBS World Tue, Wed 21:50 KST" in text
