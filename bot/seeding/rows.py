"""From the contents of a seed file to rows for the store, each with its position in the file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Origin
from bot.seeding import format as f
from bot.seeding.fields import character_ref
from bot.seeding.positions import Path
from bot.seeding.statement import Statement
from bot.store.reading import localised
from bot.store.stated import EntityRow, SourceRow, StatementRow


class Cited(NamedTuple):
    """Sources, and the path of their list."""

    slugs: tuple[str, ...]
    at: Path


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement's row, and the paths of the statement and of its sources in the file."""

    row: StatementRow
    statement: Statement
    at: Path
    cited: Cited

    def path_of(self, column: str) -> Path:
        """The path in the file of what a column stores."""
        return (*self.at, *self.statement.keys_of(column))


@dataclass(frozen=True, slots=True)
class PlacedEntity:
    """An entity's row, its path in the file, and its statements."""

    row: EntityRow
    at: Path
    statements: Sequence[PlacedStatement]
    reuse: str = ""
    """What to do if it is already stated elsewhere."""


def source_row(source: f.Source, origin: Origin) -> SourceRow:
    """The row of a source."""
    published = source.published.isoformat() if source.published else None
    return SourceRow(
        source.slug, source.publisher, source.title, published, source.url, source.licence, source.note, origin
    )


def entities(kind: Kind, entity: f.Entity, at: Path, origin: Origin, around: Cited) -> Iterator[PlacedEntity]:
    """The rows of an entity at the path `at` of its file, and of the entities created inside it.

    `around` are the sources cited for the file as a whole.
    """
    ref = Ref(kind, entity.slug)
    type_ = entity.type if isinstance(entity, (f.Work, f.Organisation)) else None
    cited = _cited(entity, at, around)
    statements = list(_statements(ref, entity, at, entity.slug, cited))
    yield PlacedEntity(EntityRow(ref, type_, _partial(entity), origin), at, statements)
    for statement in statements:
        yield from _made(statement, entity.slug, origin)
    for place, character in enumerate(entity.characters if isinstance(entity, f.Work) else ()):
        own = character_ref(entity.slug, character.slug)
        here = (*at, "characters", place)
        statements = list(_statements(own, character, here, entity.slug, _cited(character, here, cited)))
        yield PlacedEntity(EntityRow(own, None, None, origin), here, statements)


def _partial(entity: f.Entity) -> str | None:
    """The lists known to be incomplete."""
    match entity:
        case f.Work():
            return None if entity.cast_complete else "cast"
        case f.Person() | f.Group():
            return ",".join(sorted(set(entity.partial))) or None
        case _:
            return None


def _cited(table: f.Entity | Statement, at: Path, around: Cited) -> Cited:
    """The sources of a table: its own, else the enclosing ones."""
    return Cited(table.sources, (*at, "sources")) if table.sources else around


def _statements(ref: Ref, entity: f.Entity, at: Path, work: str, cited: Cited) -> Iterator[PlacedStatement]:
    """The statements about an entity, from every list of them in its table."""
    for field in type(entity).model_fields:
        value = getattr(entity, field)
        for place, statement in enumerate(cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()):
            if isinstance(statement, Statement):
                yield _placed(ref, statement, (*at, field), place, work, cited)


def _placed(ref: Ref, statement: Statement, at: Path, place: int, work: str, cited: Cited) -> PlacedStatement:
    here = (*at, place)
    sources = _cited(statement, here, cited)
    row = StatementRow(
        statement.shape,
        ref,
        statement.columns(work, place),
        statement.rank,
        statement.certainty,
        localised(statement.note),
        tuple(dict.fromkeys(sources.slugs)),
    )
    return PlacedStatement(row, statement, here, sources)


def _made(around: PlacedStatement, work: str, origin: Origin) -> Iterator[PlacedEntity]:
    """The entities that a statement creates in place, by naming them."""
    for column, key, names in around.statement.made():
        ref = around.row.columns[column]
        if names and isinstance(ref, Ref):
            at = (*around.at, key)
            statements = [_placed(ref, name, at, place, work, around.cited) for place, name in enumerate(names)]
            slug = str(around.path_of(column)[-1])
            reuse = f'; to mean the same, write {slug} = "{getattr(around.statement, slug)}" without {key}'
            yield PlacedEntity(EntityRow(ref, None, None, origin), at, statements, reuse)
