"""What the loopback Discord knows and holds the bot to: who may post where, what was posted, what was synced."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from . import payloads
from .clock import Clock
from .payloads import BOT_PERMISSIONS, ChannelKind, MessageFlag, Payload, Permission, Snowflakes, Upload, entries
from .places import Channel, Guild, Role

NONCE_LENGTH = 25
MOST_ROLES = 250


class ApiError(Exception):
    """A refusal that Discord answers with a status and one of its own codes."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> ApiError:
    """The refusal of a request whose body breaks a rule."""
    return ApiError(400, 50035, f"Invalid Form Body: {message}")


def forbidden(code: int) -> ApiError:
    """The refusal of what the bot may not do."""
    words = {50001: "Missing Access", 50007: "Cannot send messages to this user", 50013: "Missing Permissions"}
    return ApiError(403, code, words.get(code, "Forbidden"))


class World:
    """The servers and people that a test made, and what the bot did to them."""

    def __init__(self, *, nonce_window: float) -> None:
        self.clock = Clock()
        self.new_id = Snowflakes(self.clock)
        self.nonce_window = nonce_window
        self.bot = payloads.user(self.new_id(), "byeol", bot=True)
        self.application_id = self.new_id()
        self.guilds: dict[int, Guild] = {}
        self.commands: dict[int | None, list[Payload]] = {}
        self.syncs = 0
        self.synced_at: float | None = None
        self._channels: dict[int, Channel] = {}
        self._direct: dict[int, Channel] = {}
        self._nonces: dict[tuple[int, str], tuple[int, float]] = {}

    # What exists

    def add_guild(
        self,
        name: str,
        *,
        permissions: Permission = BOT_PERMISSIONS,
        locale: str = "en-US",
        guild_id: int | None = None,
    ) -> Guild:
        """Make a server that the bot is in, with no channels yet; its shard follows from its id."""
        number = self.new_id() if guild_id is None else guild_id
        guild = Guild(number, name, permissions, self.new_id(), self.new_id, self._channels, locale)
        self.guilds[guild.id] = guild
        return guild

    def direct(self, user_id: int) -> Channel:
        """The one channel between the bot and this person."""
        if user_id not in self._direct:
            channel = Channel(self.new_id(), f"@{user_id}", ChannelKind.DM)
            self._direct[user_id] = self._channels[channel.id] = channel
        return self._direct[user_id]

    def add_channel(self, channel: Channel) -> None:
        """Know a channel by its id from now on."""
        self._channels[channel.id] = channel

    def channel(self, channel_id: int) -> Channel:
        """The channel of this id, unless Discord would call it unknown (10003)."""
        found = self._channels.get(channel_id)
        gone = found is None or found.deleted or (found.guild is not None and found.guild.id not in self.guilds)
        if found is None or gone:
            raise ApiError(404, 10003, "Unknown Channel")
        return found

    def guild(self, guild_id: int) -> Guild:
        """The server of this id, unless the bot is not in it (10004)."""
        if guild_id not in self.guilds:
            raise ApiError(404, 10004, "Unknown Guild")
        return self.guilds[guild_id]

    def message(self, channel: Channel, message_id: int) -> Payload:
        """The stored message, unless it is unknown or deleted (10008)."""
        if message_id not in channel.messages:
            raise ApiError(404, 10008, "Unknown Message")
        return channel.messages[message_id]

    def allow(self, channel: Channel, needed: Permission) -> None:
        """Refuse as Discord does: a channel that cannot be seen first (50001), then the missing permission (50013)."""
        if channel.refusal is not None:
            raise forbidden(channel.refusal)
        if Permission.VIEW_CHANNEL not in channel.bot_permissions:
            raise forbidden(50001)
        if needed not in channel.bot_permissions:
            raise forbidden(50013)

    # Messages

    def post(self, channel: Channel, body: Payload, uploads: Sequence[Upload]) -> Payload:
        """Create a message, once for each enforced nonce inside Discord's window.

        A repeat is answered with the first message; if that one was deleted since, with 10008.
        """
        nonce = str(body["nonce"]) if body.get("nonce") is not None else None
        if nonce is not None and len(nonce) > NONCE_LENGTH:
            raise invalid(f"nonce: Must be {NONCE_LENGTH} or fewer in length.")
        if nonce is not None and body.get("enforce_nonce"):
            first, at = self._nonces.get((channel.id, nonce), (0, 0.0))
            if first and self.clock.monotonic() - at < self.nonce_window:
                return self.message(channel, first)
        message = self.compose(channel, body, uploads)
        channel.messages[int(message["id"])] = message
        if nonce is not None:
            self._nonces[channel.id, nonce] = int(message["id"]), self.clock.monotonic()
        return message

    def compose(self, channel: Channel, body: Payload, uploads: Sequence[Upload]) -> Payload:
        """A message as it would be stored, but not in the channel yet: an ephemeral one never is."""
        message: Payload = {
            "id": str(self.new_id()),
            "type": 0,
            "channel_id": str(channel.id),
            "author": self.bot,
            "content": body.get("content") or "",
            "timestamp": payloads.timestamp(),
            "edited_timestamp": None,
            "tts": False,
            "pinned": False,
            "mentions": [],
            "attachments": payloads.attachments(uploads, entries(body, "attachments"), self.new_id),
            "embeds": entries(body, "embeds"),
            "components": payloads.numbered(entries(body, "components")),
            "flags": body.get("flags") or 0,
            **({"nonce": body["nonce"]} if body.get("nonce") is not None else {}),
        }
        self._checked(message)
        return {**message, **self._pings(channel, message, body.get("allowed_mentions"))}

    def edit(self, message: Payload, body: Payload, uploads: Sequence[Upload]) -> Payload:
        """Change what the request names and nothing else; attachments stay only if the request lists them."""
        after: Payload = {**message, **{key: body[key] or [] for key in ("embeds", "components") if key in body}}
        if "content" in body:
            after["content"] = body["content"] or ""
        if "flags" in body:
            after["flags"] = message["flags"] | (body["flags"] or 0)
        if "attachments" in body or uploads:
            listed = entries(body, "attachments")
            kept = {str(entry["id"]) for entry in listed}
            after["attachments"] = [old for old in message["attachments"] if old["id"] in kept]
            after["attachments"] += payloads.attachments(uploads, listed, self.new_id)
        after["components"] = payloads.numbered(after["components"])
        self._checked(after)
        message.update(after, edited_timestamp=payloads.timestamp())
        return message

    def history(self, channel: Channel, query: Mapping[str, str]) -> list[Payload]:
        """A page of the channel, newest first.

        Without the permission to read the history Discord answers with no messages, not with a refusal.
        """
        if Permission.READ_MESSAGE_HISTORY not in channel.bot_permissions:
            return []
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise invalid("limit: int value should be between 1 and 100.")
        found = channel.posts
        if "after" in query:
            found = [message for message in found if int(message["id"]) > int(query["after"])][:limit]
        elif "before" in query:
            found = [message for message in found if int(message["id"]) < int(query["before"])]
        return found[::-1][:limit]

    def crosspost(self, channel: Channel, message: Payload) -> Payload:
        """Publish to the servers that follow a news channel; once for each message."""
        if channel.kind is not ChannelKind.NEWS:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        if message["flags"] & MessageFlag.CROSSPOSTED:
            raise ApiError(400, 40033, "This message has already been crossposted")
        message["flags"] |= int(MessageFlag.CROSSPOSTED)
        return message

    def thread(self, channel: Channel, message: Payload, name: str) -> Payload:
        """Open a thread under a message; once for each message, whose id it shares."""
        if "thread" in message:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        message["thread"] = payloads.thread(message["id"], channel.payload(self.bot), name, self.bot)
        assert channel.guild is not None
        thread = Channel(int(message["id"]), name, ChannelKind.THREAD, channel.guild, forum=channel)
        channel.threads.append(thread)
        self.add_channel(thread)
        return message["thread"]

    def _checked(self, message: Payload) -> None:
        plain = bool(message["content"] or message["embeds"])
        if message["flags"] & MessageFlag.COMPONENTS_V2:
            if plain:
                raise invalid("content and embeds cannot be used with IS_COMPONENTS_V2")
            if not message["components"]:
                raise ApiError(400, 50006, "Cannot send an empty message")
        elif not (plain or message["components"] or message["attachments"] or message["flags"] & MessageFlag.LOADING):
            raise ApiError(400, 50006, "Cannot send an empty message")

    def _pings(self, channel: Channel, message: Payload, allowed: Payload | None) -> Payload:
        """Whom the message pings: named in its text, and allowed by the request, the role or the bot's permission."""
        text = payloads.text_of(message)
        kinds: list[str] = ["roles", "everyone"] if allowed is None else allowed.get("parse") or []
        ids: list[str | int] = [] if allowed is None else allowed.get("roles") or []
        named = {str(role_id) for role_id in ids}
        may_ping_all = Permission.MENTION_EVERYONE in channel.bot_permissions
        roles = channel.guild.roles if channel.guild else {}
        mentioned = dict.fromkeys(int(found) for found in re.findall(r"<@&(\d+)>", text))
        pinged = [
            str(role_id)
            for role_id in mentioned
            if role_id in roles
            and ("roles" in kinds or str(role_id) in named)
            and (may_ping_all or roles[role_id].mentionable)
        ]
        everyone = may_ping_all and "everyone" in kinds and re.search("@everyone|@here", text) is not None
        return {"mention_roles": pinged, "mention_everyone": everyone}

    # Scheduled events

    def write_event(self, guild: Guild, before: Payload | None, body: Payload) -> Payload:
        """Create or change a server's event; one outside Discord has a place and an end, and starts in the future."""
        if not guild.bot_permissions & (Permission.MANAGE_EVENTS | Permission.CREATE_EVENTS | Permission.ADMINISTRATOR):
            raise forbidden(50013)
        event: Payload = before or {
            "id": str(self.new_id()),
            "guild_id": str(guild.id),
            "creator_id": self.bot["id"],
            "creator": self.bot,
            "channel_id": None,
            "entity_id": None,
            "entity_metadata": None,
            "description": None,
            "image": None,
            "scheduled_end_time": None,
            "status": 1,
            "user_count": 0,
        }
        event = {**event, **body}
        place: Payload = event["entity_metadata"] or {}
        if event["entity_type"] == 3 and not (event["scheduled_end_time"] and place.get("location")):
            raise invalid("an external event needs entity_metadata.location and scheduled_end_time")
        starts = datetime.fromisoformat(event["scheduled_start_time"])
        if "scheduled_start_time" in body and starts <= self.clock.now():
            raise invalid("scheduled_start_time: Cannot schedule event in the past.")
        if event["scheduled_end_time"] and datetime.fromisoformat(event["scheduled_end_time"]) <= starts:
            raise invalid("scheduled_end_time: Must be after the start.")
        texts = {"name": (event["name"], 100), "description": (event["description"], 1000)}
        for field_, (text, limit) in {**texts, "location": (place.get("location"), 100)}.items():
            if len(text or "") > limit:
                raise invalid(f"{field_}: Must be {limit} or fewer in length.")
        guild.events[int(event["id"])] = event
        return event

    # Roles

    def role(self, guild: Guild, role_id: int) -> Role:
        """A role that the bot may manage, unless it is unknown (10011)."""
        if not guild.bot_permissions & (Permission.MANAGE_ROLES | Permission.ADMINISTRATOR):
            raise forbidden(50013)
        if role_id not in guild.roles:
            raise ApiError(404, 10011, "Unknown Role")
        return guild.roles[role_id]

    def make_role(self, guild: Guild, body: Payload) -> Role:
        """Make a role; a server has at most 250, that of everybody and the bot's own among them."""
        if not guild.bot_permissions & (Permission.MANAGE_ROLES | Permission.ADMINISTRATOR):
            raise forbidden(50013)
        if len(guild.roles) + 2 >= MOST_ROLES:
            raise ApiError(400, 30005, "Maximum number of server roles reached (250)")
        if not 0 < len(body["name"]) <= 100:
            raise invalid("name: Must be between 1 and 100 in length.")
        role = guild.add_role(body["name"], mentionable=body.get("mentionable", False))
        role.permissions, role.hoist = int(body.get("permissions") or 0), body.get("hoist", False)
        return role

    # Commands

    def sync(self, guild_id: int | None, commands: list[Payload]) -> list[Payload]:
        """Replace all commands of a scope; one that keeps its name and type keeps its id."""
        if guild_id is not None and guild_id not in self.guilds:
            raise forbidden(50001)
        known = {(old["name"], old["type"]): old["id"] for old in self.commands.get(guild_id, [])}
        scope: Payload = {} if guild_id is None else {"guild_id": str(guild_id)}
        self.commands[guild_id] = [
            {
                "default_member_permissions": None,
                "description": "",
                "options": [],
                **command,
                **scope,
                "id": known.get((command["name"], command.get("type", 1))) or str(self.new_id()),
                "type": command.get("type", 1),
                "application_id": str(self.application_id),
                "version": str(self.new_id()),
            }
            for command in commands
        ]
        self.syncs += 1
        self.synced_at = time.monotonic()
        return self.commands[guild_id]
