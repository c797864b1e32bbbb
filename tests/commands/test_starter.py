"""Commands over the artists that ship with Byeol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

import pytest
import pytest_asyncio

from bot.providers import starter
from tests.conftest import NOON, World, no_errors, world_of
from tests.helpers import opened


@pytest.fixture(scope="module")
def taken_in(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the seeds that took them in; to be copied, never to be opened."""
    path = tmp_path_factory.mktemp("starter") / "byeol.db"
    copyfile(seeded, path)

    async def load() -> None:
        async with opened(path) as database:
            await starter.load(database, lambda: NOON)

    asyncio.run(load())
    return path


@pytest_asyncio.fixture
async def filled(taken_in: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """The bot after it took them in."""
    copyfile(taken_in, tmp_path / "byeol.db")
    async with opened(tmp_path / "byeol.db") as database:
        with no_errors(caplog):
            async with world_of(database) as world:
                yield world


async def test_group_that_no_seed_file_names(filled: World) -> None:
    text = (await filled.ask("artist", name="뉴진스")).text
    assert "## NewJeans · 뉴진스" in text
    assert "Haerin" in text
    assert "Source: Wikidata" in text


async def test_namesakes_without_songs_do_not_stand_before_a_singer(filled: World) -> None:
    assert "3 OSTs, 2 solo" in (await filled.ask("ost", name="jin")).text
    asked = await filled.ask("artist", name="jin")
    assert asked.choices == ("🎤 Jin (BTS) · 진", "🎤 JIN (Lovelyz) · 진")
