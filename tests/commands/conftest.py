"""When the commands of a server are tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.database import Database
from tests.commands.eve import EVE
from tests.commands.stage import START, Stage
from tests.conftest import World, no_errors, world_of


@pytest_asyncio.fixture
async def eve(database: Database, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """The bot on the eve of the premiere."""
    with no_errors(caplog):
        async with world_of(database, EVE.astimezone(UTC)) as world:
            yield world


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The bot, an empty catalogue, and a channel."""
    database = await Database.open(tmp_path / "byeol.db")
    try:
        async with world_of(database, START) as world:
            yield Stage(world, tmp_path)
    finally:
        await database.close()
