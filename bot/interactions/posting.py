"""``/announcements posts``: how the posts of a channel are made, as the panel lets choose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import discord
from discord import app_commands
from discord.app_commands import locale_str as _

from bot.announcements.channels import MAX_TAGS, Announceable, Tag, find_forum
from bot.announcements.hours import DAILY, DIGEST, WEEK
from bot.announcements.subscription import Subscription
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.panel import CHANGES, server
from bot.interactions.params import MAX_CHOICES
from bot.interactions.reports import channels
from bot.render.administration import setup_lines, warnings
from bot.render.card import Accent, RenderContext, notice
from bot.render.menus import trouble
from bot.render.panel import EACH
from bot.render.reasons import no_such_tags
from bot.store import subscriptions

DIGEST_CHOICES = [
    app_commands.Choice(name=_("One post per item"), value=EACH),
    app_commands.Choice(name=_("A daily digest"), value=DAILY),
    *(
        app_commands.Choice(name=name, value=day)
        for name, day in zip(
            (
                _("A weekly digest on Mondays"),
                _("A weekly digest on Tuesdays"),
                _("A weekly digest on Wednesdays"),
                _("A weekly digest on Thursdays"),
                _("A weekly digest on Fridays"),
                _("A weekly digest on Saturdays"),
                _("A weekly digest on Sundays"),
            ),
            WEEK,
            strict=True,
        )
    ),
]
LATE_CHOICES = [
    app_commands.Choice(name=name, value=str(hours * 3600))
    for name, hours in (
        (_("An hour"), 1),
        (_("6 hours"), 6),
        (_("12 hours"), 12),
        (_("A day"), 24),
        (_("Three days"), 72),
        (_("A week"), 168),
    )
]
LONGEST_TAGS = 100
"""Characters of a list of tags: as many as a suggestion may have."""


async def choose(
    interaction: Interaction, channel: Announceable, values: Mapping[str, str | None], tags: str | None
) -> None:
    """Change what was named of how a channel's posts are made, and show its settings.

    `values` are those of the controls of `bot.interactions.panel.CHANGES`; None: not named. `tags`: names of the
    forum's tags, with commas between them.
    """
    client, guild, t = interaction.client, server(interaction), words_of(interaction)
    before = await client.database.read(subscriptions.of_channel, guild.id, channel.id)
    if before is None:
        title = t("{channel} has no announcements", channel=channel.mention)
        await reply(interaction, trouble(t, title, t("Turn them on with `/announcements setup`.")), private=True)
        return
    named: list[tuple[str, Sequence[str]]] = [(name, [value]) for name, value in values.items() if value is not None]
    if tags is not None:
        forum = find_forum(guild, channel.id)
        known = forum.tags if forum is not None else ()
        found, unknown = read_tags(tags, known)
        if unknown or len(found) > MAX_TAGS:
            await reply(interaction, trouble(t, *no_such_tags(t, channel.id, known)), private=True)
            return
        named.append(("tags", [str(tag.id) for tag in found]))

    def change(chosen: Subscription) -> Subscription:
        return reduce(lambda so_far, one: CHANGES[one[0]](so_far, one[1]), named, chosen)

    if values.get("hour") is not None and DIGEST.fullmatch(change(before).digest) is None:
        told = trouble(t, t("Only a digest has an hour"), t("Choose a digest, too."))
        await reply(interaction, told, private=True)
        return
    if named:
        await client.database.write(subscriptions.update_subscription, guild.id, channel.id, change, client.clock())
    context = RenderContext(t, client.clock())
    lines = [
        line
        for one in await channels(client, guild.id)
        if one.chosen.channel_id == channel.id
        for line in (*setup_lines(context, one), *warnings(context, one))
    ]
    await reply(interaction, notice(Accent.DATES, t("Announcements"), "\n".join(lines)), private=True)


def read_tags(typed: str, known: Sequence[Tag]) -> tuple[list[Tag], list[str]]:
    """The tags that a text names, with or without their emoji, and what it names besides. Nothing names none."""
    full = {tag.name.casefold(): tag for tag in known}
    by_name = {name.partition(" ")[2]: tag for name, tag in full.items()} | full
    names = [name for part in typed.split(",") if (name := part.strip().casefold()) not in ("", "-")]
    found = dict.fromkeys(by_name[name] for name in names if name in by_name)
    return list(found), [name for name in names if name not in by_name]


async def suggest_tags(interaction: discord.Interaction[discord.Client], typed: str) -> list[app_commands.Choice[str]]:
    """The tags that can follow those that were typed, of the forum that was chosen."""
    channel = getattr(interaction.namespace, "channel", None)
    forum = find_forum(interaction.guild, channel.id) if channel is not None else None
    if forum is None:
        return []
    before, _comma, last = typed.rpartition(",")
    taken, _unknown = read_tags(before, forum.tags)
    said = [tag.name for tag in taken]
    fitting = [tag.name for tag in forum.tags if tag not in taken and last.strip().casefold() in tag.name.casefold()]
    lists = [", ".join([*said, name]) for name in fitting]
    return [app_commands.Choice(name=one, value=one) for one in lists if len(one) <= LONGEST_TAGS][:MAX_CHOICES]
