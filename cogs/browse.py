"""``/browse``: the catalogue as lists, without a search term."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.catalogue.model import Label
from bot.client import Byeol
from bot.interactions.answers import Interaction, reply_card
from bot.interactions.params import Network
from bot.render.browse import AIRING, ARTISTS, DRAMAS

LISTS = [
    app_commands.Choice(name=_("All dramas"), value=str(DRAMAS)),
    app_commands.Choice(name=_("Now airing"), value=str(AIRING)),
    app_commands.Choice(name=_("Artists"), value=str(ARTISTS)),
]


class Browse(commands.Cog):
    """Lists."""

    @app_commands.command(name=_("browse"), description=_("Look through dramas and artists"))
    @app_commands.rename(what=_("what"), network=_("network"))
    @app_commands.describe(what=_("Which list"), network=_("Only dramas of a network or platform"))
    @app_commands.choices(what=LISTS)
    async def browse(
        self,
        interaction: Interaction,
        what: app_commands.Choice[str] | None = None,
        network: app_commands.Transform[Label, Network] | None = None,
    ) -> None:
        """Answer with a list of the catalogue."""
        chosen = str(network.ref) if network else what.value if what else str(DRAMAS)
        await reply_card(interaction, "browse", chosen)


async def setup(bot: Byeol) -> None:
    """Add the command to the bot."""
    await bot.add_cog(Browse())
