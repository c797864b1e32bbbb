"""Dates and repeats in people's words, as they type them on phones.

`understood.tsv` holds texts and what they mean, written as forms show it, and `refused.tsv` those that are refused: the
reason, the part that stands in the way, and the readings. Without a zone, they are of Seoul's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements.zones import COMMON_ZONES
from bot.catalogue.when import SEOUL
from bot.errors import NotUnderstoodError
from bot.occasions.asked import Asked, Reason, read, written
from bot.occasions.repeats import Every, Repeat, canonical, days
from bot.text import LANGUAGES, words
from tests.helpers import utc

NEW_YORK = "America/New_York"
NOON = utc("2027-02-03 03:00")
"""Noon in Seoul, on a Wednesday."""


def table(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / f"{name}.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


UNDERSTOOD, REFUSED = table("understood"), table("refused")
PIECES = sorted({word for text, *_ in (*UNDERSTOOD, *REFUSED) for word in (*text.split(), text)})


def shown(asked: Asked) -> str:
    return written(asked, "en").replace(f" {SEOUL}", "")


def refusal(text: str, zone: str = SEOUL, now: datetime = NOON) -> NotUnderstoodError:
    with pytest.raises(NotUnderstoodError) as refused:
        read(text, zone, now)
    return refused.value


def meanings(text: str, zone: str, now: datetime) -> Sequence[Asked]:
    """What a text may mean: one thing, several if it is ambiguous, or nothing."""
    try:
        return [read(text, zone, now)]
    except NotUnderstoodError as error:
        return error.readings if error.reason is Reason.AMBIGUOUS else []


def begin(asked: Asked) -> datetime:
    return datetime.combine(asked.day, asked.time or time(), ZoneInfo(asked.zone)).astimezone(UTC)


@pytest.mark.parametrize(("text", "meaning"), UNDERSTOOD, ids=[text for text, _ in UNDERSTOOD])
def test_text_is_understood(text: str, meaning: str) -> None:
    assert shown(read(text, SEOUL, NOON)) == meaning


@pytest.mark.parametrize("row", REFUSED, ids=[row[0] for row in REFUSED])
def test_text_is_refused_with_its_reason(row: list[str]) -> None:
    text, reason, part, *readings = row
    refused = refusal(text)
    assert (refused.reason, refused.part) == (Reason[reason.upper()], part)
    assert [shown(reading) for reading in refused.readings] == readings


def test_every_reason_occurs() -> None:
    assert {Reason[row[1].upper()] for row in REFUSED} == set(Reason)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("  Fri \t 18:00\n", "Fri 18:00"),
        ("Ｆｒｉ　１８：００", "Fri 18:00"),
        ("금요일 저녁 6시", "금요일 저녁 6시"),
        ("fri\u200b 18:00\ufe0f", "Fri 18:00"),
        ("２０２７년 ２월 １６일", "2027년 2월 16일"),
        ("FRI 6PM", "fri 6pm"),
    ],
)
def test_letters_spaces_and_digits_may_have_any_form(text: str, same: str) -> None:
    assert read(text, SEOUL, NOON) == read(same, SEOUL, NOON)


@pytest.mark.parametrize("text", ["", "  ", ".", "은"])
def test_nothing_is_no_day(text: str) -> None:
    assert refusal(text).reason is Reason.NO_DAY


def test_who_writes_a_story_is_not_read_to_the_end() -> None:
    refused = refusal("Fri 18:00 " * 50)
    assert refused.reason is Reason.UNKNOWN
    assert len(refused.part) <= 101


@pytest.mark.parametrize(
    ("text", "zone", "now", "day"),
    [
        pytest.param("tomorrow 9pm", SEOUL, "2027-02-03 20:00", "2027-02-05", id="tomorrow, where it is tomorrow"),
        pytest.param("tomorrow 9pm ET", SEOUL, "2027-02-03 20:00", "2027-02-04", id="tomorrow, as the zone has it"),
        pytest.param("Wed 18:00 ET", SEOUL, "2027-02-03 20:00", "2027-02-03", id="today, as the zone has it"),
        pytest.param("Fri 24:10", SEOUL, "2027-02-05 15:05", "2027-02-06", id="yesterday's listing goes on"),
        pytest.param("24:10", SEOUL, "2027-02-05 15:05", "2027-02-06", id="a listing's time that is about to come"),
        pytest.param("5 Feb 24:10", SEOUL, "2027-02-05 15:05", "2027-02-06", id="a listing's date that is over"),
        pytest.param("31 Dec 24:10", SEOUL, "2027-12-31 15:05", "2028-01-01", id="last year's listing"),
        pytest.param("29 Feb", SEOUL, "2097-01-01 00:00", "", id="no leap year in sight"),
        pytest.param("31 Dec 2099 24:10", SEOUL, "2097-01-01 00:00", "", id="past the last year"),
        pytest.param("every Sat from 31 Dec 2099", SEOUL, "2097-01-01 00:00", "", id="past the last year too"),
    ],
)
def test_days_are_seen_from_now_in_the_zone(text: str, zone: str, now: str, day: str) -> None:
    if day:
        assert read(text, zone, utc(now)).day == date.fromisoformat(day)
    else:
        assert refusal(text, zone, utc(now)).reason is Reason.NO_SUCH_DAY


def test_instant_in_the_hour_that_clocks_repeat_stays_the_instant() -> None:
    first, second = utc("2027-11-07 05:30"), utc("2027-11-07 06:30")
    for at, zone in ((first, NEW_YORK), (second, "UTC")):
        asked = read(f"<t:{int(at.timestamp())}:F>", NEW_YORK, NOON)
        assert (begin(asked), asked.zone) == (at, zone)


def test_hours_from_now_are_hours_though_clocks_change() -> None:
    asked = read("in 5 hours", NEW_YORK, utc("2027-03-14 04:00"))
    assert begin(asked) == utc("2027-03-14 09:00")
    assert asked.time == time(5)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clock", ["00:00", "00:10", "09:00", "11:59", "12:00", "12:30", "18:00", "21:20"])
def test_what_the_bot_shows_is_understood(language: str, clock: str) -> None:
    at = datetime.combine(date(2027, 2, 16), time.fromisoformat(clock), ZoneInfo(SEOUL))
    said = words(language)
    for text in (
        said.moment(at),
        f"{said.near_day(at.date(), at.date())} {said.clock(at)}",
        f"{said.near_day(at.date(), date(2026, 1, 1))} {said.clock(at)}",
        f"{said.day(at.date())} {clock}",
    ):
        assert read(text, SEOUL, NOON) == Asked(at.date(), at.time(), SEOUL), text


@st.composite
def plans(draw: st.DrawFn) -> Asked:
    """Anything that can be asked for, ahead of `NOON`."""
    day = draw(st.dates(date(2027, 2, 6), date(2060, 12, 31)))
    repeat = draw(
        st.none()
        | st.builds(
            Repeat,
            st.sampled_from(Every),
            st.integers(1, 999),
            st.frozensets(st.integers(0, 6)).map(lambda weekdays: weekdays | {day.weekday()}),
            st.none() | st.dates(day, date(2099, 12, 31)),
            st.none() | st.integers(1, 999),
        )
    )
    return Asked(
        day,
        draw(st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))),
        draw(st.sampled_from([*COMMON_ZONES, "Etc/GMT+5", "Etc/GMT-9", "America/Port-au-Prince"])),
        draw(st.none() | st.integers(1, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))),
        canonical(day, repeat) if repeat else None,
    )


@given(asked=plans(), language=st.sampled_from(LANGUAGES))
def test_what_forms_show_is_understood(asked: Asked, language: str) -> None:
    assert read(written(asked, language), "Africa/Lagos", NOON) == asked


@given(
    text=st.text(max_size=60) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map(" ".join),
    zone=st.sampled_from(COMMON_ZONES),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_whatever_is_typed_is_ahead_or_refused(text: str, zone: str, now: datetime) -> None:
    for asked in meanings(text, zone, now):
        today = now.astimezone(ZoneInfo(asked.zone)).date()
        assert begin(asked) >= now if asked.time else asked.day >= today
        assert today.year <= asked.day.year <= 2099
        assert asked.lasts is None or asked.lasts > timedelta()
        if asked.repeat is not None:
            assert next(days(asked.day, asked.repeat)) == asked.day
            assert canonical(asked.day, asked.repeat) == asked.repeat
