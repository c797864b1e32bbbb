"""From what a seed file says to the rows that the store keeps, each with its place in the file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Origin
from bot.seeding import format as f
from bot.seeding.fields import character_ref, localised
from bot.seeding.positions import Path
from bot.store.catalogue import EntityRow, SourceRow, StatementRow


class Cited(NamedTuple):
    """Sources, and where they are listed."""

    slugs: tuple[str, ...]
    at: Path


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement's row, and where in the file the statement and its sources stand."""

    row: StatementRow
    statement: f.Statement
    at: Path
    cited: Cited

    def path_of(self, column: str) -> Path:
        """Where in the file that stands which a column keeps."""
        return (*self.at, *self.statement.keys_of(column))


@dataclass(frozen=True, slots=True)
class PlacedEntity:
    """An entity's row, where in the file it stands, and its statements."""

    row: EntityRow
    at: Path
    statements: Sequence[PlacedStatement]


def source_row(source: f.Source, origin: Origin) -> SourceRow:
    """The row of a source."""
    published = source.published.isoformat() if source.published else None
    return SourceRow(source.slug, source.publisher, published, source.url, source.licence, source.note, origin)


def entities(kind: Kind, entity: f.Entity, at: Path, origin: Origin) -> Iterator[PlacedEntity]:
    """The rows of an entity that stands `at` a place in its file, and of the characters inside it."""
    ref = Ref(kind, entity.slug)
    type_ = entity.type if isinstance(entity, (f.Work, f.Organisation)) else None
    partial = "cast" if isinstance(entity, f.Work) and not entity.cast_complete else None
    cited = _cited(entity, at, Cited((), at))
    yield PlacedEntity(EntityRow(ref, type_, partial, origin), at, list(_statements(ref, entity, at, ref, cited)))
    if isinstance(entity, f.Work):
        for place, character in enumerate(entity.characters):
            own = character_ref(entity.slug, character.slug)
            here = (*at, "characters", place)
            statements = list(_statements(own, character, here, ref, _cited(character, here, cited)))
            yield PlacedEntity(EntityRow(own, None, None, origin), here, statements)


def _cited(table: f.Entity | f.Statement, at: Path, around: Cited) -> Cited:
    """What is cited for a table: its own sources, else those of what is around it."""
    return Cited(table.sources, (*at, "sources")) if table.sources else around


def _statements(ref: Ref, entity: f.Entity, at: Path, work: Ref, cited: Cited) -> Iterator[PlacedStatement]:
    """The statements about an entity: whatever lists of them its table has."""
    for field in type(entity).model_fields:
        value = getattr(entity, field)
        for place, statement in enumerate(cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()):
            if isinstance(statement, f.Statement):
                here = (*at, field, place)
                sources = _cited(statement, here, cited)
                row = StatementRow(
                    statement.shape,
                    ref,
                    statement.columns(work.slug, place),
                    statement.rank,
                    statement.certainty,
                    localised(statement.note),
                    tuple(dict.fromkeys(sources.slugs)),
                )
                yield PlacedStatement(row, statement, here, sources)
