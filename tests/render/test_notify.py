"""Whom a post mentions, and what members and admins see of roles, whatever these are called."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements.schedule import Stage
from bot.announcements.subject_role import MAX_ROLES, SubjectRole
from bot.catalogue.model import EventKind, Kind, Label, Ref
from bot.catalogue.when import SEOUL
from bot.errors import RoleError, RoleTrouble
from bot.render import notify
from bot.render.announcement import MOST_ROLES, PostOptions, mentions
from bot.render.card import RenderContext
from bot.render.notify import MAX_NAME, Offered, Places
from bot.render.post import post
from bot.render.push import MAX_LINE
from bot.search import Entry
from bot.text import LANGUAGES, words
from tests.render.test_push import NOW, told

BIGGEST = 2**64 - 1
"""The longest that an id can be."""
IDS = st.lists(st.integers(BIGGEST - 10_000, BIGGEST), unique=True, max_size=MAX_ROLES)
TEXTS = st.just(" ") | st.text(max_size=300)
by_language = pytest.mark.parametrize("language", LANGUAGES)


@by_language
@given(channel=st.none() | st.integers(BIGGEST - 10_000, BIGGEST), subjects=IDS, digest=st.booleans())
def test_a_post_mentions_exactly_whom_it_may_ping_beneath_a_line_that_a_phone_shows(
    language: str, channel: int | None, subjects: list[int], *, digest: bool
) -> None:
    options = PostOptions("0" * 20, SEOUL, channel, subject_roles=subjects)
    context = RenderContext(words(language), NOW[Stage.DAY_AHEAD] - timedelta(days=6))
    content = post(context, [told(EventKind.PREMIERE, Stage.WEEK_AHEAD)], options, digest=digest).content
    first, *others = content.split("\n")
    assert len(first) <= MAX_LINE
    assert len(content) <= 2000
    assert bool(others) == bool(set(subjects) - {channel})
    named = [int(id_) for id_ in re.findall(r"<@&(\d+)>", content)]
    allowed = mentions(options).to_dict()
    assert named == [int(id_) for id_ in allowed.get("roles", [])]
    assert len(named) == len(set(named)) == min(len({*subjects, channel} - {None}), MOST_ROLES)
    assert allowed["parse"] == []


def labels(names: list[str]) -> list[Label]:
    return [Label(Ref(Kind.PERSON, f"p{number}"), {"en": name, "ko": name}) for number, name in enumerate(names)]


def drawn(view: ui.LayoutView) -> tuple[str, int]:
    """All text of a layout, and how many components it has."""
    parts = list(view.walk_children())
    menus = [part for part in parts if isinstance(part, ui.Select)]
    assert all(len(menu.options) <= 25 for menu in menus)
    assert all(0 < len(option.label.strip()) <= 100 for menu in menus for option in menu.options)
    return "\n".join(part.content for part in parts if isinstance(part, ui.TextDisplay)), len(parts)


@by_language
@given(names=st.lists(TEXTS, min_size=1, max_size=40), ids=IDS, own=st.booleans(), on=st.booleans())
def test_everything_that_is_shown_fits_into_a_message(
    language: str, names: list[str], ids: list[int], *, own: bool, on: bool
) -> None:
    t, subjects = words(language), labels(names)
    roles = [SubjectRole(role_id, subjects, own) for role_id in ids]
    places = Places(ids[:10], ids[10:20])
    views = [
        notify.joined(t, subjects[0], 1, places, subjects),
        notify.left(t, subjects[0], ids[:5] or [1], subjects),
        *(notify.told(t, roles, page) for page in (0, 3, 99)),
        notify.settings(t, Offered(on, roles, allowed=own, members=dict.fromkeys(ids, 1_000_000))),
        notify.chosen(t, subjects[0], None),
    ]
    for view in views:
        text, components = drawn(view)
        assert 0 < len(text) <= 4000
        assert components <= 40


@given(name=TEXTS, other=TEXTS)
def test_a_role_has_a_name_that_discord_takes(name: str, other: str) -> None:
    subject, hint = labels([name, other])
    entry = Entry(subject.ref, subject, (name,), (hint,))
    for taken in (set[str](), {name, notify.role_name(words("en"), entry, ())}):
        found = notify.role_name(words("en"), entry, taken)
        assert 0 < len(found) <= MAX_NAME
        assert found == " ".join(found.split())


def test_namesakes_are_told_apart() -> None:
    jin, bts = labels(["Jin", "BTS"])
    entry = Entry(jin.ref, jin, ("Jin",), (bts,))
    assert notify.role_name(words("en"), entry, {"Mods"}) == "Jin"
    assert notify.role_name(words("en"), entry, {"Mods", "Jin"}) == "Jin (BTS)"


@by_language
@pytest.mark.parametrize("trouble", RoleTrouble)
def test_every_trouble_is_explained(language: str, trouble: RoleTrouble) -> None:
    title, body = notify.trouble_words(words(language), RoleError(trouble, 5))
    assert title
    assert body or trouble is RoleTrouble.LEFT
