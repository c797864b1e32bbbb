"""Takes in open data once a day while the bot runs: in a process of its own, so that no question waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import apart
from bot.address import Address
from bot.catalogue.model import Clock
from bot.store import runs
from bot.store.database import Database

log = logging.getLogger(__name__)

PERIOD = timedelta(days=1)
LOOK = 600.0
"""Seconds between two looks at whether it is time."""
RETRY = timedelta(hours=1)
"""After a run that failed; it goes on where it stopped."""

Read = Callable[[], Coroutine[Any, Any, int]]
Sleep = Callable[[float], Coroutine[Any, Any, object]]


async def daily(
    database: Database, providers: Sequence[str], read: Read, clock: Clock, sleep: Sleep = asyncio.sleep
) -> None:
    """Call `read` whenever a provider was last read a day ago or never, until cancelled."""
    tried = None
    while True:
        try:
            if await _is_due(database, providers, clock(), tried):
                try:
                    code = await read()
                finally:
                    tried = clock()
                if code != 0:
                    log.warning("Open data was not read to the end; trying again in an hour")
        except Exception:
            # Whatever it is, the bot goes on, and so will the next attempt.
            log.exception("Open data could not be read; trying again later")
        await sleep(LOOK)


async def _is_due(database: Database, providers: Sequence[str], now: datetime, tried: datetime | None) -> bool:
    """Whether it is time to read; `tried` is when that was last tried."""
    ended = {outcome.provider: outcome.ended for outcome in await database.read(runs.outcomes)}
    due = any(name not in ended or now - ended[name] >= PERIOD for name in providers)
    return due and (tried is None or not timedelta() <= now - tried < RETRY)


async def read_apart(database: Address) -> int:
    """Run the command ``sync`` for this database in a process of its own, log what it says, and return its exit code.

    If cancelled, the process ends too; the next one goes on where it stopped.
    """
    async with apart.running(database, "sync") as process:
        assert process.stdout is not None
        async for line in process.stdout:
            log.info("sync: %s", line.decode(errors="replace").strip())
        return await process.wait()
