"""Where the bot can post: servers with their channels and roles, and direct messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import payloads
from .payloads import BOT_PERMISSIONS, NO_PERMISSIONS, ChannelKind, Payload, Permission, Snowflakes


@dataclass(eq=False, slots=True)
class Channel:
    """A channel and all that was ever said in it, oldest first.

    `refusal` is the code that every request about the channel is refused with: 50013 for a permission that
    was taken away, 50001 for a channel the bot cannot see, 50007 for a person who takes no direct messages.
    `denied` takes permissions from the bot in this channel only. `deleted` makes the channel unknown (10003).
    """

    id: int
    name: str
    kind: ChannelKind
    guild: Guild | None = None
    position: int = 0
    denied: Permission = NO_PERMISSIONS
    refusal: int | None = None
    deleted: bool = False
    messages: dict[int, Payload] = field(default_factory=dict[int, Payload])

    @property
    def posts(self) -> list[Payload]:
        """The messages that are there now, oldest first."""
        return list(self.messages.values())

    @property
    def bot_permissions(self) -> Permission:
        if self.guild is None:
            return BOT_PERMISSIONS
        if Permission.ADMINISTRATOR in self.guild.bot_permissions:
            return ~Permission(0)
        return self.guild.bot_permissions & ~self.denied

    def payload(self, bot: Payload) -> Payload:
        if self.guild is None:
            return {"id": str(self.id), "type": int(self.kind), "last_message_id": None, "flags": 0}
        overwrite: Payload = {"id": bot["id"], "type": 1, "allow": "0", "deny": str(int(self.denied))}
        return {
            "id": str(self.id),
            "type": int(self.kind),
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": self.position,
            "permission_overwrites": [overwrite] if self.denied else [],
            "nsfw": False,
            "parent_id": None,
            "topic": None,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "flags": 0,
        }


@dataclass(eq=False, slots=True)
class Role:
    """A role that a server made; `mentionable` says whether everyone may ping it."""

    id: int
    name: str
    mentionable: bool = False

    def payload(self, position: int) -> Payload:
        """The role as the API shows it, above `position` others."""
        return payloads.role(
            self.id, self.name, position=position, permissions=0, mentionable=self.mentionable, managed=False
        )


@dataclass(eq=False, slots=True)
class Guild:
    """A server: what the bot may do in it, its channels, its roles and its scheduled events.

    `everywhere` is the index of all channels that it shares with the other servers.
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

    def add_channel(
        self, name: str, kind: ChannelKind = ChannelKind.TEXT, *, denied: Permission = NO_PERMISSIONS
    ) -> Channel:
        channel = Channel(self.new_id(), name, kind, self, len(self.channels), denied)
        self.channels[channel.id] = self.everywhere[channel.id] = channel
        return channel

    def add_role(self, name: str, *, mentionable: bool = False) -> Role:
        role = Role(self.new_id(), name, mentionable)
        self.roles[role.id] = role
        return role

    def payload(self, bot: Payload) -> Payload:
        """The server as GUILD_CREATE tells it: the bot is its only member, since the other intents are off."""
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
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.id + 1),
            "roles": [everyone, *others, own],
            "channels": [channel.payload(bot) for channel in self.channels.values() if not channel.deleted],
            "members": [payloads.member(bot, roles=[self.bot_role])],
            "guild_scheduled_events": list(self.events.values()),
            **{key: [] for key in ("emojis", "stickers", "threads", "presences", "voice_states", "features")},
            **{key: [] for key in ("stage_instances", "soundboard_sounds")},
            "member_count": 2,
            "preferred_locale": self.locale,
            "unavailable": False,
            "large": False,
            "joined_at": payloads.timestamp(),
        }
