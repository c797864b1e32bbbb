"""Where statements come from, and who may change them: whoever made a statement, and nobody else.

Several origins may state the same entity. Loading one of them adds, changes and removes its own statements alone; an
entity goes when nobody states it any more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Authority(StrEnum):
    """Who makes statements. Where two disagree, the earlier one of this list is shown first."""

    CURATOR = "curator"
    SEED = "seed"
    IMPORT = "import"


class Origin(NamedTuple):
    """One maker of statements: `name` tells which, such as a seed file by its folder's id and its own name."""

    authority: Authority
    name: str

    def __str__(self) -> str:
        return f"{self.authority}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Read what `str` wrote. Raises `ValueError` for anything else."""
        authority, _, name = text.partition(":")
        return cls(Authority(authority), name)

    @property
    def precedence(self) -> int:
        """The lower, the sooner it is shown."""
        return _ORDER[self.authority]


_ORDER = {authority: place for place, authority in enumerate(Authority)}
