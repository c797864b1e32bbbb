"""The values that seed files are made of: slugs, words, zones, and how each is stored."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.catalogue.model import Kind, Ref
from bot.store.catalogue import Value

MAX_SLUG = 60
"""A button's custom id holds at most 100 characters, and a slug must fit into it beside what the button does."""


class Table(BaseModel):
    """A TOML table that may hold nothing but the keys it declares."""

    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


def _visible(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("expected one line without control characters")
    if not any(unicodedata.category(character)[0] in "LMNPS" for character in value):
        raise ValueError("expected something that can be seen")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=MAX_SLUG)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]+$", max_length=500)]
ShowTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2\d):[0-5]\d$")]


@dataclass(frozen=True, slots=True)
class Leads:
    """Marks a slug that leads to an entity of `kind`, whose reference is stored in `column`."""

    column: str
    kind: Kind

    def ref(self, slug: str, work: str) -> Ref:
        """The entity that `slug` means in the table of `work`."""
        return character_ref(work, slug) if self.kind is Kind.CHARACTER else Ref(self.kind, slug)


def character_ref(work: str, character: str) -> Ref:
    """The key of a character, whose own slug is unique only within its work."""
    return Ref(Kind.CHARACTER, f"{work}-{character}")


_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _in_order(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(days, key=_WEEK.index))


Days = Annotated[
    tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...],
    AfterValidator(_in_order),
]


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("expected a time zone of the IANA database, such as 'Asia/Seoul'")
    return value


Zone = Annotated[str, AfterValidator(_zone)]

LANGUAGES = frozenset({"en", "ko"})


def _table_of_languages(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _languages(value: dict[str, str]) -> dict[str, str]:
    if value.keys() - LANGUAGES:
        raise ValueError(f"expected the languages {sorted(LANGUAGES)}, found {sorted(value.keys() - LANGUAGES)}")
    return value


Text = Annotated[
    dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]],
    BeforeValidator(_table_of_languages),
    AfterValidator(_languages),
    Field(min_length=1),
]
"""Words of the catalogue: a string is English, a table has one key a language."""


def short(key: str) -> Any:
    """A table that, where it says nothing else, may be written as just the value of `key`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def localised(text: Mapping[str, str] | None) -> str | None:
    """Words of the catalogue as a column keeps them: JSON."""
    return json.dumps(text, ensure_ascii=False, sort_keys=True) if text else None


def stored(value: object) -> Value:
    """A value as a column keeps it: words as JSON, a list as text with commas, true as 1."""
    match value:
        case bool():
            return int(value)
        case None | str() | int():
            return value
        case Mapping():
            return localised(cast("Mapping[str, str]", value))
        case _:
            return ",".join(cast("Iterable[str]", value)) or None
