"""Subject roles: the roles by which members of a server are told of a drama or an artist.

A row says which role that is; who has it, only Discord knows. Byeol makes a role when it is first wanted. Roles have no
nonce, so its row comes first, in the state ``making``, and holds what tells the role from others if the answer to the
request is lost: its name, and the newest role that was there before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from bot.announcements.subject_role import MAX_ROLES, UNUSED, SubjectRole
from bot.catalogue.model import Label, Ref
from bot.store.connection import Connection
from bot.store.deliveries import Pulse
from bot.store.follows import CONCERNS
from bot.store.reading import entity_id, instant, labels, placeholders, stamp
from bot.store.shards import Shards, due, next_try
from bot.store.subscriptions import remember

LEASE = timedelta(seconds=90)
"""How long a claimed row belongs to its claimant."""
EVERY = timedelta(days=1)
"""How often to look whether anybody has a role that Byeol made."""


class State(StrEnum):
    """The state of a row."""

    MAKING = "making"
    STANDING = "standing"
    REMOVING = "removing"


class Verdict(Enum):
    """Why there is no role for a subject yet. BUSY: somebody is making or removing one. FULL: `MAX_ROLES` are there."""

    BUSY = "busy"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A row. `role_id` is None while the role is made, `after_id` unless it was asked for. `own`: Byeol made it.

    `leased_until` identifies a claim; it has no meaning in a row that nobody claimed.
    """

    id: int
    guild_id: int
    own: bool
    state: State
    role_id: int | None
    name: str
    after_id: int | None
    leased_until: datetime | None


_COLUMNS = "id, guild_id, own, state, role_id, name, after_id, try_at"
_STANDING = "state = 'standing'"
_CLAIMED = "id = :id AND try_at = :leased"
"""SQL: whether a claim still holds."""


def _read(row: tuple[Any, ...]) -> RoleRow:
    id_, guild_id, own, state, role_id, name, after_id, try_at = row
    return RoleRow(id_, guild_id, bool(own), State(state), role_id, name, after_id, instant(try_at))


def offered(connection: Connection, guild_id: int) -> bool:
    """Whether members of a server are offered roles: yes, unless its admins turned that off."""
    row = connection.execute("SELECT notify FROM server WHERE guild_id = ?", (guild_id,)).fetchone()
    return row is None or bool(row[0])


def offer(connection: Connection, guild_id: int, *, on: bool) -> None:
    """Offer roles to the members of a server, or no longer. Those that stand stay, and are not mentioned while off."""
    remember(connection, guild_id)
    connection.execute("UPDATE server SET notify = ? WHERE guild_id = ?", (int(on), guild_id))


def of_subject(connection: Connection, guild_id: int, ref: Ref) -> list[int]:
    """The ids of the roles of a subject in a server: first the one that members get."""
    rows = connection.execute(
        f"SELECT role_id FROM subject_role WHERE guild_id = ? AND entity_id = ? AND {_STANDING} ORDER BY own, id",
        (guild_id, entity_id(connection, ref)),
    )
    return [role_id for (role_id,) in rows]


def of_guild(connection: Connection, guild_id: int) -> list[SubjectRole]:
    """The roles of a server, each with what it stands for, oldest first."""
    rows = connection.execute(
        f"SELECT role_id, entity_id, own FROM subject_role WHERE guild_id = ? AND {_STANDING} ORDER BY id", (guild_id,)
    ).fetchall()
    known = labels(connection, {entity for _, entity, _ in rows})
    by_role: dict[int, list[Label]] = {}
    for role_id, entity, _ in rows:
        by_role.setdefault(role_id, []).append(known[entity])
    own = {role_id: bool(one) for role_id, _, one in rows}
    return [SubjectRole(role_id, subjects, own[role_id]) for role_id, subjects in by_role.items()]


def mentionable(connection: Connection, guild_id: int) -> list[int]:
    """The ids of the roles that posts in a server may mention; none if it does not offer them."""
    rows = connection.execute(
        f"SELECT DISTINCT role_id FROM subject_role WHERE guild_id = ? AND {_STANDING} ORDER BY role_id", (guild_id,)
    )
    return [role_id for (role_id,) in rows] if offered(connection, guild_id) else []


def every(connection: Connection) -> dict[int, list[int]]:
    """The ids of the roles that posts may mention, by server."""
    found: dict[int, list[int]] = {}
    for guild_id, role_id in connection.execute(
        f"SELECT DISTINCT guild_id, role_id FROM subject_role WHERE {_STANDING} AND NOT EXISTS (SELECT 1 FROM server"
        "  WHERE server.guild_id = subject_role.guild_id AND notify = 0) ORDER BY guild_id, role_id"
    ):
        found.setdefault(guild_id, []).append(role_id)
    return found


def mentioned(connection: Connection, guild_id: int, events: Collection[int]) -> Mapping[int, Sequence[int]] | None:
    """The roles that posts about some events mention in a server, by event: the most closely concerned first.

    None if its members are not offered any.
    """
    if not offered(connection, guild_id):
        return None
    rows = connection.execute(
        # The alias lets `CONCERNS` say of a role's subject what it says of a followed one.
        "SELECT event.id, follow.role_id FROM event JOIN subject_role follow ON follow.guild_id = ?"
        f" WHERE event.id IN ({placeholders(events)}) AND follow.{_STANDING} AND ({CONCERNS}) ORDER BY event.id,"
        " CASE WHEN follow.entity_id IN (SELECT person_id FROM credit WHERE credit.entity_id = event.entity_id)"
        " THEN 1 ELSE 0 END, follow.id",
        (guild_id, *events),
    )
    found: dict[int, list[int]] = {}
    for event, role_id in rows:
        found.setdefault(event, []).append(role_id)
    return found


def want(connection: Connection, guild_id: int, ref: Ref, name: str, now: datetime) -> RoleRow | Verdict:
    """The role of a subject, for a member who wants it; if it is not there, the claim to make it, as `name`.

    While a member wants it, it does not count as unused. If `ref` is in no catalogue, the answer is BUSY.
    """
    entity = entity_id(connection, ref)
    if entity is None:
        return Verdict.BUSY
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM subject_role WHERE guild_id = ? AND entity_id = ?"
        " ORDER BY CASE state WHEN 'standing' THEN 0 ELSE 1 END, own, id LIMIT 1",
        (guild_id, entity),
    ).fetchone()
    if row is not None:
        return _taken_up(connection, _read(row), now)
    (count,) = connection.execute("SELECT count(*) FROM subject_role WHERE guild_id = ?", (guild_id,)).fetchone()
    if count >= MAX_ROLES:
        return Verdict.FULL
    namesake = "SELECT 1 FROM subject_role WHERE guild_id = ? AND name = ? AND state = 'making'"
    if connection.execute(namesake, (guild_id, name)).fetchone():
        return Verdict.BUSY  # two that are made at once under one name could not be told apart
    remember(connection, guild_id)
    made = connection.execute(
        "INSERT INTO subject_role (guild_id, entity_id, own, state, name, try_at) VALUES (?, ?, 1, 'making', ?, ?)"
        f" RETURNING {_COLUMNS}",
        (guild_id, entity, name, stamp(now + LEASE)),
    ).fetchone()
    return _read(made)


def _taken_up(connection: Connection, one: RoleRow, now: datetime) -> RoleRow | Verdict:
    match one.state:
        case State.STANDING:
            connection.execute("UPDATE subject_role SET empty_since = NULL WHERE id = ?", (one.id,))
            return one
        case State.MAKING if one.leased_until is None or one.leased_until <= now:
            row = connection.execute(
                f"UPDATE subject_role SET try_at = ? WHERE id = ? RETURNING {_COLUMNS}", (stamp(now + LEASE), one.id)
            ).fetchone()
            return _read(row)
        case _:
            return Verdict.BUSY


def others(connection: Connection, one: RoleRow) -> set[int]:
    """The roles of a server that are known to be another subject's."""
    rows = connection.execute(
        "SELECT role_id FROM subject_role WHERE guild_id = ? AND id <> ? AND role_id IS NOT NULL",
        (one.guild_id, one.id),
    )
    return {role_id for (role_id,) in rows}


def begin(connection: Connection, one: RoleRow, after_id: int) -> bool:
    """Record that the request is about to leave: the role may exist from now on. False if the claim was lost.

    `after_id`: the newest role that is there before; that of the first request is kept.
    """
    return (
        connection.execute(
            f"UPDATE subject_role SET after_id = coalesce(after_id, :after) WHERE {_CLAIMED}",
            {**_claim(one), "after": after_id},
        ).rowcount
        > 0
    )


def settle(connection: Connection, one: RoleRow, role_id: int, now: datetime) -> None:
    """Record which role was made. Does nothing if the claim was lost."""
    connection.execute(
        "UPDATE subject_role SET state = 'standing', role_id = :role, after_id = NULL, try_at = :look"
        f" WHERE {_CLAIMED}",
        {**_claim(one), "role": role_id, "look": stamp(now + EVERY)},
    )


def forget(connection: Connection, one: RoleRow) -> None:
    """Record that there is no such role. Does nothing if the claim was lost."""
    connection.execute(f"DELETE FROM subject_role WHERE {_CLAIMED}", _claim(one))


def put_off(connection: Connection, one: RoleRow, at: datetime) -> None:
    """Let a claimed row be looked at again at `at`. Does nothing if the claim was lost."""
    connection.execute(f"UPDATE subject_role SET try_at = :at WHERE {_CLAIMED}", {**_claim(one), "at": stamp(at)})


def claim(connection: Connection, now: datetime, limit: int, shards: Shards | None = None) -> list[RoleRow]:
    """Claim up to `limit` rows that are due, of some shards' servers or of all.

    No one else can claim them until the lease has passed.
    """
    rows = connection.execute(
        f"UPDATE subject_role SET try_at = :leased WHERE id IN ({due('subject_role', shards)}) RETURNING {_COLUMNS}",
        {"leased": stamp(now + LEASE), "now": stamp(now), "limit": limit},
    ).fetchall()
    return sorted(map(_read, rows), key=lambda one: one.id)


def _claim(one: RoleRow) -> dict[str, object]:
    return {"id": one.id, "leased": stamp(one.leased_until) if one.leased_until else None}


def keep(connection: Connection, one: RoleRow, now: datetime) -> None:
    """Let a role stand that was to be removed, as if somebody had it. Does nothing if the claim was lost."""
    connection.execute(
        f"UPDATE subject_role SET state = 'standing', empty_since = NULL, try_at = :look WHERE {_CLAIMED}",
        {**_claim(one), "look": stamp(now + EVERY)},
    )


def welcome(connection: Connection, guilds: Sequence[int], now: datetime) -> None:
    """Look now at what is there, in servers that are within reach again."""
    connection.execute(
        f"UPDATE subject_role SET try_at = ? WHERE try_at > ? AND {_STANDING} AND guild_id IN ({placeholders(guilds)})",
        (stamp(now), stamp(now), *guilds),
    )


def counted(connection: Connection, guild_id: int, members: Mapping[int, int], now: datetime) -> None:
    """Note which roles that Byeol made in a server are unused; those that have been for `UNUSED` are to be removed.

    `members`: how many have each role, by its id; a role that is left out has none.
    """
    rows: list[tuple[int, int, str | None]] = connection.execute(
        f"SELECT id, role_id, empty_since FROM subject_role WHERE guild_id = ? AND own = 1 AND {_STANDING}", (guild_id,)
    ).fetchall()
    for id_, role_id, empty_since in rows:
        since = None if members.get(role_id, 0) else empty_since or stamp(now)
        over = since is not None and since <= stamp(now - UNUSED)
        connection.execute(
            "UPDATE subject_role SET empty_since = ?, state = ?, try_at = ? WHERE id = ?",
            (since, State.REMOVING if over else State.STANDING, stamp(now if over else now + EVERY), id_),
        )


def choose(connection: Connection, guild_id: int, ref: Ref, role_id: int | None) -> bool:
    """Let members get an existing role for a subject, instead of the one chosen before; None: one that Byeol makes.

    A role that Byeol made before stays for as long as members have it, and is mentioned too. Returns False if the
    server has `MAX_ROLES`, or the subject is gone.
    """
    entity = entity_id(connection, ref)
    if entity is None:
        return False
    connection.execute("DELETE FROM subject_role WHERE guild_id = ? AND entity_id = ? AND own = 0", (guild_id, entity))
    if role_id is None:
        return True
    (count,) = connection.execute("SELECT count(*) FROM subject_role WHERE guild_id = ?", (guild_id,)).fetchone()
    if count >= MAX_ROLES:
        return False
    remember(connection, guild_id)
    connection.execute(
        "INSERT INTO subject_role (guild_id, entity_id, own, state, role_id, name) VALUES (?, ?, 0, 'standing', ?, '')",
        (guild_id, entity, role_id),
    )
    return True


def gone(connection: Connection, guild_id: int, role_id: int) -> None:
    """Record that a role was deleted in Discord: whoever wants it next gets another one."""
    connection.execute(
        f"DELETE FROM subject_role WHERE guild_id = ? AND role_id = ? AND {_STANDING}", (guild_id, role_id)
    )


def pulse(connection: Connection, shards: Shards | None = None) -> Pulse:
    """Read the pulse in one cheap query, for the servers of some shards, or for all."""
    (at,) = connection.execute(f"SELECT min(at) FROM ({next_try('subject_role', shards)}) AS next").fetchone()
    return Pulse((0, 0), instant(at))
