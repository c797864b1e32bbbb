"""The field types of seed files: slugs, words, zones, and how each is stored."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.catalogue import when
from bot.catalogue.model import Kind, Ref
from bot.catalogue.slug import MAX_SLUG
from bot.store.reading import localised
from bot.store.stated import Value


class Table(BaseModel):
    """A TOML table that allows only the keys it declares."""

    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


def _visible(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("expected one line without control characters")
    if not any(unicodedata.category(character)[0] in "LMNPS" for character in value):
        raise ValueError("expected something that can be seen")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_URL = r"^https?://[^\s<>]+$"
_TIME = r"^([01]\d|2\d):[0-5]\d$"
_CURRENCY = r"^[A-Z]{3}$"
PATTERNS = {
    _SLUG: "lower-case letters, digits and single hyphens",
    _URL: "an address without spaces that begins with http:// or https://",
    _TIME: 'a time such as "21:20", or after midnight "24:10" to "29:59"',
    _CURRENCY: 'a code of three capitals such as "KRW"',
}
"""The meaning of each pattern, in words."""
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=MAX_SLUG)]
Url = Annotated[str, StringConstraints(pattern=_URL, max_length=500)]
ShowTime = Annotated[str, StringConstraints(pattern=_TIME)]
Currency = Annotated[str, StringConstraints(pattern=_CURRENCY)]


@dataclass(frozen=True, slots=True)
class Leads:
    """Marks a slug that refers to an entity of `kind`, whose reference is stored in `column`.

    If names may be given beside it, `named` is their key. They create the entity in place, and its slug may be left
    out.
    """

    column: str
    kind: Kind
    named: str | None = None

    def ref(self, slug: str, work: str) -> Ref:
        """The entity a `slug` refers to in the table of `work`."""
        return character_ref(work, slug) if self.kind is Kind.CHARACTER else Ref(self.kind, slug)


def character_ref(work: str, character: str) -> Ref:
    """The key of a character, whose own slug is unique only within its work."""
    return Ref(Kind.CHARACTER, f"{work}-{character}")


def _in_order(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(days, key=when.WEEKDAYS.index))


Days = Annotated[
    tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...],
    AfterValidator(_in_order),
]


def _zone(value: str) -> str:
    if value not in when.known_zones():
        raise ValueError('expected a time zone of the IANA database, such as "Asia/Seoul"')
    return value


Zone = Annotated[str, AfterValidator(_zone)]

_DAY = re.compile(r"(?a)((?:19|20)\d\d)-(\d\d)-(\d\d)")


def _date(value: object) -> object:
    """Validate a date, with or without quotes, and return it as text."""
    match value:
        case datetime():
            if value.tzinfo is not None:
                raise ValueError('expected a date without an offset: its zone is named by zone = "..."')
            if value.second or value.microsecond:
                raise ValueError("expected hours and minutes, and seconds of 00")
            value = f"{value:%Y-%m-%d %H:%M}"
        case date():
            value = value.isoformat()
        case str():
            pass
        case _:
            return value
    try:
        when.parse(value)
    except ValueError:
        _no_day(value)
        raise ValueError(f"expected one of {when.FORMS}") from None
    return value


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _no_day(value: object) -> object:
    if isinstance(value, str) and (match := _DAY.match(value)) and not _is_day(*map(int, match.groups())):
        raise ValueError(f"there is no day {match[0]}")
    return value


Day = Annotated[date, BeforeValidator(_no_day)]
Date = Annotated[str, BeforeValidator(_date)]
"""A date in one of `when.FORMS`; a day and a minute may also be unquoted."""

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_LATIN = re.compile("[A-Za-z]")
LANGUAGES = frozenset({"en", "ko"})


def _table_of_languages(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _languages(value: dict[str, str]) -> dict[str, str]:
    if other := value.keys() - LANGUAGES:
        raise ValueError(f"expected the languages en and ko, found {', '.join(sorted(other))}")
    if HANGUL.search(english := value.get("en", "")) and not _LATIN.search(english):
        raise ValueError('expected English: Korean stands in { ko = "..." }')
    return value


Text = Annotated[
    dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]],
    BeforeValidator(_table_of_languages),
    AfterValidator(_languages),
    Field(min_length=1),
]
"""Text in the catalogue: a string is English, a table has one key per language."""


def entries(value: object) -> list[object]:
    """The entries of a list; empty for any other value."""
    return cast("list[object]", value) if isinstance(value, list) else []


PartOfDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
"""A day, a month or a year, in ISO form."""


def short(key: str) -> Any:
    """A validator for a table with a short form: just the value of `key`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def stored(value: object) -> Value:
    """A value as a column stores it: text as JSON, a list as text with commas, true as 1."""
    match value:
        case bool():
            return int(value)
        case None | str() | int():
            return value
        case Mapping():
            return localised(cast("Mapping[str, str]", value))
        case _:
            return ",".join(cast("Iterable[str]", value)) or None
