"""What the catalogue holds, as the rest of the bot sees it. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.catalogue import licence as licences
from bot.catalogue import romanise
from bot.catalogue.month_day import MonthDay
from bot.catalogue.when import When

Clock = Callable[[], datetime]
"""A source of the time: returns an aware datetime in UTC."""


def utcnow() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


ENGLISH, KOREAN = "en", "ko"

Text = Mapping[str, str]
"""Localised words by language code; always has ``en`` or else exactly one other."""


class Kind(StrEnum):
    """What an entity is."""

    WORK = "work"
    PERSON = "person"
    GROUP = "group"
    CHARACTER = "character"
    TRACK = "track"
    ALBUM = "album"
    ORGANISATION = "organisation"
    OCCASION = "occasion"


ARTISTS = frozenset({Kind.PERSON, Kind.GROUP})
CATALOGUED = frozenset(Kind) - {Kind.OCCASION}
"""What everybody may see. An occasion is its server's alone."""


class Certainty(StrEnum):
    """How sure the sources are of what they state."""

    STATED = "stated"
    REPORTED = "reported"
    APPROXIMATE = "approximate"
    SPECULATIVE = "speculative"


class Role(StrEnum):
    """The size of a part, as stated."""

    LEAD = "lead"
    SUPPORT = "support"
    SPECIAL = "special"
    CAMEO = "cameo"


class EventKind(StrEnum):
    """What happens at a date."""

    PREMIERE = "premiere"
    EPISODE = "episode"
    FINALE = "finale"
    OST_RELEASE = "ost_release"
    ALBUM_RELEASE = "album_release"
    COMEBACK = "comeback"
    TEASER = "teaser"
    MUSIC_VIDEO = "music_video"
    CONCERT = "concert"
    FAN_MEETING = "fan_meeting"
    BROADCAST = "broadcast"
    WATCH_PARTY = "watch_party"
    BIRTHDAY = "birthday"
    OTHER = "other"
    ARTIST_BIRTHDAY = "artist_birthday"
    DEBUT_ANNIVERSARY = "debut_anniversary"
    PREMIERE_ANNIVERSARY = "premiere_anniversary"


OWN = (
    EventKind.COMEBACK,
    EventKind.TEASER,
    EventKind.MUSIC_VIDEO,
    EventKind.CONCERT,
    EventKind.FAN_MEETING,
    EventKind.BROADCAST,
    EventKind.WATCH_PARTY,
    EventKind.BIRTHDAY,
    EventKind.OTHER,
)
"""The kinds that a server's own people put into its schedule, and nobody else states."""

ANNIVERSARIES = (EventKind.ARTIST_BIRTHDAY, EventKind.DEBUT_ANNIVERSARY, EventKind.PREMIERE_ANNIVERSARY)
"""The kinds that come round every year, for what somebody follows. Nobody states them: they follow from other dates."""


class Status(StrEnum):
    """How firm a date is."""

    REPORTED = "reported"
    EXPECTED = "expected"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Ref(NamedTuple):
    """The key of an entity: stable while the entity lives, and short enough for a button."""

    kind: Kind
    slug: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"

    @classmethod
    def parse(cls, text: str) -> Ref | None:
        """Parse what `str` of a reference gave; None for anything else."""
        kind, _, slug = text.partition("/")
        return cls(Kind(kind), slug) if slug and kind in set(Kind) else None


class Label(NamedTuple):
    """What an entity is called: enough to mention and link it. `names`: by language code; empty if untitled."""

    ref: Ref
    names: Mapping[str, str]

    def __hash__(self) -> int:
        return hash(self.ref)

    def name(self, language: str) -> str | None:
        """The name to show first to a reader of `language`: Hangul only to readers of Korean. None if untitled.

        Without a name in their language or in English, that is one in Latin letters, then one romanised by rule.
        """
        known = self._known(language)
        return self._by_rule(known) if known and self.by_rule(language) else known

    def other(self, language: str) -> str | None:
        """The original name, or for readers of Korean the English one; None if there is none or it is the same."""
        other = self.names.get(ENGLISH if language == KOREAN else KOREAN)
        if other is None and self.by_rule(language):
            other = self._known(language)
        return other if other != self.name(language) else None

    def by_rule(self, language: str) -> bool:
        """Whether a reader of `language` is shown a name romanised by rule, since none in Latin letters is known."""
        if language == KOREAN or self.ref.kind is Kind.OCCASION:  # a server's own title stays as it was written
            return False
        known = self._known(language)
        return known is not None and romanise.has_hangul(known)

    def _known(self, language: str) -> str | None:
        known = [name for name in (self.names.get(language), self.names.get(ENGLISH)) if name]
        if language == KOREAN:
            return known[0] if known else self._elsewhere()
        read = next((name for name in known if not romanise.has_hangul(name)), None)
        return read or self._elsewhere()

    def _elsewhere(self) -> str | None:
        """The name to show where the reader's own language and English have none that can be shown as it is."""
        names = [name for name in self.names.values() if name]
        latin = (name for name in names if romanise.is_latin(name))
        hangul = (name for name in names if romanise.has_hangul(name))
        return next(latin, None) or next(hangul, None) or next(iter(names), None)

    def _by_rule(self, name: str) -> str:
        return romanise.person(name) if self.ref.kind in (Kind.PERSON, Kind.CHARACTER) else romanise.title(name)


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was stated. `published` is an ISO day; `url` is None if the address is lost."""

    slug: str
    publisher: str
    published: str | None
    url: str | None
    title: str | None = None
    licence: str | None = None

    @property
    def asks_for_credit(self) -> bool:
        """Whether its licence asks that it be credited wherever one of its statements is shown."""
        return licences.asks_for_credit(self.licence)


@dataclass(frozen=True, slots=True)
class Provided:
    """A provider of open data, by its own address.

    `updated` is when it was last read to the end and taken in, if ever; `held_back`: a later update was not.
    """

    title: str
    licence: str | None
    url: str | None
    updated: datetime | None
    held_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The fields of every statement. `rank` 0 is shown first; higher ranks contradict it."""

    rank: int
    certainty: Certainty
    note: Text | None
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Name(Fact):
    """One of the texts that find an entity."""

    text: str
    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Detail(Fact):
    """One attribute in words."""

    attribute: str
    value: Text


@dataclass(frozen=True, slots=True)
class Money(Fact):
    """An amount in whole units of `currency` (ISO 4217). `converted`: a conversion that a source reported."""

    attribute: str
    amount: int
    currency: str
    qualifier: str
    converted: bool


@dataclass(frozen=True, slots=True)
class YearDay(Fact):
    """A day that comes round every year: a ``birthday``, or the day of a ``debut``.

    `year` is when it was the first time. It is None of a birthday, of which nobody is to be told how old they are.
    """

    kind: str
    day: MonthDay
    year: int | None


@dataclass(frozen=True, slots=True)
class Link(Fact):
    """A link; `url` is None if only its existence is known."""

    kind: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Relation(Fact):
    """How an entity is related to `other`."""

    kind: str
    other: Label


@dataclass(frozen=True, slots=True)
class Membership(Fact):
    """A person in a group; `other` is the one that was not asked for.

    `since` and `until` are ISO, possibly only a year or a month; None if not known.
    """

    other: Label
    since: str | None = None
    until: str | None = None

    @property
    def former(self) -> bool:
        """Whether it is known to have ended."""
        return self.until is not None


@dataclass(frozen=True, slots=True)
class Credit(Fact):
    """A person plays a character in a work. `role` is None if none was stated."""

    work: Label
    person: Label
    character: Label | None
    role: Role | None
    role_words: Text | None
    billing: int
    credited_as: str | None


@dataclass(frozen=True, slots=True)
class Crew(Fact):
    """A person's work behind the camera."""

    work: Label
    person: Label
    job: str


@dataclass(frozen=True, slots=True)
class Airing(Fact):
    """A network with its slot, or a platform. `time` may exceed 24:00, as in Korean listings: the next day."""

    organisation: Label
    type: str | None
    days: Sequence[str]
    time: str | None
    zone: str
    region: Text | None


@dataclass(frozen=True, slots=True)
class Performer(Fact):
    """Who performs a track or an album, in the order of the credit."""

    artist: Label
    credited_as: str | None


@dataclass(frozen=True, slots=True)
class Event(Fact):
    """A dated thing about `subject`. `after`: it is known to follow that entity's event of that kind.

    `follows`: nobody states the date, it follows from others (see `bot.catalogue.episodes`), whose sources it has.
    """

    id: int
    subject: Label
    kind: EventKind
    number: int
    status: Status
    revision: int
    when: When
    after: tuple[Label, EventKind] | None
    changed_at: datetime | None = None
    follows: bool = False

    def status_at(self, now: datetime) -> Status:
        """The status as a reader at `now` sees it: what has not happened yet is not released."""
        if self.status is Status.RELEASED and self.when.earliest is not None and self.when.earliest > now:
            return Status.CONFIRMED
        return self.status


@dataclass(frozen=True, slots=True)
class Ost(Fact):
    """A track as an OST of a work."""

    track: Label
    work: Label
    part: int | None
    main: bool


@dataclass(frozen=True, slots=True)
class Song:
    """A track with what lists show of it. `events` holds its dates, best first."""

    label: Label
    performers: Sequence[Performer]
    osts: Sequence[Ost]
    events: Sequence[Event]

    @property
    def event(self) -> Event | None:
        """Its best date, or None."""
        return self.events[0] if self.events else None

    @property
    def solo(self) -> bool:
        """Whether exactly one performer is credited; statements of a lower rank do not count."""
        return sum(performer.rank == 0 for performer in self.performers) == 1


@dataclass(frozen=True, slots=True)
class Discography:
    """The songs of an artist or of a work; of a group also its members'. `has_cast`: whether a work's cast is known."""

    label: Label
    songs: Sequence[Song]
    by_members: Sequence[Song] = ()
    has_cast: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """The basis of every card: an entity with its names, details, money, links, relations and events."""

    label: Label
    type: str | None
    partial: frozenset[str]
    names: Sequence[Name]
    details: Sequence[Detail]
    money: Sequence[Money]
    links: Sequence[Link]
    relations: Sequence[Relation]
    events: Sequence[Event]
    days: Sequence[YearDay] = ()

    def dates(self, kind: EventKind) -> list[Event]:
        """The dates of one kind, the current one first."""
        return [event for event in self.events if event.kind is kind]

    def detail(self, attribute: str) -> list[Detail]:
        """The statements of one attribute, best first."""
        return [detail for detail in self.details if detail.attribute == attribute]


@dataclass(frozen=True, slots=True)
class Work:
    """A work with its airings, crew, songs and cast."""

    profile: Profile
    airings: Sequence[Airing]
    crew: Sequence[Crew]
    songs: Sequence[Song]
    credits: Sequence[Credit]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays whom in a work, with the profiles of the characters. `has_songs`: whether it has known songs."""

    work: Label
    complete: bool
    credits: Sequence[Credit]
    characters: Mapping[Ref, Profile]
    has_songs: bool


@dataclass(frozen=True, slots=True)
class Artist:
    """A person or a group: memberships, parts, songs and albums. `member_osts`: of a group, those its members sing."""

    profile: Profile
    memberships: Sequence[Membership]
    credits: Sequence[Credit]
    crew: Sequence[Crew]
    songs: Sequence[Song]
    albums: Sequence[Album]
    member_osts: int = 0


@dataclass(frozen=True, slots=True)
class Album:
    """An album with its performers and its date."""

    profile: Profile
    performers: Sequence[Performer]


@dataclass(frozen=True, slots=True)
class Track:
    """A track with its profile and what lists show of it."""

    profile: Profile
    song: Song


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a server's own people say of an event. `about`: a drama, an artist or a song of the catalogue.

    `place` is where, in words; `url` leads to it; `picture` is the address of an image. None: not said. `rsvp`: members
    are asked whether they come.
    """

    guild_id: int
    lasts: timedelta | None = None
    place: str | None = None
    url: str | None = None
    picture: str | None = None
    about: Label | None = None
    rsvp: bool = False


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An event ahead, with the works its subject belongs to and who performs it.

    `occasion`: what is said of it by the server whose own it is; None for an event of the catalogue. `since`: of an
    anniversary, the year of what it recalls, if that is told.
    """

    event: Event
    works: Sequence[Label] = field(default=())
    performers: Sequence[Label] = field(default=())
    occasion: Occasion | None = None
    since: int | None = None

    @property
    def years(self) -> int | None:
        """How many years ago was what an anniversary recalls; None if that is not told."""
        return None if self.since is None else self.event.number - self.since

    @property
    def theme(self) -> Label:
        """What it is about, for who wants to hear more of the kind: a song's drama, else the artist, else itself.

        A server's own event is about what its people say it is.
        """
        about = self.occasion.about if self.occasion is not None else None
        return next(iter((*self.works, *self.performers)), about or self.event.subject)
