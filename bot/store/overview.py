"""Statistics of the catalogue for ``/about``: how much the bot knows, and from whom."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overview:
    """`counts`: entities by kind, ``event``, ``source``. `publishers`: name, citations, licence; most cited first."""

    counts: dict[str, int]
    publishers: list[tuple[str, int, str | None]]


def overview(connection: sqlite3.Connection) -> Overview:
    """Count the catalogue."""
    counts = dict(connection.execute("SELECT kind, count(*) FROM entity GROUP BY kind"))
    (counts["event"],) = connection.execute("SELECT count(*) FROM event WHERE claim = 0").fetchone()
    (counts["source"],) = connection.execute("SELECT count(*) FROM source").fetchone()
    publishers = connection.execute(
        "SELECT publisher, count(fact_id), max(licence) FROM source LEFT JOIN fact_source ON source_id = source.id"
        " GROUP BY publisher ORDER BY count(fact_id) DESC, publisher"
    ).fetchall()
    return Overview(counts, publishers)
