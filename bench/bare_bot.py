"""The baseline: a discord.py bot that answers the same commands with constants, and does nothing else.

What Byeol costs beyond this bot is Byeol's own cost; what this bot costs is the library's.
"""

from __future__ import annotations

import logging
import os

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

CHOICES = [app_commands.Choice(name=f"Close to You, part {part}", value=f"close-to-you-{part}") for part in range(25)]


def card(*, title: str) -> discord.ui.LayoutView:
    """A layout about the size of Byeol's answer to /ost."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=0x5B6EE1)
    container.add_item(discord.ui.TextDisplay(f"## {title}\n무대 위의 별에게"))
    container.add_item(
        discord.ui.TextDisplay(
            "**Performed by** Kim Example, Lee Example\n**From** When the Example Gossips, OST Part 2"
        )
    )
    container.add_item(discord.ui.Separator())
    container.add_item(
        discord.ui.TextDisplay(
            "Released <t:1735700400:D> (<t:1735700400:R>)\n"
            "The third OST that Kim Example has a credit on, and the second alone.\n"
            "-# Source: Example News, 2024-12-16"
        )
    )
    row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
    row.add_item(discord.ui.Button(label="Follow", custom_id="follow:1"))
    row.add_item(discord.ui.Button(label="The drama", custom_id="drama:1"))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


class BareBot(commands.AutoShardedBot):
    """A bot without caches or a database, with a single command."""

    def __init__(self) -> None:
        super().__init__(
            commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def setup_hook(self) -> None:
        await self.add_cog(Songs())
        await self.tree.sync()


class Songs(commands.Cog):
    """The single command."""

    @app_commands.command(description="An OST, by its title, its singer or its drama")
    async def ost(self, interaction: discord.Interaction[BareBot], name: str) -> None:
        # Stop it at once, as Byeol's stateless views are: discord.py then keeps no view per answer.
        view = card(title=name)
        view.stop()
        await interaction.response.send_message(view=view)

    @ost.autocomplete("name")
    async def offer(self, _: discord.Interaction[BareBot], __: str) -> list[app_commands.Choice[str]]:
        return CHOICES


def main() -> None:
    api = yarl.URL(os.environ["BYEOL_API_URL"])
    Route.BASE = str(api)
    # When a session cannot be resumed, discord.py reconnects to the default gateway, not to the one Discord named.
    DiscordWebSocket.DEFAULT_GATEWAY = api.with_scheme("ws").with_path("/gateway")
    discord.utils.setup_logging(level=logging.getLevelNamesMapping()[os.environ.get("BYEOL_LOG_LEVEL", "INFO")])
    BareBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
