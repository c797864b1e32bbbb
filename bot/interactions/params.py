"""What can be typed into an option: one transformer a noun gives suggestions, parsing and "did you mean"."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.announcements.zones import find_zone, near_zones
from bot.catalogue.model import Kind
from bot.interactions.answers import words_of
from bot.render.phrases import option
from bot.search import Entry

MAX_CHOICES = 25
"""Discord shows at most so many suggestions."""


class Find(app_commands.Transformer[Any]):
    """Text to an entity of some kinds. Raises `NotFoundError` or `AmbiguousError` with what may be meant."""

    kinds: ClassVar[tuple[Kind, ...]]

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Entry:
        """The entity that was chosen or typed."""
        return await interaction.client.lookup.find(value, self.kinds)

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The entities that fit what was typed so far."""
        t = words_of(interaction)
        matches = await interaction.client.lookup.suggest(str(value), self.kinds, MAX_CHOICES)
        return [app_commands.Choice(name=option(t, m.entry), value=str(m.entry.ref)) for m in matches]


class FindWork(Find):
    """A drama."""

    kinds = (Kind.WORK,)


class FindArtist(Find):
    """A person or a group."""

    kinds = (Kind.PERSON, Kind.GROUP)


class FindSung(Find):
    """Whatever has OSTs: an artist, a drama, or a song itself."""

    kinds = (Kind.PERSON, Kind.GROUP, Kind.WORK, Kind.TRACK)


class FindFollowed(Find):
    """Whatever a server can follow: a drama, a person or a group."""

    kinds = (Kind.WORK, Kind.PERSON, Kind.GROUP)


class FindDated(Find):
    """Whatever has dates that are announced: a drama or a song."""

    kinds = (Kind.WORK, Kind.TRACK)


class Zone(app_commands.Transformer[Any]):
    """Text to an IANA time zone. Raises `UnknownZoneError`."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> str:
        """The zone that was chosen or typed."""
        return find_zone(value)

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The zones that fit what was typed so far, with the time it is there."""
        now = interaction.client.clock()
        return [
            app_commands.Choice(name=f"{zone} · {now.astimezone(ZoneInfo(zone)):%H:%M}", value=zone)
            for zone in near_zones(str(value), MAX_CHOICES)
        ]
