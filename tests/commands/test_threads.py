"""Threads of the evening: when they are opened, under which post, and when they are locked."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.announcements.subscription import Threads
from bot.catalogue.model import EventKind
from bot.catalogue.when import SEOUL
from bot.occasions.model import Draft
from bot.store import occasions
from tests.commands.panels import open_panel
from tests.commands.stage import EVENING, Stage, dated

FIRST = dated("episode", "2031-04-12 21:20", 1)
SECOND = dated("episode", "2031-04-13 21:20", 2)
THIRD = dated("episode", "2031-04-19 21:20", 3)


def threads(stage: Stage) -> list[Any]:
    """The threads that there are, the oldest first, as Discord knows them."""
    found = [one for one in stage.world.env.backend.channels.values() if one.parent_id == stage.channel.id]
    return sorted(found, key=lambda one: one.id)


def shut(stage: Stage) -> list[bool]:
    """Whether each thread is locked and archived."""
    return [one.thread_metadata.locked and one.thread_metadata.archived for one in threads(stage)]


async def evening(stage: Stage, days: int = 0, minutes: int = 0) -> None:
    """Let it be air time, or some time after it."""
    await stage.world.at(EVENING + timedelta(days=days, minutes=minutes))
    await stage.world.wait(10)


async def deny(stage: Stage, *permissions: str) -> None:
    """Take permissions from the bot, as an admin does in the settings of the channel."""
    found = stage.world.bot.get_channel(stage.channel.id)
    assert isinstance(found, discord.TextChannel)
    denied = discord.PermissionOverwrite(**dict.fromkeys(permissions, False))
    await found.set_permissions(found.guild.default_role, overwrite=denied)
    await stage.world.env.settle()


async def history(stage: Stage) -> str:
    return (await stage.world.ask("announcements history")).text


async def test_a_thread_is_opened_at_air_time_and_locked_a_day_later(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT, stages=("now", "moved", "cancelled", "reminder_24h"))
    await stage.says(FIRST, dated("episode", "2031-04-12 21:20", 2))
    await evening(stage, -1)
    assert len(stage.world.posts(stage.channel)) == 1
    assert threads(stage) == [], "it was reminded of, and is not on yet"
    await evening(stage)
    (thread,) = threads(stage)
    assert thread.name == "🎬 Paper *Moon*: episodes 1 and 2"
    await evening(stage, 1, -5)
    assert shut(stage) == [False]
    await evening(stage, 1, 5)
    assert shut(stage) == [True]
    assert len(threads(stage)) == 1


async def test_a_thread_that_was_archived_by_itself_is_locked(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT, lock_after=timedelta(hours=6))
    await stage.says(FIRST)
    await evening(stage)
    threads(stage)[0].thread_metadata.archived = True
    await evening(stage, 0, 365)
    assert shut(stage) == [True]


async def test_without_a_time_to_lock_it_a_thread_stays_open(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT, lock_after=timedelta())
    await stage.says(FIRST)
    await evening(stage)
    await evening(stage, 8)
    assert shut(stage) == [False]


async def test_a_drama_has_one_thread_which_is_opened_again_each_evening(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    await stage.says(FIRST, SECOND, THIRD)
    await evening(stage)
    (thread,) = threads(stage)
    assert thread.name == "Paper *Moon*"
    await evening(stage, 1)
    await evening(stage, 1, 5)
    assert shut(stage) == [False], "the next episode is on"
    await evening(stage, 2, 5)
    assert shut(stage) == [True]
    await evening(stage, 7)
    assert shut(stage) == [False]
    first, *later = [one for one in stage.world.posts(stage.channel) if "episode" in one.text]
    assert "Talk about it" not in first.text
    assert len(later) == 2
    assert all(f"💬 Talk about it in <#{thread.id}>" in one.text for one in later)
    await evening(stage, 8, 5)
    assert shut(stage) == [True]


async def test_a_thread_that_was_deleted_is_followed_by_another(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    await stage.says(FIRST, SECOND, THIRD)
    await evening(stage)
    (gone,) = threads(stage)
    found = await stage.world.bot.fetch_channel(gone.id)
    assert isinstance(found, discord.Thread)
    await found.delete()
    await evening(stage, 1)
    (thread,) = threads(stage)
    assert thread.id != gone.id
    await evening(stage, 7)
    assert threads(stage) == [thread]


async def test_a_digest_opens_no_thread(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT, digest="daily-09")
    await stage.says(FIRST)
    await evening(stage)
    assert len(stage.world.posts(stage.channel)) == 1
    assert threads(stage) == []


async def test_a_watch_party_has_its_thread_when_it_starts(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    at = EVENING.astimezone(ZoneInfo(SEOUL))
    draft = Draft("Watch it", kind=EventKind.WATCH_PARTY, day=at.date(), time=time(21, 20), zone=SEOUL)
    await stage.world.bot.database.write(occasions.add, stage.world.guild.id, draft, stage.world.env.now())
    await evening(stage)
    (thread,) = threads(stage)
    assert thread.name == "🍿 Watch it"
    await evening(stage, 1, 5)
    assert shut(stage) == [True]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (50013, "I couldn't open its thread: I need Create Public Threads there"),
        (30033, "I couldn't open its thread: the server has as many open as Discord allows"),
        (160006, "I couldn't open its thread: the server has as many open as Discord allows"),
    ],
)
async def test_refused_thread_is_one_line_for_admins(stage: Stage, code: int, said: str) -> None:
    await stage.set_up(threads=Threads.EVENT)
    stage.world.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=code)
    await stage.says(FIRST)
    await evening(stage)
    assert (await history(stage)).count(said) == 1
    await evening(stage, 1, 5)
    assert threads(stage) == []


async def test_thread_that_is_there_already_is_the_thread(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT)
    await stage.says(FIRST)
    stage.world.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=160004)
    await evening(stage)
    assert "thread" not in await history(stage)
    locked = await stage.world.bot.database.read(
        lambda connection: connection.execute("SELECT kind FROM post_action").fetchall()
    )
    assert locked == [("lock",)]


async def test_without_the_permission_nothing_is_asked_for(stage: Stage) -> None:
    await stage.set_up(threads=Threads.EVENT)
    await deny(stage, "create_public_threads", "manage_threads")
    status = (await stage.world.ask("announcements status")).text
    assert "**Create Public Threads**: to open threads under posts" in status
    assert "**Manage Threads**: to lock threads, and to open them again" in status
    await stage.says(FIRST)
    await evening(stage)
    assert not [one for one in stage.world.env.http_requests if one.path.endswith("/threads")]
    assert "I couldn't open its thread: I need Create Public Threads there" in await history(stage)


async def test_without_the_permission_to_lock_it_a_thread_stays_open(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    await deny(stage, "manage_threads")
    await stage.says(FIRST, SECOND)
    await evening(stage)
    await evening(stage, 1)
    await evening(stage, 2, 5)
    assert shut(stage) == [False]
    assert "I couldn't lock its thread: I need Manage Threads there" in await history(stage)


async def test_thread_that_a_moderator_locked_cannot_be_opened_again(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    await deny(stage, "manage_threads")
    await stage.says(FIRST, SECOND)
    await evening(stage)
    (thread,) = threads(stage)
    thread.thread_metadata.locked = thread.thread_metadata.archived = True
    await evening(stage, 1)
    assert threads(stage) == [thread]
    assert "I couldn't open the drama's thread again: I need Manage Threads there" in await history(stage)


async def test_threads_are_chosen_by_command(stage: Stage) -> None:
    ask, admin = stage.world.ask, stage.world.admin
    assert "Announcements are off" in (await ask("announcements threads", by=admin)).text
    await stage.set_up()
    shown = await ask("announcements threads", by=admin)
    assert shown.private
    assert f"**<#{stage.channel.id}>** no threads" in shown.text
    shown = await ask("announcements threads", by=admin, open=3, lock=6)
    assert "one for each drama, from air time · locked after 6 hours" in shown.text
    shown = await ask("announcements threads", by=admin, lock=0, channel=stage.channel)
    assert "one for each drama, from air time · never locked" in shown.text
    other = stage.world.guild.create_text_channel("other")
    shown = await ask("announcements threads", by=admin, open=2, channel=other)
    assert f"<#{other.id}> has no announcements" in shown.text
    stage.world.korean(admin)
    assert "드라마마다 하나, 방송 시각부터 · 잠그지 않음" in (await ask("announcements threads", by=admin)).text


async def test_threads_are_chosen_in_the_panel(stage: Stage) -> None:
    await stage.set_up()
    panel = await open_panel(stage.world)
    await panel.press("Threads")
    assert not [menu for menu in panel.shown.menus if menu.custom_id.startswith("panel:lock")]
    await panel.choose("threads", "2")
    assert "**Threads** one for each evening, at air time · locked after 1 day" in panel.text
    await panel.choose("lock", str(12 * 3600))
    assert "**Threads** one for each evening, at air time · locked after 12 hours" in panel.text
    await panel.choose("threads", "0")
    assert "**Threads** " not in panel.text


async def test_a_thread_that_could_not_be_opened_is_nowhere_referred_to(stage: Stage) -> None:
    await stage.set_up(threads=Threads.SUBJECT)
    stage.world.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=50013)
    await stage.says(FIRST, SECOND, THIRD)
    await evening(stage)
    assert threads(stage) == []
    await evening(stage, 1)
    await evening(stage, 7)
    (thread,) = threads(stage)
    _, second, third = [one for one in stage.world.posts(stage.channel) if "episode" in one.text]
    assert "Talk about it" not in second.text
    assert f"💬 Talk about it in <#{thread.id}>" in third.text
