"""The common part of all statements in seed files, and how they become columns of a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, ClassVar, cast

from pydantic import Field, model_validator

from bot.catalogue.model import Certainty, Ref
from bot.catalogue.slug import slug_of
from bot.seeding.fields import Leads, Slug, Table, Text, entries, stored
from bot.store.stated import Value

Columns = dict[str, Value | Ref]


class Statement(Table):
    """The common fields of statements. If `sources` is empty, the enclosing table's apply.

    A subclass is one shape of statement. Its fields are the columns of the table `shape`, under the same names, except
    that a slug marked with `Leads` is stored as a reference, and `order` names the column for its position in a list.
    """

    shape: ClassVar[str]
    order: ClassVar[str | None] = None

    sources: tuple[Slug, ...] = ()
    rank: Annotated[int, Field(ge=0, le=99)] = 0
    certainty: Certainty = Certainty.STATED
    note: Text | None = None

    def columns(self, work: str, place: int) -> Columns:
        """The columns of this statement, at index `place` (from 0) of its list, in the table of `work`."""
        columns: Columns = {}
        for field, leads in _fields(type(self)):
            value = getattr(self, field)
            if leads is None:
                columns[field] = stored(value)
            else:
                columns[leads.column] = None if value is None else leads.ref(value, work)
        return columns if self.order is None else columns | {self.order: place}

    @model_validator(mode="before")
    @classmethod
    def _take_slugs_from_names(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        table = cast("dict[str, object]", value)
        slugs = {
            key: _slug_of(table[leads.named], key)
            for key, leads in _fields(cls)
            if leads and leads.named and leads.named in table and key not in table
        }
        return {**table, **{key: slug for key, slug in slugs.items() if slug}}

    def made(self) -> Iterator[tuple[str, str, tuple[Statement, ...]]]:
        """The entities created in place: the column of each, the key of its names, and its names."""
        for _, leads in _fields(type(self)):
            if leads and leads.named:
                yield leads.column, leads.named, getattr(self, "as_" if leads.named == "as" else leads.named)

    @classmethod
    def keys_of(cls, column: str) -> tuple[str, ...]:
        """The keys of a file that state a column."""
        return (next((field for field, leads in _fields(cls) if leads and leads.column == column), column),)


@cache
def _fields(model: type[Statement]) -> list[tuple[str, Leads | None]]:
    """The fields of this shape besides the common ones, with the `Leads` of those that are references."""
    return [
        (name, next((mark for mark in field.metadata if isinstance(mark, Leads)), None))
        for name, field in model.model_fields.items()
        if name not in Statement.model_fields and not field.exclude
    ]


def _slug_of(names: object, key: str) -> str | None:
    """The slug derived from names in any of their forms; None if they are not names, which pydantic then reports."""
    match next(iter(entries(names)), None) or names:
        case str(text) | {"en": str(text)} | {"ko": str(text)} | {"text": str(text)}:
            if slug := slug_of(text):
                return slug
            raise ValueError(f'"{text}" gives no slug: add {key} = "...", in Latin letters')
        case _:
            return None
