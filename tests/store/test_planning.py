"""What is planned for whom, and when."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest

from bot.address import Address
from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.publisher import Publisher
from bot.announcements.publisher import publisher as publishing
from bot.announcements.subscription import ANNOUNCED
from bot.catalogue.model import EventKind
from bot.errors import DatabaseUnavailableError
from bot.store import planning
from bot.store.connection import Connection
from bot.store.database import Database
from tests.helpers import hours, opened, utc
from tests.store.dated import (
    KIRITIMATI,
    NEW_YORK,
    PREMIERE,
    choose,
    claim,
    due_times,
    one_due,
    plan,
    reseed,
    seed,
    server,
    states,
)


async def test_planning_twice_plans_once(store: Database) -> None:
    await choose(store, server(), server(2))
    assert await plan(store, PREMIERE) == 2
    assert await plan(store, PREMIERE) == 0
    assert await plan(store, PREMIERE + timedelta(minutes=1)) == 0
    assert await store.read(states) == [(100, "planned", None), (200, "planned", None)]


async def test_two_processes_that_plan_at_once_plan_once(store: Database, address: Address) -> None:
    await choose(store, *(server(number) for number in range(1, 21)))
    async with opened(address) as other:
        counts = await asyncio.gather(*(plan(one, PREMIERE) for one in (store, other) * 5))
    assert sum(counts) == 20
    assert Counter(channel for channel, _, _ in await store.read(states)) == Counter(range(100, 2001, 100))


async def test_planning_says_how_many_are_new(store: Database) -> None:
    await choose(store, server(), server(2))
    assert await store.write(planning.plan, [await one_due(store)]) == 2
    assert await store.write(planning.plan, [await one_due(store)]) == 0


async def test_more_than_one_statement_holds_is_planned_all_the_same(store: Database) -> None:
    await choose(store, server())
    wanted = await one_due(store)
    await store.write(planning.plan, [*[replace(wanted, audience=Audience("Etc/UTC"))] * 9000, wanted])
    assert await store.read(states) == [(100, "planned", None)]


class Planner(Publisher):
    """A publisher that only plans, a few deliveries in each write."""

    async def work(self) -> None:
        pass


@pytest.fixture
def planner(store: Database, monkeypatch: pytest.MonkeyPatch) -> Planner:
    monkeypatch.setattr(publishing, "PORTION", 2)
    return Planner(cast(Any, None), store, lambda: PREMIERE, cast(Any, None))


def away_at(store: Database, portion: int) -> AbstractContextManager[object]:
    """Lose the database as some portion, counted from 1, is to be planned."""
    write, numbers = store.write, itertools.count(1)

    async def lost(query: Callable[..., object], *args: object) -> object:
        if query is planning.plan and next(numbers) == portion:
            raise DatabaseUnavailableError("connection refused")
        return await write(query, *args)

    return mock.patch.object(store, "write", lost)


ONCE = dict.fromkeys(range(100, 800, 100), 1)
"""How often each of seven servers is told."""


@pytest.mark.parametrize("portion", [1, 2, 3, 4])
async def test_a_plan_that_ends_between_two_portions_is_completed_by_the_next_process(
    store: Database, planner: Planner, portion: int
) -> None:
    await choose(store, *(server(number) for number in range(1, 8)))
    with away_at(store, portion), pytest.raises(DatabaseUnavailableError):
        await planner.plan(PREMIERE)
    assert len(await store.read(states)) == 2 * (portion - 1)
    await planner.plan(PREMIERE + timedelta(minutes=1))
    assert Counter(channel for channel, _, _ in await store.read(states)) == ONCE


@pytest.mark.parametrize("portion", [1, 2, 3, 4])
async def test_a_plan_that_ends_between_two_portions_is_completed_at_the_next_beat(
    store: Database, planner: Planner, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    await choose(store, *(server(number) for number in range(1, 8)))
    for now, lost in ((PREMIERE - hours(1), 0), (PREMIERE, portion), (PREMIERE + timedelta(seconds=5), 0)):
        monkeypatch.setattr(planner, "_clock", lambda now=now: now)
        with away_at(store, lost), pytest.raises(DatabaseUnavailableError) if lost else nullcontext():
            await planner.tick()
    assert Counter(channel for channel, _, _ in await store.read(states)) == ONCE


async def test_a_message_is_planned_in_one_write_however_much_is_in_it(
    store: Database, planner: Planner, tmp_path: Path
) -> None:
    await reseed(store, tmp_path, seed(song="2031-04-05 21:20", finale="2031-04-05 21:20"))
    await choose(store, *(server(number, kinds=tuple(EventKind)) for number in (1, 2, 3)))
    with away_at(store, 3), pytest.raises(DatabaseUnavailableError):
        await planner.plan(PREMIERE)
    assert Counter(channel for channel, _, _ in await store.read(states)) == {100: 3, 200: 3}


async def test_each_delivery_has_a_mark_of_its_own_that_discord_takes(store: Database) -> None:
    await choose(store, *(server(number) for number in range(1, 51)))
    await plan(store, PREMIERE)
    nonces = [delivery.nonce for delivery in await claim(store, PREMIERE, limit=100)]
    assert len(set(nonces)) == 50
    assert all(0 < len(nonce) <= 25 for nonce in nonces)


async def test_a_new_server_is_told_nothing_of_the_past(store: Database) -> None:
    await choose(store, server(since=PREMIERE + timedelta(seconds=1)))
    assert await plan(store, PREMIERE + timedelta(minutes=1)) == 0


async def test_a_server_that_comes_in_time_is_told(store: Database) -> None:
    await choose(store, server(since=PREMIERE))
    assert await plan(store, PREMIERE) == 1


async def test_nothing_is_planned_long_before(store: Database) -> None:
    await choose(store, server())
    assert await plan(store, PREMIERE - schedule.AHEAD - timedelta(seconds=1)) == 0
    assert await plan(store, PREMIERE - schedule.AHEAD) == 1
    assert await claim(store, PREMIERE - timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        pytest.param(ANNOUNCED, ["premiere", "ost_release"], id="as it is unless chosen"),
        pytest.param((EventKind.PREMIERE,), ["premiere"], id="premieres"),
        pytest.param((EventKind.OST_RELEASE, EventKind.FINALE), ["ost_release", "finale"], id="songs and finales"),
        pytest.param((EventKind.EPISODE,), [], id="what does not happen"),
        pytest.param((), [], id="nothing"),
    ],
)
async def test_a_server_is_told_the_kinds_it_chose(
    store: Database, kinds: tuple[EventKind, ...], told: list[str]
) -> None:
    await choose(store, server(kinds=kinds))
    for day in range(60):
        await plan(store, utc("2031-04-01 00:00") + timedelta(days=day))

    def planned(connection: Connection) -> list[str]:
        query = "SELECT kind FROM delivery JOIN event ON event.id = event_id ORDER BY due_at"
        return [kind for (kind,) in connection.execute(query)]

    assert await store.read(planned) == told


async def test_a_day_is_told_in_each_servers_own_morning(store: Database) -> None:
    await choose(store, server(1), server(2, zone=NEW_YORK), server(3, zone=KIRITIMATI))
    for hour in range(48):
        await plan(store, utc("2031-04-11 00:00") + hours(hour))
    assert await store.read(due_times) == {
        100: "2031-04-12T00:00:00Z",
        200: "2031-04-12T13:00:00Z",
        300: "2031-04-11T19:00:00Z",
    }


async def test_a_minute_is_told_at_the_same_time_everywhere(store: Database) -> None:
    await choose(store, server(1), server(2, zone=NEW_YORK), server(3, zone=KIRITIMATI))
    await plan(store, PREMIERE)
    assert set((await store.read(due_times)).values()) == {"2031-04-05T12:20:00Z"}


async def test_dates_that_are_not_firm_are_never_planned(store: Database, tmp_path: Path) -> None:
    await choose(store, server())
    for status in ("reported", "expected", "postponed", "cancelled"):
        await reseed(store, tmp_path, seed(status=status))
        assert await plan(store, PREMIERE) == 0
    await reseed(store, tmp_path, seed(premiere="2031-04", status="confirmed"))
    assert await plan(store, PREMIERE) == 0
