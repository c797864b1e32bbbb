"""What admins are told of announcements, past and to come, and what they follow."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from simcord import ChannelHandle

from bot.announcements import schedule
from bot.client import Byeol
from bot.store import subscriptions
from tests.commands.eve import FIRST_SONG, PREMIERE, SECOND_SONG, THIRD_SONG, news, set_up
from tests.conftest import World
from tests.seen import Seen, assert_within_limits


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


async def test_what_is_ahead_is_planned_off_the_event_loop(eve: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await set_up(eve, news(eve))
    threads: list[threading.Thread] = []
    due = schedule.due

    def watched(*args: Any) -> Any:
        threads.append(threading.current_thread())
        return due(*args)

    monkeypatch.setattr(schedule, "due", watched)
    assert "When the Stars Gossip" in (await eve.ask("announcements upcoming", days=366)).text
    assert threads
    assert threading.main_thread() not in threads, "with thousands of dates it would hold the loop for seconds"


async def test_history_tells_what_was_posted_and_what_was_not_and_why(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    assert "Nothing has been announced yet." in (await eve.ask("announcements history")).text
    await eve.at(PREMIERE)
    await eve.at(FIRST_SONG + timedelta(days=2))

    shown = await eve.ask("announcements history")

    assert shown.private
    latest, first = (line for line in shown.text.split("\n") if line.startswith("- "))
    assert latest.startswith("- ⌛ missed: 🎵 Feel Like a Million")
    assert "I was offline for too long when it was due" in latest
    assert first.startswith(f"- ✅ 🎬 When the Stars Gossip premieres — https://discord.com/channels/{eve.guild.id}/")
    assert f"· <t:{int(PREMIERE.timestamp())}:f>" in first
    assert f"· <t:{int(FIRST_SONG.timestamp())}:f>" in latest


@pytest.mark.parametrize(
    ("reason", "english", "korean"),
    [
        ("Missing Permissions", "Discord refused it: check my permissions there", "Discord가 거부했어요"),
        ("Some `new` reason", "error `Some new reason`", "오류 `Some new reason`"),
    ],
)
async def test_history_has_no_words_that_are_not_ours(eve: World, reason: str, english: str, korean: str) -> None:
    await set_up(eve, news(eve))
    await eve.at(PREMIERE)
    await eve.bot.database.write(
        lambda connection: connection.execute("UPDATE delivery SET state = 'failed', reason = ?", (reason,))
    )
    assert english in (await eve.ask("announcements history")).text
    eve.korean()
    shown = await eve.ask("announcements history")
    assert korean in shown.text
    assert "Missing Permissions" not in shown.text


@pytest.mark.parametrize(("command", "options"), [("upcoming", {"days": 366}), ("status", {}), ("history", {})])
async def test_what_admins_ask_has_pages_that_turn_after_a_restart(
    eve: World, command: str, options: dict[str, Any]
) -> None:
    for number in range(20):
        await set_up(eve, eve.guild.create_text_channel(f"channel-{number}"), kinds="all", remind="all")
    if command == "history":
        await eve.at(PREMIERE)
    first = await eve.ask(f"announcements {command}", **options)
    assert_within_limits(first)
    assert re.search("Page 1 of [2-9]", first.text)
    await eve.env.restart_bot(Byeol(eve.bot.database, clock=eve.env.now))
    second = await eve.press_in_place(first, "Next")
    assert "Page 2 of" in second.text
    assert_within_limits(second)
    assert not set(first.lines("<#")) & set(second.lines("<#"))


async def test_why_of_a_drama_has_its_songs_and_of_an_artist_what_they_sing_and_play(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)

    async def why(name: str) -> str:
        return (await eve.ask("announcements why", name=name)).text

    drama = await why("stars-gossip")
    song = f"<#{channel.id}> ⏳ Will be posted: <t:{int(FIRST_SONG.timestamp())}:f>"
    assert "**🎵 Feel Like a Million by BIG Naughty (When the Stars Gossip)**" in drama
    assert song in drama
    assert "🎵 Close to You by Jin" in await why("bts")
    assert "🎬 When the Stars Gossip premieres" in await why("gong hyo jin")
    jin = await why("jin")
    assert jin.index("🎵 Close to You by Jin") < jin.index("🎵 Yours by Jin"), "what is to come stands first"


async def test_admin_is_not_sent_to_an_admin(eve: World) -> None:
    assert "An admin can turn them on" in (await eve.ask("announcements upcoming")).text
    shown = await eve.ask("announcements upcoming", by=eve.admin)
    assert "Turn them on with `/announcements setup`." in shown.text
    assert "An admin" not in shown.text
    assert "An admin" not in (await eve.ask("announcements status", by=eve.admin)).text


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
    assert f"⏳ Will be posted: <t:{int(PREMIERE.timestamp())}:f>" in await why("stars-gossip")
    finale = f"**Finale** 23 February 2025 · confirmed\n<#{channel.id}> 🚫 This channel doesn't announce finales"
    assert finale in await why("stars-gossip")
    await eve.at(PREMIERE)
    assert "✅ 🎬 When the Stars Gossip premieres — https://discord.com/channels/" in await why("stars-gossip")


async def test_first_follow_asks_and_changes_nothing_until_it_is_answered(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    shown = await eve.ask("announcements follow", by=eve.admin, name="jin")
    assert shown.private
    assert "**You follow Jin now**" in shown.text
    assert f"Posting everything you chose: <#{channel.id}>" in shown.text
    assert shown.labels == ["Only what we follow", "Everything, as before"]
    assert "**Following** Jin" in (await eve.ask("announcements status")).text
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 1, "nobody has chosen to hear less"


async def follow(world: World, name: str, choice: str = "Only what we follow") -> Seen:
    """Follow something, and answer what the channels shall post."""
    shown = await world.ask("announcements follow", by=world.admin, name=name)
    return await world.press_in_place(shown, choice, by=world.admin)


async def test_channels_that_post_only_what_is_followed_post_nothing_else(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    shown = await follow(eve, "jin")
    assert f"Only news about Jin will be posted in <#{channel.id}>." in shown.text
    assert shown.labels == []
    why = (await eve.ask("announcements why", name="stars-gossip")).text
    assert "This channel only posts what you follow" in why
    assert "Nothing will be posted in this period." in (await eve.ask("announcements upcoming", days=3)).text

    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await eve.at(moment)

    (post,) = eve.posts(channel)
    assert "Close to You by Jin" in post.text


async def test_everything_as_before_leaves_all_channels_as_they_are(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    shown = await follow(eve, "jin", "Everything, as before")
    assert f"Posting everything you chose: <#{channel.id}>" in shown.text
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 1


async def test_question_is_answered_after_a_restart_and_by_admins_alone(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    shown = await eve.ask("announcements follow", by=eve.admin, name="jin")
    await eve.env.restart_bot(Byeol(eve.bot.database, clock=eve.env.now))

    role_ids = eve.env.backend.get_member(eve.guild.id, eve.admin.id).role_ids
    kept = list(role_ids)
    role_ids.clear()
    refused = await eve.press(shown, "Only what we follow", by=eve.admin)
    assert "This is for admins" in refused.text
    assert not await followed_only(eve, channel)

    role_ids.extend(kept)
    await eve.press_in_place(shown, "Only what we follow", by=eve.admin)
    assert await followed_only(eve, channel)


async def followed_only(world: World, channel: ChannelHandle) -> bool:
    chosen = await world.bot.database.read(subscriptions.of_channel, world.guild.id, channel.id)
    assert chosen is not None
    return chosen.followed_only


@pytest.mark.parametrize("followed", ["stars-gossip", "bts", "lee min ho"])
async def test_following_reaches_from_drama_group_and_actor(eve: World, followed: str) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await follow(eve, followed)
    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await eve.at(moment)
    expected = {"stars-gossip": 4, "bts": 1, "lee min ho": 1}
    assert len(eve.posts(channel)) == expected[followed]


async def test_unfollowing_the_last_says_that_nothing_is_posted_and_offers_everything(eve: World) -> None:
    channel = news(eve)
    await set_up(eve, channel)
    await follow(eve, "itaewon")
    assert "You weren't following Jin" in (await eve.ask("announcements unfollow", by=eve.admin, name="jin")).text
    shown = await eve.ask("announcements unfollow", by=eve.admin, name="itaewon")
    assert f"You follow nothing now, so nothing is posted in <#{channel.id}>." in shown.text
    assert shown.labels == ["Post everything"]
    await eve.press_in_place(shown, "Post everything", by=eve.admin)
    await eve.at(PREMIERE)
    assert len(eve.posts(channel)) == 1


async def test_without_channels_following_leads_to_the_set_up(eve: World) -> None:
    shown = await eve.ask("announcements follow", by=eve.admin, name="jin")
    assert "**Following** Jin\nTurn announcements on with `/announcements setup`." in shown.text
    assert shown.labels == []


async def test_a_name_that_fits_several_is_not_answered_with_a_card_that_nobody_asked_for(eve: World) -> None:
    await set_up(eve, news(eve))
    for command, title in (("why", "“close to you” fits several"), ("follow", "“qqqq jin” isn't in my catalogue yet")):
        name = "close to you" if command == "why" else "qqqq jin"
        shown = await eve.ask(f"announcements {command}", by=eve.admin, name=name)
        assert title in shown.text
        assert shown.private
        assert {button.custom_id.split(":")[1] for button in shown.buttons} <= {"browse"}, "no card nobody asked for"
        assert shown.choices == ()


async def test_following_says_which_channels_post_everything_all_the_same(eve: World) -> None:
    channel, other = news(eve), eve.guild.create_text_channel("other")
    await set_up(eve, channel)
    await set_up(eve, other)
    await follow(eve, "jin")
    chosen = await eve.bot.database.read(subscriptions.of_channel, eve.guild.id, channel.id)
    assert chosen is not None
    await eve.bot.database.write(subscriptions.choose, replace(chosen, followed_only=False), eve.env.now())
    shown = await eve.ask("announcements follow", by=eve.admin, name="itaewon")
    assert f"will be posted in <#{other.id}>." in shown.text
    assert f"Still posting everything: <#{channel.id}>. Change it in `/announcements panel`." in shown.text
    assert shown.labels == []


async def test_times_of_several_zones_say_whose_they_are(eve: World) -> None:
    await set_up(eve, news(eve))
    await set_up(eve, eve.guild.create_text_channel("berlin"), timezone="Europe/Berlin")
    shown = await eve.ask("announcements upcoming", days=3)
    assert "Sat 4 January 2025, 09:00 Europe/Berlin" in shown.text
    assert "Sat 4 January 2025, 09:00 Asia/Seoul" in shown.text


async def test_members_may_not_choose_what_is_followed(eve: World) -> None:
    assert "This is for admins" in (await eve.ask("announcements follow", name="jin")).text
