"""A server that Discord cannot reach for a while: what is to be done there waits for it, and nothing is given up."""

from __future__ import annotations

import pytest

from bot.address import Address

from .deliveries import WINDOW_IS_OVER, clubs, release, states, subscribe, visible
from .loopback import Loopback
from .payloads import ChannelKind, MessageFlag
from .process import launched
from .test_crash import die_at
from .test_guild_events import choose, entries, premiere, reason, settled

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

WAITS = "away"


async def test_a_premiere_stands_as_soon_as_the_server_is_back(server: Loopback, path: Address) -> None:
    (guild,) = await choose(server, path)
    premiere(server, path)
    await server.lose(guild)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: reason(path) == WAITS, within=20, what="that it waits")
        await server.restore(guild)
        await server.until(lambda: settled(path), within=20, what="the record")
        assert await bot.terminate() == 0
    assert settled(path) == [int(entry["id"]) for entry in entries(guild)]


async def test_a_post_waits_for_the_server_and_is_handed_on_and_has_its_thread(server: Loopback, path: Address) -> None:
    away, well = clubs(server, 2, ChannelKind.NEWS)
    subscribe(server, path, [away, well], threads=1)
    assert away.guild is not None
    async with launched(server, path) as bot:
        await bot.ready()
        await server.lose(away.guild)
        release(server, path, "yours")
        await server.until(lambda: sorted(states(path)) == ["retrying", "sent"], within=20, what="the other post")
        assert visible([away]) == 0
        await server.restore(away.guild)
        await server.until(lambda: states(path) == ["sent", "sent"], within=20, what="the post")
        await server.until(lambda: all("thread" in post for post in away.posts), within=20, what="its thread")
        assert await bot.terminate() == 0
    (post,) = away.posts
    assert post["flags"] & MessageFlag.CROSSPOSTED


@pytest.mark.parametrize("point", ["sent, not stored", "stored, answer lost"])
async def test_what_is_in_doubt_is_looked_for_when_the_server_is_back(
    server: Loopback, path: Address, point: str
) -> None:
    channels = clubs(server, 1)
    subscribe(server, path, channels)
    release(server, path, "yours")
    await die_at(server, path, point)
    assert channels[0].guild is not None
    await server.lose(channels[0].guild)
    server.clock.skip(WINDOW_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) != ["sending"], within=20, what="that it waits")
        assert states(path) == ["retrying"]
        await server.restore(channels[0].guild)
        await server.until(lambda: states(path) == ["sent"], within=20, what="the record")
        assert await bot.terminate() == 0
    assert visible(channels) == 1
