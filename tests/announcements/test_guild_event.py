"""What a premiere says of itself among a server's own events: within Discord's limits, and known again by its mark."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue.model import EventKind, Kind, Upcoming
from bot.render.announcement import Announced
from bot.render.card import RenderContext
from bot.render.guild_event import MAX_DESCRIPTION, MAX_LOCATION, MAX_NAME, Listing, bears, listing
from bot.text import words
from tests.helpers import event, label, utc

MARK = f"byeol:work/{'m' * 60}"


def said(name: str, leads: list[str], date: str = "2031-04-12", language: str = "en") -> Listing:
    premiere = replace(
        event(date, kind=EventKind.PREMIERE), subject=label("moon", Kind.WORK, name, "종이달" if name else None)
    )
    people = [label(f"p{number}", Kind.PERSON, lead) for number, lead in enumerate(leads)]
    return listing(
        RenderContext(words(language), utc("2031-04-01 00:00")), Announced(Upcoming(premiere), None, people), MARK
    )


@example("\r", [], "en")
@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=20), st.sampled_from(["en", "ko"]))
def test_whatever_a_catalogue_says_is_within_the_limits_and_known_again(
    name: str, leads: list[str], language: str
) -> None:
    shown = said(name, leads, language=language)
    assert 0 < len(shown.name) <= MAX_NAME
    assert 0 < len(shown.location) <= MAX_LOCATION
    assert len(shown.description) <= MAX_DESCRIPTION
    assert bears(shown.description, MARK)
    assert "\n" not in shown.name + shown.location


def test_a_mark_that_begins_like_another_is_another() -> None:
    assert bears("Where to watch\n\nbyeol:work/moon-2 ", "byeol:work/moon-2")
    assert not bears("byeol:work/moon-2", "byeol:work/moon")
    assert not bears(None, "byeol:work/moon")


def test_a_time_that_is_not_known_is_said_to_be() -> None:
    assert "Only the day is known so far: 12 April 2031 (KST)." in said("Moon", []).description
    assert "not known" not in said("Moon", [], "2031-04-12 21:20").description


def test_where_nobody_knows_where_to_watch_it_is_where_its_name_is() -> None:
    shown = said("Paper *Moon*", [])
    assert (shown.name, shown.location) == ("🎬 Paper *Moon* premieres", "Paper *Moon*")
