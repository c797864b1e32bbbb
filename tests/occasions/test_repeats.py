"""On which days something takes place that repeats, at what time, and what a change of one occurrence changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.when import SEOUL, Precision, parse
from bot.occasions.repeats import Change, Every, Repeat, canonical, days, leaves_out, occurrences

NEW_YORK, LONDON, SAO_PAULO, LORD_HOWE = "America/New_York", "Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe"
WEEKENDS = frozenset({5, 6})
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
REPEATS = st.builds(
    Repeat,
    st.sampled_from(Every),
    st.integers(1, 5),
    st.frozensets(st.integers(0, 6)),
    st.none() | st.dates(date(2027, 1, 1), date(2029, 1, 1)),
    st.none() | st.integers(1, 60),
)


def first_days(first: str, repeat: Repeat | None) -> str:
    found = islice(days(date.fromisoformat(first), repeat), 4)
    return " ".join(day.isoformat() for day in found)


@pytest.mark.parametrize(
    ("first", "repeat", "found"),
    [
        ("2031-04-05", None, "2031-04-05"),
        ("2031-04-05", Repeat(Every.DAY), "2031-04-05 2031-04-06 2031-04-07 2031-04-08"),
        ("2031-04-05", Repeat(Every.DAY, 3, count=2), "2031-04-05 2031-04-08"),
        ("2031-04-05", Repeat(Every.DAY, count=1), "2031-04-05"),
        ("2031-04-05", Repeat(Every.WEEK), "2031-04-05 2031-04-12 2031-04-19 2031-04-26"),
        ("2031-04-05", Repeat(Every.WEEK, 2), "2031-04-05 2031-04-19 2031-05-03 2031-05-17"),
        ("2031-04-05", Repeat(Every.WEEK, weekdays=WEEKENDS), "2031-04-05 2031-04-06 2031-04-12 2031-04-13"),
        ("2031-04-06", Repeat(Every.WEEK, 2, frozenset({0, 6})), "2031-04-06 2031-04-14 2031-04-20 2031-04-28"),
        ("2031-04-05", Repeat(Every.WEEK, until=date(2031, 4, 12)), "2031-04-05 2031-04-12"),
        ("2031-04-05", Repeat(Every.WEEK, until=date(2031, 4, 11)), "2031-04-05"),
        ("2031-04-05", Repeat(Every.WEEK, until=date(2031, 4, 19), count=2), "2031-04-05 2031-04-12"),
        ("2031-04-05", Repeat(Every.WEEK, until=date(2031, 4, 12), count=9), "2031-04-05 2031-04-12"),
        ("2031-01-05", Repeat(Every.MONTH), "2031-01-05 2031-02-05 2031-03-05 2031-04-05"),
        ("2031-01-31", Repeat(Every.MONTH), "2031-01-31 2031-03-31 2031-05-31 2031-07-31"),
        ("2031-01-30", Repeat(Every.MONTH, count=3), "2031-01-30 2031-03-30 2031-04-30"),
        ("2031-11-15", Repeat(Every.MONTH, 2), "2031-11-15 2032-01-15 2032-03-15 2032-05-15"),
        ("2031-01-30", Repeat(Every.YEAR), "2031-01-30 2032-01-30 2033-01-30 2034-01-30"),
        ("2028-02-29", Repeat(Every.YEAR), "2028-02-29 2032-02-29 2036-02-29 2040-02-29"),
        ("2031-01-05", Repeat(Every.YEAR, weekdays=frozenset({2})), "2031-01-05 2032-01-05 2033-01-05 2034-01-05"),
        ("9999-12-30", Repeat(Every.DAY), "9999-12-30 9999-12-31"),
        ("9999-12-18", Repeat(Every.WEEK, weekdays=WEEKENDS), "9999-12-18 9999-12-19 9999-12-25 9999-12-26"),
        ("9999-12-31", Repeat(Every.MONTH, 1000), "9999-12-31"),
        ("9998-12-31", Repeat(Every.YEAR), "9998-12-31 9999-12-31"),
    ],
)
def test_days_on_which_it_takes_place(first: str, repeat: Repeat | None, found: str) -> None:
    assert first_days(first, repeat) == found


@pytest.mark.parametrize(
    ("zone", "clock", "starts"),
    [
        pytest.param(
            SEOUL,
            "21:20",
            {"2027-01-01": "12:20", "2027-03-14": "12:20", "2027-07-01": "12:20", "2027-10-31": "12:20"},
            id="Seoul",
        ),
        pytest.param(
            SAO_PAULO,
            "21:20",
            {"2027-02-20": "00:20+1", "2027-02-21": "00:20+1", "2027-10-17": "00:20+1", "2027-11-07": "00:20+1"},
            id="São Paulo has no summer time any more",
        ),
        pytest.param(
            NEW_YORK,
            "21:20",
            {
                "2027-03-13": "02:20+1",
                "2027-03-14": "01:20+1",
                "2027-11-06": "01:20+1",
                "2027-11-07": "02:20+1",
            },
            id="New York in the evening",
        ),
        pytest.param(
            NEW_YORK,
            "02:30",
            {"2027-03-13": "07:30", "2027-03-14": "07:30", "2027-03-15": "06:30"},
            id="New York skips half past two, so it is half past three",
        ),
        pytest.param(
            NEW_YORK,
            "01:30",
            {"2027-11-06": "05:30", "2027-11-07": "05:30", "2027-11-08": "06:30"},
            id="New York has half past one twice, and the first counts",
        ),
        pytest.param(
            LONDON,
            "20:00",
            {"2027-03-27": "20:00", "2027-03-28": "19:00", "2027-10-30": "19:00", "2027-10-31": "20:00"},
            id="London in the evening",
        ),
        pytest.param(
            LONDON,
            "01:15",
            {"2027-03-28": "01:15", "2027-03-29": "00:15", "2027-10-31": "00:15", "2027-11-01": "01:15"},
            id="London at a time that is skipped, and that there is twice",
        ),
        pytest.param(
            LORD_HOWE,
            "18:00",
            {"2027-04-03": "07:00", "2027-04-04": "07:30", "2027-10-02": "07:30", "2027-10-03": "07:00"},
            id="Lord Howe, whose summer is in January and half an hour off",
        ),
        pytest.param(
            LORD_HOWE,
            "01:45",
            {"2027-04-04": "14:45-1", "2027-04-05": "15:15-1"},
            id="Lord Howe has a quarter to two twice",
        ),
        pytest.param(
            LORD_HOWE,
            "02:15",
            {"2027-10-02": "15:45-1", "2027-10-03": "15:45-1", "2027-10-04": "15:15-1"},
            id="Lord Howe skips a quarter past two",
        ),
    ],
)
def test_time_stays_on_the_clocks_of_the_zone_when_these_change(zone: str, clock: str, starts: dict[str, str]) -> None:
    found = occurrences(
        date(2027, 1, 1), time.fromisoformat(clock), zone, Repeat(Every.DAY), date(2027, 1, 1), date(2027, 12, 31)
    )
    assert len(found) == 365
    by_day = {one.day.isoformat(): one.at.earliest for one in found}
    for day, start in starts.items():
        shift = timedelta(days=int(start[5:] or "0"))
        assert by_day[day] == datetime.combine(date.fromisoformat(day) + shift, time.fromisoformat(start[:5]), UTC), day


@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK, LONDON, SAO_PAULO, LORD_HOWE])
@pytest.mark.parametrize("clock", ["00:00", "01:30", "02:10", "02:30", "12:00", "21:20", "23:59"])
def test_each_day_of_a_year_has_its_time_or_the_first_one_after_the_gap(zone: str, clock: str) -> None:
    at = time.fromisoformat(clock)
    found = occurrences(date(2027, 1, 1), at, zone, Repeat(Every.DAY), date(2027, 1, 1), date(2027, 12, 31))
    off = [one for one in found if local(one.at.earliest, zone) != datetime.combine(one.day, at)]
    assert len(off) <= 1, "clocks are put forward once a year"
    for one in off:
        assert local(one.at.earliest, zone) > datetime.combine(one.day, at)
    for one in found:
        assert one.at.earliest is not None
        before = one.at.earliest - timedelta(hours=1)
        assert local(before, zone) != datetime.combine(one.day, at), "the first of two"


def local(at: datetime | None, zone: str) -> datetime:
    assert at is not None
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_day_without_a_time_stays_a_day() -> None:
    (found,) = occurrences(date(2031, 4, 5), None, SEOUL, None, date(2031, 4, 5), date(2031, 4, 5))
    assert (found.at.precision, found.at.first_day) == (Precision.DAY, date(2031, 4, 5))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        pytest.param(None, "5 12 19 26", id="as it is"),
        pytest.param(Change(skipped=True), "5 (12) 19 26", id="skipped"),
        pytest.param(Change(to=parse("2031-04-13 20:00")), "5 13 19 26", id="moved by a day"),
        pytest.param(Change(to=parse("2031-04-28 20:00")), "5 19 26 28", id="moved past others"),
        pytest.param(Change(to=parse("2031-04-19 20:00")), "5 19 19 26", id="moved beside another"),
        pytest.param(Change(to=parse("2031-05-01 20:00")), "5 19 26", id="moved out of sight"),
        pytest.param(Change(True, parse("2031-04-13 20:00")), "5 (13) 19 26", id="moved, then skipped"),
    ],
)
def test_one_occurrence_is_moved_or_skipped_or_restored(change: Change | None, shown: str) -> None:
    changes = {date(2031, 4, 12).toordinal(): change} if change else {}
    found = occurrences(
        *(date(2031, 4, 5), time(21), SEOUL, Repeat(Every.WEEK)), *(date(2031, 4, 1), date(2031, 4, 30)), changes
    )
    places = [one.at.first_day.day if one.at.first_day else 0 for one in found]
    assert " ".join(f"({day})" if one.skipped else str(day) for day, one in zip(places, found, strict=True)) == shown


def test_what_was_moved_here_from_far_away_is_found_here() -> None:
    changes = {date(2031, 12, 6).toordinal(): Change(to=parse("2031-04-30 20:00"))}
    found = occurrences(
        *(date(2031, 4, 5), time(21), SEOUL, Repeat(Every.WEEK)), *(date(2031, 4, 20), date(2031, 4, 30)), changes
    )
    assert [one.day for one in found] == [date(2031, 4, 26), date(2031, 12, 6)]


def test_change_of_what_the_repeat_does_not_have_changes_nothing() -> None:
    changes = {date(2031, 4, 6).toordinal(): Change(to=parse("2031-04-07 20:00"))}
    found = occurrences(
        *(date(2031, 4, 5), time(21), SEOUL, Repeat(Every.WEEK)), *(date(2031, 4, 1), date(2031, 4, 12)), changes
    )
    assert [one.day for one in found] == [date(2031, 4, 5), date(2031, 4, 12)]


@given(
    first=st.dates(date(2027, 1, 1), date(2028, 1, 1)),
    at=st.none() | TIMES,
    zone=st.sampled_from([SEOUL, NEW_YORK, LONDON, SAO_PAULO, LORD_HOWE]),
    repeat=REPEATS,
    data=st.data(),
)
def test_edited_occurrence_never_moves_another(
    first: date, at: time | None, zone: str, repeat: Repeat, data: st.DataObject
) -> None:
    seen = (date(2026, 1, 1), date(2030, 1, 1))
    before = {one.day: one for one in occurrences(first, at, zone, repeat, *seen)}
    other = st.builds(
        Change, st.booleans(), st.none() | st.dates(*seen).map(lambda day: parse(f"{day} 19:00", "Asia/Tokyo"))
    )
    numbers = [day.toordinal() for day in before] or [first.toordinal()]
    changes = data.draw(st.dictionaries(st.sampled_from(numbers), other, max_size=5))
    after = {one.day: one for one in occurrences(first, at, zone, repeat, *seen, changes)}
    for day in before.keys() - {date.fromordinal(number) for number in changes}:
        assert after[day] == before[day]
    assert after.keys() <= before.keys(), "and makes none"
    assert {one.day: one for one in occurrences(first, at, zone, repeat, *seen, {})} == before, "restored"


@pytest.mark.parametrize(
    ("repeat", "same"),
    [
        (Repeat(Every.WEEK), Repeat(Every.WEEK, weekdays=frozenset({5}))),
        (Repeat(Every.WEEK, weekdays=frozenset(range(7))), Repeat(Every.DAY)),
        (Repeat(Every.WEEK, 2, frozenset(range(7))), Repeat(Every.WEEK, 2, frozenset(range(7)))),
        (Repeat(Every.MONTH, 24, frozenset({1}), count=3), Repeat(Every.YEAR, 2, count=3)),
        (Repeat(Every.DAY, weekdays=frozenset({1})), Repeat(Every.DAY)),
    ],
)
def test_repeat_has_one_form_for_words(repeat: Repeat, same: Repeat) -> None:
    first = date(2031, 4, 5)
    assert canonical(first, repeat) == same
    assert first_days("2031-04-05", repeat) == first_days("2031-04-05", same)


@given(first=st.dates(date(2027, 1, 1), date(2028, 1, 1)), repeat=REPEATS)
def test_form_for_words_means_the_same(first: date, repeat: Repeat) -> None:
    found, same = (list(islice(days(first, one), 50)) for one in (repeat, canonical(first, repeat)))
    assert found == same


@pytest.mark.parametrize(
    ("first", "repeat", "leaves"),
    [
        (date(2031, 1, 31), Repeat(Every.MONTH), True),
        (date(2031, 1, 28), Repeat(Every.MONTH), False),
        (date(2031, 1, 31), Repeat(Every.MONTH, 12), False),
        (date(2028, 2, 29), Repeat(Every.YEAR), True),
        (date(2031, 1, 31), Repeat(Every.YEAR), False),
        (date(2031, 1, 31), Repeat(Every.WEEK), False),
    ],
)
def test_months_and_years_without_the_day_are_told_of(first: date, repeat: Repeat, leaves: bool) -> None:
    assert leaves_out(first, repeat) is leaves
