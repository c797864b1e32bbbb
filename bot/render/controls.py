"""The controls of the panel and its questions, whose custom ids say what they do."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import discord
from discord import ui

from bot.render.card import MAX_LABEL, MAX_MENU, MAX_OPTION, Accent, RenderContext, Row, shorten

Box = ui.Container[ui.LayoutView]
Button = ui.Button[ui.LayoutView]

CONTROL = r"panel:(?P<what>[a-z]+)(?:=(?P<value>[^:]*))?:(?P<channel>\d{1,20}):(?P<tab>what|how|for|threads)(?::\d+)?"
"""The custom id of a control: what it changes (and to what, for a button), for which channel, on which tab."""

CHANNELS = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum, discord.ChannelType.media]
"""The types of channels that can have announcements."""


class Tab(StrEnum):
    """A tab of the panel; each fits on a phone's screen."""

    WHAT = "what"
    HOW = "how"
    FOR = "for"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Place:
    """The location of a control: the panel of which channel (0: none yet), on which tab."""

    channel_id: int = 0
    tab: Tab = Tab.WHAT
    fresh: int | None = None

    def control(self, what: str, value: str | None = None) -> str:
        """The custom id of a control."""
        to = "" if value is None else f"={value}"
        return f"panel:{what}{to}:{self.channel_id}:{self.tab}" + ("" if self.fresh is None else f":{self.fresh}")

    def after(self, note: Note | None, context: RenderContext) -> Place:
        """The same place, with custom ids new to Discord if the note is a refusal.

        A menu that keeps its id goes on showing the last choice, at least on desktop.
        """
        refused = note is not None and note.refusal
        return replace(self, fresh=int(context.now.timestamp() * 1000) % 1_000_000) if refused else self


@dataclass(frozen=True, slots=True)
class Note:
    """A note above the controls: what just happened, or why something was refused."""

    title: str
    body: str = ""
    refusal: bool = False


def box_for(note: Note | None) -> Box:
    """An empty box, coloured by whether the note is a refusal."""
    return ui.Container(accent_colour=discord.Colour(Accent.TROUBLE if note and note.refusal else Accent.DATES))


def say(box: Box, note: Note | None) -> None:
    """Add a note to a box, if there is one."""
    if note is not None:
        title = f"⚠️ **{note.title}**" if note.refusal else f"**{note.title}**"
        box.add_item(ui.TextDisplay(f"{title}\n{note.body}" if note.body else title))


def button(label: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> Button:
    """A button."""
    return ui.Button(label=shorten(label, MAX_LABEL), custom_id=custom_id, style=style)


def menu(
    custom_id: str, options: Iterable[tuple[str, str, bool]], *, least: int = 1, most: int = 1, empty: str | None = None
) -> Row:
    """A menu of options: value, name and whether it is chosen. `empty` is the meaning of no choice."""
    shown = list(options)[:MAX_MENU]
    identity = _identity(custom_id, *(value for value, _, chosen in shown if chosen))
    select: ui.Select[ui.LayoutView] = ui.Select(
        id=identity, custom_id=custom_id, min_values=least, max_values=most, placeholder=empty
    )
    for value, name, chosen in shown:
        label = shorten(name[:1].upper() + name[1:], MAX_OPTION)
        select.append_option(discord.SelectOption(label=label, value=value, default=chosen))
    return ui.ActionRow(select)


def channel_menu(custom_id: str, placeholder: str, chosen: int | None = None) -> Row:
    """A menu of the server's channels that can have announcements."""
    kind = discord.SelectDefaultValueType.channel
    defaults = [] if chosen is None else [discord.SelectDefaultValue(id=chosen, type=kind)]
    select: ui.ChannelSelect[ui.LayoutView] = ui.ChannelSelect(
        id=_identity(custom_id, chosen),
        custom_id=custom_id,
        channel_types=CHANNELS,
        placeholder=placeholder,
        default_values=defaults,
    )
    return ui.ActionRow(select)


def role_menu(custom_id: str, placeholder: str, chosen: int | None = None) -> Row:
    """A menu of the server's roles; choosing none is allowed."""
    kind = discord.SelectDefaultValueType.role
    defaults = [] if chosen is None else [discord.SelectDefaultValue(id=chosen, type=kind)]
    select: ui.RoleSelect[ui.LayoutView] = ui.RoleSelect(
        id=_identity(custom_id, chosen),
        custom_id=custom_id,
        min_values=0,
        placeholder=placeholder,
        default_values=defaults,
    )
    return ui.ActionRow(select)


def _identity(custom_id: str, *chosen: object) -> int:
    """A component id for a menu that shows a choice: if a menu keeps its id, Discord may keep what it showed."""
    return zlib.crc32(repr((custom_id, *chosen)).encode()) % (2**31 - 1) + 1
