"""Dates that change after something was planned or told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS
from bot.catalogue.model import EventKind
from bot.catalogue.when import SEOUL
from bot.store import deliveries, post_actions
from bot.store.database import Database
from tests.helpers import apply, hours, utc, write
from tests.store.dated import (
    KIRITIMATI,
    LEASE,
    NEW_YORK,
    PREMIERE,
    choose,
    claim,
    plan,
    planned_and_claimed,
    reseed,
    seed,
    send_all,
    server,
    states,
)

MORNING = utc("2031-04-12 00:00")
"""Nine in Seoul, when the song is announced."""


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(seed(status="cancelled"), id="cancelled"),
        pytest.param(seed(status="postponed"), id="postponed"),
        pytest.param(seed(premiere="2031-04-06 21:20"), id="moved by a day"),
        pytest.param(seed(premiere="2031-04-05 22:00"), id="moved by minutes"),
        pytest.param(seed(premiere="2031-04"), id="less is known"),
    ],
)
async def test_what_was_planned_for_a_date_that_changed_is_withdrawn(
    store: Database, tmp_path: Path, change: str
) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=3))
    await reseed(store, tmp_path, change)
    await plan(store, PREMIERE - timedelta(minutes=2))
    assert await store.read(states) == [(100, "withdrawn", "changed")]
    assert await claim(store, PREMIERE) == []


async def test_what_was_to_be_tried_again_is_withdrawn_as_well(store: Database, tmp_path: Path) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    await store.write(deliveries.retry, delivery.id, "one", PREMIERE + LEASE, "rate limited", possibly_sent_since=None)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE)
    assert await store.read(states) == [(100, "withdrawn", "changed")]


async def test_what_a_dead_process_had_not_begun_to_send_is_withdrawn_as_well(store: Database, tmp_path: Path) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE + LEASE)
    assert await claim(store, PREMIERE + LEASE, "two") == []


async def test_a_sender_that_stalled_does_not_begin_what_was_withdrawn_meanwhile(
    store: Database, tmp_path: Path
) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE + LEASE)
    assert await store.read(states) == [(100, "withdrawn", "changed")]
    assert not await store.write(deliveries.begin, delivery.id, "one", PREMIERE + LEASE)


async def test_a_date_that_moved_before_it_was_told_is_told_once_at_its_new_time(
    store: Database, tmp_path: Path
) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=3))
    await reseed(store, tmp_path, seed(premiere="2031-04-05 22:00"))
    later = PREMIERE + timedelta(minutes=40)
    assert await send_all(store, PREMIERE) == 0
    assert await send_all(store, later) == 1
    assert await send_all(store, later + hours(1)) == 0


async def test_words_and_sources_may_change_without_another_announcement(store: Database, tmp_path: Path) -> None:
    await choose(store, server())
    assert await send_all(store, PREMIERE) == 1
    await reseed(store, tmp_path, seed(status="released"))
    assert await send_all(store, PREMIERE + timedelta(minutes=1)) == 0


@pytest.mark.parametrize(
    "zone", [pytest.param(SEOUL, id="Seoul"), pytest.param(KIRITIMATI, id="east"), pytest.param(NEW_YORK, id="west")]
)
async def test_a_day_whose_minute_becomes_known_is_not_told_again(store: Database, tmp_path: Path, zone: str) -> None:
    await choose(store, server(zone=zone, kinds=(EventKind.OST_RELEASE,)))
    told = 0
    for hour in range(72):
        if hour == 40:  # 12 April, 16:00 UTC: the day was announced everywhere
            await reseed(store, tmp_path, seed(song="2031-04-12 18:00"))
        told += await send_all(store, utc("2031-04-11 00:00") + hours(hour))
    assert told == 1


async def test_a_day_whose_minute_becomes_known_ahead_of_it_is_not_told_again(store: Database, tmp_path: Path) -> None:
    await choose(store, server(kinds=(EventKind.OST_RELEASE,)))
    assert await send_all(store, utc("2031-04-12 00:00")) == 1
    await reseed(store, tmp_path, seed(song="2031-04-12 18:00"))
    assert await send_all(store, utc("2031-04-12 09:00")) == 0


async def test_an_evening_in_seoul_that_is_tomorrow_at_the_server_is_the_same_date(
    store: Database, tmp_path: Path
) -> None:
    await choose(store, server(zone="Pacific/Auckland", kinds=(EventKind.OST_RELEASE,)))
    assert await send_all(store, utc("2031-04-11 21:00")) == 1
    await reseed(store, tmp_path, seed(song="2031-04-12 21:20"))
    assert await send_all(store, utc("2031-04-12 12:20")) == 0


async def test_two_days_in_seoul_that_are_one_at_the_server_are_two_dates(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, seed(song="2031-04-12 18:00"))
    await choose(store, server(zone="America/Los_Angeles", kinds=(EventKind.OST_RELEASE,)))
    assert await send_all(store, utc("2031-04-12 09:00")) == 1
    await reseed(store, tmp_path, seed(song="2031-04-13 15:00"))
    assert await send_all(store, utc("2031-04-13 06:00")) == 1


@pytest.mark.parametrize(
    ("first", "at", "then", "again"),
    [
        pytest.param("2031-04-12", "2031-04-12 00:00", "2031-04-19", "2031-04-19 00:00", id="a week"),
        pytest.param("2031-04-12", "2031-04-12 00:00", "2031-04-13 18:00", "2031-04-13 09:00", id="the next evening"),
        pytest.param("2031-04-12", "2031-04-12 00:00", "2031-04-13", "2031-04-13 00:00", id="the next day"),
        pytest.param("2031-04-12 18:00", "2031-04-12 09:00", "2031-04-13 18:00", "2031-04-13 09:00", id="24 hours"),
        pytest.param(
            "2031-04-12 22:00",
            "2031-04-12 13:00",
            "2031-04-13 18:00",
            "2031-04-13 09:00",
            id="the next day, earlier in it",
        ),
    ],
)
async def test_a_date_that_moved_to_another_day_after_it_was_told_is_told_again(
    store: Database, tmp_path: Path, first: str, at: str, then: str, again: str
) -> None:
    await reseed(store, tmp_path, seed(song=first))
    await choose(store, server(kinds=(EventKind.OST_RELEASE,)))
    assert await send_all(store, utc(at)) == 1
    await reseed(store, tmp_path, seed(song=then))
    assert await send_all(store, utc(at) + hours(1)) == 0
    assert await send_all(store, utc(again)) == 1


async def test_a_day_that_was_over_when_a_later_one_was_told_was_not_missed(store: Database, tmp_path: Path) -> None:
    await choose(store, server(kinds=(EventKind.OST_RELEASE,)))
    assert await send_all(store, MORNING) == 1
    await reseed(store, tmp_path, seed(song="2031-04-10"))
    await plan(store, MORNING + hours(1))
    await store.write(deliveries.expire, MORNING + hours(1))
    assert [state for _, state, _ in await store.read(states)] == ["sent"]


async def test_a_moved_date_that_becomes_more_exact_has_not_moved_again(store: Database, tmp_path: Path) -> None:
    await choose(store, replace(server(kinds=(EventKind.OST_RELEASE,)), stages=(*ALWAYS, Stage.DAY_AHEAD)))
    assert await send_all(store, utc("2031-04-11 00:00")) == 1, "the reminder"
    now = utc("2031-04-11 01:00")
    await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-19")), now=now)
    assert await send_all(store, now) == 1
    now += hours(1)
    await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-19 18:00")), now=now)
    assert await send_all(store, now) == 0
    now += hours(1)
    await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-12")), now=now)
    assert await send_all(store, now) == 1, "back to where it was"


async def in_doubt(store: Database) -> deliveries.Delivery:
    """The announcement of 12 April, of which nobody knows whether it was posted."""
    await choose(store, server(kinds=(EventKind.OST_RELEASE,)))
    delivery = await planned_and_claimed(store, utc("2031-04-12 00:00"))
    await store.write(deliveries.begin, delivery.id, "one", MORNING)
    await store.write(
        deliveries.retry, delivery.id, "one", MORNING + hours(1), "no answer", possibly_sent_since=MORNING
    )
    return delivery


async def revision(store: Database) -> int:
    return (await store.read(deliveries.pulse)).revisions[1]


async def test_what_may_have_been_told_of_a_day_is_not_told_again_until_it_is_known(
    store: Database, tmp_path: Path
) -> None:
    await in_doubt(store)
    await reseed(store, tmp_path, seed(song="2031-04-12 09:01"))
    assert await plan(store, MORNING + timedelta(minutes=2)) == 0


async def test_what_turns_out_not_to_have_been_told_is_planned_by_its_new_date(store: Database, tmp_path: Path) -> None:
    delivery = await in_doubt(store)
    await reseed(store, tmp_path, seed(song="2031-04-12 09:01"))
    await plan(store, MORNING + hours(1))
    await claim(store, MORNING + hours(1), "two")
    before = await revision(store)
    await store.write(deliveries.drop, delivery.id, "two", [(delivery.id, "withdrawn", "changed")], MORNING + hours(1))
    assert await revision(store) > before, "and the publishers learn of it"
    assert await plan(store, MORNING + hours(1)) == 1


@pytest.mark.parametrize("known", [pytest.param(True, id="found"), pytest.param(False, id="uncertain")])
async def test_what_turns_out_to_have_been_told_is_corrected(store: Database, tmp_path: Path, known: bool) -> None:
    delivery = await in_doubt(store)
    await choose(store, replace(server(kinds=(EventKind.OST_RELEASE,)), stages=ALWAYS))
    now = MORNING + hours(1)
    await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-19")), now=now)
    assert await plan(store, now) == 0, "nothing is known to have been told"
    await claim(store, now, "two")
    before = await revision(store)
    if known:
        await store.write(deliveries.sent, delivery.id, 4242, now)
    else:
        await store.write(deliveries.settle, delivery.id, "two", "uncertain", "unreadable", now)
    assert await revision(store) > before, "the publishers learn of it"
    assert await plan(store, now) == 1
    (correction,) = await claim(store, now)
    assert correction.parts[0].stage is Stage.MOVED


async def test_a_post_that_is_found_after_its_correction_is_edited_too(store: Database, tmp_path: Path) -> None:
    await choose(store, replace(server(kinds=(EventKind.OST_RELEASE,)), stages=(*ALWAYS, Stage.DAY_AHEAD)))
    assert await send_all(store, MORNING - timedelta(days=1)) == 1
    delivery = await planned_and_claimed(store, MORNING)
    now = MORNING + timedelta(minutes=1)
    await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-19")), now=now)
    assert await send_all(store, now) == 1
    await store.write(deliveries.sent, delivery.id, 7000, now)
    todo = await store.write(post_actions.claim, now, LEASE, 10)
    assert [(action.kind, action.message_id) for action in todo] == [
        (post_actions.AMEND, 5001),
        (post_actions.AMEND, 7000),
    ]
    assert len({action.told[0].correction_id for action in todo} - {None}) == 1
