"""`python -m bot run`, as a process, against a loopback Discord over real sockets.

What the bot makes of Discord alone is tested on SQLite, and whatever it keeps in its database, on both engines.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from tests.engines import database
from tests.postgres import Server

from .deliveries import release
from .loopback import Loopback
from .payloads import Permission, text_of
from .process import BotProcess
from .traffic import Drop

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

TOKEN = "loopback.token-that-must-not-be.logged"


@pytest.fixture(params=ENGINES)
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Address]:
    """A place for a database of either engine, without any."""
    if request.param == "sqlite":
        yield tmp_path / "new" / "byeol.db"
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.database()
    yield address
    server.drop(address)


async def test_first_start_seeds_syncs_answers_and_ends_cleanly(server: Loopback, nothing: Address) -> None:
    async with BotProcess(server, nothing, log_level="DEBUG") as bot:
        await bot.ready()
        assert {command["name"] for command in server.commands} == {
            *(
                "ost",
                "schedule",
                "cast",
                "drama",
                "artist",
                "upcoming",
                "about",
                "help",
                "announcements",
                "browse",
                "notify",
            )
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


async def test_what_is_about_a_server_is_refused_in_words_where_there_is_none(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file) as bot:
        await bot.ready()
        # Somebody who added the bot to their own account uses it in a server that it is not in.
        elsewhere = server.add_guild("Elsewhere").add_channel("general")
        for command in server.commands:
            command.pop("contexts", None)  # Discord would not offer it there, as far as it knows
        for name, options in (
            *[(name, {}) for name in ("panel", "status", "history", "upcoming", "test", "off", "notify")],
            ("setup", {"channel": str(elsewhere.id)}),
            *[(name, {"name": "jin"}) for name in ("follow", "unfollow", "why", "role")],
        ):
            where = server.direct(1) if "channel" not in options else elsewhere
            for channel in {where.id, elsewhere.id}:
                reply = await server.interact_command(
                    f"announcements {name}", options, channel_id=channel, permissions=Permission.MANAGE_GUILD
                )
                assert "This works in servers only" in reply.text, name
                assert reply.ephemeral
        for channel in (server.direct(1), elsewhere):
            card = await server.interact_command("drama", {"name": "jirisan"}, channel_id=channel.id)
            assert "Notify me" not in str(card.message)
            for name, options in (("list", {}), ("me", {"name": "jin"})):
                reply = await server.interact_command(f"notify {name}", options, channel_id=channel.id)
                assert "This works in servers only" in reply.text, name
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output


async def test_artists_that_ship_come_in_while_it_answers_however_often_it_is_killed(
    server: Loopback, nothing: Address
) -> None:
    def held() -> int:
        with database(nothing) as connection:
            return connection.execute("SELECT count(*) FROM record WHERE state = 'held'").fetchone()[0]

    async with BotProcess(server, nothing) as bot:
        await bot.ready()
        await server.until(lambda: held() > 0, within=30, what="the first artists")
        assert "3 OSTs, 2 solo" in (await server.interact_command("ost", {"name": "jin"})).text
        bot.kill()
        await bot.wait()
    assert "Loaded the artists" not in bot.output
    async with BotProcess(server, nothing) as bot:
        await bot.ready()
        await server.until(lambda: "Loaded the artists" in bot.output, within=60, what="the last artists")
        # After that many changes the search index is built anew, and until then the one before it answers.
        found = ""
        for _ in range(200):
            found = (await server.interact_command("artist", {"name": "뉴진스"})).text
            if "isn't in my catalogue yet" not in found:
                break
            await asyncio.sleep(0.1)
        assert "## NewJeans · 뉴진스" in found
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output


async def test_announcement_is_posted_at_its_time_and_once(server: Loopback, path: Address) -> None:
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


async def test_commands_are_told_only_when_they_changed(server: Loopback, path: Address) -> None:
    outputs: list[str] = []
    for _ in range(2):
        async with BotProcess(server, path) as bot:
            await bot.ready()
            assert await bot.terminate() == 0
        outputs.append(bot.output)
    assert server.syncs == 1
    assert "Commands are unchanged" in outputs[1]


async def test_refused_token_is_one_clear_line(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file, token=TOKEN, log_level="DEBUG") as bot:
        assert await bot.wait(within=60) == 2
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "Traceback" not in bot.output
    assert TOKEN not in bot.output


async def test_discord_that_cannot_be_reached_is_one_clear_line_and_worth_another_try(
    server: Loopback, file: Path
) -> None:
    nobody = {"BYEOL_API_URL": "http://127.0.0.1:1/api/v10"}
    async with BotProcess(server, file, environment=nobody) as bot:
        assert await bot.wait(within=60) == 75
    assert bot.lines[-1].startswith("Discord cannot be reached: ")
    assert "Traceback" not in bot.output


async def test_connection_that_is_dropped_at_the_start_is_one_clear_line(server: Loopback, file: Path) -> None:
    server.fault("GET", "/users/@me", Drop(), times=None)
    async with BotProcess(server, file) as bot:
        assert await bot.wait(within=60) == 75
    assert "Discord cannot be reached: " in bot.output
    assert "Traceback" not in bot.output


async def test_token_that_is_reset_while_the_bot_runs_is_one_clear_line(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file) as bot:
        await bot.ready()
        await server.revoke_token()
        assert await bot.wait(within=60) == 2
    assert "DISCORD_TOKEN was refused by Discord" in bot.output
    assert "in the middle of its work" not in bot.output, "it waited for itself"
    assert "Traceback" not in bot.output


async def test_connection_that_discord_ends_for_good_is_one_clear_line(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file) as bot:
        await bot.ready()
        await server.gateway.end_sessions(4013)
        assert await bot.wait(within=60) == 2
    assert "Discord ended the connection for good (code 4013)" in bot.output
    assert "Traceback" not in bot.output


async def test_former_development_server_that_the_bot_left_is_let_go_of(server: Loopback, path: Address) -> None:
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


async def test_development_server_that_the_bot_is_not_in_is_one_clear_line(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file, environment={"BYEOL_DEV_GUILD": "123456789012345678"}) as bot:
        assert await bot.wait(within=60) == 2
    assert "BYEOL_DEV_GUILD is 123456789012345678, but the bot is not in that server" in bot.output
    assert "Traceback" not in bot.output


async def test_interrupt_ends_cleanly(server: Loopback, file: Path) -> None:
    async with BotProcess(server, file) as bot:
        await bot.ready()
        os.kill(bot.pid, signal.SIGINT)
        assert await bot.wait(within=10) == 0
    assert "Traceback" not in bot.output


async def test_lost_connection_is_taken_up_again(server: Loopback, path: Address) -> None:
    async with BotProcess(server, path) as bot:
        await bot.ready()
        await server.drop_gateway(resumable=True)
        await server.until(lambda: server.resumes == 1, within=10, what="the resume")
        reply = await server.interact_command("ost", {"name": "v"})
        assert "## V · 뷔" in reply.text
        assert await bot.terminate() == 0
