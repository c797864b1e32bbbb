"""Dates as they are known."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.when import EXACT, FORMS, NEED_WORDS, SEOUL, Precision, parse
from tests.helpers import utc

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("text", "precision", "first", "after"),
    [
        pytest.param("2025-01-26", Precision.DAY, "2025-01-26", "2025-01-27", id="day"),
        pytest.param("2024-12-31", Precision.DAY, "2024-12-31", "2025-01-01", id="last day of a year"),
        pytest.param("2024-02-29", Precision.DAY, "2024-02-29", "2024-03-01", id="leap day"),
        pytest.param("early 2025-01", Precision.PART_OF_MONTH, "2025-01-01", "2025-01-11", id="early in a month"),
        pytest.param("mid 2025-01", Precision.PART_OF_MONTH, "2025-01-11", "2025-01-21", id="middle of a month"),
        pytest.param("late 2025-01", Precision.PART_OF_MONTH, "2025-01-21", "2025-02-01", id="late in a month"),
        pytest.param("late 2024-12", Precision.PART_OF_MONTH, "2024-12-21", "2025-01-01", id="late in a year's last"),
        pytest.param("late 2024-02", Precision.PART_OF_MONTH, "2024-02-21", "2024-03-01", id="late in a short month"),
        pytest.param("2025-01", Precision.MONTH, "2025-01-01", "2025-02-01", id="month"),
        pytest.param("2025-12", Precision.MONTH, "2025-12-01", "2026-01-01", id="December"),
        pytest.param("spring 2025", Precision.SEASON, "2025-03-01", "2025-06-01", id="spring"),
        pytest.param("summer 2025", Precision.SEASON, "2025-06-01", "2025-09-01", id="summer"),
        pytest.param("autumn 2025", Precision.SEASON, "2025-09-01", "2025-12-01", id="autumn"),
        pytest.param("winter 2025", Precision.SEASON, "2024-12-01", "2026-03-01", id="winter is either of two"),
        pytest.param("early 2025", Precision.PART_OF_YEAR, "2025-01-01", "2025-05-01", id="early in a year"),
        pytest.param("mid 2025", Precision.PART_OF_YEAR, "2025-05-01", "2025-09-01", id="middle of a year"),
        pytest.param("late 2025", Precision.PART_OF_YEAR, "2025-09-01", "2026-01-01", id="late in a year"),
        pytest.param("H1 2025", Precision.PART_OF_YEAR, "2025-01-01", "2025-07-01", id="first half"),
        pytest.param("H2 2025", Precision.PART_OF_YEAR, "2025-07-01", "2026-01-01", id="second half"),
        pytest.param("Q1 2025", Precision.PART_OF_YEAR, "2025-01-01", "2025-04-01", id="first quarter"),
        pytest.param("Q2 2025", Precision.PART_OF_YEAR, "2025-04-01", "2025-07-01", id="second quarter"),
        pytest.param("Q3 2025", Precision.PART_OF_YEAR, "2025-07-01", "2025-10-01", id="third quarter"),
        pytest.param("Q4 2025", Precision.PART_OF_YEAR, "2025-10-01", "2026-01-01", id="fourth quarter"),
        pytest.param("2025", Precision.YEAR, "2025-01-01", "2026-01-01", id="year"),
        pytest.param("1900", Precision.YEAR, "1900-01-01", "1901-01-01", id="first year"),
        pytest.param("2099", Precision.YEAR, "2099-01-01", "2100-01-01", id="last year"),
    ],
)
@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK, "UTC", "Pacific/Kiritimati"])
def test_a_date_reaches_from_its_first_day_to_the_one_after_its_last(
    text: str, precision: Precision, first: str, after: str, zone: str
) -> None:
    when = parse(text, zone)
    assert when.precision is precision
    assert when.zone == zone
    assert when.earliest is not None
    assert when.latest is not None
    assert when.earliest.tzinfo is when.latest.tzinfo is utc("2025-01-01 00:00").tzinfo
    begin, end = (instant.astimezone(ZoneInfo(zone)) for instant in (when.earliest, when.latest))
    assert begin.replace(tzinfo=None).isoformat() == f"{first}T00:00:00"
    assert end.replace(tzinfo=None).isoformat() == f"{after}T00:00:00"
    assert when.first_day == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        pytest.param("2025-01-26 18:00", SEOUL, "2025-01-26 09:00", id="Seoul"),
        pytest.param("2025-01-26T18:00", SEOUL, "2025-01-26 09:00", id="with a T"),
        pytest.param("2025-01-04 24:00", SEOUL, "2025-01-04 15:00", id="24:00 is the next midnight"),
        pytest.param("2025-01-04 24:10", SEOUL, "2025-01-04 15:10", id="24:10 is 00:10 of the next day"),
        pytest.param("2024-12-31 25:30", SEOUL, "2024-12-31 16:30", id="25:30 on New Year's Eve"),
        pytest.param("2025-01-04 29:59", SEOUL, "2025-01-04 20:59", id="the last hour there is"),
        pytest.param("2025-01-26 00:00", SEOUL, "2025-01-25 15:00", id="a stated midnight"),
        pytest.param("2025-03-08 21:00", NEW_YORK, "2025-03-09 02:00", id="the evening before summer time"),
        pytest.param("2025-03-09 21:00", NEW_YORK, "2025-03-10 01:00", id="the first evening of summer time"),
        pytest.param("2025-03-08 24:10", NEW_YORK, "2025-03-09 05:10", id="24:10 into the day of the change"),
        pytest.param("2025-03-08 27:30", NEW_YORK, "2025-03-09 07:30", id="27:30 is 03:30 by the clock on the wall"),
        pytest.param("2025-11-01 24:30", NEW_YORK, "2025-11-02 04:30", id="24:30 into the day it ends"),
        pytest.param("2025-11-02 01:30", NEW_YORK, "2025-11-02 05:30", id="an hour that comes twice: the first"),
        pytest.param("2025-11-02 21:00", NEW_YORK, "2025-11-03 02:00", id="the evening after summer time"),
        pytest.param("2025-03-09 02:30", NEW_YORK, "2025-03-09 07:30", id="an hour that does not exist: one later"),
    ],
)
def test_a_minute_is_that_minute_in_its_zone(text: str, zone: str, at: str) -> None:
    when = parse(text, zone)
    assert when.precision is Precision.MINUTE
    assert when.earliest == when.latest == utc(at)


@pytest.mark.parametrize(
    ("day", "length"),
    [
        pytest.param("2025-03-09", 23, id="summer time begins"),
        pytest.param("2025-03-10", 24, id="the day after"),
        pytest.param("2025-11-02", 25, id="summer time ends"),
    ],
)
def test_a_day_is_as_long_as_it_is_in_its_zone(day: str, length: int) -> None:
    when = parse(day, NEW_YORK)
    assert when.earliest is not None
    assert when.latest is not None
    assert when.latest - when.earliest == timedelta(hours=length)


def test_a_day_without_a_midnight_begins_with_its_first_hour() -> None:
    # In Cairo the clocks go from 24:00 to 01:00.
    when = parse("2023-04-28", "Africa/Cairo")
    assert when.first_day == date(2023, 4, 28)
    assert when.earliest == utc("2023-04-27 22:00")
    assert when.latest == utc("2023-04-28 21:00")


def test_a_day_is_never_a_midnight() -> None:
    day, midnight = parse("2025-01-26"), parse("2025-01-26 00:00")
    assert day != midnight
    assert day.precision is Precision.DAY
    assert day.latest != day.earliest
    assert midnight.precision is Precision.MINUTE


def test_nothing_is_known_of_an_unknown_date() -> None:
    when = parse("unknown", words={"en": "some day"})
    assert when.precision is Precision.UNKNOWN
    assert when.earliest is when.latest is when.first_day is None
    assert when.words == {"en": "some day"}


def test_a_date_is_stated_in_seoul_unless_it_says_otherwise() -> None:
    assert parse("2025-01-26") == parse("2025-01-26", "Asia/Seoul")


def test_the_words_of_the_statement_are_kept() -> None:
    words = {"en": "as the cherries bloom", "ko": "벚꽃이 필 무렵"}
    assert parse("spring 2025", words=words).words == words


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" 2025", id="a space before"),
        pytest.param("2025\n", id="a line end"),
        pytest.param("soon", id="a word"),
        pytest.param("Unknown", id="unknown with a capital"),
        pytest.param("2025-1-26", id="one digit"),
        pytest.param("26-01-2025", id="the day first"),
        pytest.param("2025/01/26", id="slashes"),
        pytest.param("2025-02-29", id="no leap year"),
        pytest.param("2025-04-31", id="April has thirty days"),
        pytest.param("2025-13-01", id="a thirteenth month, day"),
        pytest.param("2025-13", id="a thirteenth month"),
        pytest.param("2025-00", id="month nought"),
        pytest.param("2025-01-00", id="day nought"),
        pytest.param("2025-01-26 30:00", id="hours end at 29"),
        pytest.param("2025-01-26 18:60", id="minute 60"),
        pytest.param("2025-01-26 18:00:00", id="seconds"),
        pytest.param("2025-01-26 18:00+09:00", id="an offset"),
        pytest.param("2025-01-26  18:00", id="two spaces"),
        pytest.param("2025-01-26 6pm", id="six in words"),
        pytest.param("2025-02-29 18:00", id="a minute of no day"),
        pytest.param("late 2025-01-26", id="late on a day"),
        pytest.param("spring 2025-01", id="spring of a month"),
        pytest.param("Spring 2025", id="spring with a capital"),
        pytest.param("fall 2025", id="fall"),
        pytest.param("h1 2025", id="half with a small letter"),
        pytest.param("H3 2025", id="a third half"),
        pytest.param("Q0 2025", id="quarter nought"),
        pytest.param("Q5 2025", id="a fifth quarter"),
        pytest.param("1899", id="before the first year"),
        pytest.param("2100", id="after the last year"),
        pytest.param("early 2025-13", id="early in a thirteenth month"),
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


def test_digits_of_other_scripts_are_no_date() -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse("20٢٥-٠١-٢٦")


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        parse(text)
    except ValueError:
        return


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 29),
    st.integers(0, 59),
    st.sampled_from(sorted(available_timezones())),
)
def test_every_day_and_minute_can_be_stated_in_every_zone(day: date, hour: int, minute: int, zone: str) -> None:
    whole, exact = parse(day.isoformat(), zone), parse(f"{day.isoformat()} {hour:02}:{minute:02}", zone)
    assert whole.earliest is not None
    assert whole.latest is not None
    assert exact.earliest is not None
    assert whole.earliest <= whole.latest <= whole.earliest + timedelta(hours=49)
    assert whole.earliest - timedelta(hours=2) <= exact.earliest <= whole.latest + timedelta(hours=8)


def test_the_message_for_wrong_dates_names_forms_that_can_be_read() -> None:
    named = FORMS.partition(" (")[0].replace(" or ", ", ").split(", ")
    precisions = {parse(form.strip('"')).precision for form in named}
    assert precisions == set(Precision)


def test_what_can_be_announced_never_needs_words() -> None:
    assert {Precision.MINUTE, Precision.DAY} == EXACT
    assert {Precision.PART_OF_MONTH, Precision.SEASON, Precision.PART_OF_YEAR} == NEED_WORDS
    assert not EXACT & NEED_WORDS


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("2025-01-04", "2025-01-04", True),
        ("2025-01-04", "2025-01-05", False),
        ("2025-01-04", "H1 2025", True),
        ("2025-01-04", "H2 2025", False),
        ("2025-01-04 00:00", "2025-01-04", True),
        ("2025-01-04 23:59", "2025-01-04", True),
        ("2025-01-05 00:00", "2025-01-04", False),
        ("2025-01-04 21:20", "2025-01-04 21:20", True),
        ("2025-01-04 21:20", "2025-01-04 21:10", False),
        ("2025-01-04", "unknown", True),
    ],
)
def test_vaguer_date_agrees_with_one_that_it_holds(one: str, other: str, agree: bool) -> None:
    assert parse(one).agrees(parse(other)) is agree
    assert parse(other).agrees(parse(one)) is agree
