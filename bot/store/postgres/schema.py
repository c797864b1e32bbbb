"""The schema on PostgreSQL: created and migrated by the numbered files of `migrations/postgres`."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from bot.errors import StartError
from bot.store.postgres.locks import WRITING

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "postgres"
"""The first file is the whole schema as it was when PostgreSQL was added; those after it have SQLite's numbers."""
PATIENCE = 60
"""Seconds that a start waits for another process that is migrating."""
_MADE = re.compile(r"(?m)^CREATE TABLE (\w+)")


def scripts() -> dict[int, Path]:
    """The migrations, in order, by their numbers."""
    return {int(script.name[:4]): script for script in sorted(MIGRATIONS.glob("*.sql"))}


def table_names() -> frozenset[str]:
    """The tables that any version has made: others in the same database are somebody else's."""
    return frozenset(name for script in scripts().values() for name in _MADE.findall(script.read_text("utf-8")))


def version(connection: psycopg.Connection) -> int:
    """The number of the last migration; 0 for an empty database."""
    table = connection.execute("SELECT to_regclass('schema_version')").fetchone()
    if table == (None,):
        return 0
    row = connection.execute("SELECT max(number) FROM schema_version").fetchone()
    return row[0] if row and row[0] else 0


def newest() -> int:
    """The number of the newest schema that this version knows."""
    return max(scripts())


def too_new(found: int) -> str:
    """Why a database with this schema cannot be opened."""
    return (
        f"The database was made by a newer Byeol (its schema is number {found}, this version knows {newest()})."
        " Update Byeol, or use another database."
    )


def migrate(connection: psycopg.Connection) -> None:
    """Bring the schema up to date: run each numbered file that was not applied yet, in a transaction of its own.

    Raises `StartError` if the schema is newer than this version knows, and `psycopg.Error` if a migration fails.
    """
    known = scripts()
    for number, script in known.items():
        if version(connection) >= number:
            continue
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'".encode())
            connection.execute(f"SELECT pg_advisory_xact_lock({WRITING})".encode())
            if version(connection) < number:  # else another process was faster
                connection.execute(script.read_bytes())
                connection.execute("INSERT INTO schema_version (number) VALUES (%s)", (number,))
    if (found := version(connection)) > newest():
        raise StartError(too_new(found))
