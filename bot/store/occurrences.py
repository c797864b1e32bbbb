"""The occurrences of an occasion: which dates its server states, so that its events follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.catalogue.model import Status
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import Precision, When
from bot.store.connection import Connection
from bot.store.dates import Slot, settle
from bot.store.reading import instant, stamp
from bot.store.scheduled import Stored
from bot.store.subscriptions import changed

Dates = Mapping[int, tuple[When, Status]]
"""Dates of an occasion, by the numbers of its occurrences."""


class Stated(NamedTuple):
    """A date as it is stated: `fact` is the id of the statement."""

    fact: int
    at: When
    status: Status


def is_over(at: When, now: datetime) -> bool:
    """Whether a date lies behind."""
    return at.latest is not None and at.latest < now


def stated(connection: Connection, id_: int) -> dict[int, Stated]:
    """The dates that are stated of an occasion, by the numbers of its occurrences, in their order."""
    rows = connection.execute(
        "SELECT number, id, precision, zone, earliest, latest, status FROM event_date WHERE entity_id = ?"
        " ORDER BY number",
        (id_,),
    )
    return {
        number: Stated(fact, When(Precision(precision), zone, instant(earliest), instant(latest)), Status(status))
        for number, fact, precision, zone, earliest, latest, status in rows
    }


def told(connection: Connection, id_: int) -> set[int]:
    """The numbers of those occurrences that anything was announced of, or planned to be."""
    rows = connection.execute(
        "SELECT number FROM event WHERE entity_id = ?"
        " AND EXISTS (SELECT 1 FROM delivery WHERE delivery.event_id = event.id)",
        (id_,),
    )
    return {number for (number,) in rows}


def state(connection: Connection, of: Stored, wanted: Dates, now: datetime) -> None:
    """Let an occasion have these dates, and no others; what is over stays as it was.

    An occurrence that it is not to have any more is cancelled if anything was said of it, and else removed.
    """
    heard = told(connection, of.id)
    before = stated(connection, of.id)
    coming = {number: date for number, date in wanted.items() if not is_over(date[0], now)}
    touched: set[int] = set()
    for number, date in before.items():
        if is_over(date.at, now):
            continue
        to = coming.get(number, (date.at, Status.CANCELLED) if number in heard else None)
        if to == (date.at, date.status):
            continue
        if to is None:
            connection.execute("DELETE FROM fact WHERE id = ?", (date.fact,))
        else:
            _update(connection, date.fact, *to)
        touched.add(number)
    new = {number: date for number, date in coming.items() if number not in before}
    _insert(connection, of, new)
    _settle(connection, of, touched | new.keys(), now)
    changed(connection, of.guild_id)


def add(connection: Connection, of: Stored, new: Dates, now: datetime) -> None:
    """Let an occasion have these dates as well."""
    _insert(connection, of, new)
    _settle(connection, of, new, now)


def change(connection: Connection, of: Stored, number: int, at: When, status: Status, now: datetime) -> None:
    """Let one occurrence have another date or status, and leave the others alone."""
    _update(connection, stated(connection, of.id)[number].fact, at, status)
    _settle(connection, of, [number], now)
    changed(connection, of.guild_id)


def fact(connection: Connection, id_: int, guild_id: int, shape: str) -> int:
    """The id of a new statement of a server about an occasion of its own."""
    origin = Origin(Authority.SERVER, str(guild_id))
    (new,) = connection.execute(
        "INSERT INTO fact (entity_id, shape, rank, certainty, origin, precedence) VALUES (?, ?, 0, 'stated', ?, ?)"
        " RETURNING id",
        (id_, shape, str(origin), origin.precedence),
    ).fetchone()
    return new


def _insert(connection: Connection, of: Stored, new: Dates) -> None:
    for number, (at, status) in new.items():
        connection.execute(
            "INSERT INTO event_date (id, entity_id, kind, number, claim, status, earliest, latest, precision, zone)"
            " VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            (
                *(fact(connection, of.id, of.guild_id, "event_date"), of.id, of.draft.kind, number),
                *(status, *_columns(at)),
            ),
        )


def _update(connection: Connection, id_: int, at: When, status: Status) -> None:
    connection.execute(
        "UPDATE event_date SET status = ?, earliest = ?, latest = ?, precision = ?, zone = ? WHERE id = ?",
        (status, *_columns(at), id_),
    )


def _columns(at: When) -> tuple[str, str, str, str]:
    assert at.earliest is not None, "people say on which day"
    assert at.latest is not None
    return (stamp(at.earliest), stamp(at.latest), at.precision, at.zone)


def _settle(connection: Connection, of: Stored, numbers: Iterable[int], now: datetime) -> None:
    slots = [Slot(of.id, of.draft.kind, number) for number in sorted(numbers)]
    settle(connection, slots, {of.id: of.scheduled.ref}, stamp(now))
