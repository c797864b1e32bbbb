"""The one place that uses aiosqlite's private parts: running a function on a connection's own thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from typing import Concatenate, ParamSpec, TypeVar

import aiosqlite

from bot.errors import StartError

KNOWN = ("0.21.", "0.22.")
"""The versions of aiosqlite whose private parts are as this module expects them."""

P = ParamSpec("P")
T = TypeVar("T")


def verify_version() -> None:
    """Raise `StartError` where the installed aiosqlite is none that this module knows."""
    installed = version("aiosqlite")
    if not installed.startswith(KNOWN):
        raise StartError(
            f"aiosqlite {installed} is installed, which Byeol does not know."
            " Install what requirements/run.txt lists: python -m pip install -r requirements/run.txt"
        )


async def run(
    connection: aiosqlite.Connection,
    function: Callable[Concatenate[sqlite3.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call `function` with the `sqlite3.Connection` on the connection's thread, and return what it returns."""
    # aiosqlite offers no public way to do so; its own methods are all made of these two.
    return await connection._execute(function, connection._conn, *args, **kwargs)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
