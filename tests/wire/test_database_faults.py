"""What happens to the database itself while a real bot runs on it, or before: one clear line, and nothing is lost.

It is about a file, and so on SQLite alone: `test_faults.py` and `test_havoc.py` take a server away.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from .deliveries import LEASE_IS_OVER, clubs, release, states, subscribe, visible
from .loopback import Loopback
from .payloads import Permission
from .process import BYEOL, BotProcess, launched

pytestmark = pytest.mark.slow

AGAIN = 75
"""The exit code after which a service starts the bot again."""


def errors(bot: BotProcess) -> list[str]:
    """What the bot logged as an error, or said at its end."""
    return [line for line in bot.lines if " ERROR " in line or not line[:4].isdigit()]


def the_error(bot: BotProcess) -> str:
    """The one error that the bot logged, or said at its end."""
    assert len(errors(bot)) == 1, bot.output
    return errors(bot)[0]


def content(path: Path) -> bytes:
    """What is in a file, without its head, in which SQLite notes how it is used."""
    return path.read_bytes()[200:]


def damage_all(path: Path) -> None:
    """Overwrite everything but the first page, without which it would be no database at all."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * (path.stat().st_size - 4096))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])


def garbage(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 10_000)


@pytest.mark.parametrize("spoil", [damage_all, cut, garbage])
async def test_damaged_file_at_the_start_is_one_line_and_left_alone(
    server: Loopback, path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    before = content(path)
    async with BotProcess(server, path) as bot:
        assert await bot.wait(within=30) == 2
    assert "Traceback" not in bot.output
    line = the_error(bot)
    assert "damaged" in line or "not a Byeol database" in line
    assert content(path) == before


async def test_file_that_is_damaged_while_the_bot_runs_is_one_line_and_the_bot_answers_what_it_can(
    server: Loopback, path: Path
) -> None:
    (channel,) = clubs(server, 1)
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, [channel])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'delivery'").fetchone()
        with path.open("r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"\x5a" * 4096)
        release(server, path, "yours")
        await server.until(lambda: errors(bot), within=20, what="the line")
        assert "## V · 뷔" in (await server.interact_command("ost", {"name": "v"})).text
        await asyncio.sleep(2)  # several beats, which all fail
        line = the_error(bot)
        assert "is damaged" in line
        assert "restore a backup" in line
        await bot.terminate()
    assert "Traceback" not in bot.output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody delete a file that is open")
@pytest.mark.parametrize("logs_too", [False, True])
async def test_deleted_file_is_put_back_with_everything_and_the_next_start_goes_on(
    server: Loopback, path: Path, logs_too: bool
) -> None:
    channels = clubs(server, 3)
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, channels)
        release(server, path, "yours")
        await server.until(lambda: states(path) == ["sent"] * 3, what="the announcements")
        for name in (path.name, *((f"{path.name}-wal", f"{path.name}-shm") if logs_too else ())):
            path.with_name(name).unlink()
        assert await bot.wait(within=30) == AGAIN
    assert "Traceback" not in bot.output
    line = the_error(bot)
    assert "was deleted while the bot ran" in line
    assert "put back" in line
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert states(path) == ["sent"] * 3
    async with launched(server, path) as bot:
        await bot.ready()
        release(server, path, "yours", ahead=timedelta(seconds=1))  # the same day: nothing new
        server.clock.skip(timedelta(minutes=2))
        assert "## V · 뷔" in (await server.interact_command("ost", {"name": "v"})).text
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody replace a file that is open")
async def test_replaced_file_is_left_alone_and_what_the_bot_had_is_saved_beside_it(
    server: Loopback, path: Path, seeded: Path, tmp_path: Path
) -> None:
    (channel,) = clubs(server, 1)
    other = tmp_path / "other.db"
    copyfile(seeded, other)
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, [channel])
        release(server, path, "yours")
        await server.until(lambda: states(path) == ["sent"], what="the announcement")
        other.replace(path)
        assert await bot.wait(within=30) == AGAIN
    assert "Traceback" not in bot.output
    line = the_error(bot)
    assert "was replaced by another file" in line
    (saved,) = path.parent.glob("byeol.db.rescued-*")
    assert saved.name in line
    assert states(saved) == ["sent"]
    assert states(path) == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits the files of a running process")
async def test_full_disk_is_one_line_while_the_bot_answers_and_announcements_wait(server: Loopback, path: Path) -> None:
    channels = clubs(server, 3)
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, channels)
        before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        release(server, path, "yours")
        await server.until(lambda: errors(bot), within=20, what="the line")
        assert "## V · 뷔" in (await server.interact_command("ost", {"name": "v"})).text
        await asyncio.sleep(2)  # several beats, which all fail
        line = the_error(bot)
        assert "disk" in line
        reply = await server.interact_command(
            "announcements setup", {"channel": str(server.news.id)}, permissions=Permission.MANAGE_GUILD
        )
        assert "error" in reply.text
        assert len(errors(bot)) == 2
        assert not visible(channels)
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)
        server.clock.skip(LEASE_IS_OVER)
        await server.until(lambda: states(path) == ["sent"] * 3, within=30, what="the announcements")
        await server.until(lambda: "can be written again" in bot.output, what="the end of it in the log")
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * 3
    assert "Traceback" not in bot.output


@pytest.fixture
def place(path: Path, tmp_path: Path) -> Path:
    """The database in a folder of its own."""
    (tmp_path / "place").mkdir()
    return path.rename(tmp_path / "place" / path.name)


def obedient() -> tuple[str, ...]:
    """A prefix for a command line, so that even root keeps to what the permissions of files say."""
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="without setpriv, root would write anyway")
@pytest.mark.parametrize("what", ["file", "folder"])
async def test_what_may_not_be_written_is_one_line_at_the_start(server: Loopback, place: Path, what: str) -> None:
    locked = place if what == "file" else place.parent
    mode = locked.stat().st_mode
    locked.chmod(mode & ~0o222)
    try:
        async with BotProcess(server, place, argv=(*obedient(), *BYEOL)) as bot:
            assert await bot.wait(within=30) == 2
    finally:
        locked.chmod(mode)
    line = the_error(bot)
    assert "writable for the user that runs Byeol" in line
    assert "Traceback" not in bot.output


async def test_another_bot_with_the_same_token_is_told_apart_by_one_line(
    server: Loopback, path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "byeol.db"
    other.parent.mkdir()
    copyfile(path, other)
    async with launched(server, path) as first:
        await first.ready()
        async with launched(server, other) as second:
            await second.ready()
            for _ in range(3):
                reply = await server.interact_command("ost", {"name": "v"})
                assert "## V · 뷔" in reply.text
            bots = (first, second)
            await server.until(
                lambda: any("another bot with the same token" in bot.output for bot in bots), what="the line"
            )
            for bot in bots:
                await bot.terminate()
    for bot in bots:
        assert "Traceback" not in bot.output
        assert not errors(bot)
        assert bot.output.count("another bot with the same token") <= 1
