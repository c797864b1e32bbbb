"""Whether a message of ours stands in a channel, asked of a Discord that has a whole channel to look through."""

from __future__ import annotations

import discord
import pytest

from bot.announcements.publisher import proof
from bot.announcements.publisher.rate_limiter import RateLimiter

from .loopback import Loopback
from .payloads import Payload
from .places import Channel

MARK = "0123456789abcdefabcd"


@pytest.fixture
def channel(server: Loopback) -> Channel:
    return server.general


def chatter(server: Loopback, channel: Channel, count: int) -> None:
    for number in range(count):
        server.world.post(channel, {"content": f"chatter {number}"}, [])


def marked(server: Loopback, channel: Channel, mark: str = MARK) -> Payload:
    """A message with a button that bears a mark."""
    button = {"type": 2, "style": 2, "label": "Song", "custom_id": f"open:ost:track/yours:{mark}"}
    return server.world.post(channel, {"content": "out", "components": [{"type": 1, "components": [button]}]}, [])


async def found(server: Loopback, client: discord.Client, channel: Channel) -> int | None:
    return await proof.find(client, RateLimiter(client), server.guild.id, channel.id, MARK, server.clock.now())


async def test_a_message_is_found_behind_hundreds_of_others(
    server: Loopback, client: discord.Client, channel: Channel
) -> None:
    chatter(server, channel, 600)
    message = marked(server, channel)
    assert await found(server, client, channel) == int(message["id"])


async def test_a_busy_channel_without_it_is_known_not_to_have_it(
    server: Loopback, client: discord.Client, channel: Channel
) -> None:
    marked(server, channel, "another-delivery")
    chatter(server, channel, 600)
    assert await found(server, client, channel) is None


async def test_nobody_knows_what_stands_behind_as_much_as_is_looked_through(
    server: Loopback, client: discord.Client, channel: Channel
) -> None:
    chatter(server, channel, proof.MOST)
    marked(server, channel)
    with pytest.raises(proof.UnreadError):
        await found(server, client, channel)


async def test_what_somebody_else_posted_with_our_mark_is_not_ours(
    server: Loopback, client: discord.Client, channel: Channel
) -> None:
    copied = marked(server, channel)
    copied["author"] = {**copied["author"], "id": "4242", "username": "another-bot"}
    assert await found(server, client, channel) is None
    own = marked(server, channel)
    assert await found(server, client, channel) == int(own["id"])
