"""Where statements come from: only the origin that made a statement may change it.

Several origins may state the same entity. Loading one of them adds, changes and removes only its own statements; an
entity is removed when no origin states it any more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Authority(StrEnum):
    """The kinds of origins. Where two disagree, the earlier one of this list is shown first."""

    CURATOR = "curator"
    SEED = "seed"
    IMPORT = "import"
    SERVER = "server"


PROVIDERS = ("wikidata", "tvmaze", "musicbrainz")
"""The providers of open data. Where two disagree, the earlier one is shown first: the one that more people correct."""


class Origin(NamedTuple):
    """One origin. `name` identifies it: a seed file by its folder's id and its own name, an import by its provider and
    the provider's id of the document, a server by its id."""

    authority: Authority
    name: str

    def __str__(self) -> str:
        return f"{self.authority}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Parse what `str` of an origin gave. Raises `ValueError` for anything else."""
        authority, _, name = text.partition(":")
        return cls(Authority(authority), name)

    @property
    def precedence(self) -> int:
        """The lower, the earlier it is shown; stored with each statement."""
        place = 10 * _ORDER[self.authority]
        provider, _, _ = self.name.partition("/")
        if self.authority is Authority.IMPORT and provider in PROVIDERS:
            return place + PROVIDERS.index(provider)
        return place


_ORDER = {authority: place for place, authority in enumerate(Authority)}

FIRST_IMPORT = 10 * _ORDER[Authority.IMPORT]
"""The precedence from which a statement comes from an import."""
