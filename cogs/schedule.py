"""``/schedule``: what a server's own people plan."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str as _
from discord.ext import commands

from bot.catalogue.model import OWN, EventKind, Ref
from bot.client import Byeol
from bot.errors import UnreadableError
from bot.interactions import rsvp, schedule
from bot.interactions.answers import Interaction, reply, reply_card, words_of
from bot.interactions.panel import server
from bot.interactions.params import FindFollowed, FindOccurrence, FindPlanned
from bot.interactions.planners import planner, setting_of
from bot.occasions import exporting
from bot.occasions.asked import Asked, read
from bot.occasions.importing import read_file
from bot.occasions.importing.reading import MAX_SIZE
from bot.occasions.model import MAX_ADDRESS, MAX_PLACE, MAX_TITLE, Coming, Draft
from bot.render import importing
from bot.render import schedule as words
from bot.render.schedule import MAX_WHEN
from bot.search import Entry
from bot.store import attendee_roles, occasions, scheduled
from bot.store.pending import Pending

KIND_CHOICES = [
    app_commands.Choice(name=_("Comeback"), value=EventKind.COMEBACK),
    app_commands.Choice(name=_("Teaser"), value=EventKind.TEASER),
    app_commands.Choice(name=_("Music video"), value=EventKind.MUSIC_VIDEO),
    app_commands.Choice(name=_("Concert"), value=EventKind.CONCERT),
    app_commands.Choice(name=_("Fan meeting"), value=EventKind.FAN_MEETING),
    app_commands.Choice(name=_("Broadcast"), value=EventKind.BROADCAST),
    app_commands.Choice(name=_("Watch party"), value=EventKind.WATCH_PARTY),
    app_commands.Choice(name=_("Birthday"), value=EventKind.BIRTHDAY),
    app_commands.Choice(name=_("Event"), value=EventKind.OTHER),
]
assert {choice.value for choice in KIND_CHOICES} == set(OWN)

Title = app_commands.Range[str, 1, MAX_TITLE]
Time = app_commands.Range[str, 1, MAX_WHEN]
Place = app_commands.Range[str, 1, MAX_PLACE]
Address = app_commands.Range[str, 1, MAX_ADDRESS]
About = app_commands.Transform[Entry, FindFollowed]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Schedule(
    commands.GroupCog,
    group_name=_("schedule"),
    group_description=_("Your server's own dates: watch parties, comebacks"),
    group_extras={"for": "planners"},
):
    """What a server's own people plan."""

    def __init__(self, bot: Byeol) -> None:
        self._bot = bot

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Called before every command. Raises `app_commands.NoPrivateMessage` outside of servers the bot is in."""
        server(interaction)
        return True

    @app_commands.command(name=_("list"), description=_("What is planned in this server"), extras={"for": "members"})
    async def list(self, interaction: Interaction) -> None:
        """Show the schedule."""
        await reply_card(interaction, "schedule", "server")

    @app_commands.command(
        name=_("show"),
        description=_("One thing that is planned, with buttons to say whether you come"),
        extras={"for": "members"},
    )
    @app_commands.rename(what=_("what"))
    @app_commands.describe(what=_("Which one"))
    async def show(self, interaction: Interaction, what: app_commands.Transform[Coming, FindPlanned]) -> None:
        """Show the next date of something."""
        await reply_card(interaction, "planned", f"{what.ref.slug}/{what.id}")

    @app_commands.command(name=_("attendees"), description=_("Who comes to something that is planned"))
    @app_commands.rename(what=_("what"))
    @app_commands.describe(what=_("Which one"))
    async def attendees(self, interaction: Interaction, what: app_commands.Transform[Coming, FindPlanned]) -> None:
        """Show who comes to the next date of something."""
        await rsvp.show_attendees(interaction, what.ref.slug, what.id)

    @app_commands.command(name=_("add"), description=_("Plan something; you see it before it is saved"))
    @app_commands.rename(title=_("title"), when=_("when"), kind=_("kind"), where=_("where"), link=_("link"))
    @app_commands.rename(about=_("about"), picture=_("picture"), asks=_("rsvp"), attendees=_("attendee_role"))
    @app_commands.describe(
        title=_("What it is called"),
        when=_("Such as “Fri 18:00”, “every Sat 21:20 for 2 h until 16 Feb”, or @time"),
        kind=_("What kind of event it is (default: a watch party)"),
        where=_("Where it takes place, in words"),
        link=_("A link to it"),
        about=_("The drama or the artist that it is about"),
        picture=_("The address of an image"),
        asks=_("Ask members whether they come: “I'm in”, “Maybe”"),
        attendees=_("A role that those who are in get, until a week after it"),
    )
    @app_commands.choices(kind=KIND_CHOICES)
    async def add(
        self,
        interaction: Interaction,
        title: Title,
        when: Time,
        kind: app_commands.Choice[str] | None = None,
        where: Place | None = None,
        link: Address | None = None,
        about: About | None = None,
        picture: Address | None = None,
        asks: bool = False,
        attendees: discord.Role | None = None,
    ) -> None:
        """Show a preview of something new."""
        role_id = await rsvp.attendee_role(interaction, attendees) if attendees is not None else None

        def build(asked: Asked) -> Draft:
            return Draft(
                title,
                EventKind(kind.value) if kind else EventKind.WATCH_PARTY,
                place=where,
                url=link,
                picture=picture,
                about=about.ref if about else None,
                rsvp=asks or role_id is not None,
                attendee_role_id=role_id,
                **schedule.dated(asked),
            )

        await schedule.propose(interaction, when, build)

    @app_commands.command(name=_("edit"), description=_("Change something planned; you see it before it is saved"))
    @app_commands.rename(what=_("what"), when=_("when"), kind=_("kind"), about=_("about"))
    @app_commands.rename(asks=_("rsvp"), attendees=_("attendee_role"))
    @app_commands.describe(
        what=_("Which one"),
        when=_("Another time, in words; it says how long and how often as well"),
        kind=_("Another kind"),
        about=_("Another drama or artist that it is about"),
        asks=_("Ask members whether they come, or no longer"),
        attendees=_("Another role for those who are in; @everyone: none"),
    )
    @app_commands.choices(kind=KIND_CHOICES)
    async def edit(
        self,
        interaction: Interaction,
        what: app_commands.Transform[Coming, FindPlanned],
        when: Time | None = None,
        kind: app_commands.Choice[str] | None = None,
        about: About | None = None,
        asks: bool | None = None,
        attendees: discord.Role | None = None,
    ) -> None:
        """Show a preview of something as it is, or as it will be; its form changes the rest."""
        guild_id = await planner(interaction)
        before = (await schedule.stored(interaction, guild_id, what.ref.slug)).draft
        about_ref: Ref | None = about.ref if about else before.about
        role_id = before.attendee_role_id
        if attendees is not None:
            role_id = await rsvp.attendee_role(interaction, attendees)
        asked = before.rsvp or (attendees is not None and role_id is not None) if asks is None else asks
        after = replace(
            before,
            kind=EventKind(kind.value) if kind else before.kind,
            about=about_ref,
            rsvp=asked,
            attendee_role_id=role_id if asked else None,
        )
        if when is None:
            await schedule.show_new(interaction, guild_id, Pending([after], what.ref))
        else:
            await schedule.propose(
                interaction, when, lambda asked: replace(after, **schedule.dated(asked)), replaces=what.ref
            )

    @app_commands.command(name=_("cancel"), description=_("Cancel something, with all its dates"))
    @app_commands.rename(what=_("what"))
    @app_commands.describe(what=_("Which one"))
    async def cancel(self, interaction: Interaction, what: app_commands.Transform[Coming, FindPlanned]) -> None:
        """Ask whether to cancel something."""
        await schedule.ask_to_cancel(interaction, await planner(interaction), what.ref.slug)

    @app_commands.command(name=_("skip"), description=_("Leave out one date of something that repeats"))
    @app_commands.rename(what=_("what"))
    @app_commands.describe(what=_("Which date"))
    async def skip(self, interaction: Interaction, what: app_commands.Transform[Coming, FindOccurrence]) -> None:
        """Skip one occurrence."""
        guild_id = await planner(interaction)
        one = await schedule.changed(interaction, occasions.skip, guild_id, what.ref.slug, what.number)
        view = words.skipped(schedule.context_of(interaction), one, await setting_of(interaction))
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("move"), description=_("Move one date of something that repeats"))
    @app_commands.rename(what=_("what"), when=_("when"))
    @app_commands.describe(what=_("Which date"), when=_("To when, in words, or @time"))
    async def move(
        self, interaction: Interaction, what: app_commands.Transform[Coming, FindOccurrence], when: Time
    ) -> None:
        """Move one occurrence."""
        guild_id, setting = await planner(interaction), await setting_of(interaction)
        to = read(when, setting.zone, self._bot.clock())
        moved_to = (to.day, to.time, to.zone)
        one = await schedule.changed(interaction, occasions.move, guild_id, what.ref.slug, what.number, moved_to)
        await reply(interaction, words.moved(schedule.context_of(interaction), one, setting), private=True)

    @app_commands.command(
        name=_("restore"), description=_("Let a date that was skipped or moved take place as planned")
    )
    @app_commands.rename(what=_("what"))
    @app_commands.describe(what=_("Which date"))
    async def restore(self, interaction: Interaction, what: app_commands.Transform[Coming, FindOccurrence]) -> None:
        """Restore one occurrence."""
        guild_id = await planner(interaction)
        one = await schedule.changed(interaction, occasions.restore, guild_id, what.ref.slug, what.number)
        view = words.restored(schedule.context_of(interaction), one, await setting_of(interaction))
        await reply(interaction, view, private=True)

    @app_commands.command(name=_("import"), description=_("Plan several things at once, from a file or pasted lines"))
    @app_commands.rename(file=_("file"))
    @app_commands.describe(file=_("A calendar (.ics), a table (.csv) or text; without one, you paste lines"))
    async def take_in(self, interaction: Interaction, file: discord.Attachment | None = None) -> None:
        """Show a preview of what a file says, or ask for lines."""
        await planner(interaction)
        if file is None:
            await interaction.response.send_modal(importing.form(words_of(interaction)))
            return
        if file.size > MAX_SIZE:
            raise UnreadableError
        await interaction.response.defer(ephemeral=True, thinking=True)
        await schedule.take_in(interaction, partial(read_file, await file.read()))

    @app_commands.command(
        name=_("export"),
        description=_("The schedule as a file for calendars or spreadsheets"),
        extras={"for": "members"},
    )
    @app_commands.rename(kind=_("format"))
    @app_commands.describe(kind=_("For calendars, or for spreadsheets (default: for calendars)"))
    @app_commands.choices(
        kind=[
            app_commands.Choice(name=_("Calendar (.ics)"), value="ics"),
            app_commands.Choice(name=_("Spreadsheet (.csv)"), value="csv"),
        ]
    )
    async def export(self, interaction: Interaction, kind: app_commands.Choice[str] | None = None) -> None:
        """Give the schedule as a file."""
        guild, now = server(interaction), self._bot.clock()
        found = await self._bot.database.read(scheduled.every, guild.id, now)
        if kind is not None and kind.value == "csv":
            name, made = "schedule.csv", partial(exporting.table, found, now)
        else:
            name, made = "schedule.ics", partial(exporting.calendar, found, guild.name, now)
        file = discord.File(io.BytesIO(await asyncio.to_thread(made)), filename=name)
        text = words_of(interaction).plural("{n} thing planned", "{n} things planned", len(found))
        await interaction.response.send_message(text, file=file, ephemeral=True)

    @app_commands.command(name=_("role"), description=_("Let members with a role change the schedule"))
    @app_commands.rename(role=_("role"))
    @app_commands.describe(role=_("The role (default: nobody but those who may manage events)"))
    @app_commands.checks.has_permissions(manage_guild=True)
    async def role(self, interaction: Interaction, role: discord.Role | None = None) -> None:
        """Choose who may plan, besides those whom Discord lets manage events."""
        role_id = role.id if role is not None and not role.is_default() else None
        await self._bot.database.write(scheduled.choose_planners, server(interaction).id, role_id)
        await reply(interaction, words.planners_chosen(words_of(interaction), role_id), private=True)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Forget a role that was deleted in Discord: of those who plan, or of those who come."""
        await self._bot.database.write(attendee_roles.gone, role.guild.id, role.id)
        if await self._bot.database.read(scheduled.planners, role.guild.id) == role.id:
            await self._bot.database.write(scheduled.choose_planners, role.guild.id, None)


async def setup(bot: Byeol) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(Schedule(bot))
