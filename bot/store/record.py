"""What a provider says, in the catalogue's terms: records, the entities they state, and statements. Pure.

A provider maps each of its documents to one `Record`. A record knows nothing of the catalogue: it names entities by
their ids at the provider, and the store finds out which entities of the catalogue these are. Each record is an origin
of its own, so taking it in again replaces what it stated before, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from bot.catalogue.model import Certainty, EventKind, Kind, Role, Status, Text
from bot.catalogue.month_day import MonthDay
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import Precision, When
from bot.store.reading import localised, stamp


class ExternalId(NamedTuple):
    """The id of an entity elsewhere, such as ``wikidata`` ``Q20145``.

    An authority's name says what its ids stand for where it numbers several kinds of things apart: ``tvmaze-show``,
    ``tvmaze-person``, ``musicbrainz-artist``.
    """

    authority: str
    id: str

    def __str__(self) -> str:
        return f"{self.authority}/{self.id}"


Column: TypeAlias = str | int | ExternalId | None


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: a row of the table `shape` of `bot.store.shapes`, with entities named by external ids."""

    shape: str
    columns: Mapping[str, Column]
    certainty: Certainty = Certainty.STATED


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity, as a record states it.

    `also` are its ids at other authorities. `year` tells works of one name apart. `related` are the works and groups
    that are known to go with a person, for the same purpose; they may be absent from this record.
    """

    id: ExternalId
    kind: Kind
    said: tuple[Said, ...] = ()
    type: str | None = None
    partial: str | None = None
    also: tuple[ExternalId, ...] = ()
    year: int | None = None
    related: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a provider. `id` completes the provider's address of it for people: ``Q20145``, ``shows/43687``.

    Its first thing is what the document is about; others come with it (the people of a cast, the songs of an album).
    """

    provider: str
    id: str
    things: tuple[Thing, ...] = field(default=())

    @property
    def origin(self) -> Origin:
        """The origin of all that the record states."""
        return Origin(Authority.IMPORT, f"{self.provider}/{self.id}")


def dump(record: Record) -> str:
    """A record as one line of JSON, always the same for the same record."""
    things = [
        {
            "id": thing.id,
            "kind": thing.kind,
            "type": thing.type,
            "partial": thing.partial,
            "also": thing.also,
            "year": thing.year,
            "related": thing.related,
            "said": [[said.shape, said.certainty, dict(said.columns)] for said in thing.said],
        }
        for thing in record.things
    ]
    things = [{key: value for key, value in thing.items() if value} for thing in things]
    return json.dumps([record.provider, record.id, things], ensure_ascii=False, separators=(",", ":"))


def load(line: str) -> Record:
    """Parse what `dump` wrote. Raises `ValueError` for anything else."""
    try:
        provider, id_, things = json.loads(line)
        return Record(provider, id_, tuple(map(_thing, things)))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not a record: {line[:80]}") from error


def _thing(stored: Mapping[str, Any]) -> Thing:
    return Thing(
        ExternalId(*stored["id"]),
        Kind(stored["kind"]),
        tuple(
            Said(
                shape,
                {key: ExternalId(*value) if isinstance(value, list) else value for key, value in columns.items()},
                Certainty(certainty),
            )
            for shape, certainty, columns in stored.get("said", ())
        ),
        stored.get("type"),
        stored.get("partial"),
        tuple(ExternalId(*also) for also in stored.get("also", ())),
        stored.get("year"),
        tuple(ExternalId(*related) for related in stored.get("related", ())),
    )


def name(text: str, kind: str, language: str, position: int) -> Said:
    """A name; `kind` and `language` as in the table `name`, `position` counts from 0, the first is shown."""
    return Said("name", {"text": text, "kind": kind, "language": language, "position": position})


def detail(attribute: str, value: Text, position: int = 0) -> Said:
    """An attribute in words."""
    return Said("detail", {"attribute": attribute, "value": localised(value), "position": position})


def link(kind: str, url: str) -> Said:
    """A link; `kind` as in the table `link`."""
    return Said("link", {"kind": kind, "url": url})


def year_day(kind: str, day: MonthDay, year: int | None = None) -> Said:
    """A ``birthday``, or the day of a ``debut`` with its year: a birthday has none."""
    return Said("year_day", {"kind": kind, "day": str(day), "year": year})


def membership(group: ExternalId, since: str | None = None, until: str | None = None) -> Said:
    """Stated of a person: a member of `group`. The dates are ISO, possibly only ``2013`` or ``2013-06``."""
    return Said("membership", {"group_id": group, "since": since, "until": until})


def credit(
    person: ExternalId,
    character: ExternalId | None,
    billing: int,
    role: Role | None = None,
    credited_as: str | None = None,
) -> Said:
    """Stated of a work: `person` plays `character`."""
    return Said(
        "credit",
        {
            "person_id": person,
            "character_id": character,
            "role": role.value if role else None,
            "role_words": None,
            "billing": billing,
            "credited_as": credited_as,
        },
    )


def crew(person: ExternalId, job: str) -> Said:
    """Stated of a work: `person` does `job`, as in the table `crew`."""
    return Said("crew", {"person_id": person, "job": job})


def airing(organisation: ExternalId, zone: str, days: str | None = None, time: str | None = None) -> Said:
    """Stated of a work: it can be seen there. `days` as ``sat,sun``, `time` as ``21:20`` in `zone`."""
    columns: dict[str, Column] = {"organisation_id": organisation, "days": days, "time": time}
    return Said("airing", columns | {"zone": zone, "region": None})


def ost(work: ExternalId, part: int | None, *, main: bool = False) -> Said:
    """Stated of a track: it is an OST of `work`."""
    return Said("ost", {"work_id": work, "part": part, "main": int(main)})


def performer(artist: ExternalId, position: int, credited_as: str | None = None) -> Said:
    """Stated of a track or an album: `artist` performs it."""
    return Said("performer", {"artist_id": artist, "position": position, "credited_as": credited_as})


def event(kind: EventKind, when: When, status: Status, number: int = 0) -> Said:
    """A date. `status` is what the provider says; the store lowers that of a provider that is not trusted for dates."""
    return Said(
        "event_date",
        {
            "kind": kind.value,
            "number": number,
            "claim": 0,
            "status": status.value,
            "earliest": stamp(when.earliest) if when.earliest else None,
            "latest": stamp(when.latest) if when.latest else None,
            "precision": when.precision.value,
            "zone": when.zone,
            "words": localised(when.words),
            "after_id": None,
            "after_kind": None,
        },
        Certainty.STATED if when.precision is not Precision.UNKNOWN else Certainty.REPORTED,
    )
