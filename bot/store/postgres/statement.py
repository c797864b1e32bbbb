"""Puts a statement of the store into PostgreSQL's words. Pure.

The store writes what both engines run. Three things differ, and are changed here: parameters are numbered (``?``,
``?1`` and ``:name`` become ``$1``), and ``IN ()``, which is a list without values to SQLite, is one of PostgreSQL's
arrays without elements. Functions that only SQLite has are defined by the schema (`migrations/postgres`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from bot.store.connection import Parameters

_PARTS = re.compile(r"""'[^']*'|"[^"]*"|\?(?P<place>\d*)|(?<![:\w]):(?P<name>[a-z_]+)|(?P<never>(?:NOT )?IN \(\))""")
_EMPTY = {"IN ()": "= ANY ('{}')", "NOT IN ()": "<> ALL ('{}')"}


class Statement(NamedTuple):
    """A statement with numbered parameters; `names` are those of its parameters, if it named them."""

    text: bytes
    names: tuple[str, ...]

    def values(self, parameters: Parameters) -> Sequence[Any]:
        """The values of the numbered parameters."""
        if isinstance(parameters, Mapping):
            return [parameters[name] for name in self.names]
        return parameters


@lru_cache(maxsize=1024)
def statement(sql: str) -> Statement:
    """A statement of the store as PostgreSQL understands it."""
    names: dict[str, int] = {}
    count = 0

    def part(found: re.Match[str]) -> str:
        nonlocal count
        if (name := found["name"]) is not None:
            return f"${names.setdefault(name, len(names) + 1)}"
        if found["place"]:
            return f"${found['place']}"
        if found["place"] is not None:
            count += 1
            return f"${count}"
        return _EMPTY[found["never"]] if found["never"] else found[0]

    text = _PARTS.sub(part, sql)
    return Statement(text.encode(), tuple(names))
