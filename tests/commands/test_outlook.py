"""What admins are told of announcements, past and to come, and what they follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.store import subscriptions
from tests.commands.eve import FIRST_SONG, PREMIERE, SECOND_SONG, THIRD_SONG, news, set_up
from tests.conftest import World


async def test_status_shows_what_was_posted_with_a_link_and_what_comes_next(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    status = await eve.ask("announcements status")
    assert status.private
    assert (
        f"✅ 🎬 When the Stars Gossip premieres — https://discord.com/channels/{eve.guild.id}/{channel.id}/"
        in status.text
    )
    when = f"Sun 5 January 2025, 18:00 · <t:{int(FIRST_SONG.timestamp())}:R>"
    assert f"{when} · <#{channel.id}> · 🎵 Feel Like a Million" in status.text


async def test_history_tells_what_was_posted_and_what_was_not_and_why(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    assert "Nothing has come due yet." in (await eve.ask("announcements history")).text
    await eve.at(PREMIERE)
    await eve.at(FIRST_SONG + timedelta(days=2))

    shown = await eve.ask("announcements history")

    assert shown.private
    latest, first = (line for line in shown.text.split("\n") if line.startswith("- "))
    assert latest.startswith("- ⌛ missed: 🎵 Feel Like a Million")
    assert "it came due while I was away for too long" in latest
    assert first.startswith(f"- ✅ 🎬 When the Stars Gossip premieres — https://discord.com/channels/{eve.guild.id}/")


async def test_what_would_be_posted_is_told_with_what_would_stop_it(eve: World) -> None:
    channel = news(eve)
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, channel, role=role, timezone="America/New_York")

    shown = await eve.ask("announcements upcoming", days=3)

    nine_in_new_york = int(datetime(2025, 1, 4, 9, tzinfo=ZoneInfo("America/New_York")).timestamp())
    when = f"- Sat 4 January 2025, 09:00 · <t:{nine_in_new_york}:R>"
    assert f"{when} · <#{channel.id}> · 🎬 When the Stars Gossip premieres · <@&{role.id}>" in shown.text
    assert "Life is Tricky" not in shown.text
    assert "⚠️" not in shown.text


async def test_why_explains_each_date_of_a_drama_or_a_song(eve: World) -> None:
    channel = news(eve)
    assert "Announcements are off" in (await eve.ask("announcements why", name="yours")).text
    await set_up(eve, channel)

    async def why(name: str) -> str:
        return (await eve.ask("announcements why", name=name)).text

    assert "It was over before announcements were turned on here" in await why("yours")
    assert f"⏳ It will be announced: <t:{int(PREMIERE.timestamp())}:f>" in await why("stars-gossip")
    finale = f"**Finale** 23 February 2025 · confirmed\n<#{channel.id}> 🚫 This kind was not chosen"
    assert finale in await why("stars-gossip")
    await eve.at(PREMIERE)
    assert "✅ 🎬 When the Stars Gossip premieres — https://discord.com/channels/" in await why("stars-gossip")


async def test_a_server_that_follows_something_is_told_of_nothing_else(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    shown = await eve.ask("announcements follow", by=eve.admin, name="jin")
    assert "**Followed: Jin**" in shown.text
    assert "Announced is only what has to do with: Jin" in shown.text
    assert "**Followed** Jin" in (await eve.ask("announcements status")).text
    assert (
        "This channel is told only of what is followed"
        in (await eve.ask("announcements why", name="stars-gossip")).text
    )
    assert "Nothing will be announced in this time." in (await eve.ask("announcements upcoming", days=3)).text

    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await eve.at(moment)

    (post,) = eve.posts(channel)
    assert "Close to You by Jin" in post.text


@pytest.mark.parametrize("followed", ["stars-gossip", "bts", "lee min ho"])
async def test_following_reaches_from_drama_group_and_actor(eve: World, followed: str) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.ask("announcements follow", by=eve.admin, name=followed)
    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await eve.at(moment)
    expected = {"stars-gossip": 4, "bts": 1, "lee min ho": 1}
    assert len(eve.posts(channel)) == expected[followed]


async def test_unfollowing_the_last_lets_everything_be_told_again(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.ask("announcements follow", by=eve.admin, name="itaewon")
    assert "This was not followed: Jin" in (await eve.ask("announcements unfollow", by=eve.admin, name="jin")).text
    shown = await eve.ask("announcements unfollow", by=eve.admin, name="itaewon")
    assert "Nothing is followed: all that was chosen" in shown.text
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 1


async def test_a_name_that_fits_several_is_not_answered_with_a_card_that_nobody_asked_for(eve: World) -> None:
    await set_up(eve, news(eve))
    for command, title in (("why", "“close to you” fits several"), ("follow", "“qqqq jin” isn't in my catalogue yet")):
        name = "close to you" if command == "why" else "qqqq jin"
        shown = await eve.ask(f"announcements {command}", by=eve.admin, name=name)
        assert title in shown.text
        assert shown.private
        assert {button.custom_id.split(":")[1] for button in shown.buttons} <= {"browse"}, "no card nobody asked for"
        assert shown.choices == ()


async def test_following_says_which_channels_are_told_everything_all_the_same(eve: World) -> None:
    channel = news(eve)
    await eve.ask("announcements follow", by=eve.admin, name="jin")
    await set_up(eve, channel)
    chosen = await eve.bot.database.read(subscriptions.of_channel, eve.guild.id, channel.id)
    assert chosen is not None
    assert chosen.followed_only
    await eve.bot.database.write(subscriptions.choose, replace(chosen, followed_only=False), eve.env.now())
    shown = await eve.ask("announcements follow", by=eve.admin, name="itaewon")
    assert f"<#{channel.id}>: everything is announced there all the same" in shown.text
    assert "Announced is only" not in shown.text


async def test_times_of_several_zones_say_whose_they_are(eve: World) -> None:
    await set_up(eve, news(eve))
    await set_up(eve, eve.guild.create_text_channel("berlin"), timezone="Europe/Berlin")
    shown = await eve.ask("announcements upcoming", days=3)
    assert "Sat 4 January 2025, 09:00 Europe/Berlin" in shown.text
    assert "Sat 4 January 2025, 09:00 Asia/Seoul" in shown.text


async def test_members_may_not_choose_what_is_followed(eve: World) -> None:
    assert "This is for admins" in (await eve.ask("announcements follow", name="jin")).text
