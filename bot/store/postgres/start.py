"""What an operator is told when a PostgreSQL database cannot be used."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import errors

from bot.address import PostgresAddress
from bot.errors import StartError, UnreachableError
from bot.store.postgres.connection import connect as _connect

OLDEST = 13
"""The first version whose transactions have an id that is never used again, as `pg_xact_status` needs."""

_REMEDIES = {
    "password authentication failed": "Check the user and the password in BYEOL_DATABASE.",
    "no password supplied": "Put the password into BYEOL_DATABASE: postgresql://user:password@host/database.",
    "no pg_hba.conf entry": "Let the server take this user's connections from here: see its pg_hba.conf.",
    "does not exist": "Create it, or correct BYEOL_DATABASE: docs/database.md, “PostgreSQL”, shows how.",
}
"""What to do, by what the server says of a refused connection. (It tells no code then.)"""
_PASSING = {
    "too many clients": "Raise max_connections of the server; each process of Byeol needs up to seven.",
    "connection slots": "Raise max_connections of the server; each process of Byeol needs up to seven.",
}
"""The same for what may be over in a moment; anything else that is not known may be, too."""


def reason(error: psycopg.Error) -> str:
    """What the server, or the library, says, in one line."""
    said = (error.diag.message_primary or str(error)).strip() or type(error).__name__
    return (
        said.splitlines()[0].removeprefix("connection failed: ").removeprefix("connection is bad: ").removesuffix(".")
    )


def connect(address: PostgresAddress) -> psycopg.Connection:
    """Connect to a server that Byeol can use.

    Raises `StartError` with what to do otherwise: `UnreachableError` if a later try may work.
    """
    try:
        connection = _connect(address)
    except psycopg.ProgrammingError as error:  # the library's, of a parameter that there is not
        problem = f"The database {address} cannot be opened: {reason(error)}. Correct BYEOL_DATABASE."
        raise StartError(problem) from error
    except psycopg.Error as error:
        problem = f"The database {address} cannot be opened: {reason(error)}."
        if remedy := _of(_REMEDIES, error):
            raise StartError(f"{problem} {remedy}") from error
        passing = _of(_PASSING, error) or "Is the server running, and reachable?"
        raise UnreachableError(f"{problem} {passing}") from error
    try:
        verify(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


def _of(remedies: Mapping[str, str], error: psycopg.Error) -> str | None:
    said = str(error)
    return next((what for why, what in remedies.items() if why in said), None)


def verify(connection: psycopg.Connection, address: PostgresAddress) -> None:
    """Raise `StartError` if the server is too old, or the database stores text in another way than Byeol needs."""
    version, encoding = connection.info.server_version, connection.info.parameter_status("server_encoding")
    if version < OLDEST * 10_000:
        raise StartError(
            f"Byeol needs PostgreSQL {OLDEST} or newer; {address} is on {version // 10_000}. Update the server."
        )
    if encoding != "UTF8":
        raise StartError(
            f"The database {address} stores text as {encoding}, and Byeol needs UTF8. Create another one:"
            " CREATE DATABASE byeol ENCODING 'UTF8' TEMPLATE template0"
        )


def refused(error: psycopg.Error, address: PostgresAddress) -> StartError:
    """What to say if the schema cannot be made."""
    match error:
        case errors.InsufficientPrivilege() if "permission denied for schema" not in reason(error):
            remedy = "Let it own Byeol's tables: ALTER TABLE … OWNER TO …, as their owner or the administrator."
            return StartError(f"The database {address} cannot be brought up to date: {reason(error)}. {remedy}")
        case errors.InsufficientPrivilege():
            remedy = "Let it: GRANT USAGE, CREATE ON SCHEMA public TO …; or make it the owner of the database."
            return StartError(f"The user of {address} may not create tables: {reason(error)}. {remedy}")
        case errors.ReadOnlySqlTransaction():
            return StartError(f"The database {address} takes no changes: name the primary server in BYEOL_DATABASE.")
        case psycopg.OperationalError():  # the connection was lost, or another process held a lock for long
            problem = f"The database {address} could not be brought up to date: {reason(error)}. Nothing has changed."
            return UnreachableError(f"{problem} Try again.")
        case _:
            return StartError(f"The database {address} cannot be brought up to date: {reason(error)}.")
