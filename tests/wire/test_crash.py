"""kill -9 at any moment, and each channel has each message once: none is lost, none is doubled.

The bot dies inside its own code (`tests/wire/launch.py`), by Discord's hand in the middle of a request, or at any time.
Nobody touches what it wrote down: what has to pass by (a lease, the time for which Discord remembers a nonce) is
skipped on the clock that the bot and the loopback share.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.announcements.publisher import proof

from .deliveries import (
    LEASE_IS_OVER,
    WINDOW_IS_OVER,
    clubs,
    forums,
    heard,
    open_deliveries,
    posts_to,
    release,
    seed_songs,
    states,
    subscribe,
    visible,
)
from .launch import POINTS
from .loopback import Loopback
from .payloads import ChannelKind, MessageFlag
from .places import Channel
from .process import BotProcess, launched

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

MATRIX = {
    "before the claim": False,
    "after the claim": False,
    "request not sent": False,
    "sent, not stored": False,
    "stored, answer lost": True,
    "not recorded": True,
    "recorded": True,
}
"""Where the bot dies, and whether a message stands in Discord by then."""

IN_DOUBT = ("request not sent", "sent, not stored", "stored, answer lost", "not recorded")

KILLS = int(os.environ.get("BYEOL_KILLS", "20"))
"""How often the bot is killed at random. A release deserves 200, which take some minutes."""
SEED = int(os.environ.get("BYEOL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
"""What the accidents are drawn from: the same seed draws the same ones, though not to the same millisecond."""
CHANNELS = 20
FORUMS = 5
"""Of these channels: they have no nonces."""
TOGETHER = 2
"""Songs of one drama that come out at once: one message tells of them."""
A_LIFE = 6.0
"""Seconds after which a bot that met no accident of its own is killed."""


async def die_at(server: Loopback, path: Address, point: str) -> None:
    """Let a bot live until it comes to `point`."""
    async with launched(server, path, die=point if point in POINTS else None) as bot:
        if point.startswith(("sent", "stored")):
            server.fault("POST", posts_to(), bot.kill, after=point.startswith("stored"))
        elif point == "recorded":
            await server.until(lambda: "sent" in states(path), within=20, what="the record")
            bot.kill()
        assert await bot.wait(within=20) == -9, bot.output


@pytest.mark.parametrize("restart", ["at once", "past the window"])
@pytest.mark.parametrize("point", MATRIX)
async def test_killed(server: Loopback, path: Address, point: str, restart: str) -> None:
    channels = clubs(server, 1)
    subscribe(server, path, channels)
    release(server, path, "yours")
    await die_at(server, path, point)
    assert visible(channels) == int(MATRIX[point])

    if restart == "past the window":
        server.clock.skip(WINDOW_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: {*states(path)} <= {"sent", "sending"}, within=10, what="what nobody has claimed")
        if restart == "at once":
            server.clock.skip(LEASE_IS_OVER)
        await server.until(lambda: states(path) == ["sent"], within=15, what="the record")
        assert await bot.terminate() == 0
    assert visible(channels) == 1
    assert "Traceback" not in bot.output
    read = [request for request in server.log if request.method == "GET" and request.path.endswith("/messages")]
    # Inside the window the nonce is all that a repeat needs; past it, what was in doubt is looked for first.
    assert read == [] if restart == "at once" else read or point not in IN_DOUBT


async def test_killed_in_the_middle_of_a_plan(server: Loopback, path: Address) -> None:
    channels = clubs(server, 5)
    subscribe(server, path, channels)
    release(server, path, "yours")
    async with launched(server, path, die="between two portions", times=2) as bot:
        assert await bot.wait(within=20) == -9, bot.output
    assert states(path) == ["planned"] * 2
    async with launched(server, path) as bot:
        await server.until(lambda: states(path) == ["sent"] * 5, within=20, what="all announcements")
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * 5


async def test_channel_too_busy_to_be_read_is_not_posted_in_again(server: Loopback, path: Address) -> None:
    channels = clubs(server, 1)
    subscribe(server, path, channels)
    # What was posted before, but no longer before than two clocks may differ: Discord lists the oldest first.
    for number in range(proof.MOST):
        server.world.post(channels[0], {"content": f"chatter {number}"}, [])
    release(server, path, "yours")
    await die_at(server, path, "stored, answer lost")
    posted = len(channels[0].messages)

    server.clock.skip(WINDOW_IS_OVER)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: states(path) == ["uncertain"], within=20, what="the record")
        assert await bot.terminate() == 0
    assert len(channels[0].messages) == posted


@dataclass
class Havoc:
    """Songs that come out, and bots that do not live to tell all of it."""

    server: Loopback
    path: Address
    channels: list[Channel]
    songs: list[str]
    chance: random.Random
    released: int = 0
    kills: int = 0
    deaths: Counter[str] = field(default_factory=Counter[str])

    async def one_life(self) -> None:
        """Release something or nothing, start a bot, and kill it."""
        chance = self.chance
        for _ in range(chance.choice((0, 1, 1, 2))):
            self.release()
        how = chance.choice((*POINTS, "sent, not stored", "stored, answer lost", "any time"))
        inside = how if how in POINTS else None
        async with launched(self.server, self.path, die=inside, times=chance.randint(1, CHANNELS)) as bot:
            if how.startswith(("sent", "stored")):
                channel = chance.choice(self.channels)
                self.server.fault("POST", posts_to(channel), bot.kill, after=how.startswith("stored"))
            elif how == "any time":
                # From before it is connected until it has sent it all.
                await self._dead(bot, chance.uniform(0.3, 2.5))
                bot.kill()
            await self._live(bot)
            bot.kill()
            assert await bot.wait() == -9, bot.output
        self.server.rest.faults.clear()
        self.kills += 1
        self.deaths[how] += 1
        await self.server.quiet()
        self.server.clock.skip(chance.choice((timedelta(), LEASE_IS_OVER, LEASE_IS_OVER, WINDOW_IS_OVER)))

    def release(self) -> None:
        """Let the next songs be out."""
        songs = self.songs[self.released : self.released + TOGETHER]
        if songs:
            release(self.server, self.path, *songs)
            self.released += len(songs)

    async def _live(self, bot: BotProcess) -> None:
        """Until it dies, has nothing left that it could do now, or its time has come; another song may come out."""
        begun = time.monotonic()
        if self.chance.random() < 0.3 and not await self._dead(bot, self.chance.uniform(0.5, 1.5)):
            self.release()
        seen = len(self.server.log)
        while time.monotonic() - begun < A_LIFE and not await self._dead(bot, 0.6):
            if self.server.identifies and len(self.server.log) == seen and self._idle:
                return
            seen = len(self.server.log)

    @property
    def _idle(self) -> bool:
        return {*states(self.path)} <= {"sent", "sending"} and time.monotonic() - self._identified > 0.8

    @property
    def _identified(self) -> float:
        return self.server.gateway.identified_at or time.monotonic()

    async def _dead(self, bot: BotProcess, within: float) -> bool:
        """Whether it dies in some seconds."""
        with suppress(TimeoutError):
            await bot.wait(within)
        return bot.returncode is not None

    async def settle(self) -> None:
        """Let one bot live, and come to the end of it.

        Time passes before it lives, and then only while it is at rest: if the clock jumped between its decision to send
        again and the request, Discord would have forgotten the nonce that it relied on.
        """
        self.server.clock.skip(WINDOW_IS_OVER)
        async with launched(self.server, self.path) as bot:
            await bot.ready()
            while open_deliveries(self.path) or len(states(self.path)) < self.released * len(self.channels):
                # Leases of the dead are over by now, so what is being sent is being sent by this one.
                await self.server.until(
                    lambda: {*states(self.path)} <= {"sent", "retrying"}, within=30, what="what is planned"
                )
                await self.server.quiet(1.0)
                if open_deliveries(self.path):
                    self.server.clock.skip(WINDOW_IS_OVER)
            assert await bot.terminate() == 0


async def test_killed_at_random(
    server: Loopback, path: Address, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    songs = await seed_songs(path, tmp_path / "songs", KILLS * TOGETHER, each=TOGETHER)
    in_forums = forums(server, FORUMS)
    channels = [*clubs(server, CHANNELS - FORUMS, ChannelKind.NEWS), *in_forums]
    subscribe(server, path, channels, threads=1)
    server.slow_down(0.03, 0.04)
    havoc = Havoc(server, path, channels, songs, random.Random(SEED))
    begun = time.monotonic()
    async with asyncio.timeout(120 + KILLS * (A_LIFE + 4)):
        while havoc.kills < KILLS:
            await havoc.one_life()
        await havoc.settle()
    counts = heard(channels, range(havoc.released))
    lost, doubled = counts[0], sum(count for times, count in counts.items() if times > 1)
    how = ", ".join(f"{how} {count}" for how, count in havoc.deaths.most_common())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{havoc.kills} kills (seed {SEED}) in {time.monotonic() - begun:.0f} s: {how};"
            f" {counts.total()} songs to be told in {len(channels)} channels, {TOGETHER} a message,"
            f" {lost} lost, {doubled} doubled\n"
        )
    assert (lost, doubled) == (0, 0)
    assert visible(channels) == counts.total() / TOGETHER
    assert Counter(states(path)) == {"sent": counts.total()}
    done = Counter(
        ("thread" in message, bool(message["flags"] & MessageFlag.CROSSPOSTED))
        for channel in channels
        for message in channel.messages.values()
    )
    threads = sum(len(forum.threads) for forum in in_forums)
    assert threads == visible(in_forums)
    assert done == {(True, True): visible(channels) - threads}, "each has its thread, and was handed on"
