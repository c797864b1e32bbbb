"""The shapes of statements: one table each, whose rows share their ids with rows of `fact`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """The columns of a statement's table: `key` distinguishes the statements of one entity, `values` are the others."""

    key: tuple[str, ...]
    values: tuple[str, ...] = ()


SHAPES: Mapping[str, Shape] = {
    "name": Shape(("text", "kind", "language"), ("position",)),
    "detail": Shape(("attribute", "value"), ("position",)),
    "money": Shape(("attribute", "amount", "currency"), ("qualifier", "converted")),
    "link": Shape(("kind", "url")),
    "relation": Shape(("other_id", "kind")),
    "membership": Shape(("group_id",)),
    "credit": Shape(("person_id", "character_id"), ("role", "role_words", "billing", "credited_as")),
    "crew": Shape(("person_id", "job")),
    "airing": Shape(("organisation_id", "days", "time"), ("zone", "region")),
    "ost": Shape(("work_id",), ("part", "main")),
    "performer": Shape(("artist_id",), ("position", "credited_as")),
    "event": Shape(
        ("kind", "number", "claim"),
        (
            *("status", "revision", "earliest", "latest", "precision", "zone", "words", "after_id", "after_kind"),
            "changed_at",
        ),
    ),
}
