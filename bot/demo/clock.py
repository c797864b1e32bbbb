"""The clock of the demo: paused, in real time, faster, or moved to the next announcement."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.announcements import outlook, schedule
from bot.catalogue.model import Upcoming
from bot.demo.stage import Stage
from bot.render.headlines import headline
from bot.store import events
from bot.text import Words

SPEEDS = (0, 1, 60, 600)
_STEP = 0.1
"""Seconds between two steps of the clock."""
_LONGEST = 0.25
"""The most seconds a late step makes up for: on a slow machine the clock runs slow."""
_AHEAD = timedelta(days=400)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Coming:
    """An upcoming announcement."""

    at: datetime
    item: Upcoming
    stage: schedule.Stage

    def title(self, t: Words) -> str:
        """Its subject, in the words of the announcement."""
        reminder = " (a reminder)" if self.stage in schedule.REMINDERS else ""
        return headline(t, self.item) + reminder


class Clock:
    """Moves the stage through time. It holds `busy` meanwhile, and calls `moved` when something may have happened."""

    def __init__(self, stage: Stage, busy: asyncio.Lock, moved: Callable[[], None]) -> None:
        self._stage = stage
        self._busy = busy
        self._moved = moved
        self.speed = 1
        self.due: list[Coming] = []
        self.reach = stage.now()
        """The last date the catalogue knows to the day."""

    async def look_ahead(self) -> None:
        """Find what will be announced in any server, the earliest first."""
        now, database = self._stage.now(), self._stage.bot.database
        coming: dict[tuple[datetime, int, str], Coming] = {}
        for server in self._stage.subscribers:
            for post in await outlook.ahead(database, server, now, _AHEAD):
                stage, item = post.told[0]
                coming[post.send_at, item.event.id, stage] = Coming(post.send_at, item, stage)
        self.due = [coming[key] for key in sorted(coming)]
        last = await database.read(events.latest, _EVER)
        if last is not None and last.event.when.earliest is not None:
            self.reach = last.event.when.earliest

    async def next(self) -> bool:
        """Move on to the next announcement. False if there is none left."""
        async with self._busy:
            await self.look_ahead()
            if not self.due:
                return False
            await self._move_to(self.due[0].at)
        return True

    async def jump(self, at: datetime) -> bool:
        """Move on to a time, stopping at every announcement before it. False if the time is past."""
        async with self._busy:
            await self.look_ahead()
            if at <= self._stage.now():
                return False
            for due in [due for due in self.due if due.at < at]:
                await self._move_to(due.at)
            await self._move_to(at)
        return True

    async def _move_to(self, at: datetime) -> None:
        await self._stage.move_to(at)
        await self.look_ahead()
        self._moved()

    async def run(self, stop: asyncio.Event) -> None:
        """Run the clock until told to stop; a step that has begun is finished."""
        last = time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(_STEP)
            now = time.monotonic()
            passed, last = min(now - last, _LONGEST), now
            if self.speed:
                await self._pass(passed * self.speed)

    async def _pass(self, seconds: float) -> None:
        async with self._busy:
            try:
                await self._stage.env.advance_time(seconds)
            except TimeoutError:
                log.warning("The simulated Discord did not come to rest in time; the clock goes on")
            if self.due and self.due[0].at <= self._stage.now():
                await self.look_ahead()
            self._moved()
