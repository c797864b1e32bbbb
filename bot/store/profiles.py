"""Reads profiles of entities: everything that any kind of entity may have, their dates first."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeVar

from bot.catalogue.dating import StatedDate, current
from bot.catalogue.model import (
    ANNIVERSARIES,
    Certainty,
    Detail,
    Event,
    EventKind,
    Label,
    Link,
    Money,
    Name,
    Profile,
    Relation,
    Source,
    Status,
    YearDay,
)
from bot.catalogue.month_day import MonthDay
from bot.catalogue.when import Precision, When
from bot.store import expected
from bot.store.connection import Connection
from bot.store.dates import Slot, stated_date
from bot.store.reading import instant, labels, placeholders, text
from bot.store.statements import sources, statements

T = TypeVar("T")


class _Stated(NamedTuple):
    date: StatedDate
    certainty: str
    note: str | None
    after: tuple[int, str] | None


def events(connection: Connection, ids: Collection[int], *, by: str = "entity_id") -> dict[int, list[Event]]:
    """The dates of entities, by entity id: the current ones in the order of time, then others that were stated.

    A date that only differs from the current one has the id 0: announcements know nothing of it. `by` is ``entity_id``,
    or ``id`` for single events, whose own ids are given.
    """
    stated = _stated(connection, ids, by)
    rows = connection.execute(
        "SELECT entity_id, kind, number, id, status, revision, precision, zone, earliest, latest, words, after_id,"
        f" after_kind, changed_at FROM event WHERE {by} IN ({placeholders(ids)}) ORDER BY earliest NULLS FIRST, id",
        tuple(ids),
    ).fetchall()
    following = {row[0] for row in rows if _follows(row[1], row[4]) and Slot(*row[:3]) not in stated}
    premises = expected.premises(connection, following) if following else {}
    facts = [*(one.date.id for dates in stated.values() for one in dates), *chain.from_iterable(premises.values())]
    cited = sources(connection, facts)
    after = {row[11] for row in rows} | {one.after[0] for dates in stated.values() for one in dates if one.after}
    known = labels(connection, {*(row[0] for row in rows), *(slot.entity for slot in stated), *after} - {None})
    found: dict[int, list[Event]] = {}
    others: dict[int, list[Event]] = {}
    for entity, kind, number, id_, status, revision, precision, zone, earliest, latest, words, *rest in rows:
        after_id, after_kind, changed_at = rest
        slot = Slot(entity, kind, number)
        dates = stated.get(slot, [])
        chosen = _of(current([one.date for one in dates]), dates)
        when = When(Precision(precision), zone, instant(earliest), instant(latest), text(words))
        same = [
            one for one in dates if one is chosen or (one.date.rank == 0 and _bounds(one.date.when) == _bounds(when))
        ]
        same.sort(key=lambda one: (one is not chosen, one.date.precedence))
        follows = not dates and _follows(kind, status)
        behind = premises.get(entity, ()) if follows else [one.date.id for one in same]
        # An anniversary is as sure as what it recalls.
        unsure = Certainty.STATED if follows or kind in ANNIVERSARIES else Certainty.REPORTED
        found.setdefault(entity, []).append(
            Event(
                rank=0,
                certainty=Certainty(chosen.certainty) if chosen else unsure,
                note=text(chosen.note) if chosen else None,
                sources=tuple(dict.fromkeys(source for fact in behind for source in cited.get(fact, ()))),
                id=id_,
                subject=known[entity],
                kind=EventKind(kind),
                number=number,
                status=Status(status),
                revision=revision,
                when=when,
                after=(known[after_id], EventKind(after_kind)) if after_id is not None else None,
                changed_at=instant(changed_at),
                follows=follows,
            )
        )
        stated[slot] = [one for one in dates if one not in same]
    for slot, dates in stated.items():
        others.setdefault(slot.entity, []).extend(_disputing(slot, dates, cited, known))
    for entity, differing in others.items():
        found.setdefault(entity, []).extend(sorted(differing, key=lambda event: event.rank))
    return found


def _follows(kind: str, status: str) -> bool:
    """Whether the date of an event that no origin states is one that `bot.store.expected` gave it."""
    return kind == EventKind.EPISODE and status == Status.EXPECTED


def _stated(connection: Connection, ids: Collection[int], by: str) -> dict[Slot, list[_Stated]]:
    dates = "event_date t" if by == "entity_id" else "event JOIN event_date t USING (entity_id, kind, number)"
    column = "t.entity_id" if by == "entity_id" else "event.id"
    found: dict[Slot, list[_Stated]] = {}
    for entity, kind, number, certainty, note, after_id, after_kind, *date in connection.execute(
        "SELECT t.entity_id, t.kind, t.number, certainty, note, t.after_id, t.after_kind,"
        " t.id, precedence, rank, t.status, t.precision, t.zone, t.earliest, t.latest, t.words"
        f" FROM {dates} JOIN fact ON fact.id = t.id WHERE {column} IN ({placeholders(ids)})"
        " ORDER BY rank, precedence, t.earliest NULLS FIRST, t.id",
        tuple(ids),
    ):
        after = (after_id, after_kind) if after_id is not None else None
        found.setdefault(Slot(entity, kind, number), []).append(_Stated(stated_date(*date), certainty, note, after))
    return found


def _of(chosen: StatedDate | None, dates: Sequence[_Stated]) -> _Stated | None:
    return next((one for one in dates if one.date is chosen), None)


def _bounds(when: When) -> tuple[object, ...]:
    """What two dates share if they say the same, in whatever words."""
    return (when.precision, when.earliest, when.latest)


def _disputing(
    slot: Slot, dates: Sequence[_Stated], cited: Mapping[int, tuple[Source, ...]], known: Mapping[int, Label]
) -> list[Event]:
    """The dates of one event that are not the current one, each once."""
    found: dict[tuple[object, ...], Event] = {}
    for one in dates:
        bounds = _bounds(one.date.when)
        mine = cited.get(one.date.id, ())
        if (same := found.get(bounds)) is not None:
            found[bounds] = replace(same, sources=tuple(dict.fromkeys((*same.sources, *mine))))
            continue
        found[bounds] = Event(
            rank=max(one.date.rank, 1),
            certainty=Certainty(one.certainty),
            note=text(one.note),
            sources=mine,
            id=0,
            subject=known[slot.entity],
            kind=EventKind(slot.kind),
            number=slot.number,
            status=one.date.status,
            revision=0,
            when=one.date.when,
            after=(known[one.after[0]], EventKind(one.after[1])) if one.after else None,
        )
    return list(found.values())


def year_days(connection: Connection, ids: Collection[int]) -> Mapping[int, list[YearDay]]:
    """The days of entities that come round every year, by entity id, best first."""
    return _grouped(
        [
            (row.entity, YearDay(**row.fact, kind=kind, day=MonthDay.parse(day), year=year))
            for row in statements(connection, "year_day", ("kind", "day", "year"), ids)
            for kind, day, year in [row.values]
        ]
    )


def profiles(connection: Connection, ids: Collection[int]) -> dict[int, Profile]:
    """The profiles of entities, by id: everything that any kind of entity may have."""
    names = _grouped(
        [
            (row.entity, Name(**row.fact, text=row.values[0], kind=row.values[1], language=row.values[2]))
            for row in statements(connection, "name", ("text", "kind", "language"), ids, order="t.position")
        ]
    )
    details = _grouped(
        [
            (row.entity, Detail(**row.fact, attribute=row.values[0], value=json.loads(row.values[1])))
            for row in statements(connection, "detail", ("attribute", "value"), ids, order="t.position")
        ]
    )
    money = _grouped(
        [
            (row.entity, Money(**row.fact, attribute=a, amount=n, currency=c, qualifier=q, converted=bool(converted)))
            for row in statements(
                connection, "money", ("attribute", "amount", "currency", "qualifier", "converted"), ids
            )
            for a, n, c, q, converted in [row.values]
        ]
    )
    links = _grouped(
        [
            (row.entity, Link(**row.fact, kind=row.values[0], url=row.values[1]))
            for row in statements(connection, "link", ("kind", "url"), ids)
        ]
    )
    # Relations hold both ways, and are stated on one side only.
    related = [
        (mine, row.values[0], other, row.fact)
        for by in ("entity_id", "other_id")
        for row in statements(connection, "relation", ("kind", "other_id"), ids, by=by)
        for mine, other in [(row.entity, row.values[1]) if by == "entity_id" else (row.values[1], row.entity)]
    ]
    related.sort(key=lambda relation: relation[3]["rank"])
    known = labels(connection, {*ids, *(other for _, _, other, _ in related)})
    relations = _grouped([(id_, Relation(**fact, kind=kind, other=known[other])) for id_, kind, other, fact in related])
    days = year_days(connection, ids)
    # That anniversaries come near is for posts and lists to say.
    dated = {
        id_: [event for event in found if event.kind not in ANNIVERSARIES]
        for id_, found in events(connection, ids).items()
    }
    return {
        id_: Profile(
            label=known[id_],
            type=type_,
            partial=frozenset(filter(None, (partial or "").split(","))),
            names=names.get(id_, []),
            details=details.get(id_, []),
            money=money.get(id_, []),
            links=links.get(id_, []),
            relations=relations.get(id_, []),
            events=dated.get(id_, []),
            days=days.get(id_, []),
        )
        for id_, type_, partial in connection.execute(
            f"SELECT id, type, partial FROM entity WHERE id IN ({placeholders(ids)}) ORDER BY id",
            tuple(ids),
        )
    }


def _grouped(pairs: Sequence[tuple[int, T]]) -> Mapping[int, list[T]]:
    groups: dict[int, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
