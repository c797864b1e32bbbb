"""The list of the roles that posts mention."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from discord import ui

from bot.announcements.mention import MAX_MENTIONS, Mention
from bot.announcements.subscription import ANNOUNCED, Subscription
from bot.catalogue.model import Kind, Label, Ref
from bot.render.administration import Channel
from bot.render.mentions import listing
from bot.text import words

NOW = datetime(2031, 4, 1, tzinfo=UTC)
LONG = Label(Ref(Kind.WORK, "long"), {"en": "A drama with a very long name " * 4, "ko": "이름이 아주 긴 드라마 " * 6})


@pytest.mark.parametrize(("language", "more"), [("en", "… and {n} more"), ("ko", "… 외 {n}개")])
def test_what_does_not_fit_is_counted(language: str, more: str) -> None:
    channels = [
        Channel(
            Subscription(1, number, NOW),
            mentions=[Mention(role, number, role, ANNOUNCED, LONG) for role in range(10**18, 10**18 + MAX_MENTIONS)],
        )
        for number in range(20)
    ]
    (shown,) = [
        one for one in listing(words(language), channels, {}).walk_children() if isinstance(one, ui.TextDisplay)
    ]
    listed = shown.content.count("<@&")
    assert 10 < listed < 200
    assert more.format(n=200 - listed) in shown.content
    assert len(shown.content) < 3500
    assert "…" not in shown.content[-20:]
