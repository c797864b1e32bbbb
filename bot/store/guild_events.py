"""Premieres and a server's own events as its scheduled events in Discord: their wanted state, and what is known of it.

A row says what a server should have (`state`, `starts_at`, `ends_at`) and what is known to exist in Discord
(`discord_id`). Planning writes the former, the row's claimant the latter; where the two differ, there is work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.occasions.model import LONGEST
from bot.store.connection import Connection
from bot.store.deliveries import AWAY, Pulse
from bot.store.follows import TOLD
from bot.store.reading import instant, placeholders, stamp
from bot.store.shards import Shards, due, next_try
from bot.store.subscriptions import wants

HORIZON = timedelta(days=60)
"""How far ahead premieres are scheduled: nobody plans an evening earlier, and Discord allows 100 per server."""
WEEK = timedelta(days=7)
"""How far ahead a server's own events are scheduled: what repeats would fill the list otherwise."""
MOST_OWN = 50
"""The most of a server's own events that are scheduled: half of what Discord allows, for people schedule others."""
EVENING = timedelta(minutes=70)
"""How long an event lasts if only its beginning is known: about an episode. Discord requires an end."""
LEASE = timedelta(seconds=90)
"""How long a claimed row belongs to its claimant."""
NO_ROOM = "full"
"""The reason of what waits since the server has as many scheduled events as Discord allows."""

KEPT = timedelta(days=90)
"""How long a row is kept after its end: a date that moves later than that starts over."""

_LONGEST = timedelta(days=2)
"""An event that began earlier than this is over: nothing dated to the day lasts longer."""


def _listed(lasts: str) -> str:
    """SQL: the columns of an event that takes so many seconds, unless it takes a day."""
    return (
        "event.id, event.entity_id, event.kind, 'byeol:' || entity.kind || '/' || entity.slug ||"
        "  CASE WHEN event.number > 0 THEN '#' || event.number ELSE '' END AS mark,"
        " event.earliest AS starts_at, CASE WHEN event.precision = 'day' THEN event.latest ELSE"
        f"  strftime('%Y-%m-%dT%H:%M:%SZ', event.earliest, '+' || {lasts} || ' seconds') END AS ends_at"
    )


_EVENING = f"{EVENING.total_seconds():.0f}"
_CHOSEN = f"SELECT 1 FROM subscription s WHERE s.guild_id = own.guild_id AND s.guild_events = 1 AND {wants('own.kind')}"

_WANTED = (
    f"WITH ahead AS MATERIALIZED (SELECT {_listed(_EVENING)} FROM event JOIN entity ON entity.id = event.entity_id"
    " WHERE event.guild_id IS NULL AND event.kind = 'premiere' AND event.earliest > :recently"
    "  AND event.status IN ('confirmed', 'released') AND event.precision IN ('minute', 'day')),"
    f" own AS MATERIALIZED (SELECT g.guild_id, {_listed(f'coalesce(lasts, {_EVENING})')}"
    " FROM (SELECT DISTINCT guild_id FROM subscription WHERE guild_events = 1) g CROSS JOIN event"
    "  JOIN entity ON entity.id = event.entity_id JOIN occasion ON occasion.entity_id = event.entity_id"
    " WHERE event.guild_id = g.guild_id AND event.earliest > :long_ago AND event.earliest <= :horizon"
    "  AND event.status = 'confirmed'),"
    " placed AS (SELECT own.*, row_number() OVER (PARTITION BY guild_id ORDER BY starts_at, id) AS place"
    f"  FROM own WHERE ends_at > :now AND EXISTS ({_CHOSEN})),"
    " wanted AS (SELECT s.guild_id, event.id AS event_id, event.mark, event.starts_at, event.ends_at,"
    "  s.paused_at IS NULL AND s.left_at IS NULL AS active, event.starts_at <= :horizon AS soon"
    " FROM subscription s CROSS JOIN ahead event WHERE s.guild_events = 1"
    f"  AND {wants('event.kind')}"
    f"  AND {TOLD}"
    " UNION ALL SELECT guild_id, id, mark, starts_at, ends_at,"
    f"  EXISTS ({_CHOSEN} AND s.paused_at IS NULL AND s.left_at IS NULL), starts_at <= :week"
    f" FROM placed own WHERE place <= {MOST_OWN})"
)
"""SQL: what each server should have. While its channels are paused or the bot has left, nothing is added and nothing
removed: people have marked their interest there."""

_SOON = (
    "CASE WHEN coalesce(guild_event.try_at, :now) < :leased THEN coalesce(guild_event.try_at, :now) ELSE :leased END"
)
"""SQL: at once, but a claimed row stays its claimant's until the lease ends."""


_DIFFERS = (
    "(guild_event.state <> 'wanted' OR coalesce(guild_event.event_id, 0) <> coalesce(excluded.event_id, 0)"
    " OR guild_event.starts_at <> excluded.starts_at OR guild_event.ends_at <> excluded.ends_at)"
)
"""SQL: whether a row differs from what is wanted now."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences between rows and what servers should have.

    `wanted` holds rows to write (guild id, mark, event id, start, end; times as stored), `unwanted` rows to retire
    (guild id, mark).
    """

    wanted: Sequence[tuple[int, str, int, str, str]]
    unwanted: Sequence[tuple[int, str]]


def differences(connection: Connection, now: datetime) -> Differences:
    """Compare the rows with what servers should have. This is a read, since mostly there is nothing to write."""
    times = {
        "now": stamp(now),
        "recently": stamp(now - _LONGEST),
        "long_ago": stamp(now - LONGEST),
        "horizon": stamp(now + HORIZON),
        "week": stamp(now + WEEK),
    }
    wanted = connection.execute(
        # `wanted` gets the alias `excluded`, so that `_DIFFERS` serves this query and the upsert.
        f"{_WANTED} SELECT excluded.guild_id, excluded.mark, excluded.event_id, excluded.starts_at, excluded.ends_at"
        " FROM wanted excluded LEFT JOIN guild_event ON guild_event.guild_id = excluded.guild_id"
        "  AND guild_event.mark = excluded.mark"
        # Discord accepts no event that has begun.
        " WHERE CASE WHEN guild_event.mark IS NULL THEN excluded.active AND excluded.starts_at > :now"
        f"  AND excluded.soon ELSE guild_event.state <> 'dismissed' AND {_DIFFERS} END",
        times,
    )
    unwanted = connection.execute(
        f"{_WANTED} SELECT guild_id, mark FROM guild_event known WHERE state = 'wanted' AND ends_at > :now"
        " AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.guild_id = known.guild_id AND wanted.mark = known.mark)",
        times,
    )
    return Differences(wanted.fetchall(), unwanted.fetchall())


def plan(connection: Connection, found: Differences, now: datetime) -> None:
    """Write what servers should have, make it due, and delete rows past `KEPT`."""
    times = {"now": stamp(now), "leased": stamp(now + LEASE)}
    connection.executemany(
        "INSERT INTO guild_event (guild_id, mark, event_id, starts_at, ends_at, state, try_at)"
        " VALUES (:guild, :mark, (SELECT id FROM event WHERE id = :event), :starts_at, :ends_at, 'wanted', :now)"
        " ON CONFLICT (guild_id, mark) DO UPDATE SET event_id = excluded.event_id, starts_at = excluded.starts_at,"
        f"  ends_at = excluded.ends_at, state = 'wanted', try_at = {_SOON}"
        f" WHERE guild_event.state <> 'dismissed' AND {_DIFFERS}",
        [
            {**times, "guild": guild, "mark": mark, "event": event, "starts_at": starts_at, "ends_at": ends_at}
            for guild, mark, event, starts_at, ends_at in found.wanted
        ],
    )
    connection.executemany(
        "UPDATE guild_event SET state = 'unwanted',"
        f" try_at = CASE WHEN discord_id IS NULL AND attempts = 0 THEN NULL ELSE {_SOON} END"
        " WHERE guild_id = :guild AND mark = :mark AND state = 'wanted'",
        [{**times, "guild": guild, "mark": mark} for guild, mark in found.unwanted],
    )
    connection.execute("DELETE FROM guild_event WHERE ends_at < ?", (stamp(now - KEPT),))


@dataclass(frozen=True, slots=True)
class GuildEvent:
    """A claimed row: what a server should have, and what it is known to have.

    `stands_until`: when the event that is known to exist ends. `attempts` counts the claims since the last recorded
    result. `leased_until` also identifies the claim.
    """

    guild_id: int
    mark: str
    event_id: int | None
    starts_at: datetime
    ends_at: datetime
    wanted: bool
    discord_id: int | None
    stands_until: datetime | None
    attempts: int
    leased_until: datetime
    language: str


_LANGUAGE = (
    "coalesce((SELECT language FROM subscription s WHERE s.guild_id = guild_event.guild_id AND s.guild_events = 1"
    " ORDER BY s.id LIMIT 1), 'en')"
)
"""SQL: the language of a server's events."""


def claim(connection: Connection, now: datetime, limit: int, shards: Shards | None = None) -> list[GuildEvent]:
    """Claim up to `limit` rows that are due, of some shards' servers or of all.

    No one else can claim them until the lease has passed.
    """
    rows = connection.execute(
        "UPDATE guild_event SET try_at = :leased, attempts = attempts + 1, reason = NULL WHERE (guild_id, mark) IN"
        f" ({due('guild_event', shards)})"
        " RETURNING guild_id, mark, event_id, starts_at, ends_at, state = 'wanted', discord_id, stands_until, attempts,"
        f"  try_at, {_LANGUAGE}",
        {"leased": stamp(now + LEASE), "now": stamp(now), "limit": limit},
    ).fetchall()
    return [
        GuildEvent(
            *(guild, mark, event, datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), bool(wanted)),
            *(discord_id, instant(stands_until), attempts, datetime.fromisoformat(leased_until), language),
        )
        for guild, mark, event, starts_at, ends_at, wanted, discord_id, stands_until, attempts, leased_until, language
        in rows
    ]  # fmt: skip


_CLAIMED = "guild_id = :guild AND mark = :mark AND try_at = :leased"
"""SQL: whether a claim still holds."""


def begin(connection: Connection, one: GuildEvent) -> bool:
    """Record that a request is about to leave: the event may or may not exist now. False if the claim was lost."""
    return (
        connection.execute(
            f"UPDATE guild_event SET discord_id = NULL, stands_until = NULL WHERE {_CLAIMED}", _claim(one)
        ).rowcount
        > 0
    )


def settle(connection: Connection, one: GuildEvent, discord_id: int | None, now: datetime, says: str = "") -> None:
    """Record that the event exists as wanted, or (without `discord_id`) that there is none.

    `says` is a digest of its text. If something else is wanted by now, the row is due again.
    """
    connection.execute(
        "UPDATE guild_event SET discord_id = :id, stands_until = :stands_until, attempts = 0,"
        " says = :says, reason = NULL,"
        " try_at = CASE WHEN state = :state AND starts_at = :starts_at AND ends_at = :ends_at THEN NULL ELSE :now END"
        f" WHERE {_CLAIMED}",
        {
            **_claim(one),
            "id": discord_id,
            "stands_until": stamp(one.ends_at) if discord_id is not None else None,
            "state": "wanted" if one.wanted else "unwanted",
            "starts_at": stamp(one.starts_at),
            "ends_at": stamp(one.ends_at),
            "now": stamp(now),
            "says": says,
        },
    )


class Standing(NamedTuple):
    """A scheduled event that exists and has not begun. `says` is a digest of its text, in `language`."""

    guild_id: int
    mark: str
    event_id: int
    says: str
    language: str


def standing(connection: Connection, now: datetime) -> list[Standing]:
    """The events that exist as wanted and have not begun: their text may be outdated."""
    rows = connection.execute(
        f"SELECT guild_id, mark, event_id, says, {_LANGUAGE} FROM guild_event WHERE state = 'wanted'"
        " AND discord_id IS NOT NULL AND event_id IS NOT NULL AND try_at IS NULL AND starts_at > ?",
        (stamp(now),),
    )
    return [Standing(*row) for row in rows]


def outdated(connection: Connection, found: Sequence[Standing], now: datetime) -> None:
    """Make events with an outdated text due."""
    connection.executemany(
        "UPDATE guild_event SET try_at = ? WHERE guild_id = ? AND mark = ? AND try_at IS NULL AND state = 'wanted'",
        [(stamp(now), one.guild_id, one.mark) for one in found],
    )


def dismiss(connection: Connection, one: GuildEvent) -> None:
    """Record that an admin deleted the event in Discord: it is not created again."""
    connection.execute(
        "UPDATE guild_event SET state = 'dismissed', discord_id = NULL, stands_until = NULL, try_at = NULL,"
        f" reason = 'deleted in Discord' WHERE {_CLAIMED}",
        _claim(one),
    )


def retry(connection: Connection, one: GuildEvent, at: datetime, reason: str) -> None:
    """Schedule a retry at `at`, and record why."""
    connection.execute(
        f"UPDATE guild_event SET try_at = :at, reason = :reason WHERE {_CLAIMED}",
        {**_claim(one), "at": stamp(at), "reason": reason},
    )


def without_room(connection: Connection, guild_id: int) -> int:
    """How many events of a server wait since it has as many as Discord allows."""
    (count,) = connection.execute(
        "SELECT count(*) FROM guild_event WHERE guild_id = ? AND reason = ?", (guild_id, NO_ROOM)
    ).fetchone()
    return count


def welcome(connection: Connection, guilds: Sequence[int], now: datetime) -> None:
    """Retry now what waits for servers that are within reach again. What is claimed has no reason, and stays so."""
    connection.execute(
        f"UPDATE guild_event SET try_at = ? WHERE try_at > ? AND reason = ? AND guild_id IN ({placeholders(guilds)})",
        (stamp(now), stamp(now), AWAY, *guilds),
    )


def _claim(one: GuildEvent) -> dict[str, object]:
    return {"guild": one.guild_id, "mark": one.mark, "leased": stamp(one.leased_until)}


def pulse(connection: Connection, shards: Shards | None = None) -> Pulse:
    """Read the pulse in one cheap query, for the servers of some shards, or for all."""
    catalogue, subscriptions, at = connection.execute(
        "SELECT (SELECT revision FROM catalogue), (SELECT revision FROM subscriptions),"
        f" (SELECT min(at) FROM ({next_try('guild_event', shards)}) AS next)"
    ).fetchone()
    return Pulse((catalogue, subscriptions), instant(at))
