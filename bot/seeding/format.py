"""The schema of a seed file: one model per table, which knows the columns it is stored in.

`docs/seed-format.md` explains the same to authors of seed files.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Literal, Self, TypeVar, cast

from pydantic import BeforeValidator, Field, model_validator

from bot.catalogue import when
from bot.catalogue.model import Kind, Ref, Role, Status
from bot.catalogue.month_day import MonthDay
from bot.seeding.fields import (
    HANGUL,
    Currency,
    Date,
    Day,
    Days,
    Leads,
    Line,
    PartOfDate,
    ShowTime,
    Slug,
    Table,
    Text,
    Url,
    Zone,
    entries,
    short,
)
from bot.seeding.statement import Columns, Statement
from bot.store.reading import localised, stamp


class Source(Table):
    """Where something was stated. Without an address, its note says why."""

    slug: Slug
    publisher: Line
    title: Line
    published: Day | None = None
    url: Url | None = None
    licence: Line | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.url is None and self.note is None:
            raise ValueError('no address: add url = "...", or say in note = "..." why there is none')
        return self


NAME_KINDS = Literal[
    "official", "original", "former", "literal", "romanised", "short", "stage", "birth", "alternative", "spelling"
]


class Name(Statement):
    shape = "name"
    order = "position"

    text: Line
    kind: NAME_KINDS = "official"
    language: Literal["en", "ko"] = "en"

    @model_validator(mode="after")
    def _is_in_its_script(self) -> Self:
        if self.language == "en" and HANGUL.search(self.text):
            raise ValueError(f'"{self.text}" is Hangul: its language is "ko"')
        return self


_NAMES = {"en": {"kind": "official", "language": "en"}, "ko": {"kind": "original", "language": "ko"}}


def _listed(value: object) -> object:
    """Expand short forms to a list: one name in quotes, or a table with one name per language."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return value
    table = cast("dict[str, object]", value)
    if table.keys() - _NAMES.keys():
        raise ValueError('expected a list of names, or a table such as { en = "...", ko = "..." }')
    return [{"text": text, **_NAMES[language]} for language, text in table.items()]


Names = Annotated[tuple[Annotated[Name, short("text")], ...], BeforeValidator(_listed)]

ATTRIBUTES = Literal[
    "genre",
    "synopsis",
    "setting",
    "episodes",
    "episodes_a_night",
    "break",
    "slot",
    "trivia",
    "occupation",
    "description",
    "recording",
    "album_type",
    "tracks",
    "soundtrack",
    "buzz",
]


class Detail(Statement):
    shape = "detail"
    order = "position"

    attribute: ATTRIBUTES
    value: Text

    @model_validator(mode="after")
    def _can_be_counted_with(self) -> Self:
        words = list(self.value.values())
        if self.attribute == "episodes_a_night" and not all(word in "123456789" for word in words):
            raise ValueError('how many episodes a night has is one digit, such as value = "2"')
        if self.attribute == "break" and not all(_is_day(word) for word in words):
            raise ValueError('a break is one night without an episode, such as value = "2026-02-14"')
        return self


def _is_day(text: str) -> bool:
    try:
        return when.parse(text).precision is when.Precision.DAY
    except ValueError:
        return False


class Money(Statement):
    shape = "money"

    attribute: Literal["budget"]
    amount: Annotated[int, Field(gt=0, lt=10**18)]
    currency: Currency
    qualifier: Literal["exactly", "about", "more_than"] = "exactly"
    converted: bool = False


AnyDay = TypeVar("AnyDay", bound=str)


class YearDay(Statement, Generic[AnyDay]):
    """A day that comes round every year, restricted to the kinds that its entity can have."""

    shape = "year_day"

    kind: AnyDay
    day: str

    @model_validator(mode="after")
    def _is_a_day(self) -> Self:
        self._parsed()
        return self

    def _parsed(self) -> tuple[MonthDay, int | None]:
        try:
            if self.kind == "birthday":
                return MonthDay.parse(self.day), None
            first = date.fromisoformat(self.day)
        except ValueError:
            if self.kind == "birthday":
                raise ValueError(
                    f'a birthday is a month and a day, such as "12-04", without a year, not "{self.day}"'
                ) from None
            raise ValueError(f'a debut is a day with its year, such as "2013-06-13", not "{self.day}"') from None
        return MonthDay.of(first), first.year

    def columns(self, work: str, place: int) -> Columns:
        """The columns, with the day apart from its year."""
        day, year = self._parsed()
        return {"kind": self.kind, "day": str(day), "year": year}


class Link(Statement):
    shape = "link"

    kind: Literal["teaser", "trailer", "video", "official", "listen", "watch"]
    url: Url | None = None


class Relation(Statement):
    shape = "relation"

    to: Annotated[Slug, Leads("other_id", Kind.CHARACTER)]
    kind: Literal["meets", "teammate", "engaged", "partner"]


class Membership(Statement):
    shape = "membership"

    group: Annotated[Slug, Leads("group_id", Kind.GROUP)]
    since: PartOfDate | None = None
    until: PartOfDate | None = None


ElsewhereName = Literal[
    "wikidata",
    "musicbrainz-artist",
    "musicbrainz-release-group",
    "musicbrainz-recording",
    "tvmaze-show",
    "tvmaze-person",
    "tmdb-tv",
    "imdb",
]


class Elsewhere(Statement):
    """The id of an entity in another catalogue, by which imports find it."""

    shape = "external_id"

    authority: ElsewhereName
    value: Line


class Credit(Statement):
    shape = "credit"

    person: Annotated[Slug, Leads("person_id", Kind.PERSON, "name")]
    character: Annotated[Slug | None, Leads("character_id", Kind.CHARACTER, "as")] = None
    role: Role | None = None
    role_words: Text | None = None
    credited_as: Line | None = None
    name: Annotated[Names, Field(exclude=True)] = ()
    as_: Annotated[Names, Field(exclude=True, alias="as")] = ()

    def columns(self, work: str, place: int) -> Columns:
        """The columns, with the position in the billing counted from 1."""
        return super().columns(work, place) | {"billing": place + 1}


class Crew(Statement):
    shape = "crew"

    person: Annotated[Slug, Leads("person_id", Kind.PERSON, "name")]
    job: Literal["writer", "director", "music_director"]
    name: Annotated[Names, Field(exclude=True)] = ()


class Airing(Statement):
    shape = "airing"

    on: Annotated[Slug, Leads("organisation_id", Kind.ORGANISATION)]
    days: Days = ()
    time: ShowTime | None = None
    zone: Zone = when.SEOUL
    region: Text | None = None


class Ost(Statement):
    shape = "ost"

    work: Annotated[Slug, Leads("work_id", Kind.WORK)]
    part: Annotated[int, Field(ge=1, le=999)] | None = None
    main: bool = False


class Performer(Statement):
    shape = "performer"
    order = "position"

    # Whether this is a person or a group is known once every file is read: see the loader.
    artist: Annotated[Slug, Leads("artist_id", Kind.PERSON, "name")]
    credited_as: Line | None = None
    name: Annotated[Names, Field(exclude=True)] = ()


class After(Table):
    """An event that is known to come before another one."""

    work: Slug
    event: Literal["premiere", "episode", "finale"] = "premiere"


Happening = TypeVar("Happening", bound=str)


class Event(Statement, Generic[Happening]):
    """A date, restricted to the kinds of events its entity can have."""

    shape = "event_date"

    kind: Happening
    number: Annotated[int, Field(ge=0, le=9999)] = 0
    date: Date
    zone: Zone = when.SEOUL
    words: Text | None = None
    status: Status
    after: After | None = None

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        if self.words is None and self.when.precision in when.NEED_WORDS:
            raise ValueError(f'a date such as "{self.date}" needs words = "...", those it was stated in')
        return self

    @property
    def when(self) -> when.When:
        """The date, parsed."""
        return when.parse(self.date, self.zone, self.words)

    def columns(self, work: str, place: int) -> Columns:
        """The columns, with the date as its bounds."""
        when = self.when
        return {
            "kind": self.kind,
            "number": self.number,
            "claim": self.rank,
            "status": self.status,
            "earliest": _instant(when.earliest),
            "latest": _instant(when.latest),
            "precision": when.precision,
            "zone": when.zone,
            "words": localised(self.words),
            "after_id": Ref(Kind.WORK, self.after.work) if self.after else None,
            "after_kind": self.after.event if self.after else None,
        }

    @classmethod
    def keys_of(cls, column: str) -> tuple[str, ...]:
        """The keys of a file that state a column."""
        return {"claim": ("rank",), "after_id": ("after", "work")}.get(column, (column,))


def _instant(instant: datetime | None) -> str | None:
    return stamp(instant) if instant else None


WorkEvent = Event[Literal["premiere", "episode", "finale"]]
TrackEvent = Event[Literal["ost_release"]]
AlbumEvent = Event[Literal["album_release"]]


def _by_authority(value: object) -> object:
    """``{ wikidata = "Q1" }`` as the list it is short for."""
    if not isinstance(value, dict):
        return value
    return [{"authority": key, "value": one} for key, one in cast("dict[str, object]", value).items()]


class Entity(Table):
    """What every entity has. `sources` are cited for each statement within it that cites none itself."""

    slug: Slug
    sources: tuple[Slug, ...] = ()
    names: Names = ()
    ids: Annotated[tuple[Elsewhere, ...], BeforeValidator(_by_authority)] = ()
    details: tuple[Detail, ...] = ()
    links: tuple[Link, ...] = ()


class Person(Entity):
    partial: tuple[Literal["songs"], ...] = ()
    groups: tuple[Annotated[Membership, short("group")], ...] = ()
    days: tuple[YearDay[Literal["birthday", "debut"]], ...] = ()


class Group(Entity):
    partial: tuple[Literal["members", "songs"], ...] = ()
    days: tuple[YearDay[Literal["debut"]], ...] = ()


class Organisation(Entity):
    type: Literal["network", "platform"]


class Character(Entity):
    """A character; its slug need only be unique within its work."""

    relations: tuple[Relation, ...] = ()


class Work(Entity):
    type: Literal["drama", "film", "show", "webtoon"]
    cast_complete: bool = False
    money: tuple[Money, ...] = ()
    airings: tuple[Airing, ...] = ()
    crew: tuple[Crew, ...] = ()
    characters: tuple[Character, ...] = ()
    cast: tuple[Credit, ...] = ()
    events: tuple[WorkEvent, ...] = ()


class Track(Entity):
    performers: tuple[Annotated[Performer, short("artist")], ...] = ()
    ost: tuple[Ost, ...] = ()
    events: tuple[TrackEvent, ...] = ()


class Album(Entity):
    performers: tuple[Annotated[Performer, short("artist")], ...] = ()
    events: tuple[AlbumEvent, ...] = ()


def _no_slugs(value: object) -> object:
    if slugs := [entry for entry in entries(value) if isinstance(entry, str)]:
        raise ValueError(f'to cite sources for the whole file, write default_sources = ["{slugs[0]}"]')
    return value


class SeedFile(Table):
    """A seed file: any of these tables, in any order. `default_sources` are cited if nothing else is."""

    default_sources: tuple[Slug, ...] = ()
    sources: Annotated[tuple[Source, ...], BeforeValidator(_no_slugs)] = ()
    organisations: tuple[Organisation, ...] = ()
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    works: tuple[Work, ...] = ()
    tracks: tuple[Track, ...] = ()
    albums: tuple[Album, ...] = ()
