"""Notify me: a fan is told of a drama or an artist by a role, which the bot makes, gives, takes and removes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord import ui
from simcord import MemberActor

from bot.announcements.subject_role import MAX_ROLES
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Kind, Ref
from bot.render.card import stateless_view
from bot.store import subject_roles, subscriptions
from bot.store.connection import Connection
from tests.commands.eve import FIRST_SONG, PREMIERE, news, set_up
from tests.commands.test_admins import press
from tests.conftest import World, seen
from tests.seen import Seen, assert_within_limits

STARS = "When the Stars Gossip"
DRAMA = Ref(Kind.WORK, "when-the-stars-gossip")


@dataclass(frozen=True, slots=True)
class Fans:
    """A server whose members want to be told of something."""

    world: World

    @property
    def roles(self) -> dict[str, int]:
        """The ids of the roles that people see in the server, by name."""
        guild = self.world.env.backend.get_guild(self.world.guild.id)
        own = {"@everyone", "Mods", self.world.env.backend.bot_user.name}
        return {role.name: role.id for role in guild.roles.values() if role.name not in own}

    def held(self, member: MemberActor) -> list[str]:
        """What a member's roles are called."""
        ids = self.world.env.backend.get_member(self.world.guild.id, member.id).role_ids
        return [name for name, id_ in self.roles.items() if id_ in ids]

    def allow(self, **permissions: bool) -> None:
        """Give the bot permissions in the server, or take them away."""
        backend = self.world.env.backend
        (role,) = (role for role in backend.get_guild(self.world.guild.id).roles.values() if role.managed)
        allowed = discord.Permissions(role.permissions)
        allowed.update(**permissions)
        backend.edit_role(self.world.guild.id, role.id, {"permissions": allowed.value})

    async def press(self, shown: Seen, by: MemberActor | None = None) -> Seen:
        """What a member sees who presses the button."""
        return await self.world.press(shown, "Notify me", by=by)

    def asked(self, method: str, path: str) -> int:
        """How often the bot asked something of Discord about the server."""
        start = f"/guilds/{self.world.guild.id}{path}"
        return sum(one.method == method and one.path.startswith(start) for one in self.world.env.http_requests)


@pytest.fixture
def fans(eve: World) -> Fans:
    eve.never_tires()
    return Fans(eve)


async def drama(fans: Fans) -> Seen:
    return await fans.world.ask("drama", name="stars-gossip")


async def test_a_press_gives_the_role_and_another_takes_it(fans: Fans) -> None:
    channel = news(fans.world)
    await set_up(fans.world, channel)
    card = await drama(fans)
    told = await fans.press(card)
    assert told.private
    assert f"I'll tell you about {STARS}" in told.text
    assert f"You have <@&{fans.roles[STARS]}> now. I mention it in <#{channel.id}> when there is news." in told.text
    assert "Press “Notify me” again to stop." in told.text
    assert fans.held(fans.world.member) == [STARS]

    told = await fans.press(card)
    assert told.private
    assert f"I won't tell you about {STARS} any more" in told.text
    assert fans.held(fans.world.member) == []
    assert fans.roles.keys() == {STARS}, "the role stays for others"


async def test_the_role_stands_beneath_the_bots_own_and_gives_nothing(fans: Fans) -> None:
    await fans.press(await drama(fans))
    guild = fans.world.bot.get_guild(fans.world.guild.id)
    assert guild is not None
    role = discord.utils.get(guild.roles, name=STARS)
    assert role is not None
    assert role < guild.me.top_role
    assert not role.permissions
    assert not role.hoist
    assert not role.mentionable


async def test_two_members_share_one_role(fans: Fans) -> None:
    card = await drama(fans)
    await fans.press(card)
    await fans.press(card, by=fans.world.admin)
    assert fans.held(fans.world.member) == fans.held(fans.world.admin) == [STARS]
    assert len(fans.roles) == 1
    assert fans.asked("POST", "/roles") == 1


async def test_the_role_has_its_name_in_the_servers_language(fans: Fans) -> None:
    await set_up(fans.world, news(fans.world), language="ko")
    told = await fans.press(await drama(fans))
    assert "I'll tell you about" in told.text, "the fan's own language"
    assert fans.roles.keys() == {"별들에게 물어봐"}


async def test_a_fan_is_answered_in_their_language(fans: Fans) -> None:
    fans.world.korean()
    await set_up(fans.world, news(fans.world))
    card = await fans.world.ask("drama", name="stars-gossip")
    assert "소식 받기" in card.labels
    told = await fans.world.press(card, "소식 받기")
    assert "소식을 알려 드릴게요: 별들에게 물어봐" in told.text
    told = await fans.world.press(card, "소식 받기")
    assert "이제 알려 드리지 않을게요" in told.text


@pytest.mark.parametrize(
    ("command", "name", "subject"),
    [
        ("drama", "stars-gossip", STARS),
        ("cast", "stars-gossip", STARS),
        ("ost", "stars-gossip", STARS),
        ("ost", "jin", "Jin"),
        ("artist", "jin", "Jin"),
        ("artist", "bts", "BTS"),
        ("ost", "close to you jin", STARS),
    ],
)
async def test_every_card_is_about_something_to_be_told_of(fans: Fans, command: str, name: str, subject: str) -> None:
    card = await fans.world.ask_for(command, "drama" if command == "cast" else "name", name)
    assert_within_limits(card)
    await fans.press(card)
    assert fans.held(fans.world.member) == [subject]


async def test_cards_of_many_or_of_nothing_have_no_button(fans: Fans) -> None:
    for command in ("upcoming", "browse", "help", "about"):
        assert "Notify me" not in (await fans.world.ask(command)).labels


async def test_the_next_post_mentions_the_role_beneath_its_first_line_and_nobody_else(fans: Fans) -> None:
    world, channel = fans.world, news(fans.world)
    premieres = world.guild.create_role("Premieres", mentionable=True)
    await set_up(world, channel, role=premieres)
    for name in ("stars-gossip", "gong hyo jin", "jin"):
        await world.ask("notify me", name=name)
    await world.at(PREMIERE)
    (sent,) = world.sent_to(channel)
    first, second = sent["content"].split("\n")
    assert first == f"<@&{premieres.id}> {STARS} premieres tonight at 21:20 KST"
    drama_role, actor = fans.roles[STARS], fans.roles["Gong Hyo Jin"]
    assert second == f"-# 🔔 <@&{drama_role}> <@&{actor}>", "the drama before its cast, and not who only sings in it"
    assert [int(id_) for id_ in sent["allowed_mentions"]["roles"]] == [premieres.id, drama_role, actor]
    assert sent["allowed_mentions"]["parse"] == []


async def test_a_song_is_told_to_whoever_wants_its_drama_its_singer_or_their_group(fans: Fans) -> None:
    world, channel = fans.world, news(fans.world)
    await set_up(world, channel)
    for name in ("stars-gossip", "big naughty", "bts"):
        await world.ask("notify me", name=name)
    await world.at(FIRST_SONG)
    sent = world.sent_to(channel)[-1]
    assert [int(id_) for id_ in sent["allowed_mentions"]["roles"]] == [fans.roles[STARS], fans.roles["BIG Naughty"]]


async def test_the_button_of_a_post_is_about_the_drama_of_a_song(fans: Fans) -> None:
    world, channel = fans.world, news(fans.world)
    await set_up(world, channel)
    await world.at(FIRST_SONG)
    post = world.posts(channel)[-1]
    assert "Feel Like a Million" in post.text
    await fans.press(post)
    assert fans.held(world.member) == [STARS]


async def test_a_post_is_known_again_by_every_button(fans: Fans) -> None:
    world, channel = fans.world, news(fans.world)
    await set_up(world, channel)
    await world.at(PREMIERE)
    (post,) = world.posts(channel)
    (sent,) = world.sent_to(channel)
    assert all(button.custom_id.endswith(f":{sent['nonce']}") for button in post.buttons)


async def test_where_nothing_is_announced_that_is_said(fans: Fans) -> None:
    told = await fans.press(await drama(fans))
    assert "nothing is announced in a channel that you can see" in told.text
    assert "`/announcements setup`" in told.text


async def test_where_the_role_cannot_be_pinged_that_is_said_to_fans_and_admins(fans: Fans) -> None:
    world, channel = fans.world, news(fans.world)
    await set_up(world, channel)
    fans.allow(mention_everyone=False)
    told = await fans.press(await drama(fans))
    missing = "**Mention @everyone, @here and All Roles**"
    assert f"In <#{channel.id}> I can't ping it: ask an admin to give me {missing}." in told.text
    assert "when there is news" not in told.text
    status = await world.ask("announcements status", by=world.admin)
    assert f"In <#{channel.id}> I also need {missing}: to ping roles that not everyone may mention." in status.text


async def test_without_the_permission_the_fan_is_told_whom_to_ask_for_what(fans: Fans) -> None:
    world = fans.world
    fans.allow(manage_roles=False)
    told = await fans.press(await drama(fans))
    assert told.private
    assert "I may not give roles here" in told.text
    assert "Ask an admin to give me **Manage Roles**." in told.text
    assert fans.asked("POST", "/roles") == 0
    for command, options in (("setup", {"channel": news(world)}), ("status", {}), ("notify", {})):
        shown = await world.ask(f"announcements {command}", by=world.admin, **options)
        assert "“Notify me” doesn't work yet: I need **Manage Roles** to give members roles." in shown.text, command
    fans.allow(manage_roles=True)
    await fans.press(await drama(fans))
    assert fans.held(world.member) == [STARS]


async def test_a_role_that_was_moved_above_the_bots_own_is_explained(fans: Fans) -> None:
    world = fans.world
    await fans.press(await drama(fans))
    role = fans.roles[STARS]
    world.env.backend.edit_role(world.guild.id, role, {"position": 99})
    for member in (world.member, world.admin):  # to be taken, to be given
        told = await fans.press(await drama(fans), by=member)
        assert "That role is above mine" in told.text
        assert f"Ask an admin to move my role above <@&{role}>" in told.text


async def test_a_role_that_got_permissions_is_given_to_nobody_and_taken_back(fans: Fans) -> None:
    world = fans.world
    await fans.press(await drama(fans))
    kick = discord.Permissions(kick_members=True).value
    world.env.backend.edit_role(world.guild.id, fans.roles[STARS], {"permissions": kick})
    told = await fans.press(await drama(fans), by=world.admin)
    assert "I don't give that role" in told.text
    assert fans.held(world.admin) == []
    await fans.press(await drama(fans))
    assert fans.held(world.member) == []


async def test_a_role_that_an_admin_deleted_is_made_again_when_somebody_wants_it(fans: Fans) -> None:
    world = fans.world
    await fans.press(await drama(fans))
    first = fans.roles[STARS]
    world.env.backend.delete_role(world.guild.id, first)
    await fans.press(await drama(fans))
    assert fans.held(world.member) == [STARS]
    assert fans.roles[STARS] != first


async def test_a_role_that_was_deleted_unnoticed_is_made_again_in_the_same_press(fans: Fans) -> None:
    world = fans.world
    await fans.press(await drama(fans))
    backend = world.env.backend
    del backend.get_guild(world.guild.id).roles[fans.roles[STARS]]
    backend.get_member(world.guild.id, world.member.id).role_ids.clear()
    told = await fans.press(await drama(fans))
    assert f"I'll tell you about {STARS}" in told.text
    (name,) = fans.held(world.member)
    assert name.startswith(STARS)


async def test_a_server_full_of_roles_is_explained(fans: Fans) -> None:
    world = fans.world
    for number in range(250 - len(world.env.backend.get_guild(world.guild.id).roles)):
        world.guild.create_role(f"role {number}", position=1)
    told = await fans.press(await drama(fans))
    assert "This server can't have more roles" in told.text
    assert fans.asked("POST", "/roles") == 0
    world.env.backend.delete_role(world.guild.id, fans.roles["role 7"])
    await fans.press(await drama(fans))
    assert fans.held(world.member) == [STARS]


async def test_the_bot_makes_a_hundred_roles_and_no_more(fans: Fans) -> None:
    world = fans.world

    def fill(connection: Connection) -> None:
        connection.executemany(
            "INSERT INTO subject_role (guild_id, entity_id, own, state, role_id, name)"
            " SELECT ?, min(id), 1, 'standing', ?, '' FROM entity WHERE kind = 'person'",
            [(world.guild.id, number) for number in range(1, MAX_ROLES + 1)],
        )

    await world.bot.database.write(fill)
    told = await fans.press(await drama(fans))
    assert f"This server has {MAX_ROLES} of these roles already" in told.text
    assert fans.roles == {}


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (500, 0, "Discord didn't answer in time"),
        (403, 50013, "Discord didn't let me do that"),
        (400, 30005, "This server can't have more roles"),
    ],
)
async def test_what_discord_makes_of_it_is_said_and_nothing_is_lost(
    fans: Fans, status: int, code: int, said: str
) -> None:
    world = fans.world
    world.env.inject_error("POST", f"/guilds/{world.guild.id}/roles", status=status, code=code)
    told = await fans.press(await drama(fans))
    assert said in told.text
    await world.wait(60)
    await fans.press(await drama(fans))
    assert fans.held(world.member) == [STARS]
    assert len(fans.roles) == 1


async def test_a_member_who_left_is_no_error(fans: Fans) -> None:
    world = fans.world
    world.env.inject_error("PUT", f"/guilds/{world.guild.id}/members/*", status=404, code=10007)
    assert "You're no longer in this server" in (await fans.press(await drama(fans))).text


async def test_the_list_shows_what_a_member_is_told_of_and_lets_them_leave(fans: Fans) -> None:
    world = fans.world
    assert "Nothing yet" in (await world.ask("notify list")).text
    for name in ("stars-gossip", "jin", "bts"):
        await world.ask("notify me", name=name)
    shown = await world.ask("notify list")
    assert shown.private
    assert_within_limits(shown)
    assert f"- <@&{fans.roles['Jin']}> — Jin" in shown.text
    assert shown.choices == (STARS, "Jin", "BTS")
    chosen = [str(fans.roles["Jin"]), str(fans.roles[STARS])]
    await world.member.select(shown.message, chosen)
    assert fans.held(world.member) == ["BTS"]
    assert world.again(shown).choices == ("BTS",)
    assert "Nothing yet" in (await world.ask("notify list", by=world.admin)).text


async def test_a_long_list_has_pages_and_one_can_leave_from_each(fans: Fans) -> None:
    world = fans.world
    found = await world.bot.database.read(
        lambda connection: connection.execute(
            "SELECT slug FROM entity WHERE kind = 'person' ORDER BY id LIMIT 30"
        ).fetchall()
    )
    for number, (slug,) in enumerate(found):
        role = world.guild.create_role(f"role {number}", position=1)
        await world.bot.database.write(subject_roles.choose, world.guild.id, Ref(Kind.PERSON, slug), role.id)
        world.env.backend.get_member(world.guild.id, world.member.id).role_ids.append(role.id)
    shown = await world.ask("notify list")
    assert_within_limits(shown)
    assert (len(shown.choices), shown.labels) == (25, ["Next"])
    shown = await world.press_in_place(shown, "Next")
    assert (len(shown.choices), shown.labels) == (5, ["Back"])
    assert "Page 2 of 2" in shown.text
    await world.member.select(shown.message, [str(fans.roles["role 29"])])
    assert len(fans.held(world.member)) == 29
    assert len(world.again(shown).choices) == 4


async def test_the_command_does_what_the_button_does(fans: Fans) -> None:
    assert "I'll tell you about Jin" in (await fans.world.ask("notify me", name="jin")).text
    assert "I won't tell you about Jin any more" in (await fans.world.ask("notify me", name="jin")).text


async def test_outside_of_servers_there_is_no_button_and_a_forged_one_says_why(fans: Fans) -> None:
    user = fans.world.member.user
    await user.send_dm("hi")
    card = seen(await user.slash("drama", name="stars-gossip"))
    assert "Notify me" not in card.labels
    place = await (await fans.world.bot.fetch_user(user.id)).create_dm()
    button: ui.Button[ui.LayoutView] = ui.Button(label="Notify me", custom_id=f"notify:{DRAMA}")
    message = await place.send(view=stateless_view(ui.ActionRow(button)))
    told = seen(await user.click(message, label="Notify me"))
    assert "This works in servers only" in told.text


@pytest.mark.parametrize("custom_id", ["notify:person/nobody", "notify:work/qqqq"])
async def test_a_subject_that_is_not_there_is_said_to_be_gone(fans: Fans, custom_id: str) -> None:
    assert "no longer in the catalogue" in (await press(fans.world, custom_id, by=fans.world.member)).text
    assert fans.roles == {}


async def test_roles_that_a_member_does_not_have_cannot_be_left(fans: Fans) -> None:
    world = fans.world
    await world.ask("notify me", name="jin")
    shown = await world.ask("notify list")
    await world.press(await world.ask("artist", name="jin"), "Notify me")
    await world.member.select(shown.message, [str(fans.roles["Jin"])])
    assert fans.asked("DELETE", f"/members/{world.member.id}/roles") == 1


class TestAdmins:
    """What a server decides."""

    async def test_turned_off_nobody_is_offered_a_role_or_mentioned_and_whoever_has_one_can_leave(
        self, fans: Fans
    ) -> None:
        world, channel = fans.world, news(fans.world)
        await set_up(world, channel)
        card = await drama(fans)
        await fans.press(card)
        shown = await world.ask("announcements notify", by=world.admin)
        assert "“Notify me” is on" in shown.text
        assert f"- <@&{fans.roles[STARS]}> (1 person) — {STARS}" in shown.text
        shown = await world.press_in_place(shown, "Turn off", by=world.admin)
        assert "“Notify me” is off" in shown.text

        assert "Notify me" not in (await drama(fans)).labels
        await world.at(PREMIERE)
        (post,) = world.posts(channel)
        assert "Notify me" not in post.labels
        assert "<@&" not in post.text
        told = await fans.press(card, by=world.admin)
        assert "turned off in this server" in told.text
        assert "`/announcements notify`" in told.text
        await fans.press(card)
        assert fans.held(world.member) == []

        shown = await world.press_in_place(shown, "Turn on", by=world.admin)
        assert "“Notify me” is on" in shown.text
        assert "Notify me" in (await drama(fans)).labels

    async def test_only_admins_can_turn_it_off_or_choose(self, fans: Fans) -> None:
        world = fans.world
        refused = await press(world, "notify-offer:0", by=world.member)
        assert "This is for admins" in refused.text
        role = world.guild.create_role("Mine")
        asked: tuple[tuple[str, dict[str, Any]], ...] = (("notify", {}), ("role", {"name": "jin", "role": role}))
        for command, options in asked:
            assert "This is for admins" in (await world.ask(f"announcements {command}", **options)).text

    async def test_a_role_of_the_server_is_given_instead(self, fans: Fans) -> None:
        world, channel = fans.world, news(fans.world)
        await set_up(world, channel)
        may = discord.Permissions(manage_guild=True, manage_roles=True)
        boss = world.guild.add_member(
            world.env.create_user("boss"), roles=[world.guild.create_role("Boss", permissions=may, position=50)]
        )
        own = world.guild.create_role("Dramas")
        for name in ("stars-gossip", "jirisan"):
            said = await world.ask("announcements role", by=boss, name=name, role=own)
            assert f"gets <@&{own.id}>, and news mention it." in said.text
        told = await fans.press(await drama(fans))
        assert fans.held(world.member) == ["Dramas"]
        assert "It is also the role for Jirisan." in told.text
        await world.at(PREMIERE)
        (sent,) = world.sent_to(channel)
        assert [int(id_) for id_ in sent["allowed_mentions"]["roles"]] == [own.id]
        assert f"<@&{own.id}> — {STARS} and Jirisan" in (await world.ask("notify list")).text
        shown = await world.ask("announcements notify", by=boss)
        assert "your own role" in shown.text

        said = await world.ask("announcements role", by=boss, name="stars-gossip")
        assert "I use a role of my own" in said.text
        await fans.press(await drama(fans))
        assert set(fans.held(world.member)) == {"Dramas", STARS}

    async def test_nobody_can_let_others_have_what_they_could_not_give(self, fans: Fans) -> None:
        world = fans.world
        plain = world.guild.create_role("Plain")
        mods = world.guild.create_role("Moderators", permissions=discord.Permissions(kick_members=True))
        said = await world.ask("announcements role", by=world.admin, name="jin", role=plain)
        assert "You can't let others have that role" in said.text
        here = discord.PermissionOverwrite(manage_roles=True)
        everyone = world.guild.default_role
        room = world.guild.create_text_channel("room", overwrites={everyone: here})
        result = await world.admin.slash(room, "announcements role", name="jin", role=plain)
        assert "You can't let others have that role" in seen(result).text, "the permission counts in that channel only"
        may = discord.Permissions(manage_guild=True, manage_roles=True)
        beneath = world.guild.create_role("Helpers", permissions=may)
        helper = world.guild.add_member(world.env.create_user("helper"), roles=[beneath])
        said = await world.ask("announcements role", by=helper, name="jin", role=plain)
        assert "You can't let others have that role" in said.text, "it stands above their own"
        said = await world.ask("announcements role", by=world.admin, name="jin", role=mods)
        assert "comes with permissions" in said.text
        said = await world.ask("announcements role", by=world.admin, name="jin", role=world.guild.default_role)
        assert "I can't give that role to anybody" in said.text
        await world.ask("notify me", name="jin")
        assert fans.held(world.member) == ["Jin"]

    async def test_previews_say_how_many_are_pinged(self, fans: Fans) -> None:
        world, channel = fans.world, news(fans.world)
        premieres = world.guild.create_role("Premieres", mentionable=True)
        for number in range(3):
            world.guild.add_member(world.env.create_user(f"fan {number}"), roles=[premieres])
        said = await set_up(world, channel, role=premieres)
        assert f"**Role to ping** <@&{premieres.id}> (3 people)" in said.text
        await fans.press(await drama(fans))
        shown = await world.ask("announcements upcoming", by=world.admin)
        assert f"<@&{premieres.id}> (3 people), <@&{fans.roles[STARS]}> (1 person)" in shown.text

    async def test_previews_say_nothing_of_numbers_that_discord_keeps_back(self, fans: Fans) -> None:
        world, channel = fans.world, news(fans.world)
        premieres = world.guild.create_role("Premieres", mentionable=True)
        await set_up(world, channel, role=premieres)
        world.env.inject_error("GET", "/guilds/*/roles/member-counts", status=500, times=None)
        shown = await world.ask("announcements upcoming", by=world.admin)
        assert f"<@&{premieres.id}>" in shown.text
        assert "people)" not in shown.text
        asked = fans.asked("GET", "/roles/member-counts")
        fans.allow(manage_roles=False)
        await world.ask("announcements upcoming", by=world.admin)
        assert fans.asked("GET", "/roles/member-counts") == asked


class TestUnused:
    """Roles that nobody has."""

    async def days(self, fans: Fans, count: int) -> None:
        for _ in range(count):
            await fans.world.at(fans.world.env.now() + timedelta(days=1, seconds=1))

    async def test_a_role_goes_when_nobody_has_had_it_for_thirty_days(self, fans: Fans) -> None:
        card = await drama(fans)
        await fans.press(card)
        await self.days(fans, 40)
        assert fans.roles.keys() == {STARS}, "somebody has it"
        await fans.press(card)
        await self.days(fans, 30)
        assert fans.roles.keys() == {STARS}
        await self.days(fans, 2)
        assert fans.roles == {}
        await fans.press(card)
        assert fans.held(fans.world.member) == [STARS]

    async def test_a_role_that_is_taken_and_left_again_counts_anew(self, fans: Fans) -> None:
        card = await drama(fans)
        await fans.press(card)
        await fans.press(card)
        await self.days(fans, 20)
        await fans.press(card)
        await fans.press(card)
        await self.days(fans, 29)
        assert fans.roles.keys() == {STARS}

    async def test_a_role_that_the_bot_did_not_make_is_never_removed(self, fans: Fans) -> None:
        world = fans.world
        own = world.guild.create_role("Dramas")
        await world.bot.database.write(subject_roles.choose, world.guild.id, DRAMA, own.id)
        await self.days(fans, 40)
        assert fans.roles.keys() == {"Dramas"}
        assert fans.asked("GET", "/roles/member-counts") == 0

    async def test_a_server_is_asked_once_a_day_however_many_roles_it_has(self, fans: Fans) -> None:
        world = fans.world
        for name in ("stars-gossip", "jin", "bts"):
            await world.ask("notify me", name=name)
        await self.days(fans, 10)
        assert fans.asked("GET", "/roles/member-counts") <= 11


async def test_who_it_is_that_wants_to_be_told_is_stored_nowhere(fans: Fans) -> None:
    world = fans.world
    await world.bot.database.write(
        subscriptions.choose, Subscription(world.guild.id, world.general.id, world.env.now()), world.env.now()
    )
    await fans.press(await drama(fans))

    def everything(connection: Connection) -> str:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return "\n".join(str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables)

    stored = await world.bot.database.read(everything)
    assert str(fans.roles[STARS]) in stored
    assert str(world.member.id) not in stored
