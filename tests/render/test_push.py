"""The line that a phone shows of a post: for every stage of every kind of event, in every language.

`push.tsv` is the approved table. `BYEOL_APPROVE=1 pytest tests/render/test_push.py` writes it anew, to be read in the
diff.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements.schedule import Stage
from bot.catalogue.model import Certainty, Event, EventKind, Kind, Label, Ref, Status, Upcoming
from bot.catalogue.when import When, parse
from bot.render.push import MAX_LINE, digest_line, push_line
from bot.render.told import Announced, Told
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
SUBJECTS = {EventKind.OST_RELEASE: SONG, EventKind.ALBUM_RELEASE: ALBUM}


def told(
    kind: EventKind, stage: Stage, at: When = AT, subject: Label | None = None, artists: tuple[Label, ...] = (JIN,)
) -> Told:
    """A stage of an event; one that moved was announced for two days earlier."""
    music = kind in SUBJECTS
    event = Event(
        rank=0,
        certainty=Certainty.STATED,
        note=None,
        sources=(),
        id=1,
        subject=subject or SUBJECTS.get(kind, WORK),
        kind=kind,
        number=5 if kind is EventKind.EPISODE else 0,
        status=Status.CONFIRMED,
        revision=1,
        when=at,
        after=None,
    )
    works = (WORK,) if kind is EventKind.OST_RELEASE else ()
    item = Upcoming(event, works, artists if music else ())
    return Told(stage, Announced(item, None, (), before=EARLIER if stage is Stage.MOVED else None))


def line(language: str, kind: EventKind, stage: Stage, at: When = AT, zone: str = "Asia/Seoul") -> str:
    now = NOW.get(stage, NOW[Stage.DAY_AHEAD] - timedelta(days=6))
    return push_line(words(language), [told(kind, stage, at)], zone, now)


def table() -> str:
    """Every line, a row each."""
    rows = [
        (kind.value, stage.value, dated, language, line(language, kind, stage, at))
        for kind in EventKind
        for stage in Stage
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
    assert digest_line(words(language), [item.found.item], role_id=ROLE).startswith(f"<@&{ROLE}> ")


def test_time_is_that_of_the_channels_zone() -> None:
    assert line("en", EventKind.PREMIERE, Stage.DAY_AHEAD, zone="America/New_York").endswith(
        "26 January 2025, 04:00 EST"
    )


def test_songs_that_come_together_are_counted() -> None:
    songs = [told(EventKind.OST_RELEASE, Stage.NOW)] * 3
    assert push_line(words("en"), songs, "UTC", NOW[Stage.NOW]) == "Out now: 3 songs of When the Stars Gossip"


@pytest.mark.parametrize("language", LANGUAGES)
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
