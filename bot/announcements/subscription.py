"""The settings of a channel: what is announced there, and how. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from bot.announcements.hours import Audience
from bot.announcements.schedule import Stage
from bot.catalogue.model import OWN, EventKind
from bot.catalogue.when import SEOUL

GRACE = timedelta(hours=6)
"""The default grace period: how late an announcement may still be posted."""

ANNOUNCED = (EventKind.PREMIERE, EventKind.OST_RELEASE, *OWN)
"""The kinds of events that are announced by default: who puts a date into the server's schedule wants it told."""

ALWAYS = (Stage.NOW, Stage.MOVED, Stage.CANCELLED)
"""The stages that are always posted; the others are reminders that a server chooses."""


LOCK_AFTER = timedelta(days=1)
"""How long the thread of an evening is open by default."""


class Threads(IntEnum):
    """Which threads are opened under the posts of a channel, as the database keeps it.

    `EVENT` and `SUBJECT` are threads of the evening: opened under posts of `Stage.NOW`, and locked after a while. In a
    forum the post itself is the thread.
    """

    NONE = 0
    POST = 1
    """One under each post; a forum needs none."""
    EVENT = 2
    """One for what begins at the same time, such as the episodes of an evening."""
    SUBJECT = 3
    """One for each drama, or for each artist where there is no drama; it is opened again when something else begins."""

    @property
    def of_evenings(self) -> bool:
        """Whether they are opened when something begins."""
        return self in (Threads.EVENT, Threads.SUBJECT)


@dataclass(frozen=True, slots=True)
class Subscription:
    """The settings of a channel. Nothing that was due before `since` is posted.

    `stages`: `ALWAYS`, plus the chosen reminders. `quiet` and `digest` have the form that `bot.announcements.hours`
    describes. `guild_events`: premieres are listed among the server's scheduled events. `tags`: the ids of the tags
    that posts get in a forum. `expected`: episodes whose dates are only expected are announced, too. `lock_after`: how
    long threads of the evening are open; zero: they are not locked.
    """

    guild_id: int
    channel_id: int
    since: datetime
    role_id: int | None = None
    language: str = "en"
    zone: str = SEOUL
    kinds: Sequence[EventKind] = ANNOUNCED
    stages: Sequence[Stage] = ALWAYS
    grace: timedelta = GRACE
    paused_at: datetime | None = None
    quiet: str = ""
    digest: str = ""
    followed_only: bool = False
    threads: Threads = Threads.NONE
    lock_after: timedelta = LOCK_AFTER
    guild_events: bool = False
    tags: Sequence[int] = ()
    expected: bool = False

    @property
    def audience(self) -> Audience:
        """The audience that this channel belongs to."""
        return Audience(self.zone, self.quiet, self.digest)

    @property
    def reminders(self) -> tuple[Stage, ...]:
        """The reminders that were chosen."""
        return tuple(stage for stage in self.stages if stage not in ALWAYS)

    @property
    def locks(self) -> bool:
        """Whether threads are locked after a while."""
        return self.threads.of_evenings and bool(self.lock_after)
