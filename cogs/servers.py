"""What happens when the bot is added to a server or removed from one."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands, tasks

from bot.client import Byeol
from bot.store import subscriptions

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
    async def on_guild_join(self, _: discord.Guild) -> None:
        """Resume a server that the bot is back in."""
        await self._keep_step()

    @commands.Cog.listener()
    async def on_guild_remove(self, _: discord.Guild) -> None:
        """Pause a server that the bot was removed from."""
        await self._keep_step()

    async def _keep_step(self) -> None:
        if not self._bot.is_ready():
            return  # until every shard is, the servers of the others are unknown, and would count as left
        # Includes servers that are unavailable at the moment; only those that the bot was removed from are missing.
        here = [guild.id for guild in self._bot.guilds]
        await self._bot.database.write(subscriptions.sync_guild_membership, here, self._bot.clock())


async def setup(bot: Byeol) -> None:
    """Add the listeners to the bot."""
    await bot.add_cog(Servers(bot))
