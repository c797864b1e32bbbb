"""What was announced, what will be, and why not. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.announcements.schedule import AnnouncementReason, Stage
from bot.catalogue.model import Upcoming


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The state of a delivery. `due_at` is when it was due, `send_at` when it was to be posted."""

    event_id: int
    stage: Stage
    guild_id: int
    channel_id: int
    state: str
    message_id: int | None
    reason: str | None
    due_at: datetime
    send_at: datetime

    @property
    def link(self) -> str | None:
        """The address of the post, or None if there is none."""
        if self.message_id is None:
            return None
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{self.message_id}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An event with the state of its delivery: announced, planned, or why not."""

    item: Upcoming
    settled: DeliveryStatus


@dataclass(frozen=True, slots=True)
class Post:
    """An upcoming message: `told` holds the stages it announces, in order."""

    channel_id: int
    send_at: datetime
    told: Sequence[tuple[Stage, Upcoming]]
    digest: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a date is announced in a channel, and why. `at`: when it will be posted, if it will."""

    item: Upcoming
    channel_id: int
    said: DeliveryStatus | AnnouncementReason
    at: datetime | None = None
