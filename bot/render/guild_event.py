"""A premiere as one of a server's scheduled events in Discord.

Discord's limits: 100 characters for a name and for a location, 1,000 for a description
(https://discord.com/developers/docs/resources/guild-scheduled-event).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.catalogue.when import Precision
from bot.render import phrases
from bot.render.announcement import Announced, about
from bot.render.card import RenderContext, shorten
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
    """The texts of a premiere's scheduled event. Its last line is `mark`, by which `bears` recognises it."""
    t = context.words
    title = _plain(found.item.event.subject.name(t.language) or "") or t("untitled")
    where = [
        _plain(airing.organisation.name(t.language) or "")
        for airing in (found.work.airings if found.work else ())
        if airing.rank == 0
    ]
    lines = (_time_unknown(t, found), *about(context, found), phrases.footer(t, [found.item.event]))
    said = shorten("\n".join(filter(None, lines)), MAX_DESCRIPTION - len(mark) - 2)
    return Listing(
        name=shorten(t("🎬 {work} premieres", work=title), MAX_NAME),
        description=f"{said}\n\n{mark}".strip(),
        location=shorten(", ".join(filter(None, where)) or title, MAX_LOCATION),
    )


def bears(description: str | None, mark: str) -> bool:
    """Whether an event's description has `mark` on a line of its own: a mark can be another's prefix."""
    return mark in (line.strip() for line in (description or "").splitlines())


def _time_unknown(t: Words, found: Announced) -> str:
    """A note for a date without a time, since Discord shows one anyway: the beginning of the day."""
    when = found.item.event.when
    if when.precision is not Precision.DAY or when.first_day is None:
        return ""
    zone = phrases.zone_short(when.zone)
    return t("Only the day is known so far: {day} ({zone}).", day=t.day(when.first_day), zone=zone)


def _plain(text: str) -> str:
    return " ".join(text.split())
