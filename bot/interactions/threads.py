"""``/announcements threads``: which threads are opened for discussion, and when they are locked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from discord import app_commands
from discord.app_commands import locale_str as _

from bot.announcements.channels import Announceable
from bot.announcements.subscription import Subscription, Threads
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.panel import server
from bot.interactions.reports import channels
from bot.render.administration import threads_name, threads_named, warnings
from bot.render.card import Accent, RenderContext, notice
from bot.render.menus import trouble
from bot.store import subscriptions

OPEN_CHOICES = [
    app_commands.Choice(name=_("No threads"), value=int(Threads.NONE)),
    app_commands.Choice(name=_("Under each post"), value=int(Threads.POST)),
    app_commands.Choice(name=_("One for each evening, at air time"), value=int(Threads.EVENT)),
    app_commands.Choice(name=_("One for each drama, from air time"), value=int(Threads.SUBJECT)),
]
LOCK_CHOICES = [
    app_commands.Choice(name=_("Never"), value=0),
    app_commands.Choice(name=_("After 6 hours"), value=6),
    app_commands.Choice(name=_("After 12 hours"), value=12),
    app_commands.Choice(name=_("After a day"), value=24),
    app_commands.Choice(name=_("After three days"), value=72),
    app_commands.Choice(name=_("After a week"), value=168),
]


async def choose(
    interaction: Interaction, channel: Announceable | None, threads: Threads | None, lock_after: timedelta | None
) -> None:
    """Change what was named, in a channel or in all that have announcements, and show what is chosen there now."""
    client, guild, t = interaction.client, server(interaction), words_of(interaction)

    def change(chosen: Subscription) -> Subscription:
        return replace(
            chosen,
            threads=chosen.threads if threads is None else threads,
            lock_after=chosen.lock_after if lock_after is None else lock_after,
        )

    asked = [
        one.channel_id
        for one in await client.database.read(subscriptions.of_guild, guild.id)
        if channel is None or one.channel_id == channel.id
    ]
    if not asked:
        title = t("{channel} has no announcements", channel=channel.mention) if channel else t("Announcements are off")
        await reply(interaction, trouble(t, title, t("Turn them on with `/announcements setup`.")), private=True)
        return
    if threads is not None or lock_after is not None:
        for channel_id in asked:
            await client.database.write(subscriptions.update_subscription, guild.id, channel_id, change, client.clock())
    context = RenderContext(t, client.clock())
    lines: list[str] = []
    for one in await channels(client, guild.id):
        if one.chosen.channel_id in asked:
            named = threads_named(t, one) or threads_name(t, Threads.NONE, in_forum=one.forum is not None)
            lines += [f"**<#{one.chosen.channel_id}>** {named}", *warnings(context, one)]
    await reply(interaction, notice(Accent.DATES, t("Threads"), "\n".join(lines)), private=True)
