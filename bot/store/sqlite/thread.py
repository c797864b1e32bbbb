"""The only user of aiosqlite's private API: it runs a function on a connection's own thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from typing import Concatenate, ParamSpec, TypeVar

import aiosqlite

from bot import installation
from bot.errors import StartError

KNOWN = ("0.21.", "0.22.")
"""The versions of aiosqlite whose private API is as this module expects."""

P = ParamSpec("P")
T = TypeVar("T")


def verify_version() -> str:
    """The installed version of aiosqlite. Raises `StartError` if it is not among `KNOWN`."""
    installed = version("aiosqlite")
    if not installed.startswith(KNOWN):
        raise StartError(
            f"aiosqlite {installed} is installed, which Byeol does not know."
            f" Install what requirements/run.txt lists: {installation.python()} -m pip install -r requirements/run.txt"
        )
    return installed


async def run(
    connection: aiosqlite.Connection,
    function: Callable[Concatenate[sqlite3.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call `function` with the `sqlite3.Connection` on the connection's thread, and return its result."""
    # aiosqlite has no public API for this; its own methods all use these two.
    return await connection._execute(function, connection._conn, *args, **kwargs)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
