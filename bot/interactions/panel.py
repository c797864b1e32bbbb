"""The panel's controls: each changes one setting, and the panel is redrawn.

A panel is stateless: the custom id of a control says what it changes, so it works after a restart, and the panel shows
what is in the database.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import discord
from discord import app_commands

from bot.announcements import permissions
from bot.announcements.channels import MAX_TAGS, Announceable
from bot.announcements.hours import DAILY, DIGEST, WEEK, quiet_hours
from bot.announcements.mention import MAX_MENTIONS
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, Subscription, Threads
from bot.announcements.zones import find_zone
from bot.catalogue.model import EventKind
from bot.errors import OutdatedError, UnknownZoneError
from bot.interactions import filters
from bot.interactions.answers import Interaction, explain, words_of
from bot.interactions.buttons import Action, values_of
from bot.interactions.control import ControlInteraction, turned_off
from bot.interactions.gate import admitted
from bot.interactions.host import Host
from bot.interactions.measuring import measured
from bot.interactions.reports import member_counts, spoilers
from bot.render import questions, reasons
from bot.render.administration import spoiler_words
from bot.render.card import MAX_MENU
from bot.render.controls import CONTROL, Note, Place, Tab
from bot.render.panel import EACH
from bot.store import follows, subscriptions
from bot.text import LANGUAGES, Words

USUAL_HOUR = "09"
"""The default hour of a digest, until one is chosen."""

Change = Callable[[Subscription, Sequence[str]], Subscription]


def _style(chosen: Subscription, values: Sequence[str]) -> Subscription:
    match = DIGEST.fullmatch(chosen.digest)
    hour = match[2] if match else USUAL_HOUR
    return replace(chosen, digest="" if values[0] == EACH else f"{values[0]}-{hour}")


def _hour(chosen: Subscription, values: Sequence[str]) -> Subscription:
    match = DIGEST.fullmatch(chosen.digest)
    return replace(chosen, digest=f"{match[1]}-{values[0]}") if match else chosen


CHANGES: Mapping[str, Change] = {
    "kinds": lambda chosen, values: replace(chosen, kinds=[EventKind(kind) for kind in values]),
    "reminders": lambda chosen, values: replace(chosen, stages=[*ALWAYS, *map(Stage, values)]),
    "language": lambda chosen, values: replace(chosen, language=values[0]),
    "style": _style,
    "hour": _hour,
    "grace": lambda chosen, values: replace(chosen, grace=timedelta(seconds=int(values[0]))),
    "followed": lambda chosen, values: replace(chosen, followed_only=values[0] == "1"),
    "threads": lambda chosen, values: replace(chosen, threads=Threads(int(values[0]))),
    "lock": lambda chosen, values: replace(chosen, lock_after=timedelta(seconds=int(values[0]))),
    "expected": lambda chosen, values: replace(chosen, expected=values[0] == "1"),
    "events": lambda chosen, values: replace(chosen, guild_events=values[0] == "1"),
    "tags": lambda chosen, values: replace(chosen, tags=[int(tag) for tag in values], paused_at=None),
    "resume": lambda chosen, _: replace(chosen, paused_at=None),
}
"""The changes made by controls that need only the chosen values."""


async def _go(use: ControlInteraction) -> None:
    await use.show(channel_id=int(use.values[0]))


async def _add(use: ControlInteraction) -> None:
    if len(await use.client.database.read(subscriptions.of_guild, use.guild.id)) < subscriptions.MAX_CHANNELS:
        await use.ask_where(use.place)
    else:
        await use.refuse(*_full(use.context.words))


def _full(t: Words) -> tuple[str, str]:
    title = t("A server can have up to {n} channels", n=subscriptions.MAX_CHANNELS)
    return title, t("Remove one with `/announcements off`.")


async def _begin(use: ControlInteraction) -> None:
    to, t, database = int(use.values[0]), use.context.words, use.client.database
    if await database.read(subscriptions.of_channel, use.guild.id, to):
        await use.show(Note(t("{channel} already has announcements", channel=f"<#{to}>")), to)
    elif closed := use.closed(to):
        await use.ask_where(use.place, closed)
    elif await database.write(subscriptions.choose, await first_choice(use.interaction, to), use.client.clock()):
        lines = [t("Past dates aren't posted.")]
        if to in await spoilers(use.client, use.guild.id):
            lines.append(f"<#{to}> · {spoiler_words(t)}")
        await replace(use, place=Place(to)).show(Note(t("Announcements are on"), "\n".join(lines)))
    else:
        await use.refuse(*_full(t))


async def _channel(use: ControlInteraction) -> None:
    to, t, now = int(use.values[0]), use.context.words, use.client.clock()
    if to == use.place.channel_id or await use.chosen() is None:
        await use.show()
    elif closed := use.closed(to):
        await use.show(closed)
    elif await use.client.database.write(subscriptions.move, use.guild.id, use.place.channel_id, to, now):
        await use.show(channel_id=to)
    else:
        title = t("{channel} already has announcements", channel=f"<#{to}>")
        await use.refuse(title, t("Turn them off there first, or choose another channel."))


async def _role(use: ControlInteraction) -> None:
    role = use.guild.get_role(int(use.values[0])) if use.values else None
    channel = use.guild.get_channel(use.place.channel_id)
    if role is not None and isinstance(channel, Announceable) and not permissions.pingable(channel, role):
        await use.refuse(*reasons.unpingable(use.context.words, None if role.is_default() else role.id))
    else:
        note = await _reach(use, role.id) if role is not None else None
        await use.change(lambda chosen: replace(chosen, role_id=role.id if role else None), note)


async def _reach(use: ControlInteraction, role_id: int) -> Note | None:
    """How many members a role pings, if that is known."""
    members = await member_counts(use.guild)
    if not members:
        return None
    t, count = use.context.words, members.get(role_id, 0)
    return Note(t.plural("Pings {n} person", "Pings {n} people", count))


async def _zone(use: ControlInteraction) -> None:
    try:
        zone = find_zone(use.values[0])
    except UnknownZoneError as error:
        await use.put(questions.which_zone(use.context, use.place, error.query, error.near))
    else:
        await use.change(lambda chosen: replace(chosen, zone=zone))


async def _hours(use: ControlInteraction) -> None:
    hours = quiet_hours(use.values[0])
    if hours is None:
        await use.refuse(*reasons.not_quiet_hours(use.context.words, use.values[0]))
    else:
        await use.change(lambda chosen: replace(chosen, quiet=hours))


async def _elsewhere(use: ControlInteraction) -> None:
    await use.interaction.response.send_modal(questions.zone(use.context.words, use.place))


async def _quiet(use: ControlInteraction) -> None:
    chosen = await use.chosen()
    if chosen is None:
        await use.show()
    else:
        await use.interaction.response.send_modal(questions.quiet_hours(use.context.words, use.place, chosen))


async def _off(use: ControlInteraction) -> None:
    await use.put(questions.whether_to_end(use.context, use.place))


async def _end(use: ControlInteraction) -> None:
    now, database = use.client.clock(), use.client.database
    await database.write(subscriptions.end, use.guild.id, now, use.place.channel_id)
    left = await database.read(subscriptions.of_guild, use.guild.id)
    note = turned_off(use.context.words, use.place.channel_id)
    await use.show(note, left[0].channel_id if left else 0)


STEPS: Mapping[str, Callable[[ControlInteraction], Awaitable[None]]] = {
    "show": ControlInteraction.show,
    "go": _go,
    "add": _add,
    "begin": _begin,
    "channel": _channel,
    "role": _role,
    "zone": _zone,
    "elsewhere": _elsewhere,
    "quiet": _quiet,
    "hours": _hours,
    "which": filters.ask_what_to_follow,
    "follow": filters.follow,
    "unfollow": filters.unfollow,
    "whom": filters.ask_whom_to_mention,
    "mention": filters.mention,
    "unmention": filters.unmention,
    "off": _off,
    "end": _end,
}
"""The actions of the other controls."""


async def first_choice(interaction: Interaction, channel_id: int) -> Subscription:
    """The default settings of a channel: those of the server's first one, if there is one."""
    assert interaction.guild_id is not None
    client = interaction.client
    others = await client.database.read(subscriptions.of_guild, interaction.guild_id)
    # The admin's language: a server's locale is English unless it is a Community server whose owner chose another.
    language = words_of(interaction).language
    first = Subscription(interaction.guild_id, channel_id, client.clock(), language=language)
    if not others:
        followed = await client.database.read(follows.of_guild, interaction.guild_id)
        return replace(first, followed_only=bool(followed))
    like = others[0]
    first = replace(first, language=like.language, zone=like.zone, quiet=like.quiet)
    # What the first one follows alone is no rule for another.
    narrowed = like.followed_only and like.channel_id not in await client.database.read(follows.lists, like.guild_id)
    return replace(first, followed_only=narrowed)


async def open_panel(interaction: Interaction, channel_id: int | None = None) -> None:
    """Show the panel of a channel, or of the first one that was set up."""
    guild = server(interaction)
    if channel_id is None:
        chosen = await interaction.client.database.read(subscriptions.of_guild, guild.id)
        channel_id = chosen[0].channel_id if chosen else 0
    await ControlInteraction(interaction, guild, Place(channel_id)).show()


def managed(interaction: Interaction) -> discord.Guild:
    """The server of an interaction. Raises `app_commands.CheckFailure` if the bot or the user may not manage it."""
    guild = server(interaction)
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])
    return guild


def server(interaction: Interaction) -> discord.Guild:
    """The server of an interaction. Raises `app_commands.NoPrivateMessage` if there is none that the bot is in.

    Who added the bot to their own account can use it where it is no member.
    """
    guild = interaction.client.get_guild(interaction.guild_id) if interaction.guild_id is not None else None
    if guild is None:
        raise app_commands.NoPrivateMessage
    return guild


_ID, _SWITCH, _TYPED = r"\d{1,20}", "[01]", r"(?s:.{0,100})"
OFFERED: Mapping[str, tuple[str, range]] = {
    "kinds": ("|".join(EventKind), range(1, len(EventKind) + 1)),
    "reminders": ("|".join(stage for stage in Stage if stage not in ALWAYS), range(len(Stage))),
    "language": ("|".join(LANGUAGES), range(1, 2)),
    "style": ("|".join((EACH, DAILY, *WEEK)), range(1, 2)),
    "hour": (r"[01]\d|2[0-3]", range(1, 2)),
    "grace": (r"[1-9]\d{0,5}", range(1, 2)),
    "followed": (_SWITCH, range(1, 2)),
    "threads": ("|".join(str(int(one)) for one in Threads), range(1, 2)),
    "lock": (r"0|[1-9]\d{0,5}", range(1, 2)),
    "tags": (_ID, range(MAX_TAGS + 1)),
    "expected": (_SWITCH, range(1, 2)),
    "events": (_SWITCH, range(1, 2)),
    "go": (_ID, range(1, 2)),
    "begin": (_ID, range(1, 2)),
    "channel": (_ID, range(1, 2)),
    "role": (_ID, range(2)),
    "zone": (_TYPED, range(1, 2)),
    "hours": (_TYPED, range(1, 2)),
    "follow": (_TYPED, range(1, 2)),
    "unfollow": (r"(?:work|person|group)/[a-z0-9-]+", range(1, MAX_MENU + 1)),
    "mention": (_TYPED, range(2, len(EventKind) + 3)),
    "unmention": (_ID, range(1, MAX_MENTIONS + 1)),
}
"""What the controls with values offer: a pattern of each value, and how many can be chosen."""


def _check(what: str, values: Sequence[str]) -> None:
    """Raise `OutdatedError` if a panel has no such control, or it does not offer these values."""
    if what not in STEPS and what not in CHANGES:
        raise OutdatedError
    if what in OFFERED:
        pattern, count = OFFERED[what]
        if len(values) not in count or not all(re.fullmatch(pattern, value) for value in values):
            raise OutdatedError


async def use_control(interaction: Interaction, match: re.Match[str], values: Sequence[str]) -> None:
    """Carry out a control.

    Raises `app_commands.CheckFailure` if the user may not manage the server, and `OutdatedError` if there is no such
    control.
    """
    guild = managed(interaction)
    place = Place(int(match["channel"]), Tab(match["tab"]))
    use = ControlInteraction(interaction, guild, place, values if match["value"] is None else [match["value"]])
    _check(match["what"], use.values)
    if match["what"] in STEPS:
        await STEPS[match["what"]](use)
    else:
        change = CHANGES[match["what"]]
        await use.change(lambda chosen: change(chosen, use.values))


class Control(Action, template=CONTROL):
    """A button or a menu of a panel."""

    async def act(self, interaction: Interaction) -> None:
        await use_control(interaction, self.match, values_of(interaction))


async def answered(interaction: discord.Interaction[Any]) -> None:
    """Handle the answer to a panel's question; the question's custom id identifies it, as a control's does."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    match = re.fullmatch(CONTROL, str(data.get("custom_id", "")))
    if interaction.type is not discord.InteractionType.modal_submit or match is None:
        return
    with measured(interaction, "modal", "panel"):
        if not await admitted(interaction):
            return
        try:
            await use_control(interaction, match, _written(data["components"]))
        except Exception as error:
            await explain(interaction, error)


def _written(labels: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was written into a question and chosen in it, in its order."""
    components = [label["component"] for label in labels]
    return [value for one in components for value in ([one["value"]] if "value" in one else one["values"])]


def register(client: Host) -> None:
    """Register the controls of panels with a client."""
    client.add_dynamic_items(Control)
    client.add_listener(answered, "on_interaction")
