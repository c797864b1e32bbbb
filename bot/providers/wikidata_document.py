"""One entity document of Wikidata: the parts that are used, checked while they are read. Pure.

The shape is that of https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON, with what is found in practice: an empty
map may be a list, a value may be unknown, and older documents lack fields that newer ones have. So only what is used
is required; a document in which that has another shape raises a `ProviderError` that names the entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.catalogue import when
from bot.catalogue.when import When
from bot.providers.service import ProviderError

T = TypeVar("T")
U = TypeVar("U")


def _map(value: object) -> object:
    """PHP writes an empty map as an empty list."""
    return {} if value == [] else value


class _Value(BaseModel):
    value: object


class _Snak(BaseModel):
    snaktype: str
    datavalue: _Value | None = None


class _Claim(BaseModel):
    mainsnak: _Snak
    rank: str = "normal"
    qualifiers: Annotated[Mapping[str, object], BeforeValidator(_map)] = Field(default_factory=dict)


class _Term(BaseModel):
    value: str


class _Entity(BaseModel):
    id: Annotated[str, Field(pattern=r"^Q\d+$")]
    lastrevid: int | None = None
    labels: Annotated[Mapping[str, _Term], BeforeValidator(_map)] = Field(default_factory=dict)
    aliases: Annotated[Mapping[str, list[_Term]], BeforeValidator(_map)] = Field(default_factory=dict)
    claims: Annotated[Mapping[str, object], BeforeValidator(_map)] = Field(default_factory=dict)


class _Claims(BaseModel):
    claims: list[_Claim]


class _Snaks(BaseModel):
    snaks: list[_Snak]


Checked = TypeVar("Checked", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """How a value of one data type is read: `read` returns None for a shape that is not what `expected` says."""

    expected: str
    read: Callable[[object], T | None]


class Moment(NamedTuple):
    """A time as Wikidata states it. Fields finer than the precision mean nothing: they may be 00, 01 or anything."""

    year: int
    month: int
    day: int
    precision: int

    @property
    def iso(self) -> str | None:
        """``2016``, ``2016-12`` or ``2016-12-02``, as precise as it was stated; None for decades and the like."""
        match self.precision:
            case 9:
                return f"{self.year:04}"
            case 10:
                return f"{self.year:04}-{self.month:02}"
            case 11:
                return f"{self.year:04}-{self.month:02}-{self.day:02}"
            case _:
                return None

    @property
    def when(self) -> When | None:
        """The date where it happened in Korea; None if it is too vague, or no date of our calendar."""
        try:
            return when.parse(self.iso) if self.iso else None
        except ValueError:
            return None


def _item(value: object) -> str | None:
    match value:
        case {"id": str(id_)}:
            return id_
        case {"numeric-id": int(number)}:  # documents from before 2016
            return f"Q{number}"
        case _:
            return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _monolingual(value: object) -> tuple[str, str] | None:
    match value:
        case {"text": str(text), "language": str(language)}:
            return text, language
        case _:
            return None


_TIME = re.compile(r"(?a)([+-]\d+)-(\d\d)-(\d\d)T")


def _moment(value: object) -> Moment | None:
    match value:
        case {"time": str(time), "precision": int(precision)} if found := _TIME.match(time):
            return Moment(int(found[1]), int(found[2]), int(found[3]), precision)
        case _:
            return None


_AMOUNT = re.compile(r"(?a)[+-]?\d+(\.\d+)?")


def _amount(value: object) -> float | None:
    match value:
        case {"amount": str(amount)} if _AMOUNT.fullmatch(amount):
            return float(amount)
        case _:
            return None


ITEM = Reader("an item with its id", _item)
TEXT = Reader("text", _text)
MONOLINGUAL = Reader("text with its language", _monolingual)
TIME = Reader("a time with its precision", _moment)
AMOUNT = Reader("an amount", _amount)


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """A statement with a known value."""

    entity: Entity
    property: str
    value: T
    _qualifiers: Mapping[str, object]

    def qualifiers(self, property_: str, reader: Reader[U]) -> list[U]:
        """The known values of a qualifier, each once, in the order they are stated in."""
        where = f"{self.property}/{property_}"
        snaks = checked(_Snaks, {"snaks": self._qualifiers.get(property_, [])}, self.entity.id, where).snaks
        return list(dict.fromkeys(_read(snaks, reader, self.entity.id, where)))

    def qualifier(self, property_: str, reader: Reader[U]) -> U | None:
        """The first known value of a qualifier."""
        return next(iter(self.qualifiers(property_, reader)), None)


class Entity:
    """An entity document. Raises `ProviderError` if it, or later a statement that is asked for, has another shape."""

    def __init__(self, document: object) -> None:
        match document:
            case {"id": str(id_)}:
                pass
            case _:
                id_ = "answer"
        entity = checked(_Entity, document, id_)
        self.id = entity.id
        self.revision = entity.lastrevid
        self.labels = {language: tidy(term.value) for language, term in entity.labels.items()}
        self.aliases = {language: [tidy(term.value) for term in terms] for language, terms in entity.aliases.items()}
        self._claims = entity.claims

    def best(self, property_: str, reader: Reader[T]) -> list[Statement[T]]:
        """The statements of the highest rank: those that are preferred, else the normal ones; never deprecated ones."""
        ranked = self._ranked(property_, reader)
        return [statement for rank, statement in ranked if rank == ranked[0][0]]

    def every(self, property_: str, reader: Reader[T]) -> list[Statement[T]]:
        """The statements that are not deprecated, preferred ones first.

        For what holds together, such as a cast or the members of a group: there a higher rank says that somebody
        matters more, or is a member still, not that the others are wrong.
        """
        return [statement for _, statement in self._ranked(property_, reader)]

    def says(self, property_: str) -> bool:
        """Whether it has a statement that is not deprecated, be its value known or not, and does not deny it."""
        known = checked(_Claims, {"claims": self._claims.get(property_, [])}, self.id, property_).claims
        return any(claim.rank in ("preferred", "normal") and claim.mainsnak.snaktype != "novalue" for claim in known)

    def items(self, property_: str) -> frozenset[str]:
        """The items of `every` statement."""
        return frozenset(statement.value for statement in self.every(property_, ITEM))

    def _ranked(self, property_: str, reader: Reader[T]) -> list[tuple[str, Statement[T]]]:
        found: list[tuple[str, Statement[T]]] = []
        for claim in checked(_Claims, {"claims": self._claims.get(property_, [])}, self.id, property_).claims:
            if claim.rank in ("preferred", "normal"):
                values = _read([claim.mainsnak], reader, self.id, property_)
                found += [(claim.rank, Statement(self, property_, value, claim.qualifiers)) for value in values]
        return sorted(found, key=lambda ranked: ranked[0] != "preferred")


def tidy(text: str) -> str:
    """A name without the spaces that editors left around and within it."""
    return " ".join(text.split())


def _read(snaks: list[_Snak], reader: Reader[T], id_: str, where: str) -> Iterator[T]:
    for snak in snaks:
        if snak.snaktype != "value":  # "somevalue": there is one, nobody knows which; "novalue": there is none
            continue
        value = reader.read(snak.datavalue.value) if snak.datavalue else None
        if value is None:
            raise ProviderError(f"Wikidata's {id_} has another shape: expected {reader.expected} at {where}")
        yield value


def checked(model: type[Checked], content: object, id_: str, where: str = "") -> Checked:
    """What Wikidata answered, as a model. Raises `ProviderError`, naming `id_` and the place, for another shape."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = ".".join(map(str, first["loc"]))
        place = "/".join(filter(None, (where, path))) or "its top"
        problem = first["msg"][:1].lower() + first["msg"][1:]
        raise ProviderError(f"Wikidata's {id_} has another shape: {problem} at {place}") from None
