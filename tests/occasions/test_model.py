"""What an occasion can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.catalogue.model import EventKind, Kind, Ref
from bot.catalogue.when import SEOUL
from bot.errors import UnfitError
from bot.occasions.model import LONGEST, Draft
from bot.occasions.repeats import Every, Repeat
from tests.helpers import utc

USUAL = Draft("Movie night", EventKind.WATCH_PARTY, date(2031, 4, 5), time(21, 20), SEOUL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "a" * 101),
        ("kind", EventKind.PREMIERE),
        ("day", date(1815, 6, 18)),
        ("zone", "Moon/Crater"),
        ("zone", "../../etc/passwd"),
        ("lasts", timedelta(0)),
        ("lasts", LONGEST + timedelta(minutes=1)),
        ("place", ""),
        ("place", "a" * 101),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://example.com/a b"),
        ("url", "https://example.com/>"),
        ("url", "https://[broken"),
        ("url", "https://localhost/a"),
        ("url", "https://example.com:none/a"),
        ("url", f"https://example.com/{'a' * 400}"),
        ("picture", "file:///etc/passwd"),
        ("about", Ref(Kind.OCCASION, "0a1b")),
        ("repeat", Repeat(Every.WEEK, 0)),
        ("repeat", Repeat(Every.WEEK, weekdays=frozenset({7}))),
        ("repeat", Repeat(Every.DAY, count=0)),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(UnfitError) as refused:
        replace(USUAL, **{field: value})
    assert refused.value.field == field


def test_time_is_on_the_clocks_of_its_zone() -> None:
    assert USUAL.when(date(2031, 4, 5)).earliest == utc("2031-04-05 12:20")


def test_day_stays_a_day() -> None:
    at = replace(USUAL, time=None).when(date(2031, 4, 5))
    assert (at.earliest, at.latest) == (utc("2031-04-04 15:00"), utc("2031-04-05 15:00"))
