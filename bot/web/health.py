"""``/healthz``: whether the bot does its work, for whoever restarts it or is to be woken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from bot.interactions.host import Host
from bot.store import vitals
from bot.store.database import Database

DATABASE_PATIENCE = 1.0
"""Seconds within which the database has to answer."""
BEAT_PATIENCE = 60.0
"""Seconds within which announcements have to go on: they are looked at every five."""

OK = "ok"


class Status(StrEnum):
    """The state of the whole."""

    OK = "ok"
    WAITING = "waiting"
    """It holds no shard, and is ready to take over one: well, but silent."""
    STARTING = "starting"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the whole, and of each part: ``ok``, or what is wrong with it."""

    status: Status
    gateway: str
    database: str
    announcer: str

    @property
    def is_well(self) -> bool:
        """Whether the process is to be left alone."""
        return self.status in (Status.OK, Status.WAITING)


def down(client: Host) -> list[int]:
    """The shards that this process is to hold and that are not connected."""
    shards = client.shards
    return [shard for shard in sorted(client.own_shards()) if shard not in shards or shards[shard].is_closed()]


async def examine(client: Host) -> Health:
    """Look at each part."""
    stored = await _database(client.database)
    if client.waits and not client.is_closed():
        return Health(Status.WAITING if stored == OK else Status.FAILING, Status.WAITING, stored, Status.WAITING)
    age = client.metrics.beat_age
    if client.is_closed() or not client.is_ready() or age is None:
        failing = stored != OK or client.is_closed()
        gateway = "closed" if client.is_closed() else OK if client.is_ready() else Status.STARTING
        return Health(Status.FAILING if failing else Status.STARTING, gateway, stored, Status.STARTING)
    lost = ", ".join(map(str, down(client)))
    gateway = f"not connected: shard {lost}" if lost else OK
    announcer = OK if age <= BEAT_PATIENCE else f"stuck for {age:.0f} s"
    status = Status.OK if (gateway, stored, announcer) == (OK, OK, OK) else Status.FAILING
    return Health(status, gateway, stored, announcer)


async def _database(database: Database) -> str:
    try:
        async with asyncio.timeout(DATABASE_PATIENCE):
            await database.read(vitals.answers)
    except TimeoutError:
        return f"no answer within {DATABASE_PATIENCE:g} s"
    except Exception as error:  # whatever an engine raises; its text may hold an address
        return f"failed: {type(error).__name__}"
    return OK


def routes(client: Host) -> list[web.RouteDef]:
    """``/healthz``: 200 if all is well, else 503; in both cases JSON that says how each part is."""

    async def healthz(_: web.Request) -> web.Response:
        found = await examine(client)
        body = {
            "status": found.status,
            "gateway": found.gateway,
            "database": found.database,
            "announcer": found.announcer,
        }
        return web.json_response(body, status=200 if found.is_well else 503, headers={"Cache-Control": "no-store"})

    return [web.get("/healthz", healthz)]
