"""The permissions that the bot has, and lacks, in a channel, and what else keeps it from posting there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import discord

from bot.announcements.channels import Announceable, find_forum
from bot.announcements.outcome import GONE, NO_TAG, REFUSED
from bot.announcements.subscription import Subscription, Threads
from bot.errors import RoleTrouble

NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
"""Without embeds, a post is a line and its buttons; with the history, the bot finds its own posts after a crash."""

EXTRAS = ("create_public_threads", "create_events", "manage_roles", "mention_everyone")
"""For what a server may switch on or off: threads under posts, premieres among its own events, and roles by which
members are told of a drama or an artist, which nobody else can mention. Not *Manage Threads*, with which the bot locks
threads of the evening: a moderator's permission, which few servers need to give."""

TO_POST = ("view_channel", "send_messages")
"""Without these, Discord refuses a post."""

CREATE_POSTS = "create_posts"
"""What Discord's settings call ``send_messages`` in a forum, where it is all that a post needs
(https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel)."""

STOPPING = (*TO_POST, CREATE_POSTS)
"""Missing permissions, as they are named, without which nothing can be posted."""


def invited() -> discord.Permissions:
    """What an invite asks for: all that announcements may need, though a server can leave out the `EXTRAS`.

    Publishing a post of one's own needs no more than sending it.
    """
    return discord.Permissions(**dict.fromkeys((*NEEDED, *EXTRAS), True))


def hindrance(guild: discord.Guild | None, channel_id: int, tags: Sequence[int] = ()) -> str | None:
    """Why Discord would refuse a post with those of a forum's `tags` that are still there; None if it would not.

    The reasons are those of `bot.announcements.outcome.is_held`. What is unknown, such as the state of an unavailable
    server, hinders nothing.
    """
    if guild is None or guild.unavailable:
        return None
    channel = guild.get_channel(channel_id)
    if channel is None:
        return GONE
    allowed = channel.permissions_for(guild.me)
    if lacking := [_named(channel, name) for name in TO_POST if not getattr(allowed, name)]:
        return f"{REFUSED}: {','.join(lacking)}"
    forum = find_forum(guild, channel_id)
    return NO_TAG if forum is not None and forum.lacks_tag(tags) else None


def missing(channel: Announceable) -> list[str]:
    """The permissions that the bot lacks to announce in a channel: those that an admin has to grant."""
    return _lacking(channel, channel.guild.me)


def _lacking(channel: Announceable, me: discord.Member, extras: Sequence[str] = ()) -> list[str]:
    allowed = channel.permissions_for(me)
    if not allowed.view_channel:
        # Without view_channel, all others are denied too: what else is missing shows once it is granted.
        return ["view_channel"]
    # Without send_messages, embed_links is denied too.
    implied = () if allowed.send_messages else ("embed_links",)
    return [_named(channel, name) for name in (*NEEDED, *extras) if name not in implied and not getattr(allowed, name)]


def _named(channel: discord.abc.GuildChannel, permission: str) -> str:
    in_forum = isinstance(channel, discord.ForumChannel) and permission == "send_messages"
    return CREATE_POSTS if in_forum else permission


def missing_for(
    guild: discord.Guild | None,
    chosen: Subscription,
    subject_roles: Sequence[int] = (),
    mentioned: Sequence[int] = (),
) -> list[str]:
    """The permissions that the bot lacks for a subscription; ``view_channel`` if the channel is gone.

    `subject_roles`: those of the server; `mentioned`: those of the channel's mentions.
    """
    if guild is None:
        return []
    channel = guild.get_channel(chosen.channel_id)
    if not isinstance(channel, Announceable):
        return ["view_channel"]
    return missing_in(channel, guild.me, chosen, subject_roles, mentioned)


def missing_in(
    channel: Announceable,
    me: discord.Member,
    chosen: Subscription,
    subject_roles: Sequence[int] = (),
    mentioned: Sequence[int] = (),
) -> list[str]:
    """The permissions that the bot, as the member `me`, lacks for a subscription in its channel; see `missing_for`."""
    in_forum = isinstance(channel, discord.ForumChannel)
    opening = ["create_public_threads"] if chosen.threads is not Threads.NONE and not in_forum else []
    if chosen.threads is Threads.SUBJECT and in_forum:
        opening = ["send_messages_in_threads"]
    lacking = _lacking(channel, me, [*opening, *(["manage_threads"] if chosen.locks else [])])
    own = [] if chosen.role_id is None else [chosen.role_id]
    roles = [role for id_ in (*own, *mentioned, *subject_roles) if (role := channel.guild.get_role(id_)) is not None]
    if not all(_pingable(channel, role, me) for role in roles):
        lacking.append("mention_everyone")
    if subject_roles and not me.guild_permissions.manage_roles:
        lacking.append("manage_roles")
    if chosen.guild_events and not me.guild_permissions.create_events:
        lacking.append("create_events")
    return lacking


def standing(guild: discord.Guild | None, roles: Iterable[int]) -> list[int]:
    """Those of some roles that were not deleted, as far as that is known."""
    if guild is None or guild.unavailable:
        return list(roles)
    return [role_id for role_id in roles if guild.get_role(role_id) is not None]


def pingable(channel: Announceable, role: discord.Role) -> bool:
    """Whether the bot may ping a role in a channel; never @everyone."""
    return _pingable(channel, role, channel.guild.me)


def _pingable(channel: Announceable, role: discord.Role, me: discord.Member) -> bool:
    if role.is_default():
        return False
    return role.mentionable or channel.permissions_for(me).mention_everyone


def withheld(guild: discord.Guild, role_id: int | None = None) -> RoleTrouble | None:
    """Why the bot can give a role to nobody, nor take it back; None if it can, or if that is not known here.

    `role_id`: a new one if it is None.
    """
    if not guild.me.guild_permissions.manage_roles:
        return RoleTrouble.FORBIDDEN
    role = guild.get_role(role_id) if role_id is not None else None
    if role is None or role.is_assignable():
        return None
    return RoleTrouble.NOT_OURS_TO_GIVE if role.is_default() or role.managed else RoleTrouble.ABOVE


def may_give(member: discord.Member, role: discord.Role) -> bool:
    """Whether a member could give a role to others by hand: with the permission in the whole server, and from above."""
    if member.id == member.guild.owner_id:
        return True
    return member.guild_permissions.manage_roles and member.top_role > role


def powerful(role: discord.Role) -> bool:
    """Whether a role comes with permissions that not every member has: then nobody gets it by pressing a button."""
    return bool(role.permissions.value & ~role.guild.default_role.permissions.value)
