"""Whatever is typed gets an answer within Discord's limits, and never a traceback."""

from __future__ import annotations

import contextlib
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import World
from tests.seen import assert_within_limits

# One bot serves all examples of a test: that is how it lives, too.
hostile = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def world(world: World) -> World:
    world.never_tires()
    return world


HANGUL = st.text(st.characters(min_codepoint=0x1100, max_codepoint=0xD7FF), max_size=40)
MARKDOWN = st.text(st.sampled_from("*_~`|>#[]()<@!&:t/\\-0123 \n@everyone"), max_size=100)
TYPED = st.one_of(
    st.text(min_size=1, max_size=100),
    HANGUL.filter(bool),
    MARKDOWN.filter(bool),
    st.sampled_from(
        [
            "work/",
            "work/nothing",
            "person/jin/../v",
            "track/close-to-you-jin ",
            "organisation/tvn",
            "character/when-the-stars-gossip-eve-kim",
            "@everyone",
            "<@&1>",
            "'; DROP TABLE entity; --",
            "%",
            "_",
            "\x00",
            "\ud83d",
            "ﷺ" * 100,
            "a" * 100,
            "᾿" * 50,
            "ㄱ",
            "ᄀ",
            "null",
        ]
    ),
)


@pytest.mark.parametrize(
    ("command", "option"), [("ost", "name"), ("cast", "drama"), ("drama", "name"), ("artist", "name")]
)
@hostile
@given(typed=TYPED)
async def test_any_name_is_answered(world: World, command: str, option: str, typed: str) -> None:
    shown = await world.ask_for(command, option, typed)
    assert "Something went wrong" not in shown.text
    assert_within_limits(shown)


@pytest.mark.parametrize(("command", "option"), [("ost", "name"), ("cast", "drama"), ("artist", "name")])
@hostile
@given(typed=st.one_of(st.just(""), TYPED))
async def test_any_beginning_gets_suggestions_within_the_limits(
    world: World, command: str, option: str, typed: str
) -> None:
    choices = await world.suggest(command, option, typed)
    assert len(choices) <= 25
    assert all(0 < len(choice["name"]) <= 100 and 0 < len(choice["value"]) <= 100 for choice in choices)
    assert len({choice["value"] for choice in choices}) == len(choices)


@hostile
@given(typed=TYPED)
async def test_any_time_zone_is_answered(world: World, typed: str) -> None:
    shown = await world.ask("announcements setup", by=world.admin, channel=world.general, timezone=typed)
    assert "Something went wrong" not in shown.text
    assert_within_limits(shown)
    choices = await world.admin.autocomplete(
        world.general, "announcements setup", "timezone", typed, channel=world.general
    )
    assert len(choices) <= 25
    assert all(0 < len(choice["name"]) <= 100 for choice in choices)


@hostile
@given(days=st.integers(min_value=1, max_value=366))
async def test_any_number_of_days_is_answered(world: World, days: int) -> None:
    assert_within_limits(await world.ask("upcoming", days=days))


@pytest.mark.parametrize(
    ("status", "code", "line"),
    [(404, 10062, "Too late to answer /ost"), (400, 40060, "/ost was answered already")],
    ids=["too late", "twice"],
)
async def test_an_answer_that_discord_no_longer_takes_is_a_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, status: int, code: int, line: str
) -> None:
    caplog.set_level(logging.INFO)
    world.env.inject_error("POST", "/interactions/*/*/callback", status=status, code=code, times=None)
    await world.member.slash(world.general, "ost", name="jin")
    assert line in caplog.text
    assert "Traceback" not in caplog.text
    asked = [request for request in world.env.http_requests if request.path.endswith("/callback")]
    assert len(asked) == 1, "nothing can be said to the user any more"


async def test_suggestions_that_discord_no_longer_takes_are_a_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062, times=None)
    with contextlib.suppress(Exception):
        await world.suggest("ost", "name", "jin")
    assert "Too late to suggest anything" in caplog.text
    assert "Traceback" not in caplog.text
