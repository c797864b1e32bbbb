"""Carries a whole database over to another one, of either engine, and verifies what arrived."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from bot.address import Address, PostgresAddress
from bot.errors import StartError
from bot.store import sqlite
from bot.store.database import postgres
from bot.store.ends import carry
from bot.store.sqlite.locks import unused


def move(source: Address, target: Address) -> dict[str, int]:
    """Copy everything from one database, which stays as it is, into another one, which has to be empty.

    Neither may be in use: what a bot writes meanwhile would not arrive. All of it is of one moment, and is kept only if
    every table has the same rows afterwards. Whatever interrupts this, the target stays empty. Returns the number of
    rows of each table. Raises `StartError`.
    """
    if source == target or (isinstance(source, Path) and isinstance(target, Path) and _same(source, target)):
        raise StartError("A database cannot be moved to where it is.")
    with ExitStack() as stack:
        if isinstance(source, Path):
            if not source.is_file():
                raise StartError(f"There is no database {source}.")
            stack.enter_context(unused(source))
            origin = stack.enter_context(sqlite.reading(source))
        else:
            origin = stack.enter_context(postgres().reading(source, alone=True))
        filling = sqlite.filling(target) if isinstance(target, Path) else postgres().filling(target)
        return carry(source, origin, stack.enter_context(filling))


def back_up(source: PostgresAddress, file: Path, now: datetime, *, replace: bool = False) -> dict[str, int]:
    """Copy a PostgreSQL database, while it is in use, to a file of SQLite, and return the number of rows of each table.

    Raises `StartError` if that cannot be, or if there is such a file and not `replace`.
    """
    return postgres().back_up(source, file, now, replace=replace)


def put_back(file: Path, target: PostgresAddress) -> None:
    """Let a PostgreSQL database hold what a file of SQLite does, instead of what it held. Raises `StartError`."""
    with sqlite.reading(file) as origin, postgres().filling(target, replace=True) as copy:
        carry(file, origin, copy)


def holds_anything(address: PostgresAddress) -> bool:
    """Whether a PostgreSQL database has anything but an empty schema. Raises `StartError`, also if it is in use."""
    return postgres().holds_anything(address)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
