"""A server's own events, for tests of the store."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from bot.catalogue.model import EventKind, Ref, Upcoming
from bot.catalogue.when import SEOUL
from bot.occasions.model import Draft
from bot.occasions.repeats import Every, Repeat
from bot.store import events, occasions, scheduled
from bot.store.database import Database
from tests.helpers import utc

NOW = utc("2031-04-01 00:00")
"""A Tuesday."""
SATURDAY = date(2031, 4, 5)
WEEKLY = Repeat(Every.WEEK)


def draft(title: str = "Movie night", **said: Any) -> Draft:
    """A watch party on a Saturday at 21:20 in Seoul, unless said otherwise."""
    usual: dict[str, Any] = {"kind": EventKind.WATCH_PARTY, "day": SATURDAY, "time": time(21, 20), "zone": SEOUL}
    return Draft(title, **{**usual, **said})


async def add(store: Database, guild_id: int = 1, title: str = "Movie night", **said: Any) -> Ref:
    return await store.write(occasions.add, guild_id, draft(title, **said), NOW)


async def dates(store: Database, guild_id: int = 1, days: int = 60) -> list[str]:
    """What is in a server's schedule: each date in UTC, with its status if it is not confirmed."""
    until = NOW.replace(year=NOW.year + days // 365, month=(NOW.month + days // 30 - 1) % 12 + 1)
    return [_said(item) for item in await items(store, guild_id, until.isoformat())]


async def items(store: Database, guild_id: int = 1, until: str = "2040-01-01") -> list[Upcoming]:
    """A server's own events from a month ago on."""
    ids = await store.read(scheduled.between, guild_id, utc("2031-03-01 00:00"), utc(f"{until[:10]} 00:00"))
    return await store.read(events.with_context, ids)


def _said(item: Upcoming) -> str:
    event = item.event
    assert event.when.earliest is not None
    at = f"{event.when.earliest:%m-%d %H:%M}"
    return at if event.status == "confirmed" else f"{at} {event.status}"
