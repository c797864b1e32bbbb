"""Paged lists of the catalogue, for browsing without a search term."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.catalogue.model import Label
from bot.store.reading import labels, stamp

PAGE = 15
"""Entries per page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its entries, each with its year if known, and the length of the whole list.

    Pages count from 0; a page past the end is the last one.
    """

    entries: Sequence[tuple[Label, int | None]]
    total: int


_YEAR = "(SELECT min(earliest) FROM event WHERE entity_id = entity.id AND claim = 0 AND kind = 'premiere')"


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """The number of dramas and the number of artists in the catalogue."""
    return connection.execute(
        "SELECT (SELECT count(*) FROM entity WHERE kind = 'work'),"
        " (SELECT count(*) FROM entity WHERE kind IN ('person', 'group'))"
    ).fetchone()


def dramas(connection: sqlite3.Connection, page: int, network: str | None = None) -> Page:
    """All dramas, or those of a network, newest first and undated last."""
    condition, values = "kind = 'work'", ()
    if network is not None:
        condition += (
            " AND id IN (SELECT entity_id FROM airing JOIN entity o ON o.id = organisation_id"
            " WHERE o.kind = 'organisation' AND o.slug = ?)"
        )
        values = (network,)
    return _page(connection, condition, values, f"{_YEAR} IS NULL, {_YEAR} DESC, slug", page)


def airing(connection: sqlite3.Connection, page: int, now: datetime) -> Page:
    """The dramas that have begun and are not over, newest first."""
    condition = (
        "kind = 'work' AND id IN (SELECT entity_id FROM event WHERE claim = 0 AND kind = 'premiere' AND earliest <= ?)"
        " AND id IN (SELECT entity_id FROM event WHERE claim = 0 AND kind = 'finale' AND latest > ?)"
    )
    return _page(connection, condition, (stamp(now), stamp(now)), f"{_YEAR} DESC, slug", page)


def artists(connection: sqlite3.Connection, page: int) -> Page:
    """Everyone who sings or acts, groups first."""
    condition = (
        "kind = 'group' OR kind = 'person' AND (id IN (SELECT artist_id FROM performer)"
        " OR id IN (SELECT person_id FROM credit))"
    )
    return _page(connection, condition, (), "kind, slug", page)


def network(connection: sqlite3.Connection, slug: str) -> Label | None:
    """A network or platform by its slug."""
    row = connection.execute("SELECT id FROM entity WHERE kind = 'organisation' AND slug = ?", (slug,)).fetchone()
    return labels(connection, [row[0]])[row[0]] if row else None


def networks(connection: sqlite3.Connection) -> list[Label]:
    """The networks and platforms that show any drama, those with the most dramas first."""
    rows = connection.execute("SELECT organisation_id FROM airing GROUP BY organisation_id ORDER BY count(*) DESC, 1")
    ids = [id_ for (id_,) in rows]
    known = labels(connection, ids)
    return [known[id_] for id_ in ids]


def _page(connection: sqlite3.Connection, condition: str, values: Sequence[Any], order: str, page: int) -> Page:
    (total,) = connection.execute(f"SELECT count(*) FROM entity WHERE {condition}", values).fetchone()
    last = max(total - 1, 0) // PAGE
    rows = connection.execute(
        f"SELECT id, {_YEAR} FROM entity WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, PAGE, min(page, last) * PAGE),
    ).fetchall()
    known = labels(connection, [id_ for id_, _ in rows])
    return Page([(known[id_], int(at[:4]) if at else None) for id_, at in rows], total)
