"""What servers asked for, and what is planned, claimed, sent, missed and withdrawn for them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import schedule
from bot.database import Database
from bot.model import EventKind
from bot.schedule import Due
from bot.store import deliveries, subscriptions
from bot.store.deliveries import Delivery
from bot.store.subscriptions import Subscription
from bot.when import SEOUL
from tests.helpers import apply, hours, opened, utc, write

NEW_YORK, KIRITIMATI = "America/New_York", "Pacific/Kiritimati"
LEASE = timedelta(minutes=3)
SETUP = utc("2031-01-01 00:00")
PREMIERE = utc("2031-04-05 12:20")
"""The premiere, 21:20 in Seoul."""


def seed(premiere: str = "2031-04-05 21:20", song: str = "2031-04-12", status: str = "confirmed") -> str:
    return f"""
        [[sources]]
        slug = "herald"
        publisher = "The Herald"

        [[works]]
        slug = "paper-moon-station"
        type = "drama"
        sources = ["herald"]
        names = ["Paper Moon Station"]
        events = [
            {{ kind = "premiere", date = "{premiere}", status = "{status}" }},
            {{ kind = "finale", date = "2031-05-25", status = "confirmed" }},
        ]

        [[tracks]]
        slug = "home"
        sources = ["herald"]
        names = ["Home"]
        ost = [{{ work = "paper-moon-station" }}]
        events = [{{ kind = "ost_release", date = "{song}", status = "{status}" }}]
        """


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "byeol.db"


@pytest.fixture
async def store(path: Path, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(path) as database:
        await apply(database, write(tmp_path / "seeds", drama=seed()))
        yield database


async def reseed(store: Database, tmp_path: Path, content: str) -> None:
    await apply(store, write(tmp_path / "seeds", drama=content))


def server(
    number: int = 1,
    *,
    zone: str = SEOUL,
    kinds: tuple[EventKind, ...] = schedule.ANNOUNCED,
    since: datetime = SETUP,
    channel: int | None = None,
) -> Subscription:
    return Subscription(
        guild_id=number,
        channel_id=channel if channel is not None else number * 100,
        role_id=number * 1000,
        language="ko" if number % 2 else "en",
        zone=zone,
        kinds=kinds,
        stages=(schedule.Stage.NOW,),
        grace=subscriptions.GRACE,
        since=since,
    )


async def choose(store: Database, *chosen: Subscription) -> None:
    for one in chosen:
        await store.write(subscriptions.choose, one)


async def plan(store: Database, now: datetime) -> int:
    """Plan as the publisher does; returns how many are new."""

    def planned(connection: sqlite3.Connection) -> int:
        before = len(states(connection))
        deliveries.plan(connection, list(schedule.due(found, audiences, now, stages)), now)
        return len(states(connection)) - before

    audiences, stages = await store.read(subscriptions.wanted)
    found = await store.read(deliveries.candidates, schedule.window(now), schedule.changes(now))
    return await store.write(planned)


async def next_try(store: Database) -> datetime | None:
    return (await store.read(deliveries.pulse)).next_try


async def claim(store: Database, now: datetime, owner: str = "one", limit: int = 25) -> list[Delivery]:
    return await store.write(deliveries.claim, now, owner, LEASE, limit)


async def planned_and_claimed(store: Database, now: datetime = PREMIERE, owner: str = "one") -> Delivery:
    await plan(store, now)
    (delivery,) = await claim(store, now, owner)
    return delivery


async def send_all(store: Database, now: datetime) -> int:
    """Plan what is due and record all of it as sent; returns how many."""
    await plan(store, now)
    claimed = await claim(store, now)
    for delivery in claimed:
        await store.write(deliveries.sent, delivery.id, delivery.id + 5000, now)
    return len(claimed)


def states(connection: sqlite3.Connection) -> list[tuple[int, str, str | None]]:
    return connection.execute("SELECT channel_id, state, reason FROM delivery ORDER BY id").fetchall()


def due_times(connection: sqlite3.Connection) -> dict[int, str]:
    return dict(connection.execute("SELECT channel_id, due_at FROM delivery").fetchall())


# Subscriptions


async def test_a_choice_is_kept_as_it_was_made(store: Database) -> None:
    chosen = replace(server(7, zone=NEW_YORK, kinds=(EventKind.FINALE, EventKind.PREMIERE)), grace=hours(2))
    await choose(store, chosen)
    found = await store.read(subscriptions.of_guild, 7)
    assert found == replace(chosen, kinds=list(chosen.kinds), stages=list(chosen.stages))
    assert await store.read(subscriptions.of_guild, 8) is None
    assert (await store.read(subscriptions.wanted))[0] == [(NEW_YORK, "")]


async def test_another_choice_takes_the_place_of_the_first(store: Database) -> None:
    await choose(store, server(), server(2), replace(server(zone=NEW_YORK), role_id=None, language="en"))
    found = await store.read(subscriptions.of_guild, 1)
    assert found is not None
    assert (found.zone, found.role_id, found.language) == (NEW_YORK, None, "en")
    assert (await store.read(subscriptions.wanted))[0] == [(NEW_YORK, ""), (SEOUL, "")]


async def test_choosing_again_in_the_same_channel_keeps_since_when_it_holds(store: Database) -> None:
    await choose(store, server(), server(since=PREMIERE + hours(1), kinds=(EventKind.PREMIERE,)))
    found = await store.read(subscriptions.of_guild, 1)
    assert found is not None
    assert found.since == SETUP
    assert await plan(store, PREMIERE + hours(2)) == 1, "what is a little late is still told"


async def test_another_channel_starts_anew(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=1))
    await choose(store, server(channel=101, since=PREMIERE + hours(1)))
    found = await store.read(subscriptions.of_guild, 1)
    assert found is not None
    assert (found.channel_id, found.since) == (101, PREMIERE + hours(1))
    assert await store.read(states) == [(100, "withdrawn", "off")]
    assert await plan(store, PREMIERE + hours(2)) == 0
    assert await claim(store, PREMIERE + hours(2)) == []


async def test_what_was_planned_moves_to_another_channel_before_its_time(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=2))
    await choose(store, server(channel=101, since=PREMIERE - timedelta(minutes=1)))
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert [delivery.channel_id for delivery in await claim(store, PREMIERE)] == [101]


async def test_turning_off_withdraws_what_was_planned_there_only(store: Database) -> None:
    await choose(store, server(), server(2))
    await plan(store, PREMIERE)
    assert await store.write(subscriptions.end, 1, PREMIERE) is True
    assert await store.write(subscriptions.end, 1, PREMIERE) is False
    assert await store.read(subscriptions.of_guild, 1) is None
    assert await store.read(states) == [(100, "withdrawn", "off"), (200, "planned", None)]
    assert [delivery.guild_id for delivery in await claim(store, PREMIERE)] == [2]


async def test_turning_off_and_on_again_before_its_time_loses_nothing(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=4))
    await store.write(subscriptions.end, 1, PREMIERE - timedelta(minutes=3))
    await choose(store, server(since=PREMIERE - timedelta(minutes=2)))
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert len(await claim(store, PREMIERE)) == 1


async def test_one_channel_belongs_to_one_server(store: Database) -> None:
    await choose(store, server(1, channel=5))
    with pytest.raises(sqlite3.IntegrityError):
        await choose(store, server(2, channel=5))
    assert await store.read(subscriptions.of_guild, 2) is None


# Planning


async def test_planning_twice_plans_once(store: Database) -> None:
    await choose(store, server(), server(2))
    assert await plan(store, PREMIERE) == 2
    assert await plan(store, PREMIERE) == 0
    assert await plan(store, PREMIERE + timedelta(minutes=1)) == 0
    assert await store.read(states) == [(100, "planned", None), (200, "planned", None)]


async def test_two_processes_that_plan_at_once_plan_once(store: Database, path: Path) -> None:
    await choose(store, *(server(number) for number in range(1, 21)))
    async with opened(path) as other:
        counts = await asyncio.gather(*(plan(one, PREMIERE) for one in (store, other) * 5))
    assert sum(counts) == 20
    assert Counter(channel for channel, _, _ in await store.read(states)) == Counter(range(100, 2001, 100))


async def one_due(store: Database) -> Due:
    found = await store.read(deliveries.candidates, schedule.window(PREMIERE), schedule.changes(PREMIERE))
    return next(schedule.due(found, [schedule.Audience(SEOUL)], PREMIERE, (schedule.Stage.NOW,)))


async def test_planning_says_how_many_are_new(store: Database) -> None:
    await choose(store, server(), server(2))
    assert await store.write(deliveries.plan, [await one_due(store)], PREMIERE) == 2
    assert await store.write(deliveries.plan, [await one_due(store)], PREMIERE) == 0


async def test_more_than_one_statement_holds_is_planned_all_the_same(store: Database) -> None:
    await choose(store, server())
    wanted = await one_due(store)
    await store.write(
        deliveries.plan, [*[replace(wanted, audience=schedule.Audience("Etc/UTC"))] * 9000, wanted], PREMIERE
    )
    assert await store.read(states) == [(100, "planned", None)]


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
        pytest.param(schedule.ANNOUNCED, ["premiere", "ost_release"], id="as it is unless chosen"),
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

    def planned(connection: sqlite3.Connection) -> list[str]:
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


# Dates that change


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
    await store.write(deliveries.retry, delivery.id, "one", PREMIERE + LEASE, "rate limited", doubt_since=None)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE)
    assert await store.read(states) == [(100, "withdrawn", "changed")]


async def test_what_a_dead_process_had_not_begun_to_send_is_withdrawn_as_well(store: Database, tmp_path: Path) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    await reseed(store, tmp_path, seed(status="cancelled"))
    await plan(store, PREMIERE + LEASE)
    assert await claim(store, PREMIERE + LEASE, "two") == []


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


# Claiming


async def test_what_is_claimed_is_all_that_is_needed_to_send_it(store: Database) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    assert (delivery.guild_id, delivery.channel_id, delivery.role_id, delivery.language) == (1, 100, 1000, "ko")
    assert (delivery.due_at, delivery.expires_at) == (PREMIERE, PREMIERE + subscriptions.GRACE)
    assert (delivery.attempts, delivery.doubt_since) == (1, None)


async def test_a_choice_that_changed_after_planning_is_the_one_that_holds(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE)
    await choose(store, replace(server(), role_id=None, language="en"))
    (delivery,) = await claim(store, PREMIERE)
    assert (delivery.role_id, delivery.language) == (None, "en")


async def test_nobody_is_given_what_another_has(store: Database, path: Path) -> None:
    await choose(store, *(server(number) for number in range(1, 41)))
    await plan(store, PREMIERE)
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(opened(path)) for _ in range(3)]
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
    assert [[delivery.due_at.minute for delivery in some] for some in claimed] == [[59, 59], [0, 0], []]


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
    assert (second.attempts, second.doubt_since) == (2, begun)
    assert not await store.write(deliveries.begin, first.id, "one", PREMIERE + LEASE), "the first has lost it"
    assert await store.write(deliveries.begin, first.id, "two", PREMIERE + LEASE)
    (third,) = await claim(store, PREMIERE + 2 * LEASE, "three")
    assert third.doubt_since == begun, "in doubt since the first request, not the last"


async def test_who_died_before_it_began_leaves_no_doubt(store: Database) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    (second,) = await claim(store, PREMIERE + LEASE, "two")
    assert second.doubt_since is None


async def test_who_lost_a_delivery_cannot_settle_it(store: Database) -> None:
    await choose(store, server())
    first = await planned_and_claimed(store)
    await claim(store, PREMIERE + LEASE, "two")
    await store.write(deliveries.retry, first.id, "one", PREMIERE, "late answer", doubt_since=None)
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
    await store.write(deliveries.retry, first.id, "one", again, "no answer", doubt_since=PREMIERE if doubt else None)
    assert await next_try(store) == again
    assert await store.read(states) == [(100, "retrying", "no answer")]
    assert await claim(store, again - timedelta(seconds=1)) == []
    (second,) = await claim(store, again, "two")
    assert (second.nonce, second.attempts) == (first.nonce, 2)
    assert second.doubt_since == (PREMIERE if doubt else None)


async def test_one_that_fails_holds_up_no_other(store: Database) -> None:
    await choose(store, server(), server(2))
    await plan(store, PREMIERE)
    one, two = await claim(store, PREMIERE)
    await store.write(deliveries.settle, one.id, "one", "failed", "Missing Access", PREMIERE)
    await store.write(deliveries.sent, two.id, 4242, PREMIERE)
    assert await store.read(states) == [(100, "failed", "Missing Access"), (200, "sent", None)]


# Late


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
    lately = await store.read(deliveries.lately, 1, 10)
    assert {(one.state, one.reason) for one in lately} == {("missed", "late")}
    assert PREMIERE in {one.due_at for one in lately}


async def test_the_last_moment_of_grace_is_not_too_late(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE)
    assert await store.write(deliveries.expire, PREMIERE + subscriptions.GRACE) == 0
    assert await store.write(deliveries.expire, PREMIERE + subscriptions.GRACE + timedelta(seconds=1)) == 1


async def test_what_may_have_arrived_is_not_called_missed(store: Database) -> None:
    await choose(store, server())
    delivery = await planned_and_claimed(store)
    await store.write(deliveries.begin, delivery.id, "one", PREMIERE)
    await store.write(deliveries.retry, delivery.id, "one", PREMIERE + LEASE, "no answer", doubt_since=PREMIERE)
    assert await store.write(deliveries.expire, PREMIERE + hours(24)) == 0
    (again,) = await claim(store, PREMIERE + hours(24), "two")
    assert again.doubt_since == PREMIERE


async def test_what_is_being_sent_is_not_called_missed(store: Database) -> None:
    await choose(store, server())
    await planned_and_claimed(store)
    assert await store.write(deliveries.expire, PREMIERE + hours(24)) == 0


# What became of it


async def test_an_admin_sees_what_became_of_the_last_deliveries(store: Database) -> None:
    await choose(store, server(), server(2))
    await send_all(store, PREMIERE)
    await plan(store, utc("2031-04-12 00:00"))
    for delivery in await claim(store, utc("2031-04-12 00:00")):
        await store.write(deliveries.settle, delivery.id, "one", "failed", "Missing Access", PREMIERE)
    lately = await store.read(deliveries.lately, 1, 10)
    assert [(one.channel_id, one.state, one.reason) for one in lately] == [
        (100, "failed", "Missing Access"),
        (100, "sent", None),
    ]
    assert lately[1].message_id is not None
    assert lately == (await store.read(deliveries.lately, 1, 1)) + lately[1:]
    assert await store.read(deliveries.lately, 3, 10) == []


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
