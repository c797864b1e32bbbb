"""A premiere, or an event of a server's own, as one of its scheduled events in Discord.

Discord's limits: 100 characters for a name and for a location, 1,000 for a description
(https://discord.com/developers/docs/resources/guild-scheduled-event).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.catalogue.lists import holding
from bot.catalogue.when import Precision
from bot.render import phrases, wording
from bot.render.announcement import Announced, about
from bot.render.card import MAX_CREDIT, RenderContext, shorten
from bot.render.headlines import headline
from bot.text import Words

MAX_NAME = 100
MAX_LOCATION = 100
MAX_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class Listing:
    """The texts of a scheduled event. Name and location are plain text; a description may have markup."""

    name: str
    description: str
    location: str

    @property
    def digest(self) -> str:
        """A hash of the texts, to detect changes."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def listing(context: RenderContext, found: Announced, mark: str) -> Listing:
    """The texts of an event's scheduled event. Its last line is `mark`, by which `bears` recognises it."""
    t = context.words
    airings = holding(found.work.airings) if found.work else []
    where = [wording.called(t, airing.organisation) for airing in airings if airing.organisation.names]
    where += _where(found)
    lines = (_time_unknown(t, found), *about(context, found), phrases.footer(t, [found.item.event]))
    # In plain words: the credit comes whole, and an address is one everywhere.
    credit = shorten(wording.credited(t, [found.item.event, *airings]), MAX_CREDIT)
    said = shorten("\n".join(filter(None, lines)), MAX_DESCRIPTION - len(mark) - len(credit) - 3)
    said = f"{said}\n{credit}".strip()
    return Listing(
        name=shorten(headline(t, found.item), MAX_NAME),
        description=f"{said}\n\n{mark}".strip(),
        location=shorten(", ".join(where) or wording.called(t, found.item.event.subject), MAX_LOCATION)
        or t("untitled"),  # a name may be nothing but spaces
    )


def _where(found: Announced) -> list[str]:
    """Where a server's own event takes place; without a place, the address that leads there, or its host."""
    occasion = found.item.occasion
    if occasion is None or not (occasion.place or occasion.url):
        return []
    if occasion.place or not occasion.url:
        return [wording.where(replace(occasion, url=None))]
    return [occasion.url if len(occasion.url) <= MAX_LOCATION else urlsplit(occasion.url).hostname or ""]


def bears(description: str | None, mark: str) -> bool:
    """Whether an event's description has `mark` on a line of its own: a mark can be another's prefix."""
    return mark in (line.strip() for line in (description or "").splitlines())


def _time_unknown(t: Words, found: Announced) -> str:
    """A note for a date without a time, since Discord shows one anyway: the beginning of the day."""
    when = found.item.event.when
    if when.precision is not Precision.DAY or when.first_day is None:
        return ""
    zone = wording.zone_short(when.zone)
    return t("Only the day is known so far: {day} ({zone}).", day=t.day(when.first_day), zone=zone)
