"""People and groups."""

from __future__ import annotations

from bot.catalogue.model import Artist, Membership, Ref
from bot.store.connection import Connection
from bot.store.profiles import profiles
from bot.store.reading import entity_id, labels
from bot.store.songs import albums, osts_of_members, songs
from bot.store.statements import statements
from bot.store.works import credits_, crew


def artist(connection: Connection, ref: Ref) -> Artist | None:
    """A person or a group: memberships, parts, songs and albums."""
    id_ = entity_id(connection, ref)
    if id_ is None:
        return None
    released = {"track": list[int](), "album": list[int]()}
    for release, kind in connection.execute(
        "SELECT performer.entity_id, entity.kind FROM performer JOIN fact ON fact.id = performer.id"
        " JOIN entity ON entity.id = performer.entity_id WHERE artist_id = ? AND fact.rank = 0 ORDER BY performer.id",
        (id_,),
    ):
        released[kind].append(release)
    return Artist(
        profiles(connection, [id_])[id_],
        _memberships(connection, id_),
        credits_(connection, [id_], by="person_id"),
        crew(connection, [id_], by="person_id"),
        songs(connection, released["track"]),
        albums(connection, released["album"]),
        len(osts_of_members(connection, id_)),
    )


def _memberships(connection: Connection, id_: int) -> list[Membership]:
    """The groups of a person, or the people of a group."""
    columns = ("group_id", "since", "until")
    groups = statements(connection, "membership", columns, [id_])
    members = statements(connection, "membership", columns, [id_], by="group_id")
    known = labels(connection, {row.values[0] for row in groups} | {row.entity for row in members})
    return [
        Membership(**row.fact, other=known[group if row.entity == id_ else row.entity], since=since, until=until)
        for row in (*groups, *members)
        for group, since, until in [row.values]
    ]
