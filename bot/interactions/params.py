"""The options of commands: each transformer, one per noun, gives suggestions, parsing and "did you mean"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.announcements.mention import Mention
from bot.announcements.zones import find_zone, near_zones, zone_name
from bot.catalogue.model import Kind, Label
from bot.errors import AmbiguousError, NotFoundError, NotPlannedError
from bot.interactions.answers import server_within_reach, words_of
from bot.interactions.host import Host
from bot.occasions.model import Coming
from bot.render.mentions import option as mention_option
from bot.render.phrases import option
from bot.render.schedule import option as planned_option
from bot.search import Entry
from bot.store import browse, mentions, scheduled

LONGEST = 100
"""Characters of an option: as many as a suggestion may have. Discord would take 6,000."""
MOST_OCCURRENCES = 200
"""The most occurrences that are looked through for suggestions: those that come next."""
MAX_CHOICES = 25
"""The most suggestions Discord shows."""


class Find(app_commands.Transformer[Any]):
    """Text to an entity of some kinds. Raises `NotFoundError` or `AmbiguousError`, each with the candidates."""

    kinds: ClassVar[tuple[Kind, ...]]

    @property
    def max_value(self) -> int:
        """The most characters that can be typed."""
        return LONGEST

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Entry:
        """The entity that was chosen or typed."""
        return await interaction.client.lookup.find(value, self.kinds)

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The entities that match what has been typed so far."""
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
    """Anything with songs: an artist, a drama or an album, or a song itself."""

    kinds = (Kind.PERSON, Kind.GROUP, Kind.WORK, Kind.TRACK, Kind.ALBUM)

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Entry:
        """The entity that was chosen or typed. Of namesakes it is the one with songs or roles, if only one has any."""
        try:
            return await super().transform(interaction, value)
        except AmbiguousError as error:
            shown = [entry for entry in error.matches if entry.weight]
            if len(shown) != 1:
                raise
            return shown[0]


class FindFollowed(Find):
    """Anything a server can follow: a drama, a person or a group."""

    kinds = (Kind.WORK, Kind.PERSON, Kind.GROUP)


class FindDated(Find):
    """Anything with dates that are announced: a drama, a song, or an artist with both."""

    kinds = (Kind.WORK, Kind.TRACK, Kind.PERSON, Kind.GROUP)


class Network(app_commands.Transformer[Any]):
    """Text to a network or a platform that shows dramas. Raises `NotFoundError`."""

    @property
    def max_value(self) -> int:
        """The most characters that can be typed."""
        return LONGEST

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Label:
        """The network that was chosen or typed."""
        found = [label for label in await self._fitting(interaction, value) if value.casefold() in _names(label)]
        if not found:
            raise NotFoundError(value, [])
        return found[0]

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The networks that match what has been typed so far."""
        t = words_of(interaction)
        fitting = await self._fitting(interaction, str(value))
        return [
            app_commands.Choice(name=(label.name(t.language) or label.ref.slug)[:100], value=label.ref.slug)
            for label in fitting[:MAX_CHOICES]
        ]

    async def _fitting(self, interaction: discord.Interaction[Any], typed: str) -> list[Label]:
        networks: list[Label] = await interaction.client.whole.ask(browse.networks)
        return [label for label in networks if any(typed.casefold() in name for name in _names(label))]


def _names(label: Label) -> list[str]:
    return [name.casefold() for name in (label.ref.slug, *label.names.values())]


class FindPlanned(app_commands.Transformer[Any]):
    """Something in the server's schedule, by its title, as its next occurrence. Raises `NotPlannedError`."""

    @property
    def max_value(self) -> int:
        """The most characters that can be typed."""
        return LONGEST

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Coming:
        """What was chosen, or the only one whose title holds what was typed."""
        offered = await self._all(interaction)
        chosen = [one for one in offered if _value(one) == value] or _fitting(offered, value)
        if len(chosen) != 1:
            raise NotPlannedError
        return chosen[0]

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """What is planned, and its title holds what has been typed so far; the next first."""
        t, now = words_of(interaction), interaction.client.clock()
        found = _fitting(await self._all(interaction), str(value))[:MAX_CHOICES]
        return [app_commands.Choice(name=planned_option(t, one, now), value=_value(one)) for one in found]

    async def _all(self, interaction: discord.Interaction[Any]) -> list[Coming]:
        client, guild_id = interaction.client, server_within_reach(interaction)
        return [] if guild_id is None else await self._read(client, guild_id)

    async def _read(self, client: Host, guild_id: int) -> list[Coming]:
        return await client.database.read(scheduled.coming, guild_id, client.clock())


class FindOccurrence(FindPlanned):
    """One occurrence of something that repeats. Raises `NotPlannedError`."""

    async def _read(self, client: Host, guild_id: int) -> list[Coming]:
        return await client.database.read(scheduled.repeated, guild_id, client.clock(), MOST_OCCURRENCES)


def _value(one: Coming) -> str:
    return f"{one.ref.slug}/{one.number}"


def _fitting(offered: Sequence[Coming], typed: str) -> list[Coming]:
    return [one for one in offered if typed.strip().casefold() in one.title.casefold()]


class FindMention(app_commands.Transformer[Any]):
    """A role that a channel's posts mention, with what for. Raises `NotFoundError`."""

    @property
    def max_value(self) -> int:
        """The most characters that can be typed."""
        return LONGEST

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Mention:
        """The mention that was chosen."""
        for one in await self._all(interaction):
            if value == str(one.id):
                return one
        raise NotFoundError(value, [])

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The mentions whose names hold what has been typed so far."""
        t, guild = words_of(interaction), interaction.guild
        roles = {role.id: role.name for role in guild.roles} if guild is not None else {}
        places = {one.id: one.name for one in guild.channels} if guild is not None else {}
        named = [
            (f"#{places.get(one.channel_id, one.channel_id)} · {mention_option(t, one, roles)}"[:LONGEST], str(one.id))
            for one in await self._all(interaction)
        ]
        fitting = [one for one in named if str(value).strip().casefold() in one[0].casefold()]
        return [app_commands.Choice(name=name, value=value) for name, value in fitting[:MAX_CHOICES]]

    async def _all(self, interaction: discord.Interaction[Any]) -> list[Mention]:
        client, guild_id = interaction.client, server_within_reach(interaction)
        return [] if guild_id is None else await client.database.read(mentions.of_guild, guild_id)


class Zone(app_commands.Transformer[Any]):
    """Text to an IANA time zone. Raises `UnknownZoneError`."""

    @property
    def max_value(self) -> int:
        """The most characters that can be typed."""
        return LONGEST

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> str:
        """The zone that was chosen or typed."""
        return find_zone(value)

    async def autocomplete(
        self, interaction: discord.Interaction[Any], value: str | float, /
    ) -> list[app_commands.Choice[str | float]]:
        """The zones that match what has been typed so far, with the current time in each."""
        now = interaction.client.clock()
        return [
            app_commands.Choice(name=f"{zone_name(zone)} · {now.astimezone(ZoneInfo(zone)):%H:%M}", value=zone)
            for zone in near_zones(str(value), MAX_CHOICES)
        ]
