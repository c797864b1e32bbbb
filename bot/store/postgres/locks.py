"""Advisory locks that all processes on one database share
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager

from bot.address import PostgresAddress
from bot.errors import StartError
from bot.store.postgres import start

_BYEOL = int.from_bytes(b"byeol") << 16

WRITING = _BYEOL + 1
"""Held by the one transaction that writes, until its end."""
SYNC = _BYEOL + 2
"""Held by the one process that takes in open data."""
UPGRADE = _BYEOL + 3
"""Held by the one process that brings the schema up to date, from before it makes a copy."""
LEASES = _BYEOL + 4
"""Held by the one transaction that changes leases, until its end. Nobody asks for it and `WRITING` together."""


@contextmanager
def alone(address: PostgresAddress) -> Generator[None]:
    """Hold the right to take in open data. Raises `StartError` if another process holds it, or has gone just now.

    It ends with its connection, and so with the process.
    """
    with closing(start.connect(address)) as connection:
        if connection.execute("SELECT pg_try_advisory_lock(%s)", (SYNC,)).fetchone() != (True,):
            raise StartError("Open data is being taken in by another process; try again when it is done.")
        yield
