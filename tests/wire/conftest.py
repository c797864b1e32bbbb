"""What the tests over real sockets share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from pathlib import Path
from shutil import copyfile
from typing import cast

import discord
import pytest
import pytest_asyncio
from discord.http import Route

from bot.address import Address
from bot.providers import starter
from bot.store import runs
from tests.engines import database
from tests.helpers import LOADED
from tests.postgres import Server

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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Modules that say so, in `ENGINES`, play on databases of both engines."""
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", getattr(cast("object", metafunc.module), "ENGINES", ["sqlite"]), indirect=True)


def leave_out_artists(address: Address) -> None:
    """Note that the artists that ship were loaded: it would keep every bot of a test busy from its start on."""
    with database(address) as connection:
        run = runs.begin_once(connection, starter.NAME, starter.ABOUT.name, LOADED)
        assert run is not None
        runs.finish(connection, run, LOADED, None)


@pytest.fixture
def file(seeded: Path, tmp_path: Path) -> Path:
    """A seeded file of SQLite that no bot has opened yet."""
    copy = tmp_path / "byeol.db"
    copyfile(seeded, copy)
    leave_out_artists(copy)
    return copy


@pytest.fixture
def path(request: pytest.FixtureRequest) -> Generator[Address]:
    """A seeded database of the engine that the module asks for; no bot has opened it yet."""
    if request.param == "sqlite":
        yield request.getfixturevalue("file")
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.database(request.getfixturevalue("seeded_template"))
    leave_out_artists(address)
    yield address
    server.drop(address)
