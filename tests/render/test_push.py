"""The line that a phone shows of a post: for every stage of every kind of event, in every language.

`push.tsv` is the approved table. `BYEOL_APPROVE=1 pytest tests/render/test_push.py` writes it anew, to be read in the
diff.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.announcements.schedule import Stage
from bot.catalogue.model import (
    ANNIVERSARIES,
    OWN,
    Certainty,
    Event,
    EventKind,
    Kind,
    Label,
    Occasion,
    Ref,
    Status,
    Upcoming,
)
from bot.catalogue.when import SEOUL, When, parse
from bot.render.post_item import Announced, PostItem
from bot.render.push import MAX_LINE, digest_line, push_line
from bot.text import LANGUAGES, words

APPROVED = Path(__file__).parent / "push.tsv"
ROLE = 1324572947251200016
AT = parse("2025-01-26 18:00")
DAY = parse("2025-01-26")
EARLIER = parse("2025-01-24 18:00")
assert AT.earliest is not None
NOW = {
    Stage.NOW: AT.earliest,
    Stage.HOUR_AHEAD: AT.earliest - timedelta(hours=1),
    Stage.DAY_AHEAD: AT.earliest - timedelta(days=1),
}


def label(kind: Kind, slug: str, english: str, korean: str) -> Label:
    return Label(Ref(kind, slug), {"en": english, "ko": korean})


WORK = label(Kind.WORK, "stars", "When the Stars Gossip", "별들에게 물어봐")
SONG = label(Kind.TRACK, "close", "Close to You", "Close to You")
ALBUM = label(Kind.ALBUM, "happy", "Happy", "Happy")
JIN = label(Kind.PERSON, "jin", "Jin", "진")
TOGETHER = Label(Ref(Kind.OCCASION, "0a1b"), {"und": "All together"})
BTS = label(Kind.GROUP, "bts", "BTS", "방탄소년단")
MUSIC = {EventKind.OST_RELEASE: SONG, EventKind.ALBUM_RELEASE: ALBUM}
SUBJECTS = {
    **MUSIC,
    **dict.fromkeys(OWN, TOGETHER),
    EventKind.ARTIST_BIRTHDAY: JIN,
    EventKind.DEBUT_ANNIVERSARY: BTS,
}
"""What else than the drama is the subject of a kind of event."""
NUMBERS = {EventKind.EPISODE: 5, **dict.fromkeys(ANNIVERSARIES, 2025)}
SINCE = {EventKind.DEBUT_ANNIVERSARY: 2013, EventKind.PREMIERE_ANNIVERSARY: 2024}


def told(
    kind: EventKind, stage: Stage, at: When = AT, subject: Label | None = None, artists: tuple[Label, ...] = (JIN,)
) -> PostItem:
    """A stage of an event; one that moved was announced for two days earlier."""
    music = kind in MUSIC
    event = Event(
        rank=0,
        certainty=Certainty.STATED,
        note=None,
        sources=(),
        id=1,
        subject=subject or SUBJECTS.get(kind, WORK),
        kind=kind,
        number=NUMBERS.get(kind, 0),
        status=Status.CONFIRMED,
        revision=1,
        when=at,
        after=None,
    )
    works = (WORK,) if kind is EventKind.OST_RELEASE else ()
    item = Upcoming(event, works, artists if music else (), Occasion(1) if kind in OWN else None, SINCE.get(kind))
    return PostItem(stage, Announced(item, None, (), before=EARLIER if stage is Stage.MOVED else None))


def line(language: str, kind: EventKind, stage: Stage, at: When = AT, zone: str = "Asia/Seoul") -> str:
    now = NOW.get(stage, NOW[Stage.DAY_AHEAD] - timedelta(days=6))
    return push_line(words(language), [told(kind, stage, at)], zone, now)


def tonight(language: str, stage: Stage, status: Status, at: When) -> str:
    """The line of two episodes of a night."""
    one = told(EventKind.EPISODE, stage, at)
    event = replace(one.found.item.event, status=status)
    items = [
        replace(one, found=replace(one.found, item=replace(one.found.item, event=replace(event, number=number))))
        for number in (5, 6)
    ]
    return push_line(words(language), items, SEOUL, NOW.get(stage, NOW[Stage.DAY_AHEAD] - timedelta(days=6)))


def table() -> str:
    """Every line, a row each."""
    rows = [
        (kind.value, stage.value, dated, language, line(language, kind, stage, at))
        for kind in EventKind
        for stage in Stage
        for dated, at in (("minute", AT), ("day", DAY))
        for language in LANGUAGES
    ]
    rows += [
        (f"episodes {status}", stage.value, dated, language, tonight(language, stage, status, at))
        for status in (Status.CONFIRMED, Status.EXPECTED)
        for stage in Stage
        if status is Status.CONFIRMED or stage not in (Stage.CONFIRMED, Stage.CANCELLED)
        for dated, at in (("minute", AT), ("day", DAY))
        for language in LANGUAGES
    ]
    return "".join("\t".join(row) + "\n" for row in [("kind", "stage", "date", "language", "line"), *rows])


def test_every_line_is_as_it_was_approved() -> None:
    if os.environ.get("BYEOL_APPROVE"):
        APPROVED.write_text(table(), "utf-8")
    assert table() == APPROVED.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_role_comes_first(language: str) -> None:
    item = told(EventKind.OST_RELEASE, Stage.NOW)
    assert push_line(words(language), [item], "UTC", NOW[Stage.NOW], role_id=ROLE).startswith(f"<@&{ROLE}> ")
    assert digest_line(words(language), [item], "UTC", NOW[Stage.NOW], role_id=ROLE).startswith(f"<@&{ROLE}> ")


def test_time_is_that_of_the_channels_zone() -> None:
    new_york = line("en", EventKind.PREMIERE, Stage.DAY_AHEAD, zone="America/New_York")
    assert new_york == "When the Stars Gossip premieres tomorrow at 04:00 EST"
    sao_paulo = line("en", EventKind.PREMIERE, Stage.DAY_AHEAD, zone="America/Sao_Paulo")
    assert sao_paulo.endswith("tomorrow at 06:00 UTC-3"), "a zone without an abbreviation has its offset"


@pytest.mark.parametrize(
    ("kind", "stage", "at", "late", "language", "said"),
    [
        (EventKind.PREMIERE, Stage.NOW, AT, 2, "en", "When the Stars Gossip premiered today at 18:00 KST"),
        (EventKind.FINALE, Stage.NOW, DAY, 24, "en", "The finale of When the Stars Gossip aired yesterday"),
        (EventKind.EPISODE, Stage.NOW, DAY, 24, "ko", "별들에게 물어봐, 어제 5회 방송"),
        (EventKind.PREMIERE, Stage.DAY_AHEAD, AT, 12, "en", "When the Stars Gossip premieres tonight at 18:00 KST"),
        (EventKind.PREMIERE, Stage.HOUR_AHEAD, AT, 0.5, "en", "When the Stars Gossip premieres tonight at 18:00 KST"),
    ],
)
def test_line_is_true_when_the_post_is_late(
    kind: EventKind, stage: Stage, at: When, late: float, language: str, said: str
) -> None:
    assert push_line(words(language), [told(kind, stage, at)], SEOUL, NOW[stage] + timedelta(hours=late)) == said


def test_another_year_is_named() -> None:
    now = NOW[Stage.NOW] - timedelta(days=60)
    found = push_line(words("en"), [told(EventKind.PREMIERE, Stage.CONFIRMED)], SEOUL, now)
    assert found == "Date confirmed: When the Stars Gossip premieres on Sun 26 January 2025 at 18:00 KST"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (EARLIER, "Postponed: premiere of When the Stars Gossip"),
        (parse("2025-03"), "Postponed to March 2025: premiere of When the Stars Gossip"),
        (parse("2025"), "Postponed: premiere of When the Stars Gossip"),
    ],
)
def test_date_that_moved_to_no_day_is_postponed(at: When, said: str) -> None:
    one = told(EventKind.PREMIERE, Stage.MOVED, at)
    event = replace(one.found.item.event, status=Status.POSTPONED)
    one = replace(one, found=replace(one.found, item=replace(one.found.item, event=event)))
    assert push_line(words("en"), [one], SEOUL, NOW[Stage.DAY_AHEAD]) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "No date any more: premiere of When the Stars Gossip"),
        ("ko", "날짜 미정: 별들에게 물어봐 첫 방송"),
    ],
)
def test_date_that_was_withdrawn_is_not_called_postponed(language: str, said: str) -> None:
    one = told(EventKind.PREMIERE, Stage.MOVED, parse("unknown"))
    event = replace(one.found.item.event, status=Status.REPORTED)
    one = replace(one, found=replace(one.found, item=replace(one.found.item, event=event)))
    assert push_line(words(language), [one], SEOUL, NOW[Stage.DAY_AHEAD]) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Back on: When the Stars Gossip premieres on Fri 24 January at 18:00 KST"),
        ("ko", "다시 진행: 별들에게 물어봐, 1월 24일 (금) 오후 6시 첫 방송"),
    ],
)
def test_what_is_on_again_at_its_old_date_is_not_postponed(language: str, said: str) -> None:
    one = told(EventKind.PREMIERE, Stage.MOVED, EARLIER)
    assert push_line(words(language), [one], SEOUL, NOW[Stage.DAY_AHEAD] - timedelta(days=6)) == said


def test_digest_says_what_comes_first_and_when() -> None:
    items = [told(EventKind.PREMIERE, Stage.NOW), told(EventKind.ALBUM_RELEASE, Stage.NOW)]
    assert (
        digest_line(words("en"), items, SEOUL, NOW[Stage.DAY_AHEAD])
        == "Coming up: When the Stars Gossip premieres tomorrow at 18:00 KST, and 1 more"
    )


def test_songs_that_come_together_are_counted() -> None:
    songs = [told(EventKind.OST_RELEASE, Stage.NOW)] * 3
    assert push_line(words("en"), songs, "UTC", NOW[Stage.NOW]) == "Out now: 3 songs from When the Stars Gossip"
    ahead = [told(EventKind.OST_RELEASE, Stage.DAY_AHEAD)] * 3
    assert (
        push_line(words("en"), ahead, SEOUL, NOW[Stage.DAY_AHEAD])
        == "3 songs from When the Stars Gossip come out tomorrow at 18:00 KST"
    )


def test_album_with_its_songs_is_the_album_and_more() -> None:
    items = [told(EventKind.ALBUM_RELEASE, Stage.NOW), *[told(EventKind.OST_RELEASE, Stage.NOW)] * 2]
    assert push_line(words("en"), items, SEOUL, NOW[Stage.NOW]) == "Out now: Happy by Jin and 2 more"


@pytest.mark.parametrize(("language", "said"), [("en", "Episodes 5 and 6 of "), ("ko", "5·6회 방송")])
def test_episodes_of_an_evening_are_named(language: str, said: str) -> None:
    first, second = (told(EventKind.EPISODE, Stage.NOW) for _ in range(2))
    event = replace(second.found.item.event, number=6)
    second = replace(second, found=replace(second.found, item=replace(second.found.item, event=event)))
    assert said in push_line(words(language), [first, second], SEOUL, NOW[Stage.NOW])


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)  # the first line of a language loads its calendar
@given(name=st.text(min_size=1, max_size=300).filter(str.strip), stage=st.sampled_from(Stage), data=st.data())
def test_line_is_short_and_mentions_nobody_whatever_the_names(
    language: str, name: str, stage: Stage, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(EventKind))
    subject, artist = (label(of, "x", name, name) for of in (Kind.WORK, Kind.PERSON))
    one = told(kind, stage, AT, subject, (artist,) * 4)
    found = push_line(words(language), [one], "Asia/Seoul", NOW[Stage.NOW], role_id=ROLE)
    assert len(found) <= MAX_LINE
    assert "\n" not in found
    assert "@everyone" not in found
    assert found.count("<@") - found.count("\\<@") == 1


WHEN = {"en": "tomorrow at 18:00 KST", "ko": "내일 오후 6시"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("letter", ["x", "*"], ids=["plain", "escaped"])
def test_long_names_are_cut_and_the_date_stays(language: str, kind: EventKind, letter: str) -> None:
    subject, artist = (label(of, "x", letter * 300, letter * 300) for of in (Kind.WORK, Kind.PERSON))
    one = told(kind, Stage.DAY_AHEAD, AT, subject, (artist,) * 4)
    found = push_line(words(language), [one], SEOUL, NOW[Stage.DAY_AHEAD], role_id=ROLE)
    assert WHEN[language] in found
    assert not found.endswith("…")
