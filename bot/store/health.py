"""Looks at a database, of either engine, without changing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.address import Address
from bot.catalogue.model import Clock
from bot.errors import StartError
from bot.store import sqlite
from bot.store.connection import Connection
from bot.store.database import postgres
from bot.store.examined import ExaminedFile, ExaminedServer

T = TypeVar("T")


def examine(address: Address, clock: Clock) -> ExaminedFile | ExaminedServer:
    """Look at a database from end to end, while a bot may be using it."""
    if isinstance(address, Path):
        return sqlite.examine(address)
    try:
        return postgres().examine(address, clock)
    except StartError as error:
        problem, _, remedy = error.problem.partition(". ")
        return ExaminedServer(failure=(f"{problem.removesuffix('.')}.", remedy))


def read(address: Address, query: Callable[[Connection], T]) -> T | None:
    """The result of a query; None if there is no database of this version's schema to read: `examine` says why."""
    if isinstance(address, Path):
        return sqlite.read(address, query)
    try:
        return postgres().read(address, query)
    except StartError:
        return None
