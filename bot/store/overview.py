"""Statistics of the catalogue for ``/about``: how much the bot knows, from whom, and how fresh it is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalogue.model import Provided
from bot.catalogue.origin import PROVIDERS
from bot.store import runs
from bot.store.connection import Connection
from bot.store.reading import NOT_MERGED, placeholders

_SLUGS = {f"provider-{name}": name for name in PROVIDERS}


@dataclass(frozen=True, slots=True)
class Overview:
    """`counts`: entities by kind, ``event``, ``source``. `publishers`: name, citations, licence; most cited first.

    `providers`, in the order of `PROVIDERS`, are not among the publishers.
    """

    counts: dict[str, int]
    publishers: list[tuple[str, int, str | None]]
    providers: list[Provided]


def overview(connection: Connection) -> Overview:
    """Count the catalogue, and look when providers were asked."""
    return Overview(*counted(connection), providers(connection))


def counted(connection: Connection) -> tuple[dict[str, int], list[tuple[str, int, str | None]]]:
    """The counts and the publishers of an `Overview`, which take a while with a large catalogue."""
    counts = dict(
        connection.execute(f"SELECT kind, count(*) FROM entity WHERE guild_id IS NULL AND {NOT_MERGED} GROUP BY kind")
    )
    (counts["event"],) = connection.execute(
        "SELECT count(*) FROM event WHERE guild_id IS NULL AND entity_id NOT IN (SELECT gone_id FROM merged)"
    ).fetchone()
    (counts["source"],) = connection.execute("SELECT count(*) FROM source").fetchone()
    publishers = connection.execute(
        "SELECT publisher, sum(citations), max(licence) FROM source"
        f" WHERE slug NOT IN ({placeholders(_SLUGS)}) GROUP BY publisher ORDER BY sum(citations) DESC, publisher",
        tuple(_SLUGS),
    ).fetchall()
    return counts, publishers


def providers(connection: Connection) -> list[Provided]:
    """The providers that were ever asked."""
    updates = runs.updates(connection)
    held_back = {outcome.provider for outcome in runs.outcomes(connection) if outcome.problem is not None}
    rows = connection.execute(
        f"SELECT slug, publisher, licence, url FROM source WHERE slug IN ({placeholders(_SLUGS)})", tuple(_SLUGS)
    ).fetchall()
    rows.sort(key=lambda row: PROVIDERS.index(_SLUGS[row[0]]))
    return [
        Provided(
            title,
            licence,
            url.partition("{id}")[0] if url else None,
            updates.get(_SLUGS[slug]),
            held_back=_SLUGS[slug] in held_back,
        )
        for slug, title, licence, url in rows
    ]
