"""Keeps `event` in step with the dates that origins state; `bot.store.anniversaries` makes its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.catalogue.dating import StatedDate, current
from bot.catalogue.model import Ref, Status
from bot.catalogue.when import Precision, When
from bot.store.connection import Connection
from bot.store.reading import instant, stamp, text
from bot.store.stated import Change, Value

_DATE = ("earliest", "latest", "precision")
"""A change in one of these makes a new revision of the event."""
_COLUMNS = ("status", *_DATE, "zone", "words", "after_id", "after_kind")


class Slot(NamedTuple):
    """What distinguishes an event: only one date of it counts."""

    entity: int
    kind: str
    number: int


def settle(
    connection: Connection,
    slots: Collection[Slot],
    refs: Mapping[int, Ref],
    now: str,
    expected: Mapping[Slot, When] = MappingProxyType({}),
    *,
    withdrawn: bool = False,
) -> list[Change]:
    """Give events the dates that count, and return those that are kept although no origin states them any more.

    Changed dates are stamped with `now`. An event without a date is removed, unless it was announced: then it is only
    no longer firm, and past announcements stay on record. `withdrawn`: then it has no date any more, which is a change
    that servers are told of. That is for imports: in files, a date may be gone for a moment while somebody edits.

    `expected`: the dates that follow for events of which none is stated (see `bot.store.expected`).
    """
    kept: list[Change] = []
    for slot in slots:
        chosen = _current(connection, slot) or (_expected(expected[slot]) if slot in expected else None)
        if chosen is not None:
            store(connection, slot, chosen, now)
        elif told := remove(connection, slot, now, withdrawn=withdrawn):
            what = f"{refs[slot.entity]} event {slot.kind} {slot.number}"
            kept.append(Change("kept", what, f"{told} announcements were made or planned for it"))
    return kept


def stated_dates(connection: Connection, slot: Slot) -> list[StatedDate]:
    """The dates that all origins state for an event."""
    rows = connection.execute(
        "SELECT t.id, precedence, rank, status, precision, zone, earliest, latest, words FROM event_date t"
        " JOIN fact ON fact.id = t.id WHERE t.entity_id = ? AND kind = ? AND number = ? ORDER BY t.id",
        slot,
    )
    return [stated_date(*row) for row in rows]


def stated_date(
    id_: int,
    precedence: int,
    rank: int,
    status: str,
    precision: str,
    zone: str,
    earliest: str | None,
    latest: str | None,
    words: str | None,
) -> StatedDate:
    """A stated date from its stored columns."""
    when = When(Precision(precision), zone, instant(earliest), instant(latest), text(words))
    return StatedDate(id_, precedence, rank, Status(status), when)


def _current(connection: Connection, slot: Slot) -> dict[str, Value] | None:
    chosen = current(stated_dates(connection, slot))
    if chosen is None:
        return None
    row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM event_date WHERE id = ?", (chosen.id,)).fetchone()
    return dict(zip(_COLUMNS, row, strict=True))


def _expected(when: When) -> dict[str, Value]:
    assert when.earliest is not None, "only exact dates are expected"
    assert when.latest is not None, "a date has both bounds or none"
    bounds = (stamp(when.earliest), stamp(when.latest), when.precision.value)
    return dict(zip(_COLUMNS, (Status.EXPECTED.value, *bounds, when.zone, None, None, None), strict=True))


def store(connection: Connection, slot: Slot, new: dict[str, Value], now: str) -> None:
    """Store the date of an event, which may be new. If it moved, a new revision begins, and the old date is archived.

    `changed_at` stays unless the date or the status changed. To be postponed is a change of date, with or without a new
    one; so is a lifted cancellation.
    """
    row = connection.execute(
        f"SELECT id, revision, {', '.join(_COLUMNS)} FROM event WHERE entity_id = ? AND kind = ? AND number = ?", slot
    ).fetchone()
    if row is None:
        values = (*slot, *(new[column] for column in _COLUMNS), now, slot.entity)
        connection.execute(
            f"INSERT INTO event (entity_id, kind, number, revision, {', '.join(_COLUMNS)}, changed_at, guild_id)"
            f" VALUES (?, ?, ?, 1, {', '.join('?' * len(_COLUMNS))}, ?, (SELECT guild_id FROM entity WHERE id = ?))",
            values,
        )
        return
    id_, revision, *stored = row
    old: dict[str, Value] = dict(zip(_COLUMNS, stored, strict=True))
    if new == old:
        return
    moved = any(new[column] != old[column] for column in _DATE)
    moved |= new["status"] != old["status"] and (new["status"] == Status.POSTPONED or old["status"] == Status.CANCELLED)
    if moved:
        past = (id_, revision, *(old[column] for column in (*_DATE, "zone", "words")))
        connection.execute("INSERT INTO event_past VALUES (?, ?, ?, ?, ?, ?, ?)", past)
    stamped = ", changed_at = ?" if moved or new["status"] != old["status"] else ""
    connection.execute(
        f"UPDATE event SET revision = ?, {', '.join(f'{column} = ?' for column in _COLUMNS)}{stamped} WHERE id = ?",
        (revision + moved, *(new[column] for column in _COLUMNS), *((now,) if stamped else ()), id_),
    )


def remove(connection: Connection, slot: Slot, now: str, *, withdrawn: bool) -> int:
    """Remove an event that has no date any more. Returns how many announcements keep it instead (see `settle`)."""
    row = connection.execute("SELECT id FROM event WHERE entity_id = ? AND kind = ? AND number = ?", slot).fetchone()
    if row is None:
        return 0
    (told,) = connection.execute("SELECT count(*) FROM delivery WHERE event_id = ?", row).fetchone()
    if told and withdrawn:
        _withdraw(connection, row[0], now)
    elif told:
        doubt(connection, row[0], now)
    else:
        connection.execute("DELETE FROM event WHERE id = ?", row)
    return told


def doubt(connection: Connection, id_: int, now: str) -> None:
    """Stop announcing a future date that no origin states any more; past announcements stay on record."""
    connection.execute("UPDATE event SET after_id = NULL, after_kind = NULL WHERE id = ?", (id_,))
    connection.execute(
        "UPDATE event SET status = 'reported', changed_at = ?1 WHERE id = ?2"
        " AND (status = 'confirmed' OR status IN ('released', 'expected') AND earliest > ?1)",
        (now, id_),
    )


def _withdraw(connection: Connection, id_: int, now: str) -> None:
    """Let a future event have no date any more, as a new revision. What is past stays as it was announced."""
    past = ", ".join((*_DATE, "zone", "words"))
    moved = connection.execute(
        f"INSERT INTO event_past (event_id, revision, {past}) SELECT id, revision, {past} FROM event"
        " WHERE id = ? AND earliest > ?",
        (id_, now),
    ).rowcount
    if moved:
        connection.execute(
            "UPDATE event SET revision = revision + 1, status = 'reported', precision = 'unknown', earliest = NULL,"
            " latest = NULL, words = NULL, after_id = NULL, after_kind = NULL, changed_at = ? WHERE id = ?",
            (now, id_),
        )
    else:
        doubt(connection, id_, now)
