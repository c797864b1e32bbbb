"""The store that its tests play on: on SQLite, and once more on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.address import Address
from bot.store.database import Database
from tests.helpers import apply, opened, write
from tests.store.dated import seed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of SQLite that is not there yet."""
    return tmp_path / "byeol.db"


@pytest.fixture
async def database(with_seeds: Address) -> AsyncGenerator[Database]:
    """The seeded catalogue."""
    async with opened(with_seeds) as database:
        yield database


@pytest.fixture
async def store(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, write(tmp_path / "seeds", drama=seed()))
        yield database
