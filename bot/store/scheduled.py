"""Reads occasions: what a server's own people put into its schedule, as they wrote it down."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from bot.catalogue.model import EventKind, Kind, Ref
from bot.catalogue.when import Precision, When
from bot.errors import GoneError
from bot.occasions.importing.model import key_of
from bot.occasions.model import Coming, Draft, Scheduled, when
from bot.occasions.repeats import Change, Changes, Every, Repeat
from bot.store.connection import Connection
from bot.store.reading import instant, stamp
from bot.store.subscriptions import remember

_MARGIN = timedelta(days=2)
"""More than a day of any zone: what began earlier is over."""


class Stored(NamedTuple):
    """An occasion of a server, by the id of its entity."""

    id: int
    guild_id: int
    scheduled: Scheduled

    @property
    def draft(self) -> Draft:
        """What its people say of it."""
        return self.scheduled.draft


def one(connection: Connection, guild_id: int, slug: str) -> Scheduled | None:
    """An occasion of a server; None if it has no such one."""
    try:
        return stored(connection, guild_id, slug).scheduled
    except GoneError:
        return None


def between(connection: Connection, guild_id: int, since: datetime, until: datetime) -> list[int]:
    """The ids of a server's own events that begin in a span, cancelled ones included, earliest first.

    `bot.store.events.with_context` reads those that are shown.
    """
    rows = connection.execute(
        "SELECT id FROM event WHERE guild_id = ? AND earliest >= ? AND earliest < ? ORDER BY earliest, id",
        (guild_id, stamp(since), stamp(until)),
    )
    return [id_ for (id_,) in rows]


_COMING = (
    "SELECT event.id, slug, number, text, precision, event.zone, earliest, latest, status = 'cancelled',"
    " every, interval, weekdays, until, count FROM event JOIN entity ON entity.id = event.entity_id"
    " JOIN occasion ON occasion.entity_id = event.entity_id JOIN name ON name.entity_id = event.entity_id"
)


def coming(connection: Connection, guild_id: int, now: datetime) -> list[Coming]:
    """What a server has ahead of it, an occasion once, by its next occurrence; the next one first.

    What was cancelled or skipped is left out.
    """
    rows = connection.execute(
        f"{_COMING} JOIN"
        " (SELECT id AS next_id, row_number() OVER (PARTITION BY entity_id ORDER BY earliest, id) AS nth FROM event"
        "   WHERE guild_id = ? AND earliest >= ? AND latest >= ? AND status <> 'cancelled') ranked"
        "  ON next_id = event.id AND nth = 1 ORDER BY earliest, event.id",
        (guild_id, stamp(now - _MARGIN), stamp(now)),
    )
    return [_coming(*row) for row in rows.fetchall()]


def repeated(connection: Connection, guild_id: int, now: datetime, most: int) -> list[Coming]:
    """The next occurrences of what repeats in a server, skipped ones included, the next one first."""
    rows = connection.execute(
        f"{_COMING} WHERE event.guild_id = ? AND earliest >= ? AND latest >= ? AND every IS NOT NULL"
        " AND cancelled_at IS NULL ORDER BY earliest, event.id LIMIT ?",
        (guild_id, stamp(now - _MARGIN), stamp(now), most),
    )
    return [_coming(*row) for row in rows.fetchall()]


def _coming(
    id_: int,
    slug: str,
    number: int,
    title: str,
    precision: str,
    zone: str,
    earliest: str,
    latest: str,
    skipped: int,
    *repeat: Any,
) -> Coming:
    at = When(Precision(precision), zone, instant(earliest), instant(latest))
    return Coming(id_, Ref(Kind.OCCASION, slug), number, title, at, bool(skipped), _repeat(*repeat))


def known(connection: Connection, guild_id: int, now: datetime) -> set[tuple[str, datetime | None]]:
    """What a server has ahead of it, by title and begin, as `bot.occasions.importing` tells entries from each other.

    Of what repeats, it is the first day as well, which may be over.
    """
    rows = connection.execute(
        f"{_COMING} WHERE event.guild_id = ? AND earliest >= ? AND latest >= ? AND cancelled_at IS NULL",
        (guild_id, stamp(now - _MARGIN), stamp(now)),
    ).fetchall()
    ahead = [_coming(*row) for row in rows]
    found = {key_of(one.title, one.at.earliest) for one in ahead}
    for slug in {one.ref.slug for one in ahead if one.repeat is not None}:
        draft = stored(connection, guild_id, slug).draft
        found.add(key_of(draft.title, draft.when(draft.day).earliest))
    return found


def every(connection: Connection, guild_id: int, now: datetime) -> list[Scheduled]:
    """All that a server has ahead of it, as its people wrote it down, the next one first."""
    return [stored(connection, guild_id, one.ref.slug).scheduled for one in coming(connection, guild_id, now)]


def of_occasion(connection: Connection, guild_id: int, slug: str, now: datetime) -> list[int]:
    """The ids of the events of an occasion that lie ahead, the next one first; what was skipped is left out."""
    rows = connection.execute(
        "SELECT event.id FROM event JOIN entity ON entity.id = event.entity_id"
        " WHERE event.guild_id = ? AND slug = ? AND latest >= ? AND status <> 'cancelled' ORDER BY earliest, event.id",
        (guild_id, slug, stamp(now)),
    )
    return [id_ for (id_,) in rows]


def occurrence(connection: Connection, guild_id: int, slug: str, number: int) -> int | None:
    """The id of the event that is one occurrence of an occasion; None if there is no such one."""
    row = connection.execute(
        "SELECT event.id FROM event JOIN entity ON entity.id = event.entity_id"
        " WHERE event.guild_id = ? AND slug = ? AND number = ?",
        (guild_id, slug, number),
    ).fetchone()
    return row[0] if row else None


def planners(connection: Connection, guild_id: int) -> int | None:
    """The role whose members may change a server's schedule, besides those whom Discord lets manage events."""
    row = connection.execute("SELECT schedule_role_id FROM server WHERE guild_id = ?", (guild_id,)).fetchone()
    return row[0] if row else None


def choose_planners(connection: Connection, guild_id: int, role_id: int | None) -> None:
    """Let members with a role change a server's schedule; None: nobody by a role."""
    remember(connection, guild_id)
    connection.execute("UPDATE server SET schedule_role_id = ? WHERE guild_id = ?", (role_id, guild_id))


def ahead(connection: Connection, guild_id: int, now: datetime) -> int:
    """How many occurrences a server has ahead of it, cancelled ones included."""
    # Most have not begun, and are counted in the index alone.
    (count,) = connection.execute(
        "SELECT (SELECT count(*) FROM event WHERE guild_id = ?1 AND earliest >= ?2)"
        " + (SELECT count(*) FROM event WHERE guild_id = ?1 AND earliest >= ?3 AND earliest < ?2 AND latest >= ?2)",
        (guild_id, stamp(now), stamp(now - _MARGIN)),
    ).fetchone()
    return count


def stored(connection: Connection, guild_id: int, slug: str) -> Stored:
    """An occasion of a server. Raises `GoneError` if it has no such one."""
    row = connection.execute(
        "SELECT entity.id, name.text, occasion.kind, day, time, zone, lasts, place, url, picture,"
        " about.kind, about.slug, rsvp, attendee_role_id, every, interval, weekdays, until, count, cancelled_at"
        " FROM entity JOIN occasion ON occasion.entity_id = entity.id JOIN name ON name.entity_id = entity.id"
        " LEFT JOIN merged ON merged.gone_id = about_id"
        " LEFT JOIN entity about ON about.id = coalesce(merged.entity_id, about_id)"
        " WHERE entity.kind = 'occasion' AND entity.slug = ? AND entity.guild_id = ?",
        (slug, guild_id),
    ).fetchone()
    if row is None:
        raise GoneError
    id_, title, kind, day, clock, zone, lasts, place, url, picture, about_kind, about_slug, rsvp, role, *rest = row
    *repeat, cancelled_at = rest
    draft = Draft(
        title=title,
        kind=EventKind(kind),
        day=date.fromisoformat(day),
        time=time.fromisoformat(clock) if clock else None,
        zone=zone,
        lasts=timedelta(seconds=lasts) if lasts else None,
        place=place,
        url=url,
        picture=picture,
        about=Ref(Kind(about_kind), about_slug) if about_slug else None,
        repeat=_repeat(*repeat),
        rsvp=bool(rsvp),
        attendee_role_id=role,
    )
    scheduled = Scheduled(Ref(Kind.OCCASION, slug), draft, cancelled_at is not None, _changes(connection, id_))
    return Stored(id_, guild_id, scheduled)


def _repeat(
    every: str | None, interval: int, weekdays: str | None, until: str | None, count: int | None
) -> Repeat | None:
    if every is None:
        return None
    chosen = frozenset(map(int, weekdays.split(","))) if weekdays else frozenset[int]()
    return Repeat(Every(every), interval, chosen, date.fromisoformat(until) if until else None, count)


def _changes(connection: Connection, id_: int) -> Changes:
    rows = connection.execute(
        "SELECT number, skipped, day, time, zone FROM occasion_exception WHERE entity_id = ? ORDER BY number", (id_,)
    ).fetchall()
    return {
        number: Change(
            bool(skipped),
            when(date.fromisoformat(day), time.fromisoformat(clock) if clock else None, zone) if day else None,
        )
        for number, skipped, day, clock, zone in rows
    }
