"""The synchronisation as tests run it: against the loopback providers, at a pace at which nobody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.providers.musicbrainz import MusicBrainz
from bot.providers.provider import About, Batch, Known, Provider
from bot.providers.registry import RATES, TITLES
from bot.providers.service import Service
from bot.providers.sync import Asked, Result, sync
from bot.providers.tvmaze import TVmaze
from bot.providers.wikidata import Wikidata
from bot.store import holdings
from bot.store.database import Database
from bot.store.stated import Change

from .dump import dump
from .pace import Pace
from .server import Providers

CONTACT = "ops@example.org"
ALL = ("wikidata", "tvmaze", "musicbrainz")


@dataclass(slots=True)
class Syncing:
    """A database, and providers that can be read into it. `trusted` are those whose dates may be announced."""

    database: Database
    loopback: Providers
    session: aiohttp.ClientSession
    pace: Pace
    trusted: frozenset[str] = frozenset({"tvmaze"})

    def now(self) -> datetime:
        """The time in the providers' world."""
        return self.loopback.world.now

    def provider(self, name: str) -> Provider:
        """A provider that asks the loopback, at the rate at which it would ask the real one."""

        def service(name: str, base: str) -> Service:
            return Service(
                self.session,
                TITLES[name],
                base,
                rate=RATES[name],
                contact=CONTACT,
                sleep=self.pace.sleep,
                clock=self.now,
                time=self.pace.time,
            )

        match name:
            case "wikidata":
                api = service(name, f"{self.loopback.wikidata}/w")
                return Wikidata(api, service("wikidata-query", self.loopback.query_service))
            case "tvmaze":
                return TVmaze(service(name, self.loopback.tvmaze), self.now)
            case _:
                return MusicBrainz(service(name, self.loopback.musicbrainz), self.now)

    async def read(self, provider: str | Provider, *, full: bool = False, force: bool = False) -> Read:
        """Read one provider once, a minute after anything before."""
        self.pace.now += 60
        one = self.provider(provider) if isinstance(provider, str) else provider
        changes: list[Change] = []
        asked = Asked(full=full, force=force, trusted=one.about.name in self.trusted, seen=changes.extend)
        before = await self.database.read(holdings.revision)
        result = await sync(self.database, one, asked, self.now)
        return Read(result, changes, await self.database.read(holdings.revision) - before)

    async def read_all(self, *, full: bool = False) -> dict[str, Read]:
        """Read all providers, as the command does."""
        return {name: await self.read(name, full=full) for name in ALL}

    async def dump(self) -> list[str]:
        """All that the database says."""
        return await self.database.read(dump)

    async def stated(self) -> list[str]:
        """All that the catalogue says: without what the synchronisation keeps for itself."""
        return [line for line in await self.dump() if not line.startswith(("record: ", "doubt: "))]


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a provider, and by how much the catalogue's revision rose."""

    result: Result
    changes: Sequence[Change]
    revisions: int

    @property
    def problem(self) -> str | None:
        return self.result.problem

    @property
    def what(self) -> set[str]:
        """The changes in words."""
        return {f"{change.action} {change.what}" for change in self.changes}


class Breaking:
    """A provider that breaks off after so many batches; `error` is what it raises then."""

    def __init__(self, provider: Provider, after: int, error: Exception) -> None:
        self.about: About = provider.about
        self._provider = provider
        self._left = after
        self._error = error

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        async for batch in self._provider.run(known, cursor, full=full):
            if self._left == 0:
                raise self._error
            self._left -= 1
            yield batch
        if self._left == 0:
            raise self._error

    async def check(self) -> str:
        return await self._provider.check()


@dataclass(slots=True)
class Scripted:
    """A provider that answers what a test gives it: one list of batches for each run."""

    runs: list[Sequence[Batch]]
    about: About = Wikidata.about
    known: Known | None = None

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        del cursor, full
        self.known = known
        for batch in self.runs.pop(0):
            yield batch

    async def check(self) -> str:
        return ""


def lost(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The lines that are no longer there."""
    return set(before) - set(after)


def gained(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The lines that are new."""
    return set(after) - set(before)
