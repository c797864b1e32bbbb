"""Hears from the server that something searchable changed, in whichever process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg

from bot.address import PostgresAddress
from bot.store.postgres.connection import connect

CHANNEL = "byeol_searched"
"""On which `migrations/postgres/0010_schema.sql` tells of a change."""
_LOOK = 0.5
"""Seconds between two looks at whether to end."""
_LAST = 0.8
"""Seconds that ending is waited for."""
_PAUSE = 1.0
"""Seconds until a lost connection is made anew."""


class Listener:
    """Calls a function on the event loop after each change, from a connection of its own, made anew if it is lost."""

    def __init__(self, address: PostgresAddress, changed: Callable[[], object]) -> None:
        self._address = address
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._listening = asyncio.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="byeol-listener", daemon=True)
        self._thread.start()

    async def begun(self) -> None:
        """Return once it listens for the first time."""
        await self._listening.wait()

    async def close(self) -> None:
        """Stop listening; a connection that hangs is left to end with the process."""
        self._ended.set()
        await asyncio.to_thread(self._thread.join, _LAST)

    def _run(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(psycopg.OperationalError):
                self._listen()
            self._ended.wait(_PAUSE)

    def _listen(self) -> None:
        with closing(connect(self._address)) as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            self._tell(self._listening.set)
            self._tell(self._changed)  # what was told before was told to nobody
            while not self._ended.is_set():
                for _ in connection.notifies(timeout=_LOOK):
                    self._tell(self._changed)

    def _tell(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            self._loop.call_soon_threadsafe(function)
