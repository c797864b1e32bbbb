"""MusicBrainz: the names and the groups of artists, and OSTs with their parts, songs, performers and dates.

Its web service is described at https://musicbrainz.org/doc/MusicBrainz_API. It allows a request a second, so a run asks
for the artists that were fetched longest ago, and for the soundtracks of dramas that are new, unless it is a full one.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from bot.catalogue.model import Clock, utcnow
from bot.catalogue.when import SEOUL
from bot.providers.document import Asked, Model, ask
from bot.providers.musicbrainz_mapping import (
    ARTIST,
    RELEASE_GROUP,
    Artist,
    Release,
    ReleaseGroup,
    artist,
    one_release,
    release_group,
)
from bot.providers.provider import About, Batch, Fetched, Known, KnownWork
from bot.providers.service import ProviderError
from bot.providers.soundtracks import Titles, by_title, work_of
from bot.store.reading import stamp
from bot.store.record import ExternalId

T = TypeVar("T")

BASE = "https://musicbrainz.org/ws/2"

ABOUT = About(
    "musicbrainz",
    "MusicBrainz",
    "https://musicbrainz.org/{id}",
    "CC0 1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/",
)

ARTISTS, WORKS, GROUPS = 20, 5, 20
"""How many artists, works whose soundtracks are looked for, and held release groups one step of a run asks for."""
MOST_ARTISTS = 500
"""How many artists a run asks for that is not a full one."""
NEW = timedelta(days=200)
"""For how long after its premiere the soundtrack of a drama is looked for in every run."""
PAGE, PAGES = 100, 5
"""How many release groups an answer has at most, and after how many answers a search ends: the best fits come first."""

ARTIST_ORDER, RELEASE_GROUP_ORDER = 2, 4

_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BOA = "a16d1433-ba89-4f72-a47b-a370add0bb55"


class _Found(Model):
    count: int
    groups: tuple[ReleaseGroup, ...] = Field(alias="release-groups")


class _Releases(Model):
    releases: tuple[Release, ...]


_ARTIST = TypeAdapter(Artist)
_GROUP = TypeAdapter(ReleaseGroup)
_FOUND = TypeAdapter(_Found)
_RELEASES = TypeAdapter(_Releases)


_PARTS = ("artists", "soundtracks", "held")


class _Place(NamedTuple):
    """How far a run has come that began at `began` (UTC, as stored): in `part`, up to the key `after`.

    `most` is how many more artists it asks for; None in a full run, which asks for all.
    """

    began: str
    part: str
    after: tuple[str, ...]
    most: int | None

    @classmethod
    def parse(cls, cursor: str) -> _Place:
        """The place that a cursor names."""
        began, part, after, most = json.loads(cursor)
        return cls(began, part, tuple(after), most)

    def __str__(self) -> str:
        return json.dumps(list(self))

    def to_do(self, part: str, keys: Iterable[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
        """The keys of a part that are still to be done, in order."""
        if _PARTS.index(part) < _PARTS.index(self.part):
            return ()
        return sorted(key for key in keys if part != self.part or key > self.after)


class _Step(NamedTuple):
    """The keys that one step asks for, and the place after it."""

    keys: Sequence[tuple[str, ...]]
    place: _Place


class _Taken:
    """What one step found."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.fetched: list[Fetched] = []
        self.gone: list[str] = []
        self.moved: dict[ExternalId, ExternalId] = {}

    def look(self, authority: str, entity: str, asked: str, found: str | None) -> None:
        """Note what became of an entity: it is gone if there is none, and has moved if it has another id by now."""
        if found is not None and found != asked:
            self.moved[ExternalId(authority, asked)] = ExternalId(authority, found)
        if found != asked and f"{entity}/{asked}" in self._known.held:
            self.gone.append(f"{entity}/{asked}")


class MusicBrainz:
    """MusicBrainz as a provider: the artists of the catalogue, and the soundtracks of its dramas."""

    about = ABOUT

    def __init__(self, service: Asked, clock: Clock = utcnow) -> None:
        self._service = service
        self._clock = clock

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """Fetch artists, those that are not held first, then soundtracks; if `full`, all of them.

        A full run also asks for each release group that is held, to learn which of them are gone.
        """
        place = _Place.parse(cursor) if cursor else None
        if place is None or full != (place.most is None):
            place = _Place(self._now(), _PARTS[0], (), None if full else MOST_ARTISTS)
        works = {str(work.id): work for work in known.works if work.premiere and (full or self._is_new(work.premiere))}
        titles = by_title(known.works)
        steps = [*_steps(known, place, works)]
        for left, step in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
            taken = _Taken(known)
            for key in step.keys:
                match step.place.part:
                    case "artists":
                        await self._artist(key[-1], taken)
                    case "soundtracks":
                        await self._soundtracks(works[key[-1]], titles, taken)
                    case _:
                        found = await ask(self._service, _GROUP, f"release-group/{key[-1]}", {"fmt": "json"})
                        taken.look(RELEASE_GROUP, "release-group", key[-1], found.id if found else None)
            yield Batch(str(step.place), taken.fetched, taken.gone, taken.moved or None, left)

    async def check(self) -> str:
        """Ask for BoA, whose name in Hangul is among her aliases."""
        found = await ask(self._service, _ARTIST, f"artist/{_BOA}", {"inc": "aliases", "fmt": "json"})
        korean = "보아"
        if found is None or korean not in {alias.name for alias in found.aliases}:
            raise ProviderError(f"{self._service.name} should have an artist {_BOA} with the alias {korean}")
        return f"{found.name}: {found.type}, {korean}"

    async def _artist(self, mbid: str, taken: _Taken) -> None:
        parameters = {"inc": "aliases url-rels artist-rels", "fmt": "json"}
        found = await ask(self._service, _ARTIST, f"artist/{mbid}", parameters)
        taken.look(ARTIST, "artist", mbid, found.id if found else None)
        if found and (record := artist(found)):
            taken.fetched.append(Fetched(record, self._now(), ARTIST_ORDER))

    async def _soundtracks(self, work: KnownWork, titles: Titles, taken: _Taken) -> None:
        """The release groups of which the title and the date say that they are an OST of this work and of no other."""
        async for group in self._search(work.names):
            soundtrack = work_of(group.title, group.first_release_date, titles)
            if soundtrack is None or soundtrack.work != work.id or "Soundtrack" not in group.secondary_types:
                continue
            inc = "recordings artist-credits media"
            parameters = {"release-group": group.id, "inc": inc, "limit": str(PAGE), "fmt": "json"}
            found = await ask(self._service, _RELEASES, "release", parameters)
            record = release_group(group, soundtrack, one_release(found.releases if found else ()))
            taken.fetched.append(Fetched(record, self._now(), RELEASE_GROUP_ORDER))

    async def _search(self, names: Iterable[str]) -> AsyncIterator[ReleaseGroup]:
        query = f"secondarytype:soundtrack AND releasegroup:({' OR '.join(map(_quoted, dict.fromkeys(names)))})"
        for offset in range(0, PAGE * PAGES, PAGE):
            parameters = {"query": query, "limit": str(PAGE), "offset": str(offset), "fmt": "json"}
            found = await ask(self._service, _FOUND, "release-group", parameters)
            for group in found.groups if found else ():
                yield group
            if found is None or found.count <= offset + PAGE:
                return

    def _now(self) -> str:
        return stamp(self._clock())

    def _is_new(self, premiere: date) -> bool:
        """Whether a drama is to come, or so new that parts of its OST may still be."""
        return premiere >= self._clock().astimezone(ZoneInfo(SEOUL)).date() - NEW


def _steps(known: Known, place: _Place, works: Mapping[str, KnownWork]) -> Iterator[_Step]:
    """The steps that are still to be done. What was fetched since the run began is done."""
    artists = place.to_do("artists", _artists(known, place.began))[: place.most]
    most = place.most
    for part in _parts(artists, ARTISTS):
        most = None if most is None else most - len(part)
        yield _Step(part, _Place(place.began, "artists", part[-1], most))
    for part in _parts(place.to_do("soundtracks", ((id_,) for id_ in works)), WORKS):
        yield _Step(part, _Place(place.began, "soundtracks", part[-1], most))
    if most is None:
        for part in _parts(place.to_do("held", _groups(known, place.began)), GROUPS):
            yield _Step(part, _Place(place.began, "held", part[-1], most))


def _artists(known: Known, began: str) -> Iterator[tuple[str, str]]:
    """The artists of the catalogue, each with the time when it was fetched; empty for those that are not held."""
    held = {id_.removeprefix("artist/"): one for id_, one in known.held.items() if id_.startswith("artist/")}
    for mbid in {*known.ids.get(ARTIST, ()), *held}:
        fetched = (held[mbid].version if mbid in held else None) or ""
        if fetched < began and _MBID.fullmatch(mbid):
            yield fetched, mbid


def _groups(known: Known, began: str) -> Iterator[tuple[str]]:
    for id_, held in known.held.items():
        if id_.startswith("release-group/") and (held.version or "") < began:
            yield (id_.removeprefix("release-group/"),)


def _quoted(text: str) -> str:
    """A phrase in the syntax of Lucene's queries."""
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'


def _parts(keys: Sequence[T], size: int) -> Sequence[Sequence[T]]:
    return [keys[at : at + size] for at in range(0, len(keys), size)]
