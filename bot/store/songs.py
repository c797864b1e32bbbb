"""Tracks and albums."""

from __future__ import annotations

from collections.abc import Collection

from bot.catalogue.model import Album, Discography, Kind, Ost, Performer, Ref, Song, Track
from bot.store.connection import Connection
from bot.store.profiles import events, profiles
from bot.store.reading import entity_id, labels
from bot.store.statements import statements


def track(connection: Connection, slug: str) -> Track | None:
    """A track with its profile, performers and OSTs; None if there is none."""
    id_ = entity_id(connection, Ref(Kind.TRACK, slug))
    if id_ is None:
        return None
    return Track(profiles(connection, [id_])[id_], songs(connection, [id_])[0])


def discography(connection: Connection, ref: Ref) -> Discography | None:
    """The songs of an artist or of a work; of a group also its members' OSTs. None if there is no such entity."""
    id_ = entity_id(connection, ref)
    if id_ is None:
        return None
    label = labels(connection, [id_])[id_]
    if ref.kind is Kind.WORK:
        tracks = tracks_of(connection, id_)
        (cast,) = connection.execute("SELECT EXISTS (SELECT 1 FROM credit WHERE entity_id = ?)", (id_,)).fetchone()
        return Discography(label, songs(connection, tracks), has_cast=bool(cast))
    tracks = [
        track
        for (track,) in connection.execute(
            "SELECT performer.entity_id FROM performer JOIN fact ON fact.id = performer.id"
            " JOIN entity ON entity.id = performer.entity_id AND entity.kind = 'track'"
            " WHERE artist_id = ? AND rank = 0 ORDER BY performer.id",
            (id_,),
        )
    ]
    members = sorted(set(osts_of_members(connection, id_)) - set(tracks))
    return Discography(label, songs(connection, tracks), songs(connection, members))


def singing(connection: Connection, refs: Collection[Ref]) -> set[Ref]:
    """Those of the given artists and works that have known songs."""
    # CROSS JOIN keeps SQLite from going through all entities to find the few that are requested.
    rows = connection.execute(
        f"WITH asked (kind, slug) AS (VALUES {', '.join(['(?, ?)'] * len(refs))})"
        " SELECT entity.kind, entity.slug FROM asked CROSS JOIN entity"
        " WHERE entity.kind = asked.kind AND entity.slug = asked.slug"
        " AND (EXISTS (SELECT 1 FROM performer WHERE artist_id = entity.id)"
        " OR EXISTS (SELECT 1 FROM ost WHERE work_id = entity.id)"
        " OR EXISTS (SELECT 1 FROM membership JOIN performer ON artist_id = membership.entity_id"
        " WHERE group_id = entity.id))",
        [part for ref in refs for part in ref],
    )
    return {Ref(Kind(kind), slug) for kind, slug in rows}


def tracks_of(connection: Connection, work: int) -> list[int]:
    """The ids of the tracks of a work."""
    rows = connection.execute("SELECT entity_id FROM ost WHERE work_id = ? ORDER BY id", (work,))
    return list(dict.fromkeys(track for (track,) in rows))


def osts_of_members(connection: Connection, group: int) -> list[int]:
    """The ids of the OST tracks that members of a group sing under their own names."""
    rows = connection.execute(
        "SELECT DISTINCT performer.entity_id FROM membership JOIN performer ON artist_id = membership.entity_id"
        " JOIN fact ON fact.id = performer.id AND rank = 0 JOIN ost ON ost.entity_id = performer.entity_id"
        " WHERE group_id = ?",
        (group,),
    )
    return [track for (track,) in rows]


def songs(connection: Connection, tracks: Collection[int]) -> list[Song]:
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


def album(connection: Connection, slug: str) -> Album | None:
    """An album with its profile and performers; None if there is none."""
    id_ = entity_id(connection, Ref(Kind.ALBUM, slug))
    return albums(connection, [id_])[0] if id_ is not None else None


def performers(connection: Connection, releases: Collection[int]) -> dict[int, list[Performer]]:
    """The performers of tracks and albums, by entity id, in the order of the credit."""
    rows = statements(connection, "performer", ("artist_id", "credited_as"), releases, order="t.position")
    known = labels(connection, {row.values[0] for row in rows})
    found: dict[int, list[Performer]] = {}
    for row in rows:
        artist, credited_as = row.values
        found.setdefault(row.entity, []).append(Performer(**row.fact, artist=known[artist], credited_as=credited_as))
    return found


def albums(connection: Connection, ids: Collection[int]) -> list[Album]:
    """Albums, in no particular order."""
    performed = performers(connection, ids)
    return [Album(profile, performed.get(id_, [])) for id_, profile in profiles(connection, ids).items()]
