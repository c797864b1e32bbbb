"""Subscriptions: what servers chose for their channels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.announcements.hours import Audience
from bot.announcements.schedule import Stage
from bot.announcements.subscription import Subscription, Threads
from bot.catalogue.model import EventKind
from bot.store import agenda
from bot.store.connection import Connection
from bot.store.deliveries import wake
from bot.store.reading import instant, numbers, placeholders, stamp
from bot.store.shards import Shards

MAX_CHANNELS = 20
"""The most channels a server may subscribe: nobody keeps more in order."""

EVERY_KIND = ",*,"
"""The stored form of all kinds of events, which includes kinds that are added later."""


def wants(kind: str, of: str = "s") -> str:
    """SQL: whether a row with kinds, such as a subscription `s`, wants a kind of event; `kind` is an SQL expression."""
    return f"({of}.kinds = '{EVERY_KIND}' OR instr({of}.kinds, ',' || {kind} || ',') > 0)"


def listed(kinds: Collection[EventKind]) -> str:
    """Kinds of events in their stored form."""
    return EVERY_KIND if set(kinds) == set(EventKind) else f",{','.join(kinds)},"


def kinds_of(stored: str) -> list[EventKind]:
    """Decode kinds of events from their stored form."""
    return list(EventKind) if stored == EVERY_KIND else [EventKind(kind) for kind in stored.split(",") if kind]


_COLUMNS = (
    "guild_id, channel_id, role_id, language, zone, kinds, stages, grace, since, paused_at, quiet, digest,"
    " followed_only, guild_events, expected, threads, lock_after, tags"
)


def of_guild(connection: Connection, guild_id: int) -> list[Subscription]:
    """A server's subscriptions, oldest first; empty if announcements are off."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM subscription WHERE guild_id = ? ORDER BY id", (guild_id,))
    return [_read(row) for row in rows]


def every(connection: Connection) -> list[Subscription]:
    """The subscriptions of all servers that the bot has not left, a server's together."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM subscription WHERE left_at IS NULL ORDER BY guild_id, id")
    return [_read(row) for row in rows]


def of_channel(connection: Connection, guild_id: int, channel_id: int) -> Subscription | None:
    """The subscription of a channel, or None if nothing is announced there."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM subscription WHERE guild_id = ? AND channel_id = ?", (guild_id, channel_id)
    ).fetchone()
    return _read(row) if row else None


def _read(row: tuple[Any, ...]) -> Subscription:
    guild, channel, role, language, zone, kinds, stages, grace, since, paused_at, quiet, digest, *rest = row
    followed_only, guild_events, expected, threads, lock_after, tags = rest
    return Subscription(
        guild_id=guild,
        channel_id=channel,
        role_id=role,
        language=language,
        zone=zone,
        kinds=kinds_of(kinds),
        stages=[Stage(stage) for stage in stages.split(",") if stage],
        grace=timedelta(seconds=grace),
        since=datetime.fromisoformat(since),
        paused_at=instant(paused_at),
        quiet=quiet,
        digest=digest,
        followed_only=bool(followed_only),
        guild_events=bool(guild_events),
        threads=Threads(threads),
        lock_after=timedelta(seconds=lock_after),
        tags=numbers(tags),
        expected=bool(expected),
    )


def remember(connection: Connection, guild_id: int) -> None:
    """Record that data about a server is kept, so that it is deleted once the bot has left for good."""
    connection.execute("INSERT INTO server (guild_id) VALUES (?) ON CONFLICT DO NOTHING", (guild_id,))


def changed(connection: Connection, guild_id: int | None = None) -> None:
    """Record that subscriptions changed, so that the publisher plans again; what is a server's own, of that one."""
    connection.execute("UPDATE subscriptions SET revision = revision + 1")
    if guild_id is not None:
        agenda.look_again(connection, guild_id)


def choose(connection: Connection, chosen: Subscription, now: datetime) -> bool:
    """Store a channel's subscription, replacing the previous one.

    If the channel was refusing and no longer counts as such (`paused_at`), what waits for it is retried now. Returns
    False if the server already has `MAX_CHANNELS`.
    """
    before = of_channel(connection, chosen.guild_id, chosen.channel_id)
    if before is None and len(of_guild(connection, chosen.guild_id)) >= MAX_CHANNELS:
        return False
    if before is not None:
        _replan(connection, before, now)
        if before.paused_at is not None and chosen.paused_at is None:
            wake(connection, chosen.channel_id, now)
    changed(connection, chosen.guild_id)
    remember(connection, chosen.guild_id)
    connection.execute(
        f"INSERT INTO subscription ({_COLUMNS}, chosen_at) VALUES ({placeholders(_COLUMNS.split(','))}, ?)"
        " ON CONFLICT (channel_id) DO UPDATE SET role_id = excluded.role_id, language = excluded.language,"
        "  zone = excluded.zone, kinds = excluded.kinds, stages = excluded.stages, grace = excluded.grace,"
        "  quiet = excluded.quiet, digest = excluded.digest, followed_only = excluded.followed_only,"
        "  guild_events = excluded.guild_events, expected = excluded.expected, threads = excluded.threads,"
        "  lock_after = excluded.lock_after, tags = excluded.tags,"
        "  paused_at = excluded.paused_at, chosen_at = excluded.chosen_at"
        "  WHERE subscription.guild_id = excluded.guild_id",
        (
            chosen.guild_id,
            chosen.channel_id,
            chosen.role_id,
            chosen.language,
            chosen.zone,
            listed(chosen.kinds),
            f",{','.join(chosen.stages)},",
            int(chosen.grace.total_seconds()),
            stamp(chosen.since),
            stamp(chosen.paused_at) if chosen.paused_at else None,
            chosen.quiet,
            chosen.digest,
            chosen.followed_only,
            chosen.guild_events,
            chosen.expected,
            int(chosen.threads),
            int(chosen.lock_after.total_seconds()),
            ",".join(map(str, chosen.tags)),
            stamp(now),
        ),
    )
    return True


def update_subscription(
    connection: Connection,
    guild_id: int,
    channel_id: int,
    change: Callable[[Subscription], Subscription],
    now: datetime,
) -> Subscription | None:
    """Apply `change` to a channel's subscription. Returns the result, or None if there is no subscription.

    Concurrent changes are all kept: each applies to the settings stored at that moment.
    """
    before = of_channel(connection, guild_id, channel_id)
    if before is None:
        return None
    after = change(before)
    choose(connection, after, now)
    return after


def _replan(connection: Connection, before: Subscription, now: datetime) -> None:
    """Withdraw the planned deliveries of a channel: those still wanted are planned again, for their new time."""
    # What would be too late if planned again stays: it waits for a digest, or for the end of quiet hours.
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?1, reason = 'not chosen'"
        " WHERE channel_id = ?2 AND state = 'planned' AND due_at >= ?3",
        (stamp(now), before.channel_id, stamp(now - before.grace)),
    )


def move(connection: Connection, guild_id: int, channel_id: int, to: int, now: datetime) -> bool:
    """Move a subscription to channel `to`, from `now` on, without the tags of a forum that it leaves.

    Returns False if that channel has one already.
    """
    if connection.execute("SELECT 1 FROM subscription WHERE channel_id = ?", (to,)).fetchone():
        return False
    changed(connection, guild_id)
    connection.execute(
        "UPDATE subscription SET channel_id = ?1, since = ?2, chosen_at = ?2, paused_at = NULL, tags = ''"
        " WHERE guild_id = ?3 AND channel_id = ?4",
        (to, stamp(now), guild_id, channel_id),
    )
    _withdraw(connection, "channel_id", channel_id, "off", now)
    return True


LEFT_FOR = timedelta(days=30)
"""How long a server's settings are kept after the bot was removed: adding it back within that time restores them."""
_PERSONAL = ("rsvp", "attendee_role")
"""The tables about members of a server: they are emptied of them as soon as the bot has left."""


def note_refusal(connection: Connection, channel_id: int, now: datetime) -> bool:
    """Record that a channel refuses the bot. Returns whether that is new: admins are notified once."""
    return (
        connection.execute(
            "UPDATE subscription SET paused_at = ? WHERE channel_id = ? AND paused_at IS NULL", (stamp(now), channel_id)
        ).rowcount
        > 0
    )


def refusing(connection: Connection, guild_id: int) -> list[Subscription]:
    """The subscriptions of a server's channels that refused the bot and have accepted nothing since."""
    return [one for one in of_guild(connection, guild_id) if one.paused_at is not None]


def sync_guild_membership(
    connection: Connection, guilds: Collection[int], now: datetime, shards: Shards | None = None
) -> None:
    """Record which servers the bot is in: pause those it left, resume those it is back in, delete old ones.

    `shards`: whose servers `guilds` names, and none of others is touched; None for all.

    A resumed server gets nothing that came due meanwhile. `LEFT_FOR` says when a server is deleted.
    """
    here = set(guilds)
    rows = [
        (guild, left_at)
        for guild, left_at in connection.execute("SELECT guild_id, left_at FROM server").fetchall()
        if shards is None or shards.hold(guild)
    ]
    gone = [guild for guild, left_at in rows if guild not in here and left_at is None]
    back = [guild for guild, left_at in rows if guild in here and left_at is not None]
    for guild in gone:
        for table in ("server", "subscription"):
            connection.execute(f"UPDATE {table} SET left_at = ? WHERE guild_id = ?", (stamp(now), guild))
        _withdraw(connection, "guild_id", guild, "left", now)
        for table in _PERSONAL:
            connection.execute(f"DELETE FROM {table} WHERE guild_id = ?", (guild,))
    for guild in back:
        connection.execute("UPDATE server SET left_at = NULL WHERE guild_id = ?", (guild,))
        connection.execute("UPDATE subscription SET left_at = NULL, since = ? WHERE guild_id = ?", (stamp(now), guild))
        agenda.look_again(connection, guild)
    forgotten = [guild for guild, left_at in rows if left_at and left_at < stamp(now - LEFT_FOR) and guild not in here]
    for guild in forgotten:
        for table in (
            "subscription",
            "delivery",
            "follow",
            "guild_event",
            "subject_role",
            "subject_thread",
            "entity",
            "pending",
            "server",
        ):
            connection.execute(f"DELETE FROM {table} WHERE guild_id = ?", (guild,))
    if gone or back or forgotten:
        changed(connection)


def _withdraw(connection: Connection, column: str, id_: int, reason: str, now: datetime) -> None:
    """Withdraw pending deliveries; those that may have reached Discord become ``uncertain``."""
    doubt = (
        "(possibly_sent_since IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM delivery lead WHERE lead.id = delivery.primary_id"
        "  AND lead.possibly_sent_since IS NOT NULL))"
    )
    # What was surely not posted may be planned again, and then has its own outcome.
    connection.execute(
        "UPDATE delivery SET try_at = NULL, settled_at = ?, reason = ?,"
        f" primary_id = CASE WHEN {doubt} THEN primary_id END,"
        f" state = CASE WHEN {doubt} THEN 'uncertain' ELSE 'withdrawn' END"
        f" WHERE {column} = ? AND state IN ('planned', 'retrying')",
        (stamp(now), reason, id_),
    )


def end(connection: Connection, guild_id: int, now: datetime, channel_id: int | None = None) -> bool:
    """Turn a server's announcements off, all of them or those in a channel, and withdraw what was planned.

    Returns whether they were on.
    """
    ended = [one for one in of_guild(connection, guild_id) if channel_id in (None, one.channel_id)]
    for one in ended:
        connection.execute("DELETE FROM subscription WHERE channel_id = ?", (one.channel_id,))
        _withdraw(connection, "channel_id", one.channel_id, "off", now)
    changed(connection, guild_id)
    return bool(ended)


def only_followed(connection: Connection, guild_id: int, only: bool, now: datetime) -> None:
    """Limit all channels of a server to what it follows, or lift that limit; not those with lists of their own."""
    rows = connection.execute(
        "SELECT DISTINCT s.channel_id FROM subscription s JOIN channel_follow c ON c.channel_id = s.channel_id"
        " WHERE s.guild_id = ?",
        (guild_id,),
    )
    with_lists = {channel for (channel,) in rows}
    for one in of_guild(connection, guild_id):
        if one.followed_only != only and one.channel_id not in with_lists:
            choose(connection, replace(one, followed_only=only), now)


def wanted(connection: Connection, guild_id: int | None = None) -> tuple[list[Audience], set[Stage]]:
    """The audiences of all servers or of one, sorted, and every stage that any of them chose."""
    rows = connection.execute(
        "SELECT DISTINCT zone, quiet, digest, stages FROM subscription WHERE left_at IS NULL"
        + (" AND guild_id = ?" if guild_id is not None else ""),
        () if guild_id is None else (guild_id,),
    ).fetchall()
    stages = {Stage(stage) for *_, chosen in rows for stage in chosen.split(",") if stage}
    return sorted({Audience(*audience) for *audience, _ in rows}), stages
