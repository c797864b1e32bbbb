"""Databases of both engines: new ones for tests that play on either, and a look at one from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

import pytest

from bot.address import Address
from bot.store.connection import Connection
from bot.store.postgres.connection import StoreConnection, connect
from bot.store.postgres.locks import WRITING
from tests.postgres import Server, name_of

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.slow))
"""What a fixture is parametrised with that plays on both."""
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""A test that plays on SQLite alone, though its fixtures would play on both."""


class Engine(NamedTuple):
    """An engine to play on. `empty` is a database with the schema and nothing in it; to be copied, never to be opened.

    `server` is where its databases are, unless they are files.
    """

    empty: Address
    server: Server | None


class Databases:
    """New databases of an engine: files in a folder, or on its server for as long as `stack` is open."""

    def __init__(self, engine: Engine, folder: Path, stack: ExitStack) -> None:
        self._engine = engine
        self._folder = folder
        self._stack = stack
        self._names = (f"byeol{number or ''}.db" for number in count())

    def empty(self) -> Address:
        """One with the schema and nothing in it."""
        return self.copy(self._engine.empty)

    def copy(self, address: Address) -> Address:
        """A copy of one that nobody is connected to."""
        if isinstance(address, Path):
            return copyfile(address, self._folder / next(self._names))
        assert self._engine.server is not None
        made = self._engine.server.database(name_of(address))
        self._stack.callback(self._engine.server.drop, made)
        return made


@contextmanager
def database(address: Address) -> Generator[Connection]:
    """Another process's change of the database, in one transaction."""
    with looking_at(address) as connection:
        if not isinstance(address, Path):
            connection.execute("SELECT pg_advisory_xact_lock(?)", (WRITING,))
        yield connection


@contextmanager
def looking_at(address: Address) -> Generator[Connection]:
    """Another process's look at the database, which waits for nobody that writes."""
    if isinstance(address, Path):
        with closing(sqlite3.connect(address, timeout=10)) as connection, connection:
            yield connection
    else:
        with closing(connect(address)) as connection, connection.transaction():
            yield StoreConnection(connection)
