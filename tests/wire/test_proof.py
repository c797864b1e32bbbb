"""Whether a message of ours stands in a channel, asked of a Discord that has a whole channel to look through."""

from __future__ import annotations

import discord
import pytest

from bot.announcements.publisher import proof
from bot.announcements.publisher.rate_limiter import RateLimiter

from . import forums
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


def posted(server: Loopback, forum: Channel, mark: str = MARK) -> Channel:
    """A post of a forum with a button that bears a mark."""
    button = {"type": 2, "style": 2, "label": "Song", "custom_id": f"open:ost:track/yours:{mark}"}
    message = {"content": "out", "components": [{"type": 1, "components": [button]}]}
    forums.post(server.world, forum, {"name": "Out", "message": message})
    return forum.threads[-1]


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


@pytest.fixture
def forum(server: Loopback) -> Channel:
    return server.guild.add_forum("dates", "News")


async def found_post(server: Loopback, client: discord.Client, forum: Channel) -> int | None:
    guild = await client.fetch_guild(server.guild.id)
    (known,) = [one for one in await guild.fetch_channels() if one.id == forum.id]
    assert isinstance(known, discord.ForumChannel)
    return await proof.find_post(client, RateLimiter(client), known, MARK, server.clock.now())


async def test_a_post_is_found_among_others_of_ours(server: Loopback, client: discord.Client, forum: Channel) -> None:
    for number in range(3):
        posted(server, forum, f"delivery-{number}")
    posted(server, server.guild.add_forum("elsewhere"))
    assert await found_post(server, client, forum) is None
    post = posted(server, forum)
    assert await found_post(server, client, forum) == post.id


async def test_a_post_is_found_among_hundreds_that_were_archived_after_it(
    server: Loopback, client: discord.Client, forum: Channel
) -> None:
    post = posted(server, forum)
    forums.archive(server.world, post)
    for _ in range(250):
        forums.archive(server.world, chatted(server, forum))
    assert await found_post(server, client, forum) == post.id


def chatted(server: Loopback, forum: Channel) -> Channel:
    """A post of somebody else."""
    thread = posted(server, forum, "somebody-else")
    thread.owner = 4242
    return thread


async def test_what_was_archived_before_is_not_looked_at(
    server: Loopback, client: discord.Client, forum: Channel
) -> None:
    forums.archive(server.world, posted(server, forum))
    for _ in range(250):
        forums.archive(server.world, chatted(server, forum))
    server.clock.skip(proof.MARGIN * 2)
    server.log.clear()
    assert await found_post(server, client, forum) is None
    pages = [request for request in server.log if request.path.endswith("/archived/public")]
    assert len(pages) == 1


async def test_nobody_knows_what_was_archived_before_as_much_as_is_looked_through(
    server: Loopback, client: discord.Client, forum: Channel
) -> None:
    forums.archive(server.world, posted(server, forum))
    for _ in range(proof.MOST):
        forums.archive(server.world, chatted(server, forum))
    with pytest.raises(proof.UnreadError):
        await found_post(server, client, forum)


async def test_more_posts_of_ours_than_are_read_leave_it_open(
    server: Loopback, client: discord.Client, forum: Channel
) -> None:
    for number in range(proof.MOST_OWN + 1):
        posted(server, forum, f"delivery-{number}")
    with pytest.raises(proof.UnreadError):
        await found_post(server, client, forum)


async def test_post_without_its_first_message_is_no_proof(
    server: Loopback, client: discord.Client, forum: Channel
) -> None:
    posted(server, forum).messages.clear()
    assert await found_post(server, client, forum) is None
