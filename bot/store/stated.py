"""What origins state, as rows that can be compared with the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.catalogue.model import Certainty, Ref
from bot.catalogue.origin import Origin

Value = str | int | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as its origin states it."""

    slug: str
    publisher: str
    title: str | None
    published: str | None
    url: str | None
    licence: str | None
    note: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class EntityRow:
    """An entity as an origin states it."""

    ref: Ref
    type: str | None
    partial: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One fact about `entity`: a row of the table `shape`, whose columns may hold references to other entities.

    Its origin is the one that states the entity.
    """

    shape: str
    entity: Ref
    columns: Mapping[str, Value | Ref]
    rank: int
    certainty: Certainty
    note: str | None
    sources: tuple[str, ...]


@dataclass(slots=True)
class Desired:
    """Everything that `origins` state: it replaces what they stated before, and nothing else."""

    origins: frozenset[Origin]
    sources: dict[str, SourceRow] = field(default_factory=dict[str, SourceRow])
    entities: dict[Ref, EntityRow] = field(default_factory=dict[Ref, EntityRow])
    statements: list[StatementRow] = field(default_factory=list[StatementRow])


class Change(NamedTuple):
    """One change. `action` is ``added``, ``changed``, ``removed``, ``merged`` or ``kept`` (not stated, but needed).

    `size`: how many items it covers, since an entity is removed together with its statements.
    """

    action: str
    what: str
    why: str = ""
    size: int = 1
