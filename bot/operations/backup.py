"""The commands `backup` and `restore`: a copy of the database while the bot runs, and back."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bot.address import Address
from bot.errors import StartError
from bot.store.moving import back_up
from bot.store.sqlite.copies import moment, verified_copy
from bot.store.sqlite.locks import in_use
from bot.store.sqlite.restoring import restore as put_back
from bot.store.sqlite.restoring import restore_to_server


def backup(database: Address, target: Path, now: datetime, *, replace: bool = False) -> int:
    """Copy a database to a file, or under a name with the time into a folder. Returns the exit code.

    The file is one of SQLite, whichever the database is. Raises `StartError` if that cannot be, or if there is such a
    file and not `replace`.
    """
    stem = database.stem if isinstance(database, Path) else database.file_name
    file = target / f"{stem}-{moment(now)}.db" if target.is_dir() else target
    if isinstance(database, Path) and not database.is_file():
        raise StartError(f"There is no database {database}. Is BYEOL_DATABASE set as it is for the bot?")
    if not file.parent.is_dir():
        raise StartError(f"There is no folder {file.parent}. Make it, or choose another one.")
    if file.exists():
        if isinstance(database, Path) and file.samefile(database):
            raise StartError(f"{file} is the database itself. Choose another name for its backup.")
        if not replace:
            raise StartError(f"{file} is there already. Choose another name, or replace it with --force.")
    if isinstance(database, Path):
        with in_use(database), verified_copy(database, file, now) as copy:
            copy.move_to(file)
        rows = copy.rows
    else:
        rows = back_up(database, file, now, replace=replace)
    size = file.stat().st_size / 2**20
    _say(f"Backed up {database} to {file}: {size:.1f} MB, {sum(rows.values()):,} rows, verified.")
    return 0


def restore(database: Address, file: Path, now: datetime, *, folder: Path | None = None, again: bool = False) -> int:
    """Replace a database by a backup, say what that means, and return the exit code. Raises `StartError`.

    `folder`: where what it replaces is kept, if that is on a PostgreSQL server; by default here.
    """
    if isinstance(database, Path):
        done = put_back(file, database, now, again=again)
    else:
        folder = folder or Path()
        folder.mkdir(parents=True, exist_ok=True)
        done = restore_to_server(file, database, now, folder, again=again)
    made = f", as it was at {done.made_at:%Y-%m-%d %H:%M} UTC" if done.made_at else ""
    _say(f"Restored {database} from {file}{made}: {done.rows:,} rows, verified.")
    if done.kept is not None:
        _say(f"What it replaced is kept as {done.kept}.")
    if again:
        _say("What came due since the backup is announced if it is still in time, even where that was done already.")
    else:
        _say(
            f"Announcements that came due since the backup: {done.uncertain}. They may have been posted already, so"
            " they are not posted again; /announcements history lists them as uncertain."
        )
    _say("Settings that servers changed after the backup are as they were before.")
    return 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
