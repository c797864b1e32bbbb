"""``/notify``: a member is told of a drama or an artist, by a role of the server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.client import Byeol
from bot.interactions import notify
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.params import FindFollowed
from bot.render import notify as notify_words
from bot.search import Entry
from bot.store import subject_roles


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Notify(commands.GroupCog, group_name=_("notify"), group_description=_("Be told of a drama or an artist")):
    """What a member is told of."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot

    @app_commands.command(name=_("me"), description=_("Be told of a drama or an artist, or no longer"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama, a person or a group"))
    async def me(self, interaction: Interaction, name: app_commands.Transform[Entry, FindFollowed]) -> None:
        """Do what the button does."""
        await notify.press(interaction, name.ref)

    @app_commands.command(name=_("list"), description=_("What you are told of here, and how to stop"))
    async def list(self, interaction: Interaction) -> None:
        """Show the roles of the member who asks."""
        await reply(interaction, notify_words.told(words_of(interaction), await notify.told(interaction)), private=True)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Forget a role that was deleted in Discord."""
        await self._bot.database.write(subject_roles.gone, role.guild.id, role.id)


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(Notify(bot))
