"""``/healthz``, in each state that the bot can be in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Event
from types import SimpleNamespace
from typing import cast

import discord
import pytest
import pytest_asyncio
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import Byeol
from bot.cluster.keeper import Keeper
from bot.discord_internals import use_api
from bot.metrics import Metrics
from bot.store import vitals
from bot.store.connection import Connection
from bot.store.database import Database
from bot.web import health
from tests.conftest import World
from tests.web.asking import Answer, served
from tests.wire.loopback import TOKEN, Loopback
from tests.wire.traffic import Answer as Refusal
from tests.wire.traffic import rate_limited

WELL = {"status": "ok", "gateway": "ok", "database": "ok", "announcer": "ok"}


class Watch:
    """Seconds that go up as they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def asked(bot: Byeol) -> Answer:
    async with served(bot) as server:
        return await server.ask("/healthz")


async def test_a_bot_that_works_is_well(world: World) -> None:
    await world.wait(6)
    answer = await asked(world.bot)
    assert (answer.status, answer.json) == (200, WELL)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_bot_that_is_not_connected_yet_is_starting(database: Database) -> None:
    bot = Byeol(database)
    answer = await asked(bot)
    assert answer.status == 503
    assert answer.json == {"status": "starting", "gateway": "starting", "database": "ok", "announcer": "starting"}


async def test_a_process_without_a_shard_waits_and_is_well(database: Database) -> None:
    bot = Byeol(database)
    bot.keeper = cast("Keeper", SimpleNamespace(waiting=True, held=frozenset[int]()))
    answer = await asked(bot)
    assert answer.status == 200
    assert answer.json == {"status": "waiting", "gateway": "waiting", "database": "ok", "announcer": "waiting"}


async def test_announcements_that_do_not_go_on_are_told(world: World) -> None:
    watch = Watch()
    world.bot.metrics = Metrics(watch)
    world.bot.metrics.beat()
    watch.now = health.BEAT_PATIENCE
    assert (await asked(world.bot)).status == 200
    watch.now += 1
    world.bot.metrics = metrics = Metrics(watch)
    watch.now = 0
    metrics.beat()
    watch.now = health.BEAT_PATIENCE + 1
    answer = await asked(world.bot)
    assert answer.status == 503
    assert answer.json == {**WELL, "status": "failing", "announcer": "stuck for 61 s"}


async def test_a_database_that_does_not_answer_in_time_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.wait(6)
    monkeypatch.setattr(health, "DATABASE_PATIENCE", 0.01)
    free = Event()

    def hang(_: Connection) -> None:
        free.wait(20)

    monkeypatch.setattr(vitals, "answers", hang)
    try:
        answer = await asked(world.bot)
    finally:
        free.set()
    assert answer.status == 503
    assert answer.json == {**WELL, "status": "failing", "database": "no answer within 0.01 s"}


async def test_a_database_that_fails_is_told_without_its_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.wait(6)

    def fail(_: Connection) -> None:
        raise OSError("postgresql://byeol:password@db/byeol is away")

    monkeypatch.setattr(vitals, "answers", fail)
    answer = await asked(world.bot)
    assert answer.status == 503
    assert answer.json == {**WELL, "status": "failing", "database": "failed: OSError"}


@pytest_asyncio.fixture
async def discord_(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A Discord on this machine, for a bot in this process."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with Loopback(shards=2) as server:
        use_api(server.api_url)
        yield server


async def test_rate_limits_are_counted_by_their_scope(discord_: Loopback, database: Database) -> None:
    bot = Byeol(database, custom_api=True)
    commands = r"/applications/\d+/commands"
    discord_.fault("PUT", commands, rate_limited(0.01, everywhere=True))
    once = rate_limited(0.01)
    discord_.fault("PUT", commands, Refusal(429, once.json, {**once.headers, "X-RateLimit-Scope": "user"}))
    discord_.fault("PUT", commands, once)
    try:
        await bot.login(TOKEN)
        async with served(bot) as server:
            answer = await server.ask("/metrics")
    finally:
        await bot.close()
    assert answer.value("byeol_rate_limits_total", scope="global") == 1
    assert answer.value("byeol_rate_limits_total", scope="user") == 1
    assert answer.value("byeol_rate_limits_total", scope="unknown") == 1
    assert answer.value("byeol_global_rate_limit") == 0


class HastyByeol(Byeol):
    """A bot that does not wait five seconds between two shards, as Discord wants it."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for nothing."""


async def test_a_lost_shard_is_told_until_it_is_back(discord_: Loopback, database: Database) -> None:
    bot = HastyByeol(database, custom_api=True)
    running = asyncio.create_task(bot.start(TOKEN))
    try:
        async with served(bot) as server:

            async def until(status: int) -> Answer:
                async with asyncio.timeout(30):
                    while (answer := await server.ask("/healthz")).status != status:
                        pass
                return answer

            assert (await until(200)).json == WELL
            await bot.shards[1].disconnect()
            answer = await until(503)
            assert answer.json == {**WELL, "status": "failing", "gateway": "not connected: shard 1"}
            metrics = await server.ask("/metrics")
            assert metrics.value("byeol_gateway_up", shard="0") == 1
            assert metrics.value("byeol_gateway_up", shard="1") == 0
            await bot.shards[1].connect()
            assert (await until(200)).json == WELL
            async with asyncio.timeout(30):  # it is connected a moment before that is counted
                while (metrics := await server.ask("/metrics")).value(
                    "byeol_gateway_connections_total", shard="1", how="identified"
                ) != 2:
                    pass
            assert metrics.value("byeol_gateway_up", shard="1") == 1
            assert metrics.value("byeol_gateway_connections_total", shard="0", how="identified") == 1
            await bot.close()
            closed = await server.ask("/healthz")
            assert closed.status == 503
            assert closed.json["gateway"] == "closed"
    finally:
        await bot.close()
        running.cancel()
        with suppress(asyncio.CancelledError, discord.DiscordException):
            await running
