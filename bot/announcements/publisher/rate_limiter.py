"""The rate limiter: how fast requests may leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import discord

from bot.cluster.rules import RATE
from bot.discord_internals import global_limit

NONE_LEFT = 0.2
"""Seconds between two looks at whether there is any budget."""
SLACK = 0.25
"""The share of a missed turn that may be made up for."""
ALL_CLEAR = 30.0
"""Seconds after which a global rate limit counts as over if the request that waited for its end was cancelled."""


@dataclass(slots=True)
class _Next:
    """When the next one may go, by the clock of the event loop, in seconds."""

    at: float = 0.0


class RateLimiter:
    """Paces the bot's requests to Discord. One limiter serves a whole process."""

    def __init__(self, client: discord.Client, rate: Callable[[], float] = lambda: RATE) -> None:
        """`rate`: how many requests per second may leave, at any time; 0 for none at present."""
        self._client = client
        self._rate = rate
        self._next_turn = _Next()
        self._next_leave = _Next()

    async def turn(self) -> None:
        """Wait until one more request may be made; under a global rate limit, wait for its end first."""
        await self._wait(self._next_turn)

    async def leave(self) -> None:
        """Wait until a request that had its turn may leave, after something else was waited for.

        If the database held up several, they would leave at once, and a second would see too many of them.
        """
        await self._wait(self._next_leave)

    async def _wait(self, following: _Next) -> None:
        # In discord.py, each request waits for this by itself, and then all of them leave at once.
        refused_until = global_limit(self._client)
        if refused_until is not None:
            await refused_until.wait()
        while True:
            rate = self._rate()
            if rate <= 0:
                await asyncio.sleep(NONE_LEFT)
                continue
            now = asyncio.get_running_loop().time()
            # On an absolute schedule: a request that is a little late does not delay all others.
            at = max(following.at, now - SLACK / rate)
            following.at = at + 1 / rate
            await asyncio.sleep(max(at - now, 0))
            if self._rate() > 0:
                return

    def given_up(self) -> None:
        """Report a cancelled request: it may have been the one that would have ended a global rate limit.

        In discord.py, only the request that hit the limit waits for its end, and then releases the others.
        """
        refused_until = global_limit(self._client)
        if refused_until is not None and not refused_until.is_set():
            asyncio.get_running_loop().call_later(ALL_CLEAR, refused_until.set)
