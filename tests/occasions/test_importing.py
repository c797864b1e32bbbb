"""Files and pasted lines become drafts, or what is wrong with them; nothing is left out silently."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue.model import OWN, EventKind, Kind, Ref
from bot.errors import UnreadableError
from bot.occasions import exporting
from bot.occasions.importing import MOST, Entry, Trouble, pasted, read_file
from bot.occasions.importing.model import key_of
from bot.occasions.importing.reading import MAX_LINES
from bot.occasions.model import Draft, Scheduled, when
from bot.occasions.repeats import Change, Every, Repeat, occurrences

NOW = datetime(2025, 1, 3, 3, tzinfo=UTC)
SEOUL = "Asia/Seoul"


def said(entry: Entry) -> str:
    """An entry in short: its trouble, or what it is and when."""
    draft = entry.draft
    if draft is None:
        return f"! {entry.trouble}"
    at = f" {draft.time:%H:%M}" if draft.time else ""
    return f"{draft.kind}: {draft.title} @ {draft.day:%m-%d}{at}"


LINES = [
    ("11 Jan 21:20 | Movie night", "other: Movie night @ 01-11 21:20"),
    ("Movie night, again | 12 Jan 21:20 KST", "other: Movie night, again @ 01-12 21:20"),
    ("- 13 Jan 20:00 - Fan meeting in Seoul", "fan_meeting: Fan meeting in Seoul @ 01-13 20:00"),
    ("• 14 Jan 9pm – Watch party: the finale", "watch_party: Watch party: the finale @ 01-14 21:00"),
    ("15 Jan 18:00\tComeback stage", "comeback: Comeback stage @ 01-15 18:00"),
    ("[teaser] Something | 16 Jan 00:00", "teaser: Something @ 01-16 00:00"),
    ("[MV] Title | 17 Jan 18:00", "music_video: Title @ 01-17 18:00"),
    ("[unknown] Title | 18 Jan 18:00", "other: [unknown] Title @ 01-18 18:00"),
    ("19 Jan | All day long", "other: All day long @ 01-19"),
    ("20 Jan 19:00 Concert without a bar", "concert: Concert without a bar @ 01-20 19:00"),
    ("every Sat 21:20 until 16 Feb | Weekly", "other: Weekly @ 01-04 21:20"),
    ("21 Jan 19:00 | Live | Hall | https://example.com/x", "other: Live @ 01-21 19:00"),
    ("22 Jan 19:00 | Bad link | https://", "other: Bad link @ 01-22 19:00"),
    ("1월 23일 오후 6시 | 컴백 무대", "comeback: 컴백 무대 @ 01-23 18:00"),
    ("정국 생일 | 1월 24일", "birthday: 정국 생일 @ 01-24"),
    ("1월 25일 밤 9시 20분 같이 보기 모임", "watch_party: 같이 보기 모임 @ 01-25 21:20"),
    ("매주 금요일 오후 8시 | 방송", "broadcast: 방송 @ 01-03 20:00"),
    ("nonsense", "! no date"),
    ("| only a title", "! no date"),
    ("11 Jan 21:20 |", "! no title"),
    ("soon | Movie night", "! date"),
    ("32 Jan | Movie night", "! date"),
    ("30 Feb 20:00 | Movie night", "! date"),
    ("26 Jan 25:99 | Movie night", "! date"),
    ("Mon 26 Jan 20:00 | Wrong weekday", "! date"),
    ("1 Jan 2024 20:00 | Long ago", "! date"),
    ("2/3 20:00 | Either", "! date"),
    ("27 Jan 20:00 Atlantis | Nowhere", "! date"),
    ("언젠가 | 모임", "! date"),
    ("13월 1일 | 모임", "! date"),
    ("28 Jan 20:00 | " + "x" * 101, "! unfit"),
    ("29 Jan 20:00 | Place | " + "x" * 101, "! unfit"),
    ("11 Jan 21:20 | MOVIE   night", "! twice"),
]
"""What people paste, with every kind of mistake, and what becomes of it."""


def test_each_line_becomes_a_draft_or_what_is_wrong_with_it() -> None:
    found = pasted("\n".join(line for line, _ in LINES), SEOUL, [], NOW)
    assert [said(entry) for entry in found] == [expected for _, expected in LINES]
    assert [entry.line for entry in found] == list(range(1, len(LINES) + 1))


def test_two_hundred_lines_with_every_kind_of_mistake_are_all_accounted_for() -> None:
    lines = [line if at < len(LINES) else f"{line} {at}" for at in range(198) for line in [LINES[at % len(LINES)][0]]]
    text = "# Our dates\n\n" + "\n".join(lines)
    found = pasted(text, SEOUL, [], NOW)
    assert [entry.line for entry in found] == list(range(3, 201))
    assert all((entry.draft is None) is not (entry.trouble is None) for entry in found)
    troubles = Counter(entry.trouble for entry in found)
    assert {Trouble.NO_DATE, Trouble.DATE, Trouble.UNFIT, Trouble.TWICE} <= troubles.keys()
    assert len({key_of(e.draft.title, e.draft.when(e.draft.day).earliest) for e in found if e.draft}) == troubles[None]


def test_further_parts_are_where_and_a_link() -> None:
    (entry,) = pasted("21 Jan 19:00 | Live | Hall | https://example.com/x", SEOUL, [], NOW)
    assert entry.draft is not None
    assert (entry.draft.place, entry.draft.url) == ("Hall", "https://example.com/x")


def test_what_is_planned_already_is_left_out() -> None:
    known = {key_of("movie night", datetime(2025, 1, 11, 12, 20, tzinfo=UTC))}
    assert [said(one) for one in pasted("11 Jan 21:20 | Movie Night", SEOUL, known, NOW)] == ["! twice"]


def test_only_so_many_are_taken_in_at_once() -> None:
    text = "\n".join(f"11 Jan 21:20 | Item {number}" for number in range(MOST + 5))
    found = pasted(text, SEOUL, [], NOW)
    assert [entry.trouble for entry in found[-6:]] == [None, *[Trouble.TOO_MANY] * 5]


TABLE = """\
제목,날짜,시각,장소,반복,종류
콘서트,2025-02-01,19:00,KSPO Dome,,
모임,2025-02-03,,,,watch party
,2025-02-03,,,,
이름뿐,,,,,
주말,매주 토요일,21:20,,2월 16일까지,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_table_with_named_columns(encoding: str, delimiter: str) -> None:
    found = read_file(TABLE.replace(",", delimiter).encode(encoding), SEOUL, [], NOW)
    assert [said(entry) for entry in found] == [
        "concert: 콘서트 @ 02-01 19:00",
        "watch_party: 모임 @ 02-03",
        "! no title",
        "! no date",
        "other: 주말 @ 01-04 21:20",
    ]
    assert [entry.line for entry in found] == [2, 3, 4, 5, 6]
    assert found[0].draft is not None
    assert found[0].draft.place == "KSPO Dome"


@pytest.mark.parametrize("line", ["nonsense\n", "a,b\n"])
def test_no_more_lines_are_read_than_others_can_wait_for(line: str) -> None:
    text = f"# a comment\n\n{line * MAX_LINES}"
    assert len(read_file(text.encode(), SEOUL, [], NOW)) == MAX_LINES
    with pytest.raises(UnreadableError):
        read_file((text + line).encode(), SEOUL, [], NOW)


def test_title_in_a_table_may_begin_as_a_comment_does() -> None:
    found = read_file(b"title,when\n#1 fan,11 Jan 21:20\n# a comment\n#,\nMovie night,12 Jan 21:20\n", SEOUL, [], NOW)
    assert [said(entry) for entry in found] == ["other: #1 fan @ 01-11 21:20", "other: Movie night @ 01-12 21:20"]


def test_table_without_names_is_read_like_lines() -> None:
    found = read_file(b"11 Jan 21:20,Movie night,Lounge\nBirthday,12 Jan\n", SEOUL, [], NOW)
    assert [said(entry) for entry in found] == ["other: Movie night @ 01-11 21:20", "birthday: Birthday @ 01-12"]


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["SUMMARY:Berlin", "DTSTART;TZID=Europe/Berlin:20250201T190000"], ["other: Berlin @ 02-01 19:00"]),
        (["SUMMARY:Floating", "DTSTART:20250201T190000"], ["other: Floating @ 02-01 19:00"]),
        (["SUMMARY:Day", "DTSTART;VALUE=DATE:20250201", "CATEGORIES:CONCERT"], ["concert: Day @ 02-01"]),
        (["SUMMARY:Windows", "DTSTART;TZID=Korea Standard Time:20250201T190000"], ["other: Windows @ 02-01 10:00"]),
        (["SUMMARY:Nowhere", "DTSTART;TZID=Nowhere/Land:20250201T190000"], ["! zone"]),
        (["SUMMARY:Off", "DTSTART:20250201T190000Z", "STATUS:CANCELLED"], ["! cancelled"]),
        (["SUMMARY:Old", "DTSTART:20240201T190000Z"], ["! over"]),
        (["SUMMARY:Nothing"], ["! no date"]),
        (["DTSTART:20250201T190000Z"], ["! no title"]),
        (
            ["SUMMARY:Friday", "DTSTART;VALUE=DATE:20250103", "RRULE:FREQ=MONTHLY;BYDAY=1FR;COUNT=3"],
            ["other: Friday @ 01-03", "other: Friday @ 02-07", "other: Friday @ 03-07"],
        ),
        (
            ["SUMMARY:Gap", "DTSTART:20250104T120000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20250111T120000Z"],
            ["other: Gap @ 01-04 12:00", "other: Gap @ 01-18 12:00"],
        ),
        (["SUMMARY:Odd", "DTSTART:20250104T120000Z", "RRULE:FREQ=SOMETIMES"], ["! repeat"]),
    ],
)
def test_calendar(lines: list[str], expected: list[str]) -> None:
    found = read_file(calendar(event(*lines)), SEOUL, [], NOW)
    assert [said(entry) for entry in found] == expected


def test_calendar_says_how_it_repeats_if_that_can_be_kept() -> None:
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;UNTIL=20250301T000000Z"
    data = calendar(event("SUMMARY:Weekly", "DTSTART:20250104T122000Z", "DURATION:PT2H", rule))
    (entry,) = read_file(data, SEOUL, [], NOW)
    assert entry.draft is not None
    assert entry.draft.repeat == Repeat(Every.WEEK, 2, frozenset({5}), date(2025, 2, 28))
    assert entry.draft.lasts == timedelta(hours=2)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0;BYMONTH=1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=DAILY;BYHOUR=3,4;BYMINUTE=5",
    ],
)
def test_repeat_that_would_be_looked_for_forever_is_refused(rule: str) -> None:
    (entry,) = read_file(calendar(event("SUMMARY:Odd", "DTSTART:19700101T120000Z", f"RRULE:{rule}")), SEOUL, [], NOW)
    assert entry.trouble is Trouble.REPEAT


@pytest.mark.parametrize(("begins", "every"), [("19500101", "YEARLY"), ("19900101", "WEEKLY"), ("20160101", "DAILY")])
def test_what_repeats_may_have_begun_long_ago(begins: str, every: str) -> None:
    since = event("SUMMARY:Old", f"DTSTART;VALUE=DATE:{begins}", f"RRULE:FREQ={every}")
    (entry,) = read_file(calendar(since), SEOUL, [], NOW)
    assert entry.draft is not None
    older = since.replace(begins, "18000101")
    (entry,) = read_file(calendar(older), SEOUL, [], NOW)
    assert entry.trouble is Trouble.REPEAT


def test_calendar_with_more_repeats_than_others_can_wait_for_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read_file(calendar(*[event("SUMMARY:Old", "DTSTART:20240101", "RRULE:FREQ=DAILY")] * 2001), SEOUL, [], NOW)


def test_calendar_with_many_such_repeats_is_refused() -> None:
    odd = event("SUMMARY:Odd", "DTSTART:08000101T120000Z", "RRULE:FREQ=DAILY")
    assert len(read_file(calendar(*[odd] * 9), SEOUL, [], NOW)) == 9
    with pytest.raises(UnreadableError):
        read_file(calendar(*[odd] * 99), SEOUL, [], NOW)


def zone(rule: str) -> str:
    """A time zone that a calendar defines, with summer time."""
    lines = [
        line
        for part, offset in (("STANDARD", "+0100"), ("DAYLIGHT", "+0200"))
        for line in (
            *(f"BEGIN:{part}", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000", f"TZOFFSETTO:{offset}"),
            *(f"RRULE:{rule}", f"END:{part}"),
        )
    ]
    return "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Here", *lines, "END:VTIMEZONE"])


def test_calendar_may_define_a_time_zone() -> None:
    data = calendar(
        zone("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"), event("SUMMARY:Here", "DTSTART;TZID=Here:20250201T190000")
    )
    (entry,) = read_file(data, SEOUL, [], NOW)
    assert entry.draft is not None


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YE\r\n ARLY;INTERVAL=0", "FREQ=\r\n\tDAILY;BYMONTH=3"])
def test_time_zone_whose_clocks_change_all_the_time_is_refused(rule: str) -> None:
    data = calendar(zone(rule), event("SUMMARY:Here", "DTSTART;TZID=Here:20250201T190000"))
    with pytest.raises(UnreadableError):
        read_file(data, SEOUL, [], NOW)


NUL = calendar(event("SUMMARY:Movie\0night", "DTSTART:20250201T190000Z"))
"""A calendar with a character that no text has."""


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nnonsense", NUL, b"x" * 1_000_001]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_file(data, SEOUL, [], NOW)


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_no_text_breaks_it(text: str) -> None:
    for entry in pasted(text, SEOUL, [], NOW):
        assert (entry.draft is None) is not (entry.trouble is None)


@given(st.lists(st.sampled_from(["DTSTART", "RRULE", "EXDATE", "RDATE", "DTEND", "DURATION", "LOCATION"])), st.data())
@settings(max_examples=200)
def test_no_calendar_breaks_it(names: list[str], data: st.DataObject) -> None:
    values = st.sampled_from(
        [
            "20250201T190000Z",
            "20250201",
            "FREQ=DAILY",
            "FREQ=MONTHLY;BYDAY=5MO",
            "PT0S",
            "-P9W",
            "",
            "x",
            "FREQ=WEEKLY;COUNT=0",
        ]
    )
    lines = [f"{name}:{data.draw(values)}" for name in names]
    try:
        found = read_file(calendar(event("SUMMARY:Any", *lines)), SEOUL, [], NOW)
    except UnreadableError:
        return
    assert all((entry.draft is None) is not (entry.trouble is None) for entry in found)


@st.composite
def planned(draw: st.DrawFn) -> Scheduled:
    """Something in a schedule, with single dates skipped and moved."""
    repeat = draw(
        st.none()
        | st.builds(
            Repeat,
            every=st.sampled_from(Every),
            interval=st.integers(1, 3),
            until=st.none() | st.dates(date(2025, 6, 1), date(2025, 9, 1)),
        ).filter(lambda one: one.every is not Every.DAY or one.until is not None)  # a changed one comes day by day
    )
    at = draw(st.none() | st.times(time(0), time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0)))
    zone = draw(st.sampled_from([SEOUL, "Europe/Berlin", "America/New_York"]))
    draft = Draft(
        draw(st.sampled_from(["=1+1", "Movie, night", 'A "B"', "영화의 밤"])),
        draw(st.sampled_from(OWN)),
        draw(st.dates(date(2025, 1, 5), date(2025, 5, 1))),
        at,
        zone,
        timedelta(hours=2) if at is not None else None,
        draw(st.none() | st.just("Lounge; room 1")),
        repeat=repeat,
    )
    changes: dict[int, Change] = {}
    if repeat is not None:
        days = [one.day for one in occurrences(draft.day, at, zone, repeat, draft.day, date(2025, 12, 1))]
        for day in draw(st.sets(st.sampled_from(days), max_size=2)):
            to = when(day + timedelta(days=1), time(7, 7) if at is not None else None, zone)
            changes[day.toordinal()] = draw(st.sampled_from([Change(skipped=True), Change(to=to)]))
    return Scheduled(Ref(Kind.OCCASION, "0123456789ab"), draft, cancelled=False, changes=changes)


def times(entries: list[Entry]) -> set[tuple[str, EventKind, datetime | None]]:
    """When the drafts take place this year."""
    return {
        (draft.title, draft.kind, one.at.earliest)
        for entry in entries
        if (draft := entry.draft) is not None
        for one in occurrences(draft.day, draft.time, draft.zone, draft.repeat, date(2025, 1, 1), date(2025, 12, 1))
    }


def its_times(one: Scheduled) -> set[tuple[str, EventKind, datetime | None]]:
    draft = one.draft
    found = occurrences(
        *(draft.day, draft.time, draft.zone, draft.repeat, date(2025, 1, 1), date(2025, 12, 1)), one.changes
    )
    return {(draft.title, draft.kind, each.at.earliest) for each in found if not each.skipped}


@given(planned())
@settings(max_examples=150)
def test_calendar_that_is_exported_is_the_same_when_it_is_imported(one: Scheduled) -> None:
    data = exporting.calendar([one], "Fans", NOW)
    zone = one.draft.zone if one.draft.time is None else SEOUL  # days as a whole have none in calendars
    assert times(read_file(data, zone, [], NOW)) == its_times(one)


@given(planned())
@settings(max_examples=150)
def test_table_that_is_exported_is_the_same_when_it_is_imported(one: Scheduled) -> None:
    plain = Scheduled(one.ref, one.draft, cancelled=False, changes={})
    assert times(read_file(exporting.table([plain], NOW), SEOUL, [], NOW)) == its_times(plain)


def test_repeat_that_began_long_ago_is_exported_from_now_on() -> None:
    draft = Draft("Weekly", EventKind.OTHER, date(2024, 12, 7), time(21), SEOUL, repeat=Repeat(Every.WEEK, count=8))
    one = Scheduled(Ref(Kind.OCCASION, "0123456789ab"), draft, cancelled=False, changes={})
    (entry,) = read_file(exporting.table([one], NOW), SEOUL, [], NOW)
    assert entry.draft is not None
    assert entry.draft.day == date(2025, 1, 4)
    assert entry.draft.repeat is not None
    assert entry.draft.repeat.count == 4
    assert ZoneInfo(entry.draft.zone).key == SEOUL
