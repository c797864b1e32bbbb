"""`backup` and `restore`: copies that can be relied on, and nothing lost when one is put back."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from bot.errors import StartError
from bot.operations.backup import backup, restore
from bot.store.connection import Connection
from bot.store.sqlite.engine import MIGRATIONS
from bot.store.sqlite.locks import in_use, unused
from tests.helpers import opened, utc
from tests.store.test_upgrade import older

NOW = utc("2026-06-01 12:00")
SCRIPTS = sorted(MIGRATIONS.glob("*.sql"))


@pytest.fixture
def path(tmp_path: Path, seeded: Path) -> Path:
    """A seeded database."""
    path = tmp_path / "data" / "byeol.db"
    path.parent.mkdir()
    copyfile(seeded, path)
    return path


def note(connection: Connection, slug: str) -> None:
    connection.execute("INSERT INTO source (slug, publisher, origin) VALUES (?, 'Herald', 'test')", (slug,))


def noted(path: Path, slug: str) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT 1 FROM source WHERE slug = ?", (slug,)).fetchone() is not None


def refused(run: Callable[[], int]) -> str:
    with pytest.raises(StartError) as raised:
        run()
    assert "\n" not in raised.value.problem
    return raised.value.problem


def files(path: Path) -> set[str]:
    """What lies beside a database, apart from its empty locks."""
    return {one.name for one in path.parent.iterdir()} - {f"{path.name}.use", f"{path.name}.copying"}


# Backing up


async def test_backup_of_a_database_in_use_is_whole_and_has_what_is_only_in_its_log(path: Path, tmp_path: Path) -> None:
    async with opened(path) as database:
        await database.write(note, "latest")
        backup(path, tmp_path / "copy.db", NOW)
    copy = tmp_path / "copy.db"
    assert noted(copy, "latest")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)  # one file is all of it
    assert files(copy) == {"copy.db", "data"}


def test_backup_into_a_folder_is_called_by_its_time(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup(path, tmp_path, NOW)
    assert (tmp_path / "byeol-2026-06-01T12-00-00Z.db").is_file()
    assert "verified" in capsys.readouterr().out


def test_backup_replaces_nothing_unless_it_is_told_to(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("something else")
    assert "--force" in refused(lambda: backup(path, file, NOW))
    assert file.read_text() == "something else"
    backup(path, file, NOW, replace=True)
    assert noted(file, "latest") is False


def test_backup_never_replaces_the_database_itself(path: Path) -> None:
    assert "the database itself" in refused(lambda: backup(path, path, NOW, replace=True))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_who_may_not_read_a_database_may_not_read_its_backup(path: Path, tmp_path: Path) -> None:
    for mode, expected in ((0o600, 0o600), (0o640, 0o640), (0o440, 0o640)):
        path.chmod(mode)
        assert backup(path, tmp_path / "copy.db", NOW, replace=True) == 0
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == expected


def test_backup_of_nothing_or_to_nowhere_is_refused(path: Path, tmp_path: Path) -> None:
    assert "There is no database" in refused(lambda: backup(tmp_path / "no.db", tmp_path / "copy.db", NOW))
    assert not (tmp_path / "no.db").exists()
    assert "There is no folder" in refused(lambda: backup(path, tmp_path / "no" / "copy.db", NOW))


def damage(path: Path) -> None:
    """Overwrite pages in the middle, which no start notices."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\x5a" * 40960)


def test_damaged_database_is_not_backed_up_and_the_last_backup_stays(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(path, copy, NOW)
    before = copy.read_bytes()
    damage(path)
    assert "is damaged" in refused(lambda: backup(path, copy, NOW, replace=True))
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob("*.partial"))


def test_backup_leaves_room_for_the_bot(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.sqlite.copies.RESERVE", 2**60)
    assert "MB are free" in refused(lambda: backup(path, tmp_path / "copy.db", NOW))
    assert not (tmp_path / "copy.db").exists()


# Restoring


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Path:
    """A backup of the database."""
    copy = tmp_path / "copy.db"
    backup(path, copy, NOW)
    return copy


async def test_restored_database_is_as_it_was_and_the_other_one_is_kept(path: Path, copy: Path) -> None:
    async with opened(path) as database:
        await database.write(note, "later")
    restore(path, copy, NOW + timedelta(hours=1))
    assert not noted(path, "later")
    kept = path.with_name("byeol.db.before-restore-2026-06-01T13-00-00Z")
    assert noted(kept, "later")
    assert files(path) == {path.name, kept.name}
    async with opened(path) as database:
        await database.write(note, "works")


def test_restore_with_no_database_makes_one(path: Path, copy: Path) -> None:
    path.unlink()
    restore(path, copy, NOW)
    assert files(path) == {path.name}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'backup'").fetchone() is None


def test_log_of_a_deleted_database_does_not_get_into_the_restored_one(path: Path, copy: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        note(connection, "later")
        connection.commit()
        left = log.read_bytes()
    path.unlink()
    log.write_bytes(left)
    restore(path, copy, NOW)
    assert not noted(path, "later")


async def test_restore_is_refused_while_the_database_is_in_use(path: Path, copy: Path) -> None:
    async with opened(path) as database, opened(path):  # two processes may share it
        await database.write(note, "later")
        assert "stop the bot first" in refused(lambda: restore(path, copy, NOW))
    assert noted(path, "later")
    restore(path, copy, NOW)


def test_backup_and_start_are_refused_while_it_is_replaced(path: Path, copy: Path) -> None:
    with unused(path):
        assert "is being restored" in refused(lambda: backup(path, copy, NOW, replace=True))
    with in_use(path):
        pass


def no_database(file: Path) -> None:
    file.write_text("This is the wrong file, and long enough to look like one with pages. " * 200)


def another_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(SCRIPTS) + 1}")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_database, "is no database"),
        (another_database, "not a database of Byeol"),
        (newer, "newer Byeol"),
        (damage, "damaged"),
        (Path.unlink, "There is no database"),
    ],
)
def test_what_is_no_usable_backup_is_refused_and_nothing_changes(
    path: Path, copy: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(copy)
    before = path.read_bytes()
    assert said in refused(lambda: restore(path, copy, NOW))
    assert path.read_bytes() == before
    assert files(path) == {path.name}


def test_database_is_no_backup_of_itself(path: Path) -> None:
    assert "itself" in refused(lambda: restore(path, path, NOW))


def test_damaged_database_can_be_replaced_and_is_kept_as_it_is(path: Path, copy: Path) -> None:
    damage(path)
    before = path.read_bytes()
    restore(path, copy, NOW)
    kept = path.with_name("byeol.db.before-restore-2026-06-01T12-00-00Z")
    assert kept.read_bytes()[100:] == before[100:]
    assert noted(path, "nothing") is False


@pytest.mark.parametrize("version", range(1, len(SCRIPTS)))
async def test_backup_of_an_earlier_version_is_brought_up_to_date(path: Path, tmp_path: Path, version: int) -> None:
    old = tmp_path / "old.db"
    older(old, version)
    restore(path, old, NOW)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(SCRIPTS),)
    async with opened(path) as database:
        await database.write(note, "works")
    assert not [name for name in files(path) if "schema" in name or "partial" in name]
