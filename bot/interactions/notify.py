"""Notify me: a member gets a role by which they are told of a drama or an artist, and gives it up by pressing again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import discord

from bot.announcements import permissions
from bot.announcements.channels import Announceable
from bot.announcements.publisher.retry_policy import BROKEN
from bot.announcements.publisher.subject_roles import REASON, UNKNOWN_ROLE, RoleMaker
from bot.announcements.subject_role import SubjectRole
from bot.catalogue.model import Label, Ref
from bot.errors import GoneError, OutdatedError, RoleError, RoleTrouble
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.buttons import Action, values_of
from bot.interactions.host import Host
from bot.interactions.panel import managed, server
from bot.interactions.reports import offered
from bot.render import notify
from bot.render.notify import LEAVE, OFFER, PAGE, Places
from bot.search import Entry
from bot.store import subject_roles, subscriptions
from bot.store.subject_roles import RoleRow, Verdict
from bot.text import words

AGAIN = 0.25
"""Seconds until a role that somebody else is making is looked for again."""
TRIES = 40
"""How often to look: making a role takes about a second."""


async def press(interaction: Interaction, ref: Ref) -> None:
    """Give the member who asks the role of a subject; if they have it, take it from them.

    Raises `app_commands.NoPrivateMessage` outside of servers that the bot is in, `GoneError` and `RoleError`.
    """
    client, guild, member = interaction.client, server(interaction), _member(interaction)
    entry = await client.lookup.get(ref)
    if entry is None:
        raise GoneError
    await interaction.response.defer(ephemeral=True, thinking=True)
    roles = await client.database.read(subject_roles.of_subject, guild.id, entry.ref)
    held = [role_id for role_id in roles if member.get_role(role_id) is not None]
    t = words_of(interaction)
    if held:
        await _take(client, member, held)
        view = notify.left(t, entry.label, held, await _others(client, guild, entry.ref, held))
    else:
        role_id = await _give(client, member, entry)
        places = await _places(client, member, role_id)
        view = notify.joined(t, entry.label, role_id, places, await _others(client, guild, entry.ref, [role_id]))
    await reply(interaction, view, private=True)


def _member(interaction: Interaction) -> discord.Member:
    assert isinstance(interaction.user, discord.Member), "Discord sends a member in every server that the bot is in"
    return interaction.user


async def _give(client: Host, member: discord.Member, entry: Entry) -> int:
    """Give a member the role of a subject, which is made if it is not there. Returns its id. Raises `RoleError`."""
    guild, database = member.guild, client.database
    if not await database.read(subject_roles.offered, guild.id):
        raise RoleError(RoleTrouble.OFF)
    if (trouble := permissions.withheld(guild)) is not None:
        raise RoleError(trouble)
    t = words(await _language(client, guild))
    name = notify.role_name(t, entry, {role.name for role in guild.roles})
    maker = RoleMaker(client, database, client.limiter, client.clock)
    for _ in range(TRIES):
        match await database.write(subject_roles.want, guild.id, entry.ref, name, client.clock()):
            case RoleRow(role_id=int(role_id)):
                if await _added(client, member, role_id):
                    return role_id
            case RoleRow() as claimed:
                await maker.make(guild, claimed)
            case Verdict.FULL:
                raise RoleError(RoleTrouble.FULL)
            case Verdict.BUSY:
                await asyncio.sleep(AGAIN)
    raise RoleError(RoleTrouble.NO_ANSWER)


async def _added(client: Host, member: discord.Member, role_id: int) -> bool:
    """Give a member a role. False if it was deleted meanwhile, which is recorded. Raises `RoleError`."""
    role = member.guild.get_role(role_id)
    if (trouble := permissions.withheld(member.guild, role_id)) is not None:
        raise RoleError(trouble, role_id)
    if role is not None and permissions.powerful(role):
        raise RoleError(RoleTrouble.POWERFUL, role_id)
    return await _changed(client, member, role_id, give=True)


async def _take(client: Host, member: discord.Member, roles: Iterable[int]) -> None:
    """Take roles from a member. Raises `RoleError`."""
    for role_id in roles:
        if (trouble := permissions.withheld(member.guild, role_id)) is not None:
            raise RoleError(trouble, role_id)
        await _changed(client, member, role_id, give=False)


async def _changed(client: Host, member: discord.Member, role_id: int, *, give: bool) -> bool:
    change = member.add_roles if give else member.remove_roles
    await client.limiter.turn()
    try:
        await change(discord.Object(role_id), reason=REASON)
    except discord.NotFound as error:
        if error.code != UNKNOWN_ROLE:
            raise RoleError(RoleTrouble.LEFT) from error
        await client.database.write(subject_roles.gone, member.guild.id, role_id)
        return False
    except (discord.DiscordServerError, *BROKEN) as error:
        raise RoleError(RoleTrouble.NO_ANSWER) from error
    return True


async def _language(client: Host, guild: discord.Guild) -> str:
    """The language of a server: that of its first channel with announcements, else the one it has in Discord."""
    chosen = await client.database.read(subscriptions.of_guild, guild.id)
    return chosen[0].language if chosen else guild.preferred_locale.value


async def _places(client: Host, member: discord.Member, role_id: int) -> Places:
    """Where a member will be pinged by a role."""
    guild = member.guild
    role = guild.get_role(role_id)
    pinged: list[int] = []
    silent: list[int] = []
    for one in await client.database.read(subscriptions.of_guild, guild.id):
        channel = guild.get_channel(one.channel_id)
        if isinstance(channel, Announceable) and channel.permissions_for(member).view_channel:
            everyone = channel.permissions_for(guild.me).mention_everyone
            (pinged if everyone or (role is not None and role.mentionable) else silent).append(channel.id)
    return Places(pinged, silent)


async def _others(client: Host, guild: discord.Guild, ref: Ref, roles: Sequence[int]) -> list[Label]:
    """What else than one subject some roles stand for."""
    known = await client.database.read(subject_roles.of_guild, guild.id)
    return [subject for one in known if one.role_id in roles for subject in one.subjects if subject.ref != ref]


async def told(interaction: Interaction) -> list[SubjectRole]:
    """The roles of a server that the member who asks has. Raises `app_commands.NoPrivateMessage` outside of servers."""
    guild, member = server(interaction), _member(interaction)
    known = await interaction.client.database.read(subject_roles.of_guild, guild.id)
    return [one for one in known if member.get_role(one.role_id) is not None]


async def choose(interaction: Interaction, entry: Entry, role: discord.Role | None) -> None:
    """Let members get a role of the server for a subject, or again one that the bot makes.

    Only who could give the role by hand can let others have it. Raises `RoleError`.
    """
    guild, member, t = server(interaction), _member(interaction), words_of(interaction)
    if role is not None:
        if (trouble := permissions.withheld(guild, role.id)) is not None:
            raise RoleError(trouble, role.id)
        if permissions.powerful(role):
            raise RoleError(RoleTrouble.POWERFUL, role.id)
        if not permissions.may_give(member, role):
            raise RoleError(RoleTrouble.NOT_YOURS, role.id)
    role_id = role.id if role is not None else None
    if not await interaction.client.database.write(subject_roles.choose, guild.id, entry.ref, role_id):
        raise RoleError(RoleTrouble.FULL)
    await reply(interaction, notify.chosen(t, entry.label, role_id), private=True)


class NotifyButton(Action, template=r"notify:(?P<subject>(?:work|person|group)/[a-z0-9-]+)(?::[0-9a-f]+)?"):
    """Gives whoever presses it the role of a subject, or takes it back."""

    async def act(self, interaction: Interaction) -> None:
        ref = Ref.parse(self.match["subject"])
        assert ref is not None
        await press(interaction, ref)


class LeaveMenu(Action, template=rf"{LEAVE}:(?P<page>\d{{1,2}})"):
    """Takes the chosen ones of a member's roles from them."""

    async def act(self, interaction: Interaction) -> None:
        t, roles, chosen = words_of(interaction), await told(interaction), set(values_of(interaction))
        leaving = [one.role_id for one in roles if str(one.role_id) in chosen]
        if len(leaving) != len(chosen):
            raise OutdatedError
        await interaction.response.defer()
        await _take(interaction.client, _member(interaction), leaving)
        # The member as the interaction knows them has these roles still.
        kept = [one for one in roles if one.role_id not in leaving]
        await interaction.edit_original_response(view=notify.told(t, kept, int(self.match["page"])))


class RolesPage(Action, template=rf"{PAGE}:(?P<page>\d{{1,2}})"):
    """Shows another page of a member's roles."""

    async def act(self, interaction: Interaction) -> None:
        view = notify.told(words_of(interaction), await told(interaction), int(self.match["page"]))
        await interaction.response.edit_message(view=view)


class OfferSwitch(Action, template=rf"{OFFER}:(?P<on>[01])"):
    """Lets the members of a server be offered roles, or no longer."""

    async def act(self, interaction: Interaction) -> None:
        client, guild = interaction.client, managed(interaction)
        await client.database.write(subject_roles.offer, guild.id, on=self.match["on"] == "1")
        view = notify.settings(words_of(interaction), await offered(client, guild.id))
        await interaction.response.edit_message(view=view)


def register(client: Host) -> None:
    """Register the buttons and menus with a client."""
    client.add_dynamic_items(NotifyButton, LeaveMenu, RolesPage, OfferSwitch)
