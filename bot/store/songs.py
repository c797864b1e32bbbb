"""Tracks and albums."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from bot.catalogue.model import Album, Discography, Kind, Ost, Performer, Ref, Song, Track
from bot.store.reading import entity_id, events, labels, profiles, statements


def track(connection: sqlite3.Connection, slug: str) -> Track | None:
    """A song, whole."""
    id_ = entity_id(connection, Ref(Kind.TRACK, slug))
    if id_ is None:
        return None
    return Track(profiles(connection, [id_])[id_], songs(connection, [id_])[0])


def discography(connection: sqlite3.Connection, ref: Ref) -> Discography | None:
    """The songs of an artist, or those that belong to a work."""
    id_ = entity_id(connection, ref)
    if id_ is None:
        return None
    query = (
        "SELECT DISTINCT entity_id FROM ost WHERE work_id = ?"
        if ref.kind is Kind.WORK
        else "SELECT performer.entity_id FROM performer JOIN fact ON fact.id = performer.id"
        " JOIN entity ON entity.id = performer.entity_id AND entity.kind = 'track' WHERE artist_id = ? AND rank = 0"
    )
    tracks = [track for (track,) in connection.execute(query, (id_,))]
    return Discography(labels(connection, [id_])[id_], songs(connection, tracks))


def songs(connection: sqlite3.Connection, tracks: Collection[int]) -> list[Song]:
    """What lists show of tracks, in no particular order."""
    performed = performers(connection, tracks)
    rows = statements(connection, "ost", ("work_id", "part", "main"), tracks)
    known = labels(connection, {*tracks, *(row.values[0] for row in rows)})
    osts: dict[int, list[Ost]] = {}
    for row in rows:
        work, part, main = row.values
        osts.setdefault(row.entity, []).append(
            Ost(**row.fact, track=known[row.entity], work=known[work], part=part, main=bool(main))
        )
    dated = events(connection, tracks)
    return [Song(known[id_], performed.get(id_, []), osts.get(id_, []), dated.get(id_, [])) for id_ in tracks]


def performers(connection: sqlite3.Connection, releases: Collection[int]) -> dict[int, list[Performer]]:
    """Who performs tracks and albums, by their id, in the order of the credit."""
    rows = statements(connection, "performer", ("artist_id", "credited_as"), releases, order="t.position")
    known = labels(connection, {row.values[0] for row in rows})
    found: dict[int, list[Performer]] = {}
    for row in rows:
        artist, credited_as = row.values
        found.setdefault(row.entity, []).append(Performer(**row.fact, artist=known[artist], credited_as=credited_as))
    return found


def albums(connection: sqlite3.Connection, ids: Collection[int]) -> list[Album]:
    """Albums, in no particular order."""
    performed = performers(connection, ids)
    return [Album(profile, performed.get(id_, [])) for id_, profile in profiles(connection, ids).items()]
