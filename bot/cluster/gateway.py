"""The keeper's way to Discord's gateway: shards of one client, connected and given up while it runs."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import discord

from bot.cluster.keeper import Starts
from bot.discord_internals import UNREACHABLE, forget_shard, launch_shard

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds for which Discord may take to say how many shards may identify: what is held must be renewed meanwhile."""
GOODBYE = 2.0
"""Seconds for which Discord may take to close a connection: it is of no use to anybody any more."""


class ClientGateway:
    """The shards of `client`, which has been told their count."""

    def __init__(self, client: discord.AutoShardedClient) -> None:
        self._client = client

    async def starts(self) -> Starts:
        """How Discord limits identifies now. Raises `OSError` if it could not be asked."""
        try:
            async with asyncio.timeout(PATIENCE):
                limits = await self._client.fetch_session_start_limits()
        except UNREACHABLE as error:
            raise OSError(repr(error)) from error
        return Starts(limits.max_concurrency, limits.remaining, timedelta(milliseconds=limits.reset_after))

    async def connect(self, shard: int) -> None:
        """Connect a shard and identify it, however often it takes."""
        await launch_shard(self._client, shard)

    async def drop(self, shard: int) -> None:
        """Disconnect a shard and forget its servers, as if they had never been there."""
        info = self._client.get_shard(shard)
        forget_shard(self._client, shard)
        if info is None:
            return
        try:
            async with asyncio.timeout(GOODBYE):
                await info.disconnect()
        except Exception as error:
            log.debug("Shard %d could not say goodbye: %r", shard, error)
