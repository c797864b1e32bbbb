"""What servers asked to be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import EventKind
from bot.schedule import Audience, Stage
from bot.store.reading import instant, stamp

GRACE = timedelta(hours=6)
"""How late an announcement may still be posted, unless a server chooses otherwise."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A server's choice. Nothing that was due before `since` is posted."""

    guild_id: int
    channel_id: int
    role_id: int | None
    language: str
    zone: str
    kinds: Sequence[EventKind]
    stages: Sequence[Stage]
    grace: timedelta
    since: datetime
    paused_at: datetime | None = None
    quiet: str = ""


def of_guild(connection: sqlite3.Connection, guild_id: int) -> Subscription | None:
    """What a server chose, or None where announcements are off."""
    row = connection.execute(
        "SELECT channel_id, role_id, language, zone, kinds, stages, grace, since, paused_at, quiet FROM subscription"
        " WHERE guild_id = ?",
        (guild_id,),
    ).fetchone()
    if row is None:
        return None
    channel, role, language, zone, kinds, stages, grace, since, paused_at, quiet = row
    return Subscription(
        guild_id=guild_id,
        channel_id=channel,
        role_id=role,
        language=language,
        zone=zone,
        kinds=[EventKind(kind) for kind in kinds.split(",") if kind],
        stages=[Stage(stage) for stage in stages.split(",") if stage],
        grace=timedelta(seconds=grace),
        since=datetime.fromisoformat(since),
        paused_at=instant(paused_at),
        quiet=quiet,
    )


def changed(connection: sqlite3.Connection) -> None:
    """Note that what servers chose is another than before: the publisher plans anew."""
    connection.execute("UPDATE subscriptions SET revision = revision + 1")


def choose(connection: sqlite3.Connection, chosen: Subscription) -> None:
    """Record what a server chose, in the place of what it chose before. What was paused goes on.

    In the same channel nothing planned is lost; another channel starts anew.
    """
    before = of_guild(connection, chosen.guild_id)
    since = chosen.since
    changed(connection)
    if before is not None and before.channel_id == chosen.channel_id:
        since = before.since
        connection.execute("DELETE FROM subscription WHERE guild_id = ?", (chosen.guild_id,))
    elif before is not None:
        end(connection, chosen.guild_id, chosen.since)
    connection.execute(
        "INSERT INTO subscription (guild_id, channel_id, role_id, language, zone, kinds, stages, grace, since, quiet)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chosen.guild_id,
            chosen.channel_id,
            chosen.role_id,
            chosen.language,
            chosen.zone,
            f",{','.join(chosen.kinds)},",
            f",{','.join(chosen.stages)},",
            int(chosen.grace.total_seconds()),
            stamp(since),
            chosen.quiet,
        ),
    )


REFUSALS = 3
"""After so many refusals in a row a channel is not tried again until an admin has mended it."""
LEFT_FOR = timedelta(days=30)
"""How long a server's choice is kept after the bot was removed from it: being added back by then restores it."""


def pause_if_refused(connection: sqlite3.Connection, channel_id: int, now: datetime) -> bool:
    """Pause a channel whose last deliveries were all refused. Returns whether it is paused now, and was not before."""
    last = connection.execute(
        "SELECT state FROM delivery WHERE channel_id = ? AND state IN ('sent', 'failed')"
        " ORDER BY settled_at DESC, id DESC LIMIT ?",
        (channel_id, REFUSALS),
    ).fetchall()
    if [state for (state,) in last] != ["failed"] * REFUSALS:
        return False
    paused = connection.execute(
        "UPDATE subscription SET paused_at = ? WHERE channel_id = ? AND paused_at IS NULL", (stamp(now), channel_id)
    ).rowcount
    if paused:
        changed(connection)
        _withdraw(connection, "channel_id", channel_id, "paused", now)
    return paused > 0


def keep_step(connection: sqlite3.Connection, guilds: Collection[int], now: datetime) -> None:
    """Note which servers the bot is in: those it left wait, those it is back in go on, and old ones are forgotten.

    A server that it is back in is told nothing that came due meanwhile.
    """
    here = set(guilds)
    rows = connection.execute("SELECT guild_id, left_at FROM subscription").fetchall()
    gone = [guild for guild, left_at in rows if guild not in here and left_at is None]
    back = [guild for guild, left_at in rows if guild in here and left_at is not None]
    for guild in gone:
        connection.execute("UPDATE subscription SET left_at = ? WHERE guild_id = ?", (stamp(now), guild))
        _withdraw(connection, "guild_id", guild, "left", now)
    for guild in back:
        connection.execute("UPDATE subscription SET left_at = NULL, since = ? WHERE guild_id = ?", (stamp(now), guild))
    forgotten = [guild for guild, left_at in rows if left_at and left_at < stamp(now - LEFT_FOR) and guild not in here]
    for guild in forgotten:
        connection.execute("DELETE FROM subscription WHERE guild_id = ?", (guild,))
        connection.execute("DELETE FROM delivery WHERE guild_id = ?", (guild,))
        connection.execute("DELETE FROM follow WHERE guild_id = ?", (guild,))
    if gone or back or forgotten:
        changed(connection)


def _withdraw(connection: sqlite3.Connection, column: str, id_: int, reason: str, now: datetime) -> None:
    connection.execute(
        "UPDATE delivery SET state = 'withdrawn', try_at = NULL, settled_at = ?, reason = ?"
        f" WHERE {column} = ? AND state IN ('planned', 'retrying')",
        (stamp(now), reason, id_),
    )


def end(connection: sqlite3.Connection, guild_id: int, now: datetime) -> bool:
    """Turn a server's announcements off, and withdraw what was planned. Returns whether they were on."""
    changed(connection)
    ended = connection.execute("DELETE FROM subscription WHERE guild_id = ?", (guild_id,)).rowcount > 0
    _withdraw(connection, "guild_id", guild_id, "off", now)
    return ended


def wanted(connection: sqlite3.Connection) -> tuple[list[Audience], set[Stage]]:
    """The audiences of all servers, and every stage that some server chose."""
    rows = connection.execute(
        "SELECT DISTINCT zone, quiet, stages FROM subscription WHERE paused_at IS NULL AND left_at IS NULL"
    ).fetchall()
    stages = {Stage(stage) for _, _, chosen in rows for stage in chosen.split(",") if stage}
    return sorted({Audience(zone, quiet) for zone, quiet, _ in rows}), stages
