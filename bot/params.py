"""What can be typed into an option: one transformer a noun gives suggestions, parsing and "did you mean"."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

import discord
from discord import app_commands
from rapidfuzz import process

from bot.answers import words_of
from bot.errors import UnknownZoneError
from bot.model import Kind
from bot.render.phrases import option
from bot.search import Entry, plain

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


COMMON_ZONES = (
    "Asia/Seoul",
    "UTC",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Africa/Cairo",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""The zones that most of the bot's users live in, shown before anything is typed."""


@lru_cache
def _zones() -> dict[str, str]:
    """Every zone by its plain name, the common ones first; without the database's internal and POSIX ones."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return {plain(zone.replace("/", " ")): zone for zone in (*COMMON_ZONES, *places)}


def near_zones(text: str, limit: int = MAX_CHOICES) -> list[str]:
    """The zones that fit what was typed: by a part of the name, or by resembling it."""
    typed = plain(text.replace("/", " "))
    if not typed:
        return list(COMMON_ZONES[:limit])
    zones = _zones()
    parts = [zone for name, zone in zones.items() if typed in name]
    alike = [zones[name] for name, _, _ in process.extract(typed, zones.keys(), limit=limit, score_cutoff=70)]
    return list(dict.fromkeys((*parts, *alike)))[:limit]


class Zone(app_commands.Transformer[Any]):
    """Text to an IANA time zone. Raises `UnknownZoneError`."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> str:
        """The zone that was chosen or typed; a city alone will do where only one zone has it."""
        typed = plain(value.replace("/", " "))
        near = near_zones(value, 5)
        if value in _zones().values():
            return value
        exact = [zone for name, zone in _zones().items() if typed and (name == typed or name.endswith(f" {typed}"))]
        if len(exact) == 1:
            return exact[0]
        raise UnknownZoneError(value, near)

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The zones that fit what was typed so far, with the time it is there."""
        now = interaction.client.clock()
        return [
            app_commands.Choice(name=f"{zone} · {now.astimezone(ZoneInfo(zone)):%H:%M}", value=zone)
            for zone in near_zones(str(value))
        ]
