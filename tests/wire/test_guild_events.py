"""Whatever dies or fails, a server has a premiere once among its events; there is no nonce that would see to it."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.address import Address
from tests.engines import database

from .deliveries import LEASE_IS_OVER, WINDOW_IS_OVER, clubs, subscribe
from .launch import EVENT_POINTS
from .loopback import Loopback
from .payloads import Payload
from .places import Guild
from .process import launched
from .traffic import IN_DOUBT, Answer, rate_limited

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

EVENTS = r"^/guilds/[0-9]+/scheduled-events$"

MATRIX = {
    "event claim not kept": 0,
    "event request not sent": 0,
    "sent, not stored": 0,
    "stored, answer lost": 1,
    "event not recorded": 1,
    "event record not kept": 1,
    "recorded": 1,
}
"""Where the bot dies, and how many events stand in the server by then."""

KILLS = int(os.environ.get("BYEOL_KILLS", "20")) // 2
"""How often the bot is killed at random."""
SEED = int(os.environ.get("BYEOL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


async def choose(server: Loopback, path: Address, count: int = 1) -> list[Guild]:
    """Make servers that have premieres among their events."""
    channels = clubs(server, count)
    subscribe(server, path, channels)
    with database(path) as connection:
        connection.execute("UPDATE subscription SET guild_events = 1")
        connection.execute("UPDATE subscriptions SET revision = revision + 1")
    return [channel.guild for channel in channels if channel.guild is not None]


def premiere(server: Loopback, path: Address, *, days: int = 3, status: str = "confirmed") -> datetime:
    """Let the premiere of a drama be some days ahead; returns when."""
    at = (server.clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:00Z")
    with database(path) as connection:
        changed = connection.execute(
            "UPDATE event SET earliest = ?, latest = ?, precision = 'minute', status = ?, revision = revision + 1"
            " WHERE kind = 'premiere'"
            " AND entity_id = (SELECT id FROM entity WHERE kind = 'work' AND slug = 'jirisan')",
            (at, at, status),
        ).rowcount
        assert changed == 1
        connection.execute("UPDATE catalogue SET revision = revision + 1")
    return datetime.fromisoformat(at)


def settled(path: Address) -> list[int | None]:
    """What is known of the servers' events, once there is nothing left to do."""
    with database(path) as connection:
        rows: list[tuple[int | None, str | None]] = connection.execute(
            "SELECT discord_id, try_at FROM guild_event ORDER BY guild_id"
        ).fetchall()
    return [id_ for id_, try_at in rows if try_at is None]


def entries(guild: Guild) -> list[Payload]:
    return list(guild.events.values())


def starts(guilds: Sequence[Guild]) -> list[list[datetime]]:
    """When the events of each server begin."""
    return [[datetime.fromisoformat(entry["scheduled_start_time"]) for entry in entries(guild)] for guild in guilds]


async def die_at(server: Loopback, path: Address, point: str) -> None:
    """Let a bot live until it comes to `point`."""
    async with launched(server, path, die=point if point in EVENT_POINTS else None) as bot:
        if point.startswith(("sent", "stored")):
            server.fault("POST", EVENTS, bot.kill, after=point.startswith("stored"))
        elif point == "recorded":
            await server.until(lambda: settled(path), within=20, what="the record")
            bot.kill()
        assert await bot.wait(within=20) == -9, bot.output


@pytest.mark.parametrize("restart", ["at once", "ten minutes later"])
@pytest.mark.parametrize("point", MATRIX)
async def test_killed(server: Loopback, path: Address, point: str, restart: str) -> None:
    (guild,) = await choose(server, path)
    premiere(server, path)
    await die_at(server, path, point)
    assert len(guild.events) == MATRIX[point]

    if restart != "at once":
        server.clock.skip(WINDOW_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        if restart == "at once":
            server.clock.skip(LEASE_IS_OVER)
        await server.until(lambda: settled(path), within=20, what="the record")
        assert await bot.terminate() == 0
    assert len(guild.events) == 1
    assert settled(path) == [*guild.events]
    assert "Traceback" not in bot.output


@pytest.mark.parametrize("point", ["event not recorded", "stored, answer lost"])
async def test_killed_and_no_longer_wanted(server: Loopback, path: Address, point: str) -> None:
    (guild,) = await choose(server, path)
    premiere(server, path)
    await die_at(server, path, point)
    premiere(server, path, status="cancelled")
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: settled(path) == [None], within=20, what="the record")
    assert guild.events == {}


@pytest.mark.parametrize("fault", IN_DOUBT)
async def test_after_a_fault_the_event_stands_once(server: Loopback, path: Address, fault: str) -> None:
    (guild,) = await choose(server, path)
    action, after = IN_DOUBT[fault]
    struck = server.fault("POST", EVENTS, action, after=after)
    async with launched(server, path) as bot:
        await bot.ready()
        premiere(server, path)
        await server.until(lambda: reason(path), within=20, what="the fault")
        assert len(guild.events) == int(after)
        server.clock.skip(LEASE_IS_OVER)
        await server.until(lambda: settled(path), within=20, what="the record")
        assert await bot.terminate() == 0
    assert (len(guild.events), struck.hits) == (1, 1)
    assert settled(path) == [*guild.events]
    assert "Traceback" not in bot.output


async def test_rate_limit_puts_no_event_in_doubt(server: Loopback, path: Address) -> None:
    (guild,) = await choose(server, path)
    struck = server.fault("POST", EVENTS, rate_limited(0.2))
    async with launched(server, path) as bot:
        await bot.ready()
        premiere(server, path)
        await server.until(lambda: settled(path) == [*guild.events] != [], within=20, what="the record")
        assert await bot.terminate() == 0
    assert (len(guild.events), struck.hits) == (1, 1)


def reason(path: Address) -> Any:
    """Why it has to be tried again."""
    with database(path) as connection:
        row = connection.execute("SELECT reason FROM guild_event WHERE try_at IS NOT NULL").fetchone()
    return row and row[0]


async def test_two_processes_make_one_event_a_server_and_move_and_remove_it(server: Loopback, path: Address) -> None:
    guilds = await choose(server, path, 12)
    server.slow_down(0.05, 0.05)
    async with launched(server, path) as one:
        await one.ready()
        async with launched(server, path) as other:
            await other.ready()
            premiere(server, path)
            await server.until(lambda: len(settled(path)) == 12, within=30, what="the events")
            assert [len(guild.events) for guild in guilds] == [1] * 12
            before = [entry["id"] for guild in guilds for entry in entries(guild)]
            at = premiere(server, path, days=5)
            await server.until(lambda: starts(guilds) == [[at]] * 12, within=30, what="the new date")
            assert [entry["id"] for guild in guilds for entry in entries(guild)] == before
            await server.until(lambda: len(settled(path)) == 12, within=30, what="the record")
            premiere(server, path, days=5, status="cancelled")
            await server.until(lambda: not any(guild.events for guild in guilds), within=30, what="the end of them")
            assert await other.terminate() == 0
        assert await one.terminate() == 0
    assert "Traceback" not in one.output + other.output


async def test_a_server_that_refuses_is_asked_once_and_keeps_no_other_waiting(server: Loopback, path: Address) -> None:
    refusing, well = await choose(server, path, 2)
    refusal = Answer(403, {"message": "Missing Permissions", "code": 50013})
    server.fault("POST", rf"^/guilds/{refusing.id}/scheduled-events$", refusal, times=None)
    async with launched(server, path) as bot:
        await bot.ready()
        premiere(server, path)
        await server.until(lambda: well.events and reason(path), within=20, what="the other's event")
        server.clock.skip(timedelta(hours=20))
        premiere(server, path, status="cancelled")
        await server.until(lambda: not well.events, within=20, what="the end of it")
        assert await bot.terminate() == 0
    assert reason(path) in (None, "Missing Permissions")
    posts = [request for request in server.log if request.method == "POST" and str(refusing.id) in request.path]
    assert len(posts) == 1
    assert "Traceback" not in bot.output


async def test_a_server_that_became_full_meanwhile_is_asked_again_in_an_hour(server: Loopback, path: Address) -> None:
    (full,) = await choose(server, path, 1)
    refusal = Answer(400, {"message": "Maximum number of uncompleted guild scheduled events reached", "code": 30038})
    server.fault("POST", rf"^/guilds/{full.id}/scheduled-events$", refusal)
    async with launched(server, path) as bot:
        await bot.ready()
        premiere(server, path)
        await server.until(lambda: reason(path) == "full", within=20, what="the refusal")
        server.clock.skip(timedelta(hours=1, minutes=1))
        await server.until(lambda: len(full.events) == 1, within=20, what="the event")
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output


async def test_ending_in_the_middle_leaves_nothing_behind(server: Loopback, path: Address) -> None:
    guilds = await choose(server, path, 6)
    server.slow_down(0.3)
    async with launched(server, path) as bot:
        await bot.ready()
        premiere(server, path)
        await server.until(lambda: any(guild.events for guild in guilds), within=20, what="the first event")
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output
    server.slow_down(0)
    server.clock.skip(LEASE_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: len(settled(path)) == 6, within=20, what="the others")
    assert [len(guild.events) for guild in guilds] == [1] * 6


async def test_killed_at_random_while_the_date_moves(
    server: Loopback, path: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    guilds = await choose(server, path, 10)
    server.slow_down(0.02, 0.03)
    days, status = 3, "confirmed"
    for _ in range(KILLS):
        if chance.random() < 0.7:
            days, status = chance.randint(2, 50), chance.choice(("confirmed", "confirmed", "cancelled"))
            premiere(server, path, days=days, status=status)
        point = chance.choice((*EVENT_POINTS, "before", "after", "any time"))
        die = point if point in EVENT_POINTS else None
        async with launched(server, path, die=die, times=chance.randint(1, len(guilds))) as bot:
            if point in ("before", "after"):
                method = chance.choice(("POST", "PATCH", "DELETE"))
                path_ = rf"^/guilds/{chance.choice(guilds).id}/scheduled-events"
                server.fault(method, path_, bot.kill, after=point == "after")
            with suppress(TimeoutError):
                await bot.wait(within=chance.uniform(0.8, 3))
            bot.kill()
            assert await bot.wait() == -9, bot.output
        server.rest.faults.clear()
        await server.quiet()
        assert all(len(guild.events) <= 1 for guild in guilds)
        server.clock.skip(chance.choice((timedelta(), LEASE_IS_OVER, WINDOW_IS_OVER)))
    at = premiere(server, path, days=days + 1, status=status)
    stated = [[] if status == "cancelled" else [at]] * len(guilds)
    async with launched(server, path) as bot:
        await bot.ready()
        server.clock.skip(LEASE_IS_OVER)
        await server.until(lambda: starts(guilds) == stated, within=60, what="what the catalogue says")
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output
    with capsys.disabled():
        sys.stdout.write(f"\n{KILLS} kills (seed {SEED}): {len(guilds)} servers as they should be\n")
