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
    assert "### 4 January 2025\n**🎬 When the Stars Gossip premieres**\n-# confirmed" in shown.text
    assert "### 5 January 2025\n**🎵 Feel Like a Million by BIG Naughty (When the Stars Gossip)**" in shown.text
    assert "<t:1736067600:t> · <t:1736067600:R> · confirmed" in shown.text
    assert shown.text.count("4 January 2025") == shown.text.count("5 January 2025") == 1


async def test_days_reach_further(database: Database) -> None:
    async with world_of(database, datetime(2025, 1, 1, tzinfo=UTC)) as world:
        shown = await world.ask("upcoming", days=30)
    assert "Close to You by Jin" in shown.text


async def test_what_comes_after_the_days_is_shown_where_little_is_ahead(database: Database) -> None:
    async with world_of(database, datetime(2024, 12, 16, tzinfo=UTC)) as world:
        shown = await world.ask("upcoming")
    soon, _, later = shown.text.partition("### After that")
    assert "When the Stars Gossip premieres" in soon
    assert "Life is Tricky by Sion" in later
    assert "<t:1737277200:f> · confirmed" in later


async def test_days_are_days_in_korea_whatever_zone_a_date_was_stated_in(database: Database) -> None:
    late = (
        "UPDATE event SET earliest = '2025-01-05T15:10:00Z', latest = '2025-01-05T15:10:00Z', zone = 'America/New_York'"
    )
    await database.write(lambda connection: connection.execute(f"{late} WHERE earliest = '2025-01-05T09:00:00Z'"))
    async with world_of(database, datetime(2025, 1, 1, tzinfo=UTC)) as world:
        shown = await world.ask("upcoming", days=10)
    assert "### 6 January 2025\n**🎵 Feel Like a Million" in shown.text
    assert "Days are days in Korea" in shown.text
