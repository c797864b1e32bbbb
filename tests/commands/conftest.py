"""When the commands of a server are tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC

import pytest
import pytest_asyncio

from bot.store.database import Database
from tests.commands.eve import EVE
from tests.conftest import World, no_errors, world_of


@pytest_asyncio.fixture
async def eve(database: Database, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """The bot on the eve of the premiere."""
    with no_errors(caplog):
        async with world_of(database, EVE.astimezone(UTC)) as world:
            yield world
