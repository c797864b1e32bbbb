"""Who sends what, what becomes of it, and what is too late."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.announcements.subscription import GRACE
from bot.store import deliveries, outcomes, subscriptions
from bot.store.database import Database
from tests.helpers import hours, opened, utc
from tests.store.dated import (
    LEASE,
    NEW_YORK,
    PREMIERE,
    choose,
    claim,
    next_try,
    plan,
    planned_and_claimed,
    reseed,
    seed,
    send_all,
    server,
    states,
)


async def test_what_is_claimed_is_all_that_is_needed_to_send_it(store: Database) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    assert (delivery.guild_id, delivery.channel_id, delivery.role_id, delivery.language) == (1, 100, 1000, "ko")
    assert (delivery.parts[0].due_at, delivery.parts[0].expires_at) == (PREMIERE, PREMIERE + GRACE)
    assert (delivery.attempts, delivery.possibly_sent_since) == (1, None)


async def test_a_choice_that_changed_after_planning_is_the_one_that_holds(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE)
    await choose(store, replace(server(), role_id=None, language="en"))
    await plan(store, PREMIERE)
    (delivery,) = await claim(store, PREMIERE)
    assert (delivery.role_id, delivery.language) == (None, "en")


async def test_nobody_is_given_what_another_has(store: Database, address: Address) -> None:
    await choose(store, *(server(number) for number in range(1, 41)))
    await plan(store, PREMIERE)
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(opened(address)) for _ in range(3)]
        claims = await asyncio.gather(
            *(claim(one, PREMIERE, f"owner {n}", 3) for _ in range(5) for n, one in enumerate([store, *others]))
        )
    taken = [delivery.id for some in claims for delivery in some]
    assert len(taken) == len(set(taken)) == 40
    assert await claim(store, PREMIERE) == []
    assert await claim(store, PREMIERE + LEASE - timedelta(seconds=1)) == []


async def test_what_is_due_first_is_claimed_first(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, seed(premiere="2031-04-12 08:59"))
    await choose(store, server(), server(2))
    await plan(store, utc("2031-04-12 00:00"))
    claimed = [await claim(store, utc("2031-04-12 00:00"), limit=2) for _ in range(3)]
    assert [[delivery.parts[0].due_at.minute for delivery in some] for some in claimed] == [[59, 59], [0, 0], []]


async def test_what_was_sent_is_never_claimed_again(store: Database) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    await store.write(deliveries.begin, delivery.id, "one", PREMIERE)
    await store.write(deliveries.sent, delivery.id, 4242, PREMIERE)
    for later in (LEASE, hours(1), hours(24)):
        await plan(store, PREMIERE + later)
        assert await claim(store, PREMIERE + later) == []
    assert await next_try(store) is None


async def test_who_is_not_heard_of_for_its_lease_loses_it_and_the_doubt_stays(store: Database) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    begun = PREMIERE + timedelta(seconds=1)
    assert await store.write(deliveries.begin, first.id, "one", begun)
    assert await claim(store, PREMIERE + LEASE - timedelta(seconds=1), "two") == []
    (second,) = await claim(store, PREMIERE + LEASE, "two")
    assert second.id == first.id
    assert second.nonce == first.nonce
    assert (second.attempts, second.possibly_sent_since) == (2, begun)
    assert not await store.write(deliveries.begin, first.id, "one", PREMIERE + LEASE), "the first has lost it"
    assert await store.write(deliveries.begin, first.id, "two", PREMIERE + LEASE)
    (third,) = await claim(store, PREMIERE + 2 * LEASE, "three")
    assert third.possibly_sent_since == begun, "in doubt since the first request, not the last"


async def test_who_died_before_it_began_leaves_no_doubt(store: Database) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    (second,) = await claim(store, PREMIERE + LEASE, "two")
    assert second.possibly_sent_since is None


async def test_who_lost_a_delivery_cannot_settle_it(store: Database) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    await claim(store, PREMIERE + LEASE, "two")
    await store.write(deliveries.retry, first.id, "one", PREMIERE, "late answer", possibly_sent_since=None)
    await store.write(deliveries.settle, first.id, "one", "failed", "late answer", PREMIERE)
    assert await store.read(states) == [(100, "sending", None)]


async def test_that_it_arrived_may_be_said_by_anyone(store: Database) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    await claim(store, PREMIERE + LEASE, "two")
    await store.write(deliveries.sent, first.id, 4242, PREMIERE + LEASE)
    assert await claim(store, PREMIERE + 3 * LEASE, "three") == []


@pytest.mark.parametrize("doubt", [pytest.param(True, id="perhaps heard"), pytest.param(False, id="surely not heard")])
async def test_what_failed_is_tried_again_at_its_time(store: Database, doubt: bool) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    await store.write(deliveries.begin, first.id, "one", PREMIERE)
    again = PREMIERE + timedelta(seconds=10)
    await store.write(
        deliveries.retry, first.id, "one", again, "no answer", possibly_sent_since=PREMIERE if doubt else None
    )
    assert await next_try(store) == again
    assert await store.read(states) == [(100, "retrying", "no answer")]
    assert await claim(store, again - timedelta(seconds=1)) == []
    (second,) = await claim(store, again, "two")
    assert (second.nonce, second.attempts) == (first.nonce, 2)
    assert second.possibly_sent_since == (PREMIERE if doubt else None)


async def test_one_that_fails_holds_up_no_other(store: Database) -> None:
    await choose(store, server(), server(2))
    await plan(store, PREMIERE)
    one, two = await claim(store, PREMIERE)
    await store.write(deliveries.settle, one.id, "one", "failed", "Missing Access", PREMIERE)
    await store.write(deliveries.sent, two.id, 4242, PREMIERE)
    assert await store.read(states) == [(100, "failed", "Missing Access"), (200, "sent", None)]


async def test_what_is_late_is_sent_within_its_grace_and_missed_after_it(store: Database) -> None:
    await choose(store, server(), replace(server(2), grace=hours(1)))
    now = PREMIERE + hours(2)
    await plan(store, now)
    assert await store.write(deliveries.expire, now) == 1
    assert await store.read(states) == [(100, "planned", None), (200, "missed", "late")]
    assert [delivery.channel_id for delivery in await claim(store, now)] == [100]
    assert await store.write(deliveries.expire, now) == 0


async def test_what_was_missed_long_ago_is_told_to_the_admin_and_to_nobody_else(store: Database) -> None:
    await choose(store, server())
    now = PREMIERE + timedelta(days=10)
    await plan(store, now)
    await store.write(deliveries.expire, now)
    assert await claim(store, now) == []
    lately = await store.read(outcomes.lately, 1, 10)
    assert {(one.state, one.reason) for one in lately} == {("missed", "late")}
    assert PREMIERE in {one.due_at for one in lately}


async def test_the_last_moment_of_grace_is_not_too_late(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE)
    assert await store.write(deliveries.expire, PREMIERE + GRACE) == 0
    assert await store.write(deliveries.expire, PREMIERE + GRACE + timedelta(seconds=1)) == 1


async def test_what_may_have_arrived_is_not_called_missed(store: Database) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    await store.write(deliveries.begin, delivery.id, "one", PREMIERE)
    await store.write(deliveries.retry, delivery.id, "one", PREMIERE + LEASE, "no answer", possibly_sent_since=PREMIERE)
    assert await store.write(deliveries.expire, PREMIERE + hours(24)) == 0
    (again,) = await claim(store, PREMIERE + hours(24), "two")
    assert again.possibly_sent_since == PREMIERE


async def test_what_is_being_sent_is_not_called_missed(store: Database) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    assert await store.write(deliveries.expire, PREMIERE + hours(24)) == 0


async def test_an_admin_sees_what_became_of_the_last_deliveries(store: Database) -> None:
    await choose(store, server(), server(2))
    await send_all(store, PREMIERE)
    await plan(store, utc("2031-04-12 00:00"))
    for delivery in await claim(store, utc("2031-04-12 00:00")):
        await store.write(deliveries.settle, delivery.id, "one", "failed", "Missing Access", PREMIERE)
    lately = await store.read(outcomes.lately, 1, 10)
    assert [(one.channel_id, one.state, one.reason) for one in lately] == [
        (100, "failed", "Missing Access"),
        (100, "sent", None),
    ]
    assert lately[1].message_id is not None
    assert lately == (await store.read(outcomes.lately, 1, 1)) + lately[1:]
    assert await store.read(outcomes.lately, 3, 10) == []


async def test_nothing_to_do_is_nothing_to_wait_for(store: Database) -> None:
    assert await next_try(store) is None
    assert await plan(store, PREMIERE) == 0
    assert await claim(store, PREMIERE) == []
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert await next_try(store) == PREMIERE


async def test_the_pulse_changes_with_the_catalogue_and_with_what_servers_chose(
    store: Database, tmp_path: Path
) -> None:
    async def revisions() -> tuple[int, int]:
        return (await store.read(deliveries.pulse)).revisions

    seen = [await revisions()]
    await choose(store, server())
    seen.append(await revisions())
    await choose(store, replace(server(), zone=NEW_YORK))
    seen.append(await revisions())
    await store.write(subscriptions.end, 1, PREMIERE)
    seen.append(await revisions())
    await reseed(store, tmp_path, seed(status="cancelled"))
    seen.append(await revisions())
    assert len(set(seen)) == len(seen)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE)
    assert await revisions() == seen[-1]


async def test_a_doubt_is_as_old_as_the_first_request(store: Database) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    await store.write(deliveries.begin, first.id, "one", PREMIERE)
    given_up = PREMIERE + timedelta(minutes=1)
    await store.write(deliveries.retry, first.id, "one", given_up, "no answer", possibly_sent_since=given_up)
    (second,) = await claim(store, given_up, "two")
    assert second.possibly_sent_since == PREMIERE, "the message may stand from then on"
