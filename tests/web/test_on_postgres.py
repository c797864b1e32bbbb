"""Health and metrics of a bot whose PostgreSQL server goes away, hangs, and comes back."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.seeding import load_own
from bot.store import catalogue
from bot.store.database import Database
from tests.conftest import LOADED, world_of
from tests.postgres import running
from tests.web.asking import Served, served

pytestmark = pytest.mark.slow

PATIENCE = 2.0
"""Seconds: one for the database, and one for a machine that is busy with other things."""


async def well_again(server: Served) -> None:
    """Wait until the bot is well."""
    async with asyncio.timeout(30):
        while (await server.ask("/healthz")).status != 200:
            pass


@pytest.mark.parametrize("how", ["stopped", "hangs"])
async def test_a_server_that_is_away_is_told_in_time(how: str) -> None:
    with running() as postgres:
        database = await Database.open(postgres.database())
        try:
            await database.write(catalogue.apply, load_own(), LOADED)
            async with world_of(database) as world, served(world.bot) as server:
                await world.wait(6)
                await well_again(server)
                metrics = await server.ask("/metrics")
                assert metrics.value("byeol_database_up") == 1
                assert (metrics.value("byeol_database_bytes", file="database") or 0) > 1_000_000
                if how == "stopped":
                    postgres.stop()
                else:
                    postgres.pause()
                for _ in range(5):  # more than there are connections for reading
                    begun = time.monotonic()
                    answer = await server.ask("/healthz")
                    assert time.monotonic() - begun < PATIENCE
                    assert answer.status == 503
                    assert answer.json["status"] == "failing"
                    assert answer.json["database"] in ("no answer within 1 s", "failed: DatabaseUnavailableError")
                    assert answer.json["gateway"] == "ok"
                begun = time.monotonic()
                metrics = await server.ask("/metrics")
                assert time.monotonic() - begun < PATIENCE
                assert metrics.value("byeol_database_up") == 0
                assert metrics.value("byeol_servers") == 1
                if how == "stopped":
                    postgres.start()
                else:
                    postgres.go_on()
                await well_again(server)
                assert (await server.ask("/metrics")).value("byeol_database_up") == 1
        finally:
            await database.close()
