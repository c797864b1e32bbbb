"""How lists of the catalogue are ordered and counted: songs, casts, undisputed and disputing statements. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.catalogue.model import Credit, Event, Fact, Ref, Role, Song

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class OstCount:
    """How many OSTs an artist has sung, and how many of them alone."""

    total: int
    solo: int


def count_osts(songs: Iterable[Song]) -> OstCount:
    """Count the OSTs among an artist's own songs; those credited to the artist's group are not included."""
    osts = [song for song in songs if song.osts]
    return OstCount(len(osts), sum(song.solo for song in osts))


_UNDATED = datetime.min.replace(tzinfo=UTC)


def newest_first(songs: Iterable[Song]) -> list[Song]:
    """Order songs by date, newest first and undated last; none is left out."""

    def key(song: Song) -> datetime:
        return (song.event.when.earliest if song.event else None) or _UNDATED

    return sorted(songs, key=key, reverse=True)


def by_part(songs: Iterable[Song], work: Ref) -> list[Song]:
    """Order a work's songs by part; then those without a part number, by date and undated last."""

    def key(song: Song) -> tuple[bool, int, bool, datetime]:
        part = next((ost.part for ost in song.osts if ost.work.ref == work), None)
        at = song.event.when.earliest if song.event else None
        return (part is None, part or 0, at is None, at or _UNDATED)

    return sorted(songs, key=key)


_ROLE_ORDER = {Role.LEAD: 0, Role.SUPPORT: 1, None: 2, Role.SPECIAL: 3, Role.CAMEO: 4}


def holding(facts: Iterable[F]) -> list[F]:
    """The statements that no better one contradicts."""
    return [fact for fact in facts if fact.rank == 0]


def disputing(event: Event, events: Iterable[Event]) -> list[Event]:
    """Stated dates of the same event that contradict `event`."""
    return [
        other
        for other in events
        if other.rank > 0
        and (other.kind, other.number) == (event.kind, event.number)
        and not other.when.agrees(event.when)
    ]


def billed(credits_: Iterable[Credit]) -> list[Credit]:
    """Order a cast: leads, support, parts whose size no source states, special appearances, cameos; each by billing."""
    return sorted(credits_, key=lambda credit: (_ROLE_ORDER[credit.role], credit.billing))
