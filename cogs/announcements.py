"""``/announcements``: what a server is told, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import discord
from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot import schedule
from bot.answers import Interaction, reply, words_of
from bot.client import Byeol
from bot.errors import MissingPermissionsError
from bot.model import EventKind, Label, Upcoming
from bot.params import FindDated, FindFollowed, Zone
from bot.render import administration, announcement
from bot.render.administration import Outcome, Setup
from bot.render.card import Accent, Scene, escape, notice, shorten
from bot.render.menus import trouble
from bot.render.phrases import called
from bot.schedule import Audience, Stage, Why
from bot.search import Entry
from bot.store import deliveries, events, follows, subscriptions
from bot.store.deliveries import Settled
from bot.store.subscriptions import GRACE, Subscription
from bot.text import LANGUAGES, language_name, words
from bot.when import SEOUL

_admin = app_commands.checks.has_permissions(manage_guild=True)

SHOWN = 15
"""Lines of a list: what a phone shows without much scrolling, and within Discord's 4,000 characters."""
LANGUAGE_CHOICES = [app_commands.Choice(name=language_name(language), value=language) for language in LANGUAGES]


KINDS = {
    "main": schedule.ANNOUNCED,
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
    "all": (Stage.CONFIRMED, *schedule.REMINDERS),
}
REMINDER_CHOICES = [
    app_commands.Choice(name=_("No reminders"), value="none"),
    app_commands.Choice(name=_("An hour ahead, where the time is known"), value="hour"),
    app_commands.Choice(name=_("A day ahead"), value="day"),
    app_commands.Choice(name=_("A week ahead"), value="week"),
    app_commands.Choice(name=_("All of these, and when a date is confirmed"), value="all"),
]


@app_commands.guild_only()
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
        role=_("A role to ping; nobody is pinged if you choose none"),
        language=_("The language of the announcements"),
        timezone=_("Your server's time zone; dates without a time are announced at 9:00 there"),
        kinds=_("What to announce; premieres and OST releases if you choose nothing"),
        remind=_("Reminders ahead; none if you choose nothing"),
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
        """Turn announcements on, or change them; what is left out stays as it was."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        missing = _missing(channel)
        if missing:
            raise MissingPermissionsError(channel.id, missing)
        if role is not None and not _pingable(channel, role):
            await reply(interaction, _unpingable(interaction, role), private=True)
            return
        hours = None if quiet is None else schedule.quiet_hours(quiet)
        if quiet is not None and hours is None:
            title = t("“{text}” are no quiet hours I understand", text=escape(quiet))
            await reply(interaction, trouble(t, title, t("Write them like this: 22:00-08:00. Or: off.")), private=True)
            return
        before = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        guild_language = words(interaction.guild_locale.value if interaction.guild_locale else "en").language
        chosen = Subscription(
            guild_id=interaction.guild_id,
            channel_id=channel.id,
            role_id=role.id if role else before.role_id if before else None,
            language=language.value if language else before.language if before else guild_language,
            zone=timezone or (before.zone if before else SEOUL),
            kinds=KINDS[kinds.value] if kinds else before.kinds if before else schedule.ANNOUNCED,
            stages=_stages(remind, before),
            grace=before.grace if before else GRACE,
            since=self._bot.clock(),
            quiet=hours if hours is not None else before.quiet if before else "",
        )
        await self._bot.database.write(subscriptions.choose, chosen)
        lines = administration.setup_lines(_scene(interaction), _setup_of(chosen))
        lines.append(t("Nothing that is past is posted. See it with `/announcements test`."))
        await reply(interaction, notice(Accent.DATES, t("Announcements are on"), "\n".join(lines)), private=True)

    @app_commands.command(name=_("status"), description=_("Where announcements go, what was posted, what comes next"))
    async def status(self, interaction: Interaction) -> None:
        """Show what a server chose and what became of it."""
        assert interaction.guild_id is not None
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        missing = self._missing_now(interaction, chosen)
        lately = await self._lately(interaction.guild_id, 5)
        ahead = await self._ahead(chosen, 60) if chosen else []
        followed = await self._bot.database.read(follows.of_guild, interaction.guild_id)
        view = administration.status(
            _scene(interaction), _setup_of(chosen, followed) if chosen else None, missing, lately, ahead[:5]
        )
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("history"), description=_("What was posted, and what was not and why"))
    async def history(self, interaction: Interaction) -> None:
        """Show what became of a server's announcements."""
        assert interaction.guild_id is not None
        found = await self._lately(interaction.guild_id, SHOWN)
        await reply(interaction, administration.history(_scene(interaction), found), private=True)

    @app_commands.command(name=_("upcoming"), description=_("Exactly what would be posted, where and when"))
    @app_commands.rename(days=_("days"))
    @app_commands.describe(days=_("How many days to look ahead (30 if you do not say)"))
    async def upcoming(self, interaction: Interaction, days: app_commands.Range[int, 1, 366] = 30) -> None:
        """Show what would be posted, and what would stop it."""
        assert interaction.guild_id is not None
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        if chosen is None:
            await reply(interaction, _off(interaction), private=True)
            return
        missing = self._missing_now(interaction, chosen)
        ahead = await self._ahead(chosen, days)
        followed = await self._bot.database.read(follows.of_guild, interaction.guild_id)
        view = administration.ahead_of(_scene(interaction), days, _setup_of(chosen, followed), missing, ahead[:SHOWN])
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("why"), description=_("Why a drama or a song was, or was not, announced here"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama or a song, in any spelling"))
    async def why(self, interaction: Interaction, name: app_commands.Transform[Entry, FindDated]) -> None:
        """Explain what becomes of each date of `name` in this server."""
        assert interaction.guild_id is not None
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        if chosen is None:
            await reply(interaction, _off(interaction), private=True)
            return
        dated = await self._bot.database.read(events.of_entity, name.ref)
        ids = [item.event.id for item in dated]
        known = await self._bot.database.read(deliveries.of_events, interaction.guild_id, ids)
        told = await self._bot.database.read(follows.concerned, interaction.guild_id, ids)
        found = [_explained(item, known.get(item.event.id), chosen, item.event.id in told) for item in dated]
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
        t = words_of(interaction)
        found = await self._bot.database.read(follows.of_guild, interaction.guild_id)
        names = shorten(", ".join(called(t, label) for label in found), 3000)
        body = (
            t("Announced is only what has to do with: {names}", names=names) if found else t("Everything is announced.")
        )
        await reply(interaction, notice(Accent.DATES, title, body), private=True)

    @app_commands.command(name=_("test"), description=_("Post a preview that pings nobody"))
    @_admin
    async def test(self, interaction: Interaction) -> None:
        """Post the next announcement as a preview, where announcements go."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        chosen = await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)
        if chosen is None:
            await reply(interaction, _off(interaction), private=True)
            return
        missing = self._missing_now(interaction, chosen)
        if missing:
            raise MissingPermissionsError(chosen.channel_id, missing)
        item = await self._example(chosen)
        if item is None:
            title, body = t("There is nothing to show yet"), t("The catalogue has no date that could be announced.")
            await reply(interaction, trouble(t, title, body), private=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        scene = Scene(words(chosen.language), self._bot.clock())
        found = await self._bot.publisher.announced(item)
        view = announcement.announcement(
            scene, found, stage=Stage.NOW, mark=None, role_id=chosen.role_id, late=False, preview=True
        )
        channel = self._bot.get_partial_messageable(chosen.channel_id, guild_id=chosen.guild_id)
        message = await channel.send(view=view, allowed_mentions=discord.AllowedMentions.none())
        await reply(interaction, notice(Accent.DATES, t("A preview is posted"), message.jump_url), private=True)

    @app_commands.command(name=_("off"), description=_("Stop announcing"))
    @_admin
    async def off(self, interaction: Interaction) -> None:
        """Turn announcements off."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        if await self._bot.database.write(subscriptions.end, interaction.guild_id, self._bot.clock()):
            body = t("Nothing more is posted. Turn them on again with `/announcements setup`.")
            await reply(interaction, notice(Accent.DATES, t("Announcements are off"), body), private=True)
        else:
            await reply(interaction, _off(interaction), private=True)

    def _missing_now(self, interaction: Interaction, chosen: Subscription | None) -> list[str]:
        """What the bot lacks in the channel that was chosen; a channel that is gone cannot be seen."""
        if chosen is None or interaction.guild is None:
            return []
        channel = interaction.guild.get_channel(chosen.channel_id)
        return _missing(channel) if isinstance(channel, discord.TextChannel) else ["view_channel"]

    async def _lately(self, guild_id: int, limit: int) -> list[Outcome]:
        settled = await self._bot.database.read(deliveries.lately, guild_id, limit)
        items = await self._bot.database.read(events.with_context, list(dict.fromkeys(one.event_id for one in settled)))
        known = {item.event.id: item for item in items}
        return [_outcome(known[one.event_id], one, guild_id) for one in settled]

    async def _ahead(self, chosen: Subscription, days: int) -> list[tuple[Upcoming, datetime]]:
        now = self._bot.clock()
        found = await self._bot.database.read(events.upcoming, now, now + timedelta(days=days))
        told = await self._bot.database.read(follows.concerned, chosen.guild_id, [item.event.id for item in found])
        ahead = [
            (item, schedule.after_quiet(at, Audience(chosen.zone, chosen.quiet)))
            for item in found
            if item.event.id in told and item.event.kind in chosen.kinds and schedule.announceable(item.event)
            if (at := schedule.due_at(item.event.when, chosen.zone)) is not None and at > now
        ]
        return sorted(ahead, key=lambda pair: pair[1])

    async def _example(self, chosen: Subscription) -> Upcoming | None:
        ahead = await self._ahead(chosen, 60)
        if ahead:
            return ahead[0][0]
        return await self._bot.database.read(events.latest, self._bot.clock(), schedule.ANNOUNCED)


def _scene(interaction: Interaction) -> Scene:
    return Scene(words_of(interaction), interaction.client.clock())


def _setup_of(chosen: Subscription, followed: Sequence[Label] = ()) -> Setup:
    return Setup(
        *(chosen.channel_id, chosen.role_id, chosen.language, chosen.zone, chosen.kinds, chosen.stages),
        paused_at=chosen.paused_at,
        quiet=chosen.quiet,
        follows=followed,
    )


def _missing(channel: discord.TextChannel) -> list[str]:
    """The permissions that the bot lacks in a channel. By the history it knows its own posts again after a crash."""
    allowed = channel.permissions_for(channel.guild.me)
    needed = ("view_channel", "send_messages", "read_message_history")
    return [name for name in needed if not getattr(allowed, name)]


def _pingable(channel: discord.TextChannel, role: discord.Role) -> bool:
    if role.is_default():
        return False
    return role.mentionable or channel.permissions_for(channel.guild.me).mention_everyone


def _unpingable(interaction: Interaction, role: discord.Role) -> discord.ui.LayoutView:
    t = words_of(interaction)
    if role.is_default():
        return trouble(t, t("I do not ping everyone"), t("Choose a role that members can take or leave."))
    body = t(
        "Allow everyone to mention {role} in the role's settings, or give me the permission “Mention @everyone, @here "
        "and All Roles”.",
        role=role.mention,
    )
    return trouble(t, t("I may not ping that role"), body)


def _off(interaction: Interaction) -> discord.ui.LayoutView:
    t = words_of(interaction)
    return notice(Accent.DATES, t("Announcements are off"), t("An admin turns them on with `/announcements setup`."))


def _stages(remind: app_commands.Choice[str] | None, before: Subscription | None) -> tuple[Stage, ...]:
    """What is told of an event: the event itself and corrections always, reminders as chosen."""
    if remind is None and before is not None:
        return tuple(before.stages)
    return (*schedule.STAGES, *(REMINDERS[remind.value] if remind else ()))


def _outcome(item: Upcoming, one: Settled, guild_id: int) -> Outcome:
    return Outcome(item, one.state, one.reason, _jump(guild_id, one))


def _explained(
    item: Upcoming, one: Settled | None, chosen: Subscription, followed: bool
) -> tuple[Upcoming, Outcome | Why, datetime | None]:
    """What became of a date here, or what will; with the time it is to be announced."""
    at = schedule.due_at(item.event.when, chosen.zone)
    if one is not None and one.state != "withdrawn":
        return item, _outcome(item, one, chosen.guild_id), None
    why = schedule.why(item.event, chosen.kinds, chosen.zone, chosen.since, followed=followed)
    return item, why, at if why is Why.TO_COME else None


def _jump(guild_id: int, one: Settled) -> str | None:
    if one.message_id is None:
        return None
    return f"https://discord.com/channels/{guild_id}/{one.channel_id}/{one.message_id}"


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(Announcements(bot))
