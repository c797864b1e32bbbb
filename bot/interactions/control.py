"""One use of a control of the panel, and the panel as it is drawn after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import discord
from discord import ui

from bot.announcements import permissions
from bot.announcements.channels import Announceable
from bot.announcements.subscription import Subscription
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.host import Host
from bot.interactions.reports import channels
from bot.render import questions, reasons
from bot.render.card import RenderContext
from bot.render.controls import Note, Place
from bot.render.panel import Server, panel
from bot.store import subscriptions
from bot.text import Words


@dataclass(frozen=True, slots=True)
class ControlInteraction:
    """One use of a control: by whom, on which panel and tab, and with which choices."""

    interaction: Interaction
    guild: discord.Guild
    place: Place
    values: Sequence[str] = ()

    @property
    def client(self) -> Host:
        """The bot."""
        return self.interaction.client

    @property
    def context(self) -> RenderContext:
        """The words and the time of the answer."""
        return RenderContext(words_of(self.interaction), self.client.clock())

    async def chosen(self) -> Subscription | None:
        """The channel's current settings."""
        return await self.client.database.read(subscriptions.of_channel, self.guild.id, self.place.channel_id)

    async def change(self, change: Callable[[Subscription], Subscription], note: Note | None = None) -> None:
        """Change the channel's settings, and redraw the panel with a note, if there is one."""
        now = self.client.clock()
        await self.client.database.write(
            subscriptions.update_subscription, self.guild.id, self.place.channel_id, change, now
        )
        await self.show(note)

    async def refuse(self, title: str, body: str = "") -> None:
        """Change nothing, and say why."""
        await self.show(Note(title, body, refusal=True))

    def closed(self, channel_id: int) -> Note | None:
        """Why a channel is refused if the bot may not post there; None if it may."""
        channel = self.guild.get_channel(channel_id)
        lacking = permissions.missing(channel) if isinstance(channel, Announceable) else ["view_channel"]
        if not lacking:
            return None
        t = self.context.words
        return Note(t("Something is missing"), reasons.permissions_missing(t, channel_id, lacking), refusal=True)

    async def show(self, note: Note | None = None, channel_id: int | None = None) -> None:
        """Draw the panel as it is now, or another channel's; if nothing is announced yet, offer to begin."""
        place = self.place if channel_id is None else replace(self.place, channel_id=channel_id)
        read = self.client.database.read
        all_chosen = {one.channel_id: one for one in await read(subscriptions.of_guild, self.guild.id)}
        chosen = all_chosen.get(place.channel_id)
        if chosen is None:
            await self.ask_where(replace(place, channel_id=next(iter(all_chosen), 0)), note, place.channel_id)
            return
        server = Server(
            names={id_: there.name if (there := self.guild.get_channel(id_)) else str(id_) for id_ in all_chosen},
            roles={role.id: role.name for role in self.guild.roles},
            standing={one.id for one in (*self.guild.channels, *self.guild.roles)},
        )
        (channel,) = [
            one for one in await channels(self.client, self.guild.id) if one.chosen.channel_id == place.channel_id
        ]
        await self.put(panel(self.context, place, server, channel, note))

    async def ask_where(self, back: Place, note: Note | None = None, offered: int = 0) -> None:
        """Ask for a channel to announce in; a channel that was named, or was turned off meanwhile, is offered."""
        there = self.guild.get_channel(offered)
        if there is not None and note is None:
            note = turned_off(self.context.words, there.id)
        await self.put(questions.where(self.context, back, note, there.id if there else None))

    async def put(self, view: ui.LayoutView) -> None:
        """Answer a command, or redraw in place the panel that was used."""
        if self.interaction.message is None:
            await reply(self.interaction, view, private=True)
        else:
            await self.interaction.response.edit_message(view=view)


def turned_off(t: Words, channel_id: int) -> Note:
    """A note that nothing is announced in a channel any more."""
    return Note(t("Announcements are off in {channel}", channel=f"<#{channel_id}>"))
