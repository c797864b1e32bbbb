"""Upgrades of a PostgreSQL database: a copy first, and the old schema or the new one whatever happens."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.address import Address, PostgresAddress
from bot.errors import StartError
from bot.store.database import Database
from bot.store.postgres import schema, upgrade
from bot.store.postgres.locks import UPGRADE, WRITING
from bot.store.sqlite.restoring import restore
from tests.helpers import opened, utc
from tests.postgres import Server, name_of
from tests.store.contents import contents

OLD = min(schema.scripts())
ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import asyncio, sys; from bot.address import PostgresAddress; from bot.store.database import Database;"
    " asyncio.run(Database.open(PostgresAddress.parse(sys.argv[1])))"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the process is started, and so its data are."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def address(postgres: Server) -> Generator[PostgresAddress]:
    """A database with the first schema that there was, and something in it."""
    address = postgres.database()
    name = name_of(address)
    postgres.ask(schema.scripts()[OLD].read_text("utf-8"), name)
    postgres.ask(f"INSERT INTO schema_version VALUES ({OLD})", name)
    postgres.ask("INSERT INTO source (slug, publisher, origin) VALUES ('herald', 'Herald', 'test')", name)
    yield address
    postgres.drop(address)


def read(address: Address) -> Any:
    """What a database holds, after a start with it."""

    async def start() -> Any:
        async with opened(address) as database:
            return await database.read(contents)

    return asyncio.run(start())


def number(postgres: Server, address: PostgresAddress) -> int:
    return postgres.ask("SELECT max(number) FROM schema_version", name_of(address))[0][0]


def tables(postgres: Server, address: PostgresAddress) -> set[str]:
    found = postgres.ask(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", name_of(address)
    )
    return {name for (name,) in found}


def test_a_copy_is_made_before_an_upgrade_and_can_be_restored(
    address: PostgresAddress, folder: Path, postgres: Server, tmp_path: Path
) -> None:
    postgres.ask("CREATE TABLE of_another_program (id INTEGER)", name_of(address))
    now = read(address)
    assert number(postgres, address) == schema.newest()
    copy = upgrade.kept_as(address, OLD)
    assert [file.name for file in folder.iterdir()] == [copy.name]
    restored = tmp_path / "restored.db"
    restore(copy, restored, utc("2026-06-01 12:00"))
    assert read(restored) == now
    copy.unlink()
    read(address)
    assert list(folder.iterdir()) == [], "there is nothing to be upgraded"


def test_without_room_for_a_copy_nothing_is_changed(address: PostgresAddress, folder: Path, postgres: Server) -> None:
    folder.touch()
    before = tables(postgres, address)
    with pytest.raises(StartError, match="cannot be written"):
        read(address)
    assert number(postgres, address) == OLD
    assert tables(postgres, address) == before


def test_two_that_begin_at_once_make_one_copy(
    address: PostgresAddress, folder: Path, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    async def start_two() -> None:
        first, second = await asyncio.gather(Database.open(address), Database.open(address))
        await asyncio.gather(first.close(), second.close())

    asyncio.run(start_two())
    assert [file.name for file in folder.iterdir()] == [upgrade.kept_as(address, OLD).name]
    assert len([record for record in caplog.records if record.getMessage().startswith("Copying")]) == 1


def waits(postgres: Server, address: PostgresAddress) -> bool:
    """Whether a process waits for a lock in this database."""
    return bool(
        postgres.ask(
            f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name_of(address)}' AND wait_event_type = 'Lock'"
        )
    )


def connected(postgres: Server, address: PostgresAddress) -> bool:
    """Whether anybody of Byeol's is connected to a database."""
    return bool(
        postgres.ask(
            f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name_of(address)}' AND application_name = 'byeol'"
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("held", "copied"),
    [
        (f"SELECT pg_advisory_lock({UPGRADE})", False),
        ("LOCK TABLE source IN ACCESS EXCLUSIVE MODE", False),
        (f"SELECT pg_advisory_xact_lock({WRITING})", True),
        ("LOCK TABLE post_action IN ACCESS SHARE MODE", True),
    ],
    ids=["before_the_copy", "in_the_copy", "before_the_migration", "in_the_migration"],
)
def test_an_upgrade_that_is_killed_leaves_the_old_schema_and_the_next_start_goes_on(
    address: PostgresAddress, folder: Path, postgres: Server, held: str, copied: bool
) -> None:
    before = tables(postgres, address)
    with closing(psycopg.connect(address.url)) as other:
        other.execute(held.encode())
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, address.url], cwd=folder.parent, env={"PYTHONPATH": str(ROOT)}
        )
        try:
            end = time.monotonic() + 20
            while not waits(postgres, address):
                assert time.monotonic() < end
                assert process.poll() is None
        finally:
            process.kill()
            process.wait()
    while connected(postgres, address):  # the server finishes what it was told, and then finds nobody there
        pass
    assert number(postgres, address) == OLD
    assert tables(postgres, address) == before
    copy = upgrade.kept_as(address, OLD)
    assert copy.exists() is copied
    read(address)
    assert number(postgres, address) == schema.newest()
    assert [file.name for file in folder.iterdir()] == [copy.name]
