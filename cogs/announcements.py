"""``/announcements``: what is announced in a server, and where."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import discord
from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.announcements import outlook, permissions
from bot.announcements.channels import Announceable
from bot.announcements.hours import quiet_hours
from bot.announcements.mention import Mention
from bot.announcements.outcome import Post
from bot.announcements.schedule import REMINDERS as ALL_REMINDERS
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, ANNOUNCED, Subscription, Threads
from bot.catalogue.model import ANNIVERSARIES, EventKind
from bot.client import Byeol
from bot.errors import MissingPermissionsError
from bot.interactions import filters, notify, panel, posting, reports, threads
from bot.interactions.answers import Interaction, count_report, reply, reply_card, words_of
from bot.interactions.following import follow_in, following_of, unfollow_in
from bot.interactions.params import FindDated, FindFollowed, FindMention, Zone
from bot.interactions.previews import post_preview
from bot.render import administration, following, reasons
from bot.render import mentions as mention_words
from bot.render import notify as notify_words
from bot.render.card import Accent, RenderContext, notice
from bot.render.menus import trouble
from bot.render.phrases import called
from bot.search import Entry
from bot.store import follows, subscriptions
from bot.text import ENGLISH, LANGUAGES, language_name, words

_admin = app_commands.checks.has_permissions(manage_guild=True)

LANGUAGE_CHOICES = [app_commands.Choice(name=language_name(language), value=language) for language in LANGUAGES]


KINDS = {
    "main": ANNOUNCED,
    "premieres": (EventKind.PREMIERE,),
    "songs": (EventKind.OST_RELEASE,),
    "days": (*ANNOUNCED, *ANNIVERSARIES),
    "all": tuple(EventKind),
}
KIND_CHOICES = [
    app_commands.Choice(name=_("Premieres, OST releases and your own events"), value="main"),
    app_commands.Choice(name=_("Premieres only"), value="premieres"),
    app_commands.Choice(name=_("OST releases only"), value="songs"),
    app_commands.Choice(
        name=_("Premieres, OST releases, your own events, and anniversaries of what you follow"), value="days"
    ),
    app_commands.Choice(name=_("Everything: episodes, finales, albums and anniversaries too"), value="all"),
]
EACH_KIND_CHOICES = [
    app_commands.Choice(name=_(administration.kind_name(words(ENGLISH), kind)), value=kind.value)
    for kind in administration.KIND_ORDER
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
    """What is announced in a server."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Called before every command. Raises `app_commands.NoPrivateMessage` outside of servers the bot is in.

        Discord offers none of them there, as far as it knows.
        """
        panel.server(interaction)
        return True

    @app_commands.command(name=_("setup"), description=_("Announce premieres and OST releases in a channel"))
    @app_commands.rename(channel=_("channel"), role=_("role"), language=_("language"), timezone=_("timezone"))
    @app_commands.rename(kinds=_("kinds"), remind=_("remind"), quiet=_("quiet"), expected=_("expected"))
    @app_commands.describe(
        channel=_("Where to announce"),
        role=_("A role to ping (default: nobody)"),
        language=_("The language of the announcements"),
        timezone=_("Your server's time zone (default: Asia/Seoul); dates without a time are announced at 9:00"),
        kinds=_("What to announce (default: premieres, OST releases and your own events)"),
        remind=_("Reminders ahead of time (default: none)"),
        quiet=_("Hours without posts, such as 22:00-08:00; posts wait until they end. “off” for none"),
        expected=_("Episodes whose dates follow from the time slot, before they are confirmed (default: no)"),
    )
    @app_commands.choices(language=LANGUAGE_CHOICES, kinds=KIND_CHOICES, remind=REMINDER_CHOICES)
    @_admin
    async def setup(
        self,
        interaction: Interaction,
        channel: Announceable,
        role: discord.Role | None = None,
        language: app_commands.Choice[str] | None = None,
        timezone: app_commands.Transform[str, Zone] | None = None,
        kinds: app_commands.Choice[str] | None = None,
        remind: app_commands.Choice[str] | None = None,
        quiet: app_commands.Range[str, 1, 20] | None = None,
        expected: bool | None = None,
    ) -> None:
        """Turn announcements on in a channel, or change its settings; omitted options stay as they were."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        missing = permissions.missing(channel)
        if missing:
            raise MissingPermissionsError(channel.id, missing)
        if role is not None and not permissions.pingable(channel, role):
            words_ = reasons.unpingable(t, role.id if not role.is_default() else None)
            await reply(interaction, trouble(t, *words_), private=True)
            return
        hours = None if quiet is None else quiet_hours(quiet)
        if quiet is not None and hours is None:
            await reply(interaction, trouble(t, *reasons.not_quiet_hours(t, quiet)), private=True)
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
            expected=chosen.expected if expected is None else expected,
            paused_at=None,
        )
        if not await self._bot.database.write(subscriptions.choose, chosen, now):
            title = t("A server can have up to {n} channels", n=subscriptions.MAX_CHANNELS)
            await reply(interaction, trouble(t, title, t("Remove one with `/announcements off`.")), private=True)
            return
        shown, members = await asyncio.gather(
            reports.channels(self._bot, interaction.guild_id, look=True), self._counted(interaction, chosen)
        )
        own = next((one for one in shown if one.chosen.channel_id == channel.id), administration.Channel(chosen))
        lines = administration.setup_lines(_context(interaction), own, members)
        lines += administration.about_tags(t, own)
        lines.append(t("Past dates aren't posted. `/announcements test` posts a preview."))
        if before is None and len(shown) > 1:
            lines.append(t("Your other channels stay as they are. Turn one off with `/announcements off`."))
        lines += notify_words.warnings(t, await reports.offered(self._bot, interaction.guild_id, count=False))
        await reply(interaction, notice(Accent.DATES, t("Announcements are on"), "\n".join(lines)), private=True)

    @app_commands.command(name=_("panel"), description=_("Change every announcement setting with menus and buttons"))
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Which channel (default: the first you set up)"))
    @_admin
    async def panel(self, interaction: Interaction, channel: Announceable | None = None) -> None:
        """Show the settings of a channel, with a control for each."""
        await panel.open_panel(interaction, channel.id if channel else None)

    @app_commands.command(name=_("status"), description=_("Where announcements go, what was posted, what comes next"))
    async def status(self, interaction: Interaction) -> None:
        """Show a server's subscriptions, and the outcomes of its deliveries."""
        assert interaction.guild_id is not None
        await reply_card(interaction, reports.STATUS, reports.key_of(interaction.guild_id), private=True)

    @app_commands.command(name=_("history"), description=_("What was posted, what wasn't, and why"))
    async def history(self, interaction: Interaction) -> None:
        """Show the outcomes of a server's announcements."""
        assert interaction.guild_id is not None
        await reply_card(interaction, reports.HISTORY, reports.key_of(interaction.guild_id), private=True)

    @app_commands.command(name=_("upcoming"), description=_("Exactly what will be posted, where and when"))
    @app_commands.rename(days=_("days"))
    @app_commands.describe(days=_("How many days to look ahead (default: 30)"))
    async def upcoming(self, interaction: Interaction, days: app_commands.Range[int, 1, 366] = 30) -> None:
        """Show what will be posted, and what would stop it."""
        assert interaction.guild_id is not None
        if await self._is_off(interaction):
            await reply(interaction, _off(interaction), private=True)
        else:
            await reply_card(interaction, reports.UPCOMING, reports.key_of(interaction.guild_id, days), private=True)

    @app_commands.command(name=_("why"), description=_("Why something is or isn't announced here"))
    @app_commands.rename(name=_("name"))
    @app_commands.describe(name=_("A drama, a song or an artist, in any spelling"))
    async def why(self, interaction: Interaction, name: app_commands.Transform[Entry, FindDated]) -> None:
        """Explain whether each date that concerns `name` is announced in this server, and why."""
        assert interaction.guild_id is not None
        if await self._is_off(interaction):
            await reply(interaction, _off(interaction), private=True)
        else:
            await reply_card(interaction, reports.WHY, reports.key_of(interaction.guild_id, name.ref), private=True)

    @app_commands.command(name=_("follow"), description=_("Announce only the dramas and artists you choose"))
    @app_commands.rename(name=_("name"), channel=_("channel"))
    @app_commands.describe(
        name=_("A drama, a person or a group"), channel=_("For this channel alone (default: for the whole server)")
    )
    @_admin
    async def follow(
        self,
        interaction: Interaction,
        name: app_commands.Transform[Entry, FindFollowed],
        channel: Announceable | None = None,
    ) -> None:
        """Follow `name`, and ask whether to limit the channels to what is followed, or limit one to its own list."""
        assert interaction.guild_id is not None
        t = words_of(interaction)
        if channel is not None:
            await follow_in(interaction, channel, name)
            return
        if not await self._bot.database.write(follows.add, interaction.guild_id, name.ref):
            title = t("A server can follow up to {n} dramas and artists", n=follows.MAX_FOLLOWS)
            body = t("Remove one with `/announcements unfollow`.")
            await reply(interaction, trouble(t, title, body), private=True)
            return
        await self._show_follows(interaction, t("You follow {name} now", name=called(t, name.label)))

    @app_commands.command(name=_("unfollow"), description=_("Stop following a drama or an artist"))
    @app_commands.rename(name=_("name"), channel=_("channel"))
    @app_commands.describe(
        name=_("A drama, a person or a group"), channel=_("For this channel alone (default: for the whole server)")
    )
    @_admin
    async def unfollow(
        self,
        interaction: Interaction,
        name: app_commands.Transform[Entry, FindFollowed],
        channel: Announceable | None = None,
    ) -> None:
        """Stop following `name`; if it was the last, ask what the channels should announce."""
        assert interaction.guild_id is not None
        if channel is not None:
            await unfollow_in(interaction, channel, name)
            return
        t, named = words_of(interaction), called(words_of(interaction), name.label)
        if await self._bot.database.write(follows.remove, interaction.guild_id, name.ref):
            await self._show_follows(interaction, t("You don't follow {name} any more", name=named))
        else:
            await self._show_follows(interaction, t("You weren't following {name}", name=named))

    async def _show_follows(self, interaction: Interaction, title: str) -> None:
        assert interaction.guild_id is not None
        view = following.following(words_of(interaction), title, await following_of(interaction))
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("notify"), description=_("Who gets a role by “Notify me”, and whether anybody can"))
    @_admin
    async def notify(self, interaction: Interaction) -> None:
        """Show the roles that members take to be told of a drama or an artist, with a switch."""
        assert interaction.guild_id is not None
        count_report(interaction)
        found = await reports.offered(self._bot, interaction.guild_id)
        await reply(interaction, notify_words.settings(words_of(interaction), found), private=True)

    @app_commands.command(
        name=_("threads"), description=_("Open threads for discussion at air time, and lock them later")
    )
    @app_commands.rename(open_=_("open"), lock=_("lock"), channel=_("channel"))
    @app_commands.describe(
        open_=_("Which threads to open; in a forum, the post itself is the thread"),
        lock=_("When to lock them (default: after a day)"),
        channel=_("Which channel (default: all of them)"),
    )
    @app_commands.choices(open_=threads.OPEN_CHOICES, lock=threads.LOCK_CHOICES)
    @_admin
    async def threads(
        self,
        interaction: Interaction,
        open_: app_commands.Choice[int] | None = None,
        lock: app_commands.Choice[int] | None = None,
        channel: Announceable | None = None,
    ) -> None:
        """Choose the threads of a channel or of all; without a choice, show them."""
        chosen = Threads(open_.value) if open_ else None
        await threads.choose(interaction, channel, chosen, timedelta(hours=lock.value) if lock else None)

    @app_commands.command(
        name=_("posts"), description=_("How posts are made: digests, delays, Discord events, a forum's tags")
    )
    @app_commands.rename(channel=_("channel"), digest=_("digest"), hour=_("hour"), late=_("late"), events=_("events"))
    @app_commands.rename(tags=_("tags"))
    @app_commands.describe(
        channel=_("In which channel"),
        digest=_("One post per item, or one for everything that comes up"),
        hour=_("At which hour a digest comes, by the channel's time zone"),
        late=_("By how much a post may be late, after a failure (default: 6 hours)"),
        events=_("List premieres and your own events among the server's Discord events"),
        tags=_("Tags of posts in a forum, with commas between them; “-” for none"),
    )
    @app_commands.choices(digest=posting.DIGEST_CHOICES, late=posting.LATE_CHOICES)
    @app_commands.autocomplete(tags=posting.suggest_tags)
    @_admin
    async def posts(
        self,
        interaction: Interaction,
        channel: Announceable,
        digest: app_commands.Choice[str] | None = None,
        hour: app_commands.Range[int, 0, 23] | None = None,
        late: app_commands.Choice[str] | None = None,
        events: bool | None = None,
        tags: app_commands.Range[str, 1, posting.LONGEST_TAGS] | None = None,
    ) -> None:
        """Choose how the posts of a channel are made; without a choice, show its settings."""
        values = {
            "style": digest.value if digest else None,
            "hour": None if hour is None else f"{hour:02}",
            "grace": late.value if late else None,
            "events": None if events is None else str(int(events)),
        }
        await posting.choose(interaction, channel, values, tags)

    @app_commands.command(name=_("role"), description=_("Let “Notify me” give one of your own roles"))
    @app_commands.rename(name=_("name"), role=_("role"))
    @app_commands.describe(name=_("A drama, a person or a group"), role=_("The role (default: one that I make)"))
    @_admin
    async def role(
        self,
        interaction: Interaction,
        name: app_commands.Transform[Entry, FindFollowed],
        role: discord.Role | None = None,
    ) -> None:
        """Let members who want to be told of `name` get `role`."""
        await notify.choose(interaction, name, role)

    mention = app_commands.Group(name=_("mention"), description=_("Roles that posts mention, each of what it is for"))

    @mention.command(name=_("add"), description=_("Mention a role in posts of one kind, or about a drama or an artist"))
    @app_commands.rename(role=_("role"), channel=_("channel"), kind=_("kind"), name=_("name"))
    @app_commands.describe(
        role=_("The role to mention"),
        channel=_("In which channel"),
        kind=_("Only in posts of this kind (default: all of them)"),
        name=_("Only in posts about this drama, person or group"),
    )
    @app_commands.choices(kind=EACH_KIND_CHOICES)
    @_admin
    async def add_mention(
        self,
        interaction: Interaction,
        role: discord.Role,
        channel: Announceable,
        kind: app_commands.Choice[str] | None = None,
        name: app_commands.Transform[Entry, FindFollowed] | None = None,
    ) -> None:
        """Let a channel's posts mention `role`."""
        kinds = [EventKind(kind.value)] if kind is not None else []
        note = await filters.add_mention(interaction, panel.server(interaction), channel.id, role, kinds, name)
        await reply(interaction, filters.answer(note), private=True)

    @mention.command(name=_("remove"), description=_("Stop mentioning a role"))
    @app_commands.rename(mention=_("mention"))
    @app_commands.describe(mention=_("The role, and what it is mentioned for"))
    @_admin
    async def remove_mention(
        self, interaction: Interaction, mention: app_commands.Transform[Mention, FindMention]
    ) -> None:
        """Stop mentioning a role."""
        await filters.remove_mention(interaction, mention)

    @mention.command(name=_("list"), description=_("Which roles posts mention, and of what"))
    async def list_mentions(self, interaction: Interaction) -> None:
        """Show the roles that the posts of each channel mention."""
        assert interaction.guild_id is not None
        count_report(interaction)
        shown = await reports.channels(self._bot, interaction.guild_id)
        if not shown:
            await reply(interaction, _off(interaction), private=True)
            return
        members = await reports.member_counts(interaction.guild)
        await reply(interaction, mention_words.listing(words_of(interaction), shown, members), private=True)

    @app_commands.command(name=_("test"), description=_("Post a preview that pings nobody"))
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Which channel (default: all of them)"))
    @_admin
    async def test(self, interaction: Interaction, channel: Announceable | None = None) -> None:
        """Post the next announcement as a preview, where announcements go."""
        assert interaction.guild_id is not None
        count_report(interaction)
        t = words_of(interaction)
        all_channels = await reports.channels(self._bot, interaction.guild_id)
        channels = [one for one in all_channels if channel is None or one.chosen.channel_id == channel.id]
        if not channels:
            await reply(interaction, _off(interaction, channel, [one.chosen for one in all_channels]), private=True)
            return
        for one in channels:
            lacking = [name for name in one.missing if name in (*permissions.NEEDED, permissions.CREATE_POSTS)]
            if lacking:
                raise MissingPermissionsError(one.chosen.channel_id, lacking)
            if one.forum is not None and one.forum.lacks_tag(one.chosen.tags):
                tagless = reasons.tag_needed(t, one.chosen.channel_id)
                await reply(interaction, trouble(t, t("Something is missing"), tagless), private=True)
                return
        await interaction.response.defer(ephemeral=True, thinking=True)
        ahead = await self._ahead(interaction.guild_id, 60)
        links = [link for one in channels if (link := await post_preview(self._bot, one.chosen, ahead)) is not None]
        if links:
            view = notice(Accent.DATES, t("Preview posted"), "\n".join(links))
        else:
            title, body = t("Nothing to show yet"), t("The catalogue has no dates to announce yet.")
            view = trouble(t, title, body)
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("off"), description=_("Turn announcements off"))
    @app_commands.rename(channel=_("channel"))
    @app_commands.describe(channel=_("Which channel (default: all of them)"))
    @_admin
    async def off(self, interaction: Interaction, channel: Announceable | None = None) -> None:
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
            where = t.join_list([f"<#{one.channel_id}>" for one in left])
            body = t("I won't post there any more. Still on: {channels}", channels=where)
        else:
            body = t("I won't post any more. Turn them back on with `/announcements setup`.")
        await reply(interaction, notice(Accent.DATES, t("Announcements are off"), body), private=True)

    async def _counted(self, interaction: Interaction, chosen: Subscription) -> Mapping[int, int]:
        """How many members each role has; empty if that is not known, or the channel pings none."""
        return await reports.member_counts(interaction.guild if chosen.role_id is not None else None)

    async def _is_off(self, interaction: Interaction) -> bool:
        assert interaction.guild_id is not None
        return not await self._bot.database.read(subscriptions.of_guild, interaction.guild_id)

    async def _ahead(self, guild_id: int, days: int) -> list[Post]:
        return await outlook.ahead(self._bot.database, guild_id, self._bot.clock(), timedelta(days=days))


def _context(interaction: Interaction) -> RenderContext:
    return RenderContext(words_of(interaction), interaction.client.clock())


def _off(
    interaction: Interaction, channel: Announceable | None = None, others: Sequence[Subscription] = ()
) -> discord.ui.LayoutView:
    """A notice that announcements are off: in `channel` while there are `others`, else in the whole server."""
    t = words_of(interaction)
    if channel is not None and others:
        where = t.join_list([f"<#{one.channel_id}>" for one in others])
        title = t("{channel} has no announcements", channel=channel.mention)
        return notice(Accent.DATES, title, t("Announcements are on in: {channels}", channels=where))
    if interaction.permissions.manage_guild:
        how = t("Turn them on with `/announcements setup`.")
    else:
        how = t("An admin can turn them on with `/announcements setup`.")
    return notice(Accent.DATES, t("Announcements are off"), how)


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(Announcements(bot))
