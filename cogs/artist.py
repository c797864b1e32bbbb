"""``/artist``: a singer, an actor or a group."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.params import FindArtist
from bot.search import Entry


class Artist(commands.Cog):
    """People and groups."""

    @app_commands.command(
        name=_("artist"),
        description=_("A singer, an actor or a group: roles, OSTs and albums"),
        extras={"card": "artist"},
    )
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A person or a group, in any spelling"))
    async def artist(self, interaction: Interaction, name: app_commands.Transform[Entry, FindArtist]) -> None:
        """Answer with what is known of `name`."""
        await reply_card(interaction, "artist", str(name.ref))


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Artist())
