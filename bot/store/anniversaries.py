"""Keeps the events of anniversaries: those of the next days, for what servers follow that want to hear of them.

They are derived from what is stated, like nothing else in `event`, so they are made ahead of time and kept in step with
it. The cost depends on how many entities have their day in the next weeks, which an index by day finds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.announcements.schedule import LONGEST_DIGEST, REMINDERS
from bot.catalogue.model import ANNIVERSARIES, EventKind, Status
from bot.catalogue.month_day import falling_on
from bot.catalogue.when import SEOUL, Precision
from bot.store import dates
from bot.store.connection import Connection
from bot.store.dates import Slot
from bot.store.follows import current_groups
from bot.store.reading import chunks, instant, placeholders, stamp
from bot.store.recalled import Recalled, recalled
from bot.store.stated import Value
from bot.store.subscriptions import wants

_DAY = timedelta(days=1)
BACK = 2 * _DAY
"""How long a day is not over yet somewhere on Earth."""
AHEAD = LONGEST_DIGEST + max(REMINDERS.values()) + 3 * _DAY
"""How long before its day the event of an anniversary is made: before any reminder, in any digest and zone."""


def are_stale(connection: Connection, now: datetime) -> bool:
    """Whether `renew` has something to do: mostly it has not, so nobody needs to wait for a write."""
    return bool(_changes(connection, now))


def renew(connection: Connection, now: datetime) -> None:
    """Make the events of anniversaries that come near, and move or withdraw those whose day is stated otherwise now.

    An event is numbered by its year, so a year has each anniversary once.
    """
    for slot, day in _changes(connection, now).items():
        if day is None:
            dates.remove(connection, slot, stamp(now), withdrawn=True)
        else:
            dates.store(connection, slot, _columns(day), stamp(now))


def _changes(connection: Connection, now: datetime) -> dict[Slot, date | None]:
    """The events whose date is not what it should be, with the day that it should be; None: there is none."""
    first, last = (now - BACK).date(), (now + AHEAD).date()
    known = recalled(connection, _followed(connection, first, last))
    wanted: dict[Slot, date | None] = {
        Slot(entity, kind, year): day
        for (entity, kind), one in known.items()
        for year in {first.year, last.year}
        if first <= (day := one.day.in_year(year)) <= last and _is_anniversary(one, year)
    }
    made = _made(connection, {slot.entity for slot in wanted}, first)
    stale = recalled(connection, {slot.entity for slot in made.keys() - wanted.keys()})
    for slot, day in made.items():
        if slot not in wanted and day is not None and day >= first:
            wanted[slot] = _moved(stale.get((slot.entity, EventKind(slot.kind))), slot.number, first)
    return {slot: day for slot, day in wanted.items() if slot not in made or made[slot] != day}


def _moved(one: Recalled | None, year: int, first: date) -> date | None:
    """The day of an anniversary that was made for another one; None if it has none, or it is over."""
    if one is None or not _is_anniversary(one, year):
        return None
    day = one.day.in_year(year)
    return day if day >= first else None


def _is_anniversary(one: Recalled, year: int) -> bool:
    return one.since is None or year > one.since


def _followed(connection: Connection, first: date, last: date) -> set[int]:
    """The entities that may have an anniversary between two days, and that servers follow which want to hear of it."""
    # A day of another zone may begin the day before, or the day after, in UTC.
    days = {str(one) for at in range(-1, (last - first).days + 2) for one in falling_on(first + at * _DAY)}
    kind = "CASE year_day.kind WHEN 'birthday' THEN 'artist_birthday' ELSE 'debut_anniversary' END"
    born, premiered = _heard("year_day.entity_id", kind), _heard("event.entity_id", "'premiere_anniversary'")
    rows = connection.execute(
        f"SELECT entity_id FROM year_day WHERE day IN ({placeholders(days)}) AND {born}"
        " UNION SELECT entity_id FROM event WHERE kind = 'premiere' AND guild_id IS NULL"
        f" AND substr(earliest, 6, 5) IN ({placeholders(days)}) AND {premiered}",
        (*days, *days),
    )
    return {id_ for (id_,) in rows}


def _heard(entity: str, kind: str) -> str:
    hearing = (
        f" WHERE follow.entity_id IN (SELECT {entity} UNION ALL {current_groups(entity)})"
        f" AND s.left_at IS NULL AND {wants(kind)}"
    )
    return (
        f"(EXISTS (SELECT 1 FROM follow JOIN subscription s ON s.guild_id = follow.guild_id{hearing})"
        " OR EXISTS (SELECT 1 FROM channel_follow follow JOIN subscription s ON s.channel_id = follow.channel_id"
        f"{hearing}))"
    )


def _made(connection: Connection, ids: Collection[int], first: date) -> Mapping[Slot, date | None]:
    """The anniversaries that have events: all of some entities, and others from a day on. None: without a day."""
    columns = "SELECT entity_id, kind, number, status, earliest FROM event"
    kinds = placeholders(ANNIVERSARIES)
    # Counted by their ends: there is an index by those of each kind.
    rows = connection.execute(
        f"{columns} WHERE kind IN ({kinds}) AND latest >= ?", (*ANNIVERSARIES, stamp(_midnight(first)))
    ).fetchall()
    for some in chunks(ids):
        rows += connection.execute(
            f"{columns} WHERE entity_id IN ({placeholders(some)}) AND kind IN ({kinds})", (*some, *ANNIVERSARIES)
        ).fetchall()
    return {
        Slot(entity, kind, number): at.astimezone(ZoneInfo(SEOUL)).date()
        if status == Status.CONFIRMED and (at := instant(earliest)) is not None
        else None
        for entity, kind, number, status, earliest in rows
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(SEOUL)).astimezone(UTC)


def _columns(day: date) -> dict[str, Value]:
    """The date of an event on a day. The zone only says which day is meant: a day comes when it begins for a server."""
    return {
        "status": Status.CONFIRMED,
        "earliest": stamp(_midnight(day)),
        "latest": stamp(_midnight(day + _DAY)),
        "precision": Precision.DAY,
        "zone": SEOUL,
        "words": None,
        "after_id": None,
        "after_kind": None,
    }
