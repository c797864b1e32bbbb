"""Shared by all reads of the catalogue: how values are stored, and what entities are called."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from bot.catalogue.model import Kind, Label, Ref, Text
from bot.store.connection import Connection

T = TypeVar("T")


def placeholders(values: Collection[object]) -> str:
    """As many question marks as there are values, for an ``IN``."""
    return ", ".join("?" * len(values))


def chunks(values: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Some of the values at a time: no more than one query takes, with two parameters each."""
    left = iter(values)
    while some := tuple(islice(left, 400)):
        yield some


def text(value: str | None) -> Text | None:
    """Decode localised words from their stored form."""
    return json.loads(value) if value else None


def localised(words: Text | None) -> str | None:
    """Encode localised words as a column stores them."""
    return json.dumps(dict(words), ensure_ascii=False, sort_keys=True) if words else None


def stamp(at: datetime) -> str:
    """An instant as stored: UTC to the second, so that text sorts as time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(value: str | None) -> datetime | None:
    """Decode a UTC instant from its stored form."""
    return datetime.fromisoformat(value) if value else None


def numbers(value: str) -> tuple[int, ...]:
    """Decode numbers from their stored form, with commas between them."""
    return tuple(int(number) for number in value.split(",") if number)


def entity_id(connection: Connection, ref: Ref) -> int | None:
    """The id of an entity of the catalogue, or of the one that it was merged into; None if there is none."""
    row = connection.execute(
        "SELECT coalesce(merged.entity_id, entity.id) FROM entity LEFT JOIN merged ON gone_id = entity.id"
        " WHERE kind = ? AND slug = ? AND guild_id IS NULL",
        ref,
    ).fetchone()
    return row[0] if row else None


def ref_of(connection: Connection, id_: int) -> Ref:
    """The kind and the slug of an entity that is there."""
    kind, slug = connection.execute("SELECT kind, slug FROM entity WHERE id = ?", (id_,)).fetchone()
    return Ref(Kind(kind), slug)


NOT_MERGED = "entity.id NOT IN (SELECT gone_id FROM merged)"
"""SQL: whether an entity counts: of a merged one, only the slug leads on."""


_RARELY_SHOWN = ("birth", "former", "literal", "short")
"""Kinds of names that label an entity only if it has no others."""
_IF_NEED_BE = ("alternative", "spelling")
"""Kinds of names that label it in a language only if it has no others there."""


def labels(connection: Connection, ids: Collection[int]) -> dict[int, Label]:
    """The labels of entities, by id: the first name in each language, stage names before birth names."""
    ids = tuple(ids)
    rows = connection.execute(f"SELECT id, kind, slug FROM entity WHERE id IN ({placeholders(ids)})", ids).fetchall()
    named: dict[int, dict[str, str]] = {id_: {} for id_, _, _ in rows}
    seldom: dict[int, dict[str, str]] = {}
    for id_, language, text in connection.execute(
        f"SELECT t.entity_id, language, text FROM name t JOIN fact ON fact.id = t.id"
        f" WHERE t.entity_id IN ({placeholders(ids)}) AND kind NOT IN ({_quoted(_RARELY_SHOWN)})"
        f" ORDER BY t.entity_id, kind IN ({_quoted(_IF_NEED_BE)}), precedence, position, text",
        ids,
    ):
        named[id_].setdefault(language, text)
    unnamed = [id_ for id_, names in named.items() if not names]
    if unnamed:
        for id_, language, text in connection.execute(
            f"SELECT t.entity_id, language, text FROM name t JOIN fact ON fact.id = t.id"
            f" WHERE t.entity_id IN ({placeholders(unnamed)}) ORDER BY precedence, position, text",
            unnamed,
        ):
            seldom.setdefault(id_, {}).setdefault(language, text)
    return {id_: Label(Ref(Kind(kind), slug), named[id_] or seldom.get(id_, {})) for id_, kind, slug in rows}


def _quoted(words: Collection[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
