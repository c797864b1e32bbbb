"""What is told of a date besides the day itself: that it is confirmed, that it comes, that it moved, that it is off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from simcord import ChannelHandle

from bot.seeding import Known, load
from bot.store import catalogue
from bot.store.database import Database
from tests.conftest import World, world_of
from tests.seen import Seen

START = datetime(2031, 4, 1, tzinfo=UTC)
DAY = datetime(2031, 4, 12, tzinfo=UTC)
NINE = DAY  # nine in the morning in Seoul


class Drama:
    """A drama whose date the catalogue changes now and then."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "drama.toml"

    async def says(self, date: str, status: str = "confirmed", words: str = "") -> None:
        """Load what the catalogue says now, and let the announcer notice."""
        said = f'words = "{words}"\n' if words else ""
        self.file.write_text(
            '[[sources]]\nslug = "s"\npublisher = "S"\ntitle = "A title"\nurl = "https://example.com/1"\n'
            '[[works]]\nslug = "moon"\ntype = "drama"\nnames = ["Paper Moon"]\nsources = ["s"]\n'
            f'[[works.events]]\nkind = "premiere"\ndate = "{date}"\nstatus = "{status}"\n{said}',
            "utf-8",
        )
        database, now = self.world.bot.database, self.world.env.now()
        known = Known({}, {}, frozenset())
        await database.write(catalogue.apply, load([self.file], known), now)
        await self.world.wait(70)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = await Database.open(tmp_path / "byeol.db")
    try:
        async with world_of(database, START) as opened:
            yield opened
    finally:
        await database.close()


@pytest_asyncio.fixture
async def drama(world: World, tmp_path: Path) -> Drama:
    return Drama(world, tmp_path)


async def channel_of(world: World, **options: object) -> ChannelHandle:
    channel = world.guild.create_text_channel("news")
    await world.ask("announcements setup", by=world.admin, channel=channel, timezone="Asia/Seoul", **options)
    return channel


def titles(posts: list[Seen]) -> list[str]:
    """The line below each post's heading: what is said of the date."""
    return [post.text.split("\n")[2].strip("*") for post in posts]


async def test_reminders_come_at_their_time_and_only_where_they_were_chosen(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="all")
    await drama.says("2031-04-12 21:20")
    at = datetime(2031, 4, 12, 12, 20, tzinfo=UTC)
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta()):
        await world.at(at - before)
    posts = world.posts(channel)
    assert titles(posts)[:4] == ["📅 Date confirmed", "⏰ A week ahead", "⏰ A day ahead", "⏰ An hour ahead"]
    assert len(posts) == 5
    assert f"<t:{int(at.timestamp())}:F>" in posts[-1].text


async def test_by_default_nothing_but_the_day_itself_is_told(world: World, drama: Drama) -> None:
    channel = await channel_of(world)
    await drama.says("2031-04-12 21:20")
    await world.at(datetime(2031, 4, 11, 12, 20, tzinfo=UTC))
    assert world.posts(channel) == []


async def test_a_day_has_no_hour_before_it(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="hour")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(hours=1))
    assert world.posts(channel) == []


async def test_a_reminder_that_comes_too_late_is_left_out(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="hour")
    await drama.says("2031-04-12 21:20")
    await world.at(datetime(2031, 4, 12, 12, 21, tzinfo=UTC))
    assert len(world.posts(channel)) == 1


async def test_a_moved_date_is_corrected_once_the_old_post_says_so_and_reminders_come_again(
    world: World, drama: Drama
) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    (reminder,) = world.posts(channel)
    assert titles([reminder]) == ["⏰ A day ahead"]

    await drama.says("2031-04-19")
    await world.wait(180)

    posts = world.posts(channel)
    assert titles(posts[1:]) == ["🔁 Date changed"]
    assert "**When** 19 April 2031\n**Before** ~~12 April 2031~~" in posts[1].text
    assert "This date is no longer right" in posts[0].text
    assert f"/{channel.id}/{posts[1].message.id}" in posts[0].text
    await world.at(NINE)
    assert len(world.posts(channel)) == 2
    await world.at(NINE + timedelta(days=6))
    await world.at(NINE + timedelta(days=7))
    assert titles(world.posts(channel))[2:3] == ["⏰ A day ahead"]
    assert len(world.posts(channel)) == 4


async def test_a_date_that_moved_before_anything_was_told_needs_no_correction(world: World, drama: Drama) -> None:
    channel = await channel_of(world)
    await drama.says("2031-04-12")
    await drama.says("2031-04-19")
    await world.at(NINE)
    assert world.posts(channel) == []
    await world.at(NINE + timedelta(days=7))
    assert len(world.posts(channel)) == 1


async def test_a_date_that_only_became_more_exact_is_no_change(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    await drama.says("2031-04-12 21:20")
    await world.wait(180)
    assert titles(world.posts(channel)) == ["⏰ A day ahead"]


async def test_a_date_that_became_vague_again_is_a_change(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    await drama.says("spring 2031", status="postponed", words="in spring")
    await world.wait(180)
    correction = world.posts(channel)[1]
    assert "**When** “in spring” · postponed" in correction.text
    await world.at(NINE)
    assert len(world.posts(channel)) == 2


async def test_what_is_cancelled_is_told_where_it_was_told_and_nowhere_else(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    await drama.says("2031-04-12", status="cancelled")
    await world.wait(180)
    posts = world.posts(channel)
    assert titles(posts[1:]) == ["🚫 Cancelled"]
    assert "~~12 April 2031~~" in posts[1].text
    assert "no longer right" in posts[0].text
    await world.at(NINE)
    assert len(world.posts(channel)) == 2


async def test_a_date_that_is_postponed_without_a_new_one_is_corrected_too(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    await drama.says("2031-04-12", status="postponed")
    await world.wait(180)
    reminder, correction = world.posts(channel)
    assert titles([correction]) == ["🔁 Date changed"]
    assert "**When** ~~12 April 2031~~ · postponed" in correction.text
    assert "no longer right" in reminder.text
    await world.at(NINE)
    assert len(world.posts(channel)) == 2


async def test_what_is_on_again_is_told_where_it_was_cancelled(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    for status in ("cancelled", "confirmed"):
        await drama.says("2031-04-12", status=status)
        await world.wait(180)
    correction = world.posts(channel)[-1]
    assert correction.text.startswith("Back on: Paper Moon premieres tomorrow\n")
    assert titles([correction]) == ["🔁 Back on"]
    assert "**When** 12 April 2031" in correction.text
    assert "**Before**" not in correction.text
    await world.at(NINE)
    assert len(world.posts(channel)) == 4, "and then it is there"


async def test_what_is_off_and_on_and_off_again_is_told_each_time(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12")
    await world.at(NINE - timedelta(days=1))
    for status in ("cancelled", "confirmed", "cancelled"):
        await drama.says("2031-04-12", status=status)
        await world.wait(180)
    posts = world.posts(channel)
    assert titles(posts[-1:]) == ["🚫 Cancelled"]
    assert ["no longer right" in post.text for post in posts] == [True, True, True, False], "each leads to what holds"
    await world.at(NINE)
    assert len(world.posts(channel)) == 4


async def test_only_what_a_server_chose_is_told(world: World, drama: Drama) -> None:
    channel = await channel_of(world, kinds="songs")
    await drama.says("2031-04-12")
    await world.at(NINE)
    assert world.posts(channel) == []
    assert "**Announces** OST releases" in (await world.ask("announcements status")).text


async def test_what_comes_due_in_quiet_hours_waits_and_says_the_true_time(world: World, drama: Drama) -> None:
    channel = await channel_of(world, quiet="21-10")
    await drama.says("2031-04-12 21:20")
    at = datetime(2031, 4, 12, 12, 20, tzinfo=UTC)
    await world.at(at)
    assert world.posts(channel) == []
    await world.at(datetime(2031, 4, 13, 1, 0, tzinfo=UTC))
    (post,) = world.posts(channel)
    assert f"<t:{int(at.timestamp())}:F>" in post.text
    assert "Posted late" not in post.text
    assert "**Quiet hours** 21:00-10:00" in (await world.ask("announcements status")).text


async def test_quiet_hours_that_cannot_be_read_change_nothing(world: World) -> None:
    channel = world.guild.create_text_channel("news")
    shown = await world.ask("announcements setup", by=world.admin, channel=channel, quiet="at night")
    assert "I couldn't read “at night” as quiet hours" in shown.text
    assert "22:00-08:00" in shown.text
    assert "Announcements are off" in (await world.ask("announcements status")).text


async def test_date_that_no_file_states_any_more_is_not_announced(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12 21:20")
    await world.at(datetime(2031, 4, 11, 12, 20, tzinfo=UTC))
    assert len(world.posts(channel)) == 1
    drama.file.write_text(
        '[[sources]]\nslug = "s"\npublisher = "S"\ntitle = "A title"\nurl = "https://example.com/1"\n'
        '[[works]]\nslug = "moon"\ntype = "drama"\nnames = ["Paper Moon"]\nsources = ["s"]\n',
        "utf-8",
    )
    desired = load([drama.file], Known({}, {}, frozenset()))
    await world.bot.database.write(catalogue.apply, desired, world.env.now())
    await world.at(datetime(2031, 4, 12, 12, 20, tzinfo=UTC))
    assert len(world.posts(channel)) == 1


async def test_date_of_a_drama_that_no_file_states_any_more_is_not_announced(world: World, drama: Drama) -> None:
    channel = await channel_of(world, remind="day")
    await drama.says("2031-04-12 21:20")
    await world.at(datetime(2031, 4, 11, 12, 20, tzinfo=UTC))
    assert len(world.posts(channel)) == 1, "the reminder, for which the drama stays known"
    drama.file.write_text(
        '[[sources]]\nslug = "s"\npublisher = "S"\ntitle = "A title"\nurl = "https://example.com/1"\n', "utf-8"
    )
    desired = load([drama.file], Known({}, {}, frozenset()))
    await world.bot.database.write(catalogue.apply, desired, world.env.now())
    await world.at(datetime(2031, 4, 12, 12, 20, tzinfo=UTC))
    assert len(world.posts(channel)) == 1
