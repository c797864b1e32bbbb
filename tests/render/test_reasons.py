"""Why something was not posted: in words of ours, in every language, or as a code."""

from __future__ import annotations

import re

import pytest

from bot.announcements.permissions import NEEDED
from bot.render.reasons import discord_refusal, permissions_missing, reason_words
from bot.text import LANGUAGES, words

CHANNEL = 1324572947251200016

by_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize("code", [10003, 10008, 50001, 50007, 50013, 50024])
def test_refusals_of_discord_that_are_known_have_words(code: int) -> None:
    english, korean = (discord_refusal(words(language), code) for language in ("en", "ko"))
    assert str(code) not in english
    assert re.search("[가-힣]", korean)
    assert not re.search("Missing|Cannot|Unknown", english + korean)


@by_language
def test_refusal_that_is_not_known_is_a_code(language: str) -> None:
    assert "50999" in discord_refusal(words(language), 50999)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("refused: send_messages", "I need **Send Messages** there"),
        ("away", "Discord could not reach this server"),
        ("refused", "Discord refused it: check my permissions there"),
        ("restored", "my memory was restored from a backup, and I don't know whether I posted it"),
        ("Discord failed (503)", "Discord had a failure"),
        ("no answer: TimeoutError", "Discord didn't answer"),
        ("an error in the bot, see its log", "a bug of mine; the log has the details"),
        ("officially new", "error `officially new`"),
    ],
)
def test_reasons_are_in_words_and_their_details_are_for_the_log(reason: str, said: str) -> None:
    assert reason_words(words("en"), reason) == said
    assert re.search("[가-힣]", reason_words(words("ko"), reason))


@by_language
@pytest.mark.parametrize("lacking", [*NEEDED, "create_public_threads", "create_events", "mention_everyone"])
def test_each_missing_permission_is_named_alone_in_a_line(language: str, lacking: str) -> None:
    said = permissions_missing(words(language), CHANNEL, [lacking])
    assert said.count("**") == 2
    assert f"<#{CHANNEL}>" in said
    assert "\n" not in said
