"""A cache of what announcements show: each event is read once, however many channels it goes to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.catalogue.lists import billed
from bot.catalogue.model import EventKind, Kind, Role, Upcoming
from bot.render.post_item import Announced
from bot.store import deliveries, events, works
from bot.store.database import Database


class EventCache:
    """Caches what the announcements of one fan-out show."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events: dict[int, asyncio.Task[Announced | None]] = {}

    async def of(self, event_id: int) -> Announced | None:
        """What an event's announcement shows; None if the event no longer exists."""
        if event_id not in self._events:
            self._events[event_id] = asyncio.create_task(self._read(event_id))
        return await asyncio.shield(self._events[event_id])

    async def _read(self, event_id: int) -> Announced | None:
        found = await self._database.read(events.with_context, [event_id])
        return await announced(self._database, found[0]) if found else None


async def announced(database: Database, item: Upcoming) -> Announced:
    """An event with what its announcement shows."""
    before = await database.read(deliveries.date_before, item.event.id, item.event.revision)
    return replace(await _described(database, item), before=before)


async def _described(database: Database, item: Upcoming) -> Announced:
    subject = item.event.subject.ref
    if item.event.kind is EventKind.OST_RELEASE or subject.kind is not Kind.WORK:
        links = await database.read(events.links, subject)
        return Announced(item, None, (), links)
    work = await database.read(works.work, subject.slug)
    cast = await database.read(works.cast, subject.slug)
    credits_ = billed(cast.credits if cast else [])
    leads = [credit.person for credit in credits_ if credit.role is Role.LEAD] or [c.person for c in credits_[:4]]
    return Announced(item, work, list(dict.fromkeys(leads)))
