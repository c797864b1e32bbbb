"""What is said of a database: whole, damaged, of another version, and where there is no room for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.errors import StartError
from bot.operations import storage
from bot.operations.finding import Finding, Level
from bot.store.database import Database
from bot.store.examined import ExaminedFile
from bot.store.sqlite.engine import MIGRATIONS
from tests.helpers import opened

NEWEST = len(list(MIGRATIONS.glob("*.sql")))
FINE = ExaminedFile(exists=True, writable=True, free=10**11, size=10**7, schema=NEWEST, known=NEWEST)


class Usage(NamedTuple):
    """What `shutil.disk_usage` returns."""

    total: int
    used: int
    free: int


def worst(found: list[Finding]) -> Finding:
    """The finding that an operator has to see."""
    return max(found, key=lambda finding: list(Level).index(finding.level))


def contents(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("found", "level", "said"),
    [
        (FINE, Level.OK, "whole from end to end"),
        (replace(FINE, exists=False), Level.OK, "There is no database yet"),
        (replace(FINE, schema=NEWEST - 1), Level.OK, "10.0 MB"),
        (replace(FINE, schema=NEWEST + 1), Level.PROBLEM, "made by a newer Byeol"),
        (replace(FINE, schema=0, foreign=True), Level.WARNING, "another program"),
        (replace(FINE, faults=["page 7: btreeInitPage() returns error code 11"]), Level.PROBLEM, "not whole: page 7"),
        (replace(FINE, dangling=["delivery", "ost"]), Level.PROBLEM, "Rows of delivery, ost refer"),
        (replace(FINE, failure=("b.db cannot be opened: malformed.", "Restore.")), Level.PROBLEM, "cannot be opened"),
        (replace(FINE, writable=False), Level.PROBLEM, "may not write to b.db or to its folder"),
        (replace(FINE, free=10**7), Level.PROBLEM, "Only 10.0 MB are free"),
        (replace(FINE, size=10**9, free=10**9), Level.WARNING, "may not fit"),
        (replace(FINE, log_size=10**9), Level.WARNING, "write-ahead log is large (1.0 GB)"),
    ],
)
def test_what_was_found_is_judged(found: ExaminedFile, level: Level, said: str) -> None:
    findings = storage.judge("b.db", found)
    assert worst(findings).level is level
    assert any(said in finding.text for finding in findings)
    assert all(finding.remedy for finding in findings if finding.level is not Level.OK)


def test_no_database_is_well_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "data" / "byeol.db"
    assert worst(storage.examine(path)).level is Level.OK
    assert storage.subscriptions(path) is None
    assert contents(tmp_path) == set()


async def test_fine_database_is_well_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "byeol.db"
    async with opened(path):
        assert worst(storage.examine(path)).level is Level.OK
        assert storage.subscriptions(path) == []
    before, beside = path.read_bytes(), contents(tmp_path)
    assert worst(storage.examine(path)).level is Level.OK
    assert storage.subscriptions(path) == []
    assert contents(tmp_path) == beside
    assert path.read_bytes() == before


async def test_log_of_a_bot_that_was_killed_is_read_and_left_to_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "byeol.db"
    async with opened(path):
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", tmp_path / f"killed.db{suffix}")
    killed = tmp_path / "killed.db"
    log = (tmp_path / "killed.db-wal").read_bytes()
    findings = storage.examine(killed)
    assert worst(findings).level is Level.OK
    assert f"Its schema is number {NEWEST}, this version's." in [finding.text for finding in findings]
    assert (tmp_path / "killed.db-wal").read_bytes() == log


async def start_says(path: Path) -> str:
    """Why a start with this database fails."""
    with pytest.raises(StartError) as raised:
        await Database.open(path)
    return raised.value.problem


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    async with opened(tmp_path / "byeol.db"):
        pass
    return tmp_path / "byeol.db"


def test_what_is_no_database_is_a_problem_with_the_remedy_that_a_start_names(path: Path) -> None:
    path.write_bytes(b"This is a text." * 500)
    finding = worst(storage.examine(path))
    assert finding.level is Level.PROBLEM
    assert finding.remedy in asyncio.run(start_says(path))


def test_damaged_page_is_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    finding = worst(storage.examine(path))
    assert finding.level is Level.PROBLEM
    assert "restore a backup" in finding.remedy


def test_half_a_file_is_found(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 * 10])
    assert worst(storage.examine(path)).level is Level.PROBLEM


async def test_newer_schema_is_a_problem_in_the_words_of_a_start(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    finding = worst(storage.examine(path))
    assert finding.level is Level.PROBLEM
    assert f"{finding.text} {finding.remedy}" == await start_says(path)
    assert storage.subscriptions(path) is None


def test_older_schema_is_well_and_not_migrated(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    findings = storage.examine(path)
    assert worst(findings).level is Level.OK
    assert "Its schema is number 1: the next start" in " ".join(finding.text for finding in findings)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_row_that_refers_to_what_is_not_there_is_found(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO entity_origin (entity_id, origin) VALUES (12345, 'seed:x')")
        connection.commit()
    assert "entity_origin" in worst(storage.examine(path)).text


def test_folder_is_no_database(tmp_path: Path) -> None:
    assert worst(storage.examine(tmp_path)).level is Level.PROBLEM


def test_full_disk_is_a_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> Usage:
        return Usage(10**9, 10**9, 4096)

    monkeypatch.setattr(shutil, "disk_usage", full)
    finding = worst(storage.examine(path))
    assert (finding.level, finding.remedy) == (Level.PROBLEM, "Free some disk space.")


@contextlib.contextmanager
def nobody_special() -> Generator[None]:
    """Permissions of files hold for everybody but root, so tests that run as root become somebody else meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_read_only_folder_is_a_problem_and_the_database_is_looked_at_all_the_same(path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = folder / "byeol.db"
        shutil.copyfile(path, copy)
        copy.chmod(0o444)
        folder.chmod(0o555)
        try:
            with nobody_special():
                findings = storage.examine(copy)
                new = storage.examine(folder / "new" / "byeol.db")
                assert storage.subscriptions(copy) == []
        finally:
            folder.chmod(0o755)
    assert "may not write" in worst(findings).text
    assert "whole from end to end" in findings[0].text
    assert worst(new).level is Level.PROBLEM
