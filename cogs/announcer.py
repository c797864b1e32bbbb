"""The clock of the announcements: sends what is due, again and again."""

from __future__ import annotations

import logging
from datetime import timedelta

from discord.ext import commands, tasks

from bot.client import Byeol

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two looks at what is due."""
JUMP = timedelta(minutes=1)
"""If a beat comes so much later than the last, or before it, the clock was set or the machine slept."""


class Announcer(commands.Cog):
    """Wakes the publisher every few seconds."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot
        self._last = bot.clock()

    async def cog_load(self) -> None:
        """Start."""
        self.beat.start()

    async def cog_unload(self) -> None:
        """Stop."""
        self.beat.cancel()

    @tasks.loop(seconds=BEAT)
    async def beat(self) -> None:
        """Send what is due."""
        now = self._bot.clock()
        try:
            await self._bot.publisher.tick()
        except Exception:
            # Whatever it was, the truth is in the database, and the next beat starts from there.
            log.exception("Announcing failed; trying again in a moment")
        if not timedelta() <= now - self._last < JUMP:
            # The loop counts by the wall clock: set back, it would fall silent for as long; set forward, it would run
            # every beat that it thinks it missed.
            self.beat.restart()
        self._last = now

    @beat.before_loop
    async def _until_ready(self) -> None:
        await self._bot.wait_until_ready()


async def setup(bot: Byeol) -> None:
    """Add the clock to the bot."""
    await bot.add_cog(Announcer(bot))
