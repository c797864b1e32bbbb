"""The clock of the announcements: runs the publisher every few seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import discord
from discord.ext import commands, tasks

from bot.announcements import permissions
from bot.announcements.publisher import Publisher
from bot.announcements.publisher.attendee_roles import AttendeeRoles
from bot.announcements.publisher.guild_events import GuildEvents
from bot.announcements.publisher.subject_roles import SubjectRoles
from bot.client import Byeol
from bot.store import deliveries, subscriptions

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two checks of what is due."""
JUMP = timedelta(minutes=1)
"""If a beat is this much later than the last, or before it, the clock was changed or the machine slept."""


class Beat:
    """Calls `look` every few seconds, whatever goes wrong and whatever the clock does, and `done` when it went well."""

    def __init__(
        self, bot: Byeol, look: Callable[[], Awaitable[None]], done: Callable[[], None] = lambda: None
    ) -> None:
        self._bot = bot
        self._look = look
        self._done = done
        self._last = bot.clock()
        self.loop = tasks.loop(seconds=BEAT)(self._once)
        self.loop.before_loop(bot.wait_until_ready)

    async def _once(self) -> None:
        now = self._bot.clock()
        try:
            await self._look()
            self._done()
        except Exception:
            # All state is in the database, and the next beat starts from there.
            log.exception("Announcing failed; trying again in a moment")
        if not timedelta() <= now - self._last < JUMP:
            # The loop follows the wall clock: set back, it would pause for as long; set forward, it would run every
            # beat that it thinks it missed.
            self.loop.restart()
        self._last = now


class Announcer(commands.Cog):
    """Runs the publisher every few seconds, the sync of servers' scheduled events, and the care of roles.

    Each has a loop of its own, so that announcements do not wait for a thousand events that are not urgent. All share
    one rate limiter, since Discord counts the requests of the whole bot.
    """

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot
        publisher = Publisher(bot, bot.database, bot.clock, bot.limiter, bot.served, bot.metrics)
        guild_events = GuildEvents(bot, bot.database, bot.clock, bot.limiter, bot.served)
        roles = SubjectRoles(bot, bot.database, bot.clock, bot.limiter, bot.served)
        attendees = AttendeeRoles(bot, bot.database, bot.clock, bot.limiter, bot.served)
        self._senders = (publisher, guild_events, roles, attendees)
        others = (guild_events, roles, attendees)
        self._beats = (Beat(bot, publisher.tick, bot.metrics.beat), *(Beat(bot, one.tick) for one in others))

    async def cog_load(self) -> None:
        """Start the loops."""
        for beat in self._beats:
            beat.loop.start()

    async def cog_unload(self) -> None:
        """Stop the loops, once the requests in flight have their responses."""
        await asyncio.gather(*(sender.close() for sender in self._senders))
        for beat in self._beats:
            beat.loop.cancel()

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Retry what waits for a channel whose permissions, or a forum's tags, may have changed."""
        await self._wake(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        """Retry what waits for permissions: a role of the bot may have gained some."""
        await self._wake(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        """Retry what waits for permissions: the bot may have got a role.

        Without the members intent, Discord sends this event for the bot alone.
        """
        await self._wake(after.guild)

    async def _wake(self, guild: discord.Guild) -> None:
        for one in await self._bot.database.read(subscriptions.refusing, guild.id):
            if permissions.hindrance(guild, one.channel_id, one.tags) is None:
                await self._bot.database.write(deliveries.reopen, one.channel_id, self._bot.clock())


async def setup(bot: Byeol) -> None:
    """Add the clock to the bot."""
    await bot.add_cog(Announcer(bot))
