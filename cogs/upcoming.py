"""``/upcoming``: the dates ahead."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.cards import MONTH


class Upcoming(commands.Cog):
    """Dates ahead."""

    @app_commands.command(name=_("upcoming"), description=_("Premieres and releases ahead"))
    @app_commands.rename(days=_("days"))
    @app_commands.describe(days=_("How many days to look ahead (default: 30)"))
    async def upcoming(self, interaction: Interaction, days: app_commands.Range[int, 1, 366] = MONTH) -> None:
        """Answer with the dates of the next `days` days."""
        await reply_card(interaction, "upcoming", f"days-{days}")


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Upcoming())
