"""`python -m bot run`, as a process, against a loopback Discord over real sockets."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from .deliveries import release
from .loopback import Loopback
from .payloads import Permission, text_of
from .process import BotProcess

pytestmark = pytest.mark.slow

TOKEN = "loopback.token-that-must-not-be.logged"


async def test_first_start_seeds_syncs_answers_and_ends_cleanly(server: Loopback, tmp_path: Path) -> None:
    async with BotProcess(server, tmp_path / "new" / "byeol.db", log_level="DEBUG") as bot:
        await bot.ready()
        assert {command["name"] for command in server.commands} == {
            *("ost", "cast", "drama", "artist", "upcoming", "about", "help", "announcements", "browse")
        }

        reply = await server.interact_command("ost", {"name": "jin"})
        assert "## Jin · 진" in reply.text
        assert "3 OSTs, 2 solo" in reply.text

        korean = await server.interact_command("cast", {"drama": "stars-gossip"}, locale="ko")
        assert "## 별들에게 물어봐" in korean.text

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
            permissions=Permission.MANAGE_GUILD,
        )
        assert "Announcements are on" in reply.text

        release(server, path, "yours", ahead=timedelta(seconds=2))
        await server.until(lambda: len(server.news.messages) == 1, within=15, what="the announcement")

        (post,) = server.news.messages.values()
        assert "🎵 Yours by Jin (Jirisan)" in text_of(post)
        assert post["mention_roles"] == [str(server.role.id)]
        await server.until(lambda: bool(post["flags"] & 1), within=5, what="publishing")
        assert await bot.terminate() == 0
    assert len(server.news.messages) == 1


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


async def test_token_that_is_reset_while_the_bot_runs_is_one_clear_line(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.revoke_token()
        assert await bot.wait(within=8) == 2  # well before a publisher that waits for itself would give up
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "Leaving while" not in bot.output
    assert "Traceback" not in bot.output


async def test_connection_that_discord_ends_for_good_is_one_clear_line(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.gateway.end_sessions(4013)
        assert await bot.wait(within=8) == 2
    assert "Discord ended the connection for good (code 4013)" in bot.output
    assert "Traceback" not in bot.output


async def test_former_development_server_that_the_bot_left_is_let_go_of(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path, environment={"BYEOL_DEV_GUILD": str(server.guild.id)}) as bot:
        await bot.ready()
        assert await bot.terminate() == 0
    await server.remove_guild(server.guild)
    for _ in range(2):
        async with BotProcess(server, path) as bot:
            await bot.ready()
            assert await bot.terminate() == 0
        assert "Traceback" not in bot.output
    refused = [request for request in server.log if f"/guilds/{server.guild.id}/commands" in request.path]
    assert len(refused) == 2  # told once while it was there; refused once afterwards, and never asked again


async def test_development_server_that_the_bot_is_not_in_is_one_clear_line(server: Loopback, path: Path) -> None:
    async with BotProcess(server, path, environment={"BYEOL_DEV_GUILD": "123456789012345678"}) as bot:
        assert await bot.wait(within=15) == 2
    assert "BYEOL_DEV_GUILD is 123456789012345678, but the bot is not in that server" in bot.output
    assert "Traceback" not in bot.output


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
        assert "## V · 뷔" in reply.text
        assert await bot.terminate() == 0
