"""What happens when the bot is added to a server or removed from one."""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands, tasks

from bot.client import Byeol
from bot.errors import DatabaseUnavailableError
from bot.store import subscriptions

AGAIN = 5.0
"""Seconds until the database is tried again, if it was away."""

log = logging.getLogger(__name__)


class Servers(commands.Cog):
    """Keeps the stored settings in sync with the servers that the bot is in."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot

    async def cog_load(self) -> None:
        """Start the daily loop."""
        self.daily.start()

    async def cog_unload(self) -> None:
        """Stop the daily loop."""
        self.daily.cancel()

    @tasks.loop(hours=24)
    async def daily(self) -> None:
        """Delete the data of servers that the bot left long enough ago."""
        try:
            await self._keep_step()
        except Exception:
            log.exception("The servers could not be looked through; tomorrow again")

    @daily.before_loop
    async def _until_ready(self) -> None:
        await self._bot.wait_until_ready()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Catch up on what happened while the bot was offline."""
        await self._keep_step()

    @commands.Cog.listener()
    async def on_shard_ready(self, _: int) -> None:
        """Catch up on the servers of a shard that was another process's."""
        await self._keep_step()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """Resume a server that the bot is back in."""
        await self._keep_step()

    @commands.Cog.listener()
    async def on_guild_remove(self, _: discord.Guild) -> None:
        """Pause a server that the bot was removed from."""
        await self._keep_step()

    async def _keep_step(self) -> None:
        # Until every shard is ready, the servers of the others are unknown, and would count as left.
        while self._bot.is_ready() and not self._bot.is_closed():
            # Those of shards that another process serves are unknown here, and left to it. Servers that are unavailable
            # at the moment are included; only those that the bot was removed from are missing.
            served = self._bot.served()
            here = [guild.id for guild in self._bot.guilds]
            try:
                await self._bot.database.write(subscriptions.sync_guild_membership, here, self._bot.clock(), served)
            except DatabaseUnavailableError as error:
                # Discord tells of a server once, and what is not noted would be silent until tomorrow.
                log.warning("The servers could not be noted, trying again: %s", error)
                await asyncio.sleep(AGAIN)
            else:
                return


async def setup(bot: Byeol) -> None:
    """Add the listeners to the bot."""
    await bot.add_cog(Servers(bot))
