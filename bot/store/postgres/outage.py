"""What the log says of a server that fails: one line when that begins and one when it is over, whoever notices it."""

from __future__ import annotations

import logging
import math
import threading
import time

import psycopg

from bot.store.postgres import start

log = logging.getLogger(__name__)

_SILENT = "The database does not answer"
_READ_ONLY = "The database takes no changes"


class Outage:
    """Whether a server fails, as all connections to it notice one after the other, each on a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lasting: str | None = None
        self._over_at = -math.inf

    def lost(self, error: psycopg.Error, made_at: float) -> None:
        """A connection was lost that was made at `made_at` (of `time.monotonic`), or cannot be made now."""
        with self._lock:
            # One from before the last outage was lost in that one, and nobody has used it since.
            if self._lasting is None and made_at >= self._over_at:
                self._begin(_SILENT, error)

    def read_only(self, error: psycopg.Error) -> None:
        """Nothing can be written: the server has become a standby."""
        with self._lock:
            if self._lasting != _READ_ONLY:
                self._begin(_READ_ONLY, error)

    def answers(self, *, writing: bool) -> None:
        """Something was read, or written, on a connection that was lost before."""
        with self._lock:
            if self._lasting == _SILENT or (self._lasting == _READ_ONLY and writing):
                log.info("The database answers again")
                self._lasting, self._over_at = None, time.monotonic()

    def _begin(self, what: str, error: psycopg.Error) -> None:
        log.warning("%s: %s", what, start.reason(error))
        self._lasting = what
