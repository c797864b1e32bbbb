"""``/announcements``: what a server is told, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import discord
from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.announcements import outlook, permissions
from bot.announcements.hours import quiet_hours
from bot.announcements.outcome import Post
from bot.announcements.publisher import shown
from bot.announcements.schedule import REMINDERS as ALL_REMINDERS
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, ANNOUNCED, Subscription
from bot.catalogue.model import EventKind, Upcoming
from bot.client import Byeol
from bot.errors import MissingPermissionsError
from bot.interactions import panel
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.params import FindDated, FindFollowed, Zone
from bot.render import administration
from bot.render.administration import Channel
from bot.render.announcement import Frame
from bot.render.card import Accent, Scene, notice
from bot.render.menus import trouble
from bot.render.phrases import called
from bot.render.post import post
from bot.render.told import Told
from bot.search import Entry
from bot.store import events, follows, subscriptions
from bot.text import LANGUAGES, language_name, words

_admin = app_commands.checks.has_permissions(manage_guild=True)

SHOWN = 15
"""Lines of a list: what a phone shows without much scrolling, and within Discord's 4,000 characters."""
LANGUAGE_CHOICES = [app_commands.Choice(name=language_name(language), value=language) for language in LANGUAGES]


KINDS = {
    "main": ANNOUNCED,
    "premieres": (EventKind.PREMIERE,),
    "songs": (EventKind.OST_RELEASE,),
    "all": tuple(EventKind),
}
KIND_CHOICES = [
    app_commands.Choice(name=_("Premieres and OST releases"), value="main"),
    app_commands.Choice(name=_("Premieres only"), value="premieres"),
    app_commands.Choice(name=_("OST releases only"), value="songs"),
    app_commands.Choice(name=_("Everything: episodes, finales and albums too"), value="all"),
]
REMINDERS = {
    "none": (),
    "hour": (Stage.HOUR_AHEAD,),
    "day": (Stage.DAY_AHEAD,),
    "week": (Stage.WEEK_AHEAD,),
    "all": (Stage.CONFIRMED, *ALL_REMINDERS),
}
REMINDER_CHOICES = [
    app_commands.Choice(name=_("No reminders"), value="none"),
    app_commands.Choice(name=_("An hour ahead, where the time is known"), value="hour"),
    app_commands.Choice(name=_("A day ahead"), value="day"),
    app_commands.Choice(name=_("A week ahead"), value="week"),
    app_commands.Choice(name=_("All of these, and when a date is confirmed"), value="all"),
]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Announcements(
    commands.GroupCog, group_name=_("announcements"), group_description=_("Premieres and OST releases, in a channel")
):
    """What a server is told."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot

    @app_commands.command(name=_("setup"), description=_("Announce premieres and OST releases in a channel"))
    @app_commands.rename(channel=_("channel"), role=_("role"), language=_("language"), timezone=_("timezone"))
    @app_commands.rename(kinds=_("kinds"), remind=_("remind"), quiet=_("quiet"))
    @app_commands.describe(
        channel=_("Where to announce"),
        role=_("A role to ping; at first nobody"),
        language=_("The language of the announcements"),
        timezone=_("Your server's time zone, at first Asia/Seoul; dates without a time are announced at 9:00"),
        kinds=_("What to announce; at first premieres and OST releases"),
        remind=_("Reminders ahead; at first none"),
        quiet=_("When nothing is posted, such as 22:00-08:00; what comes due waits. Or: off"),
    )
    @app_commands.choices(language=LANGUAGE_CHOICES, kinds=KIND_CHOICES, remind=REMINDER_CHOICES)
    @_admin
    async def setup(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        role: discord.Role | None = None,
        language: app_commands.Choice[str] | None = None,
        timezone: app_commands.Transform[str, Zone] | None = None,
        kinds: app_commands.Choice[str] | None = None,
        remind: app_commands.Choice[str] | None = None,
        quiet: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        """Turn announcements on in a channel, or change them; what is left out stays as it was."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        missing = permissions.missing(channel)
        if missing:
            raise MissingPermissionsError(channel.id, missing)
        if role is not None and not permissions.pingable(channel, role):
            words_ = administration.unpingable(t, role.id if not role.is_default() else None)
            await reply(interaction, trouble(t, *words_), private=True)
            return
        hours = None if quiet is None else quiet_hours(quiet)
        if quiet is not None and hours is None:
            await reply(interaction, trouble(t, *administration.not_quiet_hours(t, quiet)), private=True)
            return
        now = self._bot.clock()
        before = await self._bot.database.read(subscriptions.of_channel, interaction.guild_id, channel.id)
        chosen = before or await panel.first_choice(interaction, channel.id)
        chosen = replace(
            chosen,
            role_id=role.id if role else chosen.role_id,
            language=language.value if language else chosen.language,
            zone=timezone or chosen.zone,
            kinds=KINDS[kinds.value] if kinds else chosen.kinds,
            stages=(*ALWAYS, *REMINDERS[remind.value]) if remind else chosen.stages,
            quiet=hours if hours is not None else chosen.quiet,
        )
        if not await self._bot.database.write(subscriptions.choose, chosen, now):
            title = t("A server can have {n} channels at most", n=subscriptions.MAX_CHANNELS)
            await reply(interaction, trouble(t, title, t("Let one go with `/announcements off`.")), private=True)
            return
        lines = administration.setup_lines(_scene(interaction), chosen)
        lines.append(t("Nothing that is past is posted. `/announcements test` posts a preview."))
        if before is None and len(await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)) > 1:
            lines.append(t("Your other channels stay as they are. Turn one off with `/announcements off`."))
        await reply(interaction, notice(Accent.DATES, t("Announcements are on"), "\n".join(lines)), private=True)

    @app_commands.command(
        name=_("panel"), description=_("Change everything about announcements, with menus and buttons")
    )
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Which channel; the first that you have set up if you choose none"))
    @_admin
    async def panel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Show what was chosen for a channel, with a control for each choice."""
        await panel.open_panel(interaction, channel.id if channel else None)

    @app_commands.command(name=_("status"), description=_("Where announcements go, what was posted, what comes next"))
    async def status(self, interaction: Interaction) -> None:
        """Show what a server chose and what became of it."""
        assert interaction.guild_id is not None
        channels = await self._channels(interaction)
        lately = await outlook.lately(self._bot.database, interaction.guild_id, 5)
        ahead = await self._ahead(interaction.guild_id, 60)
        followed = await self._bot.database.read(follows.of_guild, interaction.guild_id)
        view = administration.status(_scene(interaction), channels, followed, lately, ahead[:5])
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("history"), description=_("What was posted, and what was not and why"))
    async def history(self, interaction: Interaction) -> None:
        """Show what became of a server's announcements."""
        assert interaction.guild_id is not None
        found = await outlook.lately(self._bot.database, interaction.guild_id, SHOWN)
        await reply(interaction, administration.history(_scene(interaction), found), private=True)

    @app_commands.command(name=_("upcoming"), description=_("Exactly what would be posted, where and when"))
    @app_commands.rename(days=_("days"))
    @app_commands.describe(days=_("How many days to look ahead (30 if you do not say)"))
    async def upcoming(self, interaction: Interaction, days: app_commands.Range[int, 1, 366] = 30) -> None:
        """Show what would be posted, and what would stop it."""
        assert interaction.guild_id is not None
        channels = await self._channels(interaction)
        if not channels:
            await reply(interaction, _off(interaction), private=True)
            return
        ahead = await self._ahead(interaction.guild_id, days)
        await reply(interaction, administration.ahead_of(_scene(interaction), days, channels, ahead), private=True)

    @app_commands.command(name=_("why"), description=_("Why a drama or a song was, or was not, announced here"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama or a song, in any spelling"))
    async def why(self, interaction: Interaction, name: app_commands.Transform[Entry, FindDated]) -> None:
        """Explain what becomes of each date of `name` in this server."""
        assert interaction.guild_id is not None
        if not await self._bot.database.read(subscriptions.of_guild, interaction.guild_id):
            await reply(interaction, _off(interaction), private=True)
            return
        found = await outlook.explained(self._bot.database, interaction.guild_id, name.ref)
        await reply(interaction, administration.explanation(_scene(interaction), name.label, found), private=True)

    @app_commands.command(name=_("follow"), description=_("Be told of some dramas and artists only"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama, a person or a group"))
    @_admin
    async def follow(self, interaction: Interaction, name: app_commands.Transform[Entry, FindFollowed]) -> None:
        """Let a server be told of `name`, and of nothing that it does not follow."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        if not await self._bot.database.write(follows.add, interaction.guild_id, name.ref):
            title = t("A server can follow {n} things at most", n=follows.MAX_FOLLOWS)
            await reply(interaction, trouble(t, title, t("Let one go with `/announcements unfollow`.")), private=True)
            return
        await self._show_follows(interaction, t("Followed: {name}", name=called(t, name.label)))

    @app_commands.command(name=_("unfollow"), description=_("Follow a drama or an artist no longer"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama, a person or a group"))
    @_admin
    async def unfollow(self, interaction: Interaction, name: app_commands.Transform[Entry, FindFollowed]) -> None:
        """Let a server be told of `name` no longer; or of everything, if it was the last that it followed."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        if await self._bot.database.write(follows.remove, interaction.guild_id, name.ref):
            await self._show_follows(interaction, t("No longer followed: {name}", name=called(t, name.label)))
        else:
            await self._show_follows(interaction, t("This was not followed: {name}", name=called(t, name.label)))

    async def _show_follows(self, interaction: Interaction, title: str) -> None:
        assert interaction.guild_id is not None
        found = await self._bot.database.read(follows.of_guild, interaction.guild_id)
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        body = administration.following(words_of(interaction), found, chosen)
        await reply(interaction, notice(Accent.DATES, title, body), private=True)

    @app_commands.command(name=_("test"), description=_("Post a preview that pings nobody"))
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Which channel; all that you have set up if you choose none"))
    @_admin
    async def test(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Post the next announcement as a preview, where announcements go."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        all_channels = await self._channels(interaction)
        channels = [one for one in all_channels if channel is None or one.chosen.channel_id == channel.id]
        if not channels:
            await reply(interaction, _off(interaction, channel, [one.chosen for one in all_channels]), private=True)
            return
        for one in channels:
            lacking = [name for name in one.missing if name in permissions.NEEDED]
            if lacking:
                raise MissingPermissionsError(one.chosen.channel_id, lacking)
        await interaction.response.defer(ephemeral=True, thinking=True)
        ahead = await self._ahead(interaction.guild_id, 60)
        links = [link for one in channels if (link := await self._preview(one.chosen, ahead)) is not None]
        if links:
            view = notice(Accent.DATES, t("A preview is posted"), "\n".join(links))
        else:
            title, body = t("There is nothing to show yet"), t("The catalogue has no date that could be announced.")
            view = trouble(t, title, body)
        await reply(interaction, view, private=True)

    async def _preview(self, chosen: Subscription, ahead: list[Post]) -> str | None:
        """Post a preview of what comes next in a channel; returns its address."""
        now, database = self._bot.clock(), self._bot.database
        coming = next((one for one in ahead if one.channel_id == chosen.channel_id), None)
        latest = None if coming else await database.read(events.latest, now, ANNOUNCED)
        told: list[tuple[Stage, Upcoming]] = list(coming.told) if coming else [(Stage.NOW, latest)] if latest else []
        if not told:
            return None
        preview = post(
            Scene(words(chosen.language), now),
            [Told(stage, await shown.announced(database, item)) for stage, item in told],
            Frame(None, chosen.zone, chosen.role_id, preview=True),
            digest=coming is not None and coming.digest,
        )
        place = self._bot.get_partial_messageable(chosen.channel_id, guild_id=chosen.guild_id)
        message = await place.send(
            preview.content, embed=preview.embed, view=preview.view, allowed_mentions=discord.AllowedMentions.none()
        )
        return message.jump_url

    @app_commands.command(name=_("off"), description=_("Stop announcing"))
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Where to stop; everywhere if you choose none"))
    @_admin
    async def off(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Turn announcements off, in a channel or everywhere."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        database, at = self._bot.database, channel.id if channel else None
        ended = await database.write(subscriptions.end, interaction.guild_id, self._bot.clock(), at)
        left = await database.read(subscriptions.of_guild, interaction.guild_id)
        if not ended:
            await reply(interaction, _off(interaction, channel, left), private=True)
            return
        if left:
            where = t.both([f"<#{one.channel_id}>" for one in left])
            body = t("Nothing more is posted there. Still on: {channels}", channels=where)
        else:
            body = t("Nothing more is posted. Turn them on again with `/announcements setup`.")
        await reply(interaction, notice(Accent.DATES, t("Announcements are off"), body), private=True)

    async def _channels(self, interaction: Interaction) -> list[Channel]:
        """What the server chose, and what the bot lacks for it."""
        assert interaction.guild_id is not None
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        return [Channel(one, permissions.missing_for(interaction.guild, one)) for one in chosen]

    async def _ahead(self, guild_id: int, days: int) -> list[Post]:
        return await outlook.ahead(self._bot.database, guild_id, self._bot.clock(), timedelta(days=days))


def _scene(interaction: Interaction) -> Scene:
    return Scene(words_of(interaction), interaction.client.clock())


def _off(
    interaction: Interaction, channel: discord.TextChannel | None = None, others: Sequence[Subscription] = ()
) -> discord.ui.LayoutView:
    """That nothing is announced: in a channel, or, where there are no others, at all."""
    t = words_of(interaction)
    if channel is not None and others:
        where = t.both([f"<#{one.channel_id}>" for one in others])
        title = t("Nothing is announced in {channel}", channel=channel.mention)
        return notice(Accent.DATES, title, t("Announcements are on in: {channels}", channels=where))
    return notice(Accent.DATES, t("Announcements are off"), t("An admin turns them on with `/announcements setup`."))


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(Announcements(bot))
