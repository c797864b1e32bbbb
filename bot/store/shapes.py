"""The shapes of statements: one table each, whose rows share their ids with rows of `fact`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """The columns of a statement's table: `key` distinguishes the statements of one entity, `values` are the others.

    `slot` says where origins stand in for one another: of the statements of an entity that are equal in these columns
    of the key, only those of the first origin in order are shown. None is the whole key: whatever any origin adds is
    shown. `disputes`: what others state in the slot is shown as disagreeing, with a rank above 0, instead of not at
    all. `fills`: within a slot, an origin that knows this column comes before one that does not.
    """

    key: tuple[str, ...]
    values: tuple[str, ...] = ()
    slot: tuple[str, ...] | None = None
    disputes: bool = False
    fills: str | None = None


SHAPES: Mapping[str, Shape] = {
    "name": Shape(("text", "kind", "language"), ("position",)),
    "external_id": Shape(("authority", "value")),
    "detail": Shape(("attribute", "value"), ("position",), slot=("attribute",)),
    "year_day": Shape(("kind", "day"), ("year",), slot=("kind",), disputes=True),
    "money": Shape(("attribute", "amount", "currency"), ("qualifier", "converted"), slot=("attribute",)),
    "link": Shape(("kind", "url")),
    "relation": Shape(("other_id", "kind"), slot=("other_id",)),
    "membership": Shape(("group_id",), ("since", "until")),
    "credit": Shape(
        ("person_id", "character_id"),
        ("role", "role_words", "billing", "credited_as"),
        slot=("person_id",),
        fills="character_id",
    ),
    "crew": Shape(("person_id", "job")),
    "airing": Shape(("organisation_id", "days", "time"), ("zone", "region"), slot=("organisation_id",)),
    "ost": Shape(("work_id",), ("part", "main")),
    "performer": Shape(("artist_id",), ("position", "credited_as"), slot=(), disputes=True),
    "event_date": Shape(
        ("kind", "number", "claim"),
        ("status", "earliest", "latest", "precision", "zone", "words", "after_id", "after_kind"),
    ),
}
