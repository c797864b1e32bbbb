"""Dramas and other works, and who plays in them."""

from __future__ import annotations

from collections.abc import Collection

from bot.catalogue.model import Airing, Cast, Credit, Crew, Kind, Ref, Role, Work
from bot.store.connection import Connection
from bot.store.profiles import profiles
from bot.store.reading import entity_id, labels, placeholders, text
from bot.store.songs import songs, tracks_of
from bot.store.statements import statements


def work(connection: Connection, slug: str) -> Work | None:
    """A work with its airings, crew, songs and cast; None if there is none."""
    id_ = entity_id(connection, Ref(Kind.WORK, slug))
    if id_ is None:
        return None
    tracks = tracks_of(connection, id_)
    return Work(
        profiles(connection, [id_])[id_],
        _airings(connection, id_),
        crew(connection, [id_], by="entity_id"),
        songs(connection, tracks),
        credits_(connection, [id_], by="entity_id"),
    )


def cast(connection: Connection, slug: str) -> Cast | None:
    """Who plays whom in a work; None if there is none."""
    id_ = entity_id(connection, Ref(Kind.WORK, slug))
    if id_ is None:
        return None
    played = credits_(connection, [id_], by="entity_id")
    characters = [
        character
        for (character,) in connection.execute(
            "SELECT DISTINCT character_id FROM credit WHERE entity_id = ? AND character_id IS NOT NULL", (id_,)
        )
    ]
    (has_songs,) = connection.execute("SELECT EXISTS (SELECT 1 FROM ost WHERE work_id = ?)", (id_,)).fetchone()
    (partial,) = connection.execute("SELECT partial FROM entity WHERE id = ?", (id_,)).fetchone()
    return Cast(
        labels(connection, [id_])[id_],
        "cast" not in (partial or ""),
        played,
        {profile.label.ref: profile for profile in profiles(connection, characters).values()},
        bool(has_songs),
    )


def credits_(connection: Connection, ids: Collection[int], *, by: str) -> list[Credit]:
    """The credits of works (`by` ``entity_id``) or of people (`by` ``person_id``)."""
    columns = ("person_id", "character_id", "role", "role_words", "billing", "credited_as")
    rows = statements(connection, "credit", columns, ids, by=by, order="t.billing")
    known = labels(connection, {id_ for row in rows for id_ in (row.entity, *row.values[:2]) if id_ is not None})
    return [
        Credit(
            **row.fact,
            work=known[row.entity],
            person=known[person],
            character=known.get(character),
            role=Role(role) if role else None,
            role_words=text(role_words),
            billing=billing,
            credited_as=credited_as,
        )
        for row in rows
        for person, character, role, role_words, billing, credited_as in [row.values]
    ]


def crew(connection: Connection, ids: Collection[int], *, by: str) -> list[Crew]:
    """Who made works (`by` ``entity_id``), or what people made (`by` ``person_id``)."""
    rows = statements(connection, "crew", ("person_id", "job"), ids, by=by)
    known = labels(connection, {id_ for row in rows for id_ in (row.entity, row.values[0])})
    return [Crew(**row.fact, work=known[row.entity], person=known[row.values[0]], job=row.values[1]) for row in rows]


def _airings(connection: Connection, work_id: int) -> list[Airing]:
    rows = statements(connection, "airing", ("organisation_id", "days", "time", "zone", "region"), [work_id])
    ids = {row.values[0] for row in rows}
    known = labels(connection, ids)
    types = dict(connection.execute(f"SELECT id, type FROM entity WHERE id IN ({placeholders(ids)})", tuple(ids)))
    return [
        Airing(
            **row.fact,
            organisation=known[organisation],
            type=types[organisation],
            days=tuple(days.split(",")) if days else (),
            time=time,
            zone=zone,
            region=text(region),
        )
        for row in rows
        for organisation, days, time, zone, region in [row.values]
    ]
