"""The command ``seed``: load files, and show what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from bot.errors import SeedError
from bot.seeding.loader import Known, beside, load
from bot.store import catalogue, holdings
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.stated import Change, Desired

LONG = 20
"""The fewest files for which a progress bar is shown."""

_SIGNS = {
    "added": "[green]+[/]",
    "changed": "[yellow]~[/]",
    "removed": "[red]-[/]",
    "merged": "[yellow]>[/]",
    "kept": "[cyan]=[/]",
}


SHOWN = 50
"""The most changes listed; more are only counted."""
SHARE = 0.2
"""Removing more than this share of the catalogue is most likely a mistake, and requires `force`."""


class _UndoneError(Exception):
    """Rolls back a transaction that was only a preview."""

    def __init__(self, changes: list[Change]) -> None:
        super().__init__()
        self.changes = changes


async def seed(database: Database, paths: Sequence[Path], *, dry_run: bool, force: bool = False) -> int:
    """Bring the catalogue to what `paths` state, and print what changed; for a dry run, only print it.

    Raises `SeedError` with every problem of the files, or if a large share of the catalogue would be removed without
    `force`; nothing is written then.
    """
    out = Console()
    known = await database.read(_known)
    lacking = _lacking(beside(paths), known) if dry_run else Desired(frozenset())
    known = Known(
        {**known.entities, **{ref: frozenset({row.origin}) for ref, row in lacking.entities.items()}},
        {**known.sources, **{slug: row.origin for slug, row in lacking.sources.items()}},
        known.origins,
    )

    def progress(files: Sequence[Path]) -> Iterable[Path]:
        return track(files, "Reading", console=out) if len(files) >= LONG else files

    desired = load(paths, known, progress)
    size = await database.read(holdings.size)
    try:
        now = datetime.now(UTC)
        if dry_run:
            changes = await database.write(_try, lacking, desired, now)
        else:
            changes = await database.write(_apply, desired, now, share=1 if force else SHARE)
    except _UndoneError as undone:
        changes = undone.changes
    removed = _removed(changes)
    if not dry_run and not force and removed > size * SHARE:
        _list(out, [change for change in changes if change.action == "removed"])
        raise SeedError(
            [
                f"This would remove {removed} of {size} things that the catalogue says, so nothing was changed.",
                "If that is what you want, add --force; else check the folder you named, and its catalogue.toml.",
            ]
        )
    _list(out, [change for change in changes if dry_run or change.action == "kept"])
    out.print(_summary(changes, dry_run=dry_run), highlight=False)
    return 0


def _removed(changes: Sequence[Change]) -> int:
    return sum(change.size for change in changes if change.action == "removed")


def _list(out: Console, changes: Sequence[Change]) -> None:
    for change in changes[:SHOWN]:
        why = f" ({change.why})" if change.why else ""
        out.print(f"{_SIGNS[change.action]} {escape(change.what + why)}", highlight=False, soft_wrap=True)
    if len(changes) > SHOWN:
        out.print(f"... and {len(changes) - SHOWN} more", highlight=False)


def _known(connection: Connection) -> Known:
    return Known(
        holdings.known_refs(connection),
        holdings.known_sources(connection),
        frozenset(holdings.origins(connection)),
    )


def _lacking(stated: Desired, known: Known) -> Desired:
    """The entities and sources stated by neighbours of the files in a dry run, and missing from the database."""
    return Desired(
        frozenset(),
        {slug: row for slug, row in stated.sources.items() if slug not in known.sources},
        {ref: row for ref, row in stated.entities.items() if ref not in known.entities},
    )


def _try(connection: Connection, lacking: Desired, desired: Desired, now: datetime) -> list[Change]:
    catalogue.apply(connection, lacking, now)
    raise _UndoneError(catalogue.apply(connection, desired, now))


def _apply(connection: Connection, desired: Desired, now: datetime, *, share: float) -> list[Change]:
    size = holdings.size(connection)
    changes = catalogue.apply(connection, desired, now)
    if _removed(changes) > size * share:
        raise _UndoneError(changes)
    return changes


def _summary(changes: Sequence[Change], *, dry_run: bool) -> str:
    counts = Counter(change.action for change in changes)
    done = ", ".join(
        f"{counts[action]} {action}" for action in ("added", "changed", "removed", "merged", "kept") if counts[action]
    )
    if not any(counts[action] for action in ("added", "changed", "removed")):
        return "Nothing to change: the catalogue says all of it already." + (f" ({done})" if done else "")
    return f"{'Would be: ' if dry_run else ''}{done}."
