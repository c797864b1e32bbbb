"""A channel, and a drama of which the catalogue says one thing today and another tomorrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simcord import ChannelHandle

from bot.seeding import Known, load
from bot.store import catalogue, subscriptions
from tests.conftest import World

START = datetime(2031, 4, 1, tzinfo=UTC)
EVENING = datetime(2031, 4, 12, 12, 20, tzinfo=UTC)
"""21:20 in Seoul."""

HEAD = """
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[people]]
slug = "singer"
sources = ["herald"]
names = ["Singer"]

[[works]]
slug = "moon"
type = "drama"
sources = ["herald"]
names = ["Paper *Moon*"]
"""


def dated(kind: str, date: str, number: int = 0, status: str = "confirmed") -> str:
    """A date of the drama."""
    numbered = f"number = {number}\n" if number else ""
    return f'[[works.events]]\nkind = "{kind}"\ndate = "{date}"\nstatus = "{status}"\n{numbered}'


def song(number: int, date: str, status: str = "confirmed") -> str:
    """A song of the drama."""
    return (
        f'[[tracks]]\nslug = "part-{number}"\nsources = ["herald"]\nnames = ["Part {number}"]\n'
        'performers = ["singer"]\nost = [{ work = "moon" }]\n'
        f'events = [{{ kind = "ost_release", date = "{date}", status = "{status}" }}]\n'
    )


class Stage:
    """A channel, and a catalogue that changes now and then."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "seeds.toml"
        self.channel = world.guild.create_text_channel("news")

    async def says(self, *parts: str) -> None:
        """Load what the catalogue says now, and let the announcer notice."""
        self.file.write_text(HEAD + "".join(parts), "utf-8")
        found = load([self.file], Known({}, {}, frozenset()))
        await self.world.bot.database.write(catalogue.apply, found, self.world.env.now())
        await self.world.wait(70)

    async def set_up(self, channel: ChannelHandle | None = None, **changes: Any) -> None:
        """Announce in a channel as an admin chose it, everything of it."""
        where = channel or self.channel
        await self.world.ask("announcements setup", by=self.world.admin, channel=where, kinds="all")
        database = self.world.bot.database
        chosen = await database.read(subscriptions.of_channel, self.world.guild.id, where.id)
        assert chosen is not None
        await database.write(subscriptions.choose, replace(chosen, **changes), self.world.env.now())
