"""`/upcoming`: what is dated ahead."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store.database import Database
from tests.conftest import World, world_of


async def test_says_so_where_nothing_is_and_names_the_latest(world: World) -> None:
    shown = await world.ask("upcoming")
    assert "Nothing is dated in this time." in shown.text
    assert "The latest was:\n**🎬 When the Stars Gossip: the finale**" in shown.text


async def test_lists_by_day_with_certainty(database: Database) -> None:
    async with world_of(database, datetime(2025, 1, 1, tzinfo=UTC)) as world:
        shown = await world.ask("upcoming", days=10)
    assert "### 4 January 2025\n**🎬 When the Stars Gossip premieres**\n-# 4 January 2025 · confirmed" in shown.text
    assert "### 5 January 2025\n**🎵 Feel Like a Million by BIG Naughty (When the Stars Gossip)**" in shown.text
    assert "<t:1736067600:f> · confirmed" in shown.text
    assert "Close to You" not in shown.text


async def test_days_reach_further(database: Database) -> None:
    async with world_of(database, datetime(2025, 1, 1, tzinfo=UTC)) as world:
        shown = await world.ask("upcoming", days=30)
    assert "Close to You by Jin" in shown.text
