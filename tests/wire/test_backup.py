"""Backups and restores of a bot that announces: nothing is doubled, and what cannot be known is said."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.operations.backup import restore
from tests.store.test_upgrade import older

from .deliveries import LEASE_IS_OVER, clubs, release, seed_songs, states, subscribe, visible
from .loopback import Loopback
from .process import ROOT, launched
from .traffic import Stall

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]


async def byeol(path: Address, folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command on a database, in a folder; its exit code, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "BYEOL_DATABASE": str(path) if isinstance(path, Path) else path.url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_what_was_announced_after_the_backup_is_not_announced_again(
    server: Loopback, path: Address, tmp_path: Path
) -> None:
    songs = await seed_songs(path, tmp_path / "songs", 4)
    channels = clubs(server, 3)
    copy = tmp_path / "copy.db"
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, channels)
        release(server, path, songs[0])
        await server.until(lambda: states(path) == ["sent"] * 3, what="the first song")
        release(server, path, songs[1], ahead=timedelta(minutes=30))  # known to the backup, but not planned yet
        release(server, path, songs[3], ahead=timedelta(hours=2))
        code, said = await byeol(path, tmp_path, "backup", str(copy))
        assert code == 0, said
        assert "verified" in said
        server.clock.skip(timedelta(minutes=31))
        await server.until(lambda: states(path) == ["sent"] * 6, what="the second song")
        release(server, path, songs[2])  # not known to the backup
        await server.until(lambda: states(path) == ["sent"] * 9, what="the third song")

        code, said = await byeol(path, tmp_path, "restore", str(copy))
        assert (code, said.count("\n")) == (2, 1)
        assert "stop the bot first" in said
        bot.kill()
        await bot.wait()

    restore(path, copy, server.clock.now(), folder=tmp_path)
    async with launched(server, path) as bot:
        await bot.ready()
        release(server, path, songs[2], ahead=timedelta(minutes=-1))  # as a sync that learns it again
        await server.until(lambda: states(path).count("uncertain") == 3, what="the second song")
        server.clock.skip(timedelta(hours=2))
        await server.until(lambda: visible(channels) == 12, within=20, what="the last song")
        await server.until(lambda: sorted(states(path)) == ["sent"] * 6 + ["uncertain"] * 3, what="the records")
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [4] * 3
    assert "Traceback" not in bot.output


async def test_what_was_being_sent_at_the_time_of_the_backup_is_looked_for(
    server: Loopback, path: Address, tmp_path: Path
) -> None:
    arrived, lost = clubs(server, 2)
    copy = tmp_path / "copy.db"
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, [arrived, lost])
        server.fault("POST", f"/channels/{arrived.id}/messages", Stall(5.0), after=True)
        server.fault("POST", f"/channels/{lost.id}/messages", Stall(5.0), times=2)
        release(server, path, "yours")
        await server.until(lambda: states(path) == ["sending"] * 2 and visible([arrived]), what="the requests")
        code, said = await byeol(path, tmp_path, "backup", str(copy))
        assert code == 0, said
        bot.kill()
        await bot.wait()
    restore(path, copy, server.clock.now(), folder=tmp_path)
    server.clock.skip(LEASE_IS_OVER * 3)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["sent"] * 2, within=20, what="both messages")
        assert await bot.terminate() == 0
    assert [len(arrived.messages), len(lost.messages)] == [1, 1]


async def test_bot_that_runs_backs_itself_up(server: Loopback, path: Address, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    async with launched(server, path, environment={"BYEOL_BACKUPS": str(folder)}) as bot:
        await bot.ready()
        await server.until(lambda: "Backed up the database" in bot.output, within=20, what="the backup")
        assert await bot.terminate() == 0
    (made,) = folder.glob("*")
    code, said = await byeol(path, tmp_path, "restore", str(made))
    assert code == 0, said
    assert "What it replaced is kept as " in said


async def test_full_disk_refuses_a_new_version_that_cannot_keep_the_old_schema(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    older(old, 5)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    before = old.read_bytes()
    # No process may fill a real disk. A file that may not grow is the same to SQLite: the system refuses to write.
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", 'ulimit -f 64 && exec "$@"', "sh", sys.executable, "-m", "bot", "seed", "--dry-run"),
        env={"PYTHONPATH": str(ROOT), "BYEOL_DATABASE": str(old)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert (process.returncode, output.decode().count("\n")) == (2, 1), output.decode()
    assert "Free some space" in output.decode()
    assert old.read_bytes() == before
    assert {one.name for one in old.parent.glob("old.db*")} <= {"old.db", "old.db.use", "old.db.copying"}
