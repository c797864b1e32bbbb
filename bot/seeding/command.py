"""The command ``seed``: load files, show what they change."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from bot.seeding.loader import Known, load
from bot.store import catalogue
from bot.store.catalogue import Change, Desired
from bot.store.database import Database

LONG = 20
"""Files from which on a progress bar is worth showing."""

_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]", "kept": "[cyan]=[/]"}


class _DryRun(Exception):
    """Ends a transaction whose changes were only to be seen."""

    def __init__(self, changes: list[Change]) -> None:
        super().__init__()
        self.changes = changes


async def seed(database: Database, paths: Sequence[Path], *, dry_run: bool) -> int:
    """Bring the catalogue to what `paths` state, and say what changed; or, for a dry run, only say it.

    Raises `SeedError` with every problem of the files; nothing is written then.
    """
    out = Console()
    known = await database.read(_known)

    def progress(files: Sequence[Path]) -> Iterable[Path]:
        return track(files, "Reading", console=out) if len(files) >= LONG else files

    desired = load(paths, known, progress)
    try:
        changes = await database.write(_try if dry_run else catalogue.apply, desired, datetime.now(UTC))
    except _DryRun as tried:
        changes = tried.changes
    for change in changes:
        if dry_run or change.action == "kept":
            why = f" ({change.why})" if change.why else ""
            out.print(f"{_SIGNS[change.action]} {escape(change.what + why)}", highlight=False, soft_wrap=True)
    out.print(_summary(changes, dry_run=dry_run), highlight=False)
    return 0


def _known(connection: sqlite3.Connection) -> Known:
    return Known(
        catalogue.known_refs(connection),
        catalogue.known_sources(connection),
        frozenset(catalogue.origins(connection)),
    )


def _try(connection: sqlite3.Connection, desired: Desired, now: datetime) -> list[Change]:
    raise _DryRun(catalogue.apply(connection, desired, now))


def _summary(changes: Sequence[Change], *, dry_run: bool) -> str:
    counts = Counter(change.action for change in changes)
    done = ", ".join(
        f"{counts[action]} {action}" for action in ("added", "changed", "removed", "kept") if counts[action]
    )
    if not any(counts[action] for action in ("added", "changed", "removed")):
        return "Nothing to change: the catalogue says all of it already." + (f" ({done})" if done else "")
    return f"{'Would be: ' if dry_run else ''}{done}."
