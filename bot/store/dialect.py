"""Where the engines need other words for the same: the only place that asks which one a connection belongs to.

What can be said in one way is: functions that only SQLite has are defined by PostgreSQL's schema, and parameters are
numbered by `bot.store.postgres.statement`.
"""

from __future__ import annotations

import sqlite3

from bot.store.connection import Connection


def case_blind(connection: Connection, text: str) -> str:
    """SQL: a text to be compared with lower-case ones, whatever case it is in; the index `name_by_key` has it so.

    Of letters outside ASCII, both engines leave the case as it is.
    """
    return f"{text} COLLATE NOCASE" if isinstance(connection, sqlite3.Connection) else f"lower({text})"


def as_listed(connection: Connection, place: str) -> str:
    """SQL: the order of rows that a query brought along, by the column that counts them.

    SQLite goes through them one by one, so that they are in order without being sorted.
    """
    return "" if isinstance(connection, sqlite3.Connection) else f" ORDER BY {place}"


def size(connection: Connection) -> str:
    """SQL: how many bytes the database takes."""
    if isinstance(connection, sqlite3.Connection):
        return "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return "SELECT pg_database_size(current_database())"
