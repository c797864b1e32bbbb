"""Premieres among a server's own events in Discord: what is to stand there, and what is known to.

A row says what a server is to have (`state`, `starts_at`, `ends_at`) and what is known of it in Discord
(`discord_id`). Planning changes the first, whoever claimed the row the second; where the two differ, there is
something to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.store.deliveries import Pulse
from bot.store.follows import CONCERNS
from bot.store.reading import instant, stamp
from bot.store.subscriptions import wants

HORIZON = timedelta(days=60)
"""How far ahead a premiere is put among a server's events: nobody plans an evening earlier, and Discord takes 100."""
EVENING = timedelta(minutes=70)
"""How long a premiere lasts of which only the beginning is known: about an episode. Discord asks for an end."""
LEASE = timedelta(seconds=90)
"""How long whoever took one up may be busy with it, before anybody else looks at it."""

KEPT = timedelta(days=90)
"""How long is known what became of one that is over: a date that moves later than that begins anew."""

_LONGEST = timedelta(days=2)
"""What began earlier than this is over: nothing that is known to the day lasts longer."""

_WANTED = (
    "WITH ahead AS MATERIALIZED (SELECT event.id, event.entity_id, event.kind,"
    "  'byeol:' || entity.kind || '/' || entity.slug || iif(event.number > 0, '#' || event.number, '') AS mark,"
    "  event.earliest AS starts_at, iif(event.precision = 'day', event.latest,"
    f"  strftime('%Y-%m-%dT%H:%M:%SZ', event.earliest, '+{EVENING.total_seconds():.0f} seconds')) AS ends_at"
    " FROM event JOIN fact ON fact.id = event.id JOIN entity ON entity.id = event.entity_id"
    " WHERE event.kind = 'premiere' AND event.claim = 0 AND fact.rank = 0 AND event.earliest > :recently"
    "  AND event.status IN ('confirmed', 'released') AND event.precision IN ('minute', 'day')),"
    " wanted AS (SELECT s.guild_id, event.id AS event_id, event.mark, event.starts_at, event.ends_at,"
    "  s.paused_at IS NULL AND s.left_at IS NULL AS active"
    " FROM subscription s CROSS JOIN ahead event WHERE s.guild_events = 1"
    f"  AND {wants('event.kind')}"
    f"  AND (NOT s.followed_only OR EXISTS (SELECT 1 FROM follow WHERE follow.guild_id = s.guild_id AND ({CONCERNS}))))"
)
"""What each server is to have. Where its channels are paused, or the bot has left, nothing is added, and nothing
taken away: people have said there that they are interested."""

_SOON = "min(coalesce(guild_event.try_at, :now), :leased)"
"""At once; but what somebody is busy with stays theirs to the end of the lease."""


_DIFFERS = (
    "(guild_event.state <> 'wanted' OR guild_event.event_id IS NOT excluded.event_id"
    " OR guild_event.starts_at <> excluded.starts_at OR guild_event.ends_at <> excluded.ends_at)"
)
"""Whether a row says something else than is wanted by now."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Where what servers are to have is not written down: the rows that are to be, and those that are no longer."""

    wanted: Sequence[tuple[int, str, int, str, str]]
    unwanted: Sequence[tuple[int, str]]


def differences(connection: sqlite3.Connection, now: datetime) -> Differences:
    """Compare what is written down with what servers are to have: a read, since mostly there is nothing to write."""
    times = {"now": stamp(now), "recently": stamp(now - _LONGEST), "horizon": stamp(now + HORIZON)}
    wanted = connection.execute(
        # What is wanted bears the name that it has once more where it is written down.
        f"{_WANTED} SELECT excluded.guild_id, excluded.mark, excluded.event_id, excluded.starts_at, excluded.ends_at"
        " FROM wanted excluded LEFT JOIN guild_event ON guild_event.guild_id = excluded.guild_id"
        "  AND guild_event.mark = excluded.mark"
        # Discord takes nothing that has begun.
        " WHERE iif(guild_event.mark IS NULL, excluded.active AND excluded.starts_at > :now"
        f"  AND excluded.starts_at <= :horizon, guild_event.state <> 'dismissed' AND {_DIFFERS})",
        times,
    )
    unwanted = connection.execute(
        f"{_WANTED} SELECT guild_id, mark FROM guild_event known WHERE state = 'wanted' AND ends_at > :now"
        " AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.guild_id = known.guild_id AND wanted.mark = known.mark)",
        times,
    )
    return Differences(wanted.fetchall(), unwanted.fetchall())


def plan(connection: sqlite3.Connection, found: Differences, now: datetime) -> None:
    """Write down what servers are to have, let it be taken up, and forget what is long over."""
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
        f"UPDATE guild_event SET state = 'unwanted', try_at = iif(discord_id IS NULL AND attempts = 0, NULL, {_SOON})"
        " WHERE guild_id = :guild AND mark = :mark AND state = 'wanted'",
        [{**times, "guild": guild, "mark": mark} for guild, mark in found.unwanted],
    )
    connection.execute("DELETE FROM guild_event WHERE ends_at < ?", (stamp(now - KEPT),))


@dataclass(frozen=True, slots=True)
class GuildEvent:
    """A premiere that was taken up for a server: what is to be there, and what is known to be.

    `attempts` counts how often it was taken up since that is known; `leased_until` is also what the claim is known by.
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
"""In which language a server reads its events."""


def claim(connection: sqlite3.Connection, now: datetime, limit: int) -> list[GuildEvent]:
    """Take up to `limit` of those that are due; nobody else is given them until the lease has passed."""
    rows = connection.execute(
        "UPDATE guild_event SET try_at = ?, attempts = attempts + 1 WHERE (guild_id, mark) IN"
        " (SELECT guild_id, mark FROM guild_event WHERE try_at <= ? ORDER BY try_at LIMIT ?)"
        " RETURNING guild_id, mark, event_id, starts_at, ends_at, state = 'wanted', discord_id, stands_until, attempts,"
        f"  try_at, {_LANGUAGE}",
        (stamp(now + LEASE), stamp(now), limit),
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
"""Whether a claim still holds."""


def begin(connection: sqlite3.Connection, one: GuildEvent) -> bool:
    """Note that a request is about to leave: nobody knows any more whether it stands. False if the claim was lost."""
    return (
        connection.execute(
            f"UPDATE guild_event SET discord_id = NULL, stands_until = NULL WHERE {_CLAIMED}", _claim(one)
        ).rowcount
        > 0
    )


def settle(
    connection: sqlite3.Connection, one: GuildEvent, discord_id: int | None, now: datetime, says: str = ""
) -> None:
    """Record that it stands as was wanted, or not at all. If something else is wanted by now, it is taken up anew.

    `says` is a digest of its words.
    """
    connection.execute(
        "UPDATE guild_event SET discord_id = :id, stands_until = iif(:id IS NULL, NULL, :ends_at), attempts = 0,"
        " says = :says,"
        " reason = NULL, try_at = iif(state = :state AND starts_at = :starts_at AND ends_at = :ends_at, NULL, :now)"
        f" WHERE {_CLAIMED}",
        {
            **_claim(one),
            "id": discord_id,
            "state": "wanted" if one.wanted else "unwanted",
            "starts_at": stamp(one.starts_at),
            "ends_at": stamp(one.ends_at),
            "now": stamp(now),
            "says": says,
        },
    )


class Standing(NamedTuple):
    """A premiere that stands among a server's events and has not begun: a digest of what it says, in its language."""

    guild_id: int
    mark: str
    event_id: int
    says: str
    language: str


def standing(connection: sqlite3.Connection, now: datetime) -> list[Standing]:
    """What stands as it was wanted, and may say something else by now."""
    rows = connection.execute(
        f"SELECT guild_id, mark, event_id, says, {_LANGUAGE} FROM guild_event WHERE state = 'wanted'"
        " AND discord_id IS NOT NULL AND event_id IS NOT NULL AND try_at IS NULL AND starts_at > ?",
        (stamp(now),),
    )
    return [Standing(*row) for row in rows]


def outdated(connection: sqlite3.Connection, found: Sequence[Standing], now: datetime) -> None:
    """Let what says something else than it is to be taken up."""
    connection.executemany(
        "UPDATE guild_event SET try_at = ? WHERE guild_id = ? AND mark = ? AND try_at IS NULL AND state = 'wanted'",
        [(stamp(now), one.guild_id, one.mark) for one in found],
    )


def dismiss(connection: sqlite3.Connection, one: GuildEvent) -> None:
    """Record that an admin deleted it in Discord: it is not put there again."""
    connection.execute(
        "UPDATE guild_event SET state = 'dismissed', discord_id = NULL, stands_until = NULL, try_at = NULL,"
        f" reason = 'deleted in Discord' WHERE {_CLAIMED}",
        _claim(one),
    )


def retry(connection: sqlite3.Connection, one: GuildEvent, at: datetime, reason: str) -> None:
    """Record that it is to be taken up again at `at`, and why."""
    connection.execute(
        f"UPDATE guild_event SET try_at = :at, reason = :reason WHERE {_CLAIMED}",
        {**_claim(one), "at": stamp(at), "reason": reason},
    )


def _claim(one: GuildEvent) -> dict[str, object]:
    return {"guild": one.guild_id, "mark": one.mark, "leased": stamp(one.leased_until)}


def pulse(connection: sqlite3.Connection) -> Pulse:
    """Feel the pulse: one quick query."""
    catalogue, subscriptions, at = connection.execute(
        "SELECT (SELECT revision FROM catalogue), (SELECT revision FROM subscriptions),"
        " (SELECT min(try_at) FROM guild_event WHERE try_at IS NOT NULL)"
    ).fetchone()
    return Pulse((catalogue, subscriptions), instant(at))
