"""Reads statements: of what several origins say in the same place, what is shown, and with which sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypedDict

from bot.catalogue.model import Certainty, Source, Text
from bot.catalogue.origin import Origin
from bot.store.connection import Connection
from bot.store.reading import placeholders, text
from bot.store.shapes import SHAPES, Shape


class FactFields(TypedDict):
    """The fields of `bot.catalogue.model.Fact`, ready to be passed to any statement."""

    rank: int
    certainty: Certainty
    note: Text | None
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Row:
    """A stored statement: its entity, the fields of every fact, and the requested columns."""

    id: int
    entity: int
    fact: FactFields
    values: tuple[Any, ...]


class _Stated(NamedTuple):
    """A statement as one origin makes it. `values` are the columns that were asked for, after those of the key."""

    id: int
    entity: int
    rank: int
    certainty: str
    note: str | None
    precedence: int
    values: tuple[Any, ...]


def statements(
    connection: Connection,
    shape: str,
    columns: Sequence[str],
    ids: Collection[int],
    *,
    by: str = "entity_id",
    order: str = "t.id",
) -> list[Row]:
    """The statements of one shape whose column `by` holds one of `ids`, best first.

    A statement that several origins make appears once, with the sources of all. Where they differ in one slot (see
    `bot.store.shapes.Shape`), the first in order stands for all, or is followed by the others as disagreeing.
    """
    spec = SHAPES[shape]
    rows = connection.execute(
        f"SELECT t.id, t.entity_id, fact.rank, fact.certainty, fact.note, fact.precedence"
        f"{''.join(f', t.{column}' for column in (*spec.key, *columns))}"
        f" FROM {shape} t JOIN fact ON fact.id = t.id WHERE t.{by} IN ({placeholders(ids)})"
        f" ORDER BY fact.rank, fact.precedence, {order}, t.id",
        tuple(ids),
    )
    stated = [
        _Stated(id_, entity, rank, certainty, note, precedence, tuple(values))
        for id_, entity, rank, certainty, note, precedence, *values in rows
    ]
    cited = sources(connection, [row.id for row in stated])
    found = _merged(stated, spec, cited)
    found.sort(key=lambda row: row.fact["rank"])
    key = len(spec.key)
    return [Row(row.id, row.entity, row.fact, row.values[key:]) for row in found]


def _merged(stated: Sequence[_Stated], spec: Shape, cited: Mapping[int, tuple[Source, ...]]) -> list[Row]:
    """What is shown of the statements of one shape, in their order."""
    if len({row.precedence for row in stated}) < 2:
        return _once((_row(row, cited) for row in stated), spec)
    slots: dict[tuple[object, ...], list[_Stated]] = {}
    for row in stated:
        slots.setdefault((row.entity, *_slot(row, spec)), []).append(row)
    shown: dict[int, Row] = {}
    for rows in slots.values():
        chosen = _chosen(rows, spec)
        for row in sorted(rows, key=lambda row: (row.precedence != chosen, row.precedence)):
            if row.precedence == chosen or spec.slot is None:
                shown[row.id] = _row(row, cited)
            elif spec.disputes:
                shown[row.id] = _row(row, cited, least=1)
            elif spec.fills is not None:
                _add(shown, next(one for one in rows if one.precedence == chosen), row, spec, cited)
    # In the order of the shown ones' origins, so that what they agree on keeps the first one's rank and values.
    order = {row.id: place for place, row in enumerate(sorted(stated, key=lambda row: (row.precedence, row.rank)))}
    merged = _once((shown[id_] for id_ in sorted(shown, key=order.__getitem__)), spec)
    place = {row.id: place for place, row in enumerate(stated)}
    return sorted(merged, key=lambda row: place[row.id])


def _slot(row: _Stated, spec: Shape) -> tuple[object, ...]:
    columns = spec.key if spec.slot is None else spec.slot
    return tuple([row.values[spec.key.index(column)] for column in columns])


def _chosen(rows: Iterable[_Stated], spec: Shape) -> int:
    """The precedence of the origin that stands for all in a slot."""
    place = spec.key.index(spec.fills) if spec.fills else None
    return min((place is not None and row.values[place] is None, row.precedence) for row in rows)[1]


def _row(row: _Stated, cited: Mapping[int, tuple[Source, ...]], *, least: int = 0) -> Row:
    fact = FactFields(
        rank=max(row.rank, least),
        certainty=Certainty(row.certainty),
        note=text(row.note),
        sources=cited.get(row.id, ()),
    )
    return Row(row.id, row.entity, fact, row.values)


def _add(
    shown: dict[int, Row], kept: _Stated, other: _Stated, spec: Shape, cited: Mapping[int, tuple[Source, ...]]
) -> None:
    """Complete a shown statement by what another origin says of the same: the first origin's values count."""
    row = shown[kept.id]
    key = len(spec.key)
    first, second = (other.values, row.values) if other.precedence < kept.precedence else (row.values, other.values)
    shown[kept.id] = replace(row, values=(*row.values[:key], *_filled(first[key:], second[key:])))
    _cite(row, cited.get(other.id, ()))


def _once(rows: Iterable[Row], spec: Shape) -> list[Row]:
    """Each statement once, with the sources of all who make it, and with what the first leaves out from the next."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.entity, *row.values[: len(spec.key)])
        same = found.setdefault(key, row)
        if same is not row:
            found[key] = replace(same, values=_filled(same.values, row.values))
            _cite(same, row.fact["sources"])
    return list(found.values())


def _filled(first: Sequence[Any], second: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(a if a is not None else b for a, b in zip(first, second, strict=True))


def _cite(row: Row, more: Sequence[Source]) -> None:
    known = row.fact["sources"]
    row.fact["sources"] = (*known, *(source for source in more if source not in known))


def sources(connection: Connection, facts: Collection[int]) -> dict[int, tuple[Source, ...]]:
    """The sources of facts, by the facts' ids, the best first.

    The address of a provider is completed by the id of the document that made the statement.
    """
    found: dict[int, tuple[Source, ...]] = {}
    for fact, origin, slug, publisher, published, url, title, licence in connection.execute(
        "SELECT fact_id, fact.origin, slug, publisher, published, url, title, licence FROM fact_source"
        " JOIN source ON source.id = source_id JOIN fact ON fact.id = fact_id"
        f" WHERE fact_id IN ({placeholders(facts)}) ORDER BY fact_id, position",
        tuple(facts),
    ):
        address = url.replace("{id}", Origin.parse(origin).name.partition("/")[2]) if url and "{id}" in url else url
        found[fact] = (*found.get(fact, ()), Source(slug, publisher, published, address, title, licence))
    return found
