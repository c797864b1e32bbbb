"""What the log says of a database that fails: one line when it begins, and one when it is over.

It is about a file of SQLite: `test_postgres.py` is about a server.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.connection import Connection
from bot.store.sqlite.trouble import Untraced
from tests.helpers import opened


def note(connection: Connection) -> None:
    connection.execute("INSERT INTO source (slug, publisher, origin) VALUES (hex(randomblob(8)), 'Herald', 'test')")


def look(connection: Connection) -> None:
    connection.execute("UPDATE source SET publisher = '' WHERE slug = 'none'")


def failing(code: int) -> Callable[[Connection], None]:
    def fail(connection: Connection) -> None:
        error = sqlite3.OperationalError("it failed")
        error.sqlite_errorcode = code
        raise error

    return fail


async def test_trouble_is_said_once_and_its_end_only_when_something_was_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path / "byeol.db") as database:
        for _ in range(3):
            with pytest.raises(sqlite3.OperationalError):
                await database.write(failing(sqlite3.SQLITE_FULL))
            await database.write(look)  # which writes nothing, and so says nothing of the disk
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert "Free some space" in caplog.text
        await database.write(note)
        await database.write(note)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_damage_is_never_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(tmp_path / "byeol.db") as database:
        for query in (database.read, database.write):
            with pytest.raises(sqlite3.OperationalError):
                await query(failing(sqlite3.SQLITE_CORRUPT))
            await database.write(note)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "restore a backup" in caplog.text


async def test_error_of_the_code_is_no_trouble_of_the_database(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path / "byeol.db") as database:
        with pytest.raises(sqlite3.OperationalError):
            await database.read(lambda connection: connection.execute("SELECT * FROM no_such_table"))
    assert not caplog.records


@pytest.mark.parametrize(
    ("logger", "code", "kept", "traced"),
    [
        ("cogs.announcer", sqlite3.SQLITE_FULL, False, False),
        ("bot.interactions.answers", sqlite3.SQLITE_FULL, True, False),
        ("cogs.announcer", sqlite3.SQLITE_ERROR, True, True),
    ],
)
def test_traceback_is_left_out_where_the_database_has_said_what_is_wrong(
    logger: str, code: int, kept: bool, traced: bool
) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.OperationalError) as raised:
        failing(code)(connection)
    said = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord(logger, logging.ERROR, "", 0, "Error %s", ("3fa9c1",), said)
    assert Untraced().filter(record) is kept
    assert bool(record.exc_info) is traced
    assert record.getMessage().startswith("Error 3fa9c1")
