"""Quiet hours and digests, where the clocks go forward and back."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements.hours import DAILY, WEEK, Audience, after_quiet, digest_around, quiet_hours
from bot.catalogue.when import SEOUL
from tests.helpers import utc

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("22:00-08:00", "22:00-08:00"),
        ("22-8", "22:00-08:00"),
        (" 9:30 – 24:00 ", "09:30-00:00"),
        ("22 to 8", "22:00-08:00"),
        ("10pm-8am", "22:00-08:00"),
        ("10:30 PM to 12 am", "22:30-00:00"),
        ("오후 10시 ~ 오전 8시", "22:00-08:00"),
        ("오후 11시 30분부터 오전 7시까지", "23:30-07:00"),
        ("13pm-8am", None),
        ("0am-8am", None),
        ("off", ""),
        ("None", ""),
        ("", ""),
        ("22:00", None),
        ("25-8", None),
        ("8-8", None),
        ("22:60-8", None),
        ("at night", None),
        ("٢٢-٨", "22:00-08:00"),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(typed: str, kept: str | None) -> None:
    assert quiet_hours(typed) == kept


@pytest.mark.parametrize(
    ("zone", "at", "sent"),
    [
        pytest.param(NEW_YORK, "2025-03-08 12:59", "2025-03-08 13:00", id="New York, winter"),
        pytest.param(NEW_YORK, "2025-03-09 06:30", "2025-03-09 12:00", id="New York, the night that loses an hour"),
        pytest.param(NEW_YORK, "2025-11-02 05:30", "2025-11-02 13:00", id="New York, the night that gains an hour"),
        pytest.param(NEW_YORK, "2025-11-02 13:00", "2025-11-02 13:00", id="New York, they are over at once"),
        pytest.param(BERLIN, "2025-03-30 00:30", "2025-03-30 06:00", id="Berlin, the night that loses an hour"),
        pytest.param(BERLIN, "2025-10-26 00:30", "2025-10-26 07:00", id="Berlin, the night that gains an hour"),
        pytest.param(BERLIN, "2025-10-26 20:59", "2025-10-26 20:59", id="Berlin, not yet quiet"),
        pytest.param(BERLIN, "2025-10-26 21:00", "2025-10-27 07:00", id="Berlin, quiet"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end_by_the_servers_clock(zone: str, at: str, sent: str) -> None:
    assert after_quiet(utc(at), Audience(zone, "22:00-08:00")) == utc(sent)


@given(st.integers(min_value=0, max_value=3 * 365 * 24 * 60), st.sampled_from([SEOUL, NEW_YORK, BERLIN]))
def test_waiting_ends_within_a_day_and_outside_the_quiet_hours(minute: int, zone: str) -> None:
    at = utc("2024-01-01 00:00") + timedelta(minutes=minute)
    audience = Audience(zone, "13:00-12:00")
    sent = after_quiet(at, audience)
    assert timedelta() <= sent - at <= timedelta(hours=25)
    assert after_quiet(sent, audience) == sent


def test_what_comes_due_in_the_hour_that_comes_twice_is_not_posted_before_its_time() -> None:
    quarter_past_two_again = utc("2025-10-26 01:15")
    assert after_quiet(quarter_past_two_again, Audience(BERLIN, "22:00-02:30")) == quarter_past_two_again


@pytest.mark.parametrize(
    ("zone", "digest", "at", "before", "after"),
    [
        pytest.param(BERLIN, "daily-09", "2025-03-29 12:00", "2025-03-29 08:00", "2025-03-30 07:00", id="clocks go on"),
        pytest.param(BERLIN, "daily-09", "2025-10-25 12:00", "2025-10-25 07:00", "2025-10-26 08:00", id="and back"),
        pytest.param(
            NEW_YORK, "daily-09", "2025-03-08 14:00", "2025-03-08 14:00", "2025-03-09 13:00", id="at the hour"
        ),
        pytest.param(NEW_YORK, "mon-18", "2025-03-05 00:00", "2025-03-03 23:00", "2025-03-10 22:00", id="a week"),
        pytest.param(BERLIN, "daily-02", "2025-03-30 12:00", "2025-03-30 01:00", "2025-03-31 00:00", id="no hour"),
    ],
)
def test_a_digest_comes_at_its_hour_by_the_servers_clock(
    zone: str, digest: str, at: str, before: str, after: str
) -> None:
    assert digest_around(utc(at), Audience(zone, "", digest)) == (utc(before), utc(after))


def test_a_digest_in_quiet_hours_waits_for_their_end() -> None:
    around = digest_around(utc("2025-01-05 12:00"), Audience("UTC", "06:00-10:00", "daily-09"))
    assert around == (utc("2025-01-05 10:00"), utc("2025-01-06 10:00"))


def test_without_a_digest_there_is_none() -> None:
    assert digest_around(utc("2025-01-05 12:00"), Audience("UTC")) is None


@given(
    st.datetimes(utc("2020-01-01 00:00").replace(tzinfo=None), utc("2035-01-01 00:00").replace(tzinfo=None)),
    st.sampled_from(sorted(available_timezones() - {"localtime"})),
    st.sampled_from([DAILY, *WEEK]),
    st.integers(0, 23),
)
def test_whatever_the_clocks_do_digests_follow_each_other(at: object, zone: str, day: str, hour: int) -> None:
    moment = utc(str(at)[:16])
    around = digest_around(moment, Audience(zone, "", f"{day}-{hour:02}"))
    assert around is not None
    before, after = around
    assert before <= moment < after
    # A day that a zone left out, as Samoa did, makes one of them longer.
    assert after - before <= timedelta(days=1 if day == DAILY else 7) + timedelta(hours=25)
