"""Brings a PostgreSQL database up to date at a start, and keeps a copy of it as it was before."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bot import installation
from bot.address import PostgresAddress
from bot.store.postgres import copying, schema
from bot.store.postgres.locks import UPGRADE

log = logging.getLogger(__name__)


def bring_up_to_date(connection: psycopg.Connection, address: PostgresAddress) -> None:
    """Create the schema, or migrate an older one after copying the database to `kept_as`.

    Raises `StartError` if the schema is newer than this version knows, or if there can be no copy; then nothing has
    changed. Raises `psycopg.Error` if a migration fails.
    """
    if _is_older(connection):
        with _alone(connection):
            if _is_older(connection):  # else another process was faster
                file = kept_as(address, schema.version(connection))
                log.info("Copying the database to %s before its schema is brought up to date", file)
                copying.back_up(address, file, datetime.now(UTC), replace=True)
            schema.migrate(connection)
    else:
        schema.migrate(connection)


def kept_as(address: PostgresAddress, version: int) -> Path:
    """Where the copy of a database with an older schema is."""
    return installation.data_folder() / f"{address.file_name}.schema-{version}.bak"


def _is_older(connection: psycopg.Connection) -> bool:
    return 0 < schema.version(connection) < schema.newest()


@contextmanager
def _alone(connection: psycopg.Connection) -> Generator[None]:
    """Wait for another process that does the same, however long it takes: it ends with its connection."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (UPGRADE,)).fetchone()
    if row != (True,):
        log.info("Another process brings the database up to date: waiting for it")
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = 0")
            connection.execute("SELECT pg_advisory_lock(%s)", (UPGRADE,))
    yield
    connection.execute("SELECT pg_advisory_unlock(%s)", (UPGRADE,))
