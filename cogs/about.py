"""``/about`` and ``/help``: what the bot is, and what it can do."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card


class About(commands.Cog):
    """The bot itself."""

    @app_commands.command(name=_("about"), description=_("Version, catalogue, sources and privacy"))
    async def about(self, interaction: Interaction) -> None:
        """Answer with what the bot is."""
        await reply_card(interaction, "about", "all", private=True)

    @app_commands.command(name=_("help"), description=_("What I can do"))
    async def help(self, interaction: Interaction) -> None:
        """Answer with the commands."""
        await reply_card(interaction, "help", "all", private=True)


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(About())
