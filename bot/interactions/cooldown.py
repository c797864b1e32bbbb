"""How often one person may use the bot: a limit that nobody meets by hand, and that a script does at once.

It is counted in memory, by the user's id, and forgotten after a window without a use: nothing is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import discord
from discord.ext import commands

log = logging.getLogger(__name__)

WINDOW = 10.0
"""Seconds over which uses are counted, from the first one on."""
USES = 60
"""Commands, buttons, menus and forms in a window: six a second for ten seconds. Turning pages as fast as answers come
is about three."""
SUGGESTIONS = 200
"""Letters typed into an option in a window, each of which asks for suggestions. Fast typing is ten a second."""

REPORTS = 30
"""Reports and previews for one server in a window, whoever asks: each plans up to a year for up to twenty channels,
which takes some 75 ms with a full catalogue, and 200 ms for an artist with hundreds of songs."""

Counter = commands.CooldownMapping[discord.Interaction[Any]]


class Cooldowns:
    """Counts everybody's uses. One serves a whole client.

    discord.py's mapping drops whoever did nothing for a window each time it is asked, so it holds only those who used
    the bot within the last seconds. `time`: a clock in seconds that never jumps.
    """

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._uses = _counter(USES, _user)
        self._suggestions = _counter(SUGGESTIONS, _user)
        self._notices = _counter(1, _user)
        self._reports = _counter(REPORTS, _server)

    def wait(self, interaction: discord.Interaction[Any]) -> timedelta | None:
        """Count a use. Returns None if it is to be answered, else how long it is until the next one that is."""
        typing = interaction.type is discord.InteractionType.autocomplete
        left = (self._suggestions if typing else self._uses).update_rate_limit(interaction, self._time())
        return None if left is None else timedelta(seconds=left)

    def wait_for_report(self, interaction: discord.Interaction[Any]) -> timedelta | None:
        """The same for a report or a preview, which everybody in a server has together."""
        left = self._reports.update_rate_limit(interaction, self._time())
        return None if left is None else timedelta(seconds=left)

    def is_to_be_told(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether to tell somebody who has to wait: once in a window, and never while they type."""
        if interaction.type is discord.InteractionType.autocomplete:
            return False
        told = self._notices.update_rate_limit(interaction, self._time()) is not None
        if not told:
            log.info("Somebody uses me too fast: what comes within the next seconds is not answered")
        return not told


def _counter(uses: int, whose: Callable[[discord.Interaction[Any]], int | None]) -> Counter:
    return Counter.from_cooldown(uses, WINDOW, whose)


def _user(interaction: discord.Interaction[Any]) -> int:
    return interaction.user.id


def _server(interaction: discord.Interaction[Any]) -> int | None:
    return interaction.guild_id
