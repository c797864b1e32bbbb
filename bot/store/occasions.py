"""Occasions: what a server's own people put into its schedule, and its occurrences as events.

An occasion is an entity that its server alone sees, and its title is a name. Each occurrence is an event, whose date is
stated by the server (`bot.store.occurrences`), so that changes, announcements and corrections are those of any other
event.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import dropwhile, takewhile

from bot.catalogue.model import Kind, Ref, Status
from bot.catalogue.when import When
from bot.errors import GoneError, PastError, TooManyError
from bot.occasions.model import Draft, Scheduled, when
from bot.occasions.repeats import NOTHING, Change, days
from bot.store import agenda, occurrences
from bot.store.connection import Connection
from bot.store.occurrences import Dates, Stated, is_over
from bot.store.reading import entity_id, stamp
from bot.store.scheduled import Stored, ahead, stored

MOST = 5_000
"""The most occurrences a server may have ahead of it: of some ten that repeat daily, or a hundred that do weekly."""
HORIZON = timedelta(days=366)
"""How far ahead of the clock there are occurrences of what repeats: as far as anybody can look."""
KEPT = timedelta(days=90)
"""How long an occurrence stays after it is over, if nothing was announced of it."""
_LANGUAGE = "und"
"""The language of titles: nobody says which one it is (https://www.rfc-editor.org/info/bcp47)."""
_MARGIN = timedelta(days=2)
"""More than a day of any zone: what is on an earlier day is over."""


def add(connection: Connection, guild_id: int, draft: Draft, now: datetime) -> Ref:
    """Put an occasion into a server's schedule.

    Raises `PastError` if nothing of it lies ahead, `TooManyError` if the server has `MOST` occurrences ahead of it, and
    `GoneError` if what it is about is not in the catalogue.
    """
    ref = Ref(Kind.OCCASION, secrets.token_hex(6))
    (id_,) = connection.execute(
        "INSERT INTO entity (kind, slug, guild_id) VALUES (?, ?, ?) RETURNING id", (*ref, guild_id)
    ).fetchone()
    connection.execute(
        "INSERT INTO name (id, entity_id, text, kind, language, position) VALUES (?, ?, ?, 'official', ?, 0)",
        (occurrences.fact(connection, id_, guild_id, "name"), id_, draft.title, _LANGUAGE),
    )
    connection.execute(
        "INSERT INTO occasion (entity_id, kind, day, zone, created_at) VALUES (?, ?, '', '', ?)",
        (id_, draft.kind, stamp(now)),
    )
    agenda.begin(connection, guild_id)
    new = Stored(id_, guild_id, Scheduled(ref, draft, cancelled=False, changes=NOTHING))
    _describe(connection, new, now)
    _check(connection, new, now)
    return ref


def edit(connection: Connection, guild_id: int, slug: str, draft: Draft, now: datetime) -> None:
    """Change an occasion. What is over stays as it was, and so do occurrences that were moved or skipped.

    One that was cancelled takes place again. Raises as `add` does, and `GoneError` if the server has no such occasion.
    """
    before = stored(connection, guild_id, slug)
    after = before._replace(scheduled=replace(before.scheduled, draft=draft))
    connection.execute("UPDATE name SET text = ? WHERE entity_id = ?", (draft.title, after.id))
    for table in ("event", "event_date"):
        connection.execute(f"UPDATE {table} SET kind = ? WHERE entity_id = ?", (draft.kind, after.id))
    if (before.draft.repeat is None) is not (draft.repeat is None):
        after = _renumber(connection, after, now)
    _describe(connection, after, now)
    if before.scheduled.cancelled or _timetable(before.draft) != _timetable(draft):
        _check(connection, after, now)


def cancel(connection: Connection, guild_id: int, slug: str, now: datetime) -> None:
    """Cancel all of an occasion that lies ahead. Of what nobody was told of, nothing is left.

    Raises `GoneError` if the server has no such occasion.
    """
    found = stored(connection, guild_id, slug)
    connection.execute(
        "UPDATE occasion SET planned_until = NULL, cancelled_at = ? WHERE entity_id = ?", (stamp(now), found.id)
    )
    occurrences.state(connection, found, {}, now)
    if connection.execute("SELECT 1 FROM event WHERE entity_id = ?", (found.id,)).fetchone() is None:
        connection.execute("DELETE FROM entity WHERE id = ?", (found.id,))


def skip(connection: Connection, guild_id: int, slug: str, number: int, now: datetime) -> None:
    """Let one occurrence not take place. Raises `GoneError` if there is none, and `PastError` if it is over."""
    found = stored(connection, guild_id, slug)
    at = _occurrence(connection, found, number, now)
    connection.execute(
        "INSERT INTO occasion_exception (entity_id, number, skipped) VALUES (?, ?, 1)"
        " ON CONFLICT (entity_id, number) DO UPDATE SET skipped = 1",
        (found.id, number),
    )
    occurrences.change(connection, found, number, at, Status.CANCELLED, now)


def move(
    connection: Connection,
    guild_id: int,
    slug: str,
    number: int,
    to: tuple[date, time | None, str],
    now: datetime,
) -> None:
    """Let one occurrence take place on another day or at another time: on the clocks of a zone, as a `Draft` has them.

    Raises `GoneError` if there is no such occurrence, and `PastError` if it is over, or would be.
    """
    found = stored(connection, guild_id, slug)
    _occurrence(connection, found, number, now)
    at = _coming(when(*to), now)
    day, clock, zone = to
    connection.execute(
        "INSERT INTO occasion_exception (entity_id, number, skipped, day, time, zone) VALUES (?, ?, 0, ?, ?, ?)"
        " ON CONFLICT (entity_id, number) DO UPDATE SET skipped = 0, day = excluded.day, time = excluded.time,"
        "  zone = excluded.zone",
        (found.id, number, day.isoformat(), _clock(clock), zone),
    )
    occurrences.change(connection, found, number, at, Status.CONFIRMED, now)


def restore(connection: Connection, guild_id: int, slug: str, number: int, now: datetime) -> None:
    """Let one occurrence take place as the occasion has it, after it was skipped or moved.

    Raises `GoneError` if there is no such occurrence, and `PastError` if it is over, or would be.
    """
    found = stored(connection, guild_id, slug)
    _occurrence(connection, found, number, now)
    day = next((day for day in _days(found.draft) if found.draft.number(day) >= number), None)
    if day is None or found.draft.number(day) != number:
        raise GoneError
    at = _coming(found.draft.when(day), now)
    connection.execute("DELETE FROM occasion_exception WHERE entity_id = ? AND number = ?", (found.id, number))
    occurrences.change(connection, found, number, at, Status.CONFIRMED, now)


def extend(connection: Connection, guild_id: int, now: datetime) -> None:
    """Add the occurrences of what repeats that have come within `HORIZON`, and forget what is long over."""
    horizon = (now + HORIZON).date()
    rows = connection.execute(
        "SELECT slug, planned_until FROM entity JOIN occasion ON occasion.entity_id = entity.id"
        " WHERE guild_id = ? AND planned_until < ? ORDER BY entity.id",
        (guild_id, horizon.isoformat()),
    ).fetchall()
    for slug, planned_until in rows:
        found = stored(connection, guild_id, slug)
        occurrences.add(connection, found, _dates(found.draft, _next(planned_until), horizon), now)
        _note_end(connection, found, horizon)
    _forget(connection, guild_id, now)


def _next(day: str) -> date:
    return date.fromisoformat(day) + timedelta(days=1)


def _forget(connection: Connection, guild_id: int, now: datetime) -> None:
    long_over = (
        "event.guild_id = ? AND event.earliest < ?"
        " AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event_id = event.id)"
    )
    values = (guild_id, stamp(now - KEPT))
    connection.execute(
        "DELETE FROM fact WHERE id IN (SELECT event_date.id FROM event JOIN event_date"
        "  ON event_date.entity_id = event.entity_id AND event_date.number = event.number"
        f" WHERE {long_over})",
        values,
    )
    connection.execute(f"DELETE FROM event WHERE {long_over}", values)
    connection.execute(
        "DELETE FROM entity WHERE guild_id = ? AND NOT EXISTS (SELECT 1 FROM event WHERE event.entity_id = entity.id)"
        " AND EXISTS (SELECT 1 FROM occasion WHERE occasion.entity_id = entity.id AND planned_until IS NULL)",
        (guild_id,),
    )


def _describe(connection: Connection, one: Stored, now: datetime) -> None:
    """Write down an occasion as its people want it, and let its occurrences follow."""
    draft, repeat = one.draft, one.draft.repeat
    about = entity_id(connection, draft.about) if draft.about is not None else None
    if draft.about is not None and about is None:
        raise GoneError
    values = {
        "kind": draft.kind,
        "day": draft.day.isoformat(),
        "time": _clock(draft.time),
        "zone": draft.zone,
        "lasts": int(draft.lasts.total_seconds()) if draft.lasts is not None else None,
        "place": draft.place,
        "url": draft.url,
        "picture": draft.picture,
        "about_id": about,
        "rsvp": int(draft.rsvp),
        "attendee_role_id": draft.attendee_role_id,
        "every": repeat.every if repeat else None,
        "interval": repeat.interval if repeat else 1,
        "weekdays": ",".join(map(str, sorted(repeat.weekdays))) if repeat and repeat.weekdays else None,
        "until": repeat.until.isoformat() if repeat and repeat.until else None,
        "count": repeat.count if repeat else None,
        "cancelled_at": None,
    }
    connection.execute(
        f"UPDATE occasion SET {', '.join(f'{column} = ?' for column in values)} WHERE entity_id = ?",
        (*values.values(), one.id),
    )
    horizon = max((now + HORIZON).date(), draft.day)
    occurrences.state(connection, one, _wanted(connection, one, horizon, now), now)
    _note_end(connection, one, horizon)


def _check(connection: Connection, one: Stored, now: datetime) -> None:
    """Raise `PastError` if nothing of an occasion lies ahead, and `TooManyError` if its server has too much now."""
    if all(is_over(date.at, now) for date in occurrences.stated(connection, one.id).values()):
        raise PastError
    if ahead(connection, one.guild_id, now) > MOST:
        raise TooManyError(MOST)


def _wanted(connection: Connection, one: Stored, horizon: date, now: datetime) -> Dates:
    """The dates that an occasion is to have; exceptions from days on which it is not any more are forgotten."""
    since = (now - _MARGIN).date()
    wanted = _dates(one.draft, since, horizon)
    for number, change in one.scheduled.changes.items():
        if number in wanted or (change.to is not None and number < since.toordinal()):
            wanted[number] = (change.to or wanted[number][0], _status(change))
        elif number >= since.toordinal():
            connection.execute("DELETE FROM occasion_exception WHERE entity_id = ? AND number = ?", (one.id, number))
    return wanted


def _renumber(connection: Connection, one: Stored, now: datetime) -> Stored:
    """Let what took place once be the first of what repeats now, or the next of what repeated what takes place once.

    So it stays the event that servers may have heard of. What is over stays that of its day. Changes of single
    occurrences are forgotten.
    """
    dates = occurrences.stated(connection, one.id)
    coming = [number for number, date in dates.items() if not is_over(date.at, now)]
    connection.execute("DELETE FROM occasion_exception WHERE entity_id = ?", (one.id,))
    if one.draft.repeat is None:
        own = one.draft.day.toordinal()
        before, after = own if own in coming else min(coming, default=0), 0
    else:
        before, after = 0, _place(one.draft, dates, now) if 0 in dates else 0
    for table in ("event", "event_date"):
        connection.execute(f"UPDATE {table} SET number = ? WHERE entity_id = ? AND number = ?", (after, one.id, before))
    return one._replace(scheduled=replace(one.scheduled, changes=NOTHING))


def _place(draft: Draft, dates: Mapping[int, Stated], now: datetime) -> int:
    """The number of what took place once in a repeat: that of its next day, or of its own if it is over."""
    at = dates[0].at
    assert at.first_day is not None
    own = at.first_day.toordinal()
    if is_over(at, now):
        return own if own not in dates else -own  # there was another one on that day
    coming = (day.toordinal() for day in _days(draft) if not is_over(draft.when(day), now))
    return next((number for number in coming if number not in dates), own)


def _note_end(connection: Connection, one: Stored, horizon: date) -> None:
    """Note up to which day there are occurrences, or that all are there."""
    more = any(day > horizon for day in _days(one.draft))
    connection.execute(
        "UPDATE occasion SET planned_until = ? WHERE entity_id = ?", (horizon.isoformat() if more else None, one.id)
    )


def _occurrence(connection: Connection, of: Stored, number: int, now: datetime) -> When:
    """The date that an occurrence has. Raises `GoneError` if there is none, and `PastError` if it is over."""
    found = occurrences.stated(connection, of.id).get(number)
    if found is None or of.scheduled.cancelled:
        raise GoneError
    return _coming(found.at, now)


def _coming(at: When, now: datetime) -> When:
    """The same date. Raises `PastError` if it is over."""
    if is_over(at, now):
        raise PastError
    return at


def _status(change: Change) -> Status:
    return Status.CANCELLED if change.skipped else Status.CONFIRMED


def _timetable(draft: Draft) -> tuple[object, ...]:
    return (draft.day, draft.time, draft.zone, draft.repeat)


def _days(draft: Draft) -> Iterator[date]:
    return days(draft.day, draft.repeat)


def _dates(draft: Draft, since: date, until: date) -> dict[int, tuple[When, Status]]:
    """The dates of an occasion within a span of days, both included, by their numbers."""
    found = takewhile(lambda day: day <= until, dropwhile(lambda day: day < since, _days(draft)))
    return {draft.number(day): (draft.when(day), Status.CONFIRMED) for day in found}


def _clock(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at is not None else None
