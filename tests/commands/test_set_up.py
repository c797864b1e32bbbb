"""`/announcements setup`: what it says, what it refuses, and for whom."""

from __future__ import annotations

import discord
import pytest

from tests.commands.eve import PREMIERE, news, set_up
from tests.commands.panels import open_panel
from tests.conftest import World


async def test_set_up_is_one_command_and_says_what_was_chosen(eve: World) -> None:
    channel = news(eve)
    shown = await set_up(eve, channel)
    assert shown.private
    assert "**Announcements are on**" in shown.text
    assert f"**Channel** <#{channel.id}>" in shown.text
    assert "**Language** English" in shown.text
    assert "**Time zone** Asia/Seoul" in shown.text


async def test_set_up_where_the_bot_may_not_post_says_what_is_missing_and_changes_nothing(eve: World) -> None:
    everyone = eve.guild.default_role
    closed = eve.guild.create_text_channel(
        "closed", overwrites={everyone: discord.PermissionOverwrite(send_messages=False, read_message_history=False)}
    )
    shown = await set_up(eve, closed)
    assert shown.private
    assert f"I can't post in <#{closed.id}>" in shown.text
    assert "I need: **Send Messages**." in shown.text
    assert "Embed Links" not in shown.text, "it comes with writing"
    assert "**Read Message History**: to find my own post" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements status")).text


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        ("read_message_history", "I also need **Read Message History**: to find my own post after an interruption"),
        ("embed_links", "I also need **Embed Links**: to show more than a line of text"),
    ],
)
async def test_set_up_names_the_one_permission_that_is_missing_and_what_it_is_for(
    eve: World, permission: str, said: str
) -> None:
    lacking = discord.PermissionOverwrite(**{permission: False})
    channel = eve.guild.create_text_channel("calm", overwrites={eve.guild.default_role: lacking})
    shown = await set_up(eve, channel)
    assert f"In <#{channel.id}> {said}" in shown.text
    assert "can't post" not in shown.text
    assert shown.text.count("**") == 4, "no other permission is named"


async def test_role_that_cannot_be_pinged_is_refused_with_the_way_out(eve: World) -> None:
    role = eve.guild.create_role("Quiet")
    nobody = discord.PermissionOverwrite(mention_everyone=False)
    channel = eve.guild.create_text_channel("calm", overwrites={eve.guild.default_role: nobody})
    shown = await set_up(eve, channel, role=role)
    assert "I can't ping that role" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements status")).text


async def test_unknown_zone_is_refused_with_near_ones(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="Soul")
    assert "I don't know the time zone “Soul”" in shown.text
    assert "Asia/Seoul" in shown.text


async def test_city_is_enough_for_a_zone(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="new york")
    assert "**Time zone** America/New\\_York" in shown.text


async def test_offset_is_a_zone_and_shown_as_it_was_typed(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="GMT-5")
    assert "**Time zone** UTC-5" in shown.text


async def test_suggested_zones_stand_in_code_without_backslashes(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="CST")
    assert "`America/Chicago`" in shown.text
    assert "\\" not in (await set_up(eve, news(eve), timezone="New Yorck")).text


async def test_zones_are_suggested_common_ones_first(eve: World) -> None:
    choices = await eve.admin.autocomplete(eve.general, "announcements setup", "timezone", "", channel=eve.general)
    assert choices[0]["value"] == "Asia/Seoul"
    assert len(choices) == 25
    choices = await eve.admin.autocomplete(eve.general, "announcements setup", "timezone", "berl", channel=eve.general)
    assert choices[0]["value"] == "Europe/Berlin"


async def test_members_may_look_but_not_touch(eve: World) -> None:
    channel = news(eve)
    tries = (
        await eve.ask("announcements setup", channel=channel),
        await eve.ask("announcements test"),
        await eve.ask("announcements off"),
    )
    for refused in tries:
        assert refused.private
        assert "This is for admins" in refused.text
    assert "Announcements are off" in (await eve.ask("announcements status")).text


async def test_set_up_again_keeps_what_is_left_out(eve: World) -> None:
    role = eve.guild.create_role("Fans", mentionable=True)
    channel = news(eve)
    await set_up(eve, channel, role=role, language="ko", timezone="Europe/Berlin")
    shown = await set_up(eve, channel, kinds="premieres")
    assert f"<@&{role.id}>" in shown.text
    assert "한국어" in shown.text
    assert "Europe/Berlin" in shown.text
    assert "**Announces** premieres\n" in shown.text


async def test_discord_hides_the_admins_commands_from_others(eve: World) -> None:
    (admins,) = [command for command in await eve.bot.tree.fetch_commands() if command.name == "announcements"]
    assert admins.default_member_permissions == discord.Permissions(manage_guild=True)


async def test_set_up_by_a_korean_admin_is_in_korean(eve: World) -> None:
    channel = news(eve)
    eve.korean(eve.admin)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    assert "첫 방송" in eve.posts(channel)[-1].text


async def test_panel_begun_by_a_korean_admin_is_in_korean(eve: World) -> None:
    channel = news(eve)
    eve.korean(eve.admin)
    panel = await open_panel(eve)
    await panel.choose("begin", channel)
    assert "**언어** 한국어" in panel.text
