"""Opens threads under posts, opens them again, and locks them. All of it can be repeated without harm."""

from __future__ import annotations

import discord

from bot.announcements.outcome import NO_ROOM, NO_THREAD, NOT_LOCKED, NOT_REOPENED
from bot.announcements.schedule import Stage
from bot.announcements.subscription import Threads
from bot.store import threads
from bot.store.database import Database
from bot.store.deliveries import Delivery
from bot.store.post_actions import LOCK, PostAction

_UNKNOWN = frozenset({10003, 10008})
"""Discord's codes for a thread and for a message that are gone: a moderator deleted them."""
_FULL = frozenset({30033, 160006})
"""Discord's codes for a thread, and for a server, that takes no more
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json)."""


def of_evening(delivery: Delivery) -> bool:
    """Whether a message has a thread of the evening. What a digest tells is to begin later: it has none."""
    begins = not delivery.digest and any(part.stage is Stage.NOW for part in delivery.parts)
    return begins and delivery.threads.of_evenings


def shared(delivery: Delivery) -> bool:
    """Whether that is the thread of a drama or an artist."""
    return of_evening(delivery) and delivery.threads is Threads.SUBJECT


class WithheldError(Exception):
    """Raised instead of making a request that Discord would refuse for the want of a permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class NotYetError(Exception):
    """Raised if another post is about to open the thread."""


async def go_on(client: discord.Client, database: Database, action: PostAction) -> bool:
    """Open the thread that a message shares with an earlier one again. False if the message has to open its own.

    Raises `NotYetError`, `WithheldError`, and what Discord raises.
    """
    evening = action.evening
    if evening is None or evening.own:
        return False
    if evening.coming:
        raise NotYetError
    try:
        await reopen(client, evening.id)
    except discord.NotFound:
        if await database.write(threads.found_anew, action.delivery_id):
            return False
        raise NotYetError from None
    return True


async def reopen(client: discord.Client, thread_id: int) -> None:
    """Let a thread be neither archived nor locked. Raises `WithheldError`, and `discord.NotFound` if it is gone."""
    thread = await client.fetch_channel(thread_id)
    if not isinstance(thread, discord.Thread) or not (thread.archived or thread.locked):
        return
    if thread.locked:
        require(client, thread.parent_id, "manage_threads")
    await thread.edit(archived=False, locked=False)


async def lock(client: discord.Client, action: PostAction) -> None:
    """Lock and archive a thread: nobody but a moderator can go on there. Does nothing if it is locked already.

    Raises `WithheldError`, and `discord.NotFound` if it is gone.
    """
    if action.evening is None:
        return
    require(client, action.channel_id, "manage_threads")
    thread = await client.fetch_channel(action.evening.id)
    if not isinstance(thread, discord.Thread) or thread.locked:
        return
    if thread.archived:
        # Discord changes an archived thread only together with unarchiving it
        # (https://discord.com/developers/docs/resources/channel#modify-channel).
        await thread.edit(archived=False, locked=True)
        await thread.edit(archived=True)
    else:
        await thread.edit(archived=True, locked=True)


def require(client: discord.Client, channel_id: int, permission: str) -> None:
    """Raise `WithheldError` if the bot is known to lack a permission in a channel."""
    channel = client.get_channel(channel_id)
    if isinstance(channel, discord.abc.GuildChannel) and not getattr(
        channel.permissions_for(channel.guild.me), permission
    ):
        raise WithheldError(permission)


def note(action: PostAction, code: int) -> str | None:
    """What admins are told of a refusal, as `bot.announcements.outcome` says it. `code`: Discord's; 0: none was asked.

    They are told nothing of what a moderator deleted.
    """
    if code in _UNKNOWN:
        return None
    if action.kind == LOCK:
        return NOT_LOCKED
    if code in _FULL:
        return NO_ROOM
    return NO_THREAD if action.evening is None or action.evening.own else NOT_REOPENED
