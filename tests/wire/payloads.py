"""What Discord sends, as JSON: the smallest objects that a client library accepts as whole ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import Any, cast

from .clock import Clock

Payload = dict[str, Any]
"""One JSON object of Discord's API."""

DISCORD_EPOCH_MS = 1_420_070_400_000


class ChannelKind(IntEnum):
    """The channel types that Byeol meets."""

    TEXT = 0
    DM = 1
    NEWS = 5
    THREAD = 11
    FORUM = 15


class ChannelFlag(IntFlag):
    """The channel flags that mean something to Byeol."""

    REQUIRE_TAG = 1 << 4
    SPOILER = 1 << 21


class MessageFlag(IntFlag):
    """The message flags whose rules the loopback holds."""

    CROSSPOSTED = 1 << 0
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


class Permission(IntFlag):
    """The permissions that the loopback checks or that a test hands out."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44


NO_PERMISSIONS = Permission(0)

BOT_PERMISSIONS = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_EVENTS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_EVENTS
)
"""What a server gives the bot unless a test says otherwise."""

MEMBER_PERMISSIONS = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY
"""What an ordinary member has."""

ADMIN_PERMISSIONS = MEMBER_PERMISSIONS | Permission.ADMINISTRATOR | Permission.MANAGE_GUILD
"""What a server's administrator has."""


class Snowflakes:
    """Ids as Discord makes them: the millisecond in the upper bits, always growing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> int:
        now = (int(self._clock.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return self._last


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart request."""

    filename: str
    content: bytes


def entries(of: Payload, key: str) -> list[Payload]:
    """A list inside a payload; Discord leaves out the empty ones, or sends null."""
    return cast("list[Payload]", of.get(key) or [])


def timestamp() -> str:
    """Now, as Discord writes it."""
    return datetime.now(UTC).isoformat()


def user(user_id: int, name: str, *, bot: bool = False) -> Payload:
    """A person or a bot, as others see them."""
    return {
        "id": str(user_id),
        "username": name,
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot,
        "flags": 0,
        "public_flags": 0,
    }


def member(of: Payload, *, roles: Sequence[int] = (), permissions: int | None = None) -> Payload:
    """A user inside a server; interactions add the permissions, the gateway does not."""
    payload: Payload = {
        "user": of,
        "roles": [str(role) for role in roles],
        "joined_at": timestamp(),
        "premium_since": None,
        "nick": None,
        "avatar": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return payload if permissions is None else {**payload, "permissions": str(permissions)}


def thread(thread_id: str, parent: Payload, name: str, owner: Payload) -> Payload:
    """A thread under a message, whose id it shares."""
    return {
        "id": thread_id,
        "type": 10 if parent["type"] == ChannelKind.NEWS else 11,
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "owner_id": owner["id"],
        "name": name,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": timestamp(),
            "locked": False,
        },
    }


def tag(tag_id: int, name: str) -> Payload:
    """A tag of a forum."""
    return {"id": str(tag_id), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}


def role(
    role_id: int,
    name: str,
    *,
    position: int,
    permissions: int,
    mentionable: bool,
    managed: bool,
    hoist: bool = False,
) -> Payload:
    """A role of a server; the one that a bot brings along is managed."""
    return {
        "id": str(role_id),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": hoist,
        "position": position,
        "permissions": str(permissions),
        "managed": managed,
        "mentionable": mentionable,
        "flags": 0,
    }


def attachments(uploads: Sequence[Upload], described: Sequence[Payload], new_id: Snowflakes) -> list[Payload]:
    """The attachments of a message; `described` is the request's own list, which carries alt texts by index."""
    words = {str(entry["id"]): entry.get("description") for entry in described}
    return [
        {
            "id": str(new_id()),
            "filename": upload.filename,
            "description": words.get(str(index)),
            "size": len(upload.content),
            "url": f"https://cdn.invalid/{upload.filename}",
            "proxy_url": f"https://media.invalid/{upload.filename}",
        }
        for index, upload in enumerate(uploads)
    ]


def components_in(node: object) -> Iterator[Payload]:
    """Every component of a message or modal, whatever it is nested in."""
    if isinstance(node, list):
        for child in cast("list[object]", node):
            yield from components_in(child)
    elif isinstance(node, dict):
        component = cast("Payload", node)
        if "type" in component:
            yield component
        for key in ("components", "component", "accessory"):
            yield from components_in(component.get(key))


def numbered(components: list[Payload]) -> list[Payload]:
    """Discord numbers the components that the sender left without an `id`."""
    every = list(components_in(components))
    taken = {component["id"] for component in every if "id" in component}
    free = (number for number in range(1, len(every) + len(taken) + 1) if number not in taken)
    for component in every:
        if "id" not in component:
            component["id"] = next(free)
    return components


def text_of(message: Payload) -> str:
    """Everything a reader can read: the content, the embeds and each text display, line by line."""
    texts = [str(message.get("content") or "")]
    texts += [f"{embed.get('title')}\n{embed.get('description')}" for embed in message.get("embeds") or ()]
    texts += [str(part["content"]) for part in components_in(message.get("components")) if part["type"] == 10]
    return "\n".join(text for text in texts if text)
