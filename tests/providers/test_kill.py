"""A process that reads the providers is killed again and again; what it ends with is as if nothing had happened.

On both engines, where the run has news: it adds, changes, merges and removes.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import aiohttp
import pytest

from bot.address import Address
from tests.engines import SQLITE, Databases

from .asking import JSON
from .dump import contents
from .invented import invented

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("BYEOL_KILL_ROUNDS", "12"))
"""How often a process is killed in each test; a third as often on a server, which takes three times as long."""
BEGUN = invented().now.isoformat()
PEOPLE = ("chaeha", "yiseol", "doyul", "rian", "sera", "ondal", "garam")
LATER = (invented().now + timedelta(days=2)).isoformat()


@asynccontextmanager
async def process(*arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A module of the tests in a process of its own, which ends with the block."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.kill()
        await started.communicate()


@asynccontextmanager
async def serving() -> AsyncGenerator[str]:
    """The loopback in a process of its own; its address."""
    async with process("tests.providers.server", "--no-limits") as server:
        assert server.stdout is not None
        yield (await server.stdout.readline()).decode().strip()


async def command(services: str, *commands: JSON) -> None:
    """Change the world in the other process."""
    async with aiohttp.ClientSession() as session:
        for one in commands:
            async with session.post(f"{services}/_world", json=one) as response:
                assert response.status == 200, await response.text()


@asynccontextmanager
async def reading(database: Address, services: str, now: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that has just begun to read everything."""
    async with process(
        "tests.providers.driver", str(database) if isinstance(database, Path) else database.url, services, now, "--full"
    ) as reader:
        assert reader.stdout is not None
        assert await reader.stdout.readline() == b"ready\n"
        yield reader


async def read(database: Address, services: str, now: str) -> float:
    """Read everything, undisturbed. Returns the seconds that it took."""
    async with reading(database, services, now) as reader:
        begun = monotonic()
        assert await reader.wait() == 0
        return monotonic() - begun


async def read_and_kill(database: Address, services: str, now: str, moments: Iterator[float]) -> int:
    """Read everything in as many processes as it takes, of which each is killed at the next moment of its life.

    Returns how many were killed.
    """
    killed = 0
    for seconds in moments:
        async with reading(database, services, now) as reader:
            with suppress(TimeoutError):
                assert await asyncio.wait_for(reader.wait(), seconds) == 0
                return killed
        killed += 1
    await read(database, services, now)
    return killed


async def kill_again_and_again(databases: Databases, before: Address, services: str, now: str, seed: int) -> None:
    """Read everything into copies of a database, while processes are killed, and compare each with the undisturbed."""
    rounds = ROUNDS if isinstance(before, Path) else ROUNDS // 3
    whole = databases.copy(before)
    takes = await read(whole, services, now)
    chance = random.Random(seed)
    killed = 0
    for number in count():
        copy = databases.copy(before)
        moments = (chance.uniform(0, takes / 2) for _ in range(rounds - killed))
        killed += await read_and_kill(copy, services, now, moments)
        assert contents(copy) == contents(whole), f"seed {seed}, database {number}"
        if killed >= rounds:
            return


DRAMAS: list[JSON] = [
    {
        "do": "add_drama",
        "key": f"d{number}",
        "number": number,
        "premiere": f"2026-07-{number % 28 + 1:02}",
        "cast": [PEOPLE[number % 5], PEOPLE[number % 3 + 4]],
    }
    for number in range(40)
]
NEWS: list[JSON] = [
    {"do": "pass_time", "seconds": 2 * 24 * 3600},
    {"do": "move", "key": "harbour", "to": "2026-07-04"},
    {"do": "rename", "key": "lantern", "language": "en", "name": "Lantern Lane"},
    {"do": "leave", "group": "nabit", "person": "yunseo", "until": "2026-05"},
    {"do": "merge", "old": "haon", "new": "miru"},
    *({"do": "delete", "key": f"d{number}"} for number in range(22)),
    *({"do": "move", "key": f"d{number}", "to": "2026-09-01"} for number in range(22, 40)),
    *(drama | {"key": f"e{number}", "number": 100 + number} for number, drama in enumerate(DRAMAS[:10])),
]


@SQLITE
async def test_a_first_run_that_is_killed_ends_as_if_it_was_not(databases: Databases) -> None:
    async with serving() as services:
        await command(services, *DRAMAS)
        await kill_again_and_again(databases, databases.empty(), services, BEGUN, seed=1)


async def test_a_run_with_news_that_is_killed_ends_as_if_it_was_not(databases: Databases) -> None:
    async with serving() as services:
        await command(services, *DRAMAS)
        before = databases.empty()
        await read(before, services, BEGUN)
        await command(services, *NEWS)
        await kill_again_and_again(databases, before, services, LATER, seed=2)
