"""What a seed file may say: one model a table. `docs/seed-format.md` explains the same to people who write them."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from bot.catalogue import when
from bot.catalogue.model import Certainty, EventKind, Role, Status

MAX_SLUG = 60
"""A button's custom id holds at most 100 characters, and a slug must fit into it beside what the button does."""


def _visible(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("expected one line without control characters")
    if not any(unicodedata.category(character)[0] in "LMNPS" for character in value):
        raise ValueError("expected something that can be seen")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=MAX_SLUG), Field(description="slug")
]
LANGUAGES = frozenset({"en", "ko"})
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]+$", max_length=500)]
ShowTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2\d):[0-5]\d$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _localised(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _languages(value: dict[str, str]) -> dict[str, str]:
    if value.keys() - LANGUAGES:
        raise ValueError(f"expected the languages {sorted(LANGUAGES)}, found {sorted(value.keys() - LANGUAGES)}")
    return value


Text = Annotated[
    dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]],
    BeforeValidator(_localised),
    AfterValidator(_languages),
    Field(min_length=1),
]
"""Words of the catalogue: a string is English, a table has one key a language."""


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("expected a time zone of the IANA database, such as 'Asia/Seoul'")
    return value


Zone = Annotated[str, AfterValidator(_zone)]


class Table(BaseModel):
    """A TOML table that may hold nothing but the keys it declares."""

    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


def _short(key: str) -> Any:
    """A table that, where it says nothing else, may be written as just the value of `key`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class Statement(Table):
    """What every statement may carry. `sources` empty means: those of the table around it."""

    sources: tuple[Slug, ...] = ()
    rank: Annotated[int, Field(ge=0, le=99)] = 0
    certainty: Certainty = Certainty.STATED
    note: Text | None = None


class Source(Table):
    slug: Slug
    publisher: Line
    published: date | None = None
    url: Url | None = None
    licence: Line | None = None
    note: Line | None = None


NAME_KINDS = Literal[
    "official", "original", "former", "literal", "romanised", "short", "stage", "birth", "alternative", "spelling"
]


class Name(Statement):
    text: Line
    kind: NAME_KINDS = "official"
    language: Literal["en", "ko"] = "en"


ATTRIBUTES = Literal[
    "genre",
    "synopsis",
    "setting",
    "episodes",
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
    attribute: ATTRIBUTES
    value: Text


class Money(Statement):
    attribute: Literal["budget"]
    amount: Annotated[int, Field(gt=0, lt=10**18)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    qualifier: Literal["exactly", "about", "more_than"] = "exactly"
    converted: bool = False


class Link(Statement):
    kind: Literal["teaser", "trailer", "video", "official", "listen", "watch"]
    url: Url | None = None


class Relation(Statement):
    to: Slug
    kind: Literal["meets", "teammate", "engaged", "partner"]


class Membership(Statement):
    group: Slug


class Credit(Statement):
    person: Slug
    character: Slug | None = None
    role: Role | None = None
    role_words: Text | None = None
    credited_as: Line | None = None


class Crew(Statement):
    person: Slug
    job: Literal["writer", "director", "music_director"]


class Airing(Statement):
    on: Slug
    days: tuple[Day, ...] = ()
    time: ShowTime | None = None
    zone: Zone = when.SEOUL
    region: Text | None = None


class Ost(Statement):
    work: Slug
    part: Annotated[int, Field(ge=1, le=999)] | None = None
    main: bool = False


class Performer(Statement):
    artist: Slug
    credited_as: Line | None = None


class After(Table):
    """An event that another one is known to follow."""

    work: Slug
    event: EventKind = EventKind.PREMIERE


class Event(Statement):
    kind: EventKind
    number: Annotated[int, Field(ge=0, le=9999)] = 0
    date: str
    zone: Zone = when.SEOUL
    words: Text | None = None
    status: Status
    after: After | None = None

    @model_validator(mode="after")
    def _date_can_be_read(self) -> Event:
        try:
            parsed = self.when
        except ValueError:
            raise ValueError(f"date: expected one of {when.FORMS}, found {self.date!r}") from None
        if parsed.precision in when.NEED_WORDS and self.words is None:
            raise ValueError(f"words: a date such as {self.date!r} needs the words it was stated in")
        return self

    @property
    def when(self) -> when.When:
        """The date, read."""
        return when.parse(self.date, self.zone, self.words)


class Entity(Table):
    """What every entity has. `sources` are cited for each statement below it that cites none itself."""

    slug: Slug
    sources: tuple[Slug, ...] = ()
    names: tuple[Annotated[Name, _short("text")], ...] = ()
    details: tuple[Detail, ...] = ()
    links: tuple[Link, ...] = ()


class Person(Entity):
    groups: tuple[Annotated[Membership, _short("group")], ...] = ()


class Group(Entity):
    pass


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
    events: tuple[Event, ...] = ()


class Track(Entity):
    performers: tuple[Annotated[Performer, _short("artist")], ...] = ()
    ost: tuple[Ost, ...] = ()
    events: tuple[Event, ...] = ()


class Album(Entity):
    performers: tuple[Annotated[Performer, _short("artist")], ...] = ()
    events: tuple[Event, ...] = ()


class SeedFile(Table):
    """A seed file: any of these tables, in any order."""

    sources: tuple[Source, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    works: tuple[Work, ...] = ()
    tracks: tuple[Track, ...] = ()
    albums: tuple[Album, ...] = ()
