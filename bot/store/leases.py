"""Leases: what one of several processes does alone, until a time that it can put off.

A lease ends by itself, so whoever dies holds nothing for long. `update` is for rules that need to see all leases, such
as fair shares; `take` for one that stands on its own. What changes leases runs in `Database.coordinate`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.store import shards
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Lease:
    """What `owner` holds until `until`. For `share` and `detail`, see the migration that made the table."""

    name: str
    owner: str
    until: datetime
    share: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a decision changes: leases that are new or renewed, and names of own ones that end now."""

    write: Sequence[Lease]
    release: Collection[str]


C = TypeVar("C", bound=Changes)


def update(connection: Connection, owner: str, decide: Callable[[Sequence[Lease]], C]) -> C:
    """Let `decide` see all leases, those that ended as well, write what it changes, and return that.

    Nobody else decides meanwhile.
    """
    changes = decide(everything(connection))
    connection.executemany(
        "INSERT INTO lease (name, owner, until, share, detail) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET owner = excluded.owner, until = excluded.until, share = excluded.share, detail = excluded.detail",
        [(one.name, one.owner, _precise(one.until), one.share, one.detail) for one in changes.write],
    )
    release(connection, owner, changes.release)
    return changes


def everything(connection: Connection) -> list[Lease]:
    """All leases: there are about as many as shards."""
    rows = connection.execute("SELECT name, owner, until, share, detail FROM lease ORDER BY name").fetchall()
    return [
        Lease(name, owner, datetime.fromisoformat(until), share, detail) for name, owner, until, share, detail in rows
    ]


def processes(connection: Connection, now: datetime) -> list[Lease]:
    """The processes that are alive, of those that share the shards."""
    return [one for one in everything(connection) if one.name.startswith("process/") and one.until > now]


@dataclass(frozen=True, slots=True)
class Division:
    """How the processes that are alive divide the shards: how many they are, and which shards nobody holds."""

    processes: int
    count: int
    free: Sequence[int]


def division(connection: Connection, now: datetime) -> Division:
    """How the shards are divided at the moment."""
    count = shards.count(connection)
    live = [one.name for one in everything(connection) if one.until > now]
    return Division(
        processes=sum(name.startswith("process/") for name in live),
        count=count,
        free=[number for number in range(count) if f"shard/{number}" not in live],
    )


def take(connection: Connection, name: str, owner: str, now: datetime, span: timedelta) -> bool:
    """Take a lease that nobody else holds, or set the end of one's own, to `span` from now. False if it is held."""
    taken = connection.execute(
        "INSERT INTO lease (name, owner, until, share, detail) VALUES (?1, ?2, ?3, 0, '') ON CONFLICT (name) DO UPDATE"
        " SET owner = excluded.owner, until = excluded.until WHERE lease.owner = excluded.owner OR lease.until <= ?4",
        (name, owner, _precise(now + span), _precise(now)),
    ).rowcount
    return taken > 0


def release(connection: Connection, owner: str, names: Collection[str]) -> None:
    """End leases now, as far as they are still the owner's."""
    connection.executemany("DELETE FROM lease WHERE name = ? AND owner = ?", [(name, owner) for name in names])


def leave(connection: Connection, owner: str) -> None:
    """End everything that a process holds."""
    connection.execute("DELETE FROM lease WHERE owner = ?", (owner,))


def _precise(at: datetime) -> str:
    """An instant as leases store it: text that sorts as time, finer than elsewhere, since turns are seconds apart."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
