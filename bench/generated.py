"""A catalogue of generated records in the shape of true ones, as a provider that needs no network.

The shares are those of Korean drama in open data: five names a work, fourteen credits of which six name a character,
three of the crew, songs in albums of five. A few people play and sing much, and most once or twice.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from random import Random
from typing import NamedTuple

from bot.catalogue.model import EventKind, Kind, Role, Status
from bot.catalogue.when import SEOUL, Precision, When, parse
from bot.providers.provider import About, Batch, Fetched, Known
from bot.store import record
from bot.store.record import ExternalId, Record, Said, Thing
from tests.search import catalogue as names

NOW = datetime(2025, 1, 1, 3, tzinfo=UTC)
"""When the catalogue is as it is: shortly before the first premiere of the seeds."""

CREDITS, CHARACTERS, TRACKS, MEMBERS, NETWORKS = 14, 6, 5, 5, 40
EPISODES = 16
AIRING, PLANNED = 15, 60
"""Of the works, how many are being aired, and how many have a premiere ahead, however large the catalogue is."""
BATCH = 50
_GENRES = ("romance", "thriller", "comedy", "history", "fantasy", "family", "crime", "medicine")
_HAN = "愛雲星花雨夜海風春秋光影夢雪山川月日心手王国人城"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニハヒマミムモヤユヨラリルレロワン"


class Size(NamedTuple):
    """How many entities of each kind; characters and songs follow from works and albums."""

    works: int
    people: int
    groups: int
    albums: int

    @property
    def entities(self) -> int:
        """How many entities there are in all, without the networks."""
        return sum(self) + self.works * CHARACTERS + self.albums * TRACKS


FULL = Size(works=5_000, people=40_000, groups=1_500, albums=6_000)


def part(share: float) -> Size:
    """A share of the full size."""
    return Size(*(max(int(count * share), 100) for count in FULL))


class Generated:
    """A provider whose records are made as they are asked for, always the same for the same seed."""

    about = About("generated", "Generated", "https://example.org/{id}", "CC0 1.0", "https://example.org/licence")

    def __init__(self, size: Size, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._parts = sorted((person, work) for work in range(size.works) for person in self._cast(work))

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """All records, whatever is known."""
        records = self.records()
        while fetched := list(islice(records, BATCH)):
            yield Batch(json.dumps(fetched[-1].record.id), fetched)

    async def check(self) -> str:
        """Nothing to ask for."""
        return "generated"

    def records(self) -> Iterator[Fetched]:
        """All records, in no order that would be of help."""
        for number in range(NETWORKS):
            yield Fetched(self._network(number), None, 0)
        for number in range(self._size.people):
            yield Fetched(self._person(number), None, 2)
        for number in range(self._size.albums):
            yield Fetched(self._album(number), None, 4)
        for number in range(self._size.groups):
            yield Fetched(self._group(number), None, 1)
        for number in range(self._size.works):
            yield Fetched(self._work(number), None, 1)

    def _random(self, what: str, number: int) -> Random:
        return Random(f"{self._seed} {what} {number}")

    def _record(self, *things: Thing) -> Record:
        return Record(self.about.name, f"{things[0].kind}/{things[0].id.id}", things)

    def _network(self, number: int) -> Record:
        said = (_name(f"Network {number}", "official", "en", 0), _name(f"방송 {number}", "original", "ko", 1))
        return self._record(Thing(_id("network", number), Kind.ORGANISATION, said, "network"))

    def _cast(self, work: int) -> list[int]:
        """Who plays in a work: those with low numbers play in dozens."""
        random = self._random("cast", work)
        return list(dict.fromkeys(int(self._size.people * random.random() ** 1.5) for _ in range(CREDITS)))

    def _person(self, number: int) -> Record:
        random = self._random("person", number)
        english, korean, alias = names.person(random)
        first = bisect_left(self._parts, (number, 0))
        own = takewhile(lambda pair: pair[0] == number, islice(self._parts, first, None))
        occupations = random.sample(("actor", "singer", "model", "writer"), random.randint(1, 2))
        thing = Thing(
            _id("person", number),
            Kind.PERSON,
            (
                *_three(english, korean, alias),
                *(record.detail("occupation", {"en": one}, place) for place, one in enumerate(occupations)),
            ),
            also=(ExternalId("imdb", f"nm{number}"), ExternalId("artist", f"person-{number}")),
            related=tuple(_id("work", work) for _, work in own),
        )
        return self._record(thing)

    def _group(self, number: int) -> Record:
        random = self._random("group", number)
        id_ = _id("group", number)
        also = (ExternalId("artist", f"group-{number}"),)
        group = Thing(id_, Kind.GROUP, (*_three(*names.group(random)), _site(number)), also=also)
        since = str(random.randint(1998, 2024))
        members = random.sample(range(self._size.people), MEMBERS)
        joined = (Thing(_id("person", one), Kind.PERSON, (record.membership(id_, since),)) for one in members)
        return self._record(group, *joined)

    def _work(self, number: int) -> Record:
        random = self._random("work", number)
        id_ = _id("work", number)
        premiere = self._premiere(number)
        airing = 0 <= (NOW.date() - premiere).days < EPISODES * 7 // 2
        finale = premiere + timedelta(days=EPISODES * 7 // 2)
        cast = self._cast(number)
        roles = [ExternalId("role", f"{number}-{place}") for place in range(CHARACTERS)]
        crew = ("writer", "director", "music_director")
        said = (
            *_three(*names.title(random)),
            _name("".join(random.choices(_KANA, k=6)), "official", "ja", 3),
            _name("".join(random.choices(_HAN, k=4)), "official", "zh", 4),
            *(
                record.detail("genre", {"en": genre}, place)
                for place, genre in enumerate(random.sample(_GENRES, random.randint(1, 2)))
            ),
            record.detail("episodes", {"en": str(EPISODES), "ko": f"{EPISODES}부작"}, 2),
            _site(number),
            record.airing(_id("network", int(NETWORKS * random.random() ** 3)), SEOUL, "sat,sun", "21:20"),
            *(record.crew(_id("person", int(self._size.people * random.random() ** 1.5)), job) for job in crew),
            *(
                record.credit(
                    _id("person", person),
                    roles[place] if place < CHARACTERS else None,
                    place + 1,
                    Role.LEAD if place < 2 else None,
                )
                for place, person in enumerate(cast)
            ),
            record.event(EventKind.PREMIERE, parse(premiere.isoformat()), Status.EXPECTED),
            record.event(EventKind.FINALE, parse(finale.isoformat()), Status.EXPECTED),
            *(self._episodes(premiere) if airing else ()),
        )
        also = (ExternalId("imdb", f"tt{number}"), ExternalId("show", str(number)))
        work = Thing(id_, Kind.WORK, said, "drama", "cast", also, premiere.year)
        characters = (Thing(role, Kind.CHARACTER, _three(*names.person(random))[:2]) for role in roles)
        return self._record(work, *characters)

    def _premiere(self, number: int) -> date:
        random = self._random("premiere", number)
        if number < AIRING:
            return NOW.date() - timedelta(days=random.randrange(EPISODES * 7 // 2))
        if number < AIRING + PLANNED:
            return NOW.date() + timedelta(days=random.randrange(365))
        return NOW.date() - timedelta(days=EPISODES * 4 + int(9_000 * random.random() ** 2))

    def _episodes(self, premiere: date) -> Iterator[Said]:
        """The dates of the episodes ahead, two a week."""
        for number in range(EPISODES):
            day = premiere + timedelta(days=number // 2 * 7 + number % 2)
            at = datetime(day.year, day.month, day.day, 12, 20, tzinfo=UTC)
            if at > NOW:
                when = When(Precision.MINUTE, SEOUL, at, at)
                yield record.event(EventKind.EPISODE, when, Status.CONFIRMED, number + 1)

    def _album(self, number: int) -> Record:
        random = self._random("album", number)
        work = random.randrange(AIRING + PLANNED, self._size.works)
        day = self._premiere(work) + timedelta(days=random.randrange(EPISODES * 7 // 2))
        singers: dict[ExternalId, Thing] = {}
        songs: list[Thing] = []
        for place in range(TRACKS):
            if random.random() < 0.25:
                kind, who = Kind.GROUP, int(self._size.groups * random.random() ** 2)
                english = names.group(self._random("group", who))[0]
            else:
                kind, who = Kind.PERSON, int(self._size.people / 10 * random.random() ** 2)
                english = names.person(self._random("person", who))[0]
            artist = ExternalId("artist", f"{kind}-{who}")
            singers[artist] = Thing(artist, kind, (_name(english, "official", "en", 0),))
            said = (
                *_three(*names.title(random))[:2],
                record.performer(artist, 0),
                record.ost(_id("work", work), random.randint(1, 9)),
                record.event(EventKind.OST_RELEASE, parse(day.isoformat()), Status.EXPECTED),
            )
            songs.append(Thing(_id("track", number * TRACKS + place), Kind.TRACK, said))
        released = record.event(EventKind.ALBUM_RELEASE, parse(day.isoformat()), Status.EXPECTED)
        said = (*_three(*names.title(random))[:2], record.performer(next(iter(singers)), 0), released)
        album = Thing(_id("album", number), Kind.ALBUM, said, year=day.year)
        return self._record(album, *songs, *singers.values())


def _id(kind: str, number: int) -> ExternalId:
    return ExternalId(kind, str(number))


def _name(text: str, kind: str, language: str, position: int) -> Said:
    return record.name(text, kind, language, position)


def _three(english: str, korean: str, alias: str) -> tuple[Said, ...]:
    return (
        _name(english, "official", "en", 0),
        _name(korean, "original", "ko", 1),
        _name(alias, "alternative", "en", 2),
    )


def _site(number: int) -> Said:
    return record.link("official", f"https://example.org/site/{number}")
