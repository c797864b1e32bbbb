"""What was announced, what will be, and why not. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.announcements.schedule import AnnouncementReason, Stage
from bot.catalogue.model import Upcoming

REFUSED, GONE, NO_TAG, TOO_MANY_THREADS = "refused", "gone", "no tag", "too many threads"
"""Why a channel takes no post for now. `REFUSED` may be followed by ``: `` and the missing permissions; `NO_TAG`: each
post of a forum needs a tag, and has none; `TOO_MANY_THREADS`: the server has as many active ones as Discord allows."""

LOCKED = "locked"
"""What is noted of a post that could not be edited: a moderator locked its thread."""

NO_THREAD, NO_ROOM, NOT_REOPENED, NOT_LOCKED = "no thread", "no room", "not reopened", "not locked"
"""What is noted of a post whose thread could not be opened, because Discord refused it or had no room for one more;
could not be opened again; or could not be locked."""


def is_held(reason: str) -> bool:
    """Whether the reason of a delivery is that its channel takes no post for now."""
    return reason in (GONE, NO_TAG, TOO_MANY_THREADS) or reason.startswith(REFUSED)


def post_link(guild_id: int, channel_id: int, message_id: int, thread_id: int | None = None) -> str:
    """The address of a message in a channel, or in a thread of it."""
    return f"https://discord.com/channels/{guild_id}/{thread_id or channel_id}/{message_id}"


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The state of a delivery. `due_at` is when it was due, `send_at` when it was to be posted.

    `thread_id`: the thread that its message stands in, if it does not stand in the channel itself.
    """

    event_id: int
    stage: Stage
    guild_id: int
    channel_id: int
    state: str
    message_id: int | None
    reason: str | None
    due_at: datetime
    send_at: datetime
    thread_id: int | None = None

    @property
    def link(self) -> str | None:
        """The address of the post, or None if there is none."""
        if self.message_id is None:
            return None
        return post_link(self.guild_id, self.channel_id, self.message_id, self.thread_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An event with the state of its delivery: announced, planned, or why not."""

    item: Upcoming
    settled: DeliveryStatus


@dataclass(frozen=True, slots=True)
class Post:
    """An upcoming message: `told` holds the stages it announces, in order, and `roles` whom it pings."""

    channel_id: int
    send_at: datetime
    told: Sequence[tuple[Stage, Upcoming]]
    digest: bool
    roles: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a date is announced in a channel, and why. `at`: when it will be posted, if it will."""

    item: Upcoming
    channel_id: int
    said: DeliveryStatus | AnnouncementReason
    at: datetime | None = None
