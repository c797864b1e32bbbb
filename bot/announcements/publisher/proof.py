"""Searches a channel, or the posts of a forum, for a message of the bot, by the delivery token in its buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.announcements.publisher.rate_limiter import RateLimiter

MARGIN = timedelta(minutes=10)
"""How far the local clock may be ahead of Discord's, which timestamps the messages."""
MOST = 1000
"""Messages searched for a delivery token: ten requests, which a busy channel of a large server is worth."""
PAGE = 100
"""Messages, or archived posts, that Discord returns per request."""
MOST_OWN = 50
"""Posts of the bot in a forum whose first messages are read for a delivery token: a request each."""


def may_read(client: discord.Client, channel_id: int) -> bool:
    """Whether the bot may read a channel's history."""
    # Without the permission Discord answers with no messages at all, which would look like "not there".
    channel = client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return False
    allowed = channel.permissions_for(channel.guild.me)
    return allowed.view_channel and allowed.read_message_history


class UnreadError(Exception):
    """Raised if a channel has had more messages or posts than are searched."""


async def find(
    client: discord.Client, limiter: RateLimiter, guild_id: int, channel_id: int, token: str, since: datetime
) -> int | None:
    """The id of the message with a delivery token, if it was posted in a channel after `since`; else None.

    Raises `UnreadError` if it may be beyond the `MOST` messages that are searched.
    """
    assert client.user is not None
    channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
    looked_at = 0
    async for message in channel.history(after=since - MARGIN, limit=MOST, oldest_first=True):
        looked_at += 1
        if looked_at % PAGE == 0:
            await limiter.turn()
        if message.author.id == client.user.id and _bears(message.components, token):
            return message.id
    if looked_at == MOST:
        raise UnreadError
    return None


async def find_post(
    client: discord.Client, limiter: RateLimiter, forum: discord.ForumChannel, token: str, since: datetime
) -> int | None:
    """The id of the post with a delivery token in its first message, if it was made in a forum after `since`.

    Raises `UnreadError` if it may be beyond the posts that are searched.
    """
    assert client.user is not None
    earliest = since - MARGIN
    looked_at = 0
    async for post in _posts(limiter, forum, earliest):
        if post.owner_id != client.user.id or discord.utils.snowflake_time(post.id) < earliest:
            continue
        looked_at += 1
        if looked_at > MOST_OWN:
            raise UnreadError
        await limiter.turn()
        try:
            # It has the id of its post
            # (https://discord.com/developers/docs/topics/threads#creating-threads-in-forum-and-media-channels).
            first = await post.fetch_message(post.id)
        except discord.NotFound:
            continue  # it was deleted, or the post was
        if _bears(first.components, token):
            return post.id
    return None


async def _posts(limiter: RateLimiter, forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """The posts of a forum: the active ones, and those that were archived after `since`, latest first."""
    for post in await forum.guild.active_threads():
        if post.parent_id == forum.id:
            yield post
    await limiter.turn()
    looked_at = 0
    async for post in forum.archived_threads(limit=MOST):
        # Each was archived after it was made, so the first that was archived before ends the search.
        if post.archive_timestamp < since:
            return
        yield post
        looked_at += 1
        if looked_at % PAGE == 0:
            await limiter.turn()
    if looked_at == MOST:
        raise UnreadError


def _bears(components: Sequence[Any], token: str) -> bool:
    for component in components:
        if str(getattr(component, "custom_id", None) or "").endswith(f":{token}"):
            return True
        if _bears(getattr(component, "children", ()), token):
            return True
    return False
