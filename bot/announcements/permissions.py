"""What the bot may do in a channel, and what it lacks there."""

from __future__ import annotations

import discord

from bot.announcements.subscription import Subscription

NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
"""Without embeds, a post is a line and its buttons; with the history, the bot finds its own posts after a crash."""


TO_POST = ("view_channel", "send_messages")
"""Without these a post is refused."""


def stops_posting(guild: discord.Guild | None, channel_id: int) -> list[str] | None:
    """The permissions whose lack would let Discord refuse a post; None where the channel is gone.

    What is not known, such as all of a server that Discord cannot reach at the moment, stops nothing.
    """
    if guild is None or guild.unavailable:
        return []
    channel = guild.get_channel(channel_id)
    if channel is None:
        return None
    allowed = channel.permissions_for(guild.me)
    return [name for name in TO_POST if not getattr(allowed, name)]


def missing(channel: discord.TextChannel, *, threads: bool = False) -> list[str]:
    """The permissions that the bot lacks to announce in a channel: those that an admin has to give."""
    allowed = channel.permissions_for(channel.guild.me)
    if not allowed.view_channel:
        # Whoever cannot see a channel can do nothing there: what else is lacking shows once it is seen.
        return ["view_channel"]
    # Whoever cannot write cannot embed either.
    implied = () if allowed.send_messages else ("embed_links",)
    needed = (*NEEDED, *(("create_public_threads",) if threads else ()))
    return [name for name in needed if name not in implied and not getattr(allowed, name)]


def missing_for(guild: discord.Guild | None, chosen: Subscription) -> list[str]:
    """The permissions that the bot lacks for what a server chose; a channel that is gone cannot be seen."""
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
    """Whether the bot may ping a role in a channel: never everybody."""
    if role.is_default():
        return False
    return role.mentionable or channel.permissions_for(channel.guild.me).mention_everyone
