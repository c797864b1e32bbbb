"""What a check found: one line each, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PROBLEMS = 1
"""The exit code if something is wrong."""


class Level(StrEnum):
    """How bad it is. A warning works for now, or is somebody's choice; a problem keeps the bot from its work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do; it is empty if there is nothing to do."""

    group: str
    level: Level
    text: str
    remedy: str = ""


def exit_code(findings: Sequence[Finding]) -> int:
    """0 if there is no problem, whatever the warnings; else `PROBLEMS`."""
    return PROBLEMS if any(finding.level is Level.PROBLEM for finding in findings) else 0


def total(findings: Sequence[Finding]) -> str:
    """All findings in one sentence."""
    counts = {level: sum(finding.level is level for finding in findings) for level in (Level.PROBLEM, Level.WARNING)}
    named = [f"{count} {level}{'s' if count > 1 else ''}" for level, count in counts.items() if count]
    return f"{' and '.join(named)}." if named else "All is well."


def split(problem: str) -> tuple[str, str]:
    """An error in words, apart: its first sentence, and those after it, which say what to do."""
    first, stop, others = problem.partition(". ")
    return (f"{first}.", others) if stop else (problem, "")
