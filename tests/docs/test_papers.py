"""The texts for those who run a Byeol, and for Discord, say what the code does and fit where they are pasted."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from bot.announcements.permissions import invited
from bot.store import attendee_roles
from tests.docs.test_docs import ROOT
from tests.helpers import opened, utc

PRIVACY, LISTING = ((ROOT / "docs" / name).read_text("utf-8") for name in ("privacy.md", "listing.md"))
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
PORTAL = {"read_messages": "View Channels", "mention_everyone": "Mention Everyone"}
"""What the developer portal calls those permissions that discord.py calls something else."""


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A new database."""
    path = tmp_path / "byeol.db"
    async with opened(path):
        pass
    return path


def commands(text: str, word: str) -> list[str]:
    """The SQL of a document's command lines in which a word stands."""
    return [sql for sql in re.findall(r'^\$ sqlite3 data/byeol\.db "(.+)"$', text, re.MULTILINE) if word in sql]


def blocks(title: str) -> list[str]:
    """What is to be pasted, under a bold title of the listing; there may be several of a title."""
    found = rf"^\*\*{re.escape(title)}\*\*[^\n]*\n\n```text\n(.*?)\n```"
    return re.findall(found, LISTING, re.DOTALL | re.MULTILINE)


def with_column(connection: sqlite3.Connection, column: str) -> set[str]:
    """The tables that have a column."""
    return {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if any(row[1] == column for row in connection.execute(f"PRAGMA table_info({name})"))
    }


def test_every_table_with_ids_of_users_is_named(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        personal = with_column(connection, "user_id")
    connection.close()
    rows = set(re.findall(r"^\| `(\w+)` \|", PRIVACY, re.MULTILINE))
    assert rows == personal
    for table in personal:
        assert re.search(rf"^\| `{table}` \| \*\*personal\*\*", OPERATING, re.MULTILINE), f"{table} is not marked"


async def test_a_person_is_deleted_as_the_page_says(file: Path) -> None:
    (look,), (delete,) = commands(PRIVACY, "SELECT"), commands(PRIVACY, "VACUUM")
    with sqlite3.connect(file) as connection:
        personal = with_column(connection, "user_id")
        for user in (123, 124):
            connection.execute("INSERT INTO rsvp VALUES (1, ?, 5, 'in', '2031-01-01T00:00:00Z')", (user,))
            connection.executemany(
                "INSERT INTO attendee_role (guild_id, user_id, role_id, theirs) VALUES (5, ?, ?, ?)",
                [(user, 7, 0), (user, 8, 1)],  # the second is a role that they had before
            )
    connection.executescript(look + ";" + delete)
    assert all(table in look for table in personal)
    assert connection.execute("SELECT user_id FROM rsvp").fetchall() == [(124,)]
    connection.close()
    async with opened(file) as database:
        (task,) = await database.write(attendee_roles.claim, utc("2031-01-02 00:00"), 10)
        assert (task.user_id, task.role_id, task.wanted) == (123, 7, False)
        await database.write(attendee_roles.settle, task, utc("2031-01-02 00:00"))
        assert await database.read(
            lambda seen: seen.execute("SELECT DISTINCT user_id FROM attendee_role").fetchall()
        ) == [(124,)]


def test_a_server_is_deleted_as_the_page_says(file: Path) -> None:
    (delete,) = commands(OPERATING, "DELETE FROM server")
    with sqlite3.connect(file) as connection:
        connection.executescript(delete)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        deleted = set(re.findall(r"DELETE FROM (\w+)", delete))
        size = 0
        while len(deleted) > size:
            size = len(deleted)
            for table in tables:
                for _, _, parent, _, _, _, on_delete, _ in connection.execute(f"PRAGMA foreign_key_list({table})"):
                    if on_delete == "CASCADE" and parent in deleted:
                        deleted.add(table)
        assert with_column(connection, "guild_id") <= deleted
    connection.close()


def test_the_permissions_are_those_that_are_asked_for() -> None:
    assert f"permissions={invited().value}\n" in LISTING
    asked = {PORTAL.get(name, name.replace("_", " ").title()) for name, is_on in invited() if is_on}
    (table,) = re.findall(r"^\| permission \|.*?\n\n", LISTING, re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.MULTILINE)) == asked


def test_what_is_pasted_fits_into_the_portal() -> None:
    profile = [blocks(f"Description, {language}")[0] for language in ("English", "Korean")]
    assert len("\n\n".join(profile)) <= 400
    for language in ("English", "Korean"):
        (summary,) = blocks(f"Summary, {language}")
        assert len(summary) <= 200
    (tags,) = [found.splitlines() for found in blocks("Tags")]
    assert len(tags) <= 5
    assert all(len(tag) <= 20 for tag in tags)
