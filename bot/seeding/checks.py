"""What is wrong with seed files that each say only what they may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.catalogue.model import Kind, Ref
from bot.seeding.document import Document
from bot.seeding.messages import suggest
from bot.seeding.positions import Path
from bot.seeding.rows import PlacedEntity, PlacedStatement
from bot.store.catalogue import StatementRow
from bot.store.shapes import SHAPES

_TABLES = {
    Kind.WORK: "[[works]]",
    Kind.PERSON: "[[people]]",
    Kind.GROUP: "[[groups]]",
    Kind.ORGANISATION: "[[organisations]]",
    Kind.CHARACTER: "[[works.characters]]",
}
"""Where that is stated to which statements refer."""

Problem = tuple[Path, str]
"""A place in a file, and what is wrong there."""


def repeated(document: Document, entity: PlacedEntity) -> Iterator[Problem]:
    """Statements about one entity that are one and the same."""
    seen: dict[tuple[object, ...], Path] = {}
    for placed in entity.statements:
        row = placed.row
        columns = SHAPES[row.shape].key
        key = (row.shape, *(row.columns[column] for column in columns))
        if key in seen:
            same = ", ".join(str(placed.path_of(column)[-1]) for column in columns)
            hint = "give the one to be shown second rank = 1" if row.shape == "event" else "leave one out"
            yield placed.at, f"is the same as the one in line {document.line(seen[key])} ({same}): {hint}"
        seen.setdefault(key, placed.at)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What statements may refer to: the entities and sources of the files and of the database."""

    entities: frozenset[Ref]
    sources: frozenset[str]


def resolve(statement: PlacedStatement, catalogue: Catalogue) -> tuple[StatementRow, list[Problem]]:
    """The statement's row with each performer as a person or a group, and what it refers to that is not there."""
    row = statement.row
    problems: list[Problem] = []
    for column, value in row.columns.items():
        if not isinstance(value, Ref) or value in catalogue.entities:
            continue
        group = Ref(Kind.GROUP, value.slug)
        if column == "artist_id" and group in catalogue.entities:
            row = replace(row, columns={**row.columns, column: group})
            continue
        at = statement.path_of(column)
        slug = value.slug
        known = {ref.slug for ref in catalogue.entities if ref.kind == value.kind}
        if value.kind is Kind.CHARACTER:  # a file names it by what tells it apart within its work
            slug = str(getattr(statement.statement, str(at[-1])))
            work = value.slug.removesuffix(slug)
            known = {other.removeprefix(work) for other in known if other.startswith(work)}
        hint = suggest(slug, known) or f"; add it under {_TABLES[value.kind]}"
        problems.append((at, f'no {value.kind} "{slug}"{hint}'))
    return row, problems


def uncited(
    statements: Iterable[tuple[Document, PlacedStatement]], sources: frozenset[str]
) -> Iterator[tuple[Document, Problem]]:
    """Sources that statements cite and that are not there: each once, where it is cited first."""
    missing: dict[str, list[tuple[Document, PlacedStatement]]] = {}
    for document, statement in statements:
        for slug in statement.row.sources:
            if slug not in sources:
                missing.setdefault(slug, []).append((document, statement))
    for slug, citing in missing.items():
        document, first = citing[0]
        often = f", which {len(citing)} statements cite" if len(citing) > 1 else ""
        place = (*first.cited.at, first.cited.slugs.index(slug))
        hint = suggest(slug, sources) or "; add it under [[sources]]"
        yield document, (place, f'no source "{slug}"{often}{hint}')
