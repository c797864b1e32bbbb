"""What Discord was last told of the bot's commands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping


def synced(connection: sqlite3.Connection, scope: str) -> tuple[str, dict[str, int]] | None:
    """The digest of what was told for a scope, and the ids that Discord gave; None where nothing was told yet."""
    row = connection.execute("SELECT digest, ids FROM command_sync WHERE scope = ?", (scope,)).fetchone()
    return (row[0], json.loads(row[1])) if row else None


def guilds(connection: sqlite3.Connection) -> list[int]:
    """The servers that were told commands of their own."""
    return [int(scope) for (scope,) in connection.execute("SELECT scope FROM command_sync WHERE scope <> 'global'")]


def forget(connection: sqlite3.Connection, scope: str) -> None:
    """Note that a scope has no commands of its own any more."""
    connection.execute("DELETE FROM command_sync WHERE scope = ?", (scope,))


def record(connection: sqlite3.Connection, scope: str, digest: str, ids: Mapping[str, int]) -> None:
    """Note what Discord was told."""
    connection.execute(
        "INSERT INTO command_sync VALUES (?, ?, ?)"
        " ON CONFLICT (scope) DO UPDATE SET digest = excluded.digest, ids = excluded.ids",
        (scope, digest, json.dumps(dict(ids))),
    )
