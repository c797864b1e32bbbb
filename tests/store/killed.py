"""`python -m tests.store.killed DATABASE KIND...`: open a database as the bot does, and be killed at every such point.

``statement``: for each statement that the migration runs, a process of its own is killed as it begins; ``step``: after
every so many steps of SQLite's machine, which is inside of statements; ``copy``: on the way of the copy that is made
before. Each works on
a copy of the database, and what it leaves is looked at; a line is printed for each that is neither as before nor as
after one of the scripts.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from unittest import mock

from bot.store.sqlite import copies
from bot.store.sqlite.engine import MIGRATIONS, migrate

STEPS = 5000
"""Instructions between two points inside of statements."""

_PARTS = ("_leave_room", "_rows", "_verify", "sign", "sync_folder")
"""Functions that a copy goes through, in order."""

Content = dict[str, list[tuple[object, ...]]]


Arrange = Callable[[sqlite3.Connection], None]


def content(connection: sqlite3.Connection) -> Content:
    """The schema and all rows."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    rows = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}
    schema = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
    return {**rows, "sqlite_schema": schema}


def expected(path: Path) -> dict[int, Content]:
    """What the database holds after each script, by its number."""
    found: dict[int, Content] = {}
    with closing(sqlite3.connect(":memory:")) as memory:
        with closing(sqlite3.connect(path)) as connection:
            connection.backup(memory)
        (version,) = memory.execute("PRAGMA user_version").fetchone()
        found[version] = content(memory)
        for number, script in enumerate(sorted(MIGRATIONS.glob("*.sql")), start=1):
            if number > version:
                memory.executescript(script.read_text("utf-8"))
                found[number] = content(memory)
    return found


def _killed(path: Path, arrange: Arrange) -> bool:
    """Migrate a database in a process of its own, and say whether that was killed."""
    child = os.fork()
    if not child:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        arrange(connection)
        migrate(connection, path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"it could not be migrated: {status}")
    return os.WIFSIGNALED(status)


def _at_statement(point: int) -> Arrange:
    return lambda connection: connection.set_trace_callback(_at(point))


def _inside(point: int) -> Arrange:
    return lambda connection: connection.set_progress_handler(_at(point), STEPS)


def _in_copy(point: int) -> Arrange:
    """Be killed in a part of making the copy; past the last of them, not at all."""

    def arrange(_: sqlite3.Connection) -> None:
        for name in _PARTS[point - 1 : point]:
            mock.patch.object(copies, name, _at(1)).start()

    return arrange


def _at(point: int) -> Callable[..., int]:
    """Something to be called again and again, which kills its process when it is called for the `point`-th time."""
    left = point

    def reached(*_: object) -> int:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    return reached


_KINDS: dict[str, Callable[[int], Arrange]] = {
    "statement": _at_statement,
    "copy": _in_copy,
    "step": _inside,
}
"""Where it is killed, by what is counted."""


def main(original: Path, kinds: Sequence[str]) -> int:
    """Kill it at every point of these kinds. Returns the exit code."""
    states = expected(original)
    memory = Path("/dev/shm")  # no power cut is played: a disk would only be slow
    place = memory if memory.is_dir() else None
    kills = wrong = 0
    for name in kinds:
        arranged = _KINDS[name]
        point = 1
        while True:
            with tempfile.TemporaryDirectory(dir=place) as folder:
                path = Path(folder) / "byeol.db"
                shutil.copyfile(original, path)
                if not _killed(path, arranged(point)):
                    break
                kills += 1
                with closing(sqlite3.connect(path)) as connection:
                    (version,) = connection.execute("PRAGMA user_version").fetchone()
                    whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                    kept = whole and content(connection) == states.get(version)
                _killed(path, lambda _: None)
                with closing(sqlite3.connect(path)) as connection:
                    done = content(connection) == states[max(states)]
                left = list(Path(folder).glob("*.partial"))
            if not (kept and done) or left:
                wrong += 1
                found = f"schema {version}, kept {kept}, done afterwards {done}, left {left}"
                sys.stdout.write(f"{name} {point}: {found}\n")
            point += 1
    sys.stdout.write(f"{kills} kills, {wrong} wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
