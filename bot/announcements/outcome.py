"""What was announced, what will be, and why not. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.announcements.schedule import AnnouncementReason, Stage
from bot.catalogue.model import Upcoming


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What became of a delivery. `send_at` is when it was to be posted, `due_at` when it was due."""

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
        """The address of the post, if there is one."""
        if self.message_id is None:
            return None
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{self.message_id}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an announcement, or is planned for it."""

    item: Upcoming
    settled: DeliveryStatus


@dataclass(frozen=True, slots=True)
class Post:
    """A message to come: the stages it announces, the first one first."""

    channel_id: int
    send_at: datetime
    told: Sequence[tuple[Stage, Upcoming]]
    digest: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """What becomes of a date in a channel, and why. `at`: when it is to be posted, if it is."""

    item: Upcoming
    channel_id: int
    said: DeliveryStatus | AnnouncementReason
    at: datetime | None = None
