"""What is done with messages once they stand: handed on, given a thread, and edited when a date no longer holds."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta

import discord

from bot.announcements.publisher.faults import BROKEN, wait_after
from bot.announcements.publisher.pace import Pacer
from bot.announcements.publisher.shown import Shown
from bot.catalogue.model import Clock
from bot.render.card import Content, Scene, classic, draw, shorten
from bot.render.post import outdated, outdated_line, title
from bot.render.told import Told
from bot.store import chores
from bot.store.chores import Chore
from bot.store.database import Database
from bot.text import words

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed chore is nobody else's."""
ATTEMPT = 45.0
"""Seconds after which one is given up for now: half a lease, so that no two do the same at the same time."""
BATCH = 50
PATIENCE = timedelta(days=1)
"""After so long Discord has failed too often: the message stays as it is."""
MAX_NAME = 100
"""Characters of a thread's name (https://discord.com/developers/docs/resources/channel#start-thread-from-message)."""

_WORDS = {
    chores.PUBLISH: "handing it on to other servers",
    chores.THREAD: "opening a thread under it",
    chores.AMEND: "editing it",
}

_DONE_BEFORE = frozenset({40033, 160004})
"""Discord's codes for a message that was published already, or has a thread already."""


class Chores:
    """Does what is still to be done with messages. All of it can be repeated, so a crash costs nothing."""

    def __init__(self, client: discord.Client, database: Database, clock: Clock, pacer: Pacer) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._pacer = pacer
        self.closing = False
        """Whether nothing new is to be begun."""

    async def do(self) -> None:
        """Do everything that is due."""
        shown = Shown(self._database)
        while not self.closing and (claimed := await self._database.write(chores.claim, self._clock(), LEASE, BATCH)):
            async with asyncio.TaskGroup() as doing:
                for chore in claimed:
                    await self._pacer.turn()
                    doing.create_task(self._do_safely(chore, shown))

    async def _do_safely(self, chore: Chore, shown: Shown) -> None:
        """One chore that fails is that one's trouble: the others go on."""
        try:
            await self._attempt(chore, shown)
        except Exception:
            # Not even its end could be recorded: when its lease is over, it is done again.
            log.exception("Message %d is left until the lease ends: %s", chore.message_id, _WORDS[chore.kind])

    async def _attempt(self, chore: Chore, shown: Shown) -> None:
        what = f"Message {chore.message_id}: {_WORDS[chore.kind]}"
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._do(chore, shown)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                await self._retry(chore, f"{what} failed at Discord ({error.status})")
                return
            if error.code not in _DONE_BEFORE:
                log.warning("%s was refused: %s", what, error)
        except BROKEN as error:
            self._pacer.given_up()
            await self._retry(chore, f"{what} got no answer ({type(error).__name__})")
            return
        except Exception:
            log.exception("%s failed", what)
        await self._database.write(chores.done, chore)

    async def _retry(self, chore: Chore, reason: str) -> None:
        now = self._clock()
        if now - chore.since < PATIENCE:
            log.warning("%s and is tried again", reason)
            await self._database.write(chores.retry, chore, now + wait_after(chore.attempts))
        else:
            log.warning("%s for too long, and is left", reason)
            await self._database.write(chores.done, chore)

    async def _do(self, chore: Chore, shown: Shown) -> None:
        channel = self._client.get_partial_messageable(chore.channel_id, guild_id=chore.guild_id)
        message = channel.get_partial_message(chore.message_id)
        scene = Scene(words(chore.language), self._clock())
        told = [(one, found) for one in chore.told if (found := await shown.of(one.event_id)) is not None]
        if not told:
            return
        match chore.kind:
            case chores.PUBLISH:
                await message.publish()
            case chores.THREAD if self._client.get_guild(chore.guild_id) is not None:
                name = title(scene.words, [found.item for _, found in told], digest=chore.digest)
                await message.create_thread(name=shorten(_plain(name), MAX_NAME))
            case chores.AMEND:
                now_told = [
                    Told(one.stage, found, self._link(chore, one.correction_id) if one.correction_id else None)
                    for one, found in told
                ]
                await _amend(message, scene, outdated(scene, now_told, digest=chore.digest), chore.nonce)
            case _:
                pass

    def _link(self, chore: Chore, message_id: int) -> str:
        return f"https://discord.com/channels/{chore.guild_id}/{chore.channel_id}/{message_id}"


async def _amend(message: discord.PartialMessage, scene: Scene, content: Content, mark: str) -> None:
    after = classic(scene.words, outdated_line(scene.words), content, mark)
    try:
        await message.edit(content=after.content, embed=after.embed, view=after.view)
    except discord.HTTPException as error:
        if error.status != 400:
            raise
        # Byeol 0.1 posted layouts, and a message that is one stays one: it takes neither content nor embeds.
        await message.edit(view=draw(scene, content, mark=mark))


def _plain(text: str) -> str:
    """A text without the backslashes that keep Discord from reading it as markup: a thread's name has none."""
    return re.sub(r"\\([\\*_~|`\[<#>-])", r"\1", text)
