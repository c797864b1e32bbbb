"""``/cast``: who plays whom."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.params import FindWork
from bot.search import Entry


class Cast(commands.Cog):
    """Casts."""

    @app_commands.command(name=_("cast"), description=_("Who plays whom in a drama"), extras={"card": "cast"})
    @app_commands.rename(drama=_("drama"))
    @app_commands.describe(drama=_("A drama, in any spelling"))
    async def cast(self, interaction: Interaction, drama: app_commands.Transform[Entry, FindWork]) -> None:
        """Answer with the cast of `drama`."""
        await reply_card(interaction, "cast", str(drama.ref))


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Cast())
