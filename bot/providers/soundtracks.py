"""Finds the work that an OST release belongs to, by its title and date. Pure.

Databases of music rarely say of which drama a soundtrack is. Its title names the drama, but that is not enough: dramas
share titles, and are remade. So the date has to fit as well, and only one work may.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.catalogue.when import When, parse
from bot.providers.provider import KnownWork
from bot.store.record import ExternalId

BEFORE_PREMIERE = timedelta(days=14)
"""How long before the premiere a first part may be released."""
AFTER_FINALE = timedelta(days=120)
"""How long after the finale, or after the premiere if no finale is known, a last part or the album may be."""

Titles = Mapping[str, Sequence[KnownWork]]
"""Works by their names, as `by_title` makes them."""

_OST = re.compile(
    r"""(?xi)
    (?P<name>.*\w.*?) [\W_]*
    \b(?: OST | Original[ ](?:Television[ ])?Sound[ ]?track | 오리지널[ ]?사운드[ ]?트랙 )\b [\W_]*
    (?: \b(?:Part|Pt|Vol) [\W_]* (?P<part>\d{1,3}) [\W_]* )?
    """
)


class Soundtrack(NamedTuple):
    """The work of an OST release, and which part of its OST the release is, if its title says so."""

    work: ExternalId
    part: int | None


def by_title(works: Sequence[KnownWork]) -> Titles:
    """Works by all of their names, without regard to case, spaces and punctuation."""
    found: dict[str, list[KnownWork]] = {}
    for work in works:
        for key in {_key(name) for name in work.names} - {""}:
            found.setdefault(key, []).append(work)
    return found


def work_of(title: str, first_release_date: str, works: Titles) -> Soundtrack | None:
    """The one work whose name is in the title of an OST release, and whose dates fit; None if there is not one.

    The date is ISO, and may be only a year or a month: then all of it has to fit.
    """
    read = _OST.fullmatch(unicodedata.normalize("NFKC", title))
    released = moment(first_release_date)
    if read is None or released is None:
        return None
    fitting = [work for work in works.get(_key(read["name"]), ()) if _fits(released, work)]
    if len(fitting) != 1:
        return None
    return Soundtrack(fitting[0].id, int(read["part"]) if read["part"] else None)


def moment(text: str) -> When | None:
    """A date as MusicBrainz writes it: a day, a month or a year; None if there is none, or one without a year."""
    try:
        return parse(text)
    except ValueError:
        return None


def _fits(released: When, work: KnownWork) -> bool:
    if work.premiere is None or released.first_day is None or released.latest is None:
        return False
    day_after = released.latest.astimezone(ZoneInfo(released.zone)).date()
    end = (work.finale or work.premiere) + AFTER_FINALE
    return work.premiere - BEFORE_PREMIERE <= released.first_day and day_after - timedelta(days=1) <= end


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()
