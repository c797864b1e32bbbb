"""Checks across seed files, each of which is valid by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from bot.catalogue.model import Kind, Ref
from bot.seeding import format as f
from bot.seeding.document import Document
from bot.seeding.messages import suggest
from bot.seeding.positions import Path
from bot.seeding.rows import PlacedEntity, PlacedStatement
from bot.store.shapes import SHAPES
from bot.store.stated import Desired, EntityRow, SourceRow, StatementRow

_TABLES = {
    Kind.WORK: "[[works]]",
    Kind.PERSON: "[[people]]",
    Kind.GROUP: "[[groups]]",
    Kind.ORGANISATION: "[[organisations]]",
    Kind.CHARACTER: "[[works.characters]]",
}
"""Where entities that statements refer to can be stated."""

_UNTITLED = frozenset({Kind.WORK, Kind.TRACK, Kind.ALBUM})
_ANOTHER = frozenset({"alternative", "spelling", "short"})
"""Kinds of names that must differ from every other name, or be left out."""

Problem = tuple[Path, str]
"""A place in a file, and what is wrong there."""


def repeated(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """Duplicate statements about one entity; `named_twice` checks names more closely."""
    seen: dict[tuple[object, ...], Path] = {}
    for placed in entity.statements:
        row = placed.row
        if row.shape == "name":
            continue
        columns = SHAPES[row.shape].key
        key = (row.shape, *(row.columns[column] for column in columns))
        if key in seen:
            same = ", ".join(str(placed.path_of(column)[-1]) for column in columns)
            hint = "give the one to be shown second rank = 1" if row.shape == "event_date" else "leave one out"
            yield placed.at, f"is the same as the one in line {document.line(seen[key])} ({same}): {hint}"
        seen.setdefault(key, placed.at)


def nameless(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """People and other entities without a name. Songs and works may have no known title."""
    ref = entity.row.ref
    if ref.kind not in _UNTITLED and not any(placed.row.shape == "name" for placed in entity.statements):
        yield entity.at, f'a {ref.kind} without a name: add names = {{ en = "...", ko = "..." }}'


def named_twice(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """A name repeated as if it were a different one."""
    seen: dict[tuple[str, str], tuple[str, Path]] = {}
    for placed in entity.statements:
        name = placed.statement
        if isinstance(name, f.Name):
            text = " ".join(unicodedata.normalize("NFKC", name.text).casefold().split())
            kind, first = seen.setdefault((text, name.language), (name.kind, placed.at))
            if first != placed.at and (name.kind == kind or {name.kind, kind} & _ANOTHER):
                line = document.line(first)
                yield placed.at, f'the name "{name.text}" stands in line {line} already: leave one out'


def in_order(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """A finale that ends before the premiere begins."""
    dates = {
        placed.row.columns["kind"]: (cast("f.WorkEvent", placed.statement), placed.at)
        for placed in entity.statements
        if placed.row.shape == "event_date" and placed.row.rank == 0
    }
    if "premiere" in dates and "finale" in dates:
        (premiere, first), (finale, last) = dates["premiere"], dates["finale"]
        begins, begun, over = premiere.when.earliest, finale.when.earliest, finale.when.latest
        if begins and begun and over and begun < begins and over <= begins:
            words = (
                f"the finale ({finale.date}) is before the premiere ({premiere.date}, in line {document.line(first)})"
            )
            yield (*last, "date"), f"{words}: mend the wrong one"


def unfounded(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """Statements without a source, grouped into one problem per entity."""
    if count := sum(not placed.row.sources for placed in entity.statements):
        what = "a statement cites" if count == 1 else f"{count} statements cite"
        yield entity.at, f'{what} no source: add sources = ["..."], or default_sources = ["..."] at the top'


CHECKS = (repeated, nameless, named_twice, in_order, unfounded)
"""The checks of a single entity."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What statements may refer to: the entities and sources of the files and of the database.

    `beside` loads the other files of the same folders, if a reference is missing.
    """

    entities: frozenset[Ref]
    sources: frozenset[str]
    beside: Callable[[], Desired]


def resolve(statement: PlacedStatement, catalogue: Catalogue) -> tuple[StatementRow, list[Problem]]:
    """The statement's row with each performer resolved to a person or a group, and problems for missing references."""
    row = statement.row
    problems: list[Problem] = []
    for column, value in row.columns.items():
        if not isinstance(value, Ref) or value in catalogue.entities:
            continue
        group = Ref(Kind.GROUP, value.slug)
        if column == "artist_id" and group in catalogue.entities:
            row = replace(row, columns={**row.columns, column: group})
            continue
        problems.append((statement.path_of(column), _missing(statement, column, value, catalogue)))
    return row, problems


def _missing(statement: PlacedStatement, column: str, ref: Ref, catalogue: Catalogue) -> str:
    kinds = (Kind.PERSON, Kind.GROUP) if column == "artist_id" else (ref.kind,)
    slug = ref.slug
    known = {other.slug for other in catalogue.entities if other.kind in kinds}
    if ref.kind is Kind.CHARACTER:  # a file refers to it by a slug that is unique within its work
        slug = str(getattr(statement.statement, str(statement.path_of(column)[-1])))
        work = ref.slug.removesuffix(slug)
        known = {other.removeprefix(work) for other in known if other.startswith(work)}
    elsewhere = next(filter(None, (catalogue.beside().entities.get(Ref(kind, ref.slug)) for kind in kinds)), None)
    tables = " or ".join(_TABLES[kind] for kind in kinds)
    hint = _load_too(elsewhere) or suggest(slug, known) or f"; add it under {tables}"
    return f'no {" or ".join(kinds)} "{slug}"{hint}'


def _load_too(row: EntityRow | SourceRow | None) -> str:
    return f"; {row.origin.name.rpartition('/')[2]} states it: load that too" if row else ""


def uncited(
    statements: Iterable[tuple[Document, PlacedStatement]], catalogue: Catalogue
) -> Iterator[tuple[Document, Problem]]:
    """Sources that are cited and missing: each once, where it is first cited."""
    missing: dict[str, list[tuple[Document, PlacedStatement]]] = {}
    for document, statement in statements:
        for slug in statement.row.sources:
            if slug not in catalogue.sources:
                missing.setdefault(slug, []).append((document, statement))
    for slug, citing in missing.items():
        document, first = citing[0]
        often = f", which {len(citing)} statements cite" if len(citing) > 1 else ""
        place = (*first.cited.at, first.cited.slugs.index(slug))
        stated = catalogue.beside().sources.get(slug)
        hint = _load_too(stated) or suggest(slug, catalogue.sources) or "; add it under [[sources]]"
        yield document, (place, f'no source "{slug}"{often}{hint}')
