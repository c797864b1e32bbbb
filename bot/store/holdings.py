"""What the catalogue holds, for those who load into it: how much there is, and who states it."""

from __future__ import annotations

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.store import merging
from bot.store.connection import Connection

MERGING = Origin(Authority.CURATOR, "merging")
"""The origin that keeps the slugs of merged entities: what refers to them, or still states them, may go on to do so."""


def revision(connection: Connection) -> int:
    """The catalogue's revision: a different number means different contents."""
    (number,) = connection.execute("SELECT revision FROM catalogue").fetchone()
    return number


def is_empty(connection: Connection) -> bool:
    """Whether the catalogue has no entities; what is a server's own is none of them."""
    return connection.execute("SELECT 1 FROM entity WHERE guild_id IS NULL LIMIT 1").fetchone() is None


def size(connection: Connection) -> int:
    """The number of entities, statements and sources that seed files and curators state."""
    (count,) = connection.execute(
        "SELECT (SELECT count(DISTINCT entity_id) FROM entity_origin WHERE origin NOT LIKE 'import:%')"
        " + (SELECT count(*) FROM fact WHERE origin NOT LIKE 'import:%' AND origin NOT LIKE 'server:%')"
        " + (SELECT count(*) FROM source WHERE origin NOT LIKE 'import:%')"
    ).fetchone()
    return count


def known_refs(connection: Connection) -> dict[Ref, frozenset[Origin]]:
    """Every entity, with the origins that state it under its slug. Slugs that were merged are kept by `MERGING`."""
    found: dict[Ref, set[Origin]] = {}
    for kind, slug, origin in connection.execute(
        "SELECT kind, slug, origin FROM entity JOIN entity_origin ON entity_id = id"
    ):
        found.setdefault(Ref(Kind(kind), slug), set()).add(Origin.parse(origin))
    for id_, kind, slug, gone_kind, gone_slug in connection.execute(
        "SELECT merged.id, entity.kind, entity.slug, gone.kind, gone.slug FROM merged"
        " JOIN entity gone ON gone.id = gone_id JOIN entity ON entity.id = merged.entity_id"
    ).fetchall():
        brought = {Origin.parse(one) for one in merging.brought_origins(connection, id_)}
        ref = Ref(Kind(kind), slug)
        found[ref] = found.get(ref, set()) - brought | {MERGING}
        found[Ref(Kind(gone_kind), gone_slug)] = {MERGING}
    return {ref: frozenset(origins) for ref, origins in found.items()}


def known_sources(connection: Connection) -> dict[str, Origin]:
    """Every source's slug, with the origin that states it."""
    return {slug: Origin.parse(origin) for slug, origin in connection.execute("SELECT slug, origin FROM source")}


def origins(connection: Connection) -> set[Origin]:
    """Every origin of something in the catalogue."""
    rows = connection.execute("SELECT origin FROM entity_origin UNION SELECT origin FROM source")
    return {Origin.parse(origin) for (origin,) in rows}
