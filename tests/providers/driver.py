"""Reads the loopback into a database as fast as it can, in a process that may be killed at any point.

    python -m tests.providers.driver DATABASE SERVICES NOW [--full]

`NOW` is the time that it is, since some records say when they were fetched. It says "ready" before it begins.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import aiohttp

from bot.address import Address
from bot.providers.musicbrainz import MusicBrainz
from bot.providers.service import Service
from bot.providers.sync import Asked, sync
from bot.providers.tvmaze import TVmaze
from bot.providers.wikidata import Wikidata
from bot.settings import address
from bot.store.database import Database, alone

RATE = 1000.0


async def read(place: Address, services: str, now: datetime, *, full: bool) -> int:
    """Read all providers once. Returns how many had a problem."""
    problems = 0
    with alone(place):
        database = await Database.open(place)
        try:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            async with aiohttp.ClientSession() as session:

                def service(name: str, base: str) -> Service:
                    return Service(session, name, f"{services}/{base}", rate=RATE, contact="ops@example.org")

                for provider in (
                    Wikidata(service("Wikidata", "wikidata/w"), service("Wikidata's query service", "wikidata")),
                    TVmaze(service("TVmaze", ""), lambda: now),
                    MusicBrainz(service("MusicBrainz", "ws/2"), lambda: now),
                ):
                    asked = Asked(full=full, force=True, trusted=provider.about.name == "tvmaze")
                    result = await sync(database, provider, asked, lambda: now)
                    problems += result.problem is not None
                    sys.stdout.write(f"{result.title}: {result.problem}\n")
        finally:
            await database.close()
    return problems


if __name__ == "__main__":
    _, database, services, now, *options = sys.argv
    place = address("DATABASE", database)
    sys.exit(asyncio.run(read(place, services, datetime.fromisoformat(now), full="--full" in options)))
