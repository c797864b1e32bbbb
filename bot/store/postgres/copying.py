"""Copies a PostgreSQL database into a file of SQLite: as a backup, and for a dry run, which may change nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.address import PostgresAddress
from bot.errors import StartError
from bot.store.ends import carry
from bot.store.postgres.ends import reading
from bot.store.sqlite.ends import filling


def back_up(address: PostgresAddress, file: Path, now: datetime, *, replace: bool = False) -> dict[str, int]:
    """Copy a database, while it is in use, verify the copy, and return the number of rows of each table.

    The copy has the schema that the database has. Raises `StartError` if that cannot be, or if there is such a file and
    not `replace`.
    """
    with reading(address, alone=False) as origin:
        if origin.version == 0:
            raise StartError(f"There is nothing in the database {address}.")
        with filling(file, replace=replace, signed=now, schema=origin.version) as copy:
            return carry(address, origin, copy)


def copied(address: PostgresAddress, folder: Path) -> Path:
    """Copy a database into a file in `folder`, as one snapshot, and return the file's path.

    If there is nothing in it, not even the schema, there is no file. Raises `StartError` if it cannot be opened.
    """
    copy = folder / f"{address.file_name}.db"
    with reading(address, alone=False) as origin:
        if origin.version:
            with filling(copy, schema=origin.version) as target:
                carry(address, origin, target)
    return copy
