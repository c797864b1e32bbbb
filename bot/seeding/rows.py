"""From what a seed file says to the rows that the store keeps. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Origin
from bot.seeding import format as f
from bot.store.catalogue import EntityRow, SourceRow, StatementRow, Value
from bot.store.reading import stamp

Columns = dict[str, Value | Ref]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def character_ref(work: str, character: str) -> Ref:
    """The key of a character, whose own slug is unique only within its work."""
    return Ref(Kind.CHARACTER, f"{work}-{character}")


def source_row(source: f.Source, origin: Origin) -> SourceRow:
    """The row of a source."""
    published = source.published.isoformat() if source.published else None
    return SourceRow(source.slug, source.publisher, published, source.url, source.licence, source.note, origin)


def entities(kind: Kind, entity: f.Entity, origin: Origin) -> Iterator[tuple[EntityRow, list[StatementRow]]]:
    """The rows of an entity, and of the characters inside it."""
    ref = Ref(kind, entity.slug)
    type_ = entity.type if isinstance(entity, (f.Work, f.Organisation)) else None
    partial = "cast" if isinstance(entity, f.Work) and not entity.cast_complete else None
    yield EntityRow(ref, type_, partial, origin), list(_statements(ref, entity, entity.sources))
    if isinstance(entity, f.Work):
        for character in entity.characters:
            own = character_ref(entity.slug, character.slug)
            statements = list(_statements(own, character, character.sources or entity.sources))
            for relation in character.relations:
                columns: Columns = {"other_id": character_ref(entity.slug, relation.to), "kind": relation.kind}
                statements.append(_row("relation", own, relation, columns, character.sources or entity.sources))
            yield EntityRow(own, None, None, origin), statements


def _statements(ref: Ref, entity: f.Entity, sources: tuple[str, ...]) -> Iterator[StatementRow]:
    for shape, statement, columns in _columns(entity):
        yield _row(shape, ref, statement, columns, sources)


def _row(shape: str, ref: Ref, statement: f.Statement, columns: Columns, sources: tuple[str, ...]) -> StatementRow:
    cited = tuple(dict.fromkeys(statement.sources or sources))
    return StatementRow(shape, ref, columns, statement.rank, statement.certainty, _text(statement.note), cited)


def _columns(entity: f.Entity) -> Iterator[tuple[str, f.Statement, Columns]]:
    for position, name in enumerate(entity.names):
        yield "name", name, {"text": name.text, "kind": name.kind, "language": name.language, "position": position}
    for position, detail in enumerate(entity.details):
        yield "detail", detail, {"attribute": detail.attribute, "value": _text(detail.value), "position": position}
    for link in entity.links:
        yield "link", link, {"kind": link.kind, "url": link.url}
    match entity:
        case f.Work():
            yield from _work_columns(entity)
        case f.Person():
            for membership in entity.groups:
                yield "membership", membership, {"group_id": Ref(Kind.GROUP, membership.group)}
        case f.Track():
            for ost in entity.ost:
                yield "ost", ost, {"work_id": Ref(Kind.WORK, ost.work), "part": ost.part, "main": int(ost.main)}
            yield from _release_columns(entity.performers, entity.events)
        case f.Album():
            yield from _release_columns(entity.performers, entity.events)
        case _:
            pass


def _work_columns(work: f.Work) -> Iterator[tuple[str, f.Statement, Columns]]:
    for money in work.money:
        yield (
            "money",
            money,
            {
                "attribute": money.attribute,
                "amount": money.amount,
                "currency": money.currency,
                "qualifier": money.qualifier,
                "converted": int(money.converted),
            },
        )
    for airing in work.airings:
        yield (
            "airing",
            airing,
            {
                "organisation_id": Ref(Kind.ORGANISATION, airing.on),
                "days": ",".join(sorted(airing.days, key=_DAYS.index)) or None,
                "time": airing.time,
                "zone": airing.zone,
                "region": _text(airing.region),
            },
        )
    for crew in work.crew:
        yield "crew", crew, {"person_id": Ref(Kind.PERSON, crew.person), "job": crew.job}
    for billing, credit in enumerate(work.cast, start=1):
        yield (
            "credit",
            credit,
            {
                "person_id": Ref(Kind.PERSON, credit.person),
                "character_id": character_ref(work.slug, credit.character) if credit.character else None,
                "role": credit.role,
                "role_words": _text(credit.role_words),
                "billing": billing,
                "credited_as": credit.credited_as,
            },
        )
    yield from _event_columns(work.events)


def _release_columns(
    performers: Iterable[f.Performer], events: Iterable[f.Event]
) -> Iterator[tuple[str, f.Statement, Columns]]:
    for position, performer in enumerate(performers):
        # Whether the artist is a person or a group is known once every file is read: see the loader.
        artist = Ref(Kind.PERSON, performer.artist)
        yield (
            "performer",
            performer,
            {"artist_id": artist, "position": position, "credited_as": performer.credited_as},
        )
    yield from _event_columns(events)


def _event_columns(events: Iterable[f.Event]) -> Iterator[tuple[str, f.Statement, Columns]]:
    for event in events:
        when = event.when
        yield (
            "event",
            event,
            {
                "kind": event.kind,
                "number": event.number,
                "claim": event.rank,
                "status": event.status,
                "revision": 1,
                "earliest": _instant(when.earliest),
                "latest": _instant(when.latest),
                "precision": when.precision,
                "zone": when.zone,
                "words": _text(event.words),
                "after_id": Ref(Kind.WORK, event.after.work) if event.after else None,
                "after_kind": event.after.event if event.after else None,
                "changed_at": None,  # the store knows when
            },
        )


def _instant(instant: datetime | None) -> str | None:
    return stamp(instant) if instant else None


def _text(text: Mapping[str, str] | None) -> str | None:
    return json.dumps(text, ensure_ascii=False, sort_keys=True) if text else None
