"""Which of a server's own events are to stand among its scheduled events in Discord."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.announcements.subscription import Subscription
from bot.catalogue.model import EventKind
from bot.store import guild_events, occasions
from bot.store.database import Database
from bot.store.guild_events import EVENING, MOST_OWN, GuildEvent
from tests.helpers import utc
from tests.store.dated import choose, server
from tests.store.own import NOW, SATURDAY, WEEKLY, add

BEGINS = utc("2031-04-05 12:20")
SERVER = replace(server(), guild_events=True)


@pytest.fixture
async def store(store: Database) -> Database:
    await choose(store, SERVER, replace(SERVER, channel_id=101), replace(server(2), guild_events=True), server(3))
    return store


async def wanted(store: Database, now: datetime = NOW) -> list[GuildEvent]:
    """Plan, and take up what there is to do about a server's own."""
    await store.write(guild_events.plan, await store.read(guild_events.differences, now), now)
    claimed = await store.write(guild_events.claim, now, 200)
    return sorted((one for one in claimed if "occasion" in one.mark), key=lambda one: (one.guild_id, one.starts_at))


async def test_its_server_has_it_once_and_no_other_one(store: Database) -> None:
    ref = await add(store, lasts=timedelta(hours=3))
    await add(store, 3)
    (one,) = await wanted(store)
    assert (one.guild_id, one.mark) == (1, f"byeol:{ref}")
    assert (one.starts_at, one.ends_at) == (BEGINS, BEGINS + timedelta(hours=3))


async def test_without_a_duration_it_is_an_evening_and_a_day_is_a_day(store: Database) -> None:
    await add(store)
    await add(store, time=None, zone="UTC", day=date(2031, 4, 6))
    first, second = await wanted(store)
    assert first.ends_at - first.starts_at == EVENING
    assert (second.starts_at, second.ends_at) == (utc("2031-04-06 00:00"), utc("2031-04-07 00:00"))


async def test_what_repeats_is_there_a_week_ahead(store: Database) -> None:
    ref = await add(store, repeat=WEEKLY)
    (one,) = await wanted(store)
    assert one.mark == f"byeol:{ref}#{SATURDAY.toordinal()}"
    await store.write(guild_events.settle, one, 5000, NOW)
    assert [one.starts_at for one in await wanted(store, BEGINS + timedelta(minutes=1))] == [
        BEGINS + timedelta(days=7)
    ], "once the first has begun"


async def test_it_stays_if_it_is_moved_out_of_that_week_and_goes_if_it_is_skipped(store: Database) -> None:
    ref = await add(store)
    (one,) = await wanted(store)
    await store.write(guild_events.settle, one, 5000, NOW)
    await store.write(occasions.move, 1, ref.slug, 0, (date(2031, 4, 20), time(12), "UTC"), NOW)
    (moved,) = await wanted(store)
    assert (moved.wanted, moved.starts_at) == (True, utc("2031-04-20 12:00"))
    await store.write(guild_events.settle, moved, 5000, NOW)
    await store.write(occasions.skip, 1, ref.slug, 0, NOW)
    (gone,) = await wanted(store)
    assert not gone.wanted


async def test_what_lasts_for_days_stays_until_it_is_over(store: Database) -> None:
    await add(store, lasts=timedelta(days=6))
    (one,) = await wanted(store)
    await store.write(guild_events.settle, one, 5000, NOW)
    assert await wanted(store, BEGINS + timedelta(days=5)) == []


@pytest.mark.parametrize("chosen", [replace(SERVER, kinds=(EventKind.PREMIERE,)), replace(SERVER, guild_events=False)])
async def test_it_is_not_wanted_where_it_was_not_chosen(store: Database, chosen: Subscription) -> None:
    await choose(store, chosen, replace(chosen, channel_id=101))
    await add(store)
    assert await wanted(store) == []


async def test_there_are_never_more_than_half_of_what_discord_allows(store: Database) -> None:
    for minute in range(MOST_OWN + 5):
        await add(store, time=time(12, minute))
        await add(store, 2, time=time(12, minute))
    found = await wanted(store)
    assert len(found) == 2 * MOST_OWN
    assert max(one.starts_at for one in found) == utc(f"2031-04-05 03:{MOST_OWN - 1}")
