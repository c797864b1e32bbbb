"""What cards have in common: pages, footnotes, sources, the order of what sources say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from discord import ui

from bot.catalogue.model import Certainty, Detail, Kind, Label, Ref, Source
from bot.render import phrases
from bot.render.card import Accent, Content, RenderContext, classic, draw
from bot.text import words

SCENE = RenderContext(words("en"), datetime(2025, 1, 1, tzinfo=UTC))
HANGUL = Label(Ref(Kind.PERSON, "gang-tae-hui"), {"ko": "강태희"})


def content(title: str = "Title", blocks: Sequence[str] = ("one",), later: Sequence[str] = ()) -> Content:
    return Content(accent=Accent.WORK, title=title, subtitle="", blocks=blocks, later=later)


def texts(drawn: Content, page: int = 0) -> str:
    view = draw(RenderContext(SCENE.words, SCENE.now, page), drawn)
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def test_what_is_less_asked_for_begins_a_page_of_its_own() -> None:
    drawn = content(blocks=["first"], later=["second"])
    assert "second" not in texts(drawn)
    assert "Page 2 of 2" in texts(drawn, 1)
    assert "second" in texts(drawn, 1)
    assert "first" not in texts(drawn, 1)


def test_footnote_stands_where_a_name_is_made_by_rule_and_nowhere_else() -> None:
    named = phrases.called_fully(SCENE.words, HANGUL)
    assert named == "Gang Tae-hui∗ · 강태희"
    drawn = content(blocks=["plain"], later=[named])
    assert "romanised by rule" not in texts(drawn)
    assert "∗ romanised by rule" in texts(drawn, 1)
    assert "∗ romanised by rule" in (classic(SCENE, "line", content(title=named)).embed.description or "")
    assert "romanised" not in (classic(SCENE, "line", content()).embed.description or "")


def test_a_korean_reader_sees_no_mark() -> None:
    assert phrases.called_fully(words("ko"), HANGUL) == "강태희"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (Source("a", "Press", None, None), "**Press**"),
        (Source("a", "Press", "2025-01-04", "https://p.example"), "**[Press](<https://p.example>)**, 4 January 2025"),
        (Source("a", "Press", "2025-01-04", None, "Jin *sings*"), "**Press**, *Jin \\*sings\\**, 4 January 2025"),
    ],
)
def test_sources_are_named_by_publisher_title_and_day(source: Source, shown: str) -> None:
    assert phrases.source(SCENE.words, source) == shown


def detail(*publishers: str) -> Detail:
    sources = [Source(publisher, publisher, None, None) for publisher in publishers]
    return Detail(
        rank=0, certainty=Certainty.STATED, note=None, sources=sources, attribute="trivia", value={"en": "said"}
    )


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ([], ""),
        ([detail("A")], "Source: A"),
        ([detail("B", "A"), detail("A"), detail("C")], "Source: A and 2 more"),
    ],
)
def test_one_line_names_who_states_most(facts: list[Detail], line: str) -> None:
    assert phrases.footer(SCENE.words, facts) == line
