"""`python -m bot run`, as a process, against a loopback Discord over real sockets."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import pytest_asyncio

from .loopback import Loopback
from .process import BotProcess

pytestmark = pytest.mark.slow

TOKEN = "loopback.token-that-must-not-be.logged"
MANAGE_GUILD = 1 << 5


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


@pytest.fixture
def path(seeded: Path, tmp_path: Path) -> Path:
    """A seeded database that no process has opened yet."""
    copy = tmp_path / "byeol.db"
    copyfile(seeded, copy)
    return copy


def words(message: dict[str, Any] | None) -> str:
    """All text of a message's components."""

    def walk(components: list[dict[str, Any]]) -> list[str]:
        found: list[str] = []
        for component in components:
            found += [component["content"]] if "content" in component else []
            found += walk(component.get("components", []))
        return found

    assert message is not None
    return "\n".join(walk(message["components"]))


def due_soon(path: Path, slug: str, seconds: float) -> None:
    """Let a track of the catalogue be released in some seconds from now."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection = sqlite3.connect(path, timeout=5)
    try:
        with connection:
            connection.execute(
                "UPDATE event SET earliest = ?, latest = ?, precision = 'minute', status = 'confirmed',"
                " revision = revision + 1 WHERE claim = 0"
                " AND entity_id = (SELECT id FROM entity WHERE kind = 'track' AND slug = ?)",
                (at, at, slug),
            )
            connection.execute("UPDATE catalogue SET revision = revision + 1")
    finally:
        connection.close()


async def test_first_start_seeds_syncs_answers_and_ends_cleanly(server: Loopback, tmp_path: Path) -> None:
    async with BotProcess(server, tmp_path / "new" / "byeol.db", log_level="DEBUG") as bot:
        await bot.ready()
        assert {command["name"] for command in server.commands} == {
            *("ost", "cast", "drama", "artist", "upcoming", "about", "help", "announcements")
        }

        reply = await server.interact_command("ost", {"name": "jin"})
        assert "## Jin · 진" in words(reply.message)
        assert "3 OSTs, 2 solo" in words(reply.message)

        korean = await server.interact_command("cast", {"drama": "stars-gossip"}, locale="ko")
        assert "## 별들에게 물어봐" in words(korean.message)

        offered = await server.autocomplete("ost", "name", "공효")
        assert offered.choices
        assert offered.choices[0]["value"] == "person/gong-hyo-jin"

        assert await bot.terminate() == 0
    assert "Told to stop" in bot.output
    assert "Traceback" not in bot.output
    assert server.token not in bot.output


async def test_announcement_is_posted_at_its_time_and_once(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        reply = await server.interact_command(
            "announcements setup",
            {"channel": str(server.news.id), "role": str(server.role.id)},
            permissions=MANAGE_GUILD,
        )
        assert "Announcements are on" in words(reply.message)

        due_soon(path, "yours", 2)
        await server.until(lambda: len(server.news.messages) == 1, within=15, what="the announcement")

        (post,) = server.news.messages.values()
        assert "🎵 Yours by Jin (Jirisan)" in words(post)
        assert post["mention_roles"] == [str(server.role.id)]
        await server.until(lambda: bool(post["flags"] & 1), within=5, what="publishing")
        assert await bot.terminate() == 0
    assert len(server.news.messages) == 1


async def test_killed_after_discord_stored_it_the_next_start_does_not_post_again(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.interact_command(
            "announcements setup", {"channel": str(server.general.id)}, permissions=MANAGE_GUILD
        )
        before = set(server.general.messages)
        server.fault("POST", rf"/channels/{server.general.id}/messages", bot.kill, after=True)
        due_soon(path, "yours", 1)
        await bot.wait(within=15)
        assert len(set(server.general.messages) - before) == 1

    _forget_leases(path)
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.until(lambda: _states(path) == ["sent"], within=15, what="the record")
        assert await bot.terminate() == 0
    assert len(set(server.general.messages) - before) == 1


async def test_killed_after_discord_stored_it_and_past_the_window_of_the_nonce(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.interact_command(
            "announcements setup", {"channel": str(server.general.id)}, permissions=MANAGE_GUILD
        )
        before = set(server.general.messages)
        server.fault("POST", rf"/channels/{server.general.id}/messages", bot.kill, after=True)
        due_soon(path, "yours", 1)
        await bot.wait(within=15)

    server.nonce_window = 0.0
    _forget_leases(path, doubt=timedelta(minutes=10))
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.until(lambda: _states(path) == ["sent"], within=15, what="the record")
        assert await bot.terminate() == 0
    assert len(set(server.general.messages) - before) == 1
    assert server.requests("GET", f"/channels/{server.general.id}/messages")


async def test_commands_are_told_only_when_they_changed(server: Loopback, path: Path) -> None:
    outputs: list[str] = []
    for _ in range(2):
        async with BotProcess(server, path) as bot:
            await bot.ready()
            assert await bot.terminate() == 0
        outputs.append(bot.output)
    assert server.syncs == 1
    assert "Commands are unchanged" in outputs[1]


async def test_refused_token_is_one_clear_line(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path, token=TOKEN, log_level="DEBUG") as bot:
        assert await bot.wait(within=15) == 2
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "Traceback" not in bot.output
    assert TOKEN not in bot.output


async def test_interrupt_ends_cleanly(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        os.kill(bot.pid, signal.SIGINT)
        assert await bot.wait(within=10) == 0
    assert "Traceback" not in bot.output


async def test_lost_connection_is_taken_up_again(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.drop_gateway(resumable=True)
        await server.until(lambda: server.resumes == 1, within=10, what="the resume")
        reply = await server.interact_command("ost", {"name": "v"})
        assert "## V · 뷔" in words(reply.message)
        assert await bot.terminate() == 0


def _states(path: Path) -> list[str]:
    connection = sqlite3.connect(path, timeout=5)
    try:
        return [state for (state,) in connection.execute("SELECT state FROM delivery ORDER BY id")]
    finally:
        connection.close()


def _forget_leases(path: Path, doubt: timedelta | None = None) -> None:
    """Let the lease of the process that was killed have run out; and, if so, let its last attempt be long ago."""
    connection = sqlite3.connect(path, timeout=5)
    try:
        with connection:
            connection.execute("UPDATE delivery SET try_at = '2000-01-01T00:00:00Z' WHERE state = 'sending'")
            if doubt is not None:
                since = (datetime.now(UTC) - doubt).strftime("%Y-%m-%dT%H:%M:%SZ")
                connection.execute("UPDATE delivery SET doubt_since = ? WHERE state = 'sending'", (since,))
    finally:
        connection.close()
