"""Daily backups while the bot runs, made and verified apart from it, the oldest removed afterwards.

SQLite copies a file in a thread, in which Python has next to nothing to do. From a server, Python carries every row,
and so in a process of its own: answers would wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import apart
from bot.address import Address, PostgresAddress
from bot.catalogue.model import Clock
from bot.errors import StartError
from bot.store.sqlite.copies import BusyError, Stopping, moment, partial_of, verified_copy

log = logging.getLogger(__name__)

PERIOD = timedelta(days=1)
FIRST_LOOK = 60.0
"""Seconds until the first look: a bot that has just started has better things to do."""
LOOK = 600.0
"""Seconds between two looks at whether it is time."""
RETRY = timedelta(hours=1)
"""After a backup that failed."""
_NICE = 10
"""How much a process that copies stands back for the bot, on a machine with too few processors."""

Sleep = Callable[[float], Coroutine[Any, Any, object]]


async def daily(database: Address, folder: Path, kept: int, clock: Clock, *, sleep: Sleep = asyncio.sleep) -> None:
    """Back the database up whenever the last daily backup is a day old, and keep the last `kept`, until cancelled.

    A failure is one line in the log, and is tried again in an hour.
    """
    failed: datetime | None = None
    await sleep(FIRST_LOOK)
    while True:
        now = clock()
        if failed is None or not timedelta() <= now - failed < RETRY:
            failed = None
            try:
                if isinstance(database, Path):
                    made = await _apart(database, folder, kept, now)
                else:
                    made = await _from_server(database, folder, kept, now)
                if made is not None:
                    log.info("Backed up the database: %s", made)
            except (StartError, OSError) as error:
                failed = now
                problem = error.problem if isinstance(error, StartError) else str(error)
                log.warning("The daily backup failed, and is tried again in an hour: %s", problem)
            except Exception:
                # Whatever it is, the bot goes on, and so will the next attempt.
                failed = now
                log.exception("The daily backup failed, and is tried again in an hour")
        await sleep(LOOK)


async def _apart(database: Path, folder: Path, kept: int, now: datetime) -> Path | None:
    """Look in a thread; if cancelled, that ends soon as well, and leaves nothing half done."""
    stopping = threading.Event()
    try:
        return await asyncio.to_thread(back_up_if_due, database, folder, kept, now, stopping.is_set)
    finally:
        stopping.set()


async def _from_server(address: PostgresAddress, folder: Path, kept: int, now: datetime) -> Path | None:
    """Like `back_up_if_due`, with the command `backup`; if cancelled, that ends as well. One process may do so."""
    file = _next(address, folder, now)
    if file is None:
        return None
    _clear(address, folder)
    async with apart.running(address, "backup", str(file)) as process:
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # a service may be kept from it, or the copy be done
                os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        said, _ = await process.communicate()
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise StartError(lines[-1] if lines else f"the command ended with {process.returncode}")
    _remove_old(address, folder, kept, file)
    return file


def back_up_if_due(database: Path, folder: Path, kept: int, now: datetime, stopping: Stopping) -> Path | None:
    """Make today's backup of a file, unless there is one or another process makes it, and return it.

    Then remove its predecessors except the last ones, so that `kept` remain. Raises `StartError`, `OSError` and
    `bot.store.sqlite.copies.StoppedError`.
    """
    file = _next(database, folder, now)
    if file is None:
        return None
    try:
        with verified_copy(database, file, now, wait=0, stopping=stopping) as copy:
            if not _is_due(database, folder, now):
                return None  # another process made it meanwhile
            copy.move_to(file)
            _clear(database, folder)
    except BusyError:
        return None
    _remove_old(database, folder, kept, file)
    return file


def _clear(database: Address, folder: Path) -> None:
    """Remove what is left of processes that were killed. Only who makes backups may: another one's would be gone."""
    for name in folder.glob(f"{_prefix(database)}*"):
        if _PARTIAL.match(name.name):
            name.unlink(missing_ok=True)


def _remove_old(database: Address, folder: Path, kept: int, newest: Path) -> None:
    earlier = sorted((one for one in _made(database, folder) if one != newest), reverse=True)
    for old in earlier[kept - 1 :]:
        old.unlink(missing_ok=True)


_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z"
_PARTIAL = re.compile(rf".*-daily-{_TIME}{re.escape(partial_of(Path('.db')).name)}$")


def _prefix(database: Address) -> str:
    return f"{database.stem if isinstance(database, Path) else database.file_name}-daily-"


def _next(database: Address, folder: Path, now: datetime) -> Path | None:
    """The backup that is to be made now, if one is."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{_prefix(database)}{moment(now)}.db" if _is_due(database, folder, now) else None


def _made(database: Address, folder: Path) -> dict[Path, datetime]:
    """The daily backups that are there, by their names, with their times; other files are nobody's business here."""
    named = re.compile(rf"{re.escape(_prefix(database))}({_TIME})\.db")
    found = [(path, match) for path in folder.iterdir() if (match := named.fullmatch(path.name))]
    return {path: datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC) for path, match in found}


def latest(database: Address, folder: Path) -> datetime | None:
    """When the last daily backup that is there was made; None if there is none."""
    return max(_made(database, folder).values(), default=None) if folder.is_dir() else None


def _is_due(database: Address, folder: Path, now: datetime) -> bool:
    # One from the future is of a clock that was wrong, and says nothing.
    return not any(timedelta() <= now - at < PERIOD for at in _made(database, folder).values())
