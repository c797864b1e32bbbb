"""The store that its tests play on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.helpers import apply, opened, write
from tests.store.dated import seed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "byeol.db"


@pytest.fixture
async def store(path: Path, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(path) as database:
        await apply(database, write(tmp_path / "seeds", drama=seed()))
        yield database
