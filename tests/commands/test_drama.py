"""`/drama`: what is known of a drama."""

from __future__ import annotations

import re

from tests.conftest import World
from tests.seen import assert_within_limits


async def both_pages(world: World, name: str) -> str:
    first = await world.ask("drama", name=name)
    text = first.text
    while any(button.label == "Next" and not button.disabled for button in first.buttons):
        first = await world.press_in_place(first, "Next")
        text += "\n" + first.text
    return text


async def test_first_page_has_what_a_fan_asks_in_a_fans_order(world: World) -> None:
    shown = await world.ask("drama", name="stars-gossip")
    lines = shown.text.split("\n")
    assert lines[:4] == [
        "## When the Stars Gossip · 별들에게 물어봐",
        "-# Drama · 16 episodes · Space, Romance",
        "**Airs** <t:1735993200:f> to 23 February 2025",
        "**Where** tvN Sat, Sun 21:20 KST · Netflix · TVING",
    ]
    order = [
        "A gynaecologist",
        "**Leads** Lee Min Ho (Gong Ryong), Gong Hyo Jin (Eve Kim)",
        "**OST**",
        "**Budget** ₩50 b",
    ]
    places = [shown.text.index(words) for words in order]
    assert places == sorted(places)
    assert "-# Feel Like a Million — BIG Naughty · <t:1736067600:f>" in lines
    assert shown.labels == ["Back", "Next", "Cast", "OST", "Sources", "Notify me"]
    assert_within_limits(shown)


async def test_the_rest_stands_on_a_page_of_its_own(world: World) -> None:
    first = await world.ask("drama", name="stars-gossip")
    later = await world.press_in_place(first, "Next")
    for words in (
        "**Writer** Seo Sook-hyang",
        "**Also called** Ask the Stars (former title",
        "**Setting** A space station",
    ):
        assert words in later.text
        assert words not in first.text
    assert "Page 2 of 2" in later.text


async def test_card_has_one_line_of_sources_and_nothing_of_disputes_and_notes(world: World) -> None:
    text = await both_pages(world, "stars-gossip")
    assert len(re.findall(r"Source: \w+ and \d+ more", text)) == 2, "one a page"
    for words in ("Also stated", "20?", "Time slot", "Teaser", "simulcast", "$38", "“first half of 2025”"):
        assert words not in text


async def test_korean_card_writes_slots_money_and_dates_as_koreans_do(world: World) -> None:
    world.korean()
    text = (await world.ask("drama", name="stars-gossip")).text
    assert "**방영** <t:1735993200:f> ~ 2025년 2월 23일" in text
    assert "**시청** tvN 토·일 오후 9시 20분 · 넷플릭스 · TVING" in text
    assert "**제작비** 500억 원\n" in text


async def test_whom_a_source_counts_among_the_leads_is_told(world: World) -> None:
    told = "What's on Netflix counts four leads: Lee Min Ho, Gong Hyo Jin, Oh Jung Se and Han Ji Eun"
    assert told in await both_pages(world, "stars-gossip")


async def test_sources_begin_with_what_they_disagree_on_and_then_say_who_gave_what(world: World) -> None:
    shown = await world.ask("drama", name="stars-gossip")
    sources = await world.press(shown, "Sources")
    assert sources.private
    assert_within_limits(sources)
    assert "### Where they disagree" in sources.text.split("\n")[2]
    assert (
        "**Where** tvN Sat, Sun 21:20 KST\n-# but tvN 21:10 KST (Pinkvilla)\n-# but tvN 21:00 KST (tagar.id"
        in sources.text
    )
    said = sources.text.partition("### Who said what")[2]
    assert (
        "- **[Hankook Ilbo](<https://hankookilbo.com/News/Read/A2024112008430003352>)**, *Report on the date of the"
        " premiere of When the Stars Gossip*, 20 November 2024: Premiere, Names, Writer, Director" in said
    )
    assert "Page 1 of 2" in sources.text


async def test_vaguer_date_and_another_conversion_are_no_disagreement(world: World) -> None:
    sources = await world.press(await world.ask("drama", name="stars-gossip"), "Sources")
    assert "first half of 2025" not in sources.text.partition("### Who said what")[0]
    assert "$38" not in sources.text.partition("### Who said what")[0]


async def test_drama_of_which_little_is_known_has_no_empty_buttons(world: World) -> None:
    shown = await world.ask("drama", name="itaewon")
    assert "Cast" not in shown.labels
    assert "OST" in shown.labels
    assert "0 " not in shown.text.replace("20 ", "")


async def test_two_channels_with_two_slots(world: World) -> None:
    text = await both_pages(world, "hwarang")
    assert "KBS2 Mon, Tue 22:00 KST" in text
    assert "KBS World Tue, Wed 21:50 KST" in text
