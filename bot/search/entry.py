"""The input and the results of search. Pure."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from bot.catalogue.model import Label, Ref


class Entry(NamedTuple):
    """An entity as search sees it. `hints` and `year` distinguish it from others of the same name; `weight` is how
    much there is to show of it; `works` are the dramas whose song it is."""

    ref: Ref
    label: Label
    texts: tuple[str, ...]
    hints: tuple[Label, ...] = ()
    year: int | None = None
    weight: int = 0
    works: tuple[Ref, ...] = ()

    @property
    def related(self) -> set[Ref]:
        """The entities that may be named beside it: its groups, performers and dramas."""
        return {*(hint.ref for hint in self.hints), *self.works}


class Tier(IntEnum):
    """How well a name fits, the best first. WORDS is a later word as it is written, ENDS_LIKE as it sounds.

    From SHORTENED on, nothing is certain: these are suggestions.
    """

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    SOUNDS_LIKE = 3
    INITIALS = 4
    SHORTENED = 5
    ENDS_LIKE = 6
    FUZZY = 7


class Match(NamedTuple):
    """An entity that was found, and how well its best name fits; `score` is the similarity, of 100.

    `query` is what found it: the text typed, or another reading of it.
    """

    entry: Entry
    tier: Tier
    score: float
    query: str = ""

    @property
    def is_likely(self) -> bool:
        """Whether it is more than a suggestion."""
        return self.tier < Tier.SHORTENED


def importance(entry: Entry) -> tuple[int, int, str]:
    """The sort key of entities that fit equally well: the most to show, the newest, then by key."""
    return (-entry.weight, -(entry.year or 0), entry.ref.slug)
