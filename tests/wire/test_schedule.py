"""What a server plans itself, over the wire: saved once, announced once, whatever dies in between."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest

from bot.address import Address
from bot.announcements.subscription import Threads
from tests.engines import database, looking_at

from .deliveries import clubs, subscribe
from .interactions import Reply
from .loopback import Loopback
from .payloads import Payload, Permission, components_in
from .process import launched

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

ADMIN, FAN, OTHER = 40, 41, 42
AHEAD = timedelta(hours=3)


def button(message: Payload, prefix: str) -> str:
    """The custom id of a message's button."""
    (found,) = (
        str(part["custom_id"])
        for part in components_in(message["components"])
        if str(part.get("custom_id")).startswith(prefix)
    )
    return found


async def press(server: Loopback, message: Payload, custom_id: str, user_id: int = ADMIN) -> Reply:
    """What is answered to whoever presses a button."""
    reply = await server.press(message, custom_id, user_id=user_id, permissions=Permission.MANAGE_EVENTS)
    return await reply.settled(20)


def answers(path: Address) -> list[tuple[int, str]]:
    """What members said."""
    with looking_at(path) as connection:
        return connection.execute("SELECT user_id, answer FROM rsvp ORDER BY user_id").fetchall()


def planned(path: Address) -> int:
    """How many events servers have of their own."""
    with looking_at(path) as connection:
        return connection.execute("SELECT count(*) FROM event WHERE guild_id IS NOT NULL").fetchone()[0]


async def test_plan_outlives_the_process_at_each_step(server: Loopback, path: Address) -> None:
    (channel,) = channels = clubs(server, 1)
    subscribe(server, path, channels, threads=int(Threads.EVENT))
    with database(path) as connection:
        connection.execute("UPDATE subscription SET kinds = ',*,'")
    begins = int((server.clock.now() + AHEAD).timestamp())

    async with launched(server, path) as bot:
        await bot.ready()
        # As a client sends what `@time` picked.
        said = {"title": "Movie night", "when": f"<t:{begins}:F>", "rsvp": True}
        reply = await server.interact_command(
            "schedule add", said, channel_id=channel.id, user_id=ADMIN, permissions=Permission.MANAGE_EVENTS
        )
        assert "not saved yet" in reply.text
        assert reply.message is not None
        preview = reply.message
        save = button(preview, "plan:save")
        bot.kill()
        await bot.wait()
    assert planned(path) == 0

    async with launched(server, path) as bot:
        await bot.ready()
        assert "Movie night” is planned" in (await press(server, deepcopy(preview), save)).text
        assert planned(path) == 1
        bot.kill()
        await bot.wait()

    async with launched(server, path) as bot:
        await bot.ready()
        await press(server, deepcopy(preview), save)
        assert planned(path) == 1
        server.clock.skip(AHEAD)
        await server.until(lambda: len(channel.threads) == 1, within=20, what="the thread of the evening")
        bot.kill()
        await bot.wait()

    async with launched(server, path) as bot:
        await bot.ready()
        (post,) = channel.posts
        for fan, answer in ((FAN, "in"), (OTHER, "in"), (OTHER, "maybe")):
            await press(server, post, button(post, f"rsvp:{answer}"), fan)
        assert answers(path) == [(FAN, "in"), (OTHER, "maybe")]
        server.clock.skip(timedelta(minutes=1))
        await server.until(lambda: "I'm in · 1" in str(channel.posts[0]), within=20, what="the counts")
        assert await bot.terminate() == 0
    assert len(channel.posts) == len(channel.threads) == 1
    assert "Traceback" not in bot.output
