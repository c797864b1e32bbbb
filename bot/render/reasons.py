"""Why something is not posted, and what to do about it: permissions, Discord's refusals, and reasons in words."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.announcements.channels import MAX_TAGS, Tag
from bot.announcements.outcome import (
    GONE,
    LOCKED,
    NO_ROOM,
    NO_TAG,
    NO_THREAD,
    NOT_LOCKED,
    NOT_REOPENED,
    REFUSED,
    TOO_MANY_THREADS,
)
from bot.announcements.permissions import CREATE_POSTS, STOPPING
from bot.render.card import Accent, escape, notice, shorten
from bot.text import Words


def refused(t: Words, channel_id: int, reason: str) -> ui.LayoutView:
    """The message to admins when a channel rejects an announcement; for `reason` see `bot.announcements.outcome`."""
    if reason == GONE:
        lines = [t("The channel I announced in was deleted. Choose another one with `/announcements setup`.")]
    else:
        lines = [
            _remedy(t, channel_id, reason),
            t("Announcements wait, and are posted as soon as I can post again, unless they are too late by then."),
        ]
    return notice(Accent.TROUBLE, t("I can't post an announcement"), "\n".join(lines))


def _remedy(t: Words, channel_id: int, reason: str) -> str:
    """Why a channel takes no post, and what an admin can do about it."""
    if lacking := _lacking(reason):
        return permissions_missing(t, channel_id, lacking)
    if reason == NO_TAG:
        return tag_needed(t, channel_id)
    if reason == TOO_MANY_THREADS:
        return t(
            "I can't post in {channel}: this server has as many open posts and threads as Discord allows. Close some.",
            channel=f"<#{channel_id}>",
        )
    return t(
        "I can't post in {channel}: Discord refuses it. Check my role's permissions there.",
        channel=f"<#{channel_id}>",
    )


def no_such_tags(t: Words, channel_id: int, known: Sequence[Tag]) -> tuple[str, str]:
    """Title and body for tags that a channel does not have, or too many."""
    where = f"<#{channel_id}>"
    if not known:
        return t("{channel} has no tags for me", channel=where), t("Only forums have tags.")
    names = ", ".join(escape(tag.name) for tag in known)
    return (
        t("I don't know these tags of {channel}", channel=where),
        t("It has: {names}. Name up to {n}, with commas between them; “-” for none.", names=names, n=MAX_TAGS),
    )


def tag_needed(t: Words, channel_id: int) -> str:
    """What to do about a forum whose posts need a tag, while none that is there was chosen."""
    return t(
        "Posts in {channel} need a tag: choose one in `/announcements panel`. Announcements wait until then.",
        channel=f"<#{channel_id}>",
    )


def _lacking(reason: str) -> list[str]:
    """The missing permissions in a reason."""
    return [name for name in reason.partition(": ")[2].split(",") if name] if reason.startswith(REFUSED) else []


def unpingable(t: Words, role_id: int | None) -> tuple[str, str]:
    """Title and body for an admin who chose a role that cannot be pinged; without `role_id`, that was @everyone."""
    if role_id is None:
        return t("I never ping everyone"), t("Choose a role that members can join and leave.")
    body = t(
        "Allow everyone to mention {role} in the role's settings, or give me the permission “Mention @everyone, @here "
        "and All Roles”.",
        role=f"<@&{role_id}>",
    )
    return t("I can't ping that role"), body


def not_quiet_hours(t: Words, typed: str) -> tuple[str, str]:
    """Title and body for an admin whose quiet hours could not be parsed."""
    title = t("I couldn't read “{text}” as quiet hours", text=escape(shorten(typed, 80)))
    return title, t("Write them like 22:00-08:00 or 10pm-8am. “off” means none.")


def reason_words(t: Words, reason: str) -> str:
    """Why something was not posted. A reason without a translation is shown as a code."""
    lacking = _lacking(reason)
    if lacking:
        return t("I need {permissions} there", permissions=permission_names(t, lacking))
    known = {
        "off": t("announcements were turned off"),
        "not chosen": t("the channel's settings changed"),
        "changed": t("its date changed"),
        "paused": t("announcements were paused, because I couldn't post in the channel"),
        "left": t("I was removed from the server"),
        "late": t("I was offline for too long when it was due"),
        "unreadable": t("I was interrupted while posting, and can't read the channel to check whether it arrived"),
        "busy": t("I was interrupted while posting, and too much was posted since to check whether it arrived"),
        "restored": t("my memory was restored from a backup, and I don't know whether I posted it"),
        REFUSED: t("Discord refused it: check my permissions there"),
        GONE: t("the channel was deleted"),
        NO_TAG: t("posts there need a tag, and none was chosen"),
        TOO_MANY_THREADS: t("the server has as many open posts and threads as Discord allows"),
        LOCKED: t("its date changed, but a moderator locked the post, so I couldn't edit it"),
        "its thread is to come": t("an earlier post of the drama comes first"),
        "its thread is gone": t("the drama's earlier post can't be used any more, so there will be another"),
        NO_THREAD: t("I couldn't open its thread: I need Create Public Threads there"),
        NO_ROOM: t("I couldn't open its thread: the server has as many open as Discord allows"),
        NOT_REOPENED: t("I couldn't open the drama's thread again: I need Manage Threads there"),
        NOT_LOCKED: t("I couldn't lock its thread: I need Manage Threads there"),
        "away": t("Discord could not reach this server"),
        "bug": t("a bug of mine; the log has the details"),
        "an error in the bot, see its log": t("a bug of mine; the log has the details"),
        # Older versions stored refusals in Discord's own words.
        "Missing Permissions": t("Discord refused it: check my permissions there"),
        "Missing Access": t("Discord refused it: check my permissions there"),
        "not there": t("it never reached Discord"),
        "stopped": t("I was being stopped"),
        "no answer": t("Discord didn't answer"),
        "Discord failed": t("Discord had a failure"),
    }
    # Some reasons end in a detail for the log.
    code = next((code for code in known if reason == code or reason.startswith((f"{code}:", f"{code} ("))), None)
    return known[code] if code else t("error `{code}`", code=shorten(reason.replace("`", ""), 60))


def discord_refusal(t: Words, code: int) -> str:
    """What an error code of Discord refuses (https://discord.com/developers/docs/topics/opcodes-and-status-codes)."""
    known = {
        10003: t("The channel no longer exists."),
        10008: t("The message no longer exists."),
        50001: t("I can't see that channel. Check my role's permissions there."),
        50007: t("That user doesn't accept direct messages from me."),
        50013: t("I lack a permission there. Check my role's permissions."),
        50024: t("This isn't possible in a channel of that kind."),
        40067: t("Posts there need a tag: choose one in `/announcements panel`."),
        160006: t("This server has as many open posts and threads as Discord allows."),
    }
    return known.get(code) or t("Discord refused it with the error code {code}.", code=code)


def permission_names(t: Words, names: Sequence[str]) -> str:
    """The names of permissions in Discord's settings."""
    return t.join_list([f"**{permission_name(t, name)}**" for name in names])


def permission_name(t: Words, name: str) -> str:
    """The name of a permission in Discord's settings, without markup."""
    known = {
        "view_channel": t("View Channel"),
        "send_messages": t("Send Messages"),
        CREATE_POSTS: t("Create Posts"),
        "embed_links": t("Embed Links"),
        "read_message_history": t("Read Message History"),
        "create_public_threads": t("Create Public Threads"),
        "send_messages_in_threads": t("Send Messages in Threads"),
        "manage_threads": t("Manage Threads"),
        "create_events": t("Create Events"),
        "mention_everyone": t("Mention @everyone, @here and All Roles"),
        "manage_roles": t("Manage Roles"),
    }
    return known.get(name, name)


def permissions_missing(t: Words, channel_id: int, missing: Sequence[str]) -> str:
    """The permissions the bot lacks in a channel, one per line with its purpose.

    Those required to post at all come first, on one line.
    """
    where = f"<#{channel_id}>"
    stopping = [name for name in missing if name in STOPPING]
    lines: list[str] = []
    if stopping:
        named = permission_names(t, stopping)
        lines.append(t("I can't post in {channel}. I need: {permissions}.", channel=where, permissions=named))
    purposes = {
        "embed_links": t("to show more than a line of text"),
        "read_message_history": t("to find my own post after an interruption, so that nothing is posted twice"),
        "create_public_threads": t("to open threads under posts"),
        "send_messages_in_threads": t("to go on in the post of a drama"),
        "manage_threads": t("to lock threads, and to open them again"),
        "create_events": t("to add premieres to your server's events"),
        "mention_everyone": t("to ping roles that not everyone may mention"),
        "manage_roles": t("to give members the roles of “Notify me”"),
    }
    lines += [
        t(
            "In {channel} I also need {permission}: {purpose}.",
            channel=where,
            permission=permission_names(t, [name]),
            purpose=purposes[name],
        )
        for name in missing
        if name not in STOPPING
    ]
    return "\n".join(lines)
