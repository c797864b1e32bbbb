"""The settings of a channel: what is announced there, and how. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Subscription:
    """The settings of a channel. Nothing that was due before `since` is posted.

    `stages`: `ALWAYS`, plus the chosen reminders. `quiet` and `digest` have the form that `bot.announcements.hours`
    describes. `guild_events`: premieres are listed among the server's scheduled events. `tags`: the ids of the tags
    that posts get in a forum. `expected`: episodes whose dates are only expected are announced, too.
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
    threads: bool = False
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
