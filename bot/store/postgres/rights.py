"""Whose Byeol's tables are, and what the user of a connection may do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from bot.address import PostgresAddress
from bot.errors import StartError
from bot.store.postgres import schema


class Table(NamedTuple):
    """A table of Byeol's, its owner, and whether the user may read and write it, and change what it is like."""

    name: str
    owner: str
    usable: bool
    own: bool


def tables(connection: psycopg.Connection) -> list[Table]:
    """The tables of Byeol's that are there, where new ones would be made."""
    known = schema.table_names()
    found = connection.execute(
        "SELECT relname, pg_get_userbyid(relowner), has_table_privilege(oid, 'SELECT')"
        " AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')"
        " AND has_table_privilege(oid, 'DELETE'), pg_has_role(relowner, 'USAGE')"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname"
    ).fetchall()
    return [Table(*row) for row in found if row[0] in known]


def verify(connection: psycopg.Connection, address: PostgresAddress) -> None:
    """Raise `StartError` if there are tables that the user may not read and write."""
    if kept := [table for table in tables(connection) if not table.usable]:
        raise StartError(refused(address, kept))


def refused(address: PostgresAddress, kept: Sequence[Table]) -> str:
    """What to say of tables that the user may not read and write, and what to do about it."""
    more = f" and {len(kept) - 1} more" if len(kept) > 1 else ""
    owner = kept[0].owner
    return (
        f"The user of {address} may not read and write the table {kept[0].name}{more}, which belongs to {owner}."
        f" Let it own them: ALTER TABLE … OWNER TO …, as {owner} or the server's administrator."
    )
