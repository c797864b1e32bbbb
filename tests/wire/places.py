"""Where the bot can post: servers with their channels and roles, and direct messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import payloads
from .payloads import BOT_PERMISSIONS, NO_PERMISSIONS, ChannelKind, Payload, Permission, Snowflakes


@dataclass(eq=False, slots=True)
class Channel:
    """A channel and all that was ever said in it, oldest first.

    `refusal` is the code that every request about the channel is refused with: 50013 for a permission that
    was taken away, 50001 for a channel the bot cannot see, 50007 for a person who takes no direct messages.
    `denied` takes permissions from the bot in this channel only, `overwrites` are those of others, which the loopback
    shows and does not hold anybody to. `deleted` makes the channel unknown (10003).

    A forum has `tags`, and a thread for each of its posts: that is a channel too, in its `forum`, with the ids of the
    tags that were `applied`, and its `owner`, the bot unless a test says otherwise.
    """

    id: int
    name: str
    kind: ChannelKind
    guild: Guild | None = None
    position: int = 0
    denied: Permission = NO_PERMISSIONS
    refusal: int | None = None
    deleted: bool = False
    overwrites: Sequence[Payload] = ()
    messages: dict[int, Payload] = field(default_factory=dict[int, Payload])
    flags: int = 0
    tags: list[Payload] = field(default_factory=list[Payload])
    forum: Channel | None = None
    threads: list[Channel] = field(default_factory=list["Channel"])
    applied: Sequence[str] = ()
    owner: int | None = None
    archived_at: str | None = None
    locked: bool = False

    @property
    def posts(self) -> list[Payload]:
        """The messages that are there now, oldest first; of a forum, the first of each of its posts."""
        if self.kind is ChannelKind.FORUM:
            return [thread.messages[thread.id] for thread in self.threads if thread.id in thread.messages]
        return list(self.messages.values())

    @property
    def bot_permissions(self) -> Permission:
        if self.guild is None:
            return BOT_PERMISSIONS
        if self.forum is not None:
            return self.forum.bot_permissions
        if Permission.ADMINISTRATOR in self.guild.bot_permissions:
            return ~Permission(0)
        return self.guild.bot_permissions & ~self.denied

    def payload(self, bot: Payload) -> Payload:
        if self.guild is None:
            return {"id": str(self.id), "type": int(self.kind), "last_message_id": None, "flags": 0}
        if self.forum is not None:
            thread = payloads.thread(str(self.id), self.forum.payload(bot), self.name, bot)
            thread["owner_id"] = str(self.owner or bot["id"])
            thread["applied_tags"] = list(self.applied)
            thread["thread_metadata"]["archived"] = self.archived_at is not None
            thread["thread_metadata"]["archive_timestamp"] = self.archived_at or payloads.timestamp()
            thread["thread_metadata"]["locked"] = self.locked
            return thread
        own: Payload = {"id": bot["id"], "type": 1, "allow": "0", "deny": str(int(self.denied))}
        return {
            "id": str(self.id),
            "type": int(self.kind),
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": self.position,
            "permission_overwrites": [*self.overwrites, *([own] if self.denied else [])],
            "nsfw": False,
            "parent_id": None,
            "topic": None,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "flags": self.flags,
            **({"available_tags": self.tags} if self.kind is ChannelKind.FORUM else {}),
        }


@dataclass(eq=False, slots=True)
class Role:
    """A role that a server made; `mentionable` says whether everyone may ping it, `members` who has it."""

    id: int
    name: str
    mentionable: bool = False
    permissions: int = 0
    hoist: bool = False
    members: set[int] = field(default_factory=set[int])

    def payload(self, position: int) -> Payload:
        """The role as the API shows it, above `position` others."""
        return payloads.role(
            self.id,
            self.name,
            position=position,
            permissions=self.permissions,
            mentionable=self.mentionable,
            managed=False,
            hoist=self.hoist,
        )


@dataclass(eq=False, slots=True)
class Guild:
    """A server: what the bot may do in it, its channels, its roles and its scheduled events.

    `everywhere` is the index of all channels that it shares with the other servers. Everybody is a member, but for who
    `left`. `extra` is what else GUILD_CREATE says of it.
    """

    id: int
    name: str
    bot_permissions: Permission
    bot_role: int
    new_id: Snowflakes
    everywhere: dict[int, Channel]
    locale: str = "en-US"
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    events: dict[int, Payload] = field(default_factory=dict[int, Payload])
    left: set[int] = field(default_factory=set[int])
    extra: Payload = field(default_factory=dict[str, Any])

    def add_channel(
        self, name: str, kind: ChannelKind = ChannelKind.TEXT, *, denied: Permission = NO_PERMISSIONS
    ) -> Channel:
        channel = Channel(self.new_id(), name, kind, self, len(self.channels), denied)
        self.channels[channel.id] = self.everywhere[channel.id] = channel
        return channel

    def add_forum(self, name: str, *tags: str, flags: int = 0) -> Channel:
        """Make a forum with some tags."""
        forum = self.add_channel(name, ChannelKind.FORUM)
        forum.flags = flags
        forum.tags = [payloads.tag(self.new_id(), tag) for tag in tags]
        return forum

    def add_role(self, name: str, *, mentionable: bool = False) -> Role:
        role = Role(self.new_id(), name, mentionable)
        self.roles[role.id] = role
        return role

    @property
    def active_threads(self) -> list[Channel]:
        """The posts of its forums that are not archived."""
        threads = [thread for channel in self.channels.values() if not channel.deleted for thread in channel.threads]
        return [thread for thread in threads if thread.archived_at is None and not thread.deleted]

    def roles_of(self, user_id: int) -> list[int]:
        """The roles that a member has."""
        return [role.id for role in self.roles.values() if user_id in role.members]

    def role_payloads(self, bot: Payload) -> list[Payload]:
        """Everybody's role, those that were made, and above them the one that the bot brought along."""
        everyone = payloads.role(self.id, "@everyone", position=0, permissions=0, mentionable=False, managed=False)
        own = payloads.role(
            self.bot_role,
            bot["username"],
            position=len(self.roles) + 1,
            permissions=int(self.bot_permissions),
            mentionable=False,
            managed=True,
        )
        others = [role.payload(position) for position, role in enumerate(self.roles.values(), 1)]
        return [everyone, *others, own]

    def payload(self, bot: Payload) -> Payload:
        """The server as GUILD_CREATE tells it: the bot is its only member, since the other intents are off."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.id + 1),
            "roles": self.role_payloads(bot),
            "channels": [channel.payload(bot) for channel in self.channels.values() if not channel.deleted],
            "members": [payloads.member(bot, roles=[self.bot_role])],
            "guild_scheduled_events": list(self.events.values()),
            "threads": [thread.payload(bot) for thread in self.active_threads],
            **{key: [] for key in ("emojis", "stickers", "presences", "voice_states", "features")},
            **{key: [] for key in ("stage_instances", "soundboard_sounds")},
            "member_count": 2,
            "preferred_locale": self.locale,
            "unavailable": False,
            "large": False,
            "joined_at": payloads.timestamp(),
            **self.extra,
        }
