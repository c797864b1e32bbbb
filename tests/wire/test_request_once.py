"""A request that nothing tells from its repeat: it is made again only if Discord surely did nothing the first time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.discord_internals import REPEATED, NotRepeatedError, request_once

from .loopback import Loopback
from .payloads import Payload
from .traffic import Action, Answer, Drop, rate_limited


async def create(server: Loopback, client: discord.Client) -> Payload:
    """Post a message without a nonce."""
    return await request_once(
        client.http, Route("POST", "/channels/{channel_id}/messages", channel_id=server.general.id), {"content": "once"}
    )


@pytest.mark.parametrize("status", REPEATED)
@pytest.mark.parametrize("after", [False, True], ids=["not stored", "stored"])
async def test_failure_is_left_to_the_caller(
    server: Loopback, client: discord.Client, status: int, after: bool
) -> None:
    struck = server.fault("POST", "/messages$", Answer(status, {"message": "oops", "code": 0}), after=after, times=None)
    with pytest.raises(NotRepeatedError):
        await create(server, client)
    assert (struck.hits, len(server.general.posts)) == (1, int(after))


async def test_broken_connection_is_left_to_the_caller(server: Loopback, client: discord.Client) -> None:
    struck = server.fault("POST", "/messages$", Drop(), after=True, times=None)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await create(server, client)
    assert (struck.hits, len(server.general.posts)) == (1, 1)


async def test_reset_connection_is_left_to_the_caller(
    server: Loopback, client: discord.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # discord.py knows the number by which Windows says so, and repeats the request.
    tries = 0

    async def reset(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise ConnectionResetError(10054, "reset")

    monkeypatch.setattr(aiohttp.ClientResponse, "start", reset)
    monkeypatch.setattr(asyncio, "sleep", _at_once(asyncio.sleep))
    with pytest.raises(NotRepeatedError):
        await create(server, client)
    assert tries == 1


def _at_once(sleep: Callable[[float], Any]) -> Callable[[float], Any]:
    return lambda _: sleep(0)


@pytest.mark.parametrize("everywhere", [False, True])
async def test_after_a_rate_limit_it_is_made_again(server: Loopback, client: discord.Client, everywhere: bool) -> None:
    limited: Action = rate_limited(0.05, everywhere=everywhere)
    struck = server.fault("POST", "/messages$", limited, times=2)
    created = await create(server, client)
    assert struck.hits == 2
    assert [message["id"] for message in server.general.posts] == [created["id"]]
