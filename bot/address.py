"""Where the database is: a file for SQLite, or the address of a PostgreSQL server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

POSTGRES = ("postgresql", "postgres")
"""The schemes of a PostgreSQL address (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING)."""

_HOSTS = re.compile(r"(?:(?:\[[^\[\]]*\]|[^\[\]:]*)(?::\d*)?(?:,|$))*")
"""Hosts, each with its port; libpq tries one after the other."""
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})|%00")


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The address of a PostgreSQL database. Its password is in `url` alone, which nothing shows."""

    url: str = field(repr=False)
    shown: str

    @classmethod
    def parse(cls, text: str) -> PostgresAddress:
        """Check an address such as ``postgresql://byeol:secret@localhost/byeol``. Raises `ValueError` if it is none.

        That is so, too, if a sign of a password ends it early: what comes after would be taken for a host, and shown.
        """
        parts = urlsplit(text)
        if parts.scheme not in POSTGRES or any(character.isspace() for character in text):
            raise ValueError
        user, at, host = parts.netloc.rpartition("@")
        if "@" in user + parts.path + parts.query or "#" in text or _BAD_ESCAPE.search(text):
            raise ValueError
        if not _HOSTS.fullmatch(host):
            raise ValueError
        name = user.partition(":")[0]
        # Parameters may hold a password too.
        return cls(text, f"{POSTGRES[0]}://{name}{at}{host}{parts.path}")

    def __str__(self) -> str:
        return self.shown

    @property
    def file_name(self) -> str:
        """A name for files that belong to this database."""
        parts = urlsplit(self.shown)
        words = f"{parts.hostname or 'local'}-{parts.path.strip('/') or 'postgres'}"
        return "".join(letter if letter.isalnum() else "-" for letter in words)


Address: TypeAlias = Path | PostgresAddress
"""Where the database is."""


def secrets_of(address: Address) -> list[str]:
    """What nobody may see of an address: its password, as it is and as it is written there."""
    if isinstance(address, Path):
        return []
    parts = urlsplit(address.url)
    written = [parts.netloc.rpartition("@")[0].partition(":")[2]]
    written += [value for key, _, value in (pair.partition("=") for pair in parts.query.split("&")) if "pass" in key]
    return sorted({form for word in written if word for form in (word, unquote(word))}, key=len, reverse=True)
