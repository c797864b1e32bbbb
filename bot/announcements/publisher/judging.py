"""Judges deliveries: which of their parts still hold when they are about to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.announcements import schedule
from bot.announcements.outcome import is_held
from bot.announcements.publisher.event_cache import EventCache
from bot.render.post_item import Announced
from bot.store import deliveries
from bot.store.deliveries import Delivery, Part

OVERTAKEN = ("withdrawn", "changed")
"""The state and the reason of a delivery that no longer holds."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A part of a delivery with what it shows; `gone`: new state and reason, if it is not to be posted any more."""

    part: Part
    found: Announced | None
    gone: tuple[str, str] | None


async def judge(delivery: Delivery, cache: EventCache, now: datetime) -> list[Judged]:
    """Which parts of a delivery are still to be announced, and which are not."""
    found = [(part, await cache.of(part.event_id)) for part in delivery.parts]
    return [Judged(part, one, _overtaken(one, part, delivery, now)) for part, one in found]


def _overtaken(found: Announced | None, part: Part, delivery: Delivery, now: datetime) -> tuple[str, str] | None:
    """The new state and the reason of a part that is not to be announced any more; None if it still is."""
    if delivery.language is None:
        return "withdrawn", "off"
    event = found.item.event if found else None
    if (
        event is None
        or event.revision != part.revision
        or not schedule.still_due(event, part.stage, expected=delivery.expected)
    ):
        return OVERTAKEN
    if now <= part.expires_at:
        return None
    waited = delivery.reason or ""
    return "missed", waited if waited == deliveries.AWAY or is_held(waited) else "late"
