"""Every kind of event has its words and its place wherever kinds are told apart."""

from __future__ import annotations

import pytest

from bot.announcements.schedule import Stage
from bot.catalogue.model import EventKind, Kind
from bot.render.administration import KIND_ORDER, kind_name
from bot.render.announcement import PostOptions, leads
from bot.render.card import RenderContext
from bot.render.headlines import headline
from bot.render.post import post
from bot.render.vocabulary import event_name
from bot.text import words
from tests.helpers import utc
from tests.render.test_push import told

EVERY_KIND = pytest.mark.parametrize("kind", EventKind)
CONTEXT = RenderContext(words("en"), utc("2025-01-04 00:00"))


def test_admins_can_choose_every_kind() -> None:
    assert set(KIND_ORDER) == set(EventKind)


@EVERY_KIND
def test_every_kind_is_named(kind: EventKind) -> None:
    for language in ("en", "ko"):
        t = words(language)
        assert event_name(t, kind, 1)
        assert kind_name(t, kind)


@EVERY_KIND
def test_every_kind_can_be_posted_and_leads_to_cards_that_exist(kind: EventKind) -> None:
    one = told(kind, Stage.NOW)
    assert post(CONTEXT, [one], PostOptions("0" * 20, "Asia/Seoul")).content
    assert headline(CONTEXT.words, one.found.item)
    for link in leads(CONTEXT, one.found):
        assert link.ref.kind is Kind.WORK or link.card not in ("cast", "drama"), link
