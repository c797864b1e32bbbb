"""What answering an interaction needs of the client. The client subclasses it, so nothing here imports the client."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from discord.ext import commands

from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.catalogue.model import Clock
from bot.interactions.cooldown import Cooldowns
from bot.interactions.in_flight import InFlight
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.store.whole import Whole
from bot.text import Words


class Host(commands.AutoShardedBot):
    """A client that can answer: it has the database, a clock and the search index; it knows and counts its answers."""

    database: Database
    clock: Clock
    lookup: Lookup
    whole: Whole
    in_flight: InFlight
    cooldowns: Cooldowns
    metrics: Metrics
    limiter: RateLimiter
    """Paces all requests but answers, which Discord does not count."""
    rival_noticed_at: datetime | None = None
    """When the log last said that another bot answers with the same token."""

    def own_shards(self) -> Collection[int]:
        """The shards that this process is to hold now; none if it waits for some."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """Whether the process holds no shard, and is ready to take over one."""
        raise NotImplementedError

    def command_mentions(self, t: Words) -> list[tuple[str, str]]:
        """Every command as a clickable mention, with its description in the words of `t`."""
        raise NotImplementedError
