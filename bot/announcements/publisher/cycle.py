"""The life cycle of an outbox: work in Discord is written to the database first, and done afterwards.

*Plan*: rows are written for what has to be done. *Claim*: a process leases some of them. *Act*: it calls Discord.
*Record*: the row is done, scheduled for a retry, or given up. All state is in the rows: when a process dies, another
one claims its rows after the lease and continues. How many rows are acted on at once, and what a lost response means,
is up to each subclass.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import discord

from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.catalogue.model import Clock
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.deliveries import Pulse
from bot.store.reading import chunks
from bot.store.shards import Shards

Served = Callable[[], Shards | None]
"""Tells whose servers this process serves at present; None for all."""

log = logging.getLogger(__name__)


class Cycle(ABC):
    """Plans and does what is due, one tick at a time. One runs per process; several processes may share a database."""

    plan_every: ClassVar[timedelta]
    """How often to plan if nothing but the time has changed."""
    patience: ClassVar[float]
    """Seconds that `close` waits for work in progress."""
    pulse: ClassVar[Callable[[Connection, Shards | None], Pulse]]
    """The one query that tells whether there is work."""
    welcome: ClassVar[Callable[[Connection, Sequence[int], datetime], None]]
    """Makes due what waits for servers that were out of reach."""

    def __init__(
        self,
        client: discord.Client,
        database: Database,
        clock: Clock,
        limiter: RateLimiter,
        served: Served = lambda: None,
    ) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._limiter = limiter
        self._served = served
        self._running = asyncio.Lock()
        self._closing = False
        self._planned: tuple[int, int] | None = None
        self._planned_at = datetime.min.replace(tzinfo=UTC)
        self._awaited: set[int] = set()

    @abstractmethod
    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Write rows for what has to be done around `now`.

        `before`: when that was last done, if nothing but the time has changed since.
        """

    @abstractmethod
    async def work(self) -> None:
        """Claim and do what is due, a batch at a time, until nothing is due or `close` was called."""

    async def tick(self) -> None:
        """Plan, and do what is due; if nothing is, this costs one query."""
        async with self._running:
            now = self._clock()
            await self._welcome_back(now)
            pulse = await self._database.read(type(self).pulse, self._served())
            if pulse.revisions != self._planned or abs(now - self._planned_at) >= self.plan_every:
                moved_on = pulse.revisions == self._planned and now > self._planned_at
                await self.plan(now, self._planned_at if moved_on else None)
                self._planned, self._planned_at = pulse.revisions, now
            elif pulse.next_try is None or pulse.next_try > now:
                return
            await self.work()

    def _out_of_reach(self, guild_id: int) -> bool:
        """Whether Discord has not told of a server yet, or lost it in an outage.

        Without it nobody knows what the bot may do there, or whether a message is there already, so all of that waits.
        What is said to be due later is due as soon as the server is back.
        """
        guild = self._client.get_guild(guild_id)
        if guild is None or not guild.unavailable:
            return False
        self._awaited.add(guild_id)
        return True

    async def _welcome_back(self, now: datetime) -> None:
        # Looked at on each tick, rather than when Discord tells of a server: that may be before the wait is recorded.
        back = [
            guild_id
            for guild_id in self._awaited
            if (guild := self._client.get_guild(guild_id)) is None or not guild.unavailable
        ]
        for some in chunks(back):
            await self._database.write(type(self).welcome, some, now)
        self._awaited.difference_update(back)

    async def close(self) -> None:
        """Start nothing new, and wait up to `patience` seconds for work in progress."""
        self._closing = True
        try:
            async with asyncio.timeout(self.patience):
                await self._running.acquire()
        except TimeoutError:
            log.warning("%s: leaving in the middle of its work; the next start takes it up", type(self).__name__)

    def _serves(self, guild_id: int) -> bool:
        """Whether a server is still this process's: its channels are known, and nobody else works for it."""
        served = self._served()
        return served is None or served.hold(guild_id)
