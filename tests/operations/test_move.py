"""`move`: from either engine to either, all of it or nothing."""

from __future__ import annotations

import itertools
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address, PostgresAddress
from bot.errors import StartError
from bot.operations.backup import backup, restore
from bot.operations.move import move
from bot.store import ends
from bot.store.sqlite import ends as sqlite_ends
from bot.store.sqlite.ends import SqliteSource
from bot.store.sqlite.engine import MIGRATIONS
from bot.store.sqlite.locks import in_use
from tests.helpers import opened, utc
from tests.postgres import Server, name_of
from tests.store.test_upgrade import ROWS

NOW = utc("2026-06-01 12:00")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A database with rows in every table, among them texts that are hard to copy."""
    path = tmp_path / "origin.db"
    with closing(sqlite3.connect(path)) as connection:
        for number, script in enumerate(sorted(MIGRATIONS.glob("*.sql")), start=1):
            connection.executescript(script.read_text("utf-8"))
            connection.executescript(ROWS.get(number, ""))
        connection.execute("UPDATE source SET publisher = ?, note = ?", ("tab\t\\N\\.\nline “별” \U0001f31f", ""))
        connection.execute("UPDATE delivery SET primary_id = 2 WHERE id = 1")  # refers to a row that comes later
        connection.commit()
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        assert all(connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for (name,) in tables)
    return path


class Places:
    """Places for databases, of either engine."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._request = request
        self._numbers = itertools.count()

    def empty(self, engine: str) -> Address:
        """A place without a database."""
        if engine == "sqlite":
            return self._folder / f"{next(self._numbers)}.db"
        server: Server = self._request.getfixturevalue("postgres")
        return server.database()


@pytest.fixture
def places(tmp_path: Path, request: pytest.FixtureRequest) -> Places:
    return Places(tmp_path, request)


@pytest.fixture(
    params=[
        "sqlite sqlite",
        *(pytest.param(way, marks=pytest.mark.slow) for way in ("sqlite postgres", "postgres sqlite")),
        pytest.param("postgres postgres", marks=pytest.mark.slow),
    ]
)
def way(request: pytest.FixtureRequest, places: Places) -> tuple[Address, Address]:
    """Two places, one after the other, without a database."""
    first, second = request.param.split()
    return places.empty(first), places.empty(second)


@pytest.fixture
def served(places: Places) -> Address:
    """A place on a server, without a database."""
    return places.empty("postgres")


def names(folder: Path) -> set[str]:
    """What lies in a folder, apart from the lock of who uses a database."""
    return {path.name for path in folder.iterdir() if path.suffix != ".use"}


def content(path: Path) -> dict[str, list[Any]]:
    """The schema and all rows."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        rows = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}
        schema = connection.execute("SELECT type, name FROM sqlite_schema ORDER BY 1, 2").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {**rows, "sqlite_schema": schema}


async def test_moved_there_and_back_it_is_as_it_was_and_can_be_used(
    origin: Path, way: tuple[Address, Address], tmp_path: Path
) -> None:
    before = content(origin)
    there, further = way
    back = tmp_path / "back.db"
    assert move(origin, there) == 0
    assert move(there, further) == 0
    assert move(further, back) == 0
    assert content(back) == before
    assert content(origin) == before
    async with opened(further) as database:
        # What a trigger keeps goes on, and so do the ids.
        old = await database.read(serial)
        await database.write(add_name)
        assert await database.read(serial) > old


def serial(connection: ends.Any) -> int:
    return connection.execute("SELECT max(serial) FROM searched").fetchone()[0]


def add_name(connection: ends.Any) -> None:
    connection.execute("INSERT INTO fact (entity_id, shape, rank, certainty) VALUES (1, 'name', 0, 'stated')")
    (id_,) = connection.execute("SELECT max(id) FROM fact").fetchone()
    connection.execute(
        "INSERT INTO name (id, entity_id, text, kind, language, position) VALUES (?, 1, 'New', 'official', 'en', 9)",
        (id_,),
    )


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_place_that_holds_anything_is_refused(origin: Path, places: Places, engine: str) -> None:
    there = places.empty(engine)
    move(origin, there)
    with pytest.raises(StartError, match="already"):
        move(origin, there)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def there(request: pytest.FixtureRequest, places: Places) -> Address:
    """A place of either engine without a database."""
    return places.empty(request.param)


def test_move_that_is_interrupted_leaves_the_place_empty_and_can_be_repeated(
    origin: Path, there: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = SqliteSource.rows

    def interrupted(self: SqliteSource, table: str) -> Iterator[ends.Row]:
        yield from rows(self, table)
        if table == "fact":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SqliteSource, "rows", interrupted)
        with pytest.raises(KeyboardInterrupt):
            move(origin, there)
    assert names(tmp_path) == {"origin.db"}
    move(origin, there)
    move(there, tmp_path / "back.db")
    assert content(tmp_path / "back.db") == content(origin)


def test_row_that_arrives_otherwise_is_noticed_and_nothing_is_kept(
    origin: Path, there: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ends.Summing.__iter__

    def spoiled(self: ends.Summing) -> Iterator[ends.Row]:
        for row in rows(self):
            yield tuple(0 if value == 99 else value for value in row)

    monkeypatch.setattr(ends.Summing, "__iter__", spoiled)
    with pytest.raises(StartError, match="table delivery did not arrive"):
        move(origin, there)
    assert names(tmp_path) == {"origin.db"}


def test_reference_to_nothing_is_noticed_and_nothing_is_kept(origin: Path, there: Address, tmp_path: Path) -> None:
    with closing(sqlite3.connect(origin)) as connection:
        connection.execute("UPDATE fact SET entity_id = 999 WHERE id = 1")
        connection.commit()
    with pytest.raises(StartError):
        move(origin, there)
    assert names(tmp_path) == {"origin.db"}


def test_database_of_an_older_version_is_refused_with_what_to_do(there: Address, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(min(MIGRATIONS.glob("*.sql")).read_text("utf-8"))
    with pytest.raises(StartError, match="Start this version"):
        move(old, there)


def test_nothing_and_the_same_are_refused(origin: Path, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no database"):
        move(tmp_path / "no.db", tmp_path / "other.db")
    with pytest.raises(StartError, match="where it is"):
        move(origin, origin)
    (tmp_path / "text.db").write_text("no database" * 1000)
    with pytest.raises(StartError, match="not a Byeol database"):
        move(tmp_path / "text.db", tmp_path / "other.db")


@pytest.mark.slow
async def test_place_that_a_bot_uses_is_refused(origin: Path, served: Address, tmp_path: Path) -> None:
    async with opened(served):
        with pytest.raises(StartError, match="stop the bot first"):
            move(origin, served)
    move(origin, served)
    async with opened(served):
        with pytest.raises(StartError, match="stop the bot first"):
            move(served, tmp_path / "copy.db")


@pytest.mark.slow
def test_password_is_not_shown(origin: Path, postgres: Server, capsys: pytest.CaptureFixture[str]) -> None:
    postgres.ask("CREATE ROLE mover LOGIN SUPERUSER PASSWORD 'hush-hush'")
    address = postgres.database()
    target = PostgresAddress.parse(f"postgresql://mover:hush-hush@127.0.0.1:{postgres.port}/{name_of(address)}")
    move(origin, target)
    assert "hush" not in capsys.readouterr().out


def test_sum_does_not_depend_on_the_order_but_on_every_value() -> None:
    rows: list[ends.Row] = [(1, "a", None), (2, "b", b"x")]
    one = ends.Summing(rows).drain()
    assert one == ends.Summing(rows[::-1]).drain()
    others: list[list[ends.Row]] = [rows[:1], [*rows, rows[0]], [(1, "a", ""), rows[1]], [("1", "a", None), rows[1]]]
    assert one not in [ends.Summing(other).drain() for other in others]


# Backups of a server


@pytest.mark.slow
async def test_backup_of_a_server_in_use_is_a_file_that_either_engine_can_be_restored_from(
    origin: Path, served: Address, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move(origin, served)
    file, back = tmp_path / "copy.db", tmp_path / "restored" / "byeol.db"
    async with opened(served):
        backup(served, file, NOW)
        with pytest.raises(StartError, match="--force"):
            backup(served, file, NOW)
        with pytest.raises(StartError, match="stop the bot first"):
            restore(served, file, NOW, folder=tmp_path)
        backup(served, file, NOW, replace=True)
    assert content(file) == {**content(origin), "backup": [("2026-06-01T12:00:00Z",)]} | {
        "sqlite_schema": content(file)["sqlite_schema"]
    }
    async with opened(served) as database:
        await database.write(add_name)
    restore(served, file, NOW, folder=tmp_path)
    restore(back, file, NOW)
    kept = tmp_path / "byeol-before-restore-2026-06-01T12-00-00Z.db"
    assert str(kept) in capsys.readouterr().out
    count = "SELECT count(*) FROM name"
    with closing(sqlite3.connect(kept)) as connection, closing(sqlite3.connect(back)) as other:
        assert connection.execute(count).fetchone()[0] == other.execute(count).fetchone()[0] + 1
    move(served, tmp_path / "of-server.db")
    on_server, in_file = content(tmp_path / "of-server.db"), content(back)
    for table in ("delivery",):  # their tokens are random
        assert [row[:11] for row in on_server.pop(table)] == [row[:11] for row in in_file.pop(table)]
    assert on_server == in_file


@pytest.mark.slow
def test_restore_to_a_server_that_is_interrupted_leaves_what_it_held(
    origin: Path, served: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(origin, served)
    file = tmp_path / "copy.db"
    backup(served, file, NOW)
    before = content(origin)
    rows = SqliteSource.rows

    def interrupted(self: SqliteSource, table: str) -> Iterator[ends.Row]:
        yield from rows(self, table)
        if table == "name":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SqliteSource, "rows", interrupted)
        with pytest.raises(KeyboardInterrupt):
            restore(served, file, NOW, folder=tmp_path)
    move(served, tmp_path / "back.db")
    assert content(tmp_path / "back.db") == before


def test_file_that_a_bot_uses_is_not_moved(origin: Path, tmp_path: Path) -> None:
    with in_use(origin), pytest.raises(StartError, match="stop the bot first"):
        move(origin, tmp_path / "other.db")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_backup_of_a_server_is_for_who_made_it(tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    with sqlite_ends.filling(file, signed=utc("2026-06-01 12:00")) as copy:
        copy.complete()
    assert file.stat().st_mode & 0o777 == 0o600
