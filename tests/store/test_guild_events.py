"""Which premieres a server is to have among its own events, and what is known of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.catalogue.model import EventKind, Kind, Ref
from bot.store import follows, guild_events, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.guild_events import EVENING, HORIZON, KEPT, LEASE, GuildEvent
from tests.helpers import apply, opened, utc, write

from .dated import PREMIERE, SETUP, choose, reseed, seed, server

NOW = PREMIERE - timedelta(days=30)
MARK = "byeol:work/paper-moon-station"
DISCORD_ID = 5000
LATER = "2031-04-19 21:20"
DRAMA = Ref(Kind.WORK, "paper-moon-station")

SERVER = replace(server(), guild_events=True)


@pytest.fixture
async def store(store: Database) -> Database:
    await choose(store, SERVER)
    return store


async def taken_up(store: Database, now: datetime = NOW) -> list[GuildEvent]:
    """Plan, and take up what there is to do."""
    await plan(store, now)
    return await store.write(guild_events.claim, now, 25)


async def plan(store: Database, now: datetime = NOW) -> None:
    await store.write(guild_events.plan, await store.read(guild_events.differences, now), now)


async def stands(store: Database, now: datetime = NOW) -> GuildEvent:
    """Let the premiere stand in Discord."""
    (one,) = await taken_up(store, now)
    await store.write(guild_events.settle, one, DISCORD_ID, now)
    return one


async def test_a_premiere_is_wanted_where_it_was_chosen_and_its_evening_is_an_episode_long(store: Database) -> None:
    await choose(store, server(2))
    (one,) = await taken_up(store)
    assert one == GuildEvent(
        guild_id=1,
        mark=MARK,
        event_id=one.event_id,
        starts_at=PREMIERE,
        ends_at=PREMIERE + EVENING,
        wanted=True,
        discord_id=None,
        stands_until=None,
        attempts=1,
        leased_until=NOW + LEASE,
        language="ko",
    )


async def test_a_day_is_wanted_as_the_day_it_is_where_it_was_stated(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, seed(premiere="2031-04-05"))
    (one,) = await taken_up(store)
    assert (one.starts_at, one.ends_at) == (utc("2031-04-04 15:00"), utc("2031-04-05 15:00"))


@pytest.mark.parametrize(("premiere", "status"), [("2031-04", "confirmed"), ("2031-04-05", "reported")])
async def test_rumours_and_vague_dates_are_not(store: Database, tmp_path: Path, premiere: str, status: str) -> None:
    content = seed(premiere=premiere).replace('status = "confirmed"', f'status = "{status}"', 1)
    await reseed(store, tmp_path, content)
    assert await taken_up(store) == []


async def test_a_server_with_several_channels_has_it_once(store: Database) -> None:
    await choose(store, replace(SERVER, channel_id=101, language="en"), replace(SERVER, channel_id=102))
    assert len(await taken_up(store)) == 1


@pytest.mark.parametrize(
    "chosen",
    [replace(SERVER, kinds=(EventKind.OST_RELEASE,)), replace(SERVER, guild_events=False)],
    ids=["other kinds", "off"],
)
async def test_it_is_not_wanted_where_it_was_not_chosen(store: Database, chosen: subscriptions.Subscription) -> None:
    await choose(store, chosen)
    assert await taken_up(store) == []


async def test_who_follows_something_else_does_not_have_it(store: Database, tmp_path: Path) -> None:
    other = '[[works]]\nslug = "other"\ntype = "drama"\nsources = ["herald"]\nnames = ["Other"]\n'
    await reseed(store, tmp_path, seed() + other)
    await store.write(follows.add, 1, Ref(Kind.WORK, "other"))
    await store.write(subscriptions.only_followed, 1, True, utc("2025-01-01 00:00"))
    assert await taken_up(store) == []
    await store.write(follows.add, 1, DRAMA)
    assert len(await taken_up(store)) == 1


async def test_it_is_put_there_when_it_comes_within_the_horizon_and_not_when_it_has_begun(store: Database) -> None:
    assert await taken_up(store, PREMIERE - HORIZON - timedelta(seconds=1)) == []
    assert await taken_up(store, PREMIERE) == []
    assert len(await taken_up(store, PREMIERE - HORIZON)) == 1


async def test_nothing_is_done_twice_and_a_quiet_pulse_says_so(store: Database) -> None:
    await stands(store)
    assert (await store.read(guild_events.pulse)).next_try is None
    assert await taken_up(store) == []


async def test_two_that_claim_at_once_never_have_the_same(store: Database, address: Address) -> None:
    await choose(store, *(replace(server(number), guild_events=True) for number in range(2, 41)))
    await plan(store)
    async with opened(address) as other:
        claims = await asyncio.gather(*(one.write(guild_events.claim, NOW, 3) for one in (store, other) * 10))
    claimed = [one.guild_id for claim in claims for one in claim]
    assert sorted(claimed) == list(range(1, 41))


async def test_whoever_is_not_heard_of_loses_the_claim_and_can_neither_begin_nor_record(store: Database) -> None:
    (lost,) = await taken_up(store)
    assert await store.write(guild_events.claim, NOW + LEASE - timedelta(seconds=1), 25) == []
    (one,) = await store.write(guild_events.claim, NOW + LEASE, 25)
    assert one.attempts == 2
    assert not await store.write(guild_events.begin, lost)
    await store.write(guild_events.settle, lost, None, NOW + LEASE)
    await store.write(guild_events.dismiss, lost)
    assert await store.write(guild_events.begin, one)
    await store.write(guild_events.settle, one, DISCORD_ID, NOW + LEASE)
    assert (await store.read(guild_events.pulse)).next_try is None


async def test_a_moved_date_is_taken_up_with_what_stands(store: Database, tmp_path: Path) -> None:
    await stands(store)
    await reseed(store, tmp_path, seed(premiere=LATER))
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id, one.starts_at) == (True, DISCORD_ID, PREMIERE + timedelta(days=14))
    assert one.stands_until == PREMIERE + EVENING


async def test_a_date_that_moves_beyond_the_horizon_is_moved_as_well(store: Database, tmp_path: Path) -> None:
    await stands(store)
    await reseed(store, tmp_path, seed(premiere="2032-01-01 21:20", finale="2032-02-25"))
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id) == (True, DISCORD_ID)


async def test_a_date_that_moves_while_somebody_is_busy_with_the_old_one_is_taken_up_after_that(
    store: Database, tmp_path: Path
) -> None:
    (one,) = await taken_up(store)
    await reseed(store, tmp_path, seed(premiere=LATER))
    assert await taken_up(store) == []
    assert await store.write(guild_events.begin, one)
    await store.write(guild_events.settle, one, DISCORD_ID, NOW)
    (again,) = await taken_up(store)
    assert (again.discord_id, again.stands_until) == (DISCORD_ID, PREMIERE + EVENING)
    assert again.starts_at == PREMIERE + timedelta(days=14)


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
async def test_what_no_longer_holds_is_taken_away(store: Database, tmp_path: Path, status: str) -> None:
    await stands(store)
    await reseed(store, tmp_path, seed(status=status))
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id) == (False, DISCORD_ID)


async def test_what_the_catalogue_no_longer_states_is_taken_away_and_comes_back_as_the_same(
    store: Database, tmp_path: Path
) -> None:
    await stands(store)
    lines = seed().splitlines()
    await reseed(store, tmp_path, "\n".join(line for line in lines if '"premiere"' not in line))
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id, one.event_id) == (False, DISCORD_ID, None)
    await store.write(guild_events.settle, one, None, NOW)
    await reseed(store, tmp_path, seed())
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id, one.mark) == (True, None, MARK)


async def test_what_the_catalogue_states_anew_before_anybody_looked_stays(store: Database, tmp_path: Path) -> None:
    await stands(store)
    lines = seed().splitlines()
    await reseed(store, tmp_path, "\n".join(line for line in lines if '"premiere"' not in line))
    await reseed(store, tmp_path, seed())
    assert [(one.wanted, one.discord_id) for one in await taken_up(store)] in ([], [(True, DISCORD_ID)])
    await reseed(store, tmp_path, seed(premiere=LATER))
    assert [(one.wanted, one.discord_id) for one in await taken_up(store, NOW + LEASE)] == [(True, DISCORD_ID)]


async def test_what_waits_for_another_try_knows_what_the_catalogue_states_anew(store: Database, tmp_path: Path) -> None:
    (one,) = await taken_up(store)
    await store.write(guild_events.retry, one, NOW + LEASE, "create_events")
    lines = seed().splitlines()
    await reseed(store, tmp_path, "\n".join(line for line in lines if '"premiere"' not in line))
    await reseed(store, tmp_path, seed())
    (again,) = await taken_up(store, NOW + LEASE)
    assert again.wanted
    assert again.event_id is not None, "without it there is nothing to say of the premiere"


async def test_turned_off_it_is_taken_away_and_turned_on_it_comes_back(store: Database) -> None:
    await stands(store)
    await store.write(subscriptions.end, 1, NOW)
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id, one.language) == (False, DISCORD_ID, "en")
    await store.write(guild_events.settle, one, None, NOW)
    assert await taken_up(store) == []
    await choose(store, SERVER)
    (one,) = await taken_up(store)
    assert (one.wanted, one.discord_id) == (True, None)


async def test_what_was_never_tried_needs_no_taking_away(store: Database) -> None:
    await plan(store)
    await store.write(subscriptions.end, 1, NOW)
    assert await taken_up(store) == []


async def test_what_may_stand_unknown_to_us_is_looked_at_before_it_is_given_up(store: Database) -> None:
    (one,) = await taken_up(store)
    await store.write(guild_events.begin, one)
    await store.write(subscriptions.end, 1, NOW)
    assert await taken_up(store) == []
    (one,) = await taken_up(store, NOW + LEASE)
    assert not one.wanted


async def test_what_is_over_is_left_alone(store: Database, tmp_path: Path) -> None:
    await stands(store)
    await store.write(subscriptions.end, 1, NOW)
    assert await taken_up(store, PREMIERE + EVENING) == []
    await reseed(store, tmp_path, seed(status="cancelled"))
    assert await taken_up(store, PREMIERE + EVENING) == []


async def test_what_has_begun_stays(store: Database) -> None:
    await stands(store)
    assert await taken_up(store, PREMIERE) == []


async def test_what_an_admin_deleted_never_comes_back(store: Database, tmp_path: Path) -> None:
    await stands(store)
    await reseed(store, tmp_path, seed(premiere=LATER))
    (one,) = await taken_up(store)
    await store.write(guild_events.dismiss, one)
    await reseed(store, tmp_path, seed())
    await store.write(subscriptions.end, 1, NOW)
    assert await taken_up(store) == []
    await choose(store, SERVER)
    assert await taken_up(store) == []


async def test_what_waits_for_another_try_is_taken_up_earlier_when_its_date_changes(
    store: Database, tmp_path: Path
) -> None:
    (one,) = await taken_up(store)
    await store.write(guild_events.retry, one, NOW + timedelta(days=1), "Missing Permissions")
    assert await taken_up(store, NOW + LEASE) == []
    await reseed(store, tmp_path, seed(premiere=LATER))
    assert await taken_up(store, NOW + LEASE) == []
    (one,) = await taken_up(store, NOW + LEASE * 2)
    assert one.attempts == 2


async def test_a_paused_channel_adds_nothing_and_loses_nothing(store: Database, tmp_path: Path) -> None:
    def pause(connection: Connection) -> None:
        connection.execute("UPDATE subscription SET paused_at = '2031-02-01T00:00:00Z'")

    await stands(store)
    await choose(store, replace(server(2), guild_events=True))
    await store.write(pause)
    assert await taken_up(store) == []
    await reseed(store, tmp_path, seed(premiere=LATER))
    assert [one.guild_id for one in await taken_up(store)] == [1]


async def test_a_server_that_the_bot_left_keeps_its_events_until_the_choice_is_forgotten(store: Database) -> None:
    await stands(store)
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    assert await taken_up(store) == []
    await store.write(subscriptions.sync_guild_membership, [1], NOW)
    assert await taken_up(store) == []
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    await store.write(subscriptions.sync_guild_membership, [], NOW + subscriptions.LEFT_FOR + timedelta(days=1))
    assert await store.read(rows) == 0


async def test_what_is_long_over_is_forgotten(store: Database) -> None:
    await stands(store)
    await plan(store, PREMIERE + EVENING + KEPT)
    assert await store.read(rows) == 1
    await plan(store, PREMIERE + EVENING + KEPT + timedelta(seconds=1))
    assert await store.read(rows) == 0


async def test_works_whose_names_begin_alike_have_marks_of_their_own(store: Database, tmp_path: Path) -> None:
    second = seed().split("[[works]]")[1].split("[[tracks]]")[0].replace("-station", "-station-2")
    await apply(store, write(tmp_path / "seeds", drama=f"{seed()}\n[[works]]{second}"), now=SETUP)
    assert {one.mark for one in await taken_up(store)} == {MARK, f"{MARK}-2"}


def rows(connection: Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM guild_event").fetchone()
    return count
