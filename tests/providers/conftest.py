"""What the tests against the loopback providers share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio

from bot.address import Address
from tests.engines import Databases
from tests.helpers import opened

from .asking import AGENT, JSON, Get
from .pace import Pace
from .server import Providers
from .syncing import Syncing


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest_asyncio.fixture
async def providers(pace: Pace) -> AsyncIterator[Providers]:
    """The three services with the invented world, and with the rates that they publish."""
    async with Providers(clock=pace.time) as loopback:
        yield loopback


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def get(providers: Providers, session: aiohttp.ClientSession, pace: Pace) -> Get:
    """Get the JSON at a path, a minute after the last request."""

    async def got(path: str, status: int = 200, **query: str) -> JSON:
        pace.now += 60
        async with session.get(providers.address + path, params=query or None, headers=AGENT) as response:
            assert response.status == status
            return await response.json(content_type=None)

    return got


@pytest_asyncio.fixture
async def syncing(
    providers: Providers, session: aiohttp.ClientSession, pace: Pace, address: Address
) -> AsyncIterator[Syncing]:
    """An empty database that the loopback's providers are read into, within their rates."""
    async with opened(address) as database:
        yield Syncing(database, providers, session, pace)
    assert providers.violations == []


@pytest_asyncio.fixture
async def another(syncing: Syncing, databases: Databases) -> AsyncIterator[Syncing]:
    """Another empty database, for the same providers."""
    async with opened(databases.empty()) as database:
        yield replace(syncing, database=database)
