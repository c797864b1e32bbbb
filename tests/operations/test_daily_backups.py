"""Daily backups: made once a day, the last few kept, and never in anybody's way."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from bot.address import Address
from bot.errors import StartError
from bot.operations import daily_backups
from bot.operations.daily_backups import FIRST_LOOK, LOOK, back_up_if_due, daily, latest
from bot.store.sqlite.copies import StoppedError
from bot.store.sqlite.locks import copying
from tests.helpers import utc

NOW = utc("2026-06-01 12:00")
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path, seeded: Path) -> Path:
    """A seeded database."""
    path = tmp_path / "byeol.db"
    copyfile(seeded, path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def never() -> bool:
    return False


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_last_one_is_known_by_its_name(path: Path, folder: Path) -> None:
    assert latest(path, folder) is None
    back_up_if_due(path, folder, 7, NOW, never)
    back_up_if_due(path, folder, 7, NOW + DAY, never)
    (folder / "byeol-2027-01-01T12-00-00Z.db").touch()
    assert latest(path, folder) == NOW + DAY


def test_one_is_made_a_day(path: Path, folder: Path) -> None:
    made = folder / "byeol-daily-2026-06-01T12-00-00Z.db"
    assert back_up_if_due(path, folder, 7, NOW, never) == made
    assert back_up_if_due(path, folder, 7, NOW + DAY - timedelta(seconds=1), never) is None
    assert back_up_if_due(path, folder, 7, NOW + DAY, never) is not None
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("SELECT count(*) FROM entity").fetchone()[0] > 0


def test_the_last_are_kept_and_nothing_is_removed_that_is_not_its_own(path: Path, folder: Path) -> None:
    folder.mkdir()
    others = [
        *("byeol-2026-05-01T12-00-00Z.db", "byeol-daily-2026-05-01T12-00-00Z-keep.db", "other-daily.db"),
        *("other-daily-2026-05-01T12-00-00Z.db", "byeol-daily-2026-05-01T12-00-00Z.db.gz", "notes.txt"),
    ]
    for name in others:
        (folder / name).touch()
    left = folder / "byeol-daily-2026-05-30T12-00-00Z.db.partial"
    left.touch()  # of a process that was killed
    for day in range(5):
        back_up_if_due(path, folder, 3, NOW + day * DAY, never)
    own = [f"byeol-daily-2026-06-0{day}T12-00-00Z.db" for day in (3, 4, 5)]
    assert names(folder) == sorted([*others, *own])


def test_nothing_is_removed_before_the_next_is_verified(path: Path, folder: Path) -> None:
    for day in range(3):
        back_up_if_due(path, folder, 3, NOW + day * DAY, never)
    before = names(folder)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\x5a" * 40960)
    with pytest.raises(StartError, match="damaged"):
        back_up_if_due(path, folder, 3, NOW + 3 * DAY, never)
    assert names(folder) == before


def test_backup_of_a_clock_that_was_wrong_does_not_keep_others_from_being_made(path: Path, folder: Path) -> None:
    assert back_up_if_due(path, folder, 2, NOW + 365 * DAY, never)
    made = [back_up_if_due(path, folder, 2, NOW + day * DAY, never) for day in range(3)]
    assert made[-1] is not None
    assert made[-1].name in names(folder)
    assert back_up_if_due(path, folder, 2, NOW + 2 * DAY, never) is None


def test_it_is_left_to_another_process_that_makes_it(path: Path, folder: Path) -> None:
    with copying(path, 0) as held:
        assert held
        assert back_up_if_due(path, folder, 7, NOW, never) is None
    assert names(folder) == []


def test_it_stops_when_the_bot_does_and_leaves_nothing(path: Path, folder: Path) -> None:
    with pytest.raises(StoppedError):
        back_up_if_due(path, folder, 7, NOW, lambda: True)
    assert names(folder) == []


class _EnoughError(Exception):
    """The test has seen enough."""


def lookings(count: int, then: Callable[[float], None]) -> Callable[[float], Coroutine[Any, Any, None]]:
    """A sleep that lets time pass at once, and ends after so many."""
    left = count

    async def sleep(seconds: float) -> None:
        nonlocal left
        then(seconds)
        left -= 1
        if not left:
            raise _EnoughError

    return sleep


async def run(path: Address, folder: Path, looks: int) -> list[float]:
    """Let `daily` look so often, each as long after the last as it waits; returns for how long it waited."""
    now, waited = NOW, list[float]()

    def clock() -> datetime:
        return now

    def passes(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)
        waited.append(seconds)

    with pytest.raises(_EnoughError):
        await daily(path, folder, 3, clock, sleep=lookings(looks + 1, passes))
    return waited


async def test_while_the_bot_runs_it_looks_again_and_again(path: Path, folder: Path) -> None:
    assert await run(path, folder, 3 * 144) == [FIRST_LOOK, *[LOOK] * 3 * 144]
    assert len(names(folder)) == 3


async def test_failure_is_one_line_and_is_tried_again_in_an_hour(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.store.sqlite.copies.RESERVE", 2**60)
    await run(path, folder, 12)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all("free" in line and "\n" not in line for line in lines)
    assert names(folder) == []
    monkeypatch.undo()
    await run(path, folder, 1)
    assert len(names(folder)) == 1


async def test_folder_that_cannot_be_made_is_one_line(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = path / "backups"
    await run(path, folder, 2)
    (record,) = caplog.records
    assert str(folder) in record.getMessage()
    assert record.exc_info is None


async def test_bot_that_stops_does_not_wait_for_a_backup(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def long(database: Path, folder: Path, kept: int, now: datetime, stopping: Callable[[], bool]) -> None:
        loop.call_soon_threadsafe(begun.set)
        while not stopping():
            pass
        loop.call_soon_threadsafe(stopped.set)

    async def at_once(_: float) -> None:
        pass

    monkeypatch.setattr(daily_backups, "back_up_if_due", long)
    task = asyncio.ensure_future(daily(path, folder, 7, lambda: NOW, sleep=at_once))
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(60):
        await stopped.wait()
