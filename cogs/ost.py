"""``/ost``: the songs of an artist or of a drama, or one song."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.params import FindSung
from bot.search import Entry


class Ost(commands.Cog):
    """Songs."""

    @app_commands.command(
        name=_("ost"), description=_("OSTs of an artist or a drama, or one song"), extras={"card": "ost"}
    )
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("An artist, a drama or a song, in any spelling"))
    async def ost(self, interaction: Interaction, name: app_commands.Transform[Entry, FindSung]) -> None:
        """Answer with the songs of `name`."""
        await reply_card(interaction, "ost", str(name.ref))


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Ost())
