"""Paged lists of the catalogue, for browsing without a search term."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.catalogue.model import Kind, Label, Ref
from bot.store.connection import Connection
from bot.store.reading import NOT_MERGED, entity_id, labels, placeholders, stamp

PAGE = 15
"""Entries per page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its entries, each with its year if known, and the length of the whole list.

    Pages count from 0; a page past the end is the last one.
    """

    entries: Sequence[tuple[Label, int | None]]
    total: int


_YEAR = "(SELECT min(earliest) FROM event WHERE entity_id = entity.id AND kind = 'premiere')"


def size(connection: Connection) -> tuple[int, int]:
    """The number of dramas and the number of artists in the catalogue."""
    return connection.execute(
        f"SELECT (SELECT count(*) FROM entity WHERE kind = 'work' AND {NOT_MERGED}),"
        f" (SELECT count(*) FROM entity WHERE kind IN ('person', 'group') AND {NOT_MERGED})"
    ).fetchone()


def dramas(connection: Connection) -> array[int]:
    """The ids of all dramas, newest first and undated last."""
    return _ids(connection, "kind = 'work'", (), "year DESC NULLS LAST, slug")


def dramas_on(connection: Connection, network: str, page: int) -> Page:
    """The dramas of a network, newest first and undated last."""
    condition = "kind || '' = 'work' AND id IN (SELECT entity_id FROM airing WHERE organisation_id = ?)"
    values = (entity_id(connection, Ref(Kind.ORGANISATION, network)),)
    return page_of(connection, _ids(connection, condition, values, "year DESC NULLS LAST, slug"), page)


def airing(connection: Connection, page: int, now: datetime) -> Page:
    """The dramas that have begun and are not over, newest first."""
    condition = (  # as an expression, so that SQLite does not go through all dramas to find the few that are airing
        "kind || '' = 'work' AND id IN (SELECT entity_id FROM event WHERE kind = 'finale' AND latest > ?)"
        " AND EXISTS (SELECT 1 FROM event WHERE entity_id = entity.id AND kind = 'premiere' AND earliest <= ?)"
    )
    return page_of(
        connection, _ids(connection, condition, (stamp(now), stamp(now)), "year DESC NULLS LAST, slug"), page
    )


def artists(connection: Connection) -> array[int]:
    """The ids of everyone who sings or acts, groups first."""
    condition = (
        "kind IN ('group', 'person') AND (kind = 'group' OR EXISTS (SELECT 1 FROM credit WHERE person_id = entity.id)"
        " OR EXISTS (SELECT 1 FROM performer WHERE artist_id = entity.id))"
    )
    return _ids(connection, condition, (), "kind, slug")


def network(connection: Connection, slug: str) -> Label | None:
    """A network or platform by its slug."""
    id_ = entity_id(connection, Ref(Kind.ORGANISATION, slug))
    return labels(connection, [id_])[id_] if id_ is not None else None


def networks(connection: Connection) -> list[Label]:
    """The networks and platforms that show any drama, those with the most dramas first."""
    rows = connection.execute("SELECT organisation_id FROM airing GROUP BY organisation_id ORDER BY count(*) DESC, 1")
    ids = [id_ for (id_,) in rows]
    known = labels(connection, ids)
    return [known[id_] for id_ in ids]


def page_of(connection: Connection, ids: Sequence[int], page: int) -> Page:
    """A page of a list of ids. What is gone from the catalogue since it was made is left out."""
    last = max(len(ids) - 1, 0) // PAGE
    start = min(page, last) * PAGE
    shown = ids[start : start + PAGE]
    years = dict(
        connection.execute(
            f"SELECT id, {_YEAR} FROM entity WHERE id IN ({placeholders(shown)})", tuple(shown)
        ).fetchall()
    )
    known = labels(connection, years)
    entries = [(known[id_], int(at[:4]) if (at := years[id_]) else None) for id_ in shown if id_ in known]
    return Page(entries, len(ids))


def _ids(connection: Connection, condition: str, values: Sequence[Any], order: str) -> array[int]:
    rows = connection.execute(
        f"SELECT id, {_YEAR} AS year FROM entity WHERE ({condition}) AND {NOT_MERGED} ORDER BY {order}", tuple(values)
    )
    return array("q", (id_ for id_, _ in rows))
