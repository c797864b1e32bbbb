"""Follow-ups on posted messages: publish them, open and lock their threads, and edit them.

They are edited when a date no longer holds, or the counts of those who come do not.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import discord

from bot.announcements.outcome import LOCKED, post_link
from bot.announcements.publisher import threads as opening
from bot.announcements.publisher.answers import read_counts
from bot.announcements.publisher.cycle import Served
from bot.announcements.publisher.event_cache import EventCache
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, FIRST_RETRY, wait_after
from bot.announcements.publisher.threads import NotYetError, WithheldError
from bot.catalogue.model import Clock
from bot.metrics import Metrics
from bot.render.announcement import PostOptions
from bot.render.card import Content, RenderContext, classic, draw, shorten
from bot.render.headlines import title
from bot.render.post import MAX_TITLE, outdated, outdated_line, post
from bot.render.post_item import PostItem
from bot.render.wording import called
from bot.store import post_actions, threads
from bot.store.database import Database
from bot.store.post_actions import PostAction, PostedStage
from bot.text import words

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed post action belongs to its claimant."""
ATTEMPT = 45.0
"""Seconds before an attempt is aborted: half a lease, so that no action runs twice at the same time."""
BATCH = 50
PATIENCE = timedelta(days=1)
"""How long a failing post action is retried; then the message stays as it is."""
_WORDS = {
    post_actions.PUBLISH: "handing it on to other servers",
    post_actions.THREAD: "opening a thread under it",
    post_actions.LOCK: "locking its thread",
    post_actions.AMEND: "editing it",
    post_actions.COUNT: "counting who comes",
}

_DONE_BEFORE = frozenset({40033, 160004})
"""Discord's codes for a message that was published already, or has a thread already."""
_ARCHIVED, _LOCKED = 50083, 160005
_SHUT = frozenset({_ARCHIVED, _LOCKED})
"""Discord's codes for an edit in an archived or a locked thread."""


class PostActions:
    """Runs the post actions that are due. All of them are idempotent, so a crash costs nothing."""

    def __init__(
        self,
        client: discord.Client,
        database: Database,
        clock: Clock,
        limiter: RateLimiter,
        served: Served,
        metrics: Metrics,
    ) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._limiter = limiter
        self._served = served
        self._metrics = metrics
        self.closing = False
        """Whether to start nothing new."""

    async def do(self) -> None:
        """Do everything that is due."""
        cache = EventCache(self._database)
        while not self.closing and (
            claimed := await self._database.write(post_actions.claim, self._clock(), LEASE, BATCH, self._served())
        ):
            async with asyncio.TaskGroup() as doing:
                for action in claimed:
                    if not self.closing:
                        await self._limiter.turn()
                    doing.create_task(self._do_safely(action, cache))

    async def _do_safely(self, action: PostAction, cache: EventCache) -> None:
        """Run one post action; if it fails, the others go on."""
        try:
            await self._attempt(action, cache)
        except Exception:
            # Not even its end could be recorded: it is done again after its lease.
            log.exception("Message %d is left until the lease ends: %s", action.message_id, _WORDS[action.kind])
        finally:
            self._metrics.beat()

    async def _attempt(self, action: PostAction, cache: EventCache) -> None:
        what = f"Message {action.message_id}: {_WORDS[action.kind]}"
        note: str | None = None
        opened = action.kind == post_actions.THREAD and action.evening is not None
        served = self._served()
        if self.closing or (served is not None and not served.hold(action.guild_id)):
            # Give up its lease: for the next start, or for who serves the server by now.
            await self._database.write(post_actions.retry, action, self._clock())
            return
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._do(action, cache)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                await self._retry(action, f"{what} failed at Discord ({error.status})")
                return
            if error.code not in _DONE_BEFORE:
                log.warning("%s was refused: %s", what, error)
                note, opened = _note(action, error.code), False
        except WithheldError as error:
            log.warning("%s was refused: I lack %s", what, error.permission)
            note, opened = opening.note(action, 0), False
        except NotYetError:
            await self._database.write(post_actions.retry, action, self._clock() + FIRST_RETRY)
            return
        except BROKEN as error:
            self._limiter.given_up()
            await self._retry(action, f"{what} got no answer ({type(error).__name__})")
            return
        except Exception:
            log.exception("%s failed", what)
            opened = False
        if opened:
            await self._database.write(threads.opened, action, self._clock())
        else:
            await self._give_up(action, note)

    async def _retry(self, action: PostAction, reason: str) -> None:
        now = self._clock()
        if now - action.since < PATIENCE:
            log.warning("%s and is tried again", reason)
            await self._database.write(post_actions.retry, action, now + wait_after(action.attempts))
        else:
            log.warning("%s for too long, and is left", reason)
            await self._give_up(action)

    async def _give_up(self, action: PostAction, note: str | None = None) -> None:
        done = threads.unopened if action.kind == post_actions.THREAD else post_actions.done
        await self._database.write(done, action, note)

    async def _do(self, action: PostAction, cache: EventCache) -> None:
        if action.kind == post_actions.LOCK:
            await opening.lock(self._client, action)
            return
        channel = self._client.get_partial_messageable(action.thread_id or action.channel_id, guild_id=action.guild_id)
        message = channel.get_partial_message(action.message_id)
        context = RenderContext(words(action.language), self._clock(), notify=action.notify)
        told = [(one, found) for one in action.told if (found := await cache.of(one.event_id)) is not None]
        if not told:
            return
        match action.kind:
            case post_actions.PUBLISH:
                await message.publish()
            case post_actions.THREAD if self._client.get_guild(action.guild_id) is not None:
                if await opening.go_on(self._client, self._database, action):
                    return
                opening.require(self._client, action.channel_id, "create_public_threads")
                items = [found.item for _, found in told]
                whole = action.evening is not None and action.evening.whole_subject
                name = (
                    called(context.words, items[0].theme)
                    if whole
                    else title(context.words, items, digest=action.digest)
                )
                await message.create_thread(name=shorten(name, MAX_TITLE))
            case post_actions.AMEND:
                now_told = [PostItem(one.stage, found, _correction(action, one)) for one, found in told]
                content = outdated(context, now_told, digest=action.digest)
                try:
                    await _amend(message, context, content, action.nonce)
                except discord.HTTPException as error:
                    if error.code != _ARCHIVED or not await self._reopen(channel.id):
                        raise
                    await _amend(message, context, content, action.nonce)
            case post_actions.COUNT if len(told) == 1 and not action.digest:
                one, found = told[0]
                counts = await read_counts(self._database, found.item)
                if counts is not None and one.correction_id is None:
                    options = PostOptions(action.nonce, "UTC", counts=counts)
                    await message.edit(view=post(context, [PostItem(one.stage, found)], options).view)
            case _:
                pass

    async def _reopen(self, thread_id: int) -> bool:
        """Unarchive a thread of the bot's own, in which nothing can be edited before. Not if a moderator locked it."""
        thread = await self._client.fetch_channel(thread_id)
        if not isinstance(thread, discord.Thread) or thread.locked:
            return False
        await thread.edit(archived=False)
        return True


def _note(action: PostAction, code: int) -> str | None:
    """What admins are told of a refusal with one of Discord's codes."""
    if action.kind in (post_actions.THREAD, post_actions.LOCK):
        return opening.note(action, code)
    return LOCKED if code in _SHUT else None


def _correction(action: PostAction, told: PostedStage) -> str | None:
    """The address of the message that corrects what a post told."""
    if told.correction_id is None:
        return None
    return post_link(action.guild_id, action.channel_id, told.correction_id, told.correction_thread_id)


async def _amend(message: discord.PartialMessage, context: RenderContext, content: Content, token: str) -> None:
    after = classic(context, outdated_line(context.words), content, token)
    try:
        await message.edit(content=after.content, embed=after.embed, view=after.view)
    except discord.HTTPException as error:
        if error.status != 400 or error.code in _SHUT:
            raise
        # Byeol 0.1 posted layouts, and such a message stays one: it accepts neither content nor embeds.
        await message.edit(view=draw(context, content, delivery_token=token))
