"""`/announcements`: what a server is told, from the set-up to the post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord import ChannelHandle

from bot.client import Byeol
from bot.store import subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from tests.commands.eve import EVE, FIRST_SONG, PREMIERE, SECOND_SONG, THIRD_SONG, news, set_up
from tests.commands.panels import open_panel
from tests.conftest import World, world_of
from tests.seen import assert_within_limits


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
    assert post.text.startswith(f"<@&{role.id}> When the Stars Gossip premieres tonight at 21:20 KST\n")
    assert f"**When** <t:{int(PREMIERE.replace(hour=21, minute=20).timestamp())}:F>" in post.text
    assert "**Where to watch** tvN Sat, Sun 21:20 KST, Netflix, TVING" in post.text
    assert "Lee Min Ho · 이민호, Gong Hyo Jin · 공효진" in post.text
    assert post.labels == ["Cast", "OST", "Drama", "Notify me"]
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
    assert "**Performed by** BIG Naughty · 빅나티" in post.text
    assert post.labels == ["Song", "OST", "BIG Naughty", "Notify me"]


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
    assert post.text.startswith("별들에게 물어봐, 오늘 오후 9시 20분 첫 방송\n")


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
        assert "Posted late" in post.text

        await world.at(FIRST_SONG + timedelta(days=2))
        assert len(world.posts(channel)) == 1
        status = await world.ask("announcements status")
        assert "⌛ missed: 🎵 Feel Like a Million" in status.text
        assert "I was offline for too long when it was due" in status.text


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
    status = (await eve.ask("announcements status")).text
    assert "waiting to retry: 🎬 When the Stars Gossip premieres" in status
    assert "Discord refused it: check my permissions there" in status


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


async def test_preview_pings_nobody_and_counts_for_nothing(eve: World) -> None:
    channel = news(eve)
    role = eve.guild.create_role("Fans", mentionable=True)
    await set_up(eve, channel, role=role)

    answer = await eve.ask("announcements test", by=eve.admin)

    assert "Preview posted" in answer.text
    (preview,) = eve.posts(channel)
    assert "nobody is pinged" in preview.text
    assert eve.sent_to(channel)[0]["allowed_mentions"] == {"parse": []}
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 2


async def test_preview_that_discord_refuses_says_so_in_the_admins_words(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    eve.korean(eve.admin)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=1)
    shown = await eve.ask("announcements test", by=eve.admin)
    assert "권한이 부족해요. 제 역할의 권한을 확인해 주세요." in shown.text
    assert "Missing" not in shown.text


async def test_preview_in_a_channel_that_has_just_been_deleted_says_so(
    eve: World, caplog: pytest.LogCaptureFixture
) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=404, code=10003, message="Unknown Channel", times=1)
    shown = await eve.ask("announcements test", by=eve.admin)
    assert "The channel no longer exists." in shown.text
    assert "Traceback" not in caplog.text


async def test_off_withdraws_what_was_planned(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await eve.at(PREMIERE - timedelta(minutes=2))
    shown = await eve.ask("announcements off", by=eve.admin)
    assert "Announcements are off" in shown.text
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []


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
        assert f"**<#{first.id}> has no announcements**\nAnnouncements are on in: <#{second.id}>" in shown.text
    assert "Announcements are off" in (await eve.ask("announcements off", by=eve.admin)).text
    assert "Announcements are off." in (await eve.ask("announcements status")).text


async def let_post(world: World, channel: ChannelHandle, allowed: bool | None) -> None:
    """Allow the bot to post in a channel, or forbid it, as an admin does in the channel's settings."""
    found = world.bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    await found.set_permissions(found.guild.default_role, send_messages=allowed)
    await world.env.settle()


async def test_refused_post_waits_and_comes_when_the_permission_returns(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await let_post(eve, channel, False)
    await eve.at(PREMIERE)
    assert eve.sent_to(channel) == [], "a request that is sure to be refused is not made"

    (told,) = eve.posts(eve.guild.owner.dm_channel)
    assert f"I can't post in <#{channel.id}>. I need: **Send Messages**." in told.text
    assert f"⏸️ I haven't been able to post in <#{channel.id}> since" in (await eve.ask("announcements status")).text
    assert "I need **Send Messages** there" in (await eve.ask("announcements history")).text

    await eve.at(PREMIERE + timedelta(minutes=2))
    await let_post(eve, channel, None)
    await eve.wait(10)
    (post,) = eve.posts(channel)
    assert "When the Stars Gossip" in post.text
    assert "⏸️" not in (await eve.ask("announcements status")).text


async def test_a_choice_that_changes_meanwhile_is_no_second_outage(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await let_post(eve, channel, False)
    await eve.at(PREMIERE)
    panel = await open_panel(eve)
    await panel.choose("language", "ko")
    await eve.at(PREMIERE + timedelta(minutes=15))
    assert len(eve.posts(eve.guild.owner.dm_channel)) == 1
    await let_post(eve, channel, None)
    await eve.wait(10)
    assert len(eve.posts(channel)) == 1


async def test_a_channel_that_takes_posts_again_no_longer_counts_as_refusing_though_nothing_waits(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await let_post(eve, channel, False)
    await eve.at(PREMIERE)
    await eve.at(PREMIERE + timedelta(hours=7))
    assert "⌛ missed" in (await eve.ask("announcements history")).text
    await let_post(eve, channel, None)
    assert "⏸️" not in (await eve.ask("announcements status")).text


async def test_what_waits_is_posted_when_an_admin_sets_the_channel_up_again(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=1)
    await eve.at(PREMIERE)
    await set_up(eve, channel)
    await eve.wait(10)
    assert len(eve.posts(channel)) == 1


async def test_the_owner_hears_of_a_refusal_where_discord_takes_nothing_in_the_channel_for_it(eve: World) -> None:
    channel = news(eve)
    await let_system_messages_go_to(eve, channel)
    await set_up(eve, channel)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=2)
    await eve.at(PREMIERE)
    assert len(eve.posts(eve.guild.owner.dm_channel)) == 1


async def test_post_that_is_refused_for_longer_than_its_grace_is_missed_and_says_why(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await let_post(eve, channel, False)
    for moment in (PREMIERE, FIRST_SONG):
        await eve.at(moment)
    assert len(eve.posts(eve.guild.owner.dm_channel)) == 1, "the admins hear once of one outage"
    history = (await eve.ask("announcements history")).text
    assert "⌛ missed: 🎬 When the Stars Gossip premieres" in history
    assert history.count("I need **Send Messages** there") == 2
    await let_post(eve, channel, None)
    await eve.wait(10)
    (post,) = eve.posts(channel)
    assert "Feel Like a Million" in post.text


async def test_channel_that_refuses_although_nothing_is_missing_is_tried_again(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    path = f"/channels/{channel.id}/messages"
    eve.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=1)
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []
    await eve.at(PREMIERE + timedelta(minutes=30))
    assert len(eve.posts(channel)) == 1
    (told,) = eve.posts(eve.guild.owner.dm_channel)
    assert f"I can't post in <#{channel.id}>: Discord refuses it." in told.text


async def forbid_reading(world: World, channel: ChannelHandle) -> None:
    """Take away the bot's permission to read what was posted in a channel before."""
    found = world.bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    await found.set_permissions(found.guild.default_role, read_message_history=False)
    await world.env.settle()


async def test_what_may_stand_in_a_channel_that_cannot_be_read_is_not_posted_again(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await forbid_reading(eve, channel)
    eve.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503)
    await eve.at(PREMIERE)
    await eve.at(PREMIERE + timedelta(minutes=5))
    assert eve.posts(channel) == []
    status = (await eve.ask("announcements status")).text
    assert "can't read the channel to check whether it arrived" in status


async def test_what_discord_was_too_busy_to_take_is_posted_later_even_where_nothing_can_be_read(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await forbid_reading(eve, channel)
    eve.env.inject_error("POST", f"/channels/{channel.id}/messages", status=429)
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []
    await eve.at(PREMIERE + timedelta(minutes=5))
    assert len(eve.posts(channel)) == 1


async def test_a_clock_that_was_weeks_ahead_and_is_set_right_costs_no_announcement(database: Database) -> None:
    async with world_of(database, EVE.astimezone(UTC)) as world:
        channel = news(world)
        await set_up(world, channel)
        await world.at(EVE + timedelta(days=60))
        await world.at(PREMIERE - timedelta(minutes=2))
        await world.at(PREMIERE)
        assert len(world.posts(channel)) == 1


async def let_system_messages_go_to(world: World, channel: ChannelHandle) -> None:
    found, guild = world.bot.get_channel(channel.id), world.bot.get_guild(world.guild.id)
    assert isinstance(found, discord.TextChannel)
    assert guild is not None
    await guild.edit(system_channel=found)
    await world.env.settle()


@pytest.mark.parametrize("readable", [True, False])
async def test_admins_hear_of_a_refusal_where_they_read_it_the_owner_where_they_cannot(
    eve: World, readable: bool
) -> None:
    channel, hall = news(eve), eve.guild.create_text_channel("hall")
    await let_system_messages_go_to(eve, hall)
    await set_up(eve, channel)
    await let_post(eve, channel, False)
    if not readable:
        await let_post(eve, hall, False)
    await eve.at(PREMIERE)
    assert [len(eve.posts(place)) for place in (hall, eve.guild.owner.dm_channel)] == ([1, 0] if readable else [0, 1])


@pytest.mark.parametrize(("status", "code"), [(400, 50035), (401, 0), (403, 40333)])
async def test_error_that_is_not_the_channels_doing_is_not_blamed_on_it(
    database: Database, status: int, code: int
) -> None:
    async with world_of(database, EVE.astimezone(UTC)) as world:
        channel = news(world)
        await set_up(world, channel)
        world.env.inject_error("POST", f"/channels/{channel.id}/messages", status=status, code=code, times=3)
        for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
            await world.at(moment)
        assert world.posts(world.guild.owner.dm_channel) == []
        assert "⏸️" not in (await world.ask("announcements status")).text
        assert world.posts(channel), "once it is over, posts arrive"


async def test_removed_from_a_server_it_waits_and_added_back_it_goes_on_without_the_past(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    here = [guild.id for guild in eve.bot.guilds]
    await eve.bot.database.write(subscriptions.sync_guild_membership, [], eve.env.now())
    await eve.at(PREMIERE)
    assert eve.posts(channel) == []

    await eve.at(PREMIERE + timedelta(hours=1))
    await eve.bot.database.write(subscriptions.sync_guild_membership, here, eve.env.now())
    await eve.at(PREMIERE + timedelta(hours=2))
    assert eve.posts(channel) == []
    await eve.at(FIRST_SONG)
    assert len(eve.posts(channel)) == 1


async def test_a_month_after_it_was_removed_everything_of_a_server_is_forgotten(eve: World) -> None:
    await set_up(eve, news(eve))
    await eve.at(PREMIERE)
    await eve.bot.database.write(subscriptions.sync_guild_membership, [], eve.env.now())
    await eve.bot.database.write(subscriptions.sync_guild_membership, [], eve.env.now() + timedelta(days=31))

    def kept(connection: Connection) -> list[int]:
        tables = ("subscription", "delivery")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert await eve.bot.database.read(kept) == [0, 0]


async def test_a_server_that_had_turned_them_off_is_forgotten_too(eve: World) -> None:
    await set_up(eve, news(eve))
    await eve.ask("announcements follow", by=eve.admin, name="stars-gossip")
    await eve.at(PREMIERE)
    await eve.ask("announcements off", by=eve.admin)
    for days in (0, 31):
        await eve.bot.database.write(subscriptions.sync_guild_membership, [], eve.env.now() + timedelta(days=days))

    def left(connection: Connection) -> list[int]:
        tables = ("subscription", "delivery", "follow", "server")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert await eve.bot.database.read(left) == [0, 0, 0, 0]
