"""Gives the episodes of dramas the dates that are expected, where no origin states any.

They are stored when what they follow from changes, as events that no statement is behind: so whoever shows or plans
events reads them like all others, and pays for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.catalogue.dating import StatedDate, current
from bot.catalogue.episodes import Plan, Slot, Stated, expected
from bot.catalogue.model import EventKind, Kind, Ref
from bot.catalogue.when import WEEKDAYS, When
from bot.store import dates
from bot.store.connection import Connection
from bot.store.reading import chunks, instant, placeholders, stamp, text
from bot.store.stated import Change
from bot.store.statements import statements

RECENT = timedelta(days=14)
"""For how long an episode is expected after its date: nobody asks when one of last year was."""
FOLLOWED_FROM = frozenset({EventKind.PREMIERE, EventKind.EPISODE, EventKind.FINALE})
"""The kinds of dates that episodes follow from."""
_AROUND = timedelta(days=400)
"""How far from now a drama may premiere to have episodes that are looked for: the longest run for a year."""

Key = dates.Slot


def settle(
    connection: Connection,
    stated: Collection[Key],
    works: Collection[int],
    refs: Mapping[int, Ref],
    now: datetime,
    *,
    withdrawn: bool = False,
) -> list[Change]:
    """Give events the dates that count: `stated` ones, and the episodes of `works` those that are expected now.

    See `bot.store.dates.settle`.
    """
    coming = of_works(connection, works, now) if works else {}
    stored = _stored(connection, works, now) if works else {}
    keys = sorted({*stated, *coming, *(key for key, one in stored.items() if not one.over)})
    return dates.settle(connection, keys, refs, stamp(now), coming, withdrawn=withdrawn)


def catch_up(connection: Connection, now: datetime) -> None:
    """Do so for all dramas about now, after an update or when time has passed. What is as it should be is only read."""
    rows = connection.execute(
        "SELECT DISTINCT entity_id FROM event WHERE guild_id IS NULL AND earliest BETWEEN ? AND ?"
        " AND kind IN ('premiere', 'episode')"
        " AND EXISTS (SELECT 1 FROM airing WHERE airing.entity_id = event.entity_id AND time IS NOT NULL)",
        (stamp(now - _AROUND), stamp(now + _AROUND)),
    ).fetchall()
    changed = False
    for works in chunks(id_ for (id_,) in rows):
        coming = of_works(connection, works, now)
        stored = _stored(connection, works, now)
        anew = {key for key, when in coming.items() if key not in stored or stored[key].earliest != when.earliest}
        gone = {key for key, one in stored.items() if key not in coming and not one.over}
        if anew or gone:
            refs = {
                id_: Ref(Kind(kind), slug)
                for id_, kind, slug in connection.execute(
                    f"SELECT id, kind, slug FROM entity WHERE id IN ({placeholders(works)})", works
                )
            }
            dates.settle(connection, sorted(anew | gone), refs, stamp(now), coming)
            changed = True
    if changed:
        connection.execute("UPDATE catalogue SET revision = revision + 1")


def of_works(connection: Connection, works: Collection[int], now: datetime) -> dict[Key, When]:
    """The dates that are expected of the episodes of works, but of those that are long past."""
    return {
        Key(work, EventKind.EPISODE, number): when
        for work, plan in _plans(connection, works).items()
        for number, when in expected(plan).items()
        if when.earliest is not None and when.earliest >= now - RECENT
    }


def premises(connection: Connection, works: Collection[int]) -> dict[int, list[int]]:
    """The statements that episodes follow from, by work: the slot, the first day and the count."""
    found: dict[int, list[int]] = {}
    for work, fact in connection.execute(
        f"SELECT entity_id, id FROM airing WHERE entity_id IN ({placeholders(works)}) AND time IS NOT NULL"
        f" UNION ALL SELECT entity_id, id FROM event_date WHERE entity_id IN ({placeholders(works)})"
        "  AND kind = 'premiere'"
        f" UNION ALL SELECT entity_id, id FROM detail WHERE entity_id IN ({placeholders(works)})"
        "  AND attribute = 'episodes'",
        (*works, *works, *works),
    ):
        found.setdefault(work, []).append(fact)
    return found


class _Stored(NamedTuple):
    """An episode as it is expected so far. `over`: it was announced, and is past, so it stays as it is."""

    earliest: datetime | None
    over: bool


def _stored(connection: Connection, works: Collection[int], now: datetime) -> dict[Key, _Stored]:
    """The episodes that no origin states."""
    rows = connection.execute(
        "SELECT entity_id, kind, number, earliest,"
        " earliest < ? AND EXISTS (SELECT 1 FROM delivery WHERE event_id = event.id) FROM event"
        f" WHERE entity_id IN ({placeholders(works)}) AND kind = 'episode' AND status = 'expected'"
        " AND NOT EXISTS (SELECT 1 FROM event_date one WHERE one.entity_id = event.entity_id"
        "  AND one.kind = event.kind AND one.number = event.number)",
        (stamp(now), *works),
    )
    return {Key(*key): _Stored(instant(earliest), bool(over)) for *key, earliest, over in rows}


def _plans(connection: Connection, works: Collection[int]) -> dict[int, Plan]:
    """What is stated of the episodes of those works that have a slot and a count."""
    slots = _slots(connection, works)
    if not slots:
        return {}
    said = _details(connection, slots)
    stated = _dates(connection, slots)
    plans: dict[int, Plan] = {}
    for work, slot in slots.items():
        of_work, details = stated.get(work, {}), said.get(work, {})
        count = _number(details.get("episodes"))
        if count is None or not of_work:
            continue
        plans[work] = Plan(
            slot,
            count,
            premiere=of_work.get((EventKind.PREMIERE, 0)),
            finale=of_work.get((EventKind.FINALE, 0)),
            episodes={number: one for (kind, number), one in of_work.items() if kind == EventKind.EPISODE},
            a_night=_number(details.get("episodes_a_night")),
            breaks={date.fromisoformat(day) for day in details.get("break", ())},
        )
    return plans


def _slots(connection: Connection, works: Collection[int]) -> dict[int, Slot]:
    """The first slot that is stated of each work to the day and the minute."""
    found: dict[int, Slot] = {}
    for row in statements(connection, "airing", ("days", "time", "zone"), works):
        named, time, zone = row.values
        days = {day for day in (named or "").split(",") if day in WEEKDAYS}
        if row.fact["rank"] == 0 and days and time:
            found.setdefault(row.entity, Slot(frozenset(days), time, zone))
    return found


def _details(connection: Connection, works: Collection[int]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for row in statements(connection, "detail", ("attribute", "value"), works, order="t.position"):
        attribute, value = row.values
        words = text(value) or {}
        if row.fact["rank"] == 0 and words:
            found.setdefault(row.entity, {}).setdefault(attribute, []).append(
                words.get("en") or next(iter(words.values()))
            )
    return found


def _number(said: Sequence[str] | None) -> int | None:
    """A number in digits; None for anything else, such as "16 or 20"."""
    return int(said[0]) if said and said[0].isdecimal() and int(said[0][:5]) > 0 else None


def _dates(connection: Connection, works: Collection[int]) -> dict[int, dict[tuple[str, int], Stated]]:
    """The dates that count of those that origins state, by work, kind and number."""
    rows = connection.execute(
        "SELECT t.entity_id, kind, number, t.id, precedence, rank, status, precision, zone, earliest, latest, words"
        " FROM event_date t JOIN fact ON fact.id = t.id"
        f" WHERE t.entity_id IN ({placeholders(works)}) AND kind IN ('premiere', 'episode', 'finale') ORDER BY t.id",
        tuple(works),
    )
    stated: dict[Key, list[StatedDate]] = {}
    for entity, kind, number, *one in rows:
        stated.setdefault(Key(entity, kind, number), []).append(dates.stated_date(*one))
    found: dict[int, dict[tuple[str, int], Stated]] = {}
    for key, of_event in stated.items():
        if (chosen := current(of_event)) is not None:
            found.setdefault(key.entity, {})[key.kind, key.number] = Stated(chosen.when, chosen.status)
    return found
