"""``/drama``: what is known of a drama."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.params import FindWork
from bot.search import Entry


class Drama(commands.Cog):
    """Dramas."""

    @app_commands.command(
        name=_("drama"), description=_("Titles, dates, networks, story and songs of a drama"), extras={"card": "drama"}
    )
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama, in any spelling"))
    async def drama(self, interaction: Interaction, name: app_commands.Transform[Entry, FindWork]) -> None:
        """Answer with what is known of `name`."""
        await reply_card(interaction, "drama", str(name.ref))


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Drama())
