"""`/announcements panel`: everything that a server can choose, with menus and buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
import pytest_asyncio
from simcord import ChannelHandle, InteractionResult

from bot.client import Byeol
from bot.database import Database
from bot.model import EventKind
from bot.schedule import Stage
from bot.store import subscriptions
from bot.subscription import ALWAYS, Subscription
from tests.conftest import World, seen, world_of
from tests.seen import Button, Menu, Seen, assert_within_limits

EVE = datetime(2025, 1, 3, 12, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)


@pytest_asyncio.fixture
async def world(database: Database, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """The bot on the eve of the premiere. Fails the test if the bot logged an error."""
    async with world_of(database, EVE) as opened:
        yield opened
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelname == "ERROR"]
    assert not errors, errors


@dataclass(slots=True)
class Panel:
    """A panel in front of an admin."""

    world: World
    shown: Seen

    @property
    def text(self) -> str:
        return self.shown.text

    def menu(self, what: str) -> Menu:
        """The menu that is for something."""
        (found,) = [menu for menu in self.shown.menus if menu.custom_id.startswith(f"panel:{what}:")]
        return found

    def switch(self, what: str) -> Button:
        """The button that turns something on or off."""
        (found,) = [button for button in self.shown.buttons if button.custom_id.startswith(f"panel:{what}=")]
        return found

    def chosen(self, what: str) -> tuple[str, ...]:
        """What is chosen in a menu."""
        return self.menu(what).chosen

    async def choose(self, what: str, *values: Any) -> None:
        """Choose in a menu, and look at what the panel becomes."""
        await self.world.admin.select(self.shown.message, list(values), custom_id=self.menu(what).custom_id)
        self.look()

    async def press(self, label: str) -> InteractionResult:
        """Press a button, and look at what the panel becomes."""
        result = await self.world.admin.click(self.shown.message, label=label)
        self.look()
        return result

    async def turn(self, what: str) -> None:
        """Turn something on or off, and look at what the panel becomes."""
        await self.world.admin.click(self.shown.message, custom_id=self.switch(what).custom_id)
        self.look()

    async def type(self, button: str, typed: str) -> None:
        """Press a button that asks something, and answer."""
        await self.answer(await self.press(button), typed)

    async def answer(self, asked: InteractionResult, typed: str) -> InteractionResult:
        """Type into a question, and send it."""
        spec: Any = asked.modal
        (label,) = spec["components"]
        result = await self.world.admin.submit_modal(asked, {label["component"]["custom_id"]: typed})
        self.look()
        return result

    def look(self) -> None:
        self.shown = self.world.again(self.shown)
        assert_within_limits(self.shown)


async def open_panel(world: World, **options: object) -> Panel:
    shown = await world.ask("announcements panel", by=world.admin, **options)
    assert shown.private
    assert_within_limits(shown)
    return Panel(world, shown)


async def begun(world: World, *channels: ChannelHandle) -> Panel:
    """The panel of a server in which channels were set up."""
    for channel in channels:
        await world.ask("announcements setup", by=world.admin, channel=channel)
    return await open_panel(world)


async def stands(world: World, channel: ChannelHandle) -> Subscription | None:
    """What the server chose for a channel."""
    return await world.bot.database.read(subscriptions.of_channel, world.guild.id, channel.id)


@pytest.fixture
def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")


async def test_where_nothing_is_set_up_there_is_a_menu_of_channels_only(world: World, news: ChannelHandle) -> None:
    panel = await open_panel(world)
    assert "Where shall I announce" in panel.text
    assert panel.shown.labels == []

    await panel.choose("begin", news)

    assert "Announcements are on" in panel.text
    assert f"**Channel** <#{news.id}>" in panel.text
    assert await stands(world, news) is not None


async def test_panel_shows_what_is_chosen_in_words_and_in_its_menus(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    assert "**Announces** premieres and OST releases" in panel.text
    assert panel.chosen("channel") == (str(news.id),)
    assert panel.chosen("role") == ()
    assert panel.chosen("kinds") == ("Premieres", "OST releases")
    assert panel.chosen("reminders") == ()
    assert panel.chosen("language") == ("English",)
    await panel.press("When and how")
    assert [choice[:10] for choice in panel.chosen("zone")] == ["Asia/Seoul"]
    assert panel.chosen("style") == ("Each by itself",)
    assert panel.chosen("grace") == ("6 hours",)


async def test_each_menu_changes_its_part_and_leaves_the_others(world: World, news: ChannelHandle) -> None:
    role = world.guild.create_role("Fans", mentionable=True)
    panel = await begun(world, news)
    await panel.choose("role", role)
    await panel.choose("kinds", "premiere", "finale")
    await panel.choose("reminders", "reminder_7d", "confirmed")
    await panel.choose("language", "ko")
    await panel.press("When and how")
    await panel.choose("zone", "Europe/Berlin")
    await panel.choose("style", "fri")
    await panel.choose("hour", "18")
    await panel.choose("grace", "86400")

    assert f"**Role to ping** <@&{role.id}>" in panel.text
    assert "**Announces** premieres and finales" in panel.text
    assert "**Also tells** when a date is confirmed and a week ahead" in panel.text
    assert "**Language** 한국어" in panel.text
    assert "**Time zone** Europe/Berlin" in panel.text
    assert "**Posts** a digest every week, Fri at 18:00" in panel.text
    assert "**Late by at most** 1 day" in panel.text
    assert panel.chosen("hour") == ("At 18:00",)
    chosen = await stands(world, news)
    assert chosen is not None
    assert (chosen.role_id, chosen.language, chosen.zone) == (role.id, "ko", "Europe/Berlin")
    assert (set(chosen.kinds), chosen.digest) == ({EventKind.PREMIERE, EventKind.FINALE}, "fri-18")
    assert set(chosen.stages) == {*ALWAYS, Stage.WEEK_AHEAD, Stage.CONFIRMED}
    assert chosen.grace == timedelta(days=1)


async def test_role_and_reminders_can_be_taken_back_and_a_digest_too(world: World, news: ChannelHandle) -> None:
    role = world.guild.create_role("Fans", mentionable=True)
    panel = await begun(world, news)
    await panel.choose("role", role)
    await panel.choose("role")
    assert "**Role to ping** nobody" in panel.text
    await panel.choose("reminders", "reminder_1h")
    await panel.choose("reminders")
    assert "Also tells** " not in panel.text
    await panel.press("When and how")
    await panel.choose("style", "daily")
    assert "**Posts** a digest every day at 09:00" in panel.text
    await panel.choose("style", "each")
    assert "**Posts** each by itself" in panel.text


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("followed", "only what is followed"),
        ("threads", "a thread under each post"),
        ("events", "premieres as Discord events"),
    ],
)
async def test_switches(world: World, news: ChannelHandle, what: str, words: str) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.turn(what)
    assert f"**Extras** {words}" in panel.text
    await panel.turn(what)
    assert f"**Extras** {words}" not in panel.text


async def test_following_only_while_nothing_is_followed_is_warned_of(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.turn("followed")
    assert "Nothing is followed yet, so nothing is announced." in panel.text
    await world.ask("announcements follow", by=world.admin, name="jin")
    await panel.press("What and where")
    assert "Nothing is followed yet" not in panel.text


async def test_what_the_bot_may_not_do_is_accepted_and_warned_of(world: World) -> None:
    lacking = discord.PermissionOverwrite(create_public_threads=False)
    channel = world.guild.create_text_channel("calm", overwrites={world.guild.default_role: lacking})
    panel = await begun(world, channel)
    await panel.press("When and how")
    await panel.turn("threads")
    assert "**Extras** a thread under each post" in panel.text
    assert f"⚠️ For what was chosen for <#{channel.id}> I still need" in panel.text
    assert "**Create Public Threads**" in panel.text


async def test_zone_of_which_there_is_no_option_is_typed(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Another time zone", "reykjavik")
    assert "**Time zone** Atlantic/Reykjavik" in panel.text
    assert panel.chosen("zone")[0].startswith("Atlantic/Reykjavik")


async def test_unknown_zone_brings_near_ones_to_choose_from(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Another time zone", "Berlim")
    assert "“Berlim” is no time zone I know" in panel.text
    await panel.press("Europe/Berlin")
    assert "**Time zone** Europe/Berlin" in panel.text


async def test_zone_that_resembles_nothing_can_be_typed_again_or_left(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Another time zone", "*_`qqqqqqqqqq|")
    assert "is no time zone I know" in panel.text
    assert panel.shown.labels == ["Another time zone", "Back"]
    await panel.press("Back")
    assert "**Time zone** Asia/Seoul" in panel.text


async def test_quiet_hours_are_typed_and_left_empty_for_none(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Quiet hours", "22 - 8")
    assert "**Quiet hours** 22:00-08:00" in panel.text
    await panel.type("Quiet hours", "at night")
    assert "⚠️ **“at night” are no quiet hours I understand**" in panel.text
    assert "**Quiet hours** 22:00-08:00" in panel.text
    await panel.type("Quiet hours", "")
    assert "**Quiet hours**" not in panel.text


async def test_another_channel_takes_over(world: World, news: ChannelHandle) -> None:
    other = world.guild.create_text_channel("other")
    panel = await begun(world, news)
    await panel.choose("channel", other)
    assert f"**Channel** <#{other.id}>" in panel.text
    assert panel.chosen("channel") == (str(other.id),)
    assert await stands(world, news) is None
    assert await stands(world, other) is not None


async def test_channel_where_the_bot_may_not_post_is_refused_and_the_menu_shows_what_holds(
    world: World, news: ChannelHandle
) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.guild.default_role: mute})
    panel = await begun(world, news)
    before = panel.menu("channel").custom_id

    await panel.choose("channel", closed)

    assert f"I may not post in <#{closed.id}>" in panel.text
    assert "**Send Messages**" in panel.text
    assert panel.chosen("channel") == (str(news.id),)
    assert panel.menu("channel").custom_id != before
    assert await stands(world, closed) is None
    await panel.choose("language", "ko")
    assert "I may not post" not in panel.text


async def test_channel_that_has_announcements_of_its_own_is_refused(world: World, news: ChannelHandle) -> None:
    other = world.guild.create_text_channel("other")
    panel = await begun(world, news, other)
    await panel.choose("channel", other)
    assert f"⚠️ **<#{other.id}> has announcements already**" in panel.text
    assert await stands(world, news) is not None


async def test_role_that_cannot_be_pinged_is_refused(world: World) -> None:
    role = world.guild.create_role("Quiet")
    nobody = discord.PermissionOverwrite(mention_everyone=False)
    channel = world.guild.create_text_channel("calm", overwrites={world.guild.default_role: nobody})
    panel = await begun(world, channel)
    await panel.choose("role", role)
    assert "I may not ping that role" in panel.text
    assert "**Role to ping** nobody" in panel.text
    await panel.choose("role", world.guild.default_role)
    assert "I do not ping everyone" in panel.text
    assert "**Role to ping** nobody" in panel.text


async def test_several_channels_each_with_its_own_choices(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news)
    await panel.choose("kinds", "premiere")
    await panel.press("Add a channel")
    await panel.choose("begin", songs)
    assert "**Announcements are on**" in panel.text
    await panel.choose("kinds", "ost_release")
    assert "**Announces** OST releases" in panel.text
    assert panel.chosen("go") == ("#songs",)

    await panel.choose("go", str(news.id))

    assert "**Announces** premieres" in panel.text
    assert panel.chosen("go") == ("#premieres",)


async def test_panel_of_a_channel(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    await begun(world, news)
    panel = await open_panel(world, channel=songs)
    assert f"Announcements are off in <#{songs.id}>" in panel.text
    await panel.press("Back")
    assert f"**Channel** <#{news.id}>" in panel.text
    panel = await open_panel(world, channel=songs)
    await panel.press("Announce there")
    assert f"**Channel** <#{songs.id}>" in panel.text


async def test_adding_a_channel_that_is_there_leads_to_it(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news, songs)
    await panel.press("Add a channel")
    await panel.choose("begin", songs)
    assert f"**<#{songs.id}> has announcements already**" in panel.text
    assert panel.chosen("go") == ("#songs",)


async def test_channel_cannot_be_begun_where_the_bot_may_not_post(world: World) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.guild.default_role: mute})
    panel = await open_panel(world)
    await panel.choose("begin", closed)
    assert f"I may not post in <#{closed.id}>" in panel.text
    assert "Where shall I announce" in panel.text
    assert await stands(world, closed) is None


async def test_no_more_channels_than_a_server_can_have(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("Add a channel")
    await fill(world)
    await panel.choose("begin", world.general)
    assert "A server can have 20 channels at most" in panel.text
    await panel.press("Add a channel")
    assert "A server can have 20 channels at most" in panel.text
    assert len(panel.menu("go").choices) == 20
    assert await stands(world, world.general) is None


async def fill(world: World) -> None:
    """Announce in as many channels as a server can have, besides one."""
    for number in range(subscriptions.MAX_CHANNELS - 1):
        channel = world.guild.create_text_channel(f"{number}-" + "x" * 90)
        chosen = Subscription(world.guild.id, channel.id, EVE)
        await world.bot.database.write(subscriptions.choose, chosen, EVE)


async def test_off_is_asked_for_first(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("Turn off here")
    assert f"Turn announcements off in <#{news.id}>?" in panel.text
    await panel.press("Back")
    assert await stands(world, news) is not None
    await panel.press("Turn off here")
    await panel.press("Turn off")
    assert f"Announcements are off in <#{news.id}>" in panel.text
    assert "Where shall I announce" in panel.text
    assert await stands(world, news) is None


async def test_off_in_one_channel_leads_to_the_next(world: World, news: ChannelHandle) -> None:
    songs = world.guild.create_text_channel("songs")
    panel = await begun(world, news, songs)
    await panel.press("Turn off here")
    await panel.press("Turn off")
    assert f"Announcements are off in <#{news.id}>" in panel.text
    assert f"**Channel** <#{songs.id}>" in panel.text


@pytest.mark.parametrize("tab", ["What and where", "When and how"])
async def test_panel_of_what_was_turned_off_meanwhile_offers_to_begin_anew(
    world: World, news: ChannelHandle, tab: str
) -> None:
    panel = await begun(world, news)
    await world.ask("announcements off", by=world.admin)
    await panel.press(tab)
    assert f"Announcements are off in <#{news.id}>" in panel.text
    await panel.press("Announce there")
    assert f"**Channel** <#{news.id}>" in panel.text


async def test_change_to_what_was_turned_off_meanwhile_turns_nothing_on(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await world.ask("announcements off", by=world.admin)
    other = world.guild.create_text_channel("other")
    for what, value in (("kinds", "premiere"), ("channel", other), ("role", world.guild.default_role)):
        stale = Panel(world, panel.shown)
        await stale.choose(what, value)
        assert "Where shall I announce" in stale.text
        panel = Panel(world, (await begun(world, news)).shown)
        await world.ask("announcements off", by=world.admin)
    assert await stands(world, news) is None
    assert await stands(world, other) is None


async def test_panels_outlive_a_restart_and_so_do_their_questions(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    asked = await panel.press("Quiet hours")
    await world.env.restart_bot(Byeol(world.bot.database, clock=world.env.now))
    await panel.answer(asked, "1-2")
    assert "**Quiet hours** 01:00-02:00" in panel.text
    await panel.choose("zone", "UTC")
    assert "**Time zone** UTC" in panel.text


async def test_members_may_not_open_a_panel(world: World) -> None:
    assert "This is for admins" in (await world.ask("announcements panel")).text


async def test_who_may_no_longer_manage_the_server_changes_nothing(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    asked = await panel.press("Quiet hours")
    world.env.backend.get_member(world.guild.id, world.admin.id).role_ids.clear()

    answers = (
        await world.admin.click(panel.shown.message, custom_id=panel.switch("threads").custom_id),
        await world.admin.select(panel.shown.message, ["UTC"], custom_id=panel.menu("zone").custom_id),
        await panel.answer(asked, "1-2"),
    )

    for answer in answers:
        assert "This is for admins" in seen(answer).text
    chosen = await stands(world, news)
    assert chosen is not None
    assert (chosen.threads, chosen.zone, chosen.quiet) == (False, "Asia/Seoul", "")


async def test_paused_channel_is_tried_again(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)

    def pause(connection: Any) -> None:
        connection.execute("UPDATE subscription SET paused_at = '2025-01-03T03:00:00+00:00'")

    await world.bot.database.write(pause)
    await panel.press("What and where")
    assert "⏸️" in panel.text
    await panel.press("Try again")
    assert "⏸️" not in panel.text
    assert "Try again" not in panel.shown.labels


async def test_fullest_panel_is_within_limits(world: World) -> None:
    """Everything chosen, everything amiss, something refused, and as many channels as there can be."""
    mute = discord.PermissionOverwrite(send_messages=False, create_public_threads=False)
    closed = world.guild.create_text_channel("x" * 100, overwrites={world.guild.default_role: mute})
    role = world.guild.create_role("Fans")
    everything = Subscription(
        world.guild.id,
        closed.id,
        EVE,
        role_id=role.id,
        zone="America/Argentina/ComodRivadavia",
        kinds=tuple(EventKind),
        stages=tuple(Stage),
        grace=timedelta(hours=5),
        quiet="22:00-08:00",
        digest="sun-23",
        followed_only=True,
        threads=True,
        guild_events=True,
    )
    await world.bot.database.write(subscriptions.choose, everything, EVE)
    await fill(world)

    def pause(connection: Any) -> None:
        connection.execute("UPDATE subscription SET paused_at = '2025-01-03T03:00:00+00:00'")

    await world.bot.database.write(pause)
    world.korean(world.admin)
    panel = await open_panel(world, channel=closed)
    for tab in ("내용과 채널", "시간과 방식"):
        await panel.press(tab)
    await panel.type("방해 금지 시간", "*" * 40)
    assert "⚠️" in panel.text


async def test_choices_of_a_channel_that_is_gone_are_still_shown(world: World, news: ChannelHandle) -> None:
    await begun(world, news)
    gone = Subscription(world.guild.id, 4242, EVE, role_id=4243)
    await world.bot.database.write(subscriptions.choose, gone, EVE)
    panel = await open_panel(world)
    await panel.choose("go", "4242")
    assert panel.chosen("channel") == ()
    assert panel.chosen("role") == ()
    assert "**View Channel**" in panel.text


async def test_panel_speaks_korean(world: World, news: ChannelHandle) -> None:
    world.korean(world.admin)
    panel = await begun(world, news)
    assert "## 알림" in panel.text
    assert panel.chosen("kinds") == ("첫 방송", "OST 발매")
