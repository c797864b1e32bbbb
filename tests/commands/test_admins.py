"""What is for admins is refused to everybody else, whatever a server allowed in Discord, and whatever is sent."""

from __future__ import annotations

from typing import Any

import pytest
from discord import ui
from simcord import ChannelHandle, MemberActor

from bot.announcements.subscription import Subscription
from bot.render.card import stateless_view
from bot.render.following import EVERYTHING, ONLY
from bot.store import follows, subscriptions
from tests.commands.eve import EVE
from tests.commands.panels import begun, stands
from tests.conftest import World, seen
from tests.seen import Seen

REFUSED = "This is for admins"
OUTDATED = "This button is out of date"

CONTROLS = [
    *("show", "add", "elsewhere", "quiet", "off", "end", "resume"),
    *("kinds=premiere", "reminders=confirmed", "language=ko", "style=daily", "hour=18", "grace=3600"),
    *("followed=1", "threads=1", "events=1", "tags=1", "role=1", "zone=UTC", "hours=1-2"),
]


@pytest.fixture
def world(eve: World) -> World:
    return eve


@pytest.fixture
def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")


async def press(world: World, custom_id: str, by: MemberActor) -> Seen:
    """What somebody sees who presses a button that was made up, or that another version or server had."""
    channel = world.bot.get_partial_messageable(world.general.id, guild_id=world.guild.id)
    button: ui.Button[ui.LayoutView] = ui.Button(label="Press me", custom_id=custom_id)
    message = await channel.send(view=stateless_view(ui.ActionRow(button)))
    result = await by.click(message, custom_id=custom_id)
    return seen(result) if result.followups or result.response else world.again(seen_message(world, message.id))


def seen_message(world: World, message_id: int) -> Seen:
    """The message itself: a control that does something redraws it."""
    return next(one for one in world.posts(world.general) if one.message.id == message_id)


async def test_every_command_that_changes_something_is_refused_to_members(world: World, news: ChannelHandle) -> None:
    await begun(world, news)
    before = await stands(world, news)
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("setup", {"channel": news, "language": "ko"}),
        ("panel", {}),
        ("follow", {"name": "jin"}),
        ("unfollow", {"name": "jin"}),
        ("test", {}),
        ("off", {}),
    )
    for command, options in asked:
        shown = await world.ask(f"announcements {command}", **options)
        assert REFUSED in shown.text, command
        assert shown.private
    assert await stands(world, news) == before
    assert world.posts(news) == []
    assert await world.bot.database.read(follows.of_guild, world.guild.id) == []


async def test_every_control_of_a_panel_is_refused_to_members(world: World, news: ChannelHandle) -> None:
    await begun(world, news)
    before = await stands(world, news)
    for control in (*CONTROLS, f"go={news.id}", f"begin={world.general.id}", f"channel={world.general.id}"):
        assert REFUSED in (await press(world, f"panel:{control}:{news.id}:what", world.member)).text, control
    for choice in (ONLY, EVERYTHING):
        assert REFUSED in (await press(world, f"follows:{choice}", world.member)).text, choice
    assert await stands(world, news) == before
    assert await stands(world, world.general) is None


async def test_a_question_of_an_admin_is_no_way_in_for_members(world: World, news: ChannelHandle) -> None:
    panel = await begun(world, news)
    await panel.press("When and how")
    asked = await panel.press("Quiet hours")
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    (mods,) = [role for role in guild.roles if role.name == "Mods"]
    await world.bot.http.remove_role(world.guild.id, world.admin.id, mods.id)
    assert REFUSED in seen(await panel.answer(asked, "1-2")).text
    chosen = await stands(world, news)
    assert chosen is not None
    assert chosen.quiet == ""


@pytest.mark.parametrize(
    "control",
    [
        *("kinds", "kinds=rumour", "reminders=now", "language=xx", "style=hourly", "hour=24", "grace=0"),
        *("grace=9999999", "grace=-1", "followed=2", "threads=", "events=yes", "role=fan", "go=here", "begin=x"),
        *("channel", "zone", "hours", "nothing", "everything=1", "language", "hour", f"go={'9' * 40}"),
    ],
)
async def test_what_no_control_offers_changes_nothing(world: World, news: ChannelHandle, control: str) -> None:
    await begun(world, news)
    before = await stands(world, news)
    assert OUTDATED in (await press(world, f"panel:{control}:{news.id}:what", world.admin)).text
    assert await stands(world, news) == before


async def test_controls_reach_no_channel_of_another_server(world: World, news: ChannelHandle) -> None:
    await begun(world, news)
    other = world.env.create_guild("Others", owner=world.env.create_user("stranger"))
    theirs = other.create_news_channel("theirs")
    chosen = Subscription(other.id, theirs.id, EVE)
    await world.bot.database.write(subscriptions.choose, chosen, EVE)
    before = await world.bot.database.read(subscriptions.of_channel, other.id, theirs.id)
    for control in (*CONTROLS, f"go={theirs.id}", f"begin={theirs.id}"):
        shown = await press(world, f"panel:{control}:{theirs.id}:what", world.admin)
        assert "went wrong" not in shown.text, control
    await press(world, f"panel:channel={theirs.id}:{news.id}:what", world.admin)
    assert await world.bot.database.read(subscriptions.of_channel, other.id, theirs.id) == before
    assert await world.bot.database.read(subscriptions.of_channel, world.guild.id, theirs.id) is None


@pytest.mark.parametrize("report", ["state", "log", "plan", "fate"])
async def test_reports_of_another_server_are_shown_to_nobody(world: World, report: str) -> None:
    rest = {"plan": "/30", "fate": "/person/jin"}.get(report, "")
    for server in (f"{world.guild.id + 1:x}", "0", "person", "work"):
        for custom_id in (f"open:{report}:{server}{rest}", f"page:{report}:{server}{rest}:1:en"):
            assert OUTDATED in (await press(world, custom_id, world.admin)).text, custom_id
    assert "went wrong" not in (await press(world, f"pick:{report}:person/jin", world.admin)).text


@pytest.mark.parametrize(
    "custom_id",
    [
        *("open:upcoming:days-0", "open:upcoming:days-367", "open:upcoming:days-x", "open:upcoming:days-"),
        *("open:nothing:person/jin", "open:ost:person", "open:ost:nothing/jin", "open:ost:///", "open:cast:person/jin"),
        *("open:browse:organisation/nothing", "open:browse:track/yours", "page:ost:person/jin:9999:xx"),
        *("page:browse:person/all:9999:en", "page:upcoming:days-30:9999:ko", "page:help:all:9999:en"),
        *("pick:ost:person", "pick:ost:person/nobody", "pick:nothing:person/jin", "open:sources:organisation/tvn"),
        *("page:sources:person/jin:9999:en", "page:about:all:9999:en", "page:cast:work/hwarang:9999:en"),
    ],
)
async def test_made_up_buttons_of_cards_are_answered_in_words(world: World, custom_id: str) -> None:
    assert "went wrong" not in (await press(world, custom_id, world.member)).text
