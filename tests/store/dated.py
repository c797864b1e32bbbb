"""A store with a few dates in it, servers that are told of them, and what the publisher does to both."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.schedule import Due
from bot.announcements.subscription import ANNOUNCED, Subscription
from bot.catalogue.model import EventKind
from bot.catalogue.when import SEOUL
from bot.store import deliveries, planning, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.deliveries import Delivery
from tests.helpers import apply, utc, write

NEW_YORK, KIRITIMATI = "America/New_York", "Pacific/Kiritimati"
LEASE = timedelta(minutes=3)
SETUP = utc("2031-01-01 00:00")
PREMIERE = utc("2031-04-05 12:20")
"""The premiere, 21:20 in Seoul."""


def seed(
    premiere: str = "2031-04-05 21:20",
    song: str = "2031-04-12",
    status: str = "confirmed",
    finale: str = "2031-05-25",
) -> str:
    return f"""
        [[sources]]
        slug = "herald"
        publisher = "The Herald"
        title = "A title"
        url = "https://example.com/1"

        [[works]]
        slug = "paper-moon-station"
        type = "drama"
        sources = ["herald"]
        names = ["Paper Moon Station"]
        events = [
            {{ kind = "premiere", date = "{premiere}", status = "{status}" }},
            {{ kind = "finale", date = "{finale}", status = "confirmed" }},
        ]

        [[tracks]]
        slug = "home"
        sources = ["herald"]
        names = ["Home"]
        ost = [{{ work = "paper-moon-station" }}]
        events = [{{ kind = "ost_release", date = "{song}", status = "{status}" }}]
        """


async def reseed(store: Database, tmp_path: Path, content: str) -> None:
    await apply(store, write(tmp_path / "seeds", drama=content))


def server(
    number: int = 1,
    *,
    zone: str = SEOUL,
    kinds: tuple[EventKind, ...] = ANNOUNCED,
    since: datetime = SETUP,
    channel: int | None = None,
) -> Subscription:
    return Subscription(
        guild_id=number,
        channel_id=channel if channel is not None else number * 100,
        role_id=number * 1000,
        language="ko" if number % 2 else "en",
        zone=zone,
        kinds=kinds,
        stages=(schedule.Stage.NOW,),
        since=since,
    )


async def choose(store: Database, *chosen: Subscription) -> None:
    for one in chosen:
        await store.write(subscriptions.choose, one, one.since)


async def plan(store: Database, now: datetime) -> int:
    """Plan as the publisher does; returns how many are new."""

    def planned(connection: Connection) -> int:
        before = len(states(connection))
        planning.withdraw(connection, now)
        planning.plan(connection, list(schedule.due(found, audiences, now, stages)))
        return len(states(connection)) - before

    audiences, stages = await store.read(subscriptions.wanted)
    found = await store.read(planning.candidates, schedule.window(now), schedule.changes(now))
    return await store.write(planned)


async def next_try(store: Database) -> datetime | None:
    return (await store.read(deliveries.pulse)).next_try


async def claim(store: Database, now: datetime, owner: str = "one", limit: int = 25) -> list[Delivery]:
    return await store.write(deliveries.claim, now, owner, LEASE, limit)


async def planned_and_claimed(store: Database, now: datetime = PREMIERE, owner: str = "one") -> Delivery:
    await plan(store, now)
    (delivery,) = await claim(store, now, owner)
    return delivery


async def send_all(store: Database, now: datetime) -> int:
    """Plan what is due and record all of it as sent; returns how many."""
    await plan(store, now)
    claimed = await claim(store, now)
    for delivery in claimed:
        await store.write(deliveries.sent, delivery.id, delivery.id + 5000, now)
    return len(claimed)


def states(connection: Connection) -> list[tuple[int, str, str | None]]:
    return connection.execute("SELECT channel_id, state, reason FROM delivery ORDER BY id").fetchall()


def due_times(connection: Connection) -> dict[int, str]:
    return dict(connection.execute("SELECT channel_id, due_at FROM delivery").fetchall())


async def one_due(store: Database) -> Due:
    found = await store.read(planning.candidates, schedule.window(PREMIERE), schedule.changes(PREMIERE))
    return next(schedule.due(found, [Audience(SEOUL)], PREMIERE, (schedule.Stage.NOW,)))
