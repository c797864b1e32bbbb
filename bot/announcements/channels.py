"""The channels that can have announcements, as discord.py knows them: text channels, and forums with their tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

MAX_TAGS = 5
"""Tags of a post (https://discord.com/developers/docs/resources/channel#modify-channel)."""

Announceable = discord.TextChannel | discord.ForumChannel
"""What can have announcements; an announcement channel is a text channel to discord.py, a media channel a forum."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a forum, with its emoji in `name`."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum: the tags that the bot may give its posts, and whether each post needs one."""

    tags: Sequence[Tag]
    needs_tag: bool

    def applied(self, chosen: Sequence[int]) -> list[int]:
        """Those of the chosen tags that a post can have."""
        return [tag.id for tag in self.tags if tag.id in chosen][:MAX_TAGS]

    def lacks_tag(self, chosen: Sequence[int]) -> bool:
        """Whether Discord would refuse a post, for the want of a tag."""
        return self.needs_tag and not self.applied(chosen)


def find_forum(guild: discord.Guild | None, channel_id: int) -> Forum | None:
    """What the bot has to know of a channel to post there, if that is a forum."""
    channel = guild.get_channel(channel_id) if guild is not None else None
    return forum_of(channel, channel.guild.me) if isinstance(channel, discord.ForumChannel) else None


def forum_of(channel: discord.ForumChannel, me: discord.Member) -> Forum:
    """The same of a forum, as the member `me`."""
    moderates = channel.permissions_for(me).manage_threads
    tags = [Tag(tag.id, _named(tag)) for tag in channel.available_tags if moderates or not tag.moderated]
    return Forum(tags, channel.flags.require_tag)


def _named(tag: discord.ForumTag) -> str:
    emoji = tag.emoji.name if tag.emoji is not None and tag.emoji.is_unicode_emoji() else ""
    return f"{emoji} {tag.name}".strip()
