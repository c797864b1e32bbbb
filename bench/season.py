"""What happens in a catalogue while a bot runs: songs come out, dates move, and premieres are announced and called off.

It is written to the database as any other process would, so it holds for every engine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.address import Address
from bot.announcements.subscription import Subscription, Threads
from bot.catalogue.model import Clock
from bot.store import subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.reading import stamp
from tests.postgres import running
from tests.wire.loopback import Loopback
from tests.wire.places import Channel
from tests.wire.process import BotProcess

AHEAD = timedelta(days=3)
"""How far ahead a premiere is, or what has moved."""
_DURABLE = {
    **dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes", "autovacuum"), "on"),
    "shared_buffers": "128MB",
}
"""A PostgreSQL server as people run it: its own defaults."""
LOST = ("missed", "failed", "uncertain")
"""The states of deliveries that were given up."""


def subscribe(
    connection: Connection,
    channels: Sequence[Channel],
    now: datetime,
    *,
    threads: bool = False,
    guild_events: bool = False,
) -> None:
    """Let channels be told of premieres and OSTs from now on."""
    for channel in channels:
        if channel.guild is not None:
            opened = Threads.POST if threads else Threads.NONE
            subscription = Subscription(
                channel.guild.id, channel.id, now, zone="UTC", threads=opened, guild_events=guild_events
            )
            subscriptions.choose(connection, subscription, now)


def date(connection: Connection, kind: str, slug: str, at: datetime, status: str = "confirmed") -> None:
    """Date what is to come of a song or a drama, firmly."""
    changed = connection.execute(
        "UPDATE event SET earliest = :at, latest = :at, precision = 'minute', status = :status, zone = 'UTC',"
        " revision = revision + 1 WHERE kind = :event"
        " AND entity_id = (SELECT id FROM entity WHERE kind = :kind AND slug = :slug)",
        {
            "at": stamp(at),
            "status": status,
            "event": "ost_release" if kind == "track" else "premiere",
            "kind": kind,
            "slug": slug,
        },
    ).rowcount
    if changed != 1:
        raise LookupError(f"{kind}/{slug} has no date that could be changed")
    connection.execute("UPDATE catalogue SET revision = revision + 1")


def outcomes(connection: Connection) -> Counter[str]:
    """How many deliveries are in which state."""
    return Counter(dict(connection.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall()))


def still_open(connection: Connection) -> int:
    """How many deliveries, post actions and scheduled events are due or under way."""
    (count,) = connection.execute(
        "SELECT (SELECT count(*) FROM delivery WHERE try_at IS NOT NULL) + (SELECT count(*) FROM post_action)"
        " + (SELECT count(*) FROM guild_event WHERE try_at IS NOT NULL)"
    ).fetchone()
    return count


@asynccontextmanager
async def opened(folder: Path, *, postgres: bool) -> AsyncGenerator[tuple[Address, Database]]:
    """An empty database of the measurement's own, open as another process than the bot has it."""
    with ExitStack() as stack:
        address = stack.enter_context(running(**_DURABLE)).database() if postgres else folder / "byeol.db"
        database = await Database.open(address)
        try:
            yield address, database
        finally:
            await database.close()


def bot(
    server: Loopback, folder: Path, address: Address, argv: Sequence[str], environment: Mapping[str, str] | None = None
) -> BotProcess:
    """A bot, with that database."""
    own = {"BYEOL_DATABASE": str(address) if isinstance(address, Path) else address.url, **(environment or {})}
    return BotProcess(server, folder / "unused.db", argv=argv, environment=own)


class Season:
    """The news of some songs and a drama, one piece at a time."""

    def __init__(
        self, database: Database, songs: Sequence[str], drama: str, clock: Clock, chance: random.Random
    ) -> None:
        self._database = database
        self._fresh = list(songs)
        self._out: list[str] = []
        self._drama = drama
        self._clock = clock
        self._chance = chance
        self.news: Counter[str] = Counter()

    async def go_on(self) -> None:
        """Let one more thing happen."""
        chance, now = self._chance, self._clock()
        what = chance.random()
        if what < 0.2:
            await self._happen("premieres that moved", "work", self._drama, now + AHEAD * chance.uniform(1, 10))
        elif what < 0.25:
            await self._happen("premieres called off", "work", self._drama, now + AHEAD, "cancelled")
        elif self._out and (what < 0.45 or not self._fresh):
            # It was announced, so it is corrected; the next time it is out anew.
            slug = self._out.pop(chance.randrange(len(self._out)))
            self._fresh.append(slug)
            await self._happen("songs put off", "track", slug, now + AHEAD)
        else:
            slug = self._fresh.pop(0)
            self._out.append(slug)
            await self._happen("songs out", "track", slug, now)

    async def _happen(self, news: str, kind: str, slug: str, at: datetime, status: str = "confirmed") -> None:
        await self._database.write(date, kind, slug, at, status)
        self.news[news] += 1
