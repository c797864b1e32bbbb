"""How fast requests may leave."""

from __future__ import annotations

import asyncio

import discord

from bot.discord_internals import global_limit

RATE = 47.5
"""Requests a second: Discord allows a bot 50 in any second, and a few may leave late and close together
(https://discord.com/developers/docs/topics/rate-limits#global-rate-limit; answers to interactions do not count)."""
SLACK = 0.25
"""How much of a turn that was missed may be made up for."""
ALL_CLEAR = 30.0
"""Seconds after which is tried again what Discord refused for all, where nobody is left to say that it is over."""


class RateLimiter:
    """Gives turns to whoever wants to ask something of Discord. One of them serves a whole process."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._next_turn = 0.0

    async def turn(self) -> None:
        """Wait until one more request may leave; after Discord refused everything for a while, for the end of that."""
        # discord.py lets each request wait for this by itself, and then all of them leave at once.
        refused_until = global_limit(self._client)
        if refused_until is not None:
            await refused_until.wait()
        now = asyncio.get_running_loop().time()
        # On an absolute schedule: who comes a little late does not make all others later.
        turn = max(self._next_turn, now - SLACK / RATE)
        self._next_turn = turn + 1 / RATE
        await asyncio.sleep(max(turn - now, 0))

    def given_up(self) -> None:
        """Note that a request was cancelled: it may have been the one that would have said that a refusal is over.

        discord.py lets whoever was refused for everybody sleep, and nobody else knows when that ends.
        """
        refused_until = global_limit(self._client)
        if refused_until is not None and not refused_until.is_set():
            asyncio.get_running_loop().call_later(ALL_CLEAR, refused_until.set)
