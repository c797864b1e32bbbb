"""The database: migrations, transactions, and what an operator is told when it cannot be opened.

It is about a file of SQLite: `test_postgres.py` is about a server.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StartError
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sqlite import copies
from bot.store.sqlite.engine import MIGRATIONS, migrate
from tests.helpers import opened

SCRIPTS = sorted(MIGRATIONS.glob("*.sql"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "byeol.db"


@pytest.fixture
async def database(path: Path) -> AsyncGenerator[Database]:
    async with opened(path) as database:
        yield database


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def schema(connection: Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()


def note(connection: Connection, slug: str) -> None:
    connection.execute("INSERT INTO source (slug, publisher, origin) VALUES (?, 'Herald', 'test')", (slug,))


def notes(connection: Connection) -> list[str]:
    return [slug for (slug,) in connection.execute("SELECT slug FROM source ORDER BY slug")]


# Migrations


def test_migrations_are_numbered_without_a_gap_and_each_sets_its_number() -> None:
    assert [script.name[:4] for script in SCRIPTS] == [f"{number:04}" for number in range(1, len(SCRIPTS) + 1)]
    for number, script in enumerate(SCRIPTS, start=1):
        statements = script.read_text("utf-8")
        assert f"PRAGMA user_version = {number};" in statements
        assert statements.count("BEGIN IMMEDIATE;") == statements.count("COMMIT;") == 1


@pytest.mark.parametrize("version", range(len(SCRIPTS) + 1))
async def test_a_database_of_any_earlier_version_is_brought_up_to_date(
    path: Path, version: int, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for script in SCRIPTS[:version]:
            connection.executescript(script.read_text("utf-8"))
        if version:
            connection.execute("INSERT INTO source (slug, publisher, origin) VALUES ('kept', 'Herald', 'test')")
            connection.commit()
    async with opened(path) as database, opened(tmp_path / "new.db") as new:
        assert await database.read(pragma, "user_version") == len(SCRIPTS)
        assert await database.read(schema) == await new.read(schema)
        assert await database.read(notes) == (["kept"] if version else [])
        assert await database.read(pragma, "integrity_check") == "ok"


async def test_opening_again_changes_nothing(path: Path) -> None:
    async with opened(path) as database:
        await database.write(note, "kept")
        before = await database.read(schema)
    async with opened(path) as database:
        assert await database.read(schema) == before
        assert await database.read(notes) == ["kept"]


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(SCRIPTS) + 1}")
    with pytest.raises(StartError) as raised:
        await Database.open(path)
    assert "newer" in raised.value.problem
    assert str(len(SCRIPTS) + 1) in raised.value.problem
    with closing(sqlite3.connect(path)) as connection:
        assert pragma(connection, "user_version") == len(SCRIPTS) + 1
        assert schema(connection) == []


async def test_a_migration_that_fails_leaves_the_version_before_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in SCRIPTS:
        (folder / script.name).write_text(script.read_text("utf-8"), "utf-8")
    broken = "BEGIN IMMEDIATE; CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER); COMMIT;"
    (folder / f"{len(SCRIPTS) + 1:04}_broken.sql").write_text(broken, "utf-8")
    monkeypatch.setattr("bot.store.sqlite.engine.MIGRATIONS", folder)
    with pytest.raises(StartError) as raised:
        await Database.open(path)
    assert str(path) in raised.value.problem
    monkeypatch.setattr("bot.store.sqlite.engine.MIGRATIONS", MIGRATIONS)
    async with opened(path) as database:
        assert await database.read(pragma, "user_version") == len(SCRIPTS)
        assert "half" not in dict(await database.read(schema))


# What cannot be opened


def no_database(path: Path) -> None:
    path.write_text("This is the wrong file, and long enough to look like one with pages. " * 200)


def truncated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPTS[0].read_text("utf-8"))
    path.write_bytes(path.read_bytes()[:5000])


def folder(path: Path) -> None:
    path.mkdir()


async def refused(path: Path) -> str:
    """Why a database is not opened; no thread stays behind that waits for it."""
    before = set(threading.enumerate())
    with pytest.raises(StartError) as raised:
        await Database.open(path)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    return raised.value.problem


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


@pytest.mark.parametrize("make", [no_database, truncated, folder])
async def test_what_is_no_database_is_refused_by_its_name(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = content(path)
    assert str(path) in await refused(path)
    assert content(path) == before


async def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert str(tmp_path / "data" / "byeol.db") in await refused(tmp_path / "data" / "byeol.db")


async def test_the_folder_is_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "data" / "of" / "byeol.db") as database:
        assert await database.read(notes) == []


# Transactions


async def test_every_connection_guards_the_data(database: Database) -> None:
    for run in (database.read, database.write):
        assert await run(pragma, "journal_mode") == "wal"
        assert await run(pragma, "foreign_keys") == 1
        assert await run(pragma, "busy_timeout") == 5000


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    def insert(connection: Connection) -> None:
        connection.execute("INSERT INTO fact (entity_id, shape, rank, certainty) VALUES (999, 'name', 0, 'stated')")

    with pytest.raises(sqlite3.IntegrityError):
        await database.write(insert)


async def test_a_write_is_kept_whole_and_seen_by_everyone(database: Database) -> None:
    await database.write(note, "one")
    assert [await database.read(notes) for _ in range(4)] == [["one"]] * 4


class _OopsError(Exception):
    pass


async def test_a_write_that_fails_leaves_nothing_and_takes_nothing_of_others(database: Database) -> None:
    def fail(connection: Connection) -> None:
        note(connection, "half")
        raise _OopsError

    outcomes = await asyncio.gather(
        database.write(note, "before"),
        database.write(fail),
        database.write(note, "between"),
        database.write(fail),
        database.write(note, "after"),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), _OopsError, type(None), _OopsError, type(None)]
    assert await database.read(notes) == ["after", "before", "between"]


async def test_a_read_that_fails_leaves_its_connection_usable(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute("SELECT * FROM no_such_table")

    for _ in range(5):
        with pytest.raises(sqlite3.OperationalError):
            await database.read(fail)
    assert await database.read(notes) == []


async def test_a_commit_that_fails_leaves_the_writer_usable(database: Database) -> None:
    def dangle(connection: Connection) -> None:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("INSERT INTO fact (entity_id, shape, rank, certainty) VALUES (999, 'name', 0, 'stated')")

    with pytest.raises(sqlite3.IntegrityError):
        await database.write(dangle)
    await database.write(note, "after")
    assert await database.read(notes) == ["after"]


async def test_readers_cannot_write(database: Database) -> None:
    for _ in range(4):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.read(note, "sneaked in")
    assert await database.read(notes) == []


async def test_a_read_sees_one_snapshot_while_others_write(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    def read_twice(connection: Connection) -> tuple[list[str], list[str]]:
        first = notes(connection)
        begun.set()
        assert written.wait(10)
        return first, notes(connection)

    reading = asyncio.ensure_future(database.read(read_twice))
    assert await asyncio.to_thread(begun.wait, 10)
    await database.write(note, "meanwhile")
    assert await database.read(notes) == ["meanwhile"], "the other reader sees it at once"
    written.set()
    assert await reading == ([], [])
    assert await database.read(notes) == ["meanwhile"]


async def test_more_reads_than_readers_are_all_answered(database: Database) -> None:
    await database.write(note, "one")
    assert await asyncio.gather(*(database.read(notes) for _ in range(50))) == [["one"]] * 50


async def test_a_read_that_is_given_up_does_not_lose_its_reader(database: Database) -> None:
    go = threading.Event()
    try:
        waiting = [asyncio.ensure_future(database.read(lambda _: go.wait(10))) for _ in range(6)]
        await asyncio.sleep(0)  # they begin
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        go.set()
    assert await asyncio.gather(*(database.read(notes) for _ in range(6))) == [[]] * 6


async def test_two_who_open_one_file_share_it(database: Database, path: Path) -> None:
    async with opened(path) as other:
        await asyncio.gather(
            *(one.write(note, f"{name}-{n}") for n in range(20) for name, one in (("a", database), ("b", other)))
        )
        assert await database.read(notes) == await other.read(notes)
        assert len(await other.read(notes)) == 40


async def test_two_who_open_a_file_of_an_earlier_version_at_once_migrate_it_once(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCRIPTS[0].read_text("utf-8"))
    first, second = await asyncio.gather(Database.open(path), Database.open(path), return_exceptions=True)
    try:
        assert isinstance(first, Database)
        assert isinstance(second, Database)
        assert await first.read(pragma, "user_version") == await second.read(pragma, "user_version") == len(SCRIPTS)
    finally:
        for database in (first, second):
            if isinstance(database, Database):
                await database.close()


async def test_who_makes_the_same_file_at_the_same_time_is_waited_for(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE theirs (id INTEGER)")
        done = threading.Timer(0.1, other.execute, ["COMMIT"])
        done.start()
        try:
            async with opened(path) as database:
                assert await database.read(pragma, "journal_mode") == "wal"
        finally:
            done.join()


async def test_closing_waits_for_what_was_asked(path: Path) -> None:
    database = await Database.open(path)
    try:
        writes = [asyncio.ensure_future(database.write(note, f"n-{n:02}")) for n in range(10)]
        await asyncio.sleep(0)
    finally:
        await database.close()
    await asyncio.gather(*writes)
    with closing(sqlite3.connect(path)) as connection:
        assert len(notes(connection)) == 10


async def test_reader_of_a_cancelled_query_serves_nobody_before_that_query_ends(database: Database) -> None:
    begun, finish = threading.Event(), threading.Event()

    def long(_: Connection) -> None:
        begun.set()
        finish.wait(10)

    cancelled = asyncio.ensure_future(database.read(long))
    await asyncio.to_thread(begun.wait, 10)
    cancelled.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        async with asyncio.timeout(5):
            assert [await database.read(notes) for _ in range(4)] == [[]] * 4
    finally:
        finish.set()
    async with asyncio.timeout(5):
        both = threading.Barrier(2)
        await asyncio.gather(*(database.read(lambda _: both.wait(5)) for _ in range(2)))


# Versions


async def test_an_unknown_version_of_aiosqlite_is_refused_with_what_to_do(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newer(_: str) -> str:
        return "1.0.0"

    monkeypatch.setattr("bot.store.sqlite.thread.version", newer)
    assert "pip install -r requirements/run.txt" in await refused(path)


async def test_too_old_a_sqlite_is_refused_with_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 36, 0))
    assert "SQLite 3.37.0 or newer" in await refused(path)


async def test_an_older_database_is_copied_before_it_is_migrated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPTS[0].read_text("utf-8"))
        note(connection, "kept")
        connection.commit()
    async with opened(path):
        pass
    with closing(sqlite3.connect(f"{path}.schema-1.bak")) as copy:
        assert pragma(copy, "user_version") == 1
        assert notes(copy) == ["kept"]
    assert not list(path.parent.glob("*.partial"))


ANOTHER_SAVES = """
import datetime, pathlib, sqlite3, sys
from bot.store.sqlite.copies import put_back
at = datetime.datetime.fromisoformat(sys.argv[3])
put_back(sqlite3.connect(sys.argv[1], isolation_level=None), pathlib.Path(sys.argv[2]), at)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody delete a file that is open")
def test_two_processes_that_save_a_deleted_file_in_the_same_second_both_save_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = path.with_name("still.db")  # as the other process sees what was deleted
    now, sign = datetime(2026, 6, 1, 12, tzinfo=UTC), copies.sign

    def another_saves_meanwhile(copy: sqlite3.Connection, made_at: datetime) -> None:
        command = [sys.executable, "-c", ANOTHER_SAVES, str(still), str(path), now.isoformat()]
        subprocess.run(command, check=True, timeout=60)
        sign(copy, made_at)

    monkeypatch.setattr(copies, "sign", another_saves_meanwhile)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path)
        note(connection, "kept")
        shutil.copyfile(path, still)
        path.unlink()
        saved = copies.put_back(connection, path, now)
    assert saved == path.with_name("byeol.db.rescued-2026-06-01T12-00-00Z")
    for each in (path, saved):
        with closing(sqlite3.connect(each)) as copy:
            assert notes(copy) == ["kept"]
    assert not list(path.parent.glob("*.partial"))


async def test_a_new_database_needs_no_copy(path: Path) -> None:
    async with opened(path):
        pass
    assert not list(path.parent.glob("*.bak"))


@pytest.mark.parametrize(
    ("make", "remedy"),
    [(no_database, "set BYEOL_DATABASE to another file"), (truncated, "restore a backup"), (folder, "BYEOL_DATABASE")],
)
async def test_a_database_that_cannot_be_opened_comes_with_a_remedy(
    path: Path, make: Callable[[Path], None], remedy: str
) -> None:
    make(path)
    assert remedy in await refused(path)
