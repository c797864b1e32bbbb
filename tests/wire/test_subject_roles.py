"""Whatever dies or fails, a subject has one role in a server, and whoever pressed has it or was told why not.

Roles have no nonce that would see to it.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from contextlib import suppress
from typing import Any

import pytest

from bot.address import Address
from tests.engines import database

from .deliveries import LEASE_IS_OVER, WINDOW_IS_OVER, clubs, subscribe
from .interactions import Reply
from .launch import ROLE_POINTS
from .loopback import Loopback
from .payloads import Payload, components_in
from .places import Guild, Role
from .process import launched
from .traffic import IN_DOUBT, rate_limited

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

ROLES = r"^/guilds/[0-9]+/roles$"
FAN, OTHER = 41, 42
NAME = "Jirisan"

MATRIX = {
    "role claim not kept": 0,
    "role request not sent": 0,
    "sent, not stored": 0,
    "stored, answer lost": 1,
    "role not recorded": 1,
    "role record not kept": 1,
    "recorded, not given": 1,
    "given, answer lost": 1,
}
"""Where the bot dies, and how many roles stand in the server by then."""

KILLS = int(os.environ.get("BYEOL_KILLS", "20")) // 2
"""How often the bot is killed at random."""
SEED = int(os.environ.get("BYEOL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


async def card(server: Loopback, name: str = "jirisan", **where: Any) -> Payload:
    """The card of a drama, with its buttons."""
    reply = await server.interact_command("drama", {"name": name}, **where)
    assert reply.message is not None
    return reply.message


async def press(server: Loopback, message: Payload, user_id: int = FAN) -> Reply:
    """What a member is answered who presses the button."""
    (custom_id,) = (
        part["custom_id"]
        for part in components_in(message["components"])
        if str(part.get("custom_id")).startswith("notify:")
    )
    reply = await server.press(message, custom_id, user_id=user_id)
    return await reply.settled(20)


def subject_roles(guild: Guild) -> list[Role]:
    """The roles that were made for members."""
    return [role for role in guild.roles.values() if role.name == NAME]


def stored(path: Address) -> list[tuple[str, int | None]]:
    """What is known of roles."""
    with database(path) as connection:
        return connection.execute("SELECT state, role_id FROM subject_role ORDER BY id").fetchall()


async def die_at(server: Loopback, path: Address, point: str) -> Payload:
    """Let a member press, and the bot live until it comes to `point`. Returns the message with the button."""
    async with launched(server, path, die=point if point in ROLE_POINTS else None) as bot:
        await bot.ready()
        message = await card(server)
        match point:
            case "sent, not stored" | "stored, answer lost":
                server.fault("POST", ROLES, bot.kill, after=point.startswith("stored"))
            case "recorded, not given" | "given, answer lost":
                server.fault("PUT", "/members/", bot.kill, after=point.startswith("given"))
            case _:
                pass
        pressing = asyncio.create_task(press(server, message))
        assert await bot.wait(within=20) == -9, bot.output
        pressing.cancel()
        with suppress(asyncio.CancelledError):
            await pressing
    return message


@pytest.mark.parametrize("point", MATRIX)
async def test_killed_and_pressed_again(server: Loopback, path: Address, point: str) -> None:
    message = await die_at(server, path, point)
    assert len(subject_roles(server.guild)) == MATRIX[point]
    given = bool(server.guild.roles_of(FAN))
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        for fan in (OTHER,) if given else (FAN, OTHER):
            reply = await press(server, message, fan)
            assert "I'll tell you about Jirisan" in reply.text
        (role,) = subject_roles(server.guild)
        assert role.members == {FAN, OTHER}
        assert stored(path) == [("standing", role.id)]
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output


@pytest.mark.parametrize("point", MATRIX)
async def test_killed_and_nobody_presses_again(server: Loopback, path: Address, point: str) -> None:
    await die_at(server, path, point)
    server.clock.skip(WINDOW_IS_OVER)
    made = subject_roles(server.guild)
    known = [("standing", role.id) for role in made]
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: stored(path) == known, within=20, what="the record")
        assert await bot.terminate() == 0
    assert subject_roles(server.guild) == made, "nobody waits for one any more"
    assert "Traceback" not in bot.output


async def test_pressed_again_while_the_lease_of_the_dead_runs(server: Loopback, path: Address) -> None:
    message = await die_at(server, path, "stored, answer lost")
    async with launched(server, path) as bot:
        await bot.ready()
        waiting = asyncio.create_task(press(server, message))
        await server.until(lambda: server.requests("GET", f"/guilds/{server.guild.id}/roles"), what="the first look")
        await server.quiet(0.5)
        server.clock.skip(LEASE_IS_OVER)
        assert "I'll tell you about Jirisan" in (await waiting).text
        assert await bot.terminate() == 0
    (role,) = subject_roles(server.guild)
    assert role.members == {FAN}


@pytest.mark.parametrize("fault", IN_DOUBT)
async def test_after_a_fault_the_fan_is_told_and_the_next_press_finds_one_role(
    server: Loopback, path: Address, fault: str
) -> None:
    action, after = IN_DOUBT[fault]
    struck = server.fault("POST", ROLES, action, after=after)
    async with launched(server, path) as bot:
        await bot.ready()
        message = await card(server)
        reply = await press(server, message)
        assert reply.ephemeral
        assert "Discord didn't answer in time" in reply.text
        assert len(subject_roles(server.guild)) == int(after)
        server.clock.skip(LEASE_IS_OVER)
        assert "I'll tell you about Jirisan" in (await press(server, message)).text
        assert await bot.terminate() == 0
    (role,) = subject_roles(server.guild)
    assert (role.members, struck.hits) == ({FAN}, 1)
    assert stored(path) == [("standing", role.id)]
    assert "Traceback" not in bot.output


async def test_rate_limit_only_delays_the_answer(server: Loopback, path: Address) -> None:
    struck = server.fault("POST", ROLES, rate_limited(0.2))
    async with launched(server, path) as bot:
        await bot.ready()
        assert "I'll tell you about Jirisan" in (await press(server, await card(server))).text
        assert await bot.terminate() == 0
    (role,) = subject_roles(server.guild)
    assert (role.members, struck.hits) == ({FAN}, 1)
    assert stored(path) == [("standing", role.id)]


async def test_many_presses_at_once_in_two_processes_make_one_role_and_everybody_has_it(
    server: Loopback, path: Address
) -> None:
    server.slow_down(0.05, 0.1)
    fans = range(100, 112)
    async with launched(server, path) as one:
        await one.ready()
        async with launched(server, path) as other:
            await other.ready()
            message = await card(server)
            replies = await asyncio.gather(*(press(server, message, fan) for fan in fans))
            assert all("I'll tell you about Jirisan" in reply.text for reply in replies)
            (role,) = subject_roles(server.guild)
            assert role.members == set(fans)
            assert len(server.requests("POST", f"/guilds/{server.guild.id}/roles")) == 1
            replies = await asyncio.gather(*(press(server, message, fan) for fan in fans))
            assert all("I won't tell you about Jirisan any more" in reply.text for reply in replies)
            assert role.members == set()
            assert await other.terminate() == 0
        assert await one.terminate() == 0
    assert "Traceback" not in one.output + other.output


async def test_roles_that_an_admin_made_are_never_taken_for_the_bots_own(server: Loopback, path: Address) -> None:
    twin = server.guild.add_role(NAME)
    message = await die_at(server, path, "sent, not stored")
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await press(server, message)
        assert await bot.terminate() == 0
    assert twin.members == set()
    (role,) = (role for role in server.guild.roles.values() if role.members)
    assert role.members == {FAN}


async def test_stopped_in_the_middle_the_fan_is_told(server: Loopback, path: Address) -> None:
    server.slow_down(2.0)
    async with launched(server, path) as bot:
        await bot.ready()
        message = await card(server)
        pressing = asyncio.create_task(press(server, message))
        await server.until(lambda: server.requests("GET", f"/guilds/{server.guild.id}/roles"), what="the first look")
        stopping = asyncio.create_task(bot.terminate())
        reply = await pressing
        assert await stopping == 0
    assert "I was stopped in the middle of this" in reply.text or "I'll tell you about Jirisan" in reply.text
    server.slow_down(0)
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        if FAN not in {fan for role in subject_roles(server.guild) for fan in role.members}:
            await press(server, message)
        assert await bot.terminate() == 0
    (role,) = subject_roles(server.guild)
    assert role.members == {FAN}


async def test_killed_at_random_while_many_press(
    server: Loopback, path: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    channels = clubs(server, 6)
    subscribe(server, path, channels)
    guilds = [channel.guild for channel in channels if channel.guild is not None]
    server.slow_down(0.02, 0.03)
    pressed: list[tuple[Payload, int]] = []
    for number in range(KILLS):
        point = chance.choice((*ROLE_POINTS, "before", "after", "any time"))
        die = point if point in ROLE_POINTS else None
        async with launched(server, path, die=die, times=chance.randint(1, len(guilds))) as bot:
            with suppress(TimeoutError, RuntimeError):
                await bot.ready()
                messages = [await card(server, channel_id=channel.id) for channel in channels]
                if point in ("before", "after"):
                    server.fault("POST", ROLES, bot.kill, after=point == "after")
                presses = [(message, 1000 + number) for message in messages]
                pressed += presses
                pressing = [asyncio.create_task(press(server, *one)) for one in presses]
                await asyncio.wait(pressing, timeout=chance.uniform(0.2, 2))
                for task in pressing:
                    task.cancel()
                await asyncio.gather(*pressing, return_exceptions=True)
            bot.kill()
            assert await bot.wait() == -9, bot.output
        server.rest.faults.clear()
        await server.quiet()
        assert all(len(subject_roles(guild)) <= 1 for guild in guilds)
        server.clock.skip(chance.choice((LEASE_IS_OVER, WINDOW_IS_OVER)))
    async with launched(server, path) as bot:
        await bot.ready()
        for channel in channels:
            assert channel.guild is not None
            message = await card(server, channel_id=channel.id)
            assert "I'll tell you about Jirisan" in (await press(server, message)).text
            (role,) = subject_roles(channel.guild)
            assert FAN in role.members
        assert await bot.terminate() == 0
    with capsys.disabled():
        sys.stdout.write(f"\n{KILLS} kills (seed {SEED}), {len(pressed)} presses: one role in each of {len(guilds)}\n")
