"""From what a seed file says to the rows that the store keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Origin
from bot.seeding import format as f
from bot.seeding.fields import character_ref, localised
from bot.store.catalogue import EntityRow, SourceRow, StatementRow


def source_row(source: f.Source, origin: Origin) -> SourceRow:
    """The row of a source."""
    published = source.published.isoformat() if source.published else None
    return SourceRow(source.slug, source.publisher, published, source.url, source.licence, source.note, origin)


def entities(kind: Kind, entity: f.Entity, origin: Origin) -> Iterator[tuple[EntityRow, list[StatementRow]]]:
    """The rows of an entity, and of the characters inside it."""
    ref = Ref(kind, entity.slug)
    type_ = entity.type if isinstance(entity, (f.Work, f.Organisation)) else None
    partial = "cast" if isinstance(entity, f.Work) and not entity.cast_complete else None
    yield EntityRow(ref, type_, partial, origin), list(_statements(ref, entity, entity.slug, entity.sources))
    if isinstance(entity, f.Work):
        for character in entity.characters:
            own = character_ref(entity.slug, character.slug)
            sources = character.sources or entity.sources
            yield EntityRow(own, None, None, origin), list(_statements(own, character, entity.slug, sources))


def _statements(ref: Ref, entity: f.Entity, work: str, sources: tuple[str, ...]) -> Iterator[StatementRow]:
    """The statements about an entity: whatever lists of them its table has."""
    for field in type(entity).model_fields:
        value = getattr(entity, field)
        for place, statement in enumerate(cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()):
            if isinstance(statement, f.Statement):
                yield StatementRow(
                    statement.shape,
                    ref,
                    statement.columns(work, place),
                    statement.rank,
                    statement.certainty,
                    localised(statement.note),
                    tuple(dict.fromkeys(statement.sources or sources)),
                )
