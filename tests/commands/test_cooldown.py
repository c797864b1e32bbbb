"""Who uses the bot faster than anybody can by hand is told so once, and keeps nobody else waiting."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

import pytest

from bot.interactions import cooldown
from bot.interactions.cooldown import Cooldowns
from tests.commands.panels import begun
from tests.conftest import World, seen


@dataclass
class Watch:
    """A clock in seconds that stands still unless it is moved."""

    seconds: float = 1000.0

    def time(self) -> float:
        return self.seconds


@pytest.fixture
def watch(world: World, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A bot that bears five uses and three letters in a window."""
    monkeypatch.setattr(cooldown, "USES", 5)
    monkeypatch.setattr(cooldown, "SUGGESTIONS", 3)
    watch = Watch()
    world.bot.cooldowns = Cooldowns(watch.time)
    return watch


async def used_up(world: World) -> None:
    for _ in range(5):
        assert "## Jin" in (await world.ask("ost", name="jin")).text


async def test_a_fan_who_turns_pages_as_fast_as_they_come_is_never_too_fast(world: World) -> None:
    world.bot.cooldowns = Cooldowns(Watch().time)
    shown = await world.ask("ost", name="bts")
    for number in range(40):
        assert "too fast" not in (await world.press(shown, "Sources")).text, number


async def test_too_fast_is_told_once_privately_with_the_time_to_try_again(world: World, watch: Watch) -> None:
    await used_up(world)
    watch.seconds += 3
    told = await world.ask("ost", name="jin")
    assert told.private
    assert "That was too fast for me" in told.text
    until = round(world.env.now().timestamp()) + 7
    assert f"Try again <t:{until}:R>." in told.text
    for _ in range(3):
        result = await world.member.slash(world.general, "ost", name="jin")
        assert result.response is None
        assert not result.followups


async def test_it_is_over_after_a_window_and_concerns_nobody_else(world: World, watch: Watch) -> None:
    await used_up(world)
    assert "too fast" in (await world.ask("ost", name="jin")).text
    assert "## Jin" in (await world.ask("ost", by=world.admin, name="jin")).text
    watch.seconds += cooldown.WINDOW + 1
    await used_up(world)
    assert "too fast" in (await world.ask("ost", name="jin")).text


async def test_buttons_menus_and_forms_count_as_well(world: World, watch: Watch) -> None:
    news = world.guild.create_news_channel("premieres")
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.turn("events")
    asked = await panel.press("Quiet hours")
    told = seen(await panel.answer(asked, "1-2"))
    assert "too fast" in told.text
    assert "01:00" not in panel.text
    result = await world.admin.click(panel.shown.message, label="What and where")
    assert result.response is None


async def test_who_is_told_is_told_in_their_language(world: World, watch: Watch) -> None:
    world.korean()
    await world.ask("help")
    await world.ask("help")
    await world.ask("help")
    await world.ask("help")
    await world.ask("help")
    assert "너무 빨라서" in (await world.ask("help")).text


async def test_a_server_has_its_reports_and_previews_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooldown, "REPORTS", 3)
    world.bot.cooldowns = Cooldowns(Watch().time)
    await world.ask("announcements setup", by=world.admin, channel=world.general)
    for report in ("status", "history", "upcoming"):
        assert "too fast" not in (await world.ask(f"announcements {report}")).text
    assert "too fast" in (await world.ask("announcements status", by=world.admin)).text
    assert "too fast" in (await world.ask("announcements test", by=world.admin)).text
    assert "## Jin" in (await world.ask("ost", name="jin")).text


async def test_suggestions_have_a_limit_of_their_own_and_say_nothing(world: World, watch: Watch) -> None:
    for _ in range(3):
        assert await world.suggest("ost", "name", "jin")
    before = len(world.env.http_requests)
    assert not await world.suggest("ost", "name", "jin")
    assert len(world.env.http_requests) == before
    await used_up(world)


async def test_whoever_did_nothing_for_a_window_is_forgotten(world: World, watch: Watch) -> None:
    await world.ask("help")
    await world.ask("help", by=world.admin)
    counted: dict[int, object] = attrgetter("_uses._cache")(world.bot.cooldowns)  # nothing shows it to users
    assert len(counted) == 2
    watch.seconds += cooldown.WINDOW + 1
    await world.ask("help")
    assert len(counted) == 1
