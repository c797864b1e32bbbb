"""`check --online` against the loopback Discord: the token, the application, the commands, and every channel."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from types import MappingProxyType
from typing import Any

import discord
import pytest
import pytest_asyncio
from discord.http import Route

from bot.announcements.subscription import Subscription, Threads
from bot.discord_internals import use_api
from bot.operations import online
from bot.operations.finding import Finding, Level
from tests.helpers import utc
from tests.wire.deliveries import subscribe
from tests.wire.loopback import Loopback
from tests.wire.payloads import ChannelFlag, ChannelKind, Permission
from tests.wire.places import Channel
from tests.wire.process import BotProcess
from tests.wire.traffic import Answer, Drop

COMMANDS = ("cast", "ost")
CHECK = (sys.executable, "-m", "bot", "check", "--online")


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    async with Loopback() as loopback:
        use_api(loopback.api_url)
        loopback.world.sync(None, [{"name": name, "type": 1} for name in COMMANDS])
        yield loopback


def chosen(channel: Channel, **settings: Any) -> Subscription:
    """A channel that is announced in."""
    assert channel.guild is not None
    return replace(Subscription(channel.guild.id, channel.id, utc("2026-01-01 00:00")), **settings)


async def ask(
    server: Loopback,
    channels: Sequence[Subscription] | None = (),
    *,
    token: str | None = None,
    ahead: float = 0.0,
    roles: Mapping[int, Sequence[int]] = MappingProxyType({}),
) -> list[Finding]:
    """What is found, with a clock that is ahead by some seconds."""

    def clock() -> datetime:
        return discord.utils.utcnow() + timedelta(seconds=ahead)

    asked = online.examine(token or server.token, channels, COMMANDS, clock, roles=roles)
    return [finding async for some in asked for finding in some]


def trouble(found: Sequence[Finding]) -> list[Finding]:
    """What is not well."""
    return [finding for finding in found if finding.level is not Level.OK]


async def test_everything_is_well_and_no_session_is_started(server: Loopback) -> None:
    found = await ask(server, [chosen(server.general), chosen(server.news)])
    assert trouble(found) == []
    said = "\n".join(finding.text for finding in found)
    assert "The token is that of byeol" in said
    assert "The clock agrees with Discord's." in said
    assert "The gateway can be reached." in said
    assert "The bot may start 999 more times today." in said
    assert "All 2 commands are registered." in said
    assert "The bot is in 1 server, and has all it needs in 2 channels." in said
    assert server.identifies == 0
    assert all(request.method == "GET" for request in server.log)


async def test_refused_token_is_one_problem_and_nothing_else_is_asked(server: Loopback) -> None:
    (finding,) = await ask(server, token="revoked.token.here")
    assert finding.level is Level.PROBLEM
    assert finding.text == "DISCORD_TOKEN was refused by Discord."
    assert "Reset Token" in finding.remedy
    assert "revoked" not in str(finding)
    assert len(server.log) == 1


async def test_discord_that_is_out_of_reach_is_one_problem(server: Loopback) -> None:
    server.fault("GET", "/users/@me", Drop(), times=None)
    (finding,) = await ask(server)
    assert finding.level is Level.PROBLEM
    assert finding.text.startswith("Discord cannot be reached: ")


async def test_discord_that_goes_away_ends_with_a_problem(server: Loopback) -> None:
    server.fault("GET", "/users/@me/guilds", Drop(), times=None)
    (finding,) = trouble(await ask(server, [chosen(server.news)]))
    assert finding.text.startswith("Discord stopped answering: ")


@pytest.mark.parametrize(
    ("portal", "said"),
    [
        ({"bot_public": False}, "“Public Bot” is off"),
        ({"bot_require_code_grant": True}, "“Requires OAuth2 Code Grant” is on"),
        ({"flags": 1 << 19}, "Message Content"),
    ],
)
async def test_what_is_set_wrong_in_the_portal_is_named(server: Loopback, portal: dict[str, object], said: str) -> None:
    server.rest.portal = portal
    (finding,) = trouble(await ask(server))
    assert said in finding.text


@pytest.mark.parametrize(("left", "level"), [(50, None), (49, Level.WARNING), (0, Level.PROBLEM)])
async def test_starts_that_run_out_are_named(server: Loopback, left: int, level: Level | None) -> None:
    server.rest.starts = left
    found = trouble(await ask(server))
    assert [finding.level for finding in found] == ([level] if level else [])
    assert left or "in 1.0 hours" in found[0].text


async def test_gateway_that_does_not_answer_is_named(server: Loopback) -> None:
    nowhere = {"url": "ws://127.0.0.1:9", "shards": 1, "session_start_limit": {"remaining": 9, "reset_after": 0}}
    server.fault("GET", "/gateway/bot", Answer(200, {**nowhere}))
    assert "The gateway ws://127.0.0.1:9 does not answer." in [finding.text for finding in trouble(await ask(server))]


@pytest.mark.parametrize(("ahead", "way"), [(600.0, "ahead of"), (-600.0, "behind")])
async def test_clock_that_is_wrong_is_named(server: Loopback, ahead: float, way: str) -> None:
    (finding,) = trouble(await ask(server, ahead=ahead))
    assert finding.level is Level.PROBLEM
    assert f"seconds {way} Discord's" in finding.text


async def test_commands_of_another_version_are_named(server: Loopback) -> None:
    server.world.sync(None, [{"name": name, "type": 1} for name in ("ost", "old")])
    first, second = trouble(await ask(server))
    assert first.text == "Discord does not know /cast."
    assert second.text == "Discord has commands of another version: /old."


@pytest.mark.parametrize(
    ("denied", "settings", "level", "named"),
    [
        (Permission.SEND_MESSAGES, {}, Level.PROBLEM, "Send Messages"),
        (Permission.VIEW_CHANNEL, {}, Level.PROBLEM, "View Channel"),
        (Permission.EMBED_LINKS, {}, Level.WARNING, "Embed Links"),
        (Permission.READ_MESSAGE_HISTORY, {}, Level.WARNING, "Read Message History"),
        (Permission.CREATE_PUBLIC_THREADS, {"threads": Threads.POST}, Level.WARNING, "Create Public Threads"),
        (Permission.ATTACH_FILES, {}, None, ""),
    ],
)
async def test_permission_that_a_channel_lacks_is_named_with_its_place(
    server: Loopback, denied: Permission, settings: dict[str, object], level: Level | None, named: str
) -> None:
    channel = server.guild.add_channel("drama", denied=denied)
    found = trouble(await ask(server, [chosen(server.news), chosen(channel, **settings)]))
    if level is None:
        assert found == []
        return
    (finding,) = found
    assert finding.level is level
    assert finding.text.startswith("“Drama Club”, #drama: ")
    assert finding.text.endswith(f"The bot lacks {named}.")
    assert "An admin of the server" in finding.remedy


async def test_role_that_the_bot_may_not_ping_and_events_that_it_may_not_make_are_named(server: Loopback) -> None:
    guild = server.add_guild("Calm", permissions=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    role = guild.add_role("Fans")
    channel = guild.add_channel("news", ChannelKind.NEWS)
    (finding,) = trouble(await ask(server, [chosen(channel, role_id=role.id, guild_events=True)]))
    for name in ("Embed Links", "Read Message History", "Create Events", "Mention @everyone, @here and All Roles"):
        assert name in finding.text
    role.mentionable = True
    (finding,) = trouble(await ask(server, [chosen(channel, role_id=role.id)]))
    assert "Mention" not in finding.text


async def test_roles_of_notify_me_that_the_bot_may_neither_give_nor_mention_are_named(server: Loopback) -> None:
    denied = Permission.MANAGE_ROLES | Permission.MENTION_EVERYONE
    server.guild.bot_permissions &= ~denied
    channels, roles = [chosen(server.news)], {server.guild.id: [server.role.id]}
    assert trouble(await ask(server, channels)) == []
    (finding,) = trouble(await ask(server, channels, roles=roles))
    assert finding.level is Level.WARNING
    assert finding.text.endswith("The bot lacks Mention @everyone, @here and All Roles and Manage Roles.")
    server.guild.bot_permissions |= denied
    assert trouble(await ask(server, channels, roles=roles)) == []


async def test_forum_is_looked_at_like_a_channel_and_for_the_tag_that_it_needs(server: Loopback) -> None:
    open_, closed, demanding = (
        server.guild.add_forum("open"),
        server.guild.add_forum("closed"),
        server.guild.add_forum("demanding", "News", flags=ChannelFlag.REQUIRE_TAG),
    )
    closed.denied = Permission.SEND_MESSAGES
    tag = int(demanding.tags[0]["id"])
    assert trouble(await ask(server, [chosen(open_, threads=Threads.POST), chosen(demanding, tags=(tag,))])) == []
    first, second = trouble(await ask(server, [chosen(open_), chosen(closed), chosen(demanding, tags=(1,))]))
    assert first.text == "“Drama Club”, #closed: nothing can be posted. The bot lacks Create Posts."
    assert second.level is Level.PROBLEM
    assert second.text.startswith("“Drama Club”, #demanding: nothing can be posted. Its posts need a tag")
    assert "/announcements panel" in second.remedy


async def test_channel_that_is_gone_and_server_that_the_bot_left_are_named(server: Loopback) -> None:
    gone = server.guild.add_channel("old")
    await server.delete_channel(gone)
    other = server.add_guild("Elsewhere")
    elsewhere = [chosen(other.add_channel(name)) for name in ("a", "b")]
    await server.remove_guild(other)
    first, second = trouble(await ask(server, [chosen(gone), chosen(server.news), *elsewhere]))
    assert first.level is Level.PROBLEM
    assert first.text == f"“Drama Club”, channel {gone.id}: the channel is gone."
    assert second.level is Level.WARNING
    assert f"removed from server {other.id}, which had chosen 2 channels" in second.text
    assert f"guild_id={other.id}" in second.remedy


async def test_all_servers_are_looked_at_and_at_no_more_than_the_promised_rate(server: Loopback) -> None:
    clubs = [server.add_guild(f"Club {number}").add_channel("news") for number in range(5)]
    found = await ask(server, [chosen(channel) for channel in clubs])
    assert trouble(found) == []
    assert "has all it needs in 5 channels" in found[-1].text
    arrived = [request.at for request in server.log if request.path.startswith("/guilds/")]
    assert len(arrived) == 15
    assert (len(arrived) - 1) / (arrived[-1] - arrived[0]) < online.RATE * 1.1


async def test_channels_that_cannot_be_read_are_a_warning(server: Loopback) -> None:
    (finding,) = trouble(await ask(server, None))
    assert finding.level is Level.WARNING


@pytest.mark.slow
async def test_as_a_process_beside_a_running_bot(seeded: Path, tmp_path: Path) -> None:
    path = tmp_path / "byeol.db"
    copyfile(seeded, path)
    async with Loopback() as server:
        muted = server.guild.add_channel("muted", denied=Permission.SEND_MESSAGES)
        gone = server.guild.add_channel("gone")
        subscribe(server, path, [server.news, muted, gone])
        await server.delete_channel(gone)
        async with BotProcess(server, path) as bot:
            await bot.ready()
            async with BotProcess(server, path, argv=CHECK) as check:
                assert await check.wait(within=30) == 1
            assert "“Drama Club”, #muted: nothing can be posted. The bot lacks Send Messages." in check.output
            assert f"channel {gone.id}: the channel is gone" in check.output
            assert check.lines[-1] == "2 problems."
            assert server.identifies == 1
            assert await bot.terminate() == 0
        assert "Traceback" not in check.output + bot.output
        assert server.token not in check.output

        async with BotProcess(server, path, argv=CHECK, token="revoked.token.here") as check:
            assert await check.wait(within=30) == 1
        assert "DISCORD_TOKEN was refused by Discord." in check.output
        assert "Traceback" not in check.output
        assert not [name for name in os.listdir(tmp_path) if name.endswith(("-wal", "-shm"))]
