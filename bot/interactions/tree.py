"""The command tree: the one place where commands' errors are answered, and where commands are translated."""

from __future__ import annotations

import logging

import discord
from discord import app_commands

from bot import text
from bot.interactions.answers import explain
from bot.interactions.host import Host

log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree[Host]):
    """Commands work in servers, in direct messages and for users who installed the bot for themselves."""

    def __init__(self, client: Host) -> None:
        super().__init__(
            client,
            fallback_to_global=True,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def on_error(self, interaction: discord.Interaction[Host], error: app_commands.AppCommandError, /) -> None:
        """Answer every error of a command."""
        if interaction.type is discord.InteractionType.autocomplete:
            command = interaction.command.qualified_name if interaction.command else "?"
            log.warning("Suggestions for /%s failed", command, exc_info=error)
        else:
            await explain(interaction, error)


class Translator(app_commands.Translator):
    """Names and descriptions of commands in every language the bot speaks."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The string in `locale`, or None to have Discord fall back to English."""
        words = text.words(locale.value)
        translated = words(string.message) if words.language != text.ENGLISH else string.message
        return translated if translated != string.message else None
