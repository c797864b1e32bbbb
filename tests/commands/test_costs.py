"""No answer costs more because the catalogue is larger, and nothing endless can be typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from discord import app_commands

from bot.interactions import cards
from bot.interactions.host import Host
from bot.occasions.model import MAX_ADDRESS
from bot.store import browse
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.whole import Whole
from tests.conftest import NOON, World

GRAIN = 10
"""How many steps of SQLite's virtual machine to count at a time."""
LITTLE = 1.1
"""How many times the steps ten times the catalogue may cost: an index is one level deeper."""


class Counting:
    """A host whose reads are counted in steps of SQLite."""

    def __init__(self, database: Database) -> None:
        self.steps = 0
        self.clock = lambda: NOON
        self.database = self
        self.whole = Whole(cast("Any", self))
        self._real = database

    async def read(self, query: Callable[..., Any], *args: Any) -> Any:
        """Run a query, and count."""

        def counted(connection: Any) -> Any:
            connection.set_progress_handler(self._step, GRAIN)
            try:
                return query(connection, *args)
            finally:
                connection.set_progress_handler(None, 0)

        return await self._real.read(counted)

    def _step(self) -> int:
        self.steps += GRAIN
        return 0

    def command_mentions(self, _: object) -> list[tuple[str, str]]:
        """None: they are not in the database."""
        return []


def grow(connection: Connection, first: int, last: int) -> None:
    """Add dramas and groups, and let the catalogue be another."""
    connection.executemany(
        "INSERT INTO entity (kind, slug) VALUES (?, ?)",
        [(kind, f"{kind}-{number}") for number in range(first, last) for kind in ("work", "group", "organisation")],
    )
    connection.execute("UPDATE catalogue SET revision = revision + 1")


async def cost(host: Counting, card: str, key: str, page: int) -> int:
    """The steps that a card costs once somebody asked since the catalogue changed."""
    await cards.show(cast("Host", host), card, key, "en", page)
    host.steps = 0
    await cards.show(cast("Host", host), card, key, "en", page)
    return host.steps


@pytest.mark.parametrize(
    ("card", "key", "page"),
    [
        *(("browse", "work/all", 0), ("browse", "work/all", 9999), ("browse", "work/airing", 0)),
        *(("browse", "person/all", 0), ("browse", "person/all", 9999), ("browse", "organisation/tvn", 0)),
        *(("about", "all", 0), ("upcoming", "days-366", 0), ("drama", "work/hwarang", 0), ("ost", "person/jin", 0)),
        *(("artist", "person/jin", 0), ("cast", "work/hwarang", 0), ("sources", "work/hwarang", 0)),
    ],
)
async def test_a_card_costs_the_same_with_ten_times_the_catalogue(
    database: Database, card: str, key: str, page: int
) -> None:
    host = Counting(database)
    await database.write(grow, 0, 1_000)
    small = await cost(host, card, key, page)
    await database.write(grow, 1_000, 10_000)
    large = await cost(host, card, key, page)
    assert small > 0
    assert large <= small * LITTLE


async def test_neither_do_an_unknown_name_and_suggestions_of_networks(database: Database) -> None:
    host = Counting(database)
    for query in (browse.size, browse.networks):
        await host.whole.ask(query)
        host.steps = 0
        await host.whole.ask(query)
        assert host.steps <= 5 * GRAIN


async def test_every_text_that_can_be_typed_has_a_length(world: World) -> None:
    options = [
        (command.qualified_name, option)
        for command in world.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
        for option in command.to_dict(world.bot.tree)["options"]
    ]
    texts = [(name, option) for name, option in options if option["type"] == 3 and not option.get("choices")]
    assert len(texts) > 5
    for name, option in texts:
        longest = MAX_ADDRESS if option["name"] in ("link", "picture") else 100
        assert option.get("max_length", 6000) <= longest, (name, option["name"])
