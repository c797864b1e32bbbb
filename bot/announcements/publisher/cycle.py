"""The life cycle of an outbox: what is to be done in Discord is written down first, and done afterwards.

*Plan*: rows say what is to be done. *Claim*: a process takes some of them for a lease. *Act*: it asks Discord.
*Record*: the row is done, tried again later, or given up. Only rows remember, so when a process dies, whoever claims
its rows after the lease goes on. How many rows are acted on at once, and what a lost answer means, depends on what is
done, and stands with it.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import discord

from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.catalogue.model import Clock
from bot.store.database import Database, Query
from bot.store.deliveries import Pulse

log = logging.getLogger(__name__)


class Cycle(ABC):
    """Plans and does what is due, one look at a time. One runs in a process; several processes may share a database."""

    plan_every: ClassVar[timedelta]
    """How often is planned what nothing but the clock has brought near."""
    patience: ClassVar[float]
    """Seconds that `close` waits for what is being done."""
    pulse: ClassVar[Query[[], Pulse]]
    """The one query that tells whether there is anything to do."""

    def __init__(self, client: discord.Client, database: Database, clock: Clock, limiter: RateLimiter) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._limiter = limiter
        self._running = asyncio.Lock()
        self._closing = False
        self._planned: tuple[int, int] | None = None
        self._planned_at = datetime.min.replace(tzinfo=UTC)

    @abstractmethod
    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Write down what is to be done about now.

        `before`: when that was last done, where nothing but the clock has changed since.
        """

    @abstractmethod
    async def work(self) -> None:
        """Claim what is due, a batch at a time, and do it, until nothing is due or `closing`."""

    async def tick(self) -> None:
        """Plan, and do what is due; where nothing is, this costs one query."""
        async with self._running:
            now = self._clock()
            pulse = await self._database.read(type(self).pulse)
            if pulse.revisions != self._planned or abs(now - self._planned_at) >= self.plan_every:
                moved_on = pulse.revisions == self._planned and now > self._planned_at
                await self.plan(now, self._planned_at if moved_on else None)
                self._planned, self._planned_at = pulse.revisions, now
            elif pulse.next_try is None or pulse.next_try > now:
                return
            await self.work()

    async def close(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        self._closing = True
        try:
            async with asyncio.timeout(self.patience):
                await self._running.acquire()
        except TimeoutError:
            log.warning("%s: leaving in the middle of its work; the next start takes it up", type(self).__name__)
