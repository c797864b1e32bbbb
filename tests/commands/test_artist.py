"""`/artist`: a person or a group."""

from __future__ import annotations

import pytest

from tests.conftest import World


async def test_person_with_groups_roles_songs_and_albums(world: World) -> None:
    text = (await world.ask("artist", name="jin")).text
    assert "-# Person · BTS · 3 OSTs · 2 solo" in text
    assert "**Member of** BTS · 방탄소년단" in text
    assert "**OSTs**\n- **Close to You** — *When the Stars Gossip* · main OST" in text
    assert "**Albums**\n- **Happy** · 15 November 2024" in text


async def test_what_is_only_talk_is_marked_as_such(world: World) -> None:
    assert "fans talked about his next release (unconfirmed talk)" in (await world.ask("artist", name="jin")).text


async def test_actor_in_two_dramas(world: World) -> None:
    shown = await world.ask("artist", name="Oh Jung-se")
    assert "2 dramas" in shown.text
    assert "*When the Stars Gossip* — Kang Gang Su · 강강수 (support)" in shown.text
    assert "*Jirisan*" in shown.text


async def test_group_lists_its_members(world: World) -> None:
    text = (await world.ask("artist", name="방탄소년단")).text
    assert "**Members**" in text
    assert "V · 뷔" in text


@pytest.mark.parametrize(
    "typed", ["gong hyo jin", "Kong Hyo-jin", "gonghyojin", "공효진", "ㄱㅎㅈ", "공횾", "GONG HYO JIN", "hyo jin gong"]
)
async def test_spellings_meet(world: World, typed: str) -> None:
    assert "## Gong Hyo Jin · 공효진" in (await world.ask("artist", name=typed)).text
