"""The filters of a channel: what it follows by itself, and which roles its posts mention, of what."""

from __future__ import annotations

from collections.abc import Collection

import discord
from discord import ui

from bot.announcements import permissions
from bot.announcements.channels import Announceable
from bot.announcements.mention import MAX_MENTIONS, Mention
from bot.catalogue.model import EventKind, Ref
from bot.errors import GoneError, OutdatedError
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.control import ControlInteraction
from bot.interactions.params import FindFollowed
from bot.interactions.reports import member_counts
from bot.render import mentions as mention_words
from bot.render import questions, reasons
from bot.render.administration import filter_named, kinds_named
from bot.render.card import Accent, notice
from bot.render.controls import Note
from bot.search import Entry
from bot.store import follows, mentions, subscriptions
from bot.store.mentions import Verdict
from bot.text import Words


async def ask_what_to_follow(use: ControlInteraction) -> None:
    """Ask for a name."""
    await use.interaction.response.send_modal(questions.what_to_follow(use.context.words, use.place))


async def follow(use: ControlInteraction) -> None:
    """Put what was named on the channel's own list. Raises `NotFoundError` or `AmbiguousError`."""
    t, place = use.context.words, use.place
    entry = await use.client.lookup.find(use.values[0], FindFollowed.kinds)
    added = await use.client.database.write(
        follows.add_to_channel, use.guild.id, place.channel_id, entry.ref, use.client.clock()
    )
    if added:
        await use.show(Note(mention_words.followed_title(t, place.channel_id, entry.label)))
    else:
        await use.refuse(*mention_words.list_is_full(t, follows.MAX_FOLLOWS))


async def unfollow(use: ControlInteraction) -> None:
    """Take what was chosen off the channel's own list."""
    refs = [ref for value in use.values if (ref := Ref.parse(value)) is not None]
    await use.client.database.write(
        follows.remove_from_channel, use.guild.id, use.place.channel_id, refs, use.client.clock()
    )
    await use.show()


async def ask_whom_to_mention(use: ControlInteraction) -> None:
    """Ask for a role, and of what its members are to hear."""
    await use.interaction.response.send_modal(questions.whom_to_mention(use.context.words, use.place))


async def mention(use: ControlInteraction) -> None:
    """Let the channel's posts mention a role. Raises `NotFoundError` or `AmbiguousError` if the name does not fit."""
    role_id, name, *kinds = use.values
    role = use.guild.get_role(int(role_id)) if role_id.isdecimal() else None
    if role is None or not set(kinds) <= set(EventKind):
        raise OutdatedError
    entry = await use.client.lookup.find(name, FindFollowed.kinds) if name.strip() else None
    chosen = [EventKind(kind) for kind in kinds]
    await use.show(await add_mention(use.interaction, use.guild, use.place.channel_id, role, chosen, entry))


async def unmention(use: ControlInteraction) -> None:
    """Remove the mentions that were chosen."""
    await use.client.database.write(mentions.remove, use.guild.id, [int(value) for value in use.values])
    await use.show()


async def add_mention(
    interaction: Interaction,
    guild: discord.Guild,
    channel_id: int,
    role: discord.Role,
    kinds: Collection[EventKind],
    entry: Entry | None,
) -> Note:
    """Let a channel's posts about some kinds of events, or all, mention a role; with `entry`, only those about that.

    Returns what became of it. Raises `GoneError` if the entity is gone.
    """
    t, database = words_of(interaction), interaction.client.database
    channel = guild.get_channel(channel_id)
    if isinstance(channel, Announceable) and not permissions.pingable(channel, role):
        return Note(*reasons.unpingable(t, None if role.is_default() else role.id), refusal=True)
    wanted = kinds or tuple(EventKind)
    verdict = await database.write(
        mentions.add, guild.id, channel_id, role.id, wanted, entry.ref if entry is not None else None
    )
    match verdict:
        case Verdict.GONE:
            raise GoneError
        case Verdict.OFF:
            return nothing_announced(t, channel_id)
        case Verdict.FULL:
            title = t("A channel can mention up to {n} roles besides its own", n=MAX_MENTIONS)
            return Note(title, t("Remove one with `/announcements mention remove`."), refusal=True)
        case Verdict.ADDED:
            pass
    chosen = await database.read(subscriptions.of_channel, guild.id, channel_id)
    what = filter_named(t, wanted, entry.label if entry is not None else None)
    where = f"<#{channel_id}>"
    lines = [t("Posts in {channel} mention {role}: {what}", channel=where, role=role.mention, what=what)]
    if members := await member_counts(guild):
        lines.append(t.plural("Pings {n} person", "Pings {n} people", members.get(role.id, 0)))
    if chosen is not None and not set(wanted) & set(chosen.kinds):
        silent = kinds_named(t, wanted)
        lines.append(t("🚫 This channel doesn't announce {kinds}. Change it in `/announcements panel`.", kinds=silent))
    return Note(t("Saved"), "\n".join(lines))


async def remove_mention(interaction: Interaction, one: Mention) -> None:
    """Stop mentioning a role, as a command asks."""
    assert interaction.guild_id is not None
    t = words_of(interaction)
    await interaction.client.database.write(mentions.remove, interaction.guild_id, [one.id])
    what, where = filter_named(t, one.kinds, one.subject), f"<#{one.channel_id}>"
    body = t(
        "Posts in {channel} don't mention {role} any more: {what}", channel=where, role=f"<@&{one.role_id}>", what=what
    )
    await reply(interaction, notice(Accent.DATES, t("Saved"), body), private=True)


def answer(note: Note) -> ui.LayoutView:
    """The answer to a command: what the panel would say above its controls."""
    return notice(Accent.TROUBLE if note.refusal else Accent.DATES, note.title, note.body)


def nothing_announced(t: Words, channel_id: int) -> Note:
    """Why nothing can be chosen for a channel without announcements."""
    title = t("{channel} has no announcements", channel=f"<#{channel_id}>")
    return Note(title, t("Turn them on with `/announcements setup`."), refusal=True)
