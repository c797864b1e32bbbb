"""Two shards: each server's announcements arrive, and no shard is taken for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.address import Address
from tests.engines import database

from .deliveries import release, states, subscribe
from .loopback import Loopback
from .places import Channel
from .process import BotProcess

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

SHARDS = 2


@pytest_asyncio.fixture
async def sharded() -> AsyncIterator[Loopback]:
    async with Loopback(shards=SHARDS) as loopback:
        yield loopback


def channel_on(server: Loopback, shard: int) -> Channel:
    """A channel in a server of that shard; Discord derives the shard from the server's id."""
    while True:
        guild = server.add_guild(f"Shard {shard}")
        if (guild.id >> 22) % SHARDS == shard:
            return guild.add_channel("news")
        del server.world.guilds[guild.id]


async def test_servers_of_every_shard_are_announced_to_once(sharded: Loopback, path: Address) -> None:
    channels = [channel_on(sharded, shard) for shard in range(SHARDS)]
    async with BotProcess(sharded, path) as bot:
        await sharded.until(lambda: sharded.identifies == SHARDS, within=20, what="both shards")
        subscribe(sharded, path, channels)
        release(sharded, path, "yours", ahead=timedelta(seconds=1))
        await sharded.until(lambda: states(path) == ["sent"] * SHARDS, within=20, what="both announcements")
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * SHARDS
    assert "Traceback" not in bot.output


async def test_server_that_removes_the_bot_during_the_start_costs_no_other_shard_its_announcements(
    sharded: Loopback, path: Address
) -> None:
    leaving, staying = (channel_on(sharded, shard) for shard in range(SHARDS))
    subscribe(sharded, path, [leaving, staying])
    assert leaving.guild is not None
    gone = [leaving.guild.id]
    # What a bot that ran before knew of its servers.
    with database(path) as connection:
        connection.executemany(
            "INSERT INTO server (guild_id) VALUES (?)",
            [(channel.guild.id,) for channel in (leaving, staying) if channel.guild],
        )
    async with BotProcess(sharded, path) as bot:
        await sharded.until(lambda: sharded.identifies == 1, within=20, what="the first shard")
        # discord.py lets five seconds pass between two shards.
        await sharded.remove_guild(leaving.guild)
        await sharded.until(lambda: left(path) or sharded.identifies == SHARDS, within=20, what="the second shard")
        assert left(path) == []
        await sharded.until(lambda: left(path) == gone, within=20, what="the note that one server is left")
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output


def left(path: Address) -> list[int]:
    with database(path) as connection:
        return [
            guild for (guild,) in connection.execute("SELECT guild_id FROM server WHERE left_at IS NOT NULL ORDER BY 1")
        ]
