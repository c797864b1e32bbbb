"""Whatever the network, Discord or another process does: once it is over, each channel has its message, once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pytest
import pytest_asyncio

from .loopback import Loopback
from .places import Channel
from .process import BotProcess
from .traffic import Action, Answer, Drop, Stall, rate_limited

pytestmark = pytest.mark.slow

CHANNELS = 6


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


@pytest.fixture
def path(seeded: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "byeol.db"
    copyfile(seeded, copy)
    return copy


def subscribe(path: Path, channels: list[Channel], guild: int) -> None:
    """Let channels be told of everything, from now on."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
        connection.executemany(
            "INSERT INTO subscription (guild_id, channel_id, language, zone, kinds, stages, grace, since)"
            " VALUES (?, ?, 'en', 'UTC', ',premiere,ost_release,', ',now,moved,cancelled,', 21600, ?)",
            [(guild, channel.id, now) for channel in channels],
        )
        connection.execute("UPDATE subscriptions SET revision = revision + 1")


def release(path: Path, slug: str = "yours") -> None:
    """Let a song be out now."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
        connection.execute(
            "UPDATE event SET earliest = ?, latest = ?, precision = 'minute', status = 'confirmed',"
            " revision = revision + 1 WHERE claim = 0"
            " AND entity_id = (SELECT id FROM entity WHERE kind = 'track' AND slug = ?)",
            (now, now, slug),
        )
        connection.execute("UPDATE catalogue SET revision = revision + 1")


def states(path: Path) -> list[str]:
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM delivery ORDER BY id")]


FAULTS: dict[str, tuple[Callable[[], Action], bool, int]] = {
    "429 of the channel": (lambda: rate_limited(0.4), False, 3),
    "429 of everything": (lambda: rate_limited(0.4, everywhere=True), False, 3),
    "500": (lambda: Answer(500, {"message": "oops", "code": 0}), False, 3),
    "502 after storing": (lambda: Answer(502, {"message": "oops", "code": 0}), True, 2),
    "503": (lambda: Answer(503, {"message": "oops", "code": 0}), False, 3),
    "503 after storing": (lambda: Answer(503, {"message": "oops", "code": 0}), True, 3),
    "dropped before storing": (Drop, False, 3),
    "dropped after storing": (Drop, True, 3),
    "5 s without an answer": (lambda: Stall(5.0), False, 2),
    "5 s until the answer": (lambda: Stall(5.0), True, 2),
}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_after_a_fault_each_channel_has_its_message_once(server: Loopback, path: Path, fault: str) -> None:
    channels = [server.guild.add_channel(f"news-{number}") for number in range(CHANNELS)]
    action, after, times = FAULTS[fault]
    async with BotProcess(server, path) as bot:
        await bot.ready()
        subscribe(path, channels, server.guild.id)
        server.fault("POST", r"/channels/\d+/messages", action(), after=after, times=times)
        release(path)
        await server.until(
            lambda: states(path) == ["sent"] * CHANNELS, within=40, what=f"the messages, despite {fault}"
        )
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * CHANNELS
    assert "Traceback" not in bot.output


async def test_channels_that_refuse_or_are_gone_stop_no_other_and_say_why(server: Loopback, path: Path) -> None:
    channels = [server.guild.add_channel(f"news-{number}") for number in range(4)]
    async with BotProcess(server, path) as bot:
        await bot.ready()
        subscribe(path, channels, server.guild.id)
        channels[0].refusal = 50013
        await server.delete_channel(channels[1], tell=False)
        release(path)
        await server.until(
            lambda: sorted(states(path)) == ["failed", "failed", "sent", "sent"], within=20, what="the outcome"
        )
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels[2:]] == [1, 1]
    assert "Traceback" not in bot.output


async def test_database_locked_by_another_process_for_three_seconds(server: Loopback, path: Path) -> None:
    channels = [server.guild.add_channel(f"news-{number}") for number in range(CHANNELS)]
    async with BotProcess(server, path) as bot:
        await bot.ready()
        subscribe(path, channels, server.guild.id)
        release(path)
        await server.until(lambda: any(channel.messages for channel in channels), within=20, what="the first message")
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(3)  # this is the fault itself, not a wait for something
            other.execute("ROLLBACK")
        await server.until(lambda: states(path) == ["sent"] * CHANNELS, within=40, what="the messages")
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * CHANNELS


async def test_session_that_is_lost_for_good_is_begun_anew(server: Loopback, path: Path) -> None:
    channels = [server.guild.add_channel("news")]
    async with BotProcess(server, path) as bot:
        await bot.ready()
        subscribe(path, channels, server.guild.id)
        await server.drop_gateway(resumable=False)
        release(path)
        await server.until(lambda: states(path) == ["sent"], within=20, what="the message")
        await server.until(lambda: server.identifies == 2, within=15, what="the new session")
        assert await bot.terminate() == 0
    assert len(channels[0].messages) == 1


async def test_two_processes_on_one_database_one_of_them_killed_half_way(server: Loopback, path: Path) -> None:
    count = 60
    channels = [server.guild.add_channel(f"news-{number}") for number in range(count)]
    server.slow_down(0.1)
    async with BotProcess(server, path) as first:
        await first.ready()
        async with BotProcess(server, path) as second:
            await second.ready()
            subscribe(path, channels, server.guild.id)
            release(path)
            await server.until(
                lambda: sum(len(c.messages) for c in channels) >= count // 2, within=30, what="half of the messages"
            )
            first.kill()
            await first.wait()
            with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
                # The dead process's lease has run out.
                connection.execute("UPDATE delivery SET try_at = '2000-01-01T00:00:00Z' WHERE state = 'sending'")
            await server.until(lambda: states(path) == ["sent"] * count, within=60, what="all messages")
            assert await second.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * count
