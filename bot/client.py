"""The Discord client: loads the cogs, syncs the commands when they changed, and knows their mentions."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import pkgutil
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue.model import Clock
from bot.discord_internals import use_its_gateway
from bot.errors import SettingError, StartError
from bot.interactions import buttons, panel
from bot.interactions.host import Host
from bot.interactions.tree import Translator, Tree
from bot.store import commands as synced
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.text import Words

COGS = Path(__file__).parent.parent / "cogs"
"""The folder of the cogs: every module in it is loaded by name, and nothing imports them."""

_OF_ITSELF = ("about", "help")
"""The commands about the bot rather than the catalogue."""

log = logging.getLogger(__name__)


class Byeol(Host):
    """The bot. It sees servers, channels and roles, and nothing that people write."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock = discord.utils.utcnow,
        dev_guild: int | None = None,
        custom_api: bool = False,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            activity=discord.CustomActivity("/help · /ost · /cast"),
        )
        self.database = database
        self.clock = clock
        self.lookup = Lookup(database)
        self._dev_guild = discord.Object(dev_guild) if dev_guild is not None else None
        self._custom_api = custom_api
        self._command_ids: dict[str, int] = {}

    async def setup_hook(self) -> None:
        """Load every cog, and sync the commands with Discord if they changed.

        Raises `StartError` if a cog fails to load, and `SettingError` if the bot is not in the development server.
        """
        if self._custom_api:
            await use_its_gateway(self.http)
        await self.tree.set_translator(Translator())
        buttons.register(self)
        panel.register(self)
        for module in pkgutil.iter_modules([str(COGS)], f"{COGS.name}."):
            try:
                await self.load_extension(module.name)
            except commands.ExtensionError as error:
                raise StartError(f"{module.name} cannot be loaded: {error}") from error
        await self.lookup.index()
        if self._dev_guild is not None:
            self.tree.copy_global_to(guild=self._dev_guild)
        try:
            await self._sync(self._dev_guild)
        except (discord.Forbidden, discord.NotFound):
            if self._dev_guild is None:
                raise
            problem = f"is {self._dev_guild.id}, but the bot is not in that server. Invite it, or remove the setting."
            raise SettingError("BYEOL_DEV_GUILD", problem) from None
        for guild_id in await self.database.read(synced.guilds):
            if self._dev_guild is None or guild_id != self._dev_guild.id:
                # A former development server would show the commands twice; one the bot has left shows none.
                with contextlib.suppress(discord.Forbidden, discord.NotFound):
                    await self._sync(discord.Object(guild_id))
                await self.database.write(synced.forget, str(guild_id))

    async def _sync(self, guild: discord.Object | None) -> None:
        scope = str(guild.id) if guild else "global"
        translator = self.tree.translator
        assert translator is not None
        payload = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands(guild=guild)
        ]
        told = json.dumps([self.application_id, payload], sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(told.encode()).hexdigest()
        before = await self.database.read(synced.synced, scope)
        if before is not None and before[0] == digest:
            self._command_ids |= before[1]
            log.info("Commands are unchanged (%s)", scope)
            return
        known = await self.tree.sync(guild=guild)
        ids = {command.name: command.id for command in known}
        self._command_ids |= ids
        await self.database.write(synced.record, scope, digest, ids)
        log.info("Told Discord %d commands (%s)", len(known), scope)

    async def on_ready(self) -> None:
        """Log that the bot is ready; Discord may trigger this again after a lost connection."""
        log.info("Ready as %s in %d servers", self.user, len(self.guilds))

    def command_mentions(self, t: Words) -> list[tuple[str, str]]:
        """Every command as a clickable mention with its description: fans' commands first, then the admins'."""
        found = [
            command
            for command in self.tree.walk_commands()
            if isinstance(command, app_commands.Command) and command.description
        ]
        found.sort(key=lambda command: (command.parent is not None, command.name in _OF_ITSELF))
        return [
            (
                f"</{command.qualified_name}:{self._command_ids.get(command.qualified_name.split()[0], 0)}>",
                t(command.description),
            )
            for command in found
        ]
