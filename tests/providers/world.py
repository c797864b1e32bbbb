"""What the loopback providers know: one world of works, people and music, and how it changes.

Everything is said once here, and each provider's answers are generated from it; so names, ids and links agree between
them, and a test that moves a date moves it everywhere. `tests/providers/invented.py` fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias, TypeVar
from uuid import NAMESPACE_URL, uuid5

Key: TypeAlias = str
"""What tests call an entity: ``lantern``, ``sera``."""

STEP = timedelta(minutes=1)
"""How much time passes with each change, so that no two have the same instant."""

BEGINNING = datetime.min.replace(tzinfo=UTC)


class At(StrEnum):
    """A provider."""

    WIKIDATA = "wikidata"
    MUSICBRAINZ = "musicbrainz"
    TVMAZE = "tvmaze"


@dataclass(slots=True, kw_only=True)
class Entity:
    """Anything that a provider has a document of. It is at those providers where it has an id.

    `names` and `aliases` are by language as Wikidata writes it, with ``mul`` for names that are the same in many.
    """

    key: Key
    names: dict[str, str]
    aliases: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    qid: str | None = None
    mbid: str | None = None
    tvmaze: int | None = None
    imdb: str | None = None
    revision: int = 0
    changed: datetime = BEGINNING

    @property
    def name(self) -> str:
        """The name in Latin letters."""
        return self.names.get("en") or self.names.get("mul") or next(iter(self.names.values()))


@dataclass(slots=True, kw_only=True)
class Organisation(Entity):
    """A broadcaster, or with `web` a streaming service. `zone` is None if it is in no country alone."""

    web: bool = False
    zone: str | None = "Asia/Seoul"


@dataclass(slots=True, kw_only=True)
class Character(Entity):
    """Somebody in a work who has an item of their own."""


@dataclass(slots=True, kw_only=True)
class Person(Entity):
    """Somebody who acts, sings, directs or writes; a `soloist` makes K-pop under their own name."""

    occupations: tuple[str, ...] = ()
    soloist: bool = False


@dataclass(slots=True)
class Member:
    """A person in a group; the dates are as exact as they are written, ``2021`` or ``2021-03-02``."""

    person: Key
    since: str | None = None
    until: str | None = None


@dataclass(slots=True, kw_only=True)
class Group(Entity):
    """A group. `korean` says whether its item states the country."""

    founded: str | None = None
    members: list[Member] = field(default_factory=list[Member])
    korean: bool = True


@dataclass(slots=True)
class Casting:
    """A person in a work, as a character with an item, or in a role that is only text.

    Of a `silent` one, Wikidata does not say the role.
    """

    person: Key
    character: Key | None = None
    role: str | None = None
    silent: bool = False


@dataclass(slots=True)
class Episode:
    """An episode. A special has no `number`; one of a streaming service has no `time` of day."""

    id: int
    number: int | None
    on: date
    time: str = ""
    title: str | None = None
    season: int = 1


@dataclass(slots=True, kw_only=True)
class Work(Entity):
    """A drama, a film, or a show that Byeol is to leave alone (`type`, `language` and `class_` as the providers say).

    `premiere` is as exact as Wikidata states it; TVmaze has its dates from the episodes.
    """

    class_: str
    type: str = "Scripted"
    language: str = "Korean"
    korean: bool = True
    premiere: str | None = None
    outlets: list[Key] = field(default_factory=list[Key])
    days: tuple[str, ...] = ()
    cast: list[Casting] = field(default_factory=list[Casting])
    directors: list[Key] = field(default_factory=list[Key])
    writers: list[Key] = field(default_factory=list[Key])
    genres: tuple[str, ...] = ()
    episodes: list[Episode] = field(default_factory=list[Episode])
    joined: bool = True
    """Whether its item names its TVmaze id."""


@dataclass(slots=True)
class Track:
    """A track of an album."""

    title: str
    artists: list[Key]
    length: int | None = 210_000


@dataclass(slots=True, kw_only=True)
class Album(Entity):
    """A release group with one release. `on` is as exact as it is written, and ``""`` if there is no date.

    `work` is the work whose soundtrack it is.
    """

    artists: list[Key]
    tracks: list[Track]
    on: str = ""
    type: str = "Album"
    work: Key | None = None


AnyEntity = TypeVar("AnyEntity", bound=Entity)


def mbid(text: str) -> str:
    """The MusicBrainz id that an invented thing has."""
    return str(uuid5(NAMESPACE_URL, f"invented:{text}"))


class World:
    """What exists, and from which instant it is seen. Whoever changes it says so by `touch`."""

    def __init__(self, today: date) -> None:
        self.now = datetime.combine(today, time(), UTC)
        self.entities: dict[Key, Entity] = {}
        self.redirects: dict[str, str] = {}
        """From ids of merged entities (Wikidata's and MusicBrainz's) to what replaces them."""
        self._revision = 2_000_000_000

    # What is there

    def get(self, key: Key) -> Entity:
        """The entity of this name."""
        return self.entities[key]

    def all(self, kind: type[AnyEntity]) -> Iterator[AnyEntity]:
        """All entities of a kind, in the order in which they came."""
        return (entity for entity in self.entities.values() if isinstance(entity, kind))

    def one(self, kind: type[AnyEntity], key: Key) -> AnyEntity:
        """The entity of this name, which must be of that kind."""
        entity = self.entities[key]
        assert isinstance(entity, kind), f"{key} is no {kind.__name__}"
        return entity

    def find(self, kind: type[AnyEntity], condition: Callable[[AnyEntity], bool]) -> AnyEntity | None:
        """The first entity of a kind of which something is true."""
        return next(filter(condition, self.all(kind)), None)

    def groups_of(self, key: Key) -> Iterator[tuple[Group, Member]]:
        """The groups in which somebody is or was."""
        for group in self.all(Group):
            yield from ((group, member) for member in group.members if member.person == key)

    # How it changes

    def add(self, entity: Entity, *, age: timedelta = timedelta()) -> None:
        """Let something exist, last changed `age` ago."""
        self.entities[entity.key] = entity
        self.touch(entity.key)
        entity.changed -= age

    def touch(self, *keys: Key) -> None:
        """Note that entities have changed: each gets a new revision."""
        self.now += STEP
        for key in keys:
            self._revision += 1
            self.entities[key].revision, self.entities[key].changed = self._revision, self.now

    def pass_time(self, span: timedelta) -> None:
        """Let time pass; what is to come may air meanwhile."""
        self.now += span

    def rename(self, key: Key, language: str, name: str) -> None:
        """Give an entity another name in one language."""
        self.entities[key].names[language] = name
        self.touch(key)

    def move(self, key: Key, premiere: date) -> None:
        """Move a work's premiere, and all its episodes with it, to another day."""
        work = self.one(Work, key)
        first = min((episode.on for episode in work.episodes), default=premiere)
        for episode in work.episodes:
            episode.on += premiere - first
        work.premiere = premiere.isoformat()[: len(work.premiere or "2026-01-01")]
        self.touch(key)

    def move_episode(self, key: Key, number: int, on: date) -> None:
        """Move one episode of a work."""
        work = self.one(Work, key)
        next(episode for episode in work.episodes if episode.number == number).on = on
        self.touch(key)

    def move_release(self, key: Key, on: str) -> None:
        """Give an album another date, which may be a year or a month, or ``""`` for none."""
        self.one(Album, key).on = on
        self.touch(key)

    def leave(self, group: Key, person: Key, until: str) -> None:
        """Let somebody leave a group."""
        for member in self.one(Group, group).members:
            if member.person == person:
                member.until = until
        self.touch(group, person)

    def delete(self, key: Key, at: At | None = None) -> None:
        """Delete an entity at one provider, or everywhere; then nothing refers to it any more."""
        entity = self.entities[key]
        if at is not None:
            match at:
                case At.WIKIDATA:
                    entity.qid = None
                case At.MUSICBRAINZ:
                    entity.mbid = None
                case At.TVMAZE:
                    entity.tvmaze = None
            self.touch(key)
            return
        del self.entities[key]
        self._replace(key, None)

    def merge(self, old: Key, new: Key) -> None:
        """Merge an entity into another: the old ids lead to it, and so does whatever referred to the old one."""
        gone, kept = self.entities.pop(old), self.entities[new]
        for before, after in ((gone.qid, kept.qid), (gone.mbid, kept.mbid)):
            if before is not None and after is not None:
                self.redirects[before] = after
        self._replace(old, new)
        self.touch(new)

    def resolve(self, id_: str) -> str:
        """What an id leads to after all merges; itself, if it was never merged."""
        while id_ in self.redirects:
            id_ = self.redirects[id_]
        return id_

    def _replace(self, old: Key, new: Key | None) -> None:
        def replaced(keys: list[Key]) -> list[Key]:
            named = [new if key == old else key for key in keys]
            return [key for key in named if key is not None]

        for work in self.all(Work):
            before = repr(work)
            for casting in work.cast:
                casting.character = new if casting.character == old else casting.character
            work.cast = [casting for casting in work.cast if new is not None or casting.person != old]
            for casting in work.cast:
                casting.person = new if new is not None and casting.person == old else casting.person
            work.outlets, work.directors = replaced(work.outlets), replaced(work.directors)
            work.writers = replaced(work.writers)
            if repr(work) != before:
                self.touch(work.key)
        for group in self.all(Group):
            before = repr(group)
            group.members = [
                Member(new or member.person, member.since, member.until) if member.person == old else member
                for member in group.members
                if new is not None or member.person != old
            ]
            if repr(group) != before:
                self.touch(group.key)
        for album in self.all(Album):
            before = repr(album)
            album.work = new if album.work == old else album.work
            album.artists = replaced(album.artists)
            for track in album.tracks:
                track.artists = replaced(track.artists)
            if repr(album) != before:
                self.touch(album.key)
