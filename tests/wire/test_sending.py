"""What the publisher makes of requests that hang or fail, inside a process: nothing waits for ever, nothing is lost.

It is about requests, and so on SQLite alone.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import discord
import pytest
import pytest_asyncio
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.announcements.publisher import guild_events, post_actions, publisher, rate_limiter, retry_policy
from bot.announcements.publisher.guild_events import GuildEvents
from bot.announcements.publisher.publisher import Publisher
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.store import deliveries as delivery_store
from bot.store import post_actions as chore_store
from bot.store.connection import Connection
from bot.store.database import Database
from tests.engines import database as written
from tests.helpers import opened

from .deliveries import clubs, open_deliveries, release, states, subscribe
from .loopback import Loopback
from .payloads import ChannelKind, MessageFlag
from .traffic import rate_limited

LIMITS = {publisher: publisher.ATTEMPT, post_actions: post_actions.ATTEMPT, guild_events: guild_events.ATTEMPT}


@pytest_asyncio.fixture
async def client(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    """discord.py, connected: it knows the servers that the bot is in."""
    monkeypatch.setattr(Route, "BASE", server.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.api_url).with_scheme("ws"))
    async with discord.AutoShardedClient(intents=discord.Intents(guilds=True)) as client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: client.get_channel(server.news.id))
        yield client
        await client.close()
        await running


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[Database]:
    async with opened(path) as database:
        yield database


@contextmanager
def impatient() -> Generator[None]:
    """Let nobody wait for an answer, nor for the end of a refusal, for longer than a moment."""
    with mock.patch.object(rate_limiter, "ALL_CLEAR", 0.05):
        patches = [mock.patch.object(module, "ATTEMPT", 0.3) for module in LIMITS]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()


async def tick(sender: Publisher | GuildEvents) -> None:
    """Let a sender do what is due; a test fails if it waits for what never comes."""
    async with asyncio.timeout(10):
        await sender.tick()


@pytest.mark.parametrize("module", LIMITS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_who_waits_for_an_answer_gives_up_before_another_may_take_over(module: Any) -> None:
    lease = getattr(module, "LEASE", None) or guild_events.guild_events.LEASE
    assert LIMITS[module] < lease.total_seconds()


async def test_after_a_refusal_for_all_whose_end_nobody_told_announcements_go_on(
    server: Loopback, client: discord.Client, path: Path, store: Database
) -> None:
    subscribe(server, path, [server.general])
    release(server, path, "yours")
    server.fault("POST", f"/channels/{server.general.id}/messages", rate_limited(600, everywhere=True))
    sender = Publisher(client, store, server.clock.now, RateLimiter(client))
    with impatient():
        await tick(sender)
        assert server.general.posts == []
    server.clock.skip(retry_policy.FIRST_RETRY * 2)
    await tick(sender)
    assert len(server.general.posts) == 1
    assert states(path) == ["sent"]


async def test_after_a_refusal_for_all_whose_end_nobody_told_posts_are_handed_on(
    server: Loopback, client: discord.Client, path: Path, store: Database
) -> None:
    subscribe(server, path, [server.news])
    release(server, path, "yours")
    server.fault("POST", "/crosspost$", rate_limited(600, everywhere=True))
    sender = Publisher(client, store, server.clock.now, RateLimiter(client))
    with impatient():
        await tick(sender)
        assert open_deliveries(path) == 1
    server.clock.skip(retry_policy.FIRST_RETRY * 2)
    await tick(sender)
    assert [post["flags"] & MessageFlag.CROSSPOSTED for post in server.news.posts] == [MessageFlag.CROSSPOSTED]
    assert open_deliveries(path) == 0


async def test_after_a_refusal_for_all_whose_end_nobody_told_premieres_stand_among_the_events(
    server: Loopback, client: discord.Client, path: Path, store: Database
) -> None:
    subscribe(server, path, [server.news], guild_events=1)
    at = (server.clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:00Z")
    with written(path) as connection:
        connection.execute(
            "UPDATE event SET earliest = ?1, latest = ?1, precision = 'minute', status = 'confirmed',"
            " revision = revision + 1 WHERE kind = 'premiere'"
            " AND entity_id = (SELECT id FROM entity WHERE kind = 'work' AND slug = 'jirisan')",
            (at,),
        )
        connection.execute("UPDATE catalogue SET revision = revision + 1")
    server.fault("GET", "/scheduled-events$", rate_limited(600, everywhere=True))
    sender = GuildEvents(client, store, server.clock.now, RateLimiter(client))
    with impatient():
        await tick(sender)
        assert server.guild.events == {}
    server.clock.skip(retry_policy.SETTLED * 2)
    await tick(sender)
    assert len(server.guild.events) == 1


async def test_a_database_that_holds_up_announcements_does_not_let_them_leave_at_once(
    server: Loopback, client: discord.Client, path: Path, store: Database
) -> None:
    channels = clubs(server, 70)
    for guild in [channel.guild for channel in channels if channel.guild is not None]:
        await server.invite(guild)
    await server.until(lambda: all(client.get_channel(channel.id) for channel in channels))
    subscribe(server, path, channels)
    release(server, path, "yours")
    server.limits.per_second = 50
    real = delivery_store.begin
    begun = 0

    def begin(*args: Any) -> bool:
        nonlocal begun
        begun += 1
        if begun in (10, 30, 50):
            time.sleep(0.3)
        return real(*args)

    sender = Publisher(client, store, server.clock.now, RateLimiter(client))
    with mock.patch.object(delivery_store, "begin", begin):
        await tick(sender)
    assert states(path) == ["sent"] * len(channels)
    assert server.limits.refusals == 0


async def test_a_chore_whose_end_cannot_be_recorded_costs_no_other(
    server: Loopback, client: discord.Client, path: Path, store: Database
) -> None:
    channels = clubs(server, 3, ChannelKind.NEWS)
    for guild in [channel.guild for channel in channels if channel.guild is not None]:
        await server.invite(guild)
    await server.until(lambda: all(client.get_channel(channel.id) for channel in channels))
    subscribe(server, path, channels)
    release(server, path, "yours")
    server.slow_down(0.1)
    refused: list[int] = []
    real = chore_store.done

    def done(connection: Connection, action: chore_store.PostAction, note: str | None = None) -> None:
        if not refused:
            refused.append(action.message_id)
            raise sqlite3.OperationalError("disk I/O error")
        real(connection, action, note)

    sender = Publisher(client, store, server.clock.now, RateLimiter(client))
    with mock.patch.object(chore_store, "done", done):
        await tick(sender)
        assert open_deliveries(path) == 1
        server.clock.skip(post_actions.LEASE)
        await tick(sender)
    assert open_deliveries(path) == 0
    assert [bool(post["flags"] & MessageFlag.CROSSPOSTED) for channel in channels for post in channel.posts] == [
        True
    ] * 3
