"""SIGTERM at any moment, under load and with a slow Discord: the process ends in time, and owes nobody an answer."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from bot.address import Address

from .deliveries import clubs, heard, open_deliveries, release, seed_songs, states, subscribe
from .loopback import Loopback
from .offer import Value
from .payloads import Permission, text_of
from .process import BotProcess, launched
from .traffic import Stall

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

STOPS = int(os.environ.get("BYEOL_STOPS", "10")) // 2
"""How often the bot is stopped at random, on each engine."""
WITHIN = 5.0
"""Seconds from SIGTERM to the end of the process."""
BUSY = 4 * WITHIN
"""The same, at worst, on a machine that is busy with other things, as one that runs all tests is."""
PATIENT = 6.0
"""Seconds that the crowd waits for an answer: a busy machine may take longer than Discord allows."""
CHANNELS = 100
"""Channels of a fan-out: two seconds of requests at the rate that Discord allows."""
A_SECOND = 15
"""Interactions a second."""
HANGS = Stall(60)
"""Longer than anybody waits."""
POSTS = r"^/channels/\d+/messages$"
CALLBACKS = r"^/interactions/.*/callback$"

ASKED: tuple[tuple[str, dict[str, Value]], ...] = (
    ("ost", {"name": "jin"}),
    ("cast", {"drama": "stars-gossip"}),
    ("drama", {"name": "hwarang"}),
    ("upcoming", {}),
    ("browse", {}),
    ("announcements status", {}),
)


@dataclass(slots=True)
class Crowd:
    """People who each ask once, many of them a second. `asked`: when each did, and what became of it."""

    server: Loopback
    asked: list[tuple[float, asyncio.Task[object]]] = field(default_factory=list[tuple[float, asyncio.Task[object]]])

    async def ask(self) -> None:
        """Ask until cancelled."""
        for person in range(1000, 10**6):
            name, options = random.choice(ASKED)
            if person % 3:
                asking = self.server.interact_command(name, options, user_id=person, timeout=PATIENT)
            else:
                asking = self.server.autocomplete(
                    "ost", "name", random.choice(("j", "별", "stars")), user_id=person, timeout=PATIENT
                )
            self.asked.append((time.monotonic(), asyncio.create_task(asking)))
            await asyncio.sleep(random.uniform(0.5, 1.5) / A_SECOND)

    async def unanswered(self, before: float) -> list[float]:
        """How long before some time those asked who asked before it and got no answer."""
        those = [(at, task) for at, task in self.asked if at < before]
        answers = await asyncio.gather(*(task for _, task in those), return_exceptions=True)
        pairs = zip(those, answers, strict=True)
        return [before - at for (at, _), answer in pairs if isinstance(answer, BaseException)]


@asynccontextmanager
async def crowd(server: Loopback) -> AsyncGenerator[Crowd]:
    """A crowd that asks until the end of the block."""
    people = Crowd(server)
    asking = asyncio.create_task(people.ask())
    try:
        yield people
    finally:
        asking.cancel()
        await asyncio.gather(asking, *(task for _, task in people.asked), return_exceptions=True)


async def stopped(bot: BotProcess) -> float:
    """Stop a bot, as a service manager does, and return the seconds until its end, which has to be a clean one."""
    begun = time.monotonic()
    assert await bot.terminate(within=20) == 0
    assert "Traceback" not in bot.output, bot.output
    assert "was destroyed" not in bot.output
    assert "Unclosed" not in bot.output
    return time.monotonic() - begun


async def test_stopped_under_load_it_answers_everyone_and_loses_and_doubles_nothing(
    server: Loopback, path: Address, tmp_path: Path
) -> None:
    channels = clubs(server, CHANNELS)
    songs = await seed_songs(path, tmp_path / "songs", STOPS)
    subscribe(server, path, channels)
    took: list[float] = []
    for turn, song in enumerate(songs):
        server.rest.faults.clear()
        server.slow_down(0)
        async with launched(server, path) as bot:
            await bot.ready()
            server.slow_down(1.0, jitter=1.0)
            async with crowd(server) as people:
                await asyncio.sleep(0.3)
                hangs = server.fault("POST", CALLBACKS, HANGS)
                server.fault("POST", POSTS, HANGS, after=turn % 2 == 0)
                release(server, path, song)
                await asyncio.sleep(random.uniform(0.3, 3.0))
                told = time.monotonic()
                took.append(await stopped(bot))
                unanswered = await people.unanswered(before=told)
                assert len(unanswered) <= hangs.hits, unanswered
        assert "sending" not in states(path), "what was not sent waits for the end of a lease"
    print(f"seconds to the end: {min(took):.2f}, {median(took):.2f}, {max(took):.2f}")  # noqa: T201

    server.rest.faults.clear()
    server.slow_down(0)
    async with launched(server, path) as bot:
        await server.until(lambda: open_deliveries(path) == 0, within=60, what="the end of all deliveries")
        await stopped(bot)
    assert heard(channels, range(STOPS)) == {1: CHANNELS * STOPS}
    assert max(took) < BUSY
    if "BYEOL_STOPS" in os.environ:  # it is measured, on a machine that does nothing else
        assert median(took) < WITHIN


async def test_who_waits_for_what_takes_too_long_is_told(server: Loopback, path: Address) -> None:
    subscribe(server, path, [server.general])
    async with launched(server, path) as bot:
        await bot.ready()
        server.fault("POST", POSTS, HANGS)
        asked = await server.interact_command("announcements test", permissions=Permission.MANAGE_GUILD, locale="ko")
        assert await stopped(bot) < BUSY
        await asked.settled()
    (said,) = asked.followups
    assert "1분 뒤에 다시" in text_of(said)
    assert server.general.posts == []


@pytest.mark.parametrize("after", [0.0, 0.5, 1.5, 3.0])
async def test_stopped_while_it_starts(server: Loopback, path: Address, after: float) -> None:
    server.slow_down(1.0)
    async with launched(server, path) as bot:
        await server.until(lambda: server.log, within=20, what="the first request")
        await asyncio.sleep(after)
        assert await stopped(bot) < BUSY


async def test_stopped_while_it_reconnects_and_gets_no_answer(server: Loopback, file: Path) -> None:
    async with launched(server, file) as bot:
        await bot.ready()
        server.gateway.silent = True
        before = server.gateway.connections
        await server.drop_gateway()
        await server.until(lambda: server.gateway.connections > before, within=20, what="the new connection")
        assert await stopped(bot) < BUSY
