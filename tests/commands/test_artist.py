"""`/artist`: a person or a group."""

from __future__ import annotations

import pytest

from tests.conftest import World


async def test_person_with_groups_roles_songs_and_albums(world: World) -> None:
    text = (await world.ask("artist", name="jin")).text
    assert "-# BTS · 3 OSTs · 2 solo" in text
    assert "### OSTs\n**Close to You** — *When the Stars Gossip* · main OST" in text
    assert "### Albums\n**Happy** · 15 November 2024 · debut solo album" in text


async def test_what_is_only_talk_is_marked_as_such(world: World) -> None:
    assert "fans talked about his next release (unconfirmed talk)" in (await world.ask("artist", name="jin")).text


async def test_actor_in_two_dramas(world: World) -> None:
    shown = await world.ask("artist", name="Oh Jung-se")
    assert "2 dramas" in shown.text
    assert "*When the Stars Gossip* — Kang Gang Su · 강강수 (support)" in shown.text
    assert "*Jirisan*" in shown.text


async def test_group_lists_its_members(world: World) -> None:
    text = (await world.ask("artist", name="방탄소년단")).text
    assert "**Members** Jin · 진, V · 뷔" in text
    assert "Incomplete" not in text
    assert "0 OSTs" not in text


async def test_group_whose_members_are_not_all_stated_says_so(world: World) -> None:
    text = (await world.ask("artist", name="세븐틴")).text
    assert "**Members** Seungkwan · 승관" in text
    assert "Incomplete: my sources name 1 member so far." in text


async def test_half_a_syllable_too_many_is_asked_about(world: World) -> None:
    asked = await world.ask("artist", name="공횾")
    assert asked.labels[0] == "🎤 Gong Hyo Jin · 공효진"


async def test_songs_that_belong_to_no_work_are_listed_too(world: World) -> None:
    shown = await world.ask("artist", name="bts")
    assert "### Other songs\n**Film out**" in shown.text
    assert shown.labels == ["OST", "Sources", "Notify me"]


async def test_korean_card_shows_the_stage_name(world: World) -> None:
    world.korean()
    shown = await world.ask("artist", name="big naughty")
    assert "서동현" not in shown.text.split("\n")[0]


async def test_sources_of_a_group_are_not_said_to_make_it_a_member(world: World) -> None:
    sources = await world.press(await world.ask("artist", name="bts"), "Sources")
    assert "Groups and members" in sources.text
    assert "Member of" not in sources.text


@pytest.mark.parametrize(
    "typed", ["gong hyo jin", "Kong Hyo-jin", "gonghyojin", "공효진", "ㄱㅎㅈ", "GONG HYO JIN", "hyo jin gong"]
)
async def test_spellings_meet(world: World, typed: str) -> None:
    assert "## Gong Hyo Jin · 공효진" in (await world.ask("artist", name=typed)).text
