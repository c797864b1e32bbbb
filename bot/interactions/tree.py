"""The command tree: the one place where commands' errors are answered, and where commands are translated."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import discord
from discord import app_commands

from bot import text
from bot.discord_internals import WrappedTree
from bot.interactions.answers import explain
from bot.interactions.gate import admitted
from bot.interactions.host import Host
from bot.interactions.measuring import Outcome, measured, note, outcome_of

log = logging.getLogger(__name__)


class _Suggestions(logging.Filter):
    """Hears of suggestions that failed: discord.py logs them itself, with a traceback, and tells nobody else.

    Of those that Discord took no more it makes one line: that happens whenever somebody types fast or the connection is
    slow, and nothing can be done about it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Note what became of the interaction; change a record if it is about one too late, and keep it in any case."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception):
            if (interaction := _suggesting.get()) is not None:
                note(interaction, outcome_of(error))
            if outcome_of(error) is Outcome.LATE:
                record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
                record.msg, record.args = "Too late to suggest anything: %s", (error,)
        return True


_suggesting: ContextVar[discord.Interaction[Host] | None] = ContextVar("suggesting", default=None)
logging.getLogger(app_commands.tree.__name__).addFilter(_Suggestions())


class Tree(WrappedTree[Host]):
    """Commands work in servers, in direct messages and for users who installed the bot for themselves."""

    def __init__(self, client: Host) -> None:
        super().__init__(
            client,
            fallback_to_global=True,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    @asynccontextmanager
    async def around(self, interaction: discord.Interaction[Host]) -> AsyncGenerator[None]:
        """Count what becomes of an interaction, and how long it takes."""
        if interaction.type is discord.InteractionType.autocomplete:
            _suggesting.set(interaction)
            with measured(interaction, "autocomplete"):
                yield
        else:
            with measured(interaction, "command"):
                yield

    async def interaction_check(self, interaction: discord.Interaction[Host], /) -> bool:
        """Called before every command, and before suggestions are made."""
        return await admitted(interaction)

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
