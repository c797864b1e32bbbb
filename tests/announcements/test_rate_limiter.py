"""How fast requests may leave, and that they leave again after Discord refused them all."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

from bot.announcements.publisher import rate_limiter
from bot.announcements.publisher.rate_limiter import RateLimiter


def limiter(refused_until: asyncio.Event | None = None) -> RateLimiter:
    return RateLimiter(cast("Any", SimpleNamespace(http=SimpleNamespace(_global_over=refused_until))))


async def test_turns_come_one_after_the_other_at_the_rate() -> None:
    turns = limiter()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(10):
        await turns.turn()
    assert loop.time() - begun >= (9 - rate_limiter.SLACK) / rate_limiter.RATE


async def test_who_had_turns_and_was_held_up_leaves_at_the_rate_all_the_same() -> None:
    turns = limiter()
    for _ in range(10):
        await turns.turn()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(turns.leave() for _ in range(10)))
    assert loop.time() - begun >= (9 - rate_limiter.SLACK) / rate_limiter.RATE


async def test_while_discord_refuses_everything_nobody_has_a_turn() -> None:
    over = asyncio.Event()
    waiting = asyncio.create_task(limiter(over).turn())
    await asyncio.wait([waiting], timeout=0.05)
    assert not waiting.done()
    over.set()
    await waiting


async def test_where_nobody_is_left_to_say_that_it_is_over_it_is_tried_again() -> None:
    over = asyncio.Event()
    turns = limiter(over)
    with mock.patch.object(rate_limiter, "ALL_CLEAR", 0.01):
        turns.given_up()
        await asyncio.wait_for(turns.turn(), timeout=5)


async def test_a_request_that_is_given_up_in_peace_changes_nothing() -> None:
    over = asyncio.Event()
    over.set()
    turns = limiter(over)
    turns.given_up()
    await turns.turn()
