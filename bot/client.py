"""The Discord client: loads the cogs, syncs the commands when they changed, and knows their mentions."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import pkgutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.catalogue.model import Clock
from bot.cluster.gateway import ClientGateway
from bot.cluster.keeper import Keeper
from bot.discord_internals import mark_ready, take_shards_later, use_its_gateway
from bot.errors import SettingError, StartError, StoppingError
from bot.interactions import buttons, following, notify, panel, rsvp, schedule
from bot.interactions.answers import explain
from bot.interactions.cooldown import Cooldowns
from bot.interactions.host import Host
from bot.interactions.in_flight import InFlight
from bot.interactions.tree import Translator, Tree
from bot.metrics import Metrics
from bot.store import commands as synced
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.store.shards import Shards
from bot.store.whole import Whole
from bot.text import Words

COGS = Path(__file__).parent.parent / "cogs"
"""The folder of the cogs: every module in it is loaded by name, and nothing imports them."""

_OF_ITSELF = ("about", "help")
"""The commands about the bot rather than the catalogue."""

LAST_CALL = 0.1
"""Seconds for which a bot that was told to stop goes on receiving: what Discord sent before is on its way."""
GOODBYE = 0.5
"""Seconds that Discord's gateway has to confirm the end of a connection."""
ANSWERS = 3.0
"""Seconds that answers have to be completed: Discord takes none that begins later than 3 s after the interaction
(https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback)."""
RELEASE = 2.0
"""Seconds to release the shards, if the database is busy."""
APOLOGIES = 0.4
"""Seconds to tell those whose answers were begun and not completed."""

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
        saved_index: Path | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """`keeper`: of a process that shares the shards with others; it has joined them."""
        self.metrics = Metrics()
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
            shard_count=keeper.choice.count if keeper is not None else None,
            http_trace=_counting_limits(self.metrics),
        )
        self.database = database
        self.clock = clock
        self.keeper = keeper
        self.limiter = RateLimiter(self) if keeper is None else RateLimiter(self, keeper.rate)
        self.lookup = Lookup(database, saved=saved_index)
        self.whole = Whole(database)
        self.in_flight = InFlight()
        self.cooldowns = Cooldowns()
        self._dev_guild = discord.Object(dev_guild) if dev_guild is not None else None
        self._custom_api = custom_api
        self._command_ids: dict[str, int] = {}
        self._synced = False
        self._leading: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Load every cog, and sync the commands with Discord if they changed. Of several processes, one syncs.

        Raises `StartError` if a cog fails to load, and `SettingError` if the bot is not in the development server.
        """
        if self._custom_api:
            await use_its_gateway(self.http)
        await self.tree.set_translator(Translator())
        buttons.register(self)
        panel.register(self)
        following.register(self)
        notify.register(self)
        schedule.register(self)
        rsvp.register(self)
        await self.load_cogs()
        await self.lookup.ready()
        await self.lookup.follow()
        if self._dev_guild is not None:
            self.tree.copy_global_to(guild=self._dev_guild)
        if self.keeper is None or self.keeper.leads:
            await self._sync_all()
        if self.keeper is not None:
            self._leading = asyncio.create_task(self.keeper.lead(self._sync_all))
            await self._read_ids()

    async def _sync_all(self) -> None:
        """Sync the commands everywhere, unless this process has done so: they do not change while it runs."""
        if self._synced:
            return
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
        self._synced = True

    async def load_cogs(self) -> None:
        """Load every module of `COGS`. Raises `StartError` if one fails to load."""
        for module in pkgutil.iter_modules([str(COGS)], f"{COGS.name}."):
            try:
                await self.load_extension(module.name)
            except commands.ExtensionError as error:
                raise StartError(f"{module.name} cannot be loaded: {error}") from error

    async def close(self) -> None:
        """Receive nothing more, complete what was begun, as far as that is soon, and disconnect from Discord.

        Interactions are answered and announcements recorded before the connection for requests is closed. It takes
        less than five seconds, whatever Discord does.
        """
        if self._leading is not None:
            self._leading.cancel()
        if not self.is_closed():
            await self._hang_up()
            await asyncio.gather(
                self._release_shards(), self._complete_answers(), *map(self._unload, tuple(self.extensions))
            )
        await super().close()
        await self.lookup.close()

    async def _hang_up(self) -> None:
        """Close the gateway, so that Discord sends nothing that could not be answered any more."""
        if not self.shards:
            return
        await asyncio.sleep(LAST_CALL)
        goodbyes = [asyncio.create_task(shard.disconnect()) for shard in self.shards.values()]
        _, waiting = await asyncio.wait(goodbyes, timeout=GOODBYE)
        for goodbye in waiting:
            goodbye.cancel()

    async def _release_shards(self) -> None:
        """Let other processes serve the shards while what was begun here is completed."""
        if self.keeper is None:
            return
        try:
            async with asyncio.timeout(RELEASE):
                await self.keeper.release()
        except TimeoutError:
            log.warning("The shards were not released in time: others take them when this process leaves")
        except Exception:
            log.exception("The shards could not be released: others take them when their leases end")

    async def _complete_answers(self) -> None:
        left = await self.in_flight.finish(ANSWERS)
        if not left:
            return
        log.warning("Stopped before %d interactions were answered completely", len(left))
        apologies = [
            asyncio.create_task(explain(interaction, StoppingError()))
            for interaction in left
            if interaction.response.is_done()  # else it is too late for any
        ]
        if apologies:
            _, waiting = await asyncio.wait(apologies, timeout=APOLOGIES)
            for apology in waiting:
                apology.cancel()

    async def _unload(self, extension: str) -> None:
        """Let a cog complete its work; most have none."""
        with contextlib.suppress(commands.ExtensionNotLoaded):
            await self.unload_extension(extension)

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

    async def _read_ids(self) -> None:
        """Read the ids of the commands, which another process may have synced."""
        for scope in ("global", *([str(self._dev_guild.id)] if self._dev_guild is not None else [])):
            if self.is_closed():
                return
            found = await self.database.read(synced.synced, scope)
            if found is not None:
                self._command_ids |= found[1]

    def served(self) -> Shards | None:
        """The shards whose servers this process works for at present; None for all."""
        return self.keeper.served() if self.keeper is not None else None

    def own_shards(self) -> Collection[int]:
        """The shards that this process is to hold now: all of them, or those that the keeper has leased."""
        return self.keeper.held if self.keeper is not None else range(self.shard_count or 0)

    @property
    def waits(self) -> bool:
        """Whether the process has joined others that hold all shards."""
        return self.keeper is not None and self.keeper.waiting

    async def launch_shards(self) -> None:
        """Connect all shards; if others share them, begin with none, and let the keeper take some."""
        if self.keeper is None:
            await super().launch_shards()
        else:
            take_shards_later(self, self.keeper.choice.count)
            self.keeper.serve(ClientGateway(self))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a shard may identify."""
        if self.keeper is None or shard_id is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self.keeper.turn(shard_id)

    async def on_ready(self) -> None:
        """Log that the bot is ready; Discord may trigger this again after a lost connection."""
        log.info("Ready as %s, servers: %d", self.user, len(self.guilds))

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note that the servers of a shard are known, if others have shards too."""
        if self.keeper is None:
            return
        self.keeper.ready(shard_id)
        servers = sum(guild.shard_id == shard_id for guild in self.guilds)
        log.info("Serving shard %d of %d, servers: %d", shard_id, self.keeper.choice.count, servers)
        if not self.is_ready():
            mark_ready(self)
        await self._read_ids()

    async def on_shard_connect(self, shard_id: int) -> None:
        """Count a connection of a shard that began anew."""
        self.metrics.connected(shard_id, "identified")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Count a connection of a shard that goes on after it was lost."""
        self.metrics.connected(shard_id, "resumed")

    def command_mentions(self, t: Words) -> list[tuple[str, str]]:
        """Every command as a clickable mention with its description: those of fans, of planners, of admins."""
        found = [
            command
            for command in self.tree.walk_commands()
            if isinstance(command, app_commands.Command) and command.description
        ]
        found.sort(key=lambda command: (_is_for_admins(command), is_for_planners(command), command.name in _OF_ITSELF))
        return [
            (
                f"</{command.qualified_name}:{self._command_ids.get(command.qualified_name.split()[0], 0)}>",
                t(command.description),
            )
            for command in found
        ]


def _is_for_admins(command: app_commands.Command[Any, ..., Any]) -> bool:
    """Whether Discord shows a command to a server's admins alone, unless they allow it to others."""
    return command.root_parent is not None and command.root_parent.default_permissions is not None


def is_for_planners(command: app_commands.Command[Any, ..., Any]) -> bool:
    """Whether a command changes a server's schedule, as its extras, or else those of its group, say."""
    group = command.root_parent
    return {**(group.extras if group is not None else {}), **command.extras}.get("for") == "planners"


def _counting_limits(metrics: Metrics) -> aiohttp.TraceConfig:
    """Counts the requests that Discord refuses for their rate. discord.py waits and repeats them, and says nothing."""
    trace = aiohttp.TraceConfig()

    async def count(_: aiohttp.ClientSession, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        if request.response.status == 429:
            metrics.limited(request.response.headers.get("X-RateLimit-Scope"))

    trace.on_request_end.append(count)
    return trace
