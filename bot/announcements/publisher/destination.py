"""Where and how a message is created, and found again: in a text channel, or as the first one of a forum's post."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
from discord import AllowedMentions
from discord.http import Route

from bot.announcements.channels import forum_of
from bot.announcements.publisher import proof
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import SETTLED
from bot.announcements.publisher.threads import WithheldError, reopen
from bot.announcements.subscription import Threads
from bot.discord_internals import request_once
from bot.render.card import Classic
from bot.store import post_actions

NONCE_WINDOW = timedelta(minutes=2)
"""How long Discord is sure to drop a repeated nonce; it says "a few minutes", this stays well inside."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands in Discord. `thread_id`: of the thread that it stands in, if that is not the channel."""

    message_id: int
    thread_id: int | None = None


class Destination(ABC):
    """A channel that messages are created in."""

    retry_delay: timedelta
    """How long to wait after a request without a response, besides the usual backoff."""

    @abstractmethod
    def drops_repeat(self, after: timedelta) -> bool:
        """Whether Discord drops a repeat of a request that was made so long ago."""

    @abstractmethod
    async def create(
        self, message: Classic, title: str, *, token: str, mentions: AllowedMentions, tags: Sequence[int]
    ) -> Posted:
        """Post a message that may ping what `mentions` allows. `title` and `tags` are a forum's post's."""

    @abstractmethod
    async def find(self, limiter: RateLimiter, token: str, since: datetime) -> Posted | None:
        """The message with a delivery token, if it was posted after `since`. Raises `proof.UnreadError`."""

    @abstractmethod
    def todo(self, *, threads: Threads, evening: bool, own: bool) -> list[str]:
        """The post actions of a message. `evening`: it has a thread of the evening, if that is what `threads` are.

        `own`: whether it has what is the server's own, and is not for others that follow the channel.
        """


class _TextChannel(Destination):
    """A text or announcement channel. Discord drops repeats of a message, by its nonce."""

    def __init__(self, client: discord.Client, guild_id: int, channel_id: int) -> None:
        self._client, self._guild_id, self._channel_id = client, guild_id, channel_id
        channel = client.get_channel(channel_id)
        # An unknown channel may be a forum: another process may serve its server by now.
        self.retry_delay = timedelta() if channel is not None else SETTLED
        self._is_news = isinstance(channel, discord.TextChannel) and channel.is_news()

    def drops_repeat(self, after: timedelta) -> bool:
        return after <= NONCE_WINDOW

    async def create(
        self, message: Classic, title: str, *, token: str, mentions: AllowedMentions, tags: Sequence[int]
    ) -> Posted:
        channel = self._client.get_partial_messageable(self._channel_id, guild_id=self._guild_id)
        posted = await channel.send(
            message.content,
            embed=message.embed,
            view=message.view,
            nonce=token,
            allowed_mentions=mentions,
        )
        return Posted(posted.id)

    async def find(self, limiter: RateLimiter, token: str, since: datetime) -> Posted | None:
        found = await proof.find(self._client, limiter, self._guild_id, self._channel_id, token, since)
        return Posted(found) if found is not None else None

    def todo(self, *, threads: Threads, evening: bool, own: bool) -> list[str]:
        publish = [post_actions.PUBLISH] if self._is_news and not own else []
        return [*publish, *([post_actions.THREAD] if evening or threads is Threads.POST else [])]


class _Forum(Destination):
    """A forum. Its posts have no nonce: what may have been posted is looked for before it is posted again."""

    retry_delay = SETTLED

    def __init__(self, client: discord.Client, forum: discord.ForumChannel) -> None:
        self._client, self._forum = client, forum

    def drops_repeat(self, after: timedelta) -> bool:
        return False

    async def create(
        self, message: Classic, title: str, *, token: str, mentions: AllowedMentions, tags: Sequence[int]
    ) -> Posted:
        applied = forum_of(self._forum, self._forum.guild.me).applied(tags)
        created = await request_once(
            self._client.http,
            Route("POST", "/channels/{channel_id}/threads", channel_id=self._forum.id),
            {
                "name": title,
                "auto_archive_duration": self._forum.default_auto_archive_duration,
                "applied_tags": [str(tag) for tag in applied],
                "message": {
                    "content": message.content,
                    "embeds": [message.embed.to_dict()],
                    "components": message.view.to_components(),
                    "allowed_mentions": mentions.to_dict(),
                },
            },
        )
        return Posted(int(created["message"]["id"]), int(created["id"]))

    async def find(self, limiter: RateLimiter, token: str, since: datetime) -> Posted | None:
        found = await proof.find_post(self._client, limiter, self._forum, token, since)
        return Posted(found, found) if found is not None else None

    def todo(self, *, threads: Threads, evening: bool, own: bool) -> list[str]:
        return []


class UnusableError(Exception):
    """Raised if nothing can be posted in a thread: it was deleted, or may not be opened again."""


class _Thread(Destination):
    """A post of a forum, in which a message follows earlier ones. As in a text channel, repeats are dropped."""

    retry_delay = timedelta()

    def __init__(self, client: discord.Client, guild_id: int, thread_id: int) -> None:
        self._client, self._thread_id = client, thread_id
        self._inside = _TextChannel(client, guild_id, thread_id)

    def drops_repeat(self, after: timedelta) -> bool:
        return self._inside.drops_repeat(after)

    async def create(
        self, message: Classic, title: str, *, token: str, mentions: AllowedMentions, tags: Sequence[int]
    ) -> Posted:
        try:
            await reopen(self._client, self._thread_id)
            posted = await self._inside.create(message, title, token=token, mentions=mentions, tags=tags)
        except (WithheldError, discord.Forbidden, discord.NotFound) as error:
            raise UnusableError from error
        return Posted(posted.message_id, self._thread_id)

    async def find(self, limiter: RateLimiter, token: str, since: datetime) -> Posted | None:
        try:
            posted = await self._inside.find(limiter, token, since)
        except discord.NotFound as error:
            raise UnusableError from error
        return Posted(posted.message_id, self._thread_id) if posted is not None else None

    def todo(self, *, threads: Threads, evening: bool, own: bool) -> list[str]:
        return []


def destination(client: discord.Client, guild_id: int, channel_id: int, thread_id: int | None = None) -> Destination:
    """The destination that a channel is, or a thread in it; one that is unknown is taken for a text channel."""
    if thread_id is not None:
        return _Thread(client, guild_id, thread_id)
    channel = client.get_channel(channel_id)
    if isinstance(channel, discord.ForumChannel):
        return _Forum(client, channel)
    return _TextChannel(client, guild_id, channel_id)
