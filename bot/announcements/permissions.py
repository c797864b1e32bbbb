"""The permissions that the bot has, and lacks, in a channel."""

from __future__ import annotations

import discord

from bot.announcements.subscription import Subscription

NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
"""Without embeds, a post is a line and its buttons; with the history, the bot finds its own posts after a crash."""


TO_POST = ("view_channel", "send_messages")
"""Without these, Discord refuses a post."""


def stops_posting(guild: discord.Guild | None, channel_id: int) -> list[str] | None:
    """The missing permissions for which Discord would refuse a post; None if the channel is gone.

    What is unknown, such as the state of an unavailable server, stops nothing.
    """
    if guild is None or guild.unavailable:
        return []
    channel = guild.get_channel(channel_id)
    if channel is None:
        return None
    allowed = channel.permissions_for(guild.me)
    return [name for name in TO_POST if not getattr(allowed, name)]


def missing(channel: discord.TextChannel, *, threads: bool = False) -> list[str]:
    """The permissions that the bot lacks to announce in a channel: those that an admin has to grant."""
    allowed = channel.permissions_for(channel.guild.me)
    if not allowed.view_channel:
        # Without view_channel, all others are denied too: what else is missing shows once it is granted.
        return ["view_channel"]
    # Without send_messages, embed_links is denied too.
    implied = () if allowed.send_messages else ("embed_links",)
    needed = (*NEEDED, *(("create_public_threads",) if threads else ()))
    return [name for name in needed if name not in implied and not getattr(allowed, name)]


def missing_for(guild: discord.Guild | None, chosen: Subscription) -> list[str]:
    """The permissions that the bot lacks for a subscription; ``view_channel`` if the channel is gone."""
    if guild is None:
        return []
    channel = guild.get_channel(chosen.channel_id)
    if not isinstance(channel, discord.TextChannel):
        return ["view_channel"]
    lacking = missing(channel, threads=chosen.threads)
    role = guild.get_role(chosen.role_id) if chosen.role_id is not None else None
    if role is not None and not pingable(channel, role):
        lacking.append("mention_everyone")
    if chosen.guild_events and not guild.me.guild_permissions.create_events:
        lacking.append("create_events")
    return lacking


def pingable(channel: discord.TextChannel, role: discord.Role) -> bool:
    """Whether the bot may ping a role in a channel; never @everyone."""
    if role.is_default():
        return False
    return role.mentionable or channel.permissions_for(channel.guild.me).mention_everyone
