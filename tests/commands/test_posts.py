"""What stands in a channel: several things in one post, digests, threads, and posts that are edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.announcements.subscription import Threads
from tests.commands.stage import EVENING, Stage, dated, song
from tests.seen import assert_within_limits


async def test_two_episodes_of_an_evening_are_one_post(stage: Stage) -> None:
    await stage.set_up()
    await stage.says(dated("episode", "2031-04-12 21:20", 1), dated("episode", "2031-04-12 21:20", 2))
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "## 🎬 Paper \\*Moon\\*: episodes 1 and 2" in post.text
    assert f"**When** <t:{int(EVENING.timestamp())}:F>" in post.text
    assert_within_limits(post)


async def test_a_premiere_with_its_first_episode_is_one_post_about_the_premiere(stage: Stage) -> None:
    await stage.set_up()
    await stage.says(dated("episode", "2031-04-12 21:20", 1), dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "## 🎬 Paper \\*Moon\\* premieres" in post.text
    assert post.text.count("🎬 Paper \\*Moon\\* premieres") == 1
    assert "- 🎬 Paper \\*Moon\\*: episode 1" in post.text


async def test_the_parts_of_an_ost_are_one_post_that_names_them_all(stage: Stage) -> None:
    await stage.set_up()
    await stage.says(*(song(number, "2031-04-12 21:20") for number in (1, 2, 3)))
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "## 🎵 3 songs from Paper \\*Moon\\*" in post.text
    assert [line for line in post.text.split("\n") if line.startswith("- 🎵")] == [
        f"- 🎵 Part {number} by Singer (Paper \\*Moon\\*)" for number in (1, 2, 3)
    ]


async def test_an_album_of_many_songs_still_fits_into_a_post(stage: Stage) -> None:
    await stage.set_up()
    await stage.says(*(song(number, "2031-04-12 21:20") for number in range(1, 61)))
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "60 songs" in post.text
    assert "more: `/upcoming`" in post.text
    assert_within_limits(post)


async def test_a_song_of_many_dramas_still_is_one_page(stage: Stage) -> None:
    dramas = "".join(
        f'[[works]]\nslug = "drama-{n}"\ntype = "drama"\nsources = ["herald"]\nnames = ["Drama {n}"]\n'
        for n in range(15)
    )
    osts = ", ".join(f'{{ work = "drama-{n}" }}' for n in range(15))
    await stage.set_up()
    await stage.says(dramas, song(1, "2031-04-12 21:20").replace('{ work = "moon" }', osts))
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "Drama 14" in post.text
    assert not {"Back", "Next"} & set(post.labels)
    assert_within_limits(post)


async def test_an_album_leads_to_whoever_made_it(stage: Stage) -> None:
    await stage.set_up()
    album = (
        '[[albums]]\nslug = "happy"\nsources = ["herald"]\nnames = ["Happy"]\nperformers = ["singer"]\n'
        'events = [{ kind = "album_release", date = "2031-04-12 21:20", status = "confirmed" }]\n'
    )
    await stage.says(album)
    await stage.world.at(EVENING)
    (post,) = stage.world.posts(stage.channel)
    assert "## 💿 Happy by Singer" in post.text
    assert post.labels == ["Singer", "Notify me"]
    assert "## Singer" in (await stage.world.press(post, "Singer")).text


async def test_a_post_of_several_says_of_each_that_moved_where_it_went(stage: Stage) -> None:
    await stage.set_up(stages=("now", "reminder_24h", "moved", "cancelled"))
    await stage.says(song(1, "2031-04-12 21:20"), song(2, "2031-04-12 21:20"))
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.says(song(1, "2031-04-12 21:20"), song(2, "2031-04-19 21:20"))
    reminder, correction = stage.world.posts(stage.channel)
    assert "🔁 Date changed" in correction.text
    assert "Part 2" in correction.text
    assert "Part 1" not in correction.text
    struck = [line for line in reminder.text.split("\n") if "~~" in line]
    assert struck == ["~~🎵 Part 2 by Singer (Paper \\*Moon\\*)~~"]
    assert f"/{stage.channel.id}/{correction.message.id}" in reminder.text
    assert "**🎵 Part 1 by Singer (Paper \\*Moon\\*)**" in reminder.text


async def test_what_moved_together_is_corrected_in_one_post(stage: Stage) -> None:
    await stage.set_up(stages=("now", "reminder_24h", "moved", "cancelled"))
    await stage.says(*(dated("episode", "2031-04-12 21:20", number) for number in (1, 2)))
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.says(*(dated("episode", "2031-04-19 21:20", number) for number in (1, 2)))
    reminder, correction = stage.world.posts(stage.channel)
    assert "episodes 1 and 2" in correction.text
    assert correction.text.count("**Before**") == 2
    assert reminder.text.count("This date is no longer right") == 2


async def test_what_is_cancelled_together_is_told_in_one_post(stage: Stage) -> None:
    await stage.set_up(stages=("now", "reminder_24h", "moved", "cancelled"))
    await stage.says(*(dated("episode", "2031-04-12 21:20", number) for number in (1, 2)))
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.says(*(dated("episode", "2031-04-12 21:20", number, "cancelled") for number in (1, 2)))
    posts = stage.world.posts(stage.channel)
    assert len(posts) == 2
    assert "🚫 Cancelled" in posts[1].text


async def test_a_daily_digest_tells_the_day_and_nothing_else_is_posted(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(dated("premiere", "2031-04-12"), song(1, "2031-04-12 18:00"), song(2, "2031-04-13 18:00"))
    await stage.world.at(datetime(2031, 4, 12, tzinfo=UTC))
    (post,) = stage.world.posts(stage.channel)
    assert "## 🗓️ Coming up" in post.text
    assert "🎬 Paper \\*Moon\\* premieres" in post.text
    assert "Part 1" in post.text
    assert "Part 2" not in post.text
    assert post.labels == ["Paper *Moon*", "Part 1"]
    assert_within_limits(post)
    await stage.world.at(datetime(2031, 4, 12, 9, tzinfo=UTC))
    assert len(stage.world.posts(stage.channel)) == 1
    await stage.world.at(datetime(2031, 4, 13, tzinfo=UTC))
    assert "Part 2" in stage.world.posts(stage.channel)[1].text


async def test_a_digest_that_comes_late_tells_what_is_ahead_and_not_that_it_is_late(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(song(1, "2031-04-12 18:00"))
    await stage.world.at(datetime(2031, 4, 12, 1, tzinfo=UTC))
    (post,) = stage.world.posts(stage.channel)
    assert "Part 1" in post.text
    assert "This comes late" not in post.text


async def test_the_buttons_of_a_digest_answer(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(song(1, "2031-04-12 18:00"))
    await stage.world.at(datetime(2031, 4, 12, tzinfo=UTC))
    (post,) = stage.world.posts(stage.channel)
    shown = await stage.world.press(post, "Part 1")
    assert shown.private
    assert "## Part 1" in shown.text


async def test_a_day_without_anything_has_no_digest(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(song(1, "2031-04-20 18:00"))
    await stage.world.at(datetime(2031, 4, 12, tzinfo=UTC))
    assert stage.world.posts(stage.channel) == []


async def test_what_is_to_come_is_simulated_as_it_will_be(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(dated("premiere", "2031-04-12"), song(1, "2031-04-12 18:00"))
    shown = await stage.world.ask("announcements upcoming", days=30)
    (line,) = shown.lines("Coming up")
    assert line.startswith("- Sat 12 April 2031, 09:00 · ")
    assert "  - 🎬 Paper \\*Moon\\* premieres\n  - 🎵 Part 1 by Singer" in shown.text
    await stage.world.at(datetime(2031, 4, 12, tzinfo=UTC))
    assert len(stage.world.posts(stage.channel)) == 1
    assert "Nothing will be posted in this period." in (await stage.world.ask("announcements upcoming", days=30)).text


async def test_a_preview_of_a_digest_is_a_digest(stage: Stage) -> None:
    await stage.set_up(digest="daily-09")
    await stage.says(dated("premiere", "2031-04-12"), song(1, "2031-04-12 18:00"))
    await stage.world.ask("announcements test", by=stage.world.admin)
    (post,) = stage.world.posts(stage.channel)
    assert "## 🗓️ Coming up" in post.text
    assert "Preview:" in post.text


async def test_a_thread_is_opened_under_each_post_and_named_after_it(stage: Stage) -> None:
    await stage.set_up(threads=Threads.POST)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    post, *_ = stage.world.posts(stage.channel)
    threads = [r for r in stage.world.env.http_requests if r.method == "POST" and r.path.endswith("/threads")]
    assert [dict(request.json or {})["name"] for request in threads] == ["🎬 Paper *Moon* premieres"]
    assert f"/messages/{post.message.id}/" in threads[0].path
    await stage.world.wait(600)
    assert len([r for r in stage.world.env.http_requests if r.path.endswith("/threads")]) == 1


async def test_a_thread_bears_a_name_as_it_is_written(stage: Stage) -> None:
    await stage.set_up(threads=Threads.POST)
    await stage.says(song(1, "2031-04-12 21:20").replace('"Part 1"', r"'under_score \ *star*'"))
    await stage.world.at(EVENING)
    threads = [r for r in stage.world.env.http_requests if r.method == "POST" and r.path.endswith("/threads")]
    assert [dict(request.json or {})["name"] for request in threads] == [
        r"🎵 under_score \ *star* by Singer (Paper *Moon*)"
    ]


async def test_without_the_permission_there_is_a_post_and_no_thread_and_the_admin_sees_why(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    no_threads = discord.PermissionOverwrite(create_public_threads=False)
    everyone = stage.world.guild.default_role
    channel = stage.world.guild.create_text_channel("no-threads", overwrites={everyone: no_threads})
    await stage.set_up(channel, threads=Threads.POST)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert len(stage.world.posts(channel)) == 1
    assert "opening a thread under it was refused" in caplog.text
    assert "Traceback" not in caplog.text
    assert "**Create Public Threads**" in (await stage.world.ask("announcements status")).text


def threads_asked_for(stage: Stage) -> int:
    return sum(request.path.endswith("/threads") for request in stage.world.env.http_requests)


@pytest.mark.parametrize("status", [503, 429])
async def test_a_thread_at_which_discord_fails_is_opened_later(stage: Stage, status: int) -> None:
    await stage.set_up(threads=Threads.POST)
    stage.world.env.inject_error("POST", "/channels/*/messages/*/threads", status=status, times=2)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    for seconds in (10, 20, 40):
        await stage.world.at(EVENING + timedelta(seconds=seconds))
    assert threads_asked_for(stage) == 3
    await stage.world.at(EVENING + timedelta(hours=1))
    assert threads_asked_for(stage) == 3, "it stands"


async def test_after_a_day_of_failures_a_post_is_left_without_its_thread(stage: Stage) -> None:
    await stage.set_up(threads=Threads.POST)
    stage.world.env.inject_error("POST", "/channels/*/messages/*/threads", status=503, times=None)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    await stage.world.at(EVENING + timedelta(days=1, minutes=1))
    asked = threads_asked_for(stage)
    assert asked >= 2
    await stage.world.at(EVENING + timedelta(days=2))
    assert threads_asked_for(stage) == asked
    assert len(stage.world.posts(stage.channel)) == 1


async def test_everything_can_be_chosen_in_korean(stage: Stage) -> None:
    await stage.set_up(digest="mon-18", language="ko", zone="Asia/Seoul")
    await stage.says(dated("premiere", "2031-04-12"))
    stage.world.korean(stage.world.member)
    shown = await stage.world.ask("announcements upcoming", days=30)
    assert "2031년 4월 7일 (월) 18:00" in shown.text
