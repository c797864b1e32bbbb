"""`python -m bench.instrumented`: the bot itself, `python -m bot run`, which tells what it does when it gets SIGUSR2.

It counts the statements and transactions on its database; with `--trace` it also tells where the memory went that it
got since the signal before.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

from bot.__main__ import main as bot
from bot.store.connection import Connection, Cursor, Parameters
from bot.store.database import Database

INSTRUMENTED = (sys.executable, "-m", "bench.instrumented")
LINES = 15
"""Places in the code that a trace names."""
FRAMES = 8
"""Callers that are kept of each allocation."""


class Counted:
    """A connection that counts. What is run for many rows at once is one statement."""

    statements = 0
    transactions = 0

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def __class__(self) -> type[Connection]:  # pyright: ignore[reportIncompatibleMethodOverride]
        # The store asks which engine a connection belongs to.
        return type(self._connection)

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        Counted.statements += 1
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor:
        Counted.statements += 1
        return self._connection.executemany(sql, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def count() -> None:
    """Count from now on."""
    for name in ("read", "write"):
        real: Callable[..., Any] = getattr(Database, name)

        def counted(self: Database, query: Any, *args: Any, _real: Any = real, **kwargs: Any) -> Any:
            def run(connection: Connection, *args: Any, **kwargs: Any) -> Any:
                return query(Counted(connection), *args, **kwargs)

            Counted.transactions += 1
            return _real(self, run, *args, **kwargs)

        mock.patch.object(Database, name, counted).start()


def tell_on_signal() -> None:
    """Say on SIGUSR2 what was counted, and what was traced."""
    before: tracemalloc.Snapshot | None = None

    def tell(_: int, __: object) -> None:
        nonlocal before
        sys.stderr.write(f"counted: {Counted.statements} statements {Counted.transactions} transactions\n")
        if tracemalloc.is_tracing():
            now = tracemalloc.take_snapshot()
            if before is not None:
                for found in now.compare_to(before, "traceback")[:LINES]:
                    place = " < ".join(str(frame) for frame in reversed(found.traceback))
                    sys.stderr.write(f"traced: {found.size_diff / 1024:+.0f} KB, {found.count_diff:+}: {place}\n")
            before = now
        sys.stderr.flush()

    signal.signal(signal.SIGUSR2, tell)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instrumented", description=__doc__)
    parser.add_argument("--trace", action="store_true", help="also trace memory, which costs time and memory itself")
    if parser.parse_args().trace:
        tracemalloc.start(FRAMES)
    count()
    tell_on_signal()
    return bot(["run"])


if __name__ == "__main__":
    sys.exit(main())
