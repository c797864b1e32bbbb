"""Servers by shard: which of them a process serves, and how what is due for these is found without looking at the rest.

Discord gives a server to the shard ``(guild_id >> 22) % count``
(https://discord.com/developers/docs/events/gateway#sharding-sharding-formula). The count is the operator's choice, so
the indexes over it are made when the first process comes with it, and not by a migration.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.connection import Connection

_INDEXED = {
    "delivery": "id",
    "post_action": "delivery_id, kind",
    "guild_event": "guild_id, mark",
    "subject_role": "id",
    "attendee_role": "guild_id, user_id, role_id",
}
"""The outboxes, each with the key of its rows."""
_MOST = 200
"""Shards that are asked for one by one: SQLite allows 500 parts of a query. Who serves more reads past others' rows."""


@dataclass(frozen=True, slots=True)
class Shards:
    """Some of all shards: those whose servers a process serves."""

    count: int
    ids: frozenset[int]

    def hold(self, guild_id: int) -> bool:
        """Whether a server is on one of them. What has no server is on shard 0, with the direct messages."""
        return (guild_id >> 22) % self.count in self.ids


def count(connection: Connection) -> int:
    """By how many shards what is due is indexed; 0 if it is not."""
    return connection.execute("SELECT count FROM sharding").fetchone()[0]


def divide(connection: Connection, into: int) -> None:
    """Index what is due by shard, if it is not by this count already.

    Call it while no process serves shards of another count: that one would look through everything from now on.
    """
    if count(connection) == into:
        return
    for table, key in _INDEXED.items():
        connection.execute(f"DROP INDEX IF EXISTS {table}_by_shard")
        # Post actions are deleted once they are done; of the others, most rows are settled. SQLite would not use an
        # index on a condition that is always true.
        some = "" if table == "post_action" else " WHERE try_at IS NOT NULL"
        connection.execute(f"CREATE INDEX {table}_by_shard ON {table} ({_expression(into)}, try_at, {key}){some}")
    connection.execute("UPDATE sharding SET count = ?", (into,))


def due(table: str, shards: Shards | None) -> str:
    """SQL: the keys of the rows of an outbox that are due by ``:now``, the longest due first, at most ``:limit``.

    `shards`: whose servers; None for all.
    """
    key = _INDEXED[table]
    if shards is None or len(shards.ids) == shards.count:
        return f"SELECT {key} FROM {table} WHERE try_at <= :now ORDER BY try_at, {key} LIMIT :limit"
    if not shards.ids or len(shards.ids) > _MOST:
        return (
            f"SELECT {key} FROM {table} WHERE try_at <= :now AND {_among(shards)} ORDER BY try_at, {key} LIMIT :limit"
        )
    # A few rows of each, so that many that are due on one shard are not looked through for those on another.
    each = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {key}, try_at FROM {table} WHERE {_expression(shards.count)} = {shard}"
        f" AND try_at <= :now ORDER BY try_at, {key} LIMIT :limit) AS shard_{shard}"
        for shard in sorted(shards.ids)
    )
    return f"SELECT {key} FROM ({each}) AS due ORDER BY try_at, {key} LIMIT :limit"


def next_try(table: str, shards: Shards | None) -> str:
    """SQL: when something of an outbox is due next, as the rows of a column ``at`` of which the earliest counts."""
    if shards is None or len(shards.ids) == shards.count:
        return f"SELECT min(try_at) AS at FROM {table} WHERE try_at IS NOT NULL"
    if not shards.ids or len(shards.ids) > _MOST:
        return f"SELECT min(try_at) AS at FROM {table} WHERE try_at IS NOT NULL AND {_among(shards)}"
    return " UNION ALL ".join(
        f"SELECT min(try_at) AS at FROM {table} WHERE {_expression(shards.count)} = {shard} AND try_at IS NOT NULL"
        for shard in sorted(shards.ids)
    )


def _among(shards: Shards) -> str:
    return f"{_expression(shards.count)} IN ({', '.join(map(str, sorted(shards.ids)))})" if shards.ids else "1 = 0"


def _expression(count: int) -> str:
    # Letter for letter the same in index and query, which is how an engine knows the one for the other.
    return f"((guild_id >> 22) % {count})"
