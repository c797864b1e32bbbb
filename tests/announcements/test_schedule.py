"""What is due, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.schedule import AHEAD, BEHIND, Dated, Due, Stage, announceable, due_at, window
from bot.catalogue.model import Event, EventKind, Status
from bot.catalogue.when import SEOUL, parse
from tests.helpers import event, utc

NEW_YORK, KIRITIMATI, FAR_WEST = "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"


def due(events: Iterable[Event], zones: Iterable[str], now: datetime) -> Iterator[Due]:
    """What is due of the events themselves: neither reminders nor corrections."""
    dated = (Dated(event, event.id) for event in events)
    return schedule.due(dated, [Audience(zone) for zone in zones], now, (Stage.NOW,))


@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK, KIRITIMATI, FAR_WEST])
def test_a_minute_is_due_at_that_minute_everywhere(zone: str) -> None:
    assert due_at(parse("2025-01-26 18:00"), zone) == utc("2025-01-26 09:00")


@pytest.mark.parametrize(
    ("day", "zone", "at"),
    [
        pytest.param("2025-01-26", SEOUL, "2025-01-26 00:00", id="Seoul"),
        pytest.param("2025-01-26", "UTC", "2025-01-26 09:00", id="UTC"),
        pytest.param("2025-01-26", NEW_YORK, "2025-01-26 14:00", id="New York in winter"),
        pytest.param("2025-03-08", NEW_YORK, "2025-03-08 14:00", id="New York, the day before summer time"),
        pytest.param("2025-03-09", NEW_YORK, "2025-03-09 13:00", id="New York, summer time begins"),
        pytest.param("2025-11-01", NEW_YORK, "2025-11-01 13:00", id="New York, the last whole day of summer time"),
        pytest.param("2025-11-02", NEW_YORK, "2025-11-02 14:00", id="New York, summer time ends"),
        pytest.param("2025-01-26", KIRITIMATI, "2025-01-25 19:00", id="the first zone of the world"),
        pytest.param("2025-01-26", FAR_WEST, "2025-01-26 21:00", id="the last zone of the world"),
        pytest.param("2025-01-26", "Asia/Kathmandu", "2025-01-26 03:15", id="a zone of odd minutes"),
    ],
)
def test_a_day_is_due_in_the_morning_of_that_day_where_the_server_is(day: str, zone: str, at: str) -> None:
    assert due_at(parse(day), zone) == utc(at)


@pytest.mark.parametrize("stated_in", [SEOUL, NEW_YORK, KIRITIMATI, FAR_WEST])
def test_a_day_is_the_same_day_wherever_it_was_stated(stated_in: str) -> None:
    assert due_at(parse("2025-01-26", stated_in), SEOUL) == utc("2025-01-26 00:00")


VAGUE = ["early 2025-01", "2025-01", "spring 2025", "early 2025", "H1 2025", "Q1 2025", "2025", "unknown"]


@pytest.mark.parametrize("date_", VAGUE)
@pytest.mark.parametrize("zone", [SEOUL, FAR_WEST])
def test_vague_dates_are_never_due(date_: str, zone: str) -> None:
    assert due_at(parse(date_), zone) is None
    found = event(date_)
    assert not announceable(found)
    begin = found.when.earliest or utc("2025-01-01 00:00")
    assert all(not list(due([found], [zone], begin + timedelta(hours=hour))) for hour in range(-24, 48))


@pytest.mark.parametrize(
    ("status", "announced"),
    [
        pytest.param(Status.REPORTED, False, id="reported"),
        pytest.param(Status.EXPECTED, False, id="expected"),
        pytest.param(Status.CONFIRMED, True, id="confirmed"),
        pytest.param(Status.RELEASED, True, id="released"),
        pytest.param(Status.POSTPONED, False, id="postponed"),
        pytest.param(Status.CANCELLED, False, id="cancelled"),
    ],
)
@pytest.mark.parametrize("date_", ["2025-01-26", "2025-01-26 18:00"])
def test_only_firm_dates_are_due(status: Status, date_: str, announced: bool) -> None:
    found = event(date_, status=status)
    assert announceable(found) is announced
    assert bool(list(due([found], [SEOUL], utc("2025-01-26 09:00")))) is announced


def test_a_date_that_disagrees_with_the_best_one_is_never_due() -> None:
    found = event("2025-01-26 18:00", rank=1)
    assert not announceable(found)
    assert not list(due([found], [SEOUL], utc("2025-01-26 09:00")))


def test_what_is_due_says_of_which_event_for_whom_and_when() -> None:
    found = event("2025-01-26 18:00", kind=EventKind.PREMIERE, number=7, revision=3)
    told = list(due([found], [SEOUL, NEW_YORK], utc("2025-01-26 09:00")))
    assert [one.audience.zone for one in told] == [SEOUL, NEW_YORK]
    for one in told:
        assert (one.event_id, one.revision, one.kind, one.stage) == (7, 3, EventKind.PREMIERE, Stage.NOW)
        assert one.at == utc("2025-01-26 09:00")


def test_a_day_comes_due_zone_by_zone() -> None:
    found = event("2025-01-26")
    zones = [FAR_WEST, SEOUL, KIRITIMATI]

    def due_zones(now: str) -> set[str]:
        return {one.audience.zone for one in due([found], iter(zones), utc(now))}

    assert due_zones("2025-01-25 18:54") == set()
    assert due_zones("2025-01-25 19:00") == {KIRITIMATI}
    assert due_zones("2025-01-26 00:00") == {KIRITIMATI, SEOUL}
    assert due_zones("2025-01-26 21:00") == {KIRITIMATI, SEOUL, FAR_WEST}


@pytest.mark.parametrize(
    ("off", "seen"),
    [
        pytest.param(-AHEAD - timedelta(seconds=1), False, id="not yet"),
        pytest.param(-AHEAD, True, id="just before"),
        pytest.param(timedelta(), True, id="on the minute"),
        pytest.param(BEHIND, True, id="missed, but to be told"),
        pytest.param(BEHIND + timedelta(seconds=1), False, id="too long ago"),
    ],
)
def test_what_is_due_lies_a_little_ahead_or_some_time_behind(off: timedelta, seen: bool) -> None:
    assert bool(list(due([event("2025-01-26 18:00")], [SEOUL], utc("2025-01-26 09:00") + off))) is seen


def test_no_zones_no_announcements() -> None:
    assert not list(due([event("2025-01-26 18:00")], [], utc("2025-01-26 09:00")))


ZONES = st.sampled_from(sorted(available_timezones()))


@given(
    st.dates(date(1900, 1, 2), date(2099, 12, 30)),
    st.none() | st.tuples(st.integers(0, 29), st.integers(0, 59)),
    ZONES,
    ZONES,
    st.timedeltas(-AHEAD - timedelta(minutes=1), BEHIND + timedelta(minutes=1)),
)
def test_the_window_holds_every_event_that_is_due(
    day: date, at: tuple[int, int] | None, stated_in: str, zone: str, off: timedelta
) -> None:
    found = event(day.isoformat() + (f" {at[0]:02}:{at[1]:02}" if at else ""), zone=stated_in)
    due_then = due_at(found.when, zone)
    assert due_then is not None
    now = due_then + off
    start, end = window(now)
    for _ in due([found], [zone], now):
        assert found.when.earliest is not None
        assert start <= found.when.earliest <= end


def stages(one: Event, now: str) -> dict[Stage, datetime]:
    """What is due of an event, and when."""
    dated = [Dated(one, one.id)]
    return {due.stage: due.at for due in schedule.due(dated, [Audience(SEOUL)], utc(now), ahead=timedelta(days=9))}


def test_of_a_servers_own_nobody_is_told_that_it_is_planned_or_reminded_for_the_time_before() -> None:
    own = replace(event("2025-01-26 18:00", kind=EventKind.CONCERT), changed_at=utc("2025-01-25 12:00"))
    assert stages(own, "2025-01-25 12:00") == {
        Stage.HOUR_AHEAD: utc("2025-01-26 08:00"),
        Stage.NOW: utc("2025-01-26 09:00"),
    }
    known = replace(own, kind=EventKind.PREMIERE)
    assert set(stages(known, "2025-01-25 12:00")) == set(Stage) - {Stage.MOVED, Stage.CANCELLED}


@pytest.mark.parametrize(
    ("kind", "date", "day"),
    [
        (EventKind.PREMIERE, "2025-01-26 18:00", "2025-01-26"),
        (EventKind.CONCERT, "2025-01-26 18:00", "2025-01-26T09:00Z"),
        (EventKind.CONCERT, "2025-01-26", "2025-01-26"),
    ],
)
def test_a_servers_own_is_announced_for_its_minute(kind: EventKind, date: str, day: str) -> None:
    assert schedule.day_of(event(date, kind=kind)) == day
