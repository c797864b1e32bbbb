"""The keeper: renews what this process holds, takes and gives up shards, and says at any time what it may do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bot.catalogue.model import Clock, utcnow
from bot.cluster import rules
from bot.cluster.rules import Decision, Limits, Process
from bot.errors import StartError
from bot.settings import ShardChoice
from bot.store import leases, shards
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.shards import Shards

log = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds until leases that could not be renewed are tried again, and Discord is asked again that did not answer."""
ASK = timedelta(minutes=1)
"""How often Discord is asked whether a new day has begun for identifies."""
TURN = timedelta(seconds=20)
"""How long a shard that lost its session waits for its turn to identify; then it is released, and taken in order."""
_LOOK = 0.25
"""Seconds between two looks at whose turn it is."""


class Starts(NamedTuple):
    """How many shards may identify at once and today, and until when that counts."""

    concurrency: int
    remaining: int
    reset_after: timedelta


class Gateway(Protocol):
    """What the keeper does in Discord."""

    async def starts(self) -> Starts:
        """How Discord limits identifies now. Raises `OSError` if it could not be asked."""
        ...

    async def connect(self, shard: int) -> None:
        """Connect a shard and identify it, however often it takes."""
        ...

    async def drop(self, shard: int) -> None:
        """Disconnect a shard and forget its servers, as if they had never been there."""
        ...


class Keeper:
    """Keeps the leases of one process. `join` it first; `serve` once the client can connect; `leave` at the end."""

    def __init__(self, database: Database, choice: ShardChoice, *, clock: Clock = utcnow) -> None:
        self.id = secrets.token_hex(4)
        self.choice = choice
        self.leads = False
        """Whether this process does what only one of them does."""
        self._database = database
        self._clock = clock
        self._gateway: Gateway | None = None
        self._held: set[int] = set()
        self._ready: set[int] = set()
        self._turns: set[int] = set()
        self._launches: dict[int, asyncio.Task[None]] = {}
        self._rate = 0.0
        self._until: datetime | None = None
        self._starts: Starts | None = None
        self._asked: datetime | None = None
        self._wants = True
        self._waiting = False
        self._again = asyncio.Event()
        self._beating = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._stopping = False
        self._draining = False
        self._drained = asyncio.Event()

    # What it says

    def served(self) -> Shards:
        """The shards whose servers this process knows and may do something for, right now."""
        return Shards(self.choice.count, frozenset(self._ready) if self._lives() else frozenset())

    def rate(self) -> float:
        """How many requests per second this process may make, right now."""
        return self._rate if self._lives() else 0.0

    @property
    def held(self) -> frozenset[int]:
        """The shards that are this process's, connected or about to be."""
        return frozenset(self._held)

    @property
    def waiting(self) -> bool:
        """Whether it is there and could serve shards, but others serve them all."""
        return self._starts is not None and not self._held and not self._wants and not self._draining

    def _lives(self) -> bool:
        return self._until is not None and self._clock() < self._until - rules.MARGIN

    # Life

    async def join(self) -> None:
        """Be one of the processes, and renew that from now on; shards are taken once it serves.

        Raises `StartError` if the others divide the shards differently.
        """
        self._apply(await self._decide())
        if await self._database.read(shards.count) != self.choice.count:  # else nobody who writes is waited for
            await self._database.write(shards.divide, self.choice.count)
        self._running = asyncio.create_task(self._run())

    def serve(self, gateway: Gateway) -> None:
        """Take shards from now on."""
        self._gateway = gateway
        self._again.set()

    async def failed(self) -> None:
        """Wait until this process cannot be one of them any more. Raises `StartError` with the reason."""
        assert self._running is not None
        await asyncio.shield(self._running)

    def drain(self) -> None:
        """Give the lead to others, and each shard once another process can identify it; serve the rest meanwhile."""
        if not self._draining:
            log.info("Told to drain: giving my shards to other processes, each when one can take it")
            self._draining = True
            self._again.set()

    async def drained(self) -> None:
        """Wait until nothing is left, after `drain`, that another process may take."""
        await self._drained.wait()

    async def release(self) -> None:
        """Give all shards and the lead to others at once; what is being sent may still be finished."""
        self._stopping = True  # whether or not the beat that is going on ends in time
        async with self._beating:
            self.leads = False
            await self._drop(sorted(self._held))
            with contextlib.suppress(StartError):  # `failed` says so; `leave` ends what it holds
                self._apply(await self._decide())

    async def leave(self) -> None:
        """Be none of the processes any more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._database.coordinate(leases.leave, self.id)

    def ready(self, shard: int) -> None:
        """Note that a shard's servers are known."""
        if shard in self._held:
            self._ready.add(shard)

    async def lead(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what only one process does whenever it is this one; if it is another's turn, stop. Until cancelled."""

        async def safely() -> None:
            try:
                await work()
            except Exception:
                log.exception("What only one process does has failed")

        working: asyncio.Task[None] | None = None
        try:
            while True:
                leads = self.leads and self._lives()
                if leads and working is None:
                    working = asyncio.create_task(safely())
                elif working is not None and not leads:
                    working.cancel()
                    await asyncio.gather(working, return_exceptions=True)
                    working = None
                await asyncio.sleep(rules.POLL.total_seconds())
        finally:
            if working is not None:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def turn(self, shard: int) -> None:
        """Wait until a connected shard may identify. Raises `asyncio.CancelledError` if it is this process's no more.

        discord.py takes that for the end of the attempt.
        """
        since = self._clock()
        while shard in self._held and self._lives() and self._clock() - since < TURN:
            had = shard in self._turns
            try:
                if (had or await self._allowed(self._clock())) and await self._take_turn(shard):
                    self._turns.discard(shard)
                    return
            except Exception as error:
                # discord.py would take it for the end of the whole client.
                log.warning("Shard %d cannot take its turn to identify, trying again: %r", shard, error)
                await asyncio.sleep(RETRY)
            await asyncio.sleep(_LOOK)
        if shard in self._held:
            log.info("Shard %d waits for its turn to identify", shard)
            await self._let_go(shard)
        raise asyncio.CancelledError

    async def _launch(self, shard: int) -> None:
        assert self._gateway is not None
        try:
            await self._gateway.connect(shard)
        except Exception:
            log.exception("Shard %d could not be connected", shard)
            await self._let_go(shard)

    async def _let_go(self, shard: int) -> None:
        """Disconnect a shard; the next decision releases it, and whoever's turn it is takes it."""
        for known in (self._held, self._ready, self._turns):
            known.discard(shard)
        if self._gateway is not None:
            await self._gateway.drop(shard)
        self._again.set()

    async def _take_turn(self, shard: int) -> bool:
        assert self._starts is not None
        name, owner = rules.turn(shard, self._starts.concurrency), f"{self.id}/{shard}"

        def take(connection: Connection) -> bool:
            # The time is asked for once nobody else changes leases, which may have taken seconds.
            return leases.take(connection, name, owner, self._clock(), rules.IDENTIFY)

        return await self._database.coordinate(take)

    # Beats

    async def _run(self) -> None:
        while True:
            self._again.clear()  # what is asked for during a beat is done by the next
            pause = await self._beat()
            try:
                async with asyncio.timeout(max(pause, 0)):
                    await self._again.wait()
            except TimeoutError:
                pass

    async def _beat(self) -> float:
        """Decide and act once. Returns the seconds until the next time."""
        async with self._beating:
            asked = self._wants
            try:
                async with asyncio.timeout(self._left()):
                    decided = await self._decide()
            except StartError:
                await self._drop(sorted(self._held))
                raise
            except Exception as error:
                log.warning("What this process holds could not be renewed, trying again: %r", error)
                if not self._lives() and self._held:
                    log.warning("It could not be renewed in time: my shards are for others now")
                    await self._drop(sorted(self._held))
                return RETRY
            self._apply(decided)
            try:
                await self._move(decided)
            except Exception:
                # Shards that are not held any more, but still leased, are released by the next decision.
                log.exception("What was decided could not all be done, trying again")
                return RETRY
            if decided.drained and not self._drained.is_set():
                if self._held:
                    left = ", ".join(map(str, sorted(self._held)))
                    log.warning("No other process can take shards %s: stopping", left)
                else:
                    log.info("All my shards are for other processes now: stopping")
                self._drained.set()
            if decided.wants and self._is_old(self._clock()):
                return RETRY if asked else 0  # Discord is asked first
            return (decided.again - self._clock()).total_seconds()

    def _left(self) -> float:
        """Seconds for which a decision may take: as long as what is held lasts; then that it ended matters more."""
        if self._until is None or not self._lives():
            return rules.LEASE.total_seconds()
        return max((self._until - rules.MARGIN - self._clock()).total_seconds(), 0.01)

    async def _decide(self) -> Decision:
        now = self._clock()
        limits = None
        if self._gateway is not None and not self._stopping:
            if self._wants or self._starts is None:
                await self._allowed(now)
            if self._starts is not None:
                limits = Limits(self._starts.concurrency, 0 if self._is_old(now) else self._starts.remaining)
        held, drains = frozenset(self._held), self._draining
        me = Process(self.id, self.choice, held, self.rate(), limits, drains, self._stopping)
        return await self._database.coordinate(leases.update, self.id, partial(rules.decide, me, now=now))

    def _apply(self, decided: Decision) -> None:
        if decided.leads and not self.leads:
            log.info("This process leads")
        self._until, self._rate = decided.until, decided.rate
        self.leads, self._wants = decided.leads, decided.wants

    async def _move(self, decided: Decision) -> None:
        """Take and give up shards as decided."""
        if decided.lost:
            log.warning("Others serve what I served: shards %s", ", ".join(map(str, sorted(decided.lost))))
        await self._drop([*decided.excess, *sorted(decided.lost)])
        if decided.excess:
            log.info("Giving up shards %s for others", ", ".join(map(str, decided.excess)))
            await self._database.coordinate(leases.release, self.id, [rules.shard(n) for n in decided.excess])
        for number in decided.take:
            log.info("Taking shard %d of %d", number, self.choice.count)
            self._held.add(number)
            self._turns.add(number)
            self._launches[number] = asyncio.create_task(self._launch(number))
        if self._starts is not None and decided.take:
            self._starts = self._starts._replace(remaining=self._starts.remaining - len(decided.take))
        if self.waiting != self._waiting and not self._stopping:
            self._waiting = self.waiting
            if self.waiting:
                log.info("Other processes serve all %d shards: waiting for one", self.choice.count)

    async def _drop(self, numbers: list[int]) -> None:
        for number in numbers:
            self._ready.discard(number)
            self._held.discard(number)
            self._turns.discard(number)
            launch = self._launches.pop(number, None)
            if launch is not None:
                launch.cancel()
        if self._gateway is not None and numbers:
            await asyncio.gather(*(self._gateway.drop(number) for number in numbers))

    # Identifies

    async def _allowed(self, now: datetime) -> bool:
        """Whether Discord allows another identify today; it is asked again once somebody may have identified."""
        assert self._gateway is not None
        if self._is_old(now):
            try:
                before, self._starts = self._starts, await self._gateway.starts()
            except OSError as error:
                log.warning("Discord did not say how many shards may identify: %s", error)
                return False
            self._asked = now
            if self._starts.remaining <= 0 and (before is None or before.remaining > 0):
                log.error(
                    "All identifies that Discord allows in a day are used up: no shard can be connected until %s",
                    f"{now + self._starts.reset_after:%Y-%m-%d %H:%M} UTC",
                )
        return self._starts is not None and self._starts.remaining > 0

    def _is_old(self, now: datetime) -> bool:
        """Whether Discord has to be asked once more how many shards may identify."""
        if self._asked is None or self._starts is None:
            return True
        used_up = self._starts.remaining <= 0
        lasts = max(min(self._starts.reset_after, ASK), rules.IDENTIFY) if used_up else rules.IDENTIFY
        return not timedelta() <= now - self._asked < lasts
