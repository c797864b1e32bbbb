"""Whether the program has what it needs: versions, time zones, the clock, its catalogue and its translations."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.messages.pofile import PoFileError

from bot import discord_internals, installation, text
from bot.announcements.zones import COMMON_ZONES
from bot.errors import SeedError, StartError
from bot.operations.finding import Finding, Level, split
from bot.seeding import load_own
from bot.store.sqlite import engine, thread

PROGRAM, TIME, CATALOGUE = "Program", "Time", "Catalogue"

FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
"""There was no Byeol before: a clock that shows an earlier day was never set."""
AHEAD = timedelta(minutes=2)
"""How far ahead of the clock a file may be without meaning anything: file servers have clocks of their own."""

_VERIFIED: tuple[tuple[str, Callable[[], str]], ...] = (
    ("discord.py", discord_internals.verify_version),
    ("aiosqlite", thread.verify_version),
    ("SQLite", engine.verify_sqlite),
)
"""What Byeol knows some versions of only, with what refuses the others at a start."""

_zone = ZoneInfo.no_cache


def versions() -> list[Finding]:
    """The versions of Python, and of that which Byeol knows some versions of only."""
    findings = [Finding(PROGRAM, Level.OK, f"Python {platform.python_version()}.")]
    for name, verify in _VERIFIED:
        try:
            findings.append(Finding(PROGRAM, Level.OK, f"{name} {verify()}."))
        except StartError as error:
            problem, remedy = split(error.problem)
            findings.append(Finding(PROGRAM, Level.PROBLEM, problem, remedy))
    return findings


def zones() -> list[Finding]:
    """Whether the time zones that most servers choose can be loaded."""
    missing: list[str] = []
    for name in COMMON_ZONES:
        try:
            _zone(name)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            missing.append(name)
    if missing:
        problem = f"There is no usable data for time zones such as {missing[0]}."
        return [
            Finding(
                TIME,
                Level.PROBLEM,
                problem,
                f"Install it: {installation.python()} -m pip install --force-reinstall tzdata",
            )
        ]
    return [Finding(TIME, Level.OK, f"Time zones can be loaded (tzdata {version('tzdata')}).")]


def clock(now: datetime, database: Path | None) -> list[Finding]:
    """Whether the clock shows a time that can be: since Byeol exists, and not before the database was written."""
    remedy = "Set the clock, and keep it right with NTP (timedatectl set-ntp true): announcements are posted by it."
    if now < FIRST_DAY:
        return [Finding(TIME, Level.PROBLEM, f"The clock shows {now:%Y-%m-%d %H:%M} UTC.", remedy)]
    beside = (database, database.with_name(f"{database.name}-wal")) if database is not None else ()
    files = (path for path in beside if path.is_file())
    written = max((datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in files), default=now)
    if written > now + AHEAD:
        text = f"The clock shows {now:%Y-%m-%d %H:%M} UTC, but the database was written at {written:%Y-%m-%d %H:%M}."
        return [Finding(TIME, Level.WARNING, text, remedy)]
    return [Finding(TIME, Level.OK, f"The clock shows {now:%Y-%m-%d %H:%M} UTC.")]


def catalogue() -> list[Finding]:
    """Whether the seed files that come with Byeol can be read."""
    try:
        load_own()
    except SeedError as error:
        more = f" ({len(error.problems)} problems in all)" if len(error.problems) > 1 else ""
        remedy = (
            f"Get the files of this version again, or correct them: {installation.command()} seed --dry-run lists all."
        )
        return [Finding(CATALOGUE, Level.PROBLEM, f"{error.problems[0]}{more}", remedy)]
    return [Finding(CATALOGUE, Level.OK, "The seed files that come with Byeol can be read.")]


def translations() -> list[Finding]:
    """Whether every language can be loaded."""
    findings: list[Finding] = []
    for language in text.LANGUAGES:
        try:
            text.words.__wrapped__(language)
        except (PoFileError, OSError, ValueError) as error:
            problem = f"The translation {text.catalogue_path(language)} cannot be read: {error}."
            findings.append(Finding(CATALOGUE, Level.PROBLEM, problem, "Get the file of this version again."))
    if findings:
        return findings
    names = ", ".join(map(text.language_name, text.LANGUAGES))
    return [Finding(CATALOGUE, Level.OK, f"Translations can be read: {names}.")]
