"""The rate limiter: how fast requests may leave."""

from __future__ import annotations

import asyncio

import discord

from bot.discord_internals import global_limit

RATE = 47.5
"""Requests per second: Discord allows a bot 50 in any second, and a few may leave late and close together
(https://discord.com/developers/docs/topics/rate-limits#global-rate-limit; responses to interactions do not count)."""
SLACK = 0.25
"""The share of a missed turn that may be made up for."""
ALL_CLEAR = 30.0
"""Seconds after which a global rate limit counts as over if the request that waited for its end was cancelled."""


class RateLimiter:
    """Paces the bot's requests to Discord. One limiter serves a whole process."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._next_turn = 0.0

    async def turn(self) -> None:
        """Wait until one more request may leave; under a global rate limit, wait for its end first."""
        # In discord.py, each request waits for this by itself, and then all of them leave at once.
        refused_until = global_limit(self._client)
        if refused_until is not None:
            await refused_until.wait()
        now = asyncio.get_running_loop().time()
        # On an absolute schedule: a request that is a little late does not delay all others.
        turn = max(self._next_turn, now - SLACK / RATE)
        self._next_turn = turn + 1 / RATE
        await asyncio.sleep(max(turn - now, 0))

    def given_up(self) -> None:
        """Report a cancelled request: it may have been the one that would have ended a global rate limit.

        In discord.py, only the request that hit the limit waits for its end, and then releases the others.
        """
        refused_until = global_limit(self._client)
        if refused_until is not None and not refused_until.is_set():
            asyncio.get_running_loop().call_later(ALL_CLEAR, refused_until.set)
