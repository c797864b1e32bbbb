"""What is wrong when the database itself fails, said once in the log instead of in a traceback for everybody."""

from __future__ import annotations

import logging
import sqlite3
from time import monotonic

log = logging.getLogger(__name__)

REMINDER = 3600.0
"""Seconds until a trouble that lasts is logged again."""

_TROUBLES = {
    sqlite3.SQLITE_FULL: "its disk is full. Free some space: what waits is done then, and nothing is lost",
    sqlite3.SQLITE_IOERR: "its disk is full, failing or gone. What waits is done once it can be written again",
    sqlite3.SQLITE_BUSY: "another program keeps it locked. What waits is done once that ends",
    sqlite3.SQLITE_READONLY: "it, or its folder, may not be written. Make them writable for the user that runs Byeol",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Make it and its folder writable for the user that runs Byeol",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Stop the bot, and restore a backup",
    sqlite3.SQLITE_NOTADB: "it is damaged. Stop the bot, and restore a backup",
}
_LASTING = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What does not pass, even if something else can be read or written."""


def trouble(error: BaseException | None) -> str | None:
    """What is wrong with the database and what to do about it, if an error is about that; else None."""
    words = _TROUBLES.get(_code(error))
    return f"The database fails ({error}): {words}." if words else None


def _code(error: BaseException | None) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code; extended ones add detail above it


class Alarm:
    """Logs what is wrong with a database: when it begins, once an hour while it lasts, and when it is over."""

    def __init__(self) -> None:
        self._now: str | None = None
        self._lasts = False
        self._said_at = 0.0
        self.silent = False
        """Whether nothing is said any more, since something else says why the database fails."""

    def failed(self, error: BaseException) -> None:
        """Take note of an error."""
        words = trouble(error)
        if words is None or self.silent:
            return
        if words != self._now or monotonic() - self._said_at >= REMINDER:
            log.error("%s", words)
            self._said_at = monotonic()
        self._now = words
        self._lasts = self._lasts or _code(error) in _LASTING

    def wrote(self) -> None:
        """Take note that something could be written."""
        if self._now is not None and not self._lasts:
            log.warning("The database can be written again")
            self._now = None


class Untraced(logging.Filter):
    """Takes the tracebacks of failures of the database out of a log: its `Alarm` has said what is wrong.

    An error that somebody has seen the number of stays, as one line.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged."""
        words = trouble(record.exc_info[1] if record.exc_info else None)
        if words is None:
            return True
        record.exc_info = None
        record.msg, record.args = f"{record.getMessage()}: %s", (words,)
        return record.name.startswith("bot.interactions")
