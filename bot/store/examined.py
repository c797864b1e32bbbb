"""What a look at a database finds: of either engine, of a file, and of one on a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found. `size` is bytes.

    `failure`: why the database could not be read, and what to do about it; nothing is known of its contents then.
    `schema` is 0 for an empty database, and None if it is not known; `known` is the newest that this version has.
    `foreign`: whether it holds tables of another program, and none of Byeol's. `dangling`: tables with rows that refer
    to what is not there.
    """

    failure: tuple[str, str] | None = None
    size: int = 0
    schema: int | None = None
    known: int = 0
    foreign: bool = False
    dangling: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedFile(Examined):
    """A file of SQLite. `free`: bytes on its disk; `faults`: what SQLite says of a damaged file."""

    exists: bool
    writable: bool
    free: int
    log_size: int = 0
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedServer(Examined):
    """A database of a PostgreSQL server, and what its user may do there.

    `kept`: which tables the user may not read and write, and what to do about it; they were not looked at then.
    `owners`: whose Byeol's tables are that this user cannot migrate. `ahead`: how far this machine's clock is ahead of
    the server's. `rows`: how many there are in all tables of Byeol's.
    """

    version: str = ""
    read_only: bool = False
    may_create: bool = True
    kept: str | None = None
    owners: Sequence[str] = ()
    ahead: timedelta = timedelta()
    rows: int = 0
