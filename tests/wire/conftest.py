"""What the tests over real sockets share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

import discord
import pytest
import pytest_asyncio
from discord.http import Route

from .loopback import Loopback


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


@pytest_asyncio.fixture
async def client(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    """discord.py's REST half, logged in: what it makes of answers and faults."""
    monkeypatch.setattr(Route, "BASE", server.api_url)
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        await client.login(server.token)
        yield client


@pytest.fixture
def path(seeded: Path, tmp_path: Path) -> Path:
    """A seeded database that no process has opened yet."""
    copy = tmp_path / "byeol.db"
    copyfile(seeded, copy)
    return copy
