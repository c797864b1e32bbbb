"""The simulated Discord beneath the demo and the tests: everything that touches simcord's private parts.

simcord is pinned, and `check` refuses any other version: what is private may change with each release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import simcord

from bot.errors import StartError

VERSION = "3.2.1"


def check() -> None:
    """Raise `StartError` where simcord is not the version that this was written for."""
    found = version("simcord")
    if found != VERSION:
        raise StartError(
            f"The demo needs simcord {VERSION}, found {found}. Run: python -m pip install -r requirements/demo.txt"
        )


def quicken() -> None:
    """Wait 1 ms instead of 50 for a bot that has gone quiet: whatever asks a database seems quiet meanwhile."""
    settle: Any = simcord.Env._settle_internal  # pyright: ignore[reportPrivateUsage]
    settle.__kwdefaults__["idle"] = 0.001


def set_clock(env: simcord.Env, at: datetime) -> None:
    """Make it be `at`. What sleeps does not notice, and wakes when it has slept its time."""
    clock = env.backend.clock
    clock._epoch = at - timedelta(seconds=clock.elapsed)  # pyright: ignore[reportPrivateUsage]


def speak(env: simcord.Env, languages: Mapping[int, str]) -> None:
    """Let users' Discord be in the languages that `languages` gives by user id; simcord says ``en-US`` for everyone."""
    emit = env.backend.emit

    def localised(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            payload = {**payload, "locale": languages.get(int(user["id"]), payload["locale"])}
        emit(event, payload)

    env.backend.emit = localised
