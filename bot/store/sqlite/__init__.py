"""The store in a file of SQLite, the engine that every installation has; its backups are those of either engine."""

from bot.store.sqlite.ends import filling, reading
from bot.store.sqlite.engine import SQLite, copied
from bot.store.sqlite.health import examine, read
from bot.store.sqlite.locks import alone

__all__ = ["SQLite", "alone", "copied", "examine", "filling", "read", "reading"]
