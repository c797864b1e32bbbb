"""What search is asked for and what it finds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from bot.catalogue.model import Label, Ref


class Entry(NamedTuple):
    """An entity as search sees it. `hints` and `year` tell it from others of the same name; `weight` is how much
    there is to show of it."""

    ref: Ref
    label: Label
    texts: tuple[str, ...]
    hints: tuple[Label, ...] = ()
    year: int | None = None
    weight: int = 0


class Tier(IntEnum):
    """How well a name fits, the best first. WORDS is a later word as it is written, ENDS_LIKE as it sounds.

    Of the last two nothing is certain: they are suggestions.
    """

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    SOUNDS_LIKE = 3
    INITIALS = 4
    ENDS_LIKE = 5
    FUZZY = 6


class Match(NamedTuple):
    """An entity that was found, and how well its best name fits; `score` is the similarity, of 100."""

    entry: Entry
    tier: Tier
    score: float


def importance(entry: Entry) -> tuple[int, int, str]:
    """What entities that fit equally well are ordered by: how much there is of them, the newest, then their keys."""
    return (-entry.weight, -(entry.year or 0), entry.ref.slug)


def certain(matches: Sequence[Match]) -> list[Match]:
    """The matches that may be what was meant: those of the best tier, unless the best only resembles the query."""
    if not matches or matches[0].tier >= Tier.ENDS_LIKE:
        return []
    return [match for match in matches if match.tier is matches[0].tier]
