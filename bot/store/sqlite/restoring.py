"""Puts a backup in the place of a database, and sees to it that nothing is announced twice because of that."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.address import PostgresAddress
from bot.announcements import schedule
from bot.errors import StartError
from bot.store import agenda, moving, planning, subscriptions
from bot.store.connection import Connection
from bot.store.reading import instant, stamp
from bot.store.sqlite import copies
from bot.store.sqlite.copies import logs_of, moment, sync_folder, verified_copy_alone
from bot.store.sqlite.engine import migrate, newest_schema
from bot.store.sqlite.locks import unused

RESTORED = "restored"
"""The reason of deliveries that may have been posted after the backup was made."""
_MARGIN = timedelta(minutes=10)
"""How much earlier than the backup a delivery may have been due that was posted after it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `made_at`: when the backup was made, if it says so; `kept`: the database that it replaced.

    `uncertain`: how many announcements came due since the backup, and are not posted since they may have been.
    """

    made_at: datetime | None
    rows: int
    kept: Path | None
    uncertain: int


def restore(backup: Path, path: Path, now: datetime, *, again: bool = False) -> Restored:
    """Replace the database at `path` by a backup, which is verified and brought up to date first.

    What is replaced is kept. `again`: announce what came due since the backup was made, even if that was done already.
    Raises `StartError` if the backup is no usable one, or if a process uses the database; then nothing has changed.
    """
    if path.exists() and backup.exists() and path.samefile(backup):
        raise StartError(f"{backup} is the database itself, not a backup of it.")
    with unused(path), _prepared(backup, path, now, again=again) as (copy, made_at, uncertain):
        kept = _set_aside(path, now)
        if kept is not None:
            _share(kept, copy.path)
        copy.move_to(path)
    return Restored(made_at, sum(copy.rows.values()), kept, uncertain)


def restore_to_server(
    backup: Path, address: PostgresAddress, now: datetime, folder: Path, *, again: bool = False
) -> Restored:
    """Like `restore`, for a PostgreSQL database: what is replaced is kept as a backup in `folder`."""
    kept = None
    with (
        tempfile.TemporaryDirectory() as place,
        _prepared(backup, Path(place) / "byeol.db", now, again=again) as (copy, made_at, uncertain),
    ):
        if moving.holds_anything(address):
            kept = folder / f"byeol-before-restore-{moment(now)}.db"
            moving.back_up(address, kept, now)
        moving.put_back(copy.path, address)
    return Restored(made_at, sum(copy.rows.values()), kept, uncertain)


@contextmanager
def _prepared(
    backup: Path, path: Path, now: datetime, *, again: bool
) -> Generator[tuple[copies.Copy, datetime | None, int]]:
    """A copy of a backup, for the place of `path`; when that backup was made, and how much is uncertain since then."""
    with verified_copy_alone(backup, path, now) as copy:
        if copy.version > newest_schema():
            raise StartError(
                f"{backup} was made by a newer Byeol (its schema is number {copy.version}, this version knows"
                f" {newest_schema()}). Update Byeol, then restore it."
            )
        with closing(copies.opened(copy.path)) as connection:
            made_at = _unsign(connection, backup)
            migrate(connection, copy.path, keep=False)
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN")
            uncertain = 0 if again else settle_since(connection, made_at, now)
            # Discord may have been told other commands meanwhile.
            connection.execute("UPDATE command_sync SET digest = ''")
            connection.execute("COMMIT")
        yield copy, made_at, uncertain


def _unsign(connection: sqlite3.Connection, backup: Path) -> datetime | None:
    """When the copy that is restored was made; the table that says so goes."""
    with closing(copies.opened(backup)) as original:
        signed = original.execute("SELECT 1 FROM sqlite_schema WHERE name = 'backup'").fetchone()
        made_at = original.execute("SELECT made_at FROM backup").fetchone() if signed else None
    connection.execute("DROP TABLE backup")
    return instant(made_at[0]) if made_at else None


def settle_since(connection: Connection, made_at: datetime | None, now: datetime) -> int:
    """Let nothing be posted that may have been posted after a backup was made, and return how much that is.

    What a sender had begun is looked for in its channel, by its token. What else came due by `now` cannot be told from
    what was posted: it is recorded as uncertain. Nothing that becomes known later is announced for the time before.
    """
    since = made_at - _MARGIN if made_at is not None else datetime.min.replace(tzinfo=UTC)
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM delivery").fetchone()
    connection.execute(
        "UPDATE delivery SET possibly_sent_since = coalesce(possibly_sent_since, ?, send_at)"
        " WHERE state IN ('sending', 'retrying') AND primary_id IS NULL",
        (stamp(made_at) if made_at else None,),
    )
    audiences, stages = subscriptions.wanted(connection)
    if audiences:
        dated = planning.candidates(connection, schedule.window(now), schedule.changes(now))
        planning.withdraw(connection, now)
        planning.plan(connection, list(schedule.due(dated, audiences, now, stages)))
    for guild_id in agenda.look_at_all(connection):
        planning.plan_own(connection, guild_id, now)
    uncertain = connection.execute(
        "UPDATE delivery SET state = 'uncertain', reason = ?, settled_at = ?, try_at = NULL"
        " WHERE state = 'planned' AND send_at <= ? AND (id <= ? OR send_at >= ?)",
        (RESTORED, stamp(now), stamp(now), last, stamp(since)),
    ).rowcount
    connection.execute("UPDATE subscription SET since = ?1 WHERE since < ?1", (stamp(now),))
    subscriptions.changed(connection)
    return uncertain


def _set_aside(path: Path, now: datetime) -> Path | None:
    """Keep the database that is to be replaced, under another name as well as its own, and return that name."""
    if not path.exists():
        for beside in logs_of(path):
            beside.unlink(missing_ok=True)  # of a database that was deleted: they would spoil another one
        return None
    kept = path.with_name(f"{path.name}.before-restore-{moment(now)}")
    with suppress(sqlite3.Error), closing(copies.opened(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all in one file, without a log beside it
    for log in logs_of(path):
        if log.exists():  # it is damaged: what is left of it is kept as it is
            log.replace(kept.with_name(log.name.replace(path.name, kept.name, 1)))
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    sync_folder(path.parent)
    return kept


def _share(like: Path, path: Path) -> None:
    """Let whoever could use a file use another one, too: it may not be the bot's own user who restores."""
    shutil.copymode(like, path)
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(path, like.stat().st_uid, like.stat().st_gid)
