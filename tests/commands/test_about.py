"""`/about` and `/help`: the bot itself."""

from __future__ import annotations

import re

from bot import __version__
from tests.conftest import World


async def test_about_tells_version_counts_sources_licence_and_privacy(world: World) -> None:
    shown = await world.ask("about")
    assert shown.private
    for words in (f"version {__version__}", "8 dramas", "Pinkvilla", "MIT licence", "I read no messages"):
        assert words in shown.text


async def test_help_mentions_every_command_so_that_it_can_be_clicked(world: World) -> None:
    shown = await world.ask("help")
    assert shown.private
    for name in ("ost", "cast", "drama", "artist", "upcoming", "about", "help", "announcements setup"):
        assert f"</{name}:" in shown.text
    assert ":0>" not in shown.text


async def test_help_begins_with_what_fans_ask(world: World) -> None:
    commands = re.findall(r"</([a-z ]+):\d+>", (await world.ask("help")).text)
    fans = {"ost", "cast", "drama", "artist", "upcoming", "browse", "notify me", "notify list"}
    assert set(commands[:11]) == fans | {"schedule list", "schedule show", "schedule export"}
    assert commands[11:13] == ["about", "help"]
    groups = [command.split()[0] for command in commands[13:]]
    assert groups == sorted(groups, reverse=True)
    assert {*groups} == {"schedule", "announcements"}
