"""`/announcements`: what a server is told, from the set-up to the post."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import discord
import pytest
import pytest_asyncio
from simcord import ChannelHandle

from bot.client import Byeol
from bot.database import Database
from bot.store import subscriptions
from tests.conftest import World, world_of
from tests.seen import Seen, assert_within_limits

SEOUL = ZoneInfo("Asia/Seoul")
EVE = datetime(2025, 1, 3, 12, tzinfo=SEOUL)
PREMIERE = datetime(2025, 1, 4, 9, tzinfo=SEOUL)
FIRST_SONG = datetime(2025, 1, 5, 18, tzinfo=SEOUL)
SECOND_SONG = datetime(2025, 1, 19, 18, tzinfo=SEOUL)
THIRD_SONG = datetime(2025, 1, 26, 18, tzinfo=SEOUL)


@pytest_asyncio.fixture
async def eve(database: Database) -> AsyncIterator[World]:
    """The bot on the eve of the premiere."""
    async with world_of(database, EVE.astimezone(UTC)) as world:
        yield world


async def set_up(world: World, channel: ChannelHandle, **options: object) -> Seen:
    return await world.ask("announcements setup", by=world.admin, channel=channel, **options)


def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")


async def test_set_up_is_one_command_and_says_what_was_chosen(eve: World) -> None:
    channel = news(eve)
    shown = await set_up(eve, channel)
    assert shown.private
    assert "**Announcements are on**" in shown.text
    assert f"**Channel** <#{channel.id}>" in shown.text
    assert "**Language** English" in shown.text
    assert "**Time zone** Asia/Seoul" in shown.text


async def test_premiere_is_posted_at_nine_with_what_a_fan_wants_to_know(eve: World) -> None:
    channel = news(eve)
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, channel, role=role)
    await eve.at(PREMIERE - timedelta(minutes=1))
    assert eve.posts(channel) == []

    await eve.at(PREMIERE)

    (post,) = eve.posts(channel)
    assert "## 🎬 When the Stars Gossip premieres" in post.text
    assert f"<@&{role.id}>" in post.text
    assert "**When** 4 January 2025" in post.text
    assert "**Where to watch** tvN Sat, Sun 21:20 KST, Netflix, TVING" in post.text
    assert "Lee Min Ho · 이민호, Gong Hyo Jin · 공효진" in post.text
    assert post.labels == ["Cast", "OST", "Drama"]
    assert_within_limits(post)


async def test_only_the_role_of_the_server_is_pinged(eve: World) -> None:
    channel = news(eve)
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, channel, role=role)
    await eve.at(PREMIERE)

    allowed = eve.sent_to(channel)[-1]["allowed_mentions"]
    assert [int(id_) for id_ in allowed["roles"]] == [role.id]
    assert allowed["parse"] == []


async def test_song_is_posted_to_the_minute_with_the_time_in_every_zone(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    await eve.at(FIRST_SONG)

    post = eve.posts(channel)[-1]
    assert "## 🎵 Feel Like a Million by BIG Naughty (When the Stars Gossip)" in post.text
    assert f"<t:{int(FIRST_SONG.timestamp())}:F>" in post.text
    assert "**Performed by** BIG Naughty · 서동현" in post.text
    assert post.labels == ["Song", "OST", "BIG Naughty"]


async def test_buttons_of_a_post_answer_privately_and_leave_the_post(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    (post,) = eve.posts(channel)

    answer = await eve.press(post, "Cast")

    assert answer.private
    assert "## Cast of When the Stars Gossip" in answer.text
    assert "premieres" in eve.again(post).text


async def test_post_is_in_the_language_of_the_server(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel, language="ko")
    await eve.at(PREMIERE)
    (post,) = eve.posts(channel)
    assert "별들에게 물어봐" in post.text
    assert "2025년 1월 4일" in post.text


async def test_day_is_announced_in_the_morning_of_the_server(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel, timezone="America/New_York")
    await eve.at(PREMIERE + timedelta(hours=1))
    assert eve.posts(channel) == []
    await eve.at(datetime(2025, 1, 4, 9, tzinfo=ZoneInfo("America/New_York")))
    assert len(eve.posts(channel)) == 1


async def test_nothing_past_is_posted_to_a_new_channel(database: Database) -> None:
    async with world_of(database, (PREMIERE + timedelta(minutes=30)).astimezone(UTC)) as world:
        channel = news(world)
        await set_up(world, channel)
        await world.at(PREMIERE + timedelta(hours=2))
        assert world.posts(channel) == []


async def test_restart_neither_loses_nor_repeats(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    await eve.env.restart_bot(Byeol(eve.bot.database, clock=eve.env.now))
    await eve.at(PREMIERE + timedelta(minutes=5))
    assert len(eve.posts(channel)) == 1
    await eve.at(FIRST_SONG)
    assert len(eve.posts(channel)) == 2


async def test_after_downtime_it_is_posted_late_or_told_as_missed(database: Database) -> None:
    async with world_of(database, EVE.astimezone(UTC)) as world:
        channel = news(world)
        await set_up(world, channel)
        await world.at(PREMIERE + timedelta(hours=5))
        (post,) = world.posts(channel)
        assert "This comes late" in post.text

        await world.at(FIRST_SONG + timedelta(days=2))
        assert len(world.posts(channel)) == 1
        status = await world.ask("announcements status")
        assert "⌛ missed: 🎵 Feel Like a Million" in status.text
        assert "it came due while I was away for too long" in status.text


async def test_one_bad_channel_stops_no_other(eve: World) -> None:
    bad = eve.guild.create_text_channel("bad")
    await set_up(eve, bad)
    other = eve.env.create_guild("Other", owner=eve.env.create_user("o2"))
    good = other.create_text_channel("good")
    mods = other.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
    admin = other.add_member(eve.env.create_user("a2"), roles=[mods])
    await admin.slash(good, "announcements setup", channel=good)
    eve.env.inject_error("POST", f"/channels/{bad.id}/messages", status=403, code=50013)

    await eve.at(PREMIERE)

    assert eve.posts(bad) == []
    assert len(eve.posts(good)) == 2  # the answer to the set-up, and the post
    assert "❌ failed: 🎬 When the Stars Gossip premieres" in (await eve.ask("announcements status")).text


async def test_refusal_for_now_is_tried_again(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    eve.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503, times=1)
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []
    await eve.wait(20)
    assert len(eve.posts(channel)) == 1


async def test_news_channel_is_published(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE)
    assert any(request.path.endswith("/crosspost") for request in eve.env.http_requests)


async def test_set_up_where_the_bot_may_not_post_says_what_is_missing_and_changes_nothing(eve: World) -> None:
    everyone = eve.guild.default_role
    closed = eve.guild.create_text_channel(
        "closed", overwrites={everyone: discord.PermissionOverwrite(send_messages=False, read_message_history=False)}
    )
    shown = await set_up(eve, closed)
    assert shown.private
    assert f"I may not post in <#{closed.id}>" in shown.text
    assert "**Send Messages**" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements status")).text


async def test_role_that_cannot_be_pinged_is_refused_with_the_way_out(eve: World) -> None:
    role = eve.guild.create_role("Quiet")
    nobody = discord.PermissionOverwrite(mention_everyone=False)
    channel = eve.guild.create_text_channel("calm", overwrites={eve.guild.default_role: nobody})
    shown = await set_up(eve, channel, role=role)
    assert "I may not ping that role" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements status")).text


async def test_unknown_zone_is_refused_with_near_ones(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="Soul")
    assert "“Soul” is no time zone I know" in shown.text
    assert "Asia/Seoul" in shown.text


async def test_city_is_enough_for_a_zone(eve: World) -> None:
    shown = await set_up(eve, news(eve), timezone="new york")
    assert "**Time zone** America/New\\_York" in shown.text


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


async def test_preview_pings_nobody_and_counts_for_nothing(eve: World) -> None:
    channel = news(eve)
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, channel, role=role)

    answer = await eve.ask("announcements test", by=eve.admin)

    assert "A preview is posted" in answer.text
    (preview,) = eve.posts(channel)
    assert "nobody is pinged" in preview.text
    assert eve.sent_to(channel)[0]["allowed_mentions"] == {"parse": []}
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 2


async def test_off_withdraws_what_was_planned(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE - timedelta(minutes=2))
    shown = await eve.ask("announcements off", by=eve.admin)
    assert "Announcements are off" in shown.text
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []


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


async def test_set_up_again_keeps_what_is_left_out(eve: World) -> None:
    role = eve.guild.create_role("Fans", mentionable=True)
    channel = news(eve)
    await set_up(eve, channel, role=role, language="ko", timezone="Europe/Berlin")
    shown = await set_up(eve, channel, kinds="premieres")
    assert f"<@&{role.id}>" in shown.text
    assert "한국어" in shown.text
    assert "Europe/Berlin" in shown.text
    assert "**Announces** premieres\n" in shown.text


async def test_several_channels_are_each_told_what_was_chosen_for_them(eve: World) -> None:
    premieres, songs = news(eve), eve.guild.create_text_channel("songs")
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, premieres, kinds="premieres", role=role, timezone="Europe/Berlin")
    shown = await set_up(eve, songs, kinds="songs")
    assert "Europe/Berlin" in shown.text, "a server has one zone unless it says otherwise"
    assert "**Role to ping** nobody" in shown.text
    assert "Your other channels stay as they are." in shown.text

    status = (await eve.ask("announcements status")).text
    assert f"**<#{premieres.id}>** premieres · <@&{role.id}> · English · Europe/Berlin" in status
    assert f"**<#{songs.id}>** OST releases · English · Europe/Berlin" in status

    await eve.at(PREMIERE + timedelta(hours=8, seconds=1))
    await eve.at(FIRST_SONG)
    (premiere,) = eve.posts(premieres)
    (song,) = eve.posts(songs)
    assert "When the Stars Gossip premieres" in premiere.text
    assert "Feel Like a Million" in song.text


async def test_one_channel_is_turned_off_and_the_other_goes_on(eve: World) -> None:
    first, second = news(eve), eve.guild.create_text_channel("second")
    await set_up(eve, first)
    await set_up(eve, second)
    shown = await eve.ask("announcements off", by=eve.admin, channel=first)
    assert f"Still on: <#{second.id}>" in shown.text
    await eve.at(PREMIERE)
    assert (len(eve.posts(first)), len(eve.posts(second))) == (0, 1)
    for command in ("off", "test"):
        shown = await eve.ask(f"announcements {command}", by=eve.admin, channel=first)
        assert f"**Nothing is announced in <#{first.id}>**\nAnnouncements are on in: <#{second.id}>" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements off", by=eve.admin)).text
    assert "Announcements are off." in (await eve.ask("announcements status")).text


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


async def test_after_three_refusals_a_channel_is_paused_and_the_admins_are_told_once(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    eve.env.inject_error(
        "POST", f"/channels/{channel.id}/messages", status=403, code=50013, message="Missing Permissions", times=None
    )
    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await eve.at(moment)

    owner = eve.guild.owner
    told = eve.posts(owner.dm_channel)
    assert len(told) == 1
    assert f"I could not post in <#{channel.id}> three times in a row" in told[0].text
    assert "/announcements setup" in told[0].text
    assert len(eve.sent_to(channel)) == 3
    assert f"⏸️ <#{channel.id}> is paused since" in (await eve.ask("announcements status")).text

    eve.env.backend.faults.clear()
    assert "⏸️" not in (await set_up(eve, channel)).text
    assert "⏸️" not in (await eve.ask("announcements status")).text


async def test_after_it_was_set_up_again_old_refusals_count_no_more(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=4)
    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG):
        await eve.at(moment)
    assert "is paused since" in (await eve.ask("announcements status")).text
    await set_up(eve, channel)
    await eve.at(THIRD_SONG)
    assert "is paused since" not in (await eve.ask("announcements status")).text, "that was the first refusal"
    assert "❌ failed: 🎵 Close to You" in (await eve.ask("announcements history")).text


async def test_removed_from_a_server_it_waits_and_added_back_it_goes_on_without_the_past(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    here = [guild.id for guild in eve.bot.guilds]
    await eve.bot.database.write(subscriptions.keep_step, [], eve.env.now())
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []

    await eve.at(PREMIERE + timedelta(hours=1))
    await eve.bot.database.write(subscriptions.keep_step, here, eve.env.now())
    await eve.at(PREMIERE + timedelta(hours=2))
    assert eve.posts(channel) == []
    await eve.at(FIRST_SONG)
    assert len(eve.posts(channel)) == 1


async def test_a_month_after_it_was_removed_everything_of_a_server_is_forgotten(eve: World) -> None:
    await set_up(eve, news(eve))
    await eve.at(PREMIERE)
    await eve.bot.database.write(subscriptions.keep_step, [], eve.env.now())
    await eve.bot.database.write(subscriptions.keep_step, [], eve.env.now() + timedelta(days=31))

    def kept(connection: sqlite3.Connection) -> list[int]:
        tables = ("subscription", "delivery")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert await eve.bot.database.read(kept) == [0, 0]


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
    for command, title in (("why", "“close to you” fits several"), ("follow", "Nothing is called “qqqq jin”")):
        name = "close to you" if command == "why" else "qqqq jin"
        shown = await eve.ask(f"announcements {command}", by=eve.admin, name=name)
        assert title in shown.text
        assert shown.private
        assert (shown.buttons, shown.choices) == ((), ())


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


async def test_a_server_that_had_turned_them_off_is_forgotten_too(eve: World) -> None:
    await set_up(eve, news(eve))
    await eve.ask("announcements follow", by=eve.admin, name="stars-gossip")
    await eve.at(PREMIERE)
    await eve.ask("announcements off", by=eve.admin)
    for days in (0, 31):
        await eve.bot.database.write(subscriptions.keep_step, [], eve.env.now() + timedelta(days=days))

    def left(connection: sqlite3.Connection) -> list[int]:
        tables = ("subscription", "delivery", "follow", "server")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert await eve.bot.database.read(left) == [0, 0, 0, 0]


async def test_members_may_not_choose_what_is_followed(eve: World) -> None:
    assert "This is for admins" in (await eve.ask("announcements follow", name="jin")).text
