"""Daily backups of a PostgreSQL database: made by a process of its own, which ends with the bot."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot import apart
from bot.address import PostgresAddress
from bot.operations import daily_backups
from bot.operations.daily_backups import daily, latest
from tests.operations.test_daily_backups import NOW, names, run
from tests.postgres import Server, name_of

pytestmark = pytest.mark.slow


@pytest.fixture
def address(postgres: Server, seeded_template: str) -> Generator[PostgresAddress]:
    address = postgres.database(seeded_template)
    yield address
    postgres.drop(address)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


async def test_one_is_made_a_day_and_the_last_are_kept(
    address: PostgresAddress, folder: Path, postgres: Server
) -> None:
    assert latest(address, folder) is None
    left = folder / f"{address.file_name}-daily-2026-05-30T12-00-00Z.db.partial"
    for file in (left, folder / "byeol-daily-2026-05-01T12-00-00Z.db"):
        file.touch()
    await run(address, folder, 4 * 144)
    own = [name for name in names(folder) if name.startswith(address.file_name)]
    assert names(folder) == [*sorted(["byeol-daily-2026-05-01T12-00-00Z.db", *own])]
    assert len(own) == 3
    newest = latest(address, folder)
    assert newest is not None
    assert NOW + timedelta(days=3) <= newest < NOW + timedelta(days=4)
    with closing(sqlite3.connect(folder / own[-1])) as connection:
        (there,) = postgres.ask("SELECT count(*) FROM fact", name_of(address))
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == there
        assert connection.execute("SELECT made_at FROM backup").fetchone()


async def test_it_is_made_where_a_service_must_not_change_priorities(
    address: PostgresAddress, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setpriority", refuse)
    await run(address, folder, 1)
    assert len(names(folder)) == 1


async def test_failure_is_one_line_without_a_password(
    address: PostgresAddress, folder: Path, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = f"postgresql://nobody:hush-hush@127.0.0.1:{postgres.port}/{name_of(address)}"
    await run(PostgresAddress.parse(wrong), folder, 2)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "password authentication failed" in line
    assert "\n" not in line
    assert "hush" not in line
    assert names(folder) == []


async def test_bot_that_stops_interrupts_a_backup_and_leaves_nothing(
    address: PostgresAddress, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_backups, "FIRST_LOOK", 0.0)
    with psycopg.connect(address.url) as other:
        other.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")  # the copy waits for it
        task = asyncio.ensure_future(daily(address, folder, 3, lambda: NOW))
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(names, folder):
                pass
        task.cancel()
        async with asyncio.timeout(apart.PATIENCE + 1):
            await asyncio.gather(task, return_exceptions=True)
    assert names(folder) == []
