"""What a channel hears of by itself, and whom its posts mention of what."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, RoleHandle

from bot.announcements.mention import MAX_MENTIONS
from bot.catalogue.model import EventKind
from bot.store import mentions
from tests.commands.eve import FIRST_SONG, PREMIERE, SECOND_SONG, THIRD_SONG, news, set_up
from tests.commands.panels import Panel, begun, open_panel
from tests.conftest import World
from tests.seen import Seen


@pytest.fixture
def world(eve: World) -> World:
    eve.never_tires()
    return eve


def fans(world: World, name: str, members: int = 0, *, mentionable: bool = True) -> RoleHandle:
    """A role of the server, with some members."""
    role = world.guild.create_role(name, mentionable=mentionable)
    for number in range(members):
        world.guild.add_member(world.env.create_user(f"{name} {number}"), roles=[role])
    return role


async def mention(world: World, channel: ChannelHandle, role: Any, **options: object) -> Seen:
    return await world.ask("announcements mention add", by=world.admin, channel=channel, role=role, **options)


async def everything_happens(world: World) -> None:
    for moment in (PREMIERE, FIRST_SONG, SECOND_SONG, THIRD_SONG):
        await world.at(moment)


def pinged(world: World, channel: ChannelHandle) -> list[set[int]]:
    """Whom each post of a channel pings."""
    return [set(message.ping_role_ids) for message in messages(world, channel)]


def messages(world: World, channel: ChannelHandle) -> list[Any]:
    return list(dict(sorted(world.env.backend.messages.get(channel.id, {}).items())).values())


async def test_each_post_pings_the_roles_it_is_for_and_no_others(world: World) -> None:
    channel = news(world)
    drama, songs, all_, other = (fans(world, name) for name in ("Stars", "OSTs", "All", "BTS"))
    await set_up(world, channel, role=all_)
    await mention(world, channel, drama, name="stars-gossip", kind="premiere")
    await mention(world, channel, songs, kind="ost_release")
    await mention(world, channel, other, name="bts")
    await everything_happens(world)
    premiere, first, second, third = pinged(world, channel)
    assert premiere == {all_.id, drama.id}
    assert first == second == {all_.id, songs.id}
    assert third == {all_.id, songs.id, other.id}, "Jin of BTS sings it"


async def test_a_role_with_two_reasons_is_mentioned_once(world: World) -> None:
    channel, role = news(world), fans(world, "Stars")
    await set_up(world, channel)
    await mention(world, channel, role, name="stars-gossip")
    await mention(world, channel, role, kind="premiere")
    await world.at(PREMIERE)
    (post,) = messages(world, channel)
    assert post.content.count(f"<@&{role.id}>") == 1


async def test_a_digest_mentions_all_that_its_events_are_for(world: World) -> None:
    channel = news(world)
    drama, songs, nobody = fans(world, "Stars"), fans(world, "OSTs"), fans(world, "Finales")
    panel = await begun(world, channel)
    await panel.press("When and how")
    await panel.choose("style", "daily")
    await panel.choose("style", "sat")
    await panel.choose("hour", "08")
    await mention(world, channel, drama, kind="premiere")
    await mention(world, channel, songs, kind="ost_release")
    await mention(world, channel, nobody, kind="finale")
    await world.at(PREMIERE)
    assert pinged(world, channel) == [{drama.id, songs.id}]


async def test_adding_says_whom_it_reaches_and_the_list_shows_it(world: World) -> None:
    channel, role = news(world), fans(world, "OSTs", 3)
    await set_up(world, channel)
    shown = await mention(world, channel, role, kind="ost_release", name="stars-gossip")
    assert shown.private
    what = "OST releases · When the Stars Gossip"
    assert f"Posts in <#{channel.id}> mention <@&{role.id}>: {what}" in shown.text
    assert "Pings 3 people" in shown.text
    listed = await world.ask("announcements mention list", by=world.admin)
    assert listed.private
    assert f"**<#{channel.id}>**\n- <@&{role.id}> (3 people) — {what}" in listed.text
    assert f"**Also pings** <@&{role.id}>" in (await world.ask("announcements status")).text
    coming = (await world.ask("announcements upcoming", days=3)).text
    assert f"<@&{role.id}> (3 people)" in coming


async def test_a_preview_shows_whom_it_would_mention_and_pings_nobody(world: World) -> None:
    channel, role = news(world), fans(world, "Stars")
    await set_up(world, channel)
    await mention(world, channel, role, kind="premiere")
    await world.ask("announcements test", by=world.admin)
    (post,) = messages(world, channel)
    assert f"<@&{role.id}>" in post.content
    assert pinged(world, channel) == [set()]


async def test_what_cannot_be_is_refused_with_a_reason(world: World) -> None:
    nobody = discord.PermissionOverwrite(mention_everyone=False)
    channel = world.guild.create_text_channel("calm", overwrites={world.guild.default_role: nobody})
    role, quiet = fans(world, "Stars"), fans(world, "Quiet", mentionable=False)
    assert f"<#{channel.id}> has no announcements" in (await mention(world, channel, role)).text
    await set_up(world, channel)
    assert "I can't ping that role" in (await mention(world, channel, quiet)).text
    assert "I never ping everyone" in (await mention(world, channel, world.guild.default_role)).text
    for kind in list(EventKind)[:MAX_MENTIONS]:
        await mention(world, channel, role, kind=kind.value)
    shown = await mention(world, channel, role, name="jin")
    assert f"A channel can mention up to {MAX_MENTIONS} roles besides its own" in shown.text
    assert "This is for admins" in (await world.ask("announcements mention add", channel=channel, role=role)).text


async def test_a_kind_that_the_channel_does_not_announce_is_said(world: World) -> None:
    channel, role = news(world), fans(world, "Finales")
    await set_up(world, channel)
    shown = await mention(world, channel, role, kind="finale")
    assert "🚫 This channel doesn't announce finales." in shown.text


async def test_a_mention_is_removed_by_command(world: World) -> None:
    channel, role = news(world), fans(world, "Stars")
    await set_up(world, channel)
    await mention(world, channel, role, kind="premiere")
    (offered,) = await world.admin.autocomplete(world.general, "announcements mention remove", "mention", "sta")
    assert offered["name"] == "#premieres · @Stars · premieres"
    shown = await world.ask("announcements mention remove", by=world.admin, mention=offered["value"])
    assert f"Posts in <#{channel.id}> don't mention <@&{role.id}> any more: premieres" in shown.text
    await world.at(PREMIERE)
    assert pinged(world, channel) == [set()]
    again = await world.ask("announcements mention remove", by=world.admin, mention=offered["value"])
    assert again.private


async def test_a_deleted_role_is_not_mentioned_and_warned_of(world: World) -> None:
    channel, role = news(world), fans(world, "Stars")
    await set_up(world, channel)
    await mention(world, channel, role)
    world.env.backend.delete_role(world.guild.id, role.id)
    warning = f"⚠️ A role that posts in <#{channel.id}> mentioned was deleted."
    for command in ("status", "upcoming"):
        assert warning in (await world.ask(f"announcements {command}")).text
    await world.at(PREMIERE)
    (post,) = messages(world, channel)
    assert "<@&" not in post.content


def controls(asked: InteractionResult) -> list[str]:
    """The custom ids of what a form asks for, from top to bottom."""
    spec: Any = asked.modal
    return [label["component"]["custom_id"] for label in spec["components"]]


async def fill_in(panel: Panel, button: str, *given: Any) -> None:
    """Press a button of the panel that opens a form, and fill it in."""
    asked = await panel.press(button)
    values = {id_: value for id_, value in zip(controls(asked), given, strict=True) if value is not None}
    await panel.world.admin.submit_modal(asked, values)
    panel.look()


async def test_roles_in_the_panel(world: World) -> None:
    channel, role = news(world), fans(world, "Stars", 2)
    panel = await begun(world, channel)
    await panel.press("Filters and roles")
    await fill_in(panel, "Mention a role", [role], "별들에게 물어봐", ["premiere", "ost_release"])
    what = "premieres and OST releases · When the Stars Gossip"
    assert f"Posts in <#{channel.id}> mention <@&{role.id}>: {what}\nPings 2 people" in panel.text
    assert f"**Also pings** <@&{role.id}> — {what}" in panel.text
    await fill_in(panel, "Mention a role", [world.guild.default_role], "", None)
    assert "⚠️ **I never ping everyone**" in panel.text
    await fill_in(panel, "Mention a role", [role], "", None)
    assert f"<@&{role.id}> — everything" in panel.text

    found = await world.bot.database.read(mentions.of_guild, world.guild.id)
    await panel.choose("unmention", *(str(one.id) for one in found))
    assert "Also pings" not in panel.text


async def test_channels_follow_different_things(world: World) -> None:
    stars, jin, everything = (world.guild.create_text_channel(name) for name in ("stars", "jin", "all"))
    for channel in (stars, jin, everything):
        await set_up(world, channel)
    await world.ask("announcements follow", by=world.admin, name="itaewon")
    shown = await world.ask("announcements follow", by=world.admin, name="jin", channel=jin)
    assert shown.private
    assert f"**<#{jin.id}> follows Jin now**" in shown.text
    assert f"Only news about Jin will be posted in <#{jin.id}>." in shown.text
    await world.ask("announcements follow", by=world.admin, name="stars-gossip", channel=stars)
    listed = await world.ask("announcements follow", by=world.admin, name="itaewon")
    assert f"<#{jin.id}> has a list of its own: Jin" in listed.text
    assert f"Posting everything you chose: <#{everything.id}>" in listed.text
    assert "only news about Jin" in (await world.ask("announcements status")).text
    why = (await world.ask("announcements why", name="stars-gossip")).text
    assert f"<#{jin.id}> 🚫 This channel only posts what you follow" in why
    assert f"<#{stars.id}> ⏳ Will be posted" in why
    await everything_happens(world)
    assert [len(messages(world, channel)) for channel in (stars, jin, everything)] == [4, 1, 4]


async def test_without_its_list_a_channel_goes_by_the_servers_again(world: World) -> None:
    channel = news(world)
    await set_up(world, channel)
    await world.ask("announcements follow", by=world.admin, name="stars-gossip")
    await world.ask("announcements follow", by=world.admin, name="jin", channel=channel)
    shown = await world.ask("announcements unfollow", by=world.admin, name="bts", channel=channel)
    assert f"BTS wasn't on the list of <#{channel.id}>" in shown.text
    shown = await world.ask("announcements unfollow", by=world.admin, name="jin", channel=channel)
    assert f"**<#{channel.id}> doesn't follow Jin any more**" in shown.text
    assert "It goes by what the whole server follows." in shown.text
    assert f"Only news about When the Stars Gossip will be posted in <#{channel.id}>." in shown.text
    await world.at(PREMIERE)
    assert len(messages(world, channel)) == 1


async def test_the_whole_servers_choice_leaves_channels_with_lists_alone(world: World) -> None:
    jin, other = (world.guild.create_text_channel(name) for name in ("jin", "other"))
    for channel in (jin, other):
        await set_up(world, channel)
    await world.ask("announcements follow", by=world.admin, name="jin", channel=jin)
    shown = await world.ask("announcements follow", by=world.admin, name="itaewon")
    shown = await world.press_in_place(shown, "Everything, as before", by=world.admin)
    await world.at(PREMIERE)
    assert [len(messages(world, channel)) for channel in (jin, other)] == [0, 1]


async def test_following_in_a_channel_without_announcements_leads_to_the_set_up(world: World) -> None:
    channel = news(world)
    for command in ("follow", "unfollow"):
        shown = await world.ask(f"announcements {command}", by=world.admin, name="jin", channel=channel)
        assert f"<#{channel.id}> has no announcements" in shown.text
        assert "`/announcements setup`" in shown.text


async def test_lists_in_the_panel(world: World) -> None:
    channel = news(world)
    panel = await begun(world, channel)
    await panel.press("Filters and roles")
    await fill_in(panel, "Follow something here alone", "bts")
    assert f"**<#{channel.id}> follows BTS now**" in panel.text
    assert "This channel's own list: BTS" in panel.text
    assert "**Extras** only news about BTS" in panel.text
    await panel.choose("unfollow", "group/bts")
    assert "Choose with `/announcements follow`" in panel.text
    assert "you follow nothing yet" in panel.text


async def test_a_name_that_is_unknown_changes_nothing(world: World) -> None:
    channel, role = news(world), fans(world, "Stars")
    panel = await begun(world, channel)
    await panel.press("Filters and roles")
    asked = await panel.press("Mention a role")
    shown = await world.admin.submit_modal(asked, dict(zip(controls(asked), ([role], "qqqq zzzz"), strict=False)))
    assert shown is not None
    assert await world.bot.database.read(mentions.of_guild, world.guild.id) == []


async def test_in_korean(world: World) -> None:
    channel, role = news(world), fans(world, "OSTs", 1)
    await set_up(world, channel)
    world.korean(world.admin)
    shown = await mention(world, channel, role, kind="ost_release")
    assert "역할을 멘션해요: OST 발매" in shown.text
    panel = await open_panel(world)
    await panel.press("필터와 역할")
    assert "추가로 멘션할 역할" in panel.text
