"""Whether the settings are right: all of them at once, where a start would name the first that is wrong."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from bot import settings
from bot.operations.finding import Finding, Level, split

GROUP = "Settings"


def examine(values: Mapping[str, str]) -> list[Finding]:
    """What is wrong with the settings, and with the names of some that nothing reads."""
    found = [
        _problem(f"{error.key} {error.problem}", f"Correct {error.key}, in .env or in the environment.")
        for error in settings.problems(values)
    ]
    for key, meant in settings.unknown(values).items():
        remedy = f"Rename it to {meant}." if meant else "Remove it: docs/operating.md lists those that there are."
        found.append(Finding(GROUP, Level.WARNING, f"{key} is no setting of Byeol's.", remedy))
    return found or [Finding(GROUP, Level.OK, "All settings are valid.")]


def unreadable(key: str, problem: str) -> Finding:
    """What is said of a file of settings that cannot be read."""
    return _problem(f"{key} {problem}", "")


def secrecy(env_file: Path) -> list[Finding]:
    """Whether others of this machine may read the file with the token."""
    if os.name == "nt" or not env_file.is_file() or not env_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    text = f"Other users of this machine may read {env_file}, which holds the token."
    return [Finding(GROUP, Level.WARNING, text, f"chmod 600 {env_file}")]


def _problem(words: str, otherwise: str) -> Finding:
    text, remedy = split(words)
    return Finding(GROUP, Level.PROBLEM, text, remedy or otherwise)
