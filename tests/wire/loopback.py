"""A loopback Discord: REST API and gateway on 127.0.0.1, for a bot that runs as a process of its own.

    async with Loopback() as discord:
        async with BotProcess(discord, tmp_path / "byeol.db") as bot:
            await bot.ready()
            reply = await discord.interact_command("ost", {"name": "jin"})

It speaks enough of Discord's protocol for a bot with the `guilds` intent, stores what the bot posts, and holds
it to the rules that matter for delivery: enforced nonces, permissions, rate limits, three seconds to answer.
Tests arrange the world through it, plan faults, and assert on what it stored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self, Unpack

from aiohttp import web

from .clock import Clock
from .gateway import Gateway, Turns
from .interactions import Acting, Interactions, Reply
from .offer import Value
from .payloads import BOT_PERMISSIONS, ChannelKind, Payload, Permission
from .places import Channel, Guild, Role
from .rest import PREFIX, Rest
from .traffic import Action, Fault, Limits, Request
from .world import World

TOKEN = "bG9vcGJhY2s.wire.only-this-server-takes-it"
"""The one token that the loopback accepts; any other gets 401 and close code 4004."""
PATIENCE = 4
"""How many times as long as they say tests wait for what has to come: a busy machine is that much slower than a quiet
one, and only a test that fails waits to the end."""


class Loopback:
    """One Discord of one bot. It starts with a server (`guild`) that has a text and a news channel and a role."""

    def __init__(
        self,
        *,
        nonce_window: float = 180.0,
        heartbeat_interval: float = 41.25,
        shards: int = 1,
        turns: Turns | None = None,
    ) -> None:
        self.token = TOKEN
        self.world = World(nonce_window=nonce_window)
        self.gateway = Gateway(self.world, self.token, heartbeat_interval=heartbeat_interval, turns=turns)
        self._interactions = Interactions(self.world, self.gateway)
        self.rest = Rest(self.world, self._interactions, self.gateway, self.token, shards=shards)
        self.rest.concurrency = turns.concurrency if turns is not None else 1
        self.guild = self.add_guild("Drama Club")
        self.general = self.guild.add_channel("general")
        self.news = self.guild.add_channel("news", ChannelKind.NEWS)
        self.role = self.guild.add_role("Announcements")
        self.accounts: list[Callable[[], str]] = []
        """What the processes that run here can say of themselves, for the error of a wait that was in vain."""
        self._runner: web.AppRunner | None = None

    # Life

    async def start(self) -> None:
        """Listen on a free port."""
        self.clock.open()
        app = web.Application(client_max_size=30 * 2**20)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.rest.serve)
        # The gateway answers at any other address, so that a bot may derive its own from the API's.
        app.router.add_get("/{path:.*}", self.gateway.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    async def stop(self) -> None:
        """Close every connection and the port."""
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.clock.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """The address that takes the place of https://discord.com/api/v10."""
        if self._runner is None:
            raise RuntimeError("the loopback is not started")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{PREFIX}"

    async def until(self, condition: Callable[[], object], within: float = 10.0, what: str = "the condition") -> None:
        """Wait until something is true of this server, however the bot brings it about.

        `within`: seconds that a quiet machine takes at most.
        """
        end = time.monotonic() + within * PATIENCE
        while not condition():
            if time.monotonic() > end:
                accounts = (account() for account in self.accounts)
                raise TimeoutError("\n".join((f"{what} did not come within {within:g} s", *accounts)))
            await asyncio.sleep(0.005)

    async def quiet(self, span: float = 0.0, within: float = 30.0) -> None:
        """Wait until no request is under way, a dead process's neither, and none has come for `span` seconds.

        Only then may a test skip time: between two requests for one message, Discord would forget its nonce.
        """

        def silent() -> bool:
            last = self.log[-1].at if self.log else -span
            return not self.rest.under_way and time.monotonic() - last >= span

        await self.until(silent, within, "silence")

    # The world

    @property
    def commands(self) -> list[Payload]:
        """The global commands that the bot synced."""
        return self.world.commands.get(None, [])

    @property
    def syncs(self) -> int:
        """How often commands were synced, in any scope."""
        return self.world.syncs

    @property
    def clock(self) -> Clock:
        """Discord's time, which can be set; `launched` bots live by it too."""
        return self.world.clock

    @property
    def nonce_window(self) -> float:
        """For how many seconds Discord remembers a nonce; set it to 0 to be past the window."""
        return self.world.nonce_window

    @nonce_window.setter
    def nonce_window(self, seconds: float) -> None:
        self.world.nonce_window = seconds

    def add_guild(self, name: str, *, permissions: Permission = BOT_PERMISSIONS, locale: str = "en-US") -> Guild:
        """Make a server with no channels; a connected bot learns of it by `invite`."""
        return self.world.add_guild(name, permissions=permissions, locale=locale)

    async def invite(self, guild: Guild) -> None:
        """Tell the connected bot that it joined this server."""
        await self.gateway.guild_create(guild)

    async def lose(self, guild: Guild) -> None:
        """Let an outage of Discord take a server away until `restore`; the bot stays in it, and hears nothing of it."""
        self.gateway.lost.add(guild.id)
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild_id=guild.id)

    async def restore(self, guild: Guild) -> None:
        """Let the outage be over."""
        self.gateway.lost.remove(guild.id)
        await self.gateway.guild_create(guild)

    async def remove_guild(self, guild: Guild) -> None:
        """The server removes the bot: its channels become unknown."""
        del self.world.guilds[guild.id]
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id)

    async def delete_role(self, guild: Guild, role: Role) -> None:
        """Delete a role of a server; a message that names it pings nobody from now on."""
        del guild.roles[role.id]
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        await self.gateway.dispatch("GUILD_ROLE_DELETE", data, guild_id=guild.id)

    async def delete_channel(self, channel: Channel, *, tell: bool = True) -> None:
        """Delete a channel; without `tell` the bot finds out by the 404 (10003) that it gets."""
        channel.deleted = True
        if tell and channel.guild is not None:
            await self.gateway.dispatch("CHANNEL_DELETE", channel.payload(self.world.bot), guild_id=channel.guild.id)

    def direct(self, user_id: int) -> Channel:
        """The direct messages between the bot and a person."""
        return self.world.direct(user_id)

    # Traffic

    @property
    def log(self) -> list[Request]:
        """Every REST request, in the order of arrival."""
        return self.rest.log

    def requests(self, method: str, path: str) -> list[Request]:
        """The requests to one path (after /api/v10)."""
        return [request for request in self.log if (request.method, request.path) == (method, path)]

    @property
    def limits(self) -> Limits:
        """Discord's rate limits, off until set, and the count of refusals."""
        return self.rest.limits

    def fault(self, method: str, path: str, action: Action, *, after: bool = False, times: int | None = 1) -> Fault:
        """Plan a fault for requests whose path (after /api/v10) matches the pattern; see `Fault`."""
        fault = Fault(method, path, action, "after" if after else "before", times)
        self.rest.faults.append(fault)
        return fault

    def slow_down(self, latency: float, jitter: float = 0.0) -> None:
        """Let every REST request take this many seconds, and up to `jitter` more."""
        self.rest.latency, self.rest.jitter = latency, jitter

    # The gateway

    @property
    def identified(self) -> asyncio.Event:
        """Set once a client identified and was told of its servers; clear it to wait for the next."""
        return self.gateway.identified

    @property
    def identifies(self) -> int:
        return self.gateway.identifies

    @property
    def resumes(self) -> int:
        return self.gateway.resumes

    async def drop_gateway(self, *, resumable: bool = True) -> None:
        """Cut the websocket; the client resumes its session, or must identify anew."""
        await self.gateway.drop(resumable=resumable)

    async def revoke_token(self) -> None:
        """Take the token back, as "Reset Token" does: sessions end with 4004, and nothing is let in any more."""
        await self.gateway.end_sessions(4004)

    # People

    async def interact_command(
        self,
        name: str,
        options: Mapping[str, Value] | None = None,
        *,
        channel_id: int | None = None,
        guild: bool = True,
        **acting: Unpack[Acting],
    ) -> Reply:
        """Use a slash command ("announcements setup") in a channel, or in direct messages with `guild=False`."""
        where = self._place(channel_id, guild, acting)
        return await self._interactions.command(name, options or {}, where, **acting)

    async def autocomplete(
        self,
        name: str,
        focused: str,
        typed: str,
        *,
        others: Mapping[str, Value] | None = None,
        channel_id: int | None = None,
        guild: bool = True,
        **acting: Unpack[Acting],
    ) -> Reply:
        """Type into one option of a command; the reply's `choices` are what the bot offers."""
        where = self._place(channel_id, guild, acting)
        return await self._interactions.autocomplete(name, focused, typed, others or {}, where, **acting)

    async def press(self, message: Payload, custom_id: str, **acting: Unpack[Acting]) -> Reply:
        """Press a message's button."""
        return await self._interactions.press(message, custom_id, self._channel_of(message), **acting)

    async def choose(
        self, message: Payload, custom_id: str, values: Sequence[str | int], **acting: Unpack[Acting]
    ) -> Reply:
        """Pick from a message's menu: option values, or ids of users, roles or channels."""
        return await self._interactions.choose(message, custom_id, values, self._channel_of(message), **acting)

    async def submit(
        self, form: Reply, values: Mapping[str, str | Sequence[str | int]], **acting: Unpack[Acting]
    ) -> Reply:
        """Fill in and send the form that a reply opened, by the custom ids of its fields."""
        return await self._interactions.submit(form, values, **acting)

    def _place(self, channel_id: int | None, guild: bool, acting: Acting) -> Channel:
        if not guild:
            return self.world.direct(acting.get("user_id", 1))
        return self.general if channel_id is None else self.world.channel(channel_id)

    def _channel_of(self, message: Payload) -> Channel:
        return self.world.channel(int(message["channel_id"]))
