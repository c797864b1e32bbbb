"""Days of a year, without the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.catalogue.month_day import MonthDay, falling_on


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("12-04", 2031, date(2031, 12, 4)),
        ("01-01", 2031, date(2031, 1, 1)),
        ("02-29", 2028, date(2028, 2, 29)),
        ("02-29", 2031, date(2031, 2, 28)),
        ("02-29", 2100, date(2100, 2, 28)),
        ("02-28", 2028, date(2028, 2, 28)),
    ],
)
def test_a_day_has_a_date_in_every_year(text: str, year: int, expected: date) -> None:
    assert MonthDay.parse(text).in_year(year) == expected


@pytest.mark.parametrize("text", ["", "4 December", "13-01", "00-10", "02-30", "04-31", "2031-12-04", "--12-04", "1-1"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|day"):
        MonthDay.parse(text)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2031, 2, 28), ["02-28", "02-29"]),
        (date(2028, 2, 28), ["02-28"]),
        (date(2028, 2, 29), ["02-29"]),
        (date(2031, 3, 1), ["03-01"]),
        (date(2031, 12, 31), ["12-31"]),
    ],
)
def test_the_days_that_fall_on_a_date(day: date, expected: list[str]) -> None:
    assert list(map(str, falling_on(day))) == expected


@pytest.mark.parametrize("year", [2027, 2028, 2100])
def test_every_day_falls_on_one_date_of_a_year(year: int) -> None:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    found = [one for at in range((after - first).days) for one in falling_on(first + timedelta(days=at))]
    assert sorted(found) == sorted({MonthDay.of(date(2000, 1, 1) + timedelta(days=at)) for at in range(366)})
