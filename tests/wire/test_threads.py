"""Whatever dies or fails, a post has its thread of the evening once, and it is locked in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.address import Address
from bot.announcements.subscription import Threads
from tests.engines import looking_at

from . import forums as there
from .deliveries import LEASE_IS_OVER, clubs, forums, posts_to, release, states, subscribe
from .launch import THREAD_POINTS
from .loopback import Loopback
from .payloads import Permission
from .places import Channel
from .process import launched
from .test_faults import FAULTS

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

SECOND = "destiny"
"""Another song of the same drama."""
A_DAY = timedelta(days=1, minutes=5)
OVER = timedelta(minutes=2)
"""Later than anything is tried again."""


def moderated(channels: list[Channel]) -> list[Channel]:
    """The same channels, in whose servers the bot may lock threads."""
    for channel in channels:
        assert channel.guild is not None
        channel.guild.bot_permissions |= Permission.MANAGE_THREADS
    return channels


def queued(path: Address) -> list[str]:
    """The post actions that are still to be done."""
    with looking_at(path) as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM post_action ORDER BY kind")]


def shut(channels: list[Channel]) -> list[list[bool]]:
    """Of each thread of each channel, whether it is locked and archived."""
    return [[one.locked and one.archived_at is not None for one in channel.threads] for channel in channels]


@pytest.mark.parametrize("threads", [Threads.EVENT, Threads.SUBJECT], ids=["evening", "drama"])
@pytest.mark.parametrize("point", THREAD_POINTS)
async def test_killed(server: Loopback, path: Address, point: str, threads: Threads) -> None:
    channels = moderated(clubs(server, 1))
    subscribe(server, path, channels, threads=int(threads))
    release(server, path, "yours")
    if point.startswith("lock"):
        async with launched(server, path) as bot:
            await bot.ready()
            await server.until(lambda: queued(path) == ["lock"], within=20, what="the thread")
            assert await bot.terminate() == 0
        server.clock.skip(A_DAY)
    # Of what is recorded as done, the thread itself is not: its lock is.
    async with launched(server, path, die=point) as bot:
        assert await bot.wait(within=30) == -9, bot.output
    await server.quiet()
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: queued(path) in (["lock"], []), within=20, what="the thread")
        server.clock.skip(A_DAY)
        await server.until(lambda: queued(path) == [], within=20, what="the lock")
        assert await bot.terminate() == 0
    assert shut(channels) == [[True]]
    assert "Traceback" not in bot.output


async def test_after_all_faults_at_once_each_post_has_its_thread_once(server: Loopback, path: Address) -> None:
    struck = {fault: moderated(clubs(server, 2)) for fault in FAULTS}
    channels = [channel for some in struck.values() for channel in some]
    for fault, (action, after, times) in FAULTS.items():
        ids = "|".join(str(channel.id) for channel in struck[fault])
        path_ = rf"^/channels/({ids})/messages/[0-9]+/threads$"
        server.fault("POST", path_, action(), after=after, times=min(times, 2))
    subscribe(server, path, channels, threads=int(Threads.EVENT))
    release(server, path, "yours")
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"] * len(channels), within=45, what="every post")
        await server.until(lambda: queued(path) == ["lock"] * len(channels), within=60, what="every thread")
        server.clock.skip(A_DAY)
        await server.until(lambda: queued(path) == [], within=60, what="every lock")
        assert await bot.terminate() == 0
    assert shut(channels) == [[True]] * len(channels)
    assert "Traceback" not in bot.output


async def test_a_forums_post_that_was_archived_by_itself_is_locked(server: Loopback, path: Address) -> None:
    channels = moderated(forums(server, 1))
    subscribe(server, path, channels, threads=int(Threads.SUBJECT))
    release(server, path, "yours")
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: queued(path) == ["lock"], within=20, what="the post")
        there.archive(server.world, channels[0].threads[0])
        server.clock.skip(A_DAY)
        await server.until(lambda: queued(path) == [], within=20, what="the lock")
        assert await bot.terminate() == 0
    assert shut(channels) == [[True]]


async def test_message_in_the_post_of_a_drama_whose_answer_was_lost_stands_there_once(
    server: Loopback, path: Address
) -> None:
    (forum,) = moderated(forums(server, 1))
    subscribe(server, path, [forum], threads=int(Threads.SUBJECT))
    release(server, path, "yours")
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"], within=20, what="the post")
        (post,) = forum.threads
        server.fault("POST", posts_to(post), bot.kill, after=True)
        release(server, path, SECOND)
        assert await bot.wait(within=20) == -9
    assert len(post.messages) == 2
    await server.quiet()
    server.clock.skip(LEASE_IS_OVER + OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent", "sent"], within=20, what="the record")
        assert await bot.terminate() == 0
    assert len(post.messages) == 2
    assert forum.threads == [post]
    assert "Traceback" not in bot.output
