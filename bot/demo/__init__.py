"""The whole bot, unmodified and without a token, in a simulated Discord."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from bot import installation
from bot.errors import StartError

NEEDED = frozenset({"simcord", "markdown_it", "linkify_it", "regex", "PIL"})
"""Packages the demo imports and the bot does not."""
SIMCORD = "3.2.1"
"""The version that `bot.demo.engine` was written for."""


def check() -> None:
    """Raise `StartError` if another version of simcord is installed. Call this before importing any of it."""
    found = version("simcord")
    if found != SIMCORD:
        raise StartError(f"The demo needs simcord {SIMCORD}, found {found}. {installation.how_to_add('demo')}")


def main(
    *,
    port: int | None = None,
    tour: bool = True,
    browse: bool = False,
    transcript: bool = False,
    shots: Path | None = None,
) -> int:
    """The command ``demo``; returns the exit code. Raises `StartError` if a package it needs is not installed."""
    try:
        check()
        if transcript:
            from bot.demo import tour as terminal

            return terminal.main()
        if shots is not None:
            from bot.demo import shots as pictures

            return pictures.main(shots)
        from bot.demo import site

        return site.main(port=site.PORT if port is None else port, tour=tour, browse=browse)
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        raise StartError(
            f"The demo needs packages that are not installed ({error.name}). {installation.how_to_add('demo')}"
        ) from error
