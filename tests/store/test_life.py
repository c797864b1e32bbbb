"""Whatever happens to the announcer, its servers and its catalogue: nothing is told twice, and nothing is lost.

Two publishers share a database and talk to a Discord that refuses, fails, forgets to answer and drops repeats; they
die in the middle and begin anew. BYEOL_EXAMPLES in the environment says how many such stories are told.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings

from bot.address import Address
from bot.announcements.publisher import publisher
from bot.store import subscriptions
from tests.engines import SQLITE, Databases, Engine
from tests.store.life.checks import (
    check_always,
    check_end,
    check_every_day_was_told,
    check_nothing_was_forgotten,
    chores_left,
    paused_channels,
    rows,
)
from tests.store.life.discord import Owner, Store
from tests.store.life.steps import CHANNELS, OWNERS, START, SURE, Say, Step, Tick, stories
from tests.store.life.world import World, chosen


@pytest.fixture(scope="module", autouse=True)
def small_portions() -> Generator[None]:
    """Each channel is planned for in a write of its own, before any of which a publisher may die."""
    with mock.patch.object(publisher, "PORTION", 1):
        yield


async def tell(engine: Engine, story: list[Step]) -> None:
    """Play a story to its end, and look."""
    with ExitStack() as places:
        folder = Path(places.enter_context(TemporaryDirectory()))
        await tell_on(Databases(engine, folder, places).empty(), folder, story)


async def tell_on(address: Address, folder: Path, story: list[Step]) -> None:
    async with AsyncExitStack() as stack:
        plain, *stores = (Store(address) for _ in range(1 + len(OWNERS)))
        for store in (plain, *stores):
            stack.push_async_callback(store.close)
        world = World(folder, plain)
        world.owners = [Owner(world, store) for store in stores]
        await world.say()
        for channel in CHANNELS:
            await plain.write(subscriptions.choose, chosen(channel, START), START)
        try:
            for step in story:
                await world.play(step)
                check_always(world, await plain.read(rows))
            await world.end()
            found, left, paused = (
                await plain.read(rows),
                await plain.read(chores_left),
                await plain.read(paused_channels),
            )
            check_end(world, found, left)
            check_every_day_was_told(world, found, paused)
            await check_nothing_was_forgotten(world, plain)
        finally:
            for owner in world.owners:
                if owner.task is not None:
                    owner.task.cancel()
                    await asyncio.gather(owner.task, return_exceptions=True)


def played(examples: int) -> settings:
    """How many stories are told, always the same ones; how long each of them takes does not matter."""
    return settings(
        max_examples=int(os.environ.get("BYEOL_EXAMPLES", examples)),
        deadline=None,
        derandomize=True,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )


@SQLITE
@played(20)
@given(story=stories)
@example(story=[Tick(0, ("stored and failed", "limited", "stored and lost", "stored and lost")), Say(5, 3, 540, SURE)])
@example(
    story=[
        Tick(1),
        Say(2, 0, None, SURE),
        Tick(1, ("hangs", "limited", "stored and failed", "stored and failed")),
        Say(2, 0, 545, SURE),
    ]
)
def test_nothing_is_told_twice_and_nothing_is_lost(engine: Engine, story: list[Step]) -> None:
    asyncio.run(tell(engine, story))


@pytest.mark.slow
@SQLITE
@played(100)
@given(story=stories)
def test_nothing_is_told_twice_and_nothing_is_lost_in_many_stories(engine: Engine, story: list[Step]) -> None:
    asyncio.run(tell(engine, story))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@played(8)  # a story is a thousand transactions, and a server takes five times as long for them
@given(story=stories)
def test_nothing_is_told_twice_and_nothing_is_lost_on_a_server(engine: Engine, story: list[Step]) -> None:
    asyncio.run(tell(engine, story))
