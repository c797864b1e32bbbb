"""What a synchronisation needs of a provider, and what a provider may know of earlier ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from bot.store.record import ExternalId, Record


@dataclass(frozen=True, slots=True)
class About:
    """A provider as people see it. `address` leads to a record, with ``{id}`` for the record's id."""

    name: str
    title: str
    address: str
    licence: str
    licence_url: str


class Held(NamedTuple):
    """What is held of a record: the provider's own mark of its version (a revision, an ETag, a time of change)."""

    id: str
    version: str | None


class KnownWork(NamedTuple):
    """A work of the catalogue, for providers that know works only by their titles and dates."""

    id: ExternalId
    names: tuple[str, ...]
    premiere: date | None
    finale: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a run begins: the records held of this provider, and the catalogue's ids at authorities."""

    held: Mapping[str, Held]
    ids: Mapping[str, Collection[str]]
    """By authority, the ids that entities of the catalogue have there, from any origin."""
    works: Sequence[KnownWork] = ()


class Fetched(NamedTuple):
    """A record as it was fetched. `order`: records of a lower one are taken in first, since others refer to them."""

    record: Record
    version: str | None
    order: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of a run found. After it is stored, the run can go on from `cursor`, JSON of the provider's own.

    `gone` are ids of held records that no longer exist, `moved` leads from ids of entities to those that replace them.
    `left` is how many steps remain, as far as is known.
    """

    cursor: str
    fetched: Sequence[Fetched] = ()
    gone: Sequence[str] = ()
    moved: Mapping[ExternalId, ExternalId] | None = None
    left: int | None = None


class Provider(Protocol):
    """A provider of open data. Its methods raise `ProviderError` when it cannot be used for now."""

    about: About

    def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """Fetch what is new or changed, or, if `full`, everything. `cursor` is that of the last stored batch, or None.

        A record is reported as gone only if the provider itself says so, or if a complete list no longer has it.
        """
        ...

    async def check(self) -> str:
        """Ask for one small thing and validate the answer. Returns one line that says what was found."""
        ...
