"""Notices that the database's file was deleted or replaced while the bot runs, and loses nothing by that."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.catalogue.model import Clock
from bot.errors import RestartError, StartError
from bot.store.database import Database

LOOK = 5.0
"""Seconds between two looks at the file."""

Sleep = Callable[[float], Coroutine[Any, Any, object]]


async def watch(database: Database, path: Path, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Look at the file at `path` until it is no longer the one that is open; then save what is in that.

    The bot would go on with a file that is gone when it stops, and every other process with another one. So what it has
    is saved, and it has to start again: that raises `RestartError`, or `StartError` if it cannot be saved.
    """
    opened = _identity(path)
    while opened is None or (found := _identity(path)) == opened:
        await sleep(LOOK)
    happened = "was deleted" if found is None else "was replaced by another file"
    try:
        saved = await database.rescue(path, clock())
    except StartError as error:
        raise StartError(
            f"The database {path} {happened} while the bot ran, so the bot stops. {error.problem}"
        ) from error
    kept = (
        "It is put back as it was, with everything in it."
        if saved == path
        else f"What was in it is saved as {saved}; the next start uses the other file."
    )
    raise RestartError(f"The database {path} {happened} while the bot ran. {kept} The bot stops: start it again.")


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path; None for none. Windows lets nobody delete a file that is open."""
    if sys.platform == "win32":
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
