"""What answering an interaction needs of the client. The client subclasses it, so nothing here imports the client."""

from __future__ import annotations

from discord.ext import commands

from bot.catalogue.model import Clock
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.text import Words


class Host(commands.AutoShardedBot):
    """A client that can answer: it has the database, a clock and the search index."""

    database: Database
    clock: Clock
    lookup: Lookup

    def command_mentions(self, t: Words) -> list[tuple[str, str]]:
        """Every command as a clickable mention, with its description in the words of `t`."""
        raise NotImplementedError
