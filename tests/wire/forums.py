"""The forums of the loopback: their posts are threads, each made with its first message, and have no nonce."""

from __future__ import annotations

from collections.abc import Mapping

from .payloads import ChannelFlag, ChannelKind, Payload, Permission
from .places import Channel, Guild
from .world import ApiError, World, forbidden, invalid


def post(world: World, forum: Channel, body: Payload) -> Payload:
    """Make a post: a thread, and in it a message that has its id. Asked twice, it makes two."""
    if forum.kind is not ChannelKind.FORUM:
        raise invalid("type: Value is not a thread that can be started without a message")
    if not 1 <= len(body.get("name") or "") <= 100:
        raise invalid("name: Must be between 1 and 100 in length.")
    applied: list[str] = body.get("applied_tags") or []
    known = {tag["id"] for tag in forum.tags}
    if not known.issuperset(applied):
        raise ApiError(404, 10087, "Unknown Tag")
    if forum.flags & ChannelFlag.REQUIRE_TAG and not applied:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    assert forum.guild is not None
    message = world.compose(forum, body["message"], [])
    thread = Channel(int(message["id"]), body["name"], ChannelKind.THREAD, forum.guild, forum=forum, applied=applied)
    message["channel_id"] = message["id"]
    thread.messages[thread.id] = message
    forum.threads.append(thread)
    world.add_channel(thread)
    return {**thread.payload(world.bot), "message": message}


def active(world: World, guild: Guild) -> Payload:
    """The threads of a server that are not archived, where the bot sees them."""
    seen = [thread for thread in guild.active_threads if Permission.VIEW_CHANNEL in thread.bot_permissions]
    return {"threads": [thread.payload(world.bot) for thread in seen[::-1]], "members": []}


def archived(world: World, forum: Channel, query: Mapping[str, str]) -> Payload:
    """A page of the archived posts of a forum, those that were archived last first."""
    limit = int(query.get("limit", 50))
    found = sorted(
        ((thread.archived_at, thread) for thread in forum.threads if thread.archived_at and not thread.deleted),
        key=lambda one: one[0],
        reverse=True,
    )
    found = [(at, thread) for at, thread in found if at < query.get("before", "~")]
    threads = [thread.payload(world.bot) for _, thread in found[:limit]]
    return {"threads": threads, "members": [], "has_more": len(found) > limit}


def archive(world: World, thread: Channel, *, locked: bool = False) -> None:
    """Let a post be archived now, by nobody or by a moderator who locks it."""
    thread.archived_at = world.clock.now().isoformat()
    thread.locked = locked


def edit(world: World, thread: Channel, body: Payload) -> Payload:
    """Archive, lock or open a thread. What is locked needs a moderator; what is archived has to be opened first."""
    if thread.kind is not ChannelKind.THREAD or not {"archived"} <= set(body) <= {"archived", "locked"}:
        raise invalid("the loopback only archives and locks threads")
    if (thread.locked or body.get("locked")) and Permission.MANAGE_THREADS not in thread.bot_permissions:
        raise forbidden(50013)
    if thread.archived_at is not None and body["archived"]:
        raise ApiError(400, 50083, "Thread is archived")
    thread.archived_at = world.clock.now().isoformat() if body["archived"] else None
    thread.locked = body.get("locked", thread.locked)
    return thread.payload(world.bot)


def writable(thread: Channel) -> None:
    """Refuse what cannot be done in an archived or locked thread."""
    if thread.archived_at is not None:
        raise ApiError(400, 50083, "Thread is archived")
    if thread.locked and Permission.MANAGE_THREADS not in thread.bot_permissions:
        raise ApiError(400, 160005, "Thread is locked")
