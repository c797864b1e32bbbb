"""Follow-ups on posted messages: publish them, open their threads, and edit them when a date no longer holds."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta

import discord

from bot.announcements.publisher.event_cache import EventCache
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, wait_after
from bot.catalogue.model import Clock
from bot.render.card import Content, RenderContext, classic, draw, shorten
from bot.render.post import outdated, outdated_line, title
from bot.render.post_item import PostItem
from bot.store import post_actions
from bot.store.database import Database
from bot.store.post_actions import PostAction
from bot.text import words

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed post action belongs to its claimant."""
ATTEMPT = 45.0
"""Seconds before an attempt is aborted: half a lease, so that no action runs twice at the same time."""
BATCH = 50
PATIENCE = timedelta(days=1)
"""How long a failing post action is retried; then the message stays as it is."""
MAX_NAME = 100
"""Characters of a thread's name (https://discord.com/developers/docs/resources/channel#start-thread-from-message)."""

_WORDS = {
    post_actions.PUBLISH: "handing it on to other servers",
    post_actions.THREAD: "opening a thread under it",
    post_actions.AMEND: "editing it",
}

_DONE_BEFORE = frozenset({40033, 160004})
"""Discord's codes for a message that was published already, or has a thread already."""


class PostActions:
    """Runs the post actions that are due. All of them are idempotent, so a crash costs nothing."""

    def __init__(self, client: discord.Client, database: Database, clock: Clock, limiter: RateLimiter) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._limiter = limiter
        self.closing = False
        """Whether to start nothing new."""

    async def do(self) -> None:
        """Do everything that is due."""
        cache = EventCache(self._database)
        while not self.closing and (
            claimed := await self._database.write(post_actions.claim, self._clock(), LEASE, BATCH)
        ):
            async with asyncio.TaskGroup() as doing:
                for action in claimed:
                    await self._limiter.turn()
                    doing.create_task(self._do_safely(action, cache))

    async def _do_safely(self, action: PostAction, cache: EventCache) -> None:
        """Run one post action; if it fails, the others go on."""
        try:
            await self._attempt(action, cache)
        except Exception:
            # Not even its end could be recorded: it is done again after its lease.
            log.exception("Message %d is left until the lease ends: %s", action.message_id, _WORDS[action.kind])

    async def _attempt(self, action: PostAction, cache: EventCache) -> None:
        what = f"Message {action.message_id}: {_WORDS[action.kind]}"
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._do(action, cache)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                await self._retry(action, f"{what} failed at Discord ({error.status})")
                return
            if error.code not in _DONE_BEFORE:
                log.warning("%s was refused: %s", what, error)
        except BROKEN as error:
            self._limiter.given_up()
            await self._retry(action, f"{what} got no answer ({type(error).__name__})")
            return
        except Exception:
            log.exception("%s failed", what)
        await self._database.write(post_actions.done, action)

    async def _retry(self, action: PostAction, reason: str) -> None:
        now = self._clock()
        if now - action.since < PATIENCE:
            log.warning("%s and is tried again", reason)
            await self._database.write(post_actions.retry, action, now + wait_after(action.attempts))
        else:
            log.warning("%s for too long, and is left", reason)
            await self._database.write(post_actions.done, action)

    async def _do(self, action: PostAction, cache: EventCache) -> None:
        channel = self._client.get_partial_messageable(action.channel_id, guild_id=action.guild_id)
        message = channel.get_partial_message(action.message_id)
        context = RenderContext(words(action.language), self._clock())
        told = [(one, found) for one in action.told if (found := await cache.of(one.event_id)) is not None]
        if not told:
            return
        match action.kind:
            case post_actions.PUBLISH:
                await message.publish()
            case post_actions.THREAD if self._client.get_guild(action.guild_id) is not None:
                name = title(context.words, [found.item for _, found in told], digest=action.digest)
                await message.create_thread(name=shorten(_plain(name), MAX_NAME))
            case post_actions.AMEND:
                now_told = [
                    PostItem(one.stage, found, self._link(action, one.correction_id) if one.correction_id else None)
                    for one, found in told
                ]
                await _amend(message, context, outdated(context, now_told, digest=action.digest), action.nonce)
            case _:
                pass

    def _link(self, action: PostAction, message_id: int) -> str:
        return f"https://discord.com/channels/{action.guild_id}/{action.channel_id}/{message_id}"


async def _amend(message: discord.PartialMessage, context: RenderContext, content: Content, token: str) -> None:
    after = classic(context.words, outdated_line(context.words), content, token)
    try:
        await message.edit(content=after.content, embed=after.embed, view=after.view)
    except discord.HTTPException as error:
        if error.status != 400:
            raise
        # Byeol 0.1 posted layouts, and such a message stays one: it accepts neither content nor embeds.
        await message.edit(view=draw(context, content, delivery_token=token))


def _plain(text: str) -> str:
    """A text without the backslashes that escape Discord's markup, which the name of a thread does not use."""
    return re.sub(r"\\([\\*_~|`\[<#>-])", r"\1", text)
