"""Notices that the database's file was deleted or replaced while the bot runs, and loses nothing by that."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from bot.catalogue.model import Clock
from bot.errors import RestartError, StartError
from bot.store.database import Database
from bot.store.sqlite.copies import logs_of

LOOK = 5.0
"""Seconds between two looks at the file."""

_Identity = tuple[int, int]
Sleep = Callable[[float], Coroutine[Any, Any, object]]


async def watch(database: Database, path: Path, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Look at the file at `path` until it is no longer the one that is open; then save what is in that.

    The bot would go on with a file that is gone when it stops, and every other process with another one. So what it has
    is saved, and it has to start again: that raises `RestartError`, or `StartError` if it cannot be saved.
    """
    opened, logs = _identity(path), dict[Path, _Identity | None]()
    while opened is None or (found := _identity(path)) == opened:
        logs = {log: _identity(log) for log in logs_of(path)}
        await sleep(LOOK)
    happened = "was deleted" if found is None else "was replaced by another file"
    try:
        saved = await database.rescue(path, clock())
    except StartError as error:
        raise StartError(
            f"The database {path} {happened} while the bot ran, so the bot stops. {error.problem}"
        ) from error
    _remove(logs)
    kept = (
        "It is put back as it was, with everything in it."
        if saved == path
        else f"What was in it is saved as {saved}; the next start uses the other file."
    )
    raise RestartError(f"The database {path} {happened} while the bot ran. {kept} The bot stops: start it again.")


def _remove(logs: Mapping[Path, _Identity | None]) -> None:
    """Remove the logs of the file that was open, unless others lie there by now.

    SQLite leaves them when the file has gone, and the next process that opens the other file would read them as its own
    (https://www.sqlite.org/howtocorrupt.html, "Mispairing database files and hot journals").
    """
    for log, identity in logs.items():
        if identity is not None and _identity(log) == identity:
            log.unlink(missing_ok=True)


def _identity(path: Path) -> _Identity | None:
    """Which file lies at a path; None for none. Windows lets nobody delete a file that is open."""
    if sys.platform == "win32":
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
