"""Whatever dies or fails, a forum has each announcement once, as one post; there is no nonce that would see to it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bot.address import Address

from . import forums as there
from .deliveries import LEASE_IS_OVER, database, forums, move, posts_to, release, states, subscribe, visible
from .loopback import Loopback
from .payloads import Permission, text_of
from .places import Channel
from .process import launched
from .test_crash import IN_DOUBT, MATRIX, die_at
from .test_faults import CHANNELS, FAULTS
from .traffic import Stall

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

SURELY_THERE = timedelta(minutes=2)
"""Later than the bot looks for what it may have posted, and tries again."""


def where(path: Address) -> list[tuple[int | None, int | None]]:
    """The thread and the message of every delivery, as they were recorded."""
    with database(path) as connection:
        return connection.execute("SELECT thread_id, message_id FROM delivery ORDER BY id").fetchall()


def looked(server: Loopback) -> bool:
    """Whether the bot looked for a post that it may have made."""
    return any(request.path.endswith("/threads/active") for request in server.log)


@pytest.mark.parametrize("point", MATRIX)
async def test_killed(server: Loopback, path: Address, point: str) -> None:
    channels = forums(server, 1)
    subscribe(server, path, channels)
    release(server, path, "yours")
    await die_at(server, path, point)
    assert visible(channels) == int(MATRIX[point])

    await server.quiet()
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"], within=15, what="the record")
        assert await bot.terminate() == 0
    (post,) = channels[0].threads
    assert where(path) == [(post.id, post.id)]
    assert looked(server) == (point in IN_DOUBT)
    assert "Traceback" not in bot.output


async def test_after_all_faults_at_once_each_forum_has_its_post_once(server: Loopback, path: Address) -> None:
    struck = {fault: forums(server, CHANNELS) for fault in FAULTS}
    channels = [channel for some in struck.values() for channel in some]
    for fault, (action, after, times) in FAULTS.items():
        server.fault("POST", posts_to(*struck[fault]), action(), after=after, times=times)
    subscribe(server, path, channels)
    release(server, path, "yours")

    def went_on(since: int) -> bool:
        return len(server.log) > since or states(path) == ["sent"] * len(channels)

    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: len(states(path)) == len(channels), what="the plan")
        while states(path) != ["sent"] * len(channels):
            await server.until(lambda: {*states(path)} <= {"sent", "retrying"}, within=30, what="every attempt")
            await server.quiet(0.5)
            server.clock.skip(SURELY_THERE)
            await server.until(partial(went_on, len(server.log)), what="the next attempt")
        assert await bot.terminate() == 0
    counts = {fault: [len(channel.threads) for channel in channels] for fault, channels in struck.items()}
    assert counts == dict.fromkeys(FAULTS, [1] * CHANNELS)
    assert all(fault.hits == fault.times for fault in server.rest.faults)
    assert "Traceback" not in bot.output


async def lose_the_answer(server: Loopback, path: Address) -> Channel:
    """Let a post stand in a forum of which the bot does not know."""
    (channel,) = forums(server, 1)
    subscribe(server, path, [channel])
    release(server, path, "yours")
    await die_at(server, path, "stored, answer lost")
    await server.quiet()
    server.clock.skip(LEASE_IS_OVER)
    return channel


async def test_post_that_was_archived_meanwhile_is_found(server: Loopback, path: Address) -> None:
    channel = await lose_the_answer(server, path)
    there.archive(server.world, channel.threads[0])
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"], within=15, what="the record")
    assert len(channel.threads) == 1


async def test_forum_that_cannot_be_read_is_not_posted_in_again(server: Loopback, path: Address) -> None:
    channel = await lose_the_answer(server, path)
    channel.denied = Permission.READ_MESSAGE_HISTORY
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["uncertain"], within=15, what="the record")
    assert len(channel.threads) == 1
    assert "Traceback" not in bot.output


async def test_bot_that_is_stopped_before_the_answer_looks_for_the_post_when_it_must_be_there(
    server: Loopback, path: Address
) -> None:
    (channel,) = forums(server, 1)
    subscribe(server, path, [channel])
    server.fault("POST", posts_to(channel), Stall(6))
    release(server, path, "yours")
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: server.requests("POST", f"/channels/{channel.id}/threads"), within=30, what="a post")
        assert await bot.terminate() == 0
    assert states(path) == ["retrying"]
    await server.quiet()
    server.clock.skip(SURELY_THERE)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"], within=15, what="the record")
    assert len(channel.threads) == 1


def reasons(path: Address) -> list[str | None]:
    """What was noted of every delivery."""
    with database(path) as connection:
        return [reason for (reason,) in connection.execute("SELECT reason FROM delivery ORDER BY id")]


@pytest.mark.parametrize("locked", [False, True], ids=["archived", "locked"])
async def test_date_moves_after_its_post_was_archived(server: Loopback, path: Address, locked: bool) -> None:
    (channel,) = forums(server, 1)
    subscribe(server, path, [channel], stages=",now,moved,cancelled,")
    release(server, path, "yours")
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"], within=15, what="the post")
        (old,) = channel.threads
        there.archive(server.world, old, locked=locked)
        move(server, path, "yours", timedelta(days=7))
        await server.until(lambda: states(path) == ["sent", "sent"], within=15, what="the correction")
        await server.until(lambda: not still_to_amend(path), within=15, what="the edit")
        assert await bot.terminate() == 0
    old, correction = channel.threads
    assert channel.guild is not None
    link = f"https://discord.com/channels/{channel.guild.id}/{correction.id}/{correction.id}"
    assert (link in text_of(old.messages[old.id])) is not locked
    assert reasons(path) == ["locked" if locked else None, None]
    assert "Traceback" not in bot.output


def still_to_amend(path: Address) -> int:
    """How many posts are still to be edited."""
    with database(path) as connection:
        return connection.execute("SELECT count(*) FROM post_action").fetchone()[0]
