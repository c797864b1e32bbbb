"""TVmaze: what airs in Korea in the next weeks, episodes with air times, and casts with the names of characters.

Its API is described at https://www.tvmaze.com/api. Its data are under CC BY-SA, so each card that shows them leads to
the page of the show, and a file that is published holds none of them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from bot.catalogue.model import Clock, utcnow
from bot.catalogue.when import SEOUL
from bot.providers.document import Asked, Model, ask
from bot.providers.provider import About, Batch, Fetched, Held, Known
from bot.providers.service import ProviderError
from bot.providers.tvmaze_mapping import SHOW, Aka, Listed, Show, record, record_id
from bot.store.record import ExternalId

BASE = "https://api.tvmaze.com"

BATCH = 10
"""How many shows one step of a run takes in."""
AHEAD = 14
"""How many days of the schedule are looked through for new shows."""
PAGE = 250
"""How many ids a page of the index spans; it has fewer shows, since ids of deleted ones are not given again."""

ORDER = 3
"""A show names people and networks by TVmaze's own ids, so it is best taken in once other records have named them."""

_SQUID_GAME = 43687


class _Embedded(Model):
    show: Listed


class _Scheduled(Model):
    """An episode in a schedule. Its show lies in `show`, or for streaming in `_embedded`."""

    show: Listed | None = None
    embedded: _Embedded | None = Field(None, alias="_embedded")


_SHOW = TypeAdapter(Show)
_AKAS = TypeAdapter(list[Aka])
_PAGE = TypeAdapter(list[Listed])
_SCHEDULE = TypeAdapter(list[_Scheduled])
_UPDATES: TypeAdapter[dict[int, int] | list[int]] = TypeAdapter(dict[int, int] | list[int])
"""The times of change by show. An empty map comes as ``[]``, as of all services written in PHP."""


class _Place(NamedTuple):
    """How far a run has come: shows up to `after` are done and, in a full one, the pages before `page`."""

    page: int | None
    after: int

    @classmethod
    def parse(cls, cursor: str | None, *, full: bool) -> _Place:
        """The place that a cursor names; the beginning, if there is none or it is that of a run of the other sort."""
        page, after = json.loads(cursor) if cursor else (None, 0)
        return cls(page, after) if cursor and full == (page is not None) else cls(0 if full else None, 0)

    def __str__(self) -> str:
        return json.dumps(list(self))


class TVmaze:
    """TVmaze as a provider: shows that are scripted and Korean, and those that the catalogue knows by their ids."""

    about = About(
        "tvmaze",
        "TVmaze",
        "https://www.tvmaze.com/{id}",
        "CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    )

    def __init__(self, service: Asked, clock: Clock = utcnow) -> None:
        self._service = service
        self._clock = clock

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """Fetch the shows that changed, are new in the schedule or come last in the index; if `full`, all of the index.

        A held show is gone if TVmaze has deleted it, or if it is no longer scripted or Korean there.
        """
        place = _Place.parse(cursor, full=full)
        parts = self._everything(known, place) if full else self._changes(known, place)
        async for batch in parts:
            yield batch

    async def check(self) -> str:
        """Ask for Squid Game: a Korean show with an id at IMDb."""
        show = await ask(self._service, _SHOW, _path(_SQUID_GAME))
        if show is None or show.language != "Korean" or not show.externals.imdb:
            raise ProviderError(f"{self._service.name} should have a Korean show {_SQUID_GAME} with an id at IMDb")
        return f"{show.name}: {show.language}, {show.externals.imdb}, {len(show.embedded.episodes)} episodes"

    async def _everything(self, known: Known, place: _Place) -> AsyncIterator[Batch]:
        """Go through the index page by page: ask for shows that changed, and for those that are missing there."""
        held = _held(known)
        ours = held.keys() | _known(known)
        page, after = place.page or 0, place.after
        while (listed := await ask(self._service, _PAGE, f"shows?page={page}")) is not None:
            fits = {show.id for show in listed if show.scripted and show.korean}
            same = {show.id for show in listed if show.id in fits and not _differs(held, show.id, show.updated)}
            here = {id_ for id_ in ours if page * PAGE <= id_ < (page + 1) * PAGE}
            parts = _parts(id_ for id_ in (fits | here) - same if id_ > after)
            for part in parts[:-1]:
                yield await self._batch(known, part, _Place(page, part[-1]))
            page += 1
            yield await self._batch(known, parts[-1] if parts else (), _Place(page, 0))
        parts = _parts(id_ for id_ in ours if id_ >= page * PAGE and id_ > after)
        for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
            yield await self._batch(known, part, _Place(page, part[-1]), left)

    async def _changes(self, known: Known, place: _Place) -> AsyncIterator[Batch]:
        held = _held(known)
        found = (_known(known) - held.keys()) | await self._updated(held)
        async for show in self._new(held):
            if show.scripted and show.korean and _differs(held, show.id, show.updated):
                found.add(show.id)
        parts = _parts(id_ for id_ in found if id_ > place.after)
        for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
            yield await self._batch(known, part, _Place(None, part[-1]), left)

    async def _updated(self, held: Mapping[int, Held]) -> set[int]:
        """The held shows that have changed since they were fetched."""
        if not held:
            return set()
        versions = [int(one.version) for one in held.values() if one.version]
        newest = max(versions, default=0)
        changed = await ask(self._service, _UPDATES, f"updates/shows{_since(newest, self._clock())}")
        times = changed if isinstance(changed, dict) else {}
        return {id_ for id_ in held.keys() & times.keys() if _differs(held, id_, times[id_])}

    async def _new(self, held: Mapping[int, Held]) -> AsyncIterator[Listed]:
        """Shows among which new ones are: of the schedule to come, and of the index after the last that is held."""
        today = self._today()
        for day in (today + timedelta(days=days) for days in range(AHEAD)):
            for path in ("schedule", "schedule/web"):
                listed = await ask(self._service, _SCHEDULE, f"{path}?country=KR&date={day.isoformat()}")
                for scheduled in listed or ():
                    if show := scheduled.show or (scheduled.embedded and scheduled.embedded.show):
                        yield show
        if not held:
            return
        page = max(held) // PAGE
        while (shows := await ask(self._service, _PAGE, f"shows?page={page}")) is not None:
            for show in shows:
                yield show
            page += 1

    def _today(self) -> date:
        return self._clock().astimezone(ZoneInfo(SEOUL)).date()

    async def _batch(self, known: Known, ids: Sequence[int], place: _Place, left: int | None = None) -> Batch:
        expected = _known(known)
        fetched: list[Fetched] = []
        gone: list[str] = []
        moved: dict[ExternalId, ExternalId] = {}
        for id_ in ids:
            show = await ask(self._service, _SHOW, _path(id_))
            if show is not None and show.id != id_:
                moved[ExternalId(SHOW, str(id_))] = ExternalId(SHOW, str(show.id))
            stays = False
            if show is not None and show.scripted and (show.korean or {id_, show.id} & expected):
                akas = await ask(self._service, _AKAS, f"shows/{show.id}/akas")
                fetched.append(Fetched(record(show, akas or (), self._today()), str(show.updated), ORDER))
                stays = show.id == id_
            if not stays and (old := record_id(id_)) in known.held:
                gone.append(old)
        return Batch(str(place), fetched, gone, moved or None, left)


def _path(show: int) -> str:
    return f"shows/{show}?embed[]=cast&embed[]=episodes"


def _since(newest: int, now: datetime) -> str:
    """The updates to ask for: of longer than since the newest change that is held, as a run may have ended early."""
    age = now.timestamp() - newest
    spans = (("day", timedelta(hours=12)), ("week", timedelta(days=6)), ("month", timedelta(days=27)))
    span = next((span for span, most in spans if age < most.total_seconds()), None)
    return f"?since={span}" if span else ""


def _held(known: Known) -> Mapping[int, Held]:
    return {int(id_.removeprefix("shows/")): held for id_, held in known.held.items()}


def _known(known: Known) -> set[int]:
    return {int(id_) for id_ in known.ids.get(SHOW, ()) if id_.isdecimal()}


def _differs(held: Mapping[int, Held], id_: int, updated: int) -> bool:
    return id_ not in held or held[id_].version != str(updated)


def _parts(ids: Iterable[int]) -> Sequence[Sequence[int]]:
    ordered = sorted(ids)
    return [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
