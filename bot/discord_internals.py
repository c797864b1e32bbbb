"""The one module that uses discord.py's internals: where it sends requests, when, how often, and how it runs commands.

Written against discord.py 2.7; `verify_version` refuses others, and `tests/test_adapters.py` fails if an internal part
moved.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, cast

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot import installation
from bot.errors import StartError

ClientT = TypeVar("ClientT", bound=discord.Client)

KNOWN = "2.7."
"""The versions of discord.py whose internals this module knows."""

UNREACHABLE = (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError)
"""What discord.py raises if Discord does not answer, or not as it should; a refused token is none of them."""


def verify_version() -> str:
    """The installed version of discord.py. Raises `StartError` if this module does not know it."""
    if not discord.__version__.startswith(KNOWN):
        raise StartError(
            f"discord.py {discord.__version__} is installed, which Byeol does not know."
            f" Install what requirements/run.txt lists: {installation.python()} -m pip install -r requirements/run.txt"
        )
    return discord.__version__


def use_api(url: str) -> None:
    """Use the Discord-compatible REST API at `url` instead of Discord. Call this before a client logs in."""
    Route.BASE = url


async def use_its_gateway(http: HTTPClient) -> None:
    """Keep to the gateway that the API of `use_api` names, even after a lost session.

    discord.py would reconnect to its built-in address then, whatever gateway it was given before.
    """
    _, gateway, _ = await http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


async def gateway(http: HTTPClient) -> tuple[str, int, int]:
    """The address of the gateway, how many sessions the bot may start today, and after how many seconds more of them.

    (https://discord.com/developers/docs/events/gateway#session-start-limit-object)
    """
    _, address, limit = await http.get_bot_gateway()
    return address, limit["remaining"], -(-limit["reset_after"] // 1000)


def global_limit(client: discord.Client) -> asyncio.Event | None:
    """Set unless Discord rate-limits all requests (a global 429); None before the client logs in."""
    found: object = getattr(client.http, "_global_over", None)
    return found if isinstance(found, asyncio.Event) else None


class WrappedTree(app_commands.CommandTree[ClientT]):
    """A command tree that runs something around each command and autocomplete. discord.py has no hook at their end."""

    def around(self, interaction: discord.Interaction[ClientT]) -> AbstractAsyncContextManager[None]:
        """What an interaction is handled in."""
        raise NotImplementedError

    async def _call(self, interaction: discord.Interaction[ClientT]) -> None:
        async with self.around(interaction):
            await super()._call(interaction)


REPEATED = (500, 502, 504, 524)
"""The failures of Discord after which discord.py repeats a request by itself."""


class NotRepeatedError(aiohttp.ClientError):
    """Raised instead of repeating a request whose first attempt may have been carried out."""


async def request_once(
    http: HTTPClient, route: Route, payload: dict[str, Any], *, reason: str | None = None
) -> dict[str, Any]:
    """Make a request with a JSON body, and return the response's. Raises `NotRepeatedError` if the outcome is unknown.

    `reason`: for the server's audit log.

    discord.py by itself retries a request that failed at Discord (`REPEATED`) or whose connection was reset, although
    Discord may have carried it out. Messages have a nonce against that; a request without one must not be retried
    silently. After a rate limit (429) it still is: then Discord did nothing.
    """
    return await http.request(route, json=payload, reason=reason, middlewares=(_unless_in_doubt,))


async def _unless_in_doubt(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        response = await send(request)
        await response.read()
    except OSError as error:
        raise NotRepeatedError("The connection broke") from error
    if response.status in REPEATED:
        raise NotRepeatedError(f"Discord failed ({response.status})")
    return response


SPOILER_CHANNEL = 1 << 21
"""The flag of a channel whose members opt in before they see it
(https://discord.com/developers/docs/resources/channel#channel-object-channel-flags)."""


async def spoiler_channels(client: discord.Client, guild_id: int) -> set[int]:
    """Ask Discord for the ids of a server's spoiler channels: discord.py does not keep the flags of text channels."""
    found = await client.http.get_all_guild_channels(guild_id)
    return {int(one["id"]) for one in cast("list[dict[str, Any]]", found) if one.get("flags", 0) & SPOILER_CHANNEL}


def take_shards_later(client: discord.AutoShardedClient, count: int) -> None:
    """Let a client that is about to connect begin without shards, to which `launch_shard` adds.

    Each is ready by itself: discord.py would wait for as many as there are in `shard_ids`.
    """
    state = _state(client)
    state.shard_count, state.shard_ids = count, ()


async def launch_shard(client: discord.AutoShardedClient, shard_id: int) -> None:
    """Connect and identify one more shard; discord.py tries again until it succeeds."""
    await client.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, shard_id)


def mark_ready(client: discord.AutoShardedClient) -> None:
    """Let a client whose shards are taken later be ready, and tell those who wait for it."""
    _state(client).call_handlers("ready")
    client.dispatch("ready")


def forget_shard(client: discord.AutoShardedClient, shard_id: int) -> None:
    """Let a client have no part in a shard any more: it is not connected again, and its servers are forgotten.

    No event is dispatched, since the bot is still in these servers.
    """
    shards: dict[int, Any] = cast("Any", client)._AutoShardedClient__shards
    shard = shards.pop(shard_id, None)
    if shard is not None:
        # What it had to do may still be in the queue of the client.
        shard._queue_put, shard.reidentify, shard.reconnect = _ignore, _nothing, _nothing
        shard._cancel_task()
    state = _state(client)
    becoming_ready = state._ready_tasks.get(shard_id)
    if becoming_ready is not None:
        becoming_ready.cancel()
    if shard_id in state._ready_states:
        # Emptied, not removed: a task that was cancelled just as it heard of a server looks into it once more.
        state._ready_states[shard_id] = asyncio.Queue()
    for guild in client.guilds:
        if guild.shard_id == shard_id:
            state._remove_guild(guild)


def _state(client: discord.Client) -> Any:
    return cast("Any", client)._connection


def _ignore(_: object) -> None:
    pass


async def _nothing(*_: object) -> None:
    pass
