"""`/announcements panel`: everything that can be chosen for a channel, with menus and buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord import ChannelHandle

from bot.announcements.mention import MAX_MENTIONS
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, Subscription, Threads
from bot.catalogue.model import EventKind, Kind, Ref
from bot.client import Byeol
from bot.store import follows, mentions, subscriptions
from tests.commands.eve import EVE
from tests.commands.panels import begun, fill, open_panel, stands
from tests.conftest import World


@pytest.fixture
def world(eve: World) -> World:
    return eve


@pytest.fixture
def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")


async def test_where_nothing_is_set_up_there_is_a_menu_of_channels_only(world: World, news: ChannelHandle) -> None:
    panel = await open_panel(world)
    assert "Where should I announce" in panel.text
    assert panel.shown.labels == []

    await panel.choose("begin", news)

    assert "Announcements are on" in panel.text
    assert f"**Channel** <#{news.id}>" in panel.text
    assert await stands(world, news) is not None


async def test_panel_shows_what_is_chosen_in_words_and_in_its_menus(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    assert "**Announces** premieres, OST releases, and your own events" in panel.text
    assert panel.chosen("channel") == (str(news.id),)
    assert panel.chosen("role") == ()
    assert panel.chosen("kinds")[:3] == ("Premieres", "OST releases", "Comebacks")
    assert panel.chosen("reminders") == ()
    assert panel.chosen("language") == ("English",)
    await panel.press("When and how")
    assert [choice[:10] for choice in panel.chosen("zone")] == ["Asia/Seoul"]
    assert panel.chosen("style") == ("One post per item",)
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
    assert "**Reminders** when a date is confirmed and a week ahead" in panel.text
    assert "**Language** 한국어" in panel.text
    assert "**Time zone** Europe/Berlin" in panel.text
    assert "**Posts** a weekly digest, Fri at 18:00" in panel.text
    assert "**Post late by up to** 1 day" in panel.text
    assert panel.chosen("hour") == ("At 18:00",)
    chosen = await stands(world, news)
    assert chosen is not None
    assert (chosen.role_id, chosen.language, chosen.zone) == (role.id, "ko", "Europe/Berlin")
    assert (set(chosen.kinds), chosen.digest) == ({EventKind.PREMIERE, EventKind.FINALE}, "fri-18")
    assert set(chosen.stages) == {*ALWAYS, Stage.WEEK_AHEAD, Stage.CONFIRMED}
    assert chosen.grace == timedelta(days=1)


async def test_choosing_a_role_says_how_many_it_pings(world: World, news: ChannelHandle) -> None:
    role = world.guild.create_role("Fans", mentionable=True)
    for number in range(3):
        world.guild.add_member(world.env.create_user(f"fan {number}"), roles=[role])
    panel = await begun(world, news)
    await panel.choose("role", role)
    assert "**Pings 3 people**" in panel.text
    world.env.inject_error("GET", "/guilds/*/roles/member-counts", status=500, times=None)
    await panel.choose("role", role)
    assert "Pings" not in panel.text


async def test_role_and_reminders_can_be_taken_back_and_a_digest_too(world: World, news: ChannelHandle) -> None:
    role = world.guild.create_role("Fans", mentionable=True)
    panel = await begun(world, news)
    await panel.choose("role", role)
    await panel.choose("role")
    assert "**Role to ping** nobody" in panel.text
    await panel.choose("reminders", "reminder_1h")
    await panel.choose("reminders")
    assert "**Reminders** " not in panel.text
    await panel.press("When and how")
    await panel.choose("style", "daily")
    assert "**Posts** a daily digest at 09:00" in panel.text
    await panel.choose("style", "each")
    assert "**Posts** one post per item" in panel.text


@pytest.mark.parametrize(
    ("tab", "what", "words"),
    [
        ("Filters and roles", "followed", "only what you follow"),
        ("When and how", "events", "premieres and your own events as Discord events"),
    ],
)
async def test_switches(world: World, news: ChannelHandle, tab: str, what: str, words: str) -> None:
    panel = await begun(world, news)
    await panel.press(tab)
    await panel.turn(what)
    assert f"**Extras** {words}" in panel.text
    await panel.turn(what)
    assert f"**Extras** {words}" not in panel.text


async def test_expected_episodes_are_a_choice_where_episodes_are_announced(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    assert "Expected episodes" not in panel.text
    await panel.choose("kinds", "premiere", "episode")
    await panel.turn("expected")
    assert "**Extras** expected episodes" in panel.text
    await panel.turn("expected")
    assert "**Extras**" not in panel.text


async def test_following_only_while_nothing_is_followed_is_warned_of(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("Filters and roles")
    await panel.turn("followed")
    warning = f"⚠️ <#{news.id}> posts only what you follow, and you follow nothing yet"
    assert warning in panel.text
    for command in ("status", "upcoming"):
        assert warning in (await world.ask(f"announcements {command}")).text
    await world.ask("announcements follow", by=world.admin, name="jin")
    await panel.press("What and where")
    assert "you follow nothing yet" not in panel.text
    assert "you follow nothing yet" not in (await world.ask("announcements status")).text


async def test_what_the_bot_may_not_do_is_accepted_and_warned_of(world: World) -> None:
    lacking = discord.PermissionOverwrite(create_public_threads=False)
    channel = world.guild.create_text_channel("calm", overwrites={world.guild.default_role: lacking})
    panel = await begun(world, channel)
    await panel.press("Threads")
    await panel.choose("threads", "1")
    assert "**Threads** a thread under each post" in panel.text
    needed = f"⚠️ In <#{channel.id}> I also need **Create Public Threads**: to open threads under posts."
    assert needed in panel.text


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
    assert "I don't know the time zone “Berlim”" in panel.text
    await panel.press("Europe/Berlin")
    assert "**Time zone** Europe/Berlin" in panel.text


async def test_zone_that_resembles_nothing_can_be_typed_again_or_left(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Another time zone", "*_`qqqqqqqqqq|")
    assert "I don't know the time zone" in panel.text
    assert panel.shown.labels == ["Another time zone", "Back"]
    await panel.press("Back")
    assert "**Time zone** Asia/Seoul" in panel.text


async def test_quiet_hours_are_typed_and_left_empty_for_none(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    await panel.type("Quiet hours", "22 - 8")
    assert "**Quiet hours** 22:00-08:00" in panel.text
    await panel.type("Quiet hours", "at night")
    assert "⚠️ **I couldn't read “at night” as quiet hours**" in panel.text
    assert "**Quiet hours** 22:00-08:00" in panel.text
    await panel.type("Quiet hours", "")
    assert "**Quiet hours**" not in panel.text


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
        threads=Threads.SUBJECT,
        lock_after=timedelta(hours=5),
        guild_events=True,
    )
    await world.bot.database.write(subscriptions.choose, everything, EVE)
    await fill(world)
    for number in range(MAX_MENTIONS):
        kinds = [kind for place, kind in enumerate(EventKind) if place != number]
        await world.bot.database.write(
            mentions.add, world.guild.id, closed.id, 99 + number, kinds, Ref(Kind.GROUP, "bts")
        )
    for entity in ("bts", "blackpink"):
        await world.bot.database.write(
            follows.add_to_channel, world.guild.id, closed.id, Ref(Kind.GROUP, entity), world.env.now()
        )

    def pause(connection: Any) -> None:
        connection.execute("UPDATE subscription SET paused_at = '2025-01-03T03:00:00+00:00'")

    await world.bot.database.write(pause)
    world.korean(world.admin)
    panel = await open_panel(world, channel=closed)
    for tab in ("필터와 역할", "스레드", "내용과 채널", "시간과 방식"):
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
    assert panel.chosen("kinds")[:3] == ("첫 방송", "OST 발매", "컴백")


async def test_panels_outlive_a_restart_and_so_do_their_questions(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    asked = await panel.press("Quiet hours")
    await world.env.restart_bot(Byeol(world.bot.database, clock=world.env.now))
    await panel.answer(asked, "1-2")
    assert "**Quiet hours** 01:00-02:00" in panel.text
    await panel.choose("zone", "UTC")
    assert "**Time zone** UTC" in panel.text


async def test_how_posts_are_made_can_be_chosen_by_command(world: World, news: ChannelHandle) -> None:
    async def choose(**options: Any) -> str:
        return (await world.ask("announcements posts", by=world.admin, channel=news, **options)).text

    assert "has no announcements" in await choose(digest="daily")
    await begun(world, news)
    assert "Only a digest has an hour" in await choose(hour=20)
    shown = await choose(digest="fri", hour=20, late="3600", events=True)
    assert "**Posts** a weekly digest, Fri at 20:00" in shown
    assert "**Post late by up to** 1 hour" in shown
    assert "premieres and your own events as Discord events" in shown
    chosen = await stands(world, news)
    assert chosen is not None
    assert (chosen.digest, chosen.grace, chosen.guild_events) == ("fri-20", timedelta(hours=1), True)
    assert "**Posts** one post per item" in await choose(digest="each")
    assert "has no tags for me" in await choose(tags="News")
