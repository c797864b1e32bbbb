"""The panel and a server's channels: begun, moved, refused, turned off, and who may do so."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import ChannelHandle

from tests.commands.panels import Panel, begun, fill, open_panel, stands
from tests.conftest import World, seen


@pytest.fixture
def world(eve: World) -> World:
    return eve


@pytest.fixture
def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")


async def test_another_channel_takes_over(world: World, news: ChannelHandle) -> None:
    other = world.guild.create_text_channel("other")
    panel = await begun(world, news)
    await panel.choose("channel", other)
    assert f"**Channel** <#{other.id}>" in panel.text
    assert panel.chosen("channel") == (str(other.id),)
    assert await stands(world, news) is None
    assert await stands(world, other) is not None


async def test_channel_where_the_bot_may_not_post_is_refused_and_the_menu_shows_what_holds(
    world: World, news: ChannelHandle
) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.guild.default_role: mute})
    panel = await begun(world, news)
    before = panel.menu("channel").custom_id

    await panel.choose("channel", closed)

    assert f"I can't post in <#{closed.id}>" in panel.text
    assert "**Send Messages**" in panel.text
    assert panel.chosen("channel") == (str(news.id),)
    assert panel.menu("channel").custom_id != before
    assert await stands(world, closed) is None
    await panel.choose("language", "ko")
    assert "I can't post" not in panel.text


async def test_channel_that_has_announcements_of_its_own_is_refused(world: World, news: ChannelHandle) -> None:
    other = world.guild.create_text_channel("other")
    panel = await begun(world, news, other)
    await panel.choose("channel", other)
    assert f"⚠️ **<#{other.id}> already has announcements**" in panel.text
    assert await stands(world, news) is not None


async def test_role_that_cannot_be_pinged_is_refused(world: World) -> None:
    role = world.guild.create_role("Quiet")
    nobody = discord.PermissionOverwrite(mention_everyone=False)
    channel = world.guild.create_text_channel("calm", overwrites={world.guild.default_role: nobody})
    panel = await begun(world, channel)
    await panel.choose("role", role)
    assert "I can't ping that role" in panel.text
    assert "**Role to ping** nobody" in panel.text
    await panel.choose("role", world.guild.default_role)
    assert "I never ping everyone" in panel.text
    assert "**Role to ping** nobody" in panel.text


async def test_several_channels_each_with_its_own_choices(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news)
    await panel.choose("kinds", "premiere")
    await panel.press("Add a channel")
    await panel.choose("begin", songs)
    assert "**Announcements are on**" in panel.text
    await panel.choose("kinds", "ost_release")
    assert "**Announces** OST releases" in panel.text
    assert panel.chosen("go") == ("#songs",)

    await panel.choose("go", str(news.id))

    assert "**Announces** premieres" in panel.text
    assert panel.chosen("go") == ("#premieres",)


async def test_panel_of_a_channel(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    await begun(world, news)
    panel = await open_panel(world, channel=songs)
    assert f"Announcements are off in <#{songs.id}>" in panel.text
    await panel.press("Back")
    assert f"**Channel** <#{news.id}>" in panel.text
    panel = await open_panel(world, channel=songs)
    await panel.press("Announce there")
    assert f"**Channel** <#{songs.id}>" in panel.text


async def test_adding_a_channel_that_is_there_leads_to_it(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news, songs)
    await panel.press("Add a channel")
    await panel.choose("begin", songs)
    assert f"**<#{songs.id}> already has announcements**" in panel.text
    assert panel.chosen("go") == ("#songs",)


async def test_channel_cannot_be_begun_where_the_bot_may_not_post(world: World) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.guild.default_role: mute})
    panel = await open_panel(world)
    await panel.choose("begin", closed)
    assert f"I can't post in <#{closed.id}>" in panel.text
    assert "Where should I announce" in panel.text
    assert await stands(world, closed) is None


async def test_no_more_channels_than_a_server_can_have(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("Add a channel")
    await fill(world)
    await panel.choose("begin", world.general)
    assert "A server can have up to 20 channels" in panel.text
    await panel.press("Add a channel")
    assert "A server can have up to 20 channels" in panel.text
    assert len(panel.menu("go").choices) == 20
    assert await stands(world, world.general) is None


async def test_off_is_asked_for_first(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("Turn off here")
    assert f"Turn announcements off in <#{news.id}>?" in panel.text
    await panel.press("Back")
    assert await stands(world, news) is not None
    await panel.press("Turn off here")
    await panel.press("Turn off")
    assert f"Announcements are off in <#{news.id}>" in panel.text
    assert "Where should I announce" in panel.text
    assert await stands(world, news) is None


async def test_off_in_one_channel_leads_to_the_next(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news, songs)
    await panel.press("Turn off here")
    await panel.press("Turn off")
    assert f"Announcements are off in <#{news.id}>" in panel.text
    assert f"**Channel** <#{songs.id}>" in panel.text


@pytest.mark.parametrize("tab", ["What and where", "When and how"])
async def test_panel_of_what_was_turned_off_meanwhile_offers_to_begin_anew(
    world: World, news: ChannelHandle, tab: str
) -> None:
    panel = await begun(world, news)
    await world.ask("announcements off", by=world.admin)
    await panel.press(tab)
    assert f"Announcements are off in <#{news.id}>" in panel.text
    await panel.press("Announce there")
    assert f"**Channel** <#{news.id}>" in panel.text


async def test_change_to_what_was_turned_off_meanwhile_turns_nothing_on(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await world.ask("announcements off", by=world.admin)
    other = world.guild.create_text_channel("other")
    for what, value in (("kinds", "premiere"), ("channel", other), ("role", world.guild.default_role)):
        stale = Panel(world, panel.shown)
        await stale.choose(what, value)
        assert "Where should I announce" in stale.text
        panel = Panel(world, (await begun(world, news)).shown)
        await world.ask("announcements off", by=world.admin)
    assert await stands(world, news) is None
    assert await stands(world, other) is None


async def test_members_may_not_open_a_panel(world: World) -> None:
    assert "This is for admins" in (await world.ask("announcements panel")).text


async def test_who_may_no_longer_manage_the_server_changes_nothing(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    asked = await panel.press("Quiet hours")
    world.env.backend.get_member(world.guild.id, world.admin.id).role_ids.clear()

    answers = (
        await world.admin.click(panel.shown.message, custom_id=panel.switch("events").custom_id),
        await world.admin.select(panel.shown.message, ["UTC"], custom_id=panel.menu("zone").custom_id),
        await panel.answer(asked, "1-2"),
    )

    for answer in answers:
        assert "This is for admins" in seen(answer).text
    chosen = await stands(world, news)
    assert chosen is not None
    assert (chosen.guild_events, chosen.zone, chosen.quiet) == (False, "Asia/Seoul", "")


async def test_paused_channel_is_tried_again(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)

    def pause(connection: Any) -> None:
        connection.execute("UPDATE subscription SET paused_at = '2025-01-03T03:00:00+00:00'")

    await world.bot.database.write(pause)
    await panel.press("What and where")
    assert "⏸️" in panel.text
    await panel.press("Try again")
    assert "⏸️" not in panel.text
    assert "Try again" not in panel.shown.labels
