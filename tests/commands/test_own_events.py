"""A server's own events, as its people see them, and as nobody else does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
import pytest_asyncio
from discord import ui
from simcord import ChannelHandle, GuildHandle, MemberActor

from bot.catalogue.model import EventKind, Kind, Ref
from bot.catalogue.when import SEOUL
from bot.occasions.model import Draft
from bot.render.card import stateless_view
from bot.store import occasions, subscriptions
from tests.commands.eve import news, set_up
from tests.conftest import World, seen
from tests.seen import Seen, assert_within_limits

SATURDAY = date(2025, 1, 11)
TITLE = "Secret *gathering*"
SHOWN = r"Secret \*gathering\*"


def at(hour: int, minute: int = 0, day: int = 11) -> datetime:
    """A time of January in Seoul."""
    return datetime(2025, 1, day, hour, minute, tzinfo=ZoneInfo(SEOUL))


async def planned(world: World, guild: GuildHandle | None = None, title: str = TITLE, **said: Any) -> Ref:
    """Put a watch party on Saturday evening into a server's schedule."""
    usual: dict[str, Any] = {"kind": EventKind.WATCH_PARTY, "day": SATURDAY, "time": time(21, 20), "zone": SEOUL}
    draft = Draft(title, **{**usual, **said})
    return await world.bot.database.write(occasions.add, (guild or world.guild).id, draft, world.env.now())


@pytest_asyncio.fixture
async def channel(eve: World) -> ChannelHandle:
    place = eve.guild.create_text_channel("plans")
    await set_up(eve, place, remind="day")
    return place


@pytest_asyncio.fixture
async def elsewhere(eve: World) -> AsyncIterator[tuple[GuildHandle, MemberActor]]:
    """Another server that the bot is in, with somebody in it."""
    other = eve.env.create_guild("Others", owner=eve.env.create_user("stranger"))
    yield other, other.add_member(eve.env.create_user("nosy"))


async def test_upcoming_shows_it_in_its_server_and_nowhere_else(
    eve: World, elsewhere: tuple[GuildHandle, MemberActor]
) -> None:
    other, nosy = elsewhere
    await planned(eve, place="Our stage", url="https://example.com/live")
    await planned(eve, day=date(2025, 3, 1), title="In spring")
    shown = await eve.ask("upcoming")
    when = int(at(21, 20).timestamp())
    assert "### 11 January 2025" in shown.text
    assert f"**🍿 {SHOWN}**\n-# <t:{when}:t> · <t:{when}:R> · [Our stage](<https://example.com/live>)" in shown.text
    assert "In spring" not in shown.text
    later = await eve.ask("upcoming", days=60)
    while "In spring" not in later.text:
        later = await eve.press_in_place(later, "Next")
    theirs = seen(await nosy.slash(other.create_text_channel("general"), "upcoming", days=60))
    assert "When the Stars Gossip premieres" in theirs.text
    assert "gathering" not in theirs.text
    user = eve.env.create_user("dana")
    await user.send_dm("hi")
    assert "gathering" not in seen(await user.slash("upcoming", days=60)).text


async def test_upcoming_turns_its_pages_through_a_full_schedule(eve: World) -> None:
    for minute in range(25):
        await planned(eve, title=f"Item {minute}", time=time(12, minute))
    shown = await eve.ask("upcoming")
    texts = [shown.text]
    while not next(button for button in shown.buttons if button.label == "Next").disabled:
        shown = await eve.press_in_place(shown, "Next")
        assert_within_limits(shown)
        texts.append(shown.text)
    found = "\n".join(texts)
    assert all(f"Item {minute}**" in found for minute in range(25))


async def test_it_is_posted_in_its_server_with_all_that_was_said(eve: World, channel: ChannelHandle) -> None:
    await planned(eve, place="Our stage", lasts=timedelta(minutes=90), about=Ref(Kind.WORK, "when-the-stars-gossip"))
    await eve.at(at(21, 20, 10))
    await eve.at(at(21, 20))
    ahead, post = eve.posts(channel)[-2:]
    assert ahead.text.startswith("Watch party: Secret \\*gathering\\*, tomorrow at 21:20 KST\n")
    assert post.text.startswith("Watch party: Secret \\*gathering\\*, today at 21:20 KST\n")
    assert f"## 🍿 {SHOWN} (When the Stars Gossip)" in post.text
    assert "**Where** Our stage" in post.text
    assert "**Duration** 1 hour 30 minutes" in post.text
    assert post.labels == ["Cast", "OST", "Drama", "Notify me"]
    assert_within_limits(post)


async def test_button_of_its_post_shows_what_is_coming_up(eve: World, channel: ChannelHandle) -> None:
    await planned(eve)
    await planned(eve, title="Another", day=date(2025, 1, 12))
    await eve.at(at(21, 20))
    post = eve.posts(channel)[-1]
    assert post.labels == ["Coming up"]
    answer = await eve.press(post, "Coming up")
    assert answer.private
    assert "the next 30 days" in answer.text
    assert "Another" in answer.text


async def test_other_servers_are_told_nothing(
    eve: World, channel: ChannelHandle, elsewhere: tuple[GuildHandle, MemberActor]
) -> None:
    other, _ = elsewhere
    theirs = other.create_text_channel("plans")
    (mine,) = await eve.bot.database.read(subscriptions.of_guild, eve.guild.id)
    await eve.bot.database.write(
        subscriptions.choose, replace(mine, guild_id=other.id, channel_id=theirs.id), eve.env.now()
    )
    await planned(eve)
    await eve.at(at(21, 20, 10))
    await eve.at(at(21, 20))
    assert any("gathering" in post.text for post in eve.posts(channel))
    assert not any("gathering" in post.text for post in eve.posts(theirs))


async def test_news_channel_hands_nothing_of_it_on(eve: World) -> None:
    place = news(eve)
    await set_up(eve, place)
    await planned(eve)
    await eve.at(at(21, 20))
    await eve.wait(60)
    assert "gathering" in eve.posts(place)[-1].text
    crossposted = [request.path for request in eve.env.http_requests if request.path.endswith("/crosspost")]
    assert not [path for path in crossposted if str(eve.posts(place)[-1].message.id) in path]


async def test_skipping_is_corrected_where_it_was_told(eve: World, channel: ChannelHandle) -> None:
    ref = await planned(eve)
    await eve.at(at(21, 20, 10))
    await eve.bot.database.write(occasions.skip, eve.guild.id, ref.slug, 0, eve.env.now())
    await eve.wait(60)
    told, corrected = eve.posts(channel)[-2:]
    assert corrected.text.startswith("Cancelled: Watch party: Secret")
    assert "A date in this post has changed or been cancelled." in told.text


async def test_admins_see_what_was_posted_what_will_be_and_why(
    eve: World, channel: ChannelHandle, elsewhere: tuple[GuildHandle, MemberActor]
) -> None:
    drama = Ref(Kind.WORK, "when-the-stars-gossip")
    ref = await planned(eve, about=drama)
    ahead = await eve.ask("announcements upcoming")
    assert f"Fri 10 January 2025, 21:20 · <t:{int(at(21, 20, 10).timestamp())}:R>" in ahead.text
    assert f"🍿 {SHOWN}" in ahead.text
    why = await eve.ask("announcements why", name=str(drama))
    assert f"🍿 {SHOWN}" in why.text
    own = await pressed(eve, f"open:fate:{eve.guild.id:x}/{ref}", eve.admin)
    assert "⏳ Will be posted:" in own.text
    await eve.at(at(21, 20, 10))
    assert f"✅ 🍿 {SHOWN}" in (await eve.ask("announcements history")).text


@pytest.mark.parametrize("card", ["ost", "cast", "drama", "artist", "sources", "cast-sources", "browse", "fate"])
async def test_no_made_up_button_shows_what_another_server_plans(
    eve: World, elsewhere: tuple[GuildHandle, MemberActor], card: str
) -> None:
    other, _ = elsewhere
    ref = await planned(eve, other)
    key = f"{eve.guild.id:x}/{ref}" if card == "fate" else str(ref)
    for custom_id in (f"open:{card}:{key}", f"page:{card}:{key}:0:en", f"pick:{card}:{key}"):
        answer = await pressed(eve, custom_id, eve.member)
        assert "gathering" not in answer.text, custom_id
        assert "went wrong" not in answer.text, custom_id


@pytest.mark.parametrize(("command", "option"), [("ost", "name"), ("drama", "name"), ("announcements why", "name")])
async def test_no_suggestion_and_no_answer_to_a_name_has_it(eve: World, command: str, option: str) -> None:
    ref = await planned(eve)
    await set_up(eve, eve.guild.create_text_channel("plans"))
    for typed in ("", "Secret", TITLE, ref.slug, str(ref)):
        offered = await eve.suggest(command, option, typed)
        assert not [one for one in offered if "athering" in one["name"] or ref.slug in str(one["value"])]
    for typed in (TITLE, str(ref)):
        assert f"🍿 {SHOWN}" not in (await eve.ask_for(command, option, typed)).text


async def test_it_stands_among_the_events_of_its_server(eve: World, channel: ChannelHandle) -> None:
    (mine,) = await eve.bot.database.read(subscriptions.of_guild, eve.guild.id)
    await eve.bot.database.write(subscriptions.choose, replace(mine, guild_events=True), eve.env.now())
    await planned(eve, place="Our *stage*", url="https://example.com/live", lasts=timedelta(hours=2))
    await planned(eve, title="By link", url="https://example.com/live", day=date(2025, 1, 6))
    await planned(eve, title="In spring", day=date(2025, 3, 1))
    await eve.at(at(21, 30, 4))
    events: dict[int, Any] = eve.env.backend.get_guild(eve.guild.id).scheduled_events
    found = {event.name: event for event in events.values()}
    assert found.keys() == {f"🍿 {TITLE}", "🍿 By link"}
    event = found[f"🍿 {TITLE}"]
    assert event.entity_metadata["location"] == "Our *stage*"
    assert datetime.fromisoformat(event.scheduled_end_time) == at(23, 20)
    assert r"**Where** [Our \*stage\*](<https://example.com/live>)" in event.description
    assert found["🍿 By link"].entity_metadata["location"] == "https://example.com/live"


async def test_a_server_full_of_events_gets_no_more_of_them(eve: World, channel: ChannelHandle) -> None:
    (mine,) = await eve.bot.database.read(subscriptions.of_guild, eve.guild.id)
    guild = eve.bot.get_guild(eve.guild.id)
    assert guild is not None
    for number in range(100):
        await guild.create_scheduled_event(
            name=f"Theirs {number}",
            entity_type=discord.EntityType.external,
            privacy_level=discord.PrivacyLevel.guild_only,
            location="There",
            start_time=at(12, day=20),
            end_time=at(13, day=20),
        )
    await eve.bot.database.write(subscriptions.choose, replace(mine, guild_events=True), eve.env.now())
    await planned(eve, day=date(2025, 1, 6))
    await eve.wait(6)
    events = eve.env.backend.get_guild(eve.guild.id).scheduled_events
    assert not [event for event in events.values() if "gathering" in event.name]
    eve.env.backend.delete_scheduled_event(eve.guild.id, next(iter(events)))
    await eve.wait(3700)
    assert [event for event in events.values() if "gathering" in event.name]


async def pressed(world: World, custom_id: str, by: MemberActor) -> Seen:
    """What somebody sees who presses a button that was made up."""
    channel = world.bot.get_partial_messageable(world.general.id, guild_id=world.guild.id)
    button: ui.Button[ui.LayoutView] = ui.Button(label="Press me", custom_id=custom_id)
    message = await channel.send(view=stateless_view(ui.ActionRow(button)))
    result = await by.click(message, custom_id=custom_id)
    if result.followups or result.response:
        return seen(result)
    return next(one for one in world.posts(world.general) if one.message.id == message.id)
