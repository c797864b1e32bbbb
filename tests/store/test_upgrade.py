"""An older database, with rows in every table, is brought up to date without losing any of them.

Those are files of SQLite: `test_postgres_upgrade.py` is about a server.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.announcements.subscription import ANNOUNCED
from bot.catalogue.model import OWN
from bot.store import names
from bot.store.connection import Connection
from bot.store.sqlite.engine import MIGRATIONS
from tests.helpers import opened

SCRIPTS = sorted(MIGRATIONS.glob("*.sql"))
SECTION = re.compile(r"^-- version (\d+).*?$(.*?)(?=^-- version|\Z)", re.MULTILINE | re.DOTALL)
ROWS = {
    int(number): statements
    for number, statements in SECTION.findall((Path(__file__).parent / "older.sql").read_text("utf-8"))
}
VERSIONS = pytest.mark.parametrize("version", range(1, len(SCRIPTS) + 1))

Rows = list[dict[str, object]]


def older(path: Path, version: int) -> dict[str, Rows]:
    """Make a database as that version left it, and return all its rows by table."""
    with closing(sqlite3.connect(path)) as connection:
        for number, script in enumerate(SCRIPTS[:version], start=1):
            connection.executescript(script.read_text("utf-8"))
            connection.executescript(ROWS.get(number, ""))
        connection.commit()
        assert violations(connection) == []
        return content(connection)


def content(connection: Any) -> dict[str, Rows]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found: dict[str, Rows] = {}
    for table in tables:
        cursor = connection.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        found[table] = [dict(zip(columns, row, strict=True)) for row in cursor]
    return found


def violations(connection: Connection) -> list[object]:
    return connection.execute("PRAGMA foreign_key_check").fetchall()


def ask(sql: str) -> Callable[[Connection], list[object]]:
    def asked(connection: Connection) -> list[object]:
        return connection.execute(sql).fetchall()

    return asked


@VERSIONS
def test_every_table_of_every_version_has_rows_here(tmp_path: Path, version: int) -> None:
    empty = {table for table, rows in older(tmp_path / "byeol.db", version).items() if not rows}
    assert empty == set()


@VERSIONS
async def test_upgrade_keeps_every_row(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    before = older(path, version)
    async with opened(path) as database:
        after = await database.read(content)
        assert await database.read(violations) == []
    for table, rows in before.items():
        kept = after[RENAMED.get(table, table)]
        for row in rows:
            shared = row.keys() & kept[0].keys() - CHANGED.get(table, set())
            assert any(all(other[key] == row[key] for key in shared) for other in kept), (table, row)
        assert len(kept) >= len(rows), table


RENAMED = {"chore": "post_action"}
"""Tables that a later version calls otherwise."""

CHANGED = {"source": {"origin"}, "subscription": {"kinds"}, "fact": {"shape"}}
"""Columns whose values a later version changed; a test below says to what."""


@pytest.mark.parametrize("version", [2, 3])
async def test_upgrade_knows_every_server_that_chose_followed_or_was_announced_to(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    async with opened(path) as database:
        assert await database.read(ask("SELECT guild_id, left_at FROM server ORDER BY guild_id")) == [
            (10, None),
            (20, "2025-01-02T00:00:00Z"),
            (30, None),
            (40, None),
        ]


@pytest.mark.parametrize("version", [2, 3])
async def test_upgrade_keeps_channels_to_what_their_server_followed(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    async with opened(path) as database:
        narrowed = await database.read(ask("SELECT channel_id, followed_only FROM subscription ORDER BY channel_id"))
    assert narrowed == [(11, 1), (21, 0), (22, 0)]


@pytest.mark.parametrize("version", range(1, 5))
async def test_upgrade_says_of_each_statement_which_file_made_it(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    async with opened(path) as database:
        origins = await database.read(
            ask(
                "SELECT DISTINCT kind, slug, o.origin, fact.origin FROM entity JOIN entity_origin o"
                " ON o.entity_id = entity.id LEFT JOIN fact ON fact.entity_id = entity.id ORDER BY entity.id"
            )
        )
        sources = await database.read(ask("SELECT slug, origin FROM source"))
    assert origins[:4] == [
        ("work", "stars", "seed:seeds/a.toml", "seed:seeds/a.toml"),
        ("person", "jin", "seed:seeds/a.toml", "seed:seeds/a.toml"),
        ("character", "gong-ryong", "seed:seeds/a.toml", "seed:seeds/a.toml"),
        ("track", "close-to-you", "seed:seeds/a.toml", "seed:seeds/a.toml"),
    ]
    assert origins[4:] == [
        ("group", "bts", "seed:seeds/b.toml", None),
        ("organisation", "tvn", "seed:seeds/b.toml", None),
        ("album", "happy", "seed:seeds/b.toml", None),
    ]
    assert sources == [("herald-1", "seed:seeds/a.toml")]


_EARLIER = ("premiere", "episode", "finale", "ost_release", "album_release", *OWN)
_ALL_BUT_ANNIVERSARIES = f",{','.join(_EARLIER)},"
"""What a channel that chose everything announces: anniversaries came later, and are off until they are chosen."""


@pytest.mark.parametrize("version", range(2, 5))
async def test_upgrade_tells_channels_of_every_kind_that_were_told_of_all(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    async with opened(path) as database:
        kinds = await database.read(ask("SELECT channel_id, kinds FROM subscription ORDER BY channel_id"))
    assert kinds == [(11, ",premiere,"), (21, _ALL_BUT_ANNIVERSARIES), (22, f",{','.join(ANNOUNCED)},")]


async def test_upgrade_tells_channels_with_the_default_of_their_servers_own_events(tmp_path: Path) -> None:
    path = tmp_path / "byeol.db"
    older(path, 13)
    async with opened(path) as database:
        kinds = await database.read(ask("SELECT channel_id, kinds FROM subscription ORDER BY channel_id"))
    assert kinds == [(11, ",premiere,"), (21, _ALL_BUT_ANNIVERSARIES), (22, f",{','.join(ANNOUNCED)},")]


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO entity (kind, slug) VALUES ('person', 'another')",
        "UPDATE entity SET slug = 'another' WHERE id = 2",
        "UPDATE name SET text = 'Another' WHERE id = 1",
        "DELETE FROM membership",
    ],
)
async def test_upgrade_lets_search_notice_changed_entities_as_before(tmp_path: Path, change: str) -> None:
    path = tmp_path / "byeol.db"
    older(path, 13)
    async with opened(path) as database:
        before = await database.read(names.serial)
        await database.write(ask(change))
        assert await database.read(names.serial) > before


@pytest.mark.parametrize("version", range(1, 5))
async def test_upgrade_lets_search_notice_changed_dates_as_before(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    async with opened(path) as database:
        before = await database.read(names.serial)
        await database.write(ask("UPDATE event SET earliest = '2026-01-01T00:00:00Z' WHERE id = 12"))
        assert await database.read(names.serial) > before
