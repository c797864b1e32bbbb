"""The commands last synced to Discord, by scope: ``global`` or a server's id."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.store.connection import Connection


def synced(connection: Connection, scope: str) -> tuple[str, dict[str, int]] | None:
    """The digest of the commands last synced for a scope, and their ids by name; None if never synced."""
    row = connection.execute("SELECT digest, ids FROM command_sync WHERE scope = ?", (scope,)).fetchone()
    return (row[0], json.loads(row[1])) if row else None


def guilds(connection: Connection) -> list[int]:
    """The ids of servers with commands of their own."""
    return [int(scope) for (scope,) in connection.execute("SELECT scope FROM command_sync WHERE scope <> 'global'")]


def forget(connection: Connection, scope: str) -> None:
    """Record that a scope no longer has commands of its own."""
    connection.execute("DELETE FROM command_sync WHERE scope = ?", (scope,))


def record(connection: Connection, scope: str, digest: str, ids: Mapping[str, int]) -> None:
    """Record what was synced for a scope: the digest of the commands, and the ids Discord gave them by name."""
    connection.execute(
        "INSERT INTO command_sync VALUES (?, ?, ?)"
        " ON CONFLICT (scope) DO UPDATE SET digest = excluded.digest, ids = excluded.ids",
        (scope, digest, json.dumps(dict(ids))),
    )
