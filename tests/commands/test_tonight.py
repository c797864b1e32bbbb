"""Tonight's episodes: those that are expected, those that are confirmed, and what channels hear of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.stage import EVENING, Stage, dated
from tests.seen import assert_within_limits

SUNDAY = EVENING + timedelta(days=1)
"""The second night: 2031-04-13, 21:20 in Seoul."""
NETWORK = '[[organisations]]\nslug = "tvn"\ntype = "network"\nsources = ["herald"]\nnames = ["tvN"]\n'
PREMIERE = dated("premiere", "2031-04-12 21:20")


def slot(count: int = 6, *more: str) -> str:
    """The drama's slot, and how many episodes it has."""
    details = [f'{{ attribute = "episodes", value = "{count}" }}', *more]
    airing = '{ on = "tvn", days = ["sat", "sun"], time = "21:20" }'
    return f"airings = [{airing}]\ndetails = [{', '.join(details)}]\n"


def a_night(number: int) -> str:
    return f'{{ attribute = "episodes_a_night", value = "{number}" }}'


async def test_expected_episodes_are_told_where_an_admin_chose_them_and_nowhere_else(stage: Stage) -> None:
    firm = stage.world.guild.create_text_channel("firm")
    await stage.set_up(firm)
    await stage.set_up(expected=True)
    await stage.says(slot(), PREMIERE, NETWORK)
    await stage.world.at(EVENING)
    await stage.world.at(SUNDAY)
    _, post = stage.world.posts(stage.channel)
    when = int(SUNDAY.timestamp())
    assert post.text.startswith("Expected: Episode 2 of Paper \\*Moon\\* airs tonight at 21:20 KST")
    assert "## 🎬 Paper \\*Moon\\*: episode 2" in post.text
    assert f"**When** <t:{when}:F> (<t:{when}:R>)" in post.text
    assert "*Expected, not confirmed: this follows from the drama's time slot.*" in post.text
    assert "**Where to watch** tvN" in post.text
    assert_within_limits(post)
    (premiere,) = stage.world.posts(firm)
    assert "premieres" in premiere.text


async def test_two_a_night_are_one_post(stage: Stage) -> None:
    await stage.set_up(expected=True)
    await stage.says(slot(6, a_night(2)), PREMIERE, NETWORK)
    await stage.world.at(EVENING)
    await stage.world.at(SUNDAY)
    premiere, post = stage.world.posts(stage.channel)
    assert "- 🎬 Paper \\*Moon\\*: episode 2" in premiere.text
    assert post.text.startswith("Expected: Episodes 3 and 4 of Paper \\*Moon\\* air tonight at 21:20 KST")
    assert "## 🎬 Paper \\*Moon\\*: episodes 3 and 4" in post.text
    assert len(post.text.split("\n")[0]) <= 150


async def test_a_confirmed_episode_is_told_to_all_and_once(stage: Stage) -> None:
    firm = stage.world.guild.create_text_channel("firm")
    await stage.set_up(firm)
    await stage.set_up(expected=True)
    await stage.says(slot(), PREMIERE, NETWORK)
    await stage.says(slot(), PREMIERE, dated("episode", "2031-04-13 21:20", 2), NETWORK)
    await stage.world.at(EVENING)
    await stage.world.at(SUNDAY)
    for channel in (firm, stage.channel):
        _, post = stage.world.posts(channel)
        assert post.text.startswith("Episode 2 of Paper \\*Moon\\* airs tonight at 21:20 KST")
        assert "xpected" not in post.text


async def test_a_night_of_two_times_is_one_post_with_the_first(stage: Stage) -> None:
    await stage.set_up()
    await stage.says(dated("episode", "2031-04-12 21:20", 5), dated("episode", "2031-04-12 22:30", 6))
    await stage.world.at(EVENING)
    await stage.world.at(EVENING + timedelta(hours=2))
    (post,) = stage.world.posts(stage.channel)
    assert post.text.startswith("Episodes 5 and 6 of Paper \\*Moon\\* air tonight at 21:20 KST")
    assert f"<t:{int(EVENING.timestamp())}:F>" in post.text
    assert f"<t:{int((EVENING + timedelta(minutes=70)).timestamp())}:F>" in post.text


async def test_what_was_expected_and_turns_out_otherwise_is_corrected(stage: Stage) -> None:
    await stage.set_up(expected=True)
    await stage.says(slot(), PREMIERE, NETWORK)
    await stage.world.at(EVENING)
    await stage.world.at(SUNDAY)
    await stage.says(slot(), PREMIERE, dated("episode", "2031-04-19 21:20", 2), NETWORK)
    _, told, correction = stage.world.posts(stage.channel)
    assert correction.text.startswith("New date: Episode 2 of Paper \\*Moon\\* airs on Sat 19 April")
    assert "This date is no longer right" in told.text


async def test_cards_say_what_is_expected(stage: Stage) -> None:
    await stage.says(slot(3), PREMIERE, NETWORK)
    when = int(SUNDAY.timestamp())
    upcoming = await stage.world.ask("upcoming", days=20)
    assert f"**🎬 Paper \\*Moon\\*: episode 2**\n-# <t:{when}:t> · <t:{when}:R> · expected" in upcoming.text
    assert_within_limits(upcoming)
    drama = await stage.world.press_in_place(await stage.world.ask("drama", name="Paper Moon"), "Next")
    assert f"**Expected** Episode 2 <t:{when}:f> · Episode 3 <t:" in drama.text
    sources = await stage.world.press(drama, "Sources")
    assert "Premiere" in sources.text
    assert "Episode 2" not in sources.text


async def test_a_break_is_shown_as_a_day(stage: Stage) -> None:
    await stage.says(slot(3, '{ attribute = "break", value = "2031-04-13" }'), PREMIERE, NETWORK)
    upcoming = await stage.world.ask("upcoming", days=20)
    assert "### 13 April 2031" not in upcoming.text
    assert "### 19 April 2031" in upcoming.text
    drama = await stage.world.press_in_place(await stage.world.ask("drama", name="Paper Moon"), "Next")
    assert "**No episode** 13 April 2031" in drama.text


async def test_setup_takes_the_choice_and_why_tells_of_it(stage: Stage) -> None:
    world = stage.world
    await stage.set_up()
    await stage.says(slot(2), PREMIERE, NETWORK)
    waits = await world.ask("announcements why", name="Paper Moon")
    assert "the date is expected, not confirmed, and this channel waits for that" in waits.text
    assert "episode 2" not in (await world.ask("announcements upcoming")).text
    shown = await world.ask("announcements setup", by=world.admin, channel=stage.channel, expected=True)
    assert "**Extras** expected episodes" in shown.text
    assert "waits for that" not in (await world.ask("announcements why", name="Paper Moon")).text
    assert "episode 2" in (await world.ask("announcements upcoming")).text
    shown = await world.ask("announcements setup", by=world.admin, channel=stage.channel, expected=False)
    assert "**Extras**" not in shown.text


async def test_a_korean_channel_hears_it_in_korean(stage: Stage) -> None:
    await stage.set_up(expected=True, language="ko")
    await stage.says(slot(), PREMIERE, NETWORK)
    await stage.world.at(EVENING)
    await stage.world.at(SUNDAY)
    _, post = stage.world.posts(stage.channel)
    assert post.text.startswith("예상 일정: Paper \\*Moon\\*, 오늘 오후 9시 20분 2회 방송")
    assert "확정이 아니라 드라마 편성으로 계산한 예상 일정이에요." in post.text


@pytest.mark.parametrize("days", [1, 30])
async def test_what_is_past_is_never_told(stage: Stage, days: int) -> None:
    await stage.world.at(datetime(2031, 4, 13, tzinfo=UTC) + timedelta(days=days))
    await stage.set_up(expected=True)
    await stage.says(slot(2), PREMIERE, NETWORK)
    await stage.world.wait(120)
    assert stage.world.posts(stage.channel) == []
