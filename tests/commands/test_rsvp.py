"""RSVP: members say whether they come to what their server plans, and are reminded; those who plan see who comes."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import discord
import pytest
import pytest_asyncio
from simcord import ChannelHandle, MemberActor, RoleHandle

from bot.catalogue.model import Ref
from bot.catalogue.when import SEOUL
from bot.client import Byeol
from bot.occasions.model import Draft
from bot.occasions.rsvp import Answer
from bot.store import events, occasions, rsvp, scheduled
from tests.commands.eve import set_up
from tests.commands.test_notify import Fans
from tests.commands.test_own_events import SHOWN, at, planned
from tests.conftest import World
from tests.seen import Seen, assert_within_limits

BEGINS = at(21, 20)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def fans(eve: World) -> Fans:
    eve.never_tires()
    return Fans(eve)


@pytest_asyncio.fixture
async def channel(fans: Fans) -> ChannelHandle:
    """A channel that announces a day ahead, an hour ahead, and as it begins."""
    place = fans.world.guild.create_text_channel("plans")
    await set_up(fans.world, place, remind="all")
    return place


@pytest.fixture
def planner(fans: Fans) -> MemberActor:
    """Somebody whom Discord lets manage events and give roles."""
    allowed = discord.Permissions(manage_events=True, manage_roles=True)
    role = fans.world.guild.create_role("Events", permissions=allowed)
    return fans.world.guild.add_member(fans.world.env.create_user("yuna"), roles=[role])


@pytest.fixture
def role(fans: Fans) -> RoleHandle:
    """A role for those who come, which the bot may give."""
    fans.world.guild.create_role("Above")
    made = fans.world.guild.create_role("Coming")
    fans.allow(manage_roles=True, mention_everyone=True)
    return made


async def day_ahead(
    world: World, channel: ChannelHandle, *, asks: bool = True, attendee_role: RoleHandle | None = None
) -> tuple[Ref, Seen]:
    """What was planned, and its post a day ahead."""
    role_id = attendee_role.id if attendee_role is not None else None
    ref = await planned(world, rsvp=asks, attendee_role_id=role_id)
    await world.at(at(21, 20, 10))
    return ref, world.posts(channel)[-1]


def labels(shown: Seen) -> list[str]:
    return shown.labels[:2]


async def press(world: World, shown: Seen, label: str, by: MemberActor | None = None) -> Seen:
    """What somebody sees who presses a button, whatever number it has by now."""
    now = next(one for one in world.again(shown).labels if one.split(" · ")[0] == label)
    return await world.press(shown, now, by=by or world.member)


def fan(world: World, name: str) -> MemberActor:
    return world.guild.add_member(world.env.create_user(name))


async def answers(world: World) -> list[tuple[int, str]]:
    return await world.bot.database.read(
        lambda connection: connection.execute("SELECT user_id, answer FROM rsvp ORDER BY answered_at").fetchall()
    )


async def test_members_say_whether_they_come_and_take_it_back(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel)
    assert labels(post) == ["I'm in", "Maybe"]
    told = await press(world, post, "I'm in")
    assert told.private
    assert f"You're in: {SHOWN}" in told.text
    assert "1 person is in · 0 may come" in told.text
    assert "I keep your answer until a week after it." in told.text
    assert labels(world.again(post)) == ["I'm in · 1", "Maybe"]
    assert world.again(post).text == post.text
    await world.wait(12)
    told = await press(world, post, "Maybe", by=world.admin)
    assert f"You may come: {SHOWN}" in told.text
    assert labels(world.again(post)) == ["I'm in · 1", "Maybe · 1"]
    await world.wait(12)
    assert "1 person is in · 1 may come" not in (await press(world, post, "Maybe")).text
    assert labels(world.again(post)) == ["I'm in", "Maybe · 2"]
    await world.wait(12)
    told = await press(world, post, "Maybe")
    assert "You took your answer back" in told.text
    assert labels(world.again(post)) == ["I'm in", "Maybe · 1"]
    assert await answers(world) == [(world.admin.id, "maybe")]


async def test_nobody_is_asked_about_what_does_not_want_to_know(fans: Fans, channel: ChannelHandle) -> None:
    _, post = await day_ahead(fans.world, channel, asks=False)
    assert post.labels == ["Coming up"]


async def test_a_storm_of_presses_is_two_edits_of_the_post(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel)
    for number in range(30):
        told = await press(world, post, "I'm in", by=fan(world, f"fan{number}"))
        assert "You're in" in told.text
    assert labels(world.again(post)) == ["I'm in · 1", "Maybe"]
    await world.wait(12)
    assert labels(world.again(post)) == ["I'm in · 30", "Maybe"]
    edits = [one for one in world.env.http_requests if one.method == "PATCH" and str(post.message.id) in one.path]
    assert len(edits) == 1


async def test_other_posts_of_the_event_follow(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    second = world.guild.create_text_channel("more")
    await set_up(world, second, remind="all", language="ko")
    _, post = await day_ahead(world, channel)
    other = world.posts(second)[-1]
    await press(world, post, "I'm in")
    assert labels(world.again(other)) == ["참석할게요", "아직 몰라요"]
    await world.wait(12)
    assert labels(world.again(other)) == ["참석할게요 · 1", "아직 몰라요"]
    await press(world, other, "아직 몰라요", by=fan(world, "hana"))
    assert labels(world.again(other)) == ["참석할게요 · 1", "아직 몰라요 · 1"]
    await world.wait(12)
    assert labels(world.again(post)) == ["I'm in · 1", "Maybe · 1"]


async def test_buttons_work_after_a_restart(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel)
    await press(world, post, "I'm in")
    await world.env.restart_bot(Byeol(world.bot.database, clock=world.env.now))
    await world.wait(12)
    assert "You took your answer back" in (await press(world, post, "I'm in")).text


async def test_answers_stay_when_it_is_moved(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    ref, post = await day_ahead(world, channel)
    await press(world, post, "I'm in")
    to = (date(2025, 1, 12), time(20), SEOUL)
    await world.bot.database.write(occasions.move, world.guild.id, ref.slug, 0, to, world.env.now())
    await world.wait(60)
    corrected = world.posts(channel)[-1]
    assert corrected.text.startswith("New date:")
    assert labels(corrected) == ["I'm in · 1", "Maybe"]
    assert world.again(post).labels == ["Coming up"], "it leads to the new date"
    assert "2 people are in" in (await press(world, corrected, "I'm in", by=world.admin)).text
    await world.wait(12)
    assert labels(world.again(corrected)) == ["I'm in · 2", "Maybe"]
    assert world.again(post).labels == ["Coming up"]


async def test_what_is_cancelled_over_or_unasked_says_so(fans: Fans, channel: ChannelHandle) -> None:
    world, database = fans.world, fans.world.bot.database
    ref, _ = await day_ahead(world, channel)
    draft = (await database.read(scheduled.stored, world.guild.id, ref.slug)).draft
    card = await world.ask("schedule show", what="gathering")
    await database.write(occasions.edit, world.guild.id, ref.slug, _without(draft), world.env.now())
    assert "You need not answer any more" in (await press(world, card, "I'm in")).text
    await database.write(occasions.cancel, world.guild.id, ref.slug, world.env.now())
    told = await press(world, card, "I'm in")
    assert told.private
    assert "This is cancelled" in told.text
    await database.write(occasions.edit, world.guild.id, ref.slug, draft, world.env.now())
    await world.at(BEGINS + 2 * HOUR)
    assert "This is over" in (await press(world, card, "Maybe")).text
    assert await answers(world) == []


def _without(draft: Draft) -> Draft:
    return Draft(draft.title, draft.kind, draft.day, draft.time, draft.zone)


async def test_card_of_a_date_shows_it_and_asks(fans: Fans) -> None:
    world = fans.world
    await planned(world, rsvp=True, place="Our stage")
    card = await world.ask("schedule show", what="gathering")
    assert not card.private
    assert f"## 🍿 {SHOWN}" in card.text
    assert "**Where** Our stage" in card.text
    assert_within_limits(card)
    assert (await press(world, card, "I'm in")).private
    assert labels(world.again(card)) == ["I'm in · 1", "Maybe"]
    await press(world, card, "I'm in", by=world.admin)
    assert labels(world.again(card)) == ["I'm in · 2", "Maybe"]
    assert labels(await world.ask("schedule show", what="gathering")) == ["I'm in · 2", "Maybe"]


async def test_made_up_buttons_of_another_server_show_nothing(fans: Fans) -> None:
    world = fans.world
    await planned(world, rsvp=True)
    card = await world.ask("schedule show", what="gathering")
    custom_id = card.buttons[0].custom_id
    other = world.env.create_guild("Others", owner=world.env.create_user("stranger"))
    nosy = other.add_member(world.env.create_user("nosy"))
    place = other.create_text_channel("general")
    made_up: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="Press me", custom_id=custom_id)
    view = discord.ui.View(timeout=None)
    view.add_item(made_up)
    view.stop()
    message = await world.bot.get_partial_messageable(place.id, guild_id=other.id).send("x", view=view)
    result = await nosy.click(message, custom_id=custom_id)
    assert result.response is not None
    assert "That is not in the schedule" in str(result.response.components)
    assert await answers(world) == []


async def test_those_who_plan_see_who_comes(fans: Fans, channel: ChannelHandle, planner: MemberActor) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel)
    await press(world, post, "Maybe")
    told = await press(world, post, "I'm in", by=planner)
    assert told.labels == ["Who's coming"]
    listed = await world.press_in_place(told, "Who's coming", by=planner)
    assert listed.private
    assert f"**I'm in**\n<@{planner.id}>\n**Maybe**\n<@{world.member.id}>" in listed.text
    assert listed.text == (await world.ask("schedule attendees", by=planner, what="gathering")).text
    refused = await world.ask("schedule attendees", what="gathering")
    assert "This is for those who plan here" in refused.text
    assert "Who's coming" not in (await press(world, post, "Maybe")).labels


async def test_list_turns_its_pages(fans: Fans, planner: MemberActor) -> None:
    world, database = fans.world, fans.world.bot.database
    ref = await planned(world, rsvp=True)
    (item,) = await database.read(events.with_context, await _ids(world, ref))
    empty = await world.ask("schedule attendees", by=planner, what="gathering")
    assert "0 people are in · 0 may come" in empty.text
    for user in range(120):
        answer = Answer.IN if user < 90 else Answer.MAYBE
        await database.write(
            *(rsvp.press, world.guild.id, ref.slug, item.event.id, 10**18 + user, answer, world.env.now())
        )
    listed = await world.ask("schedule attendees", by=planner, what="gathering")
    found: list[str] = []
    for page in range(3):
        assert_within_limits(listed)
        assert f"Page {page + 1} of 3" in listed.text
        found += [word for word in listed.text.split() if word.startswith("<@")]
        if page < 2:
            listed = await world.press_in_place(listed, "Next", by=planner)
    assert found == [f"<@{10**18 + user}>" for user in range(120)]


async def _ids(world: World, ref: Ref) -> list[int]:
    return await world.bot.database.read(scheduled.of_occasion, world.guild.id, ref.slug, world.env.now())


async def test_who_is_in_is_reminded_an_hour_ahead_and_nobody_else(fans: Fans, channel: ChannelHandle) -> None:
    world = fans.world
    second = world.guild.create_text_channel("more")
    await set_up(world, second, remind="all")
    _, post = await day_ahead(world, channel)
    await press(world, post, "I'm in")
    await press(world, post, "Maybe", by=world.admin)
    assert f"<@{world.member.id}>" not in post.text
    await world.at(BEGINS - HOUR)
    reminding = [one for one in (*world.sent_to(channel), *world.sent_to(second)) if "in an hour" in one["content"]]
    assert len(reminding) == 2
    (told,) = [one for one in reminding if "<@" in one["content"]]
    assert told["content"].splitlines()[1] == f"-# 🙋 <@{world.member.id}>"
    assert told["allowed_mentions"] == {"parse": [], "users": [world.member.id]}
    await world.at(BEGINS)
    assert not any("<@" in one["content"] for one in (world.sent_to(channel)[-1], world.sent_to(second)[-1]))


async def test_who_is_in_is_reminded_at_the_start_where_nothing_is_posted_ahead(fans: Fans) -> None:
    world = fans.world
    place = world.guild.create_text_channel("plans")
    await set_up(world, place)
    await planned(world, rsvp=True)
    card = await world.ask("schedule show", what="gathering")
    await press(world, card, "I'm in")
    await world.at(BEGINS)
    assert f"-# 🙋 <@{world.member.id}>" in world.posts(place)[-1].text
    assert labels(world.posts(place)[-1]) == ["I'm in · 1", "Maybe"]


async def test_a_post_mentions_as_many_as_fit(fans: Fans, channel: ChannelHandle) -> None:
    world, database = fans.world, fans.world.bot.database
    ref, _ = await day_ahead(world, channel)
    (event,) = await _ids(world, ref)
    for user in range(200):
        await database.write(*(rsvp.press, world.guild.id, ref.slug, event, 10**18 + user, Answer.IN, world.env.now()))
    await world.at(BEGINS - HOUR)
    sent = world.sent_to(channel)[-1]
    assert len(sent["content"]) <= 2000
    pinged = sent["allowed_mentions"]["users"]
    assert pinged == [10**18 + user for user in range(75)]
    assert all(f"<@{user}>" in sent["content"] for user in pinged)
    assert sent["content"].endswith("… and 125 more")


async def test_attendee_role_comes_and_goes_with_the_answer(
    fans: Fans, channel: ChannelHandle, role: RoleHandle
) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel, attendee_role=role)
    told = await press(world, post, "I'm in")
    assert f"You have <@&{role.id}> now, until a week after it." in told.text
    assert fans.held(world.member) == ["Coming"]
    told = await press(world, post, "Maybe")
    assert f"I took <@&{role.id}> from you." in told.text
    assert fans.held(world.member) == []
    await press(world, post, "I'm in")
    await world.at(BEGINS - HOUR)
    sent = world.sent_to(channel)[-1]
    assert sent["content"].splitlines()[1] == f"-# 🙋 <@&{role.id}>"
    assert sent["allowed_mentions"]["roles"] == [role.id]
    assert "users" not in sent["allowed_mentions"]
    await world.at(BEGINS + WEEK)
    assert fans.held(world.member) == ["Coming"]
    await world.at(BEGINS + WEEK + timedelta(days=1, hours=3))
    await world.wait(12)
    assert fans.held(world.member) == []
    assert await answers(world) == []


async def test_who_had_the_attendee_role_before_keeps_it(fans: Fans, channel: ChannelHandle, role: RoleHandle) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel, attendee_role=role)
    world.env.backend.get_member(world.guild.id, world.member.id).role_ids.append(role.id)
    told = await press(world, post, "I'm in")
    assert "now, until" not in told.text
    await press(world, post, "I'm in")
    assert fans.held(world.member) == ["Coming"]


async def test_who_could_not_be_given_the_role_is_in_and_gets_it_later(
    fans: Fans, channel: ChannelHandle, role: RoleHandle
) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel, attendee_role=role)
    fans.allow(manage_roles=False)
    told = await press(world, post, "I'm in")
    assert f"You're in: {SHOWN}" in told.text
    assert "⚠️ I may not give roles here. Ask an admin to give me **Manage Roles**." in told.text
    assert not [one for one in world.env.http_requests if "/roles/" in one.path and one.method == "PUT"]
    fans.allow(manage_roles=True)
    await world.wait(3610)
    assert fans.held(world.member) == ["Coming"]


async def test_who_lacks_the_role_is_reminded_by_name(fans: Fans, channel: ChannelHandle, role: RoleHandle) -> None:
    world = fans.world
    _, post = await day_ahead(world, channel, attendee_role=role)
    await press(world, post, "I'm in")
    fans.allow(manage_roles=False)
    await press(world, post, "I'm in", by=world.admin)
    await world.at(BEGINS - HOUR)
    assert world.sent_to(channel)[-1]["content"].splitlines()[1] == f"-# 🙋 <@&{role.id}> <@{world.admin.id}>"


async def test_a_role_that_the_bot_cannot_ping_is_not_relied_on(
    fans: Fans, channel: ChannelHandle, role: RoleHandle
) -> None:
    world = fans.world
    fans.allow(mention_everyone=False)
    _, post = await day_ahead(world, channel, attendee_role=role)
    await press(world, post, "I'm in")
    await world.at(BEGINS - HOUR)
    assert world.sent_to(channel)[-1]["content"].splitlines()[1] == f"-# 🙋 <@{world.member.id}>"


async def test_planners_ask_who_comes(fans: Fans, planner: MemberActor) -> None:
    world = fans.world
    shown = await world.ask("schedule add", by=planner, title="Concert", when="Sat 11 Jan 21:20", rsvp=True)
    assert "**RSVP** members say whether they come" in shown.text
    await world.press_in_place(shown, "Save", by=planner)
    assert labels(await world.ask("schedule show", what="concert")) == ["I'm in", "Maybe"]
    shown = await world.ask("schedule edit", by=planner, what="concert", rsvp=False)
    assert "RSVP" not in shown.text
    await world.press_in_place(shown, "Save the changes", by=planner)
    assert "I'm in" not in (await world.ask("schedule show", what="concert")).labels
    told = await world.ask("schedule attendees", by=planner, what="concert")
    assert "You need not answer any more" in told.text


async def test_planners_choose_a_role_that_they_could_give(fans: Fans, planner: MemberActor, role: RoleHandle) -> None:
    world = fans.world

    async def add(attendee_role: RoleHandle, by: MemberActor = planner) -> Seen:
        return await world.ask(
            "schedule add", by=by, title="Concert", when="Sat 11 Jan 21:20", attendee_role=attendee_role
        )

    strong = world.guild.create_role("Strong", permissions=discord.Permissions(ban_members=True))
    assert "I don't give that role" in (await add(strong, planner)).text
    assert "This is for those who plan here" in (await add(role, world.member)).text
    shown = await add(role, planner)
    assert f"**RSVP** members say whether they come; who is in gets <@&{role.id}>" in shown.text
    fans.allow(manage_roles=False)
    assert "I may not give roles here" in (await add(role, planner)).text


async def test_it_is_all_in_korean_for_koreans(fans: Fans, planner: MemberActor) -> None:
    world = fans.world
    world.korean(planner)
    await planned(world, rsvp=True)
    card = await world.ask("schedule show", by=planner, what="gathering")
    assert labels(card) == ["참석할게요", "아직 몰라요"]
    told = await press(world, card, "참석할게요", by=planner)
    assert "1명 참석 · 0명 미정" in told.text
    listed = await world.press_in_place(told, told.labels[0], by=planner)
    for word in ("coming", "people", "Maybe"):
        assert word not in listed.text


async def test_answer_that_comes_while_a_post_is_sent_is_counted(
    fans: Fans, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, database = fans.world, fans.world.bot.database
    ref = await planned(world, rsvp=True)
    (event,) = await _ids(world, ref)
    create = discord.PartialMessageable.send

    async def send(self: Any, *args: Any, **said: Any) -> Any:
        await database.write(rsvp.press, world.guild.id, ref.slug, event, 5, Answer.IN, world.env.now())
        return await create(self, *args, **said)

    monkeypatch.setattr(discord.PartialMessageable, "send", send)
    await world.at(at(21, 20, 10))
    monkeypatch.undo()
    await world.wait(12)
    assert labels(world.posts(channel)[-1]) == ["I'm in · 1", "Maybe"]


async def test_posts_of_a_forum_remind_and_count_as_well(fans: Fans) -> None:
    world = fans.world
    forum = world.guild.create_forum_channel("plans")
    await set_up(world, forum, remind="all")
    ref = await planned(world, rsvp=True)
    (event,) = await _ids(world, ref)
    press_ = (world.guild.id, ref.slug, event, world.member.id, Answer.IN, world.env.now())
    await world.bot.database.write(rsvp.press, *press_)
    await world.at(BEGINS - HOUR)
    asked = [one for one in world.env.http_requests if one.method == "POST" and one.path.endswith("/threads")]
    message = dict(asked[-1].json or {})["message"]
    assert f"-# 🙋 <@{world.member.id}>" in message["content"]
    assert message["allowed_mentions"]["users"] == [world.member.id]
    await world.bot.database.write(rsvp.press, *press_)
    await world.wait(12)
    edits = [one for one in world.env.http_requests if one.method == "PATCH" and "/messages/" in one.path]
    shown = str(dict(edits[-1].json or {})["components"])
    assert "I'm in" in shown
    assert "I'm in · 1" not in shown
