"""What the tests over real sockets share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

import pytest
import pytest_asyncio

from .loopback import Loopback


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


@pytest.fixture
def path(seeded: Path, tmp_path: Path) -> Path:
    """A seeded database that no process has opened yet."""
    copy = tmp_path / "byeol.db"
    copyfile(seeded, copy)
    return copy
