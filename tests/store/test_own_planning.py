"""What is announced of a server's own events: to its channels alone, each thing once, and in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.announcements import schedule
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ANNOUNCED, Subscription
from bot.catalogue.model import EventKind, Kind, Ref
from bot.store import agenda, deliveries, occasions, planning, subject_roles, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.planning import MOST_AT_ONCE
from bot.store.sqlite import restoring
from tests.helpers import hours, utc
from tests.store.dated import choose, claim, server
from tests.store.own import NOW, SATURDAY, WEEKLY, add, draft, items

BEGINS = utc("2031-04-05 12:20")
MINUTE = timedelta(minutes=1)
EVERYTHING = tuple(Stage)


def channel(number: int = 1, **chosen: object) -> Subscription:
    """A channel that wants every reminder, unless it is said to want something else."""
    return replace(server(number), **{"stages": EVERYTHING, **chosen})


async def look(store: Database, now: datetime) -> None:
    """Plan as the publisher does."""
    for guild_id in await store.read(agenda.due, now, 200):
        await store.write(planning.plan_own, guild_id, now)


async def pass_until(store: Database, until: datetime, since: datetime = NOW) -> None:
    """Let time pass, as the publisher sees it: plan when that is due, and send what is."""
    now = since
    while now <= until:
        await look(store, now)
        for delivery in await claim(store, now, limit=100):
            await store.write(deliveries.sent, delivery.id, delivery.id + 5000, now)
        following = await store.read(_next)
        now = max(now + MINUTE, min(following or until + MINUTE, until + MINUTE))


def _next(connection: Connection) -> datetime | None:
    return deliveries.pulse(connection).next_try


def told(connection: Connection) -> list[tuple[int, str, str, str]]:
    return connection.execute(
        "SELECT channel_id, stage, send_at, state FROM delivery ORDER BY send_at, channel_id, stage"
    ).fetchall()


async def sent(store: Database) -> list[str]:
    return [f"{channel}: {stage} {at[5:16]}" for channel, stage, at, state in await store.read(told) if state == "sent"]


async def test_channels_of_its_server_are_told_and_no_others(store: Database) -> None:
    await choose(store, channel(1), channel(2), channel(1, channel_id=101))
    await add(store)
    await add(store, 3)
    await pass_until(store, BEGINS)
    assert await sent(store) == [
        "100: reminder_24h 04-04T12:20",
        "101: reminder_24h 04-04T12:20",
        "100: reminder_1h 04-05T11:20",
        "101: reminder_1h 04-05T11:20",
        "100: now 04-05T12:20",
        "101: now 04-05T12:20",
    ]


async def test_the_plan_of_the_catalogue_has_nothing_of_it(store: Database) -> None:
    await choose(store, channel(1), channel(2))
    await add(store)
    dated = await store.read(planning.candidates, schedule.window(BEGINS), schedule.changes(BEGINS))
    assert {one.event.kind for one in dated} == {EventKind.PREMIERE, EventKind.OST_RELEASE, EventKind.FINALE}
    own = await store.read(planning.own_candidates, 1, schedule.window(BEGINS), schedule.changes(BEGINS))
    audiences, stages = await store.read(subscriptions.wanted)
    due = list(schedule.due(own, audiences, BEGINS, stages))
    assert due
    assert await store.write(planning.plan, due) == 0, "not even if it were asked to"


@pytest.mark.parametrize(
    ("kinds", "is_told"),
    [
        pytest.param(ANNOUNCED, True, id="as it is unless chosen"),
        pytest.param(tuple(EventKind), True, id="everything"),
        pytest.param((EventKind.WATCH_PARTY,), True, id="that kind"),
        pytest.param((EventKind.PREMIERE, EventKind.OST_RELEASE, EventKind.CONCERT), False, id="others"),
    ],
)
async def test_a_channel_is_told_the_kinds_it_chose(
    store: Database, kinds: tuple[EventKind, ...], is_told: bool
) -> None:
    await choose(store, channel(kinds=kinds))
    await add(store)
    await pass_until(store, BEGINS)
    assert bool(await sent(store)) is is_told


async def test_what_is_the_servers_own_counts_as_followed(store: Database) -> None:
    await choose(store, channel(followed_only=True, stages=(Stage.NOW,)))
    await add(store)
    await pass_until(store, BEGINS)
    assert await sent(store) == ["100: now 04-05T12:20"]


async def test_a_day_is_told_in_the_servers_morning_and_not_in_its_quiet_hours(store: Database) -> None:
    await choose(store, channel(zone="America/New_York", stages=(Stage.NOW,), quiet="08:00-10:30"))
    await add(store, time=None, zone="America/New_York")
    await pass_until(store, utc("2031-04-06 00:00"))
    assert await sent(store) == ["100: now 04-05T14:30"]


async def test_a_digest_has_it(store: Database) -> None:
    await choose(store, channel(digest="mon-18", stages=(Stage.NOW,), since=NOW - timedelta(days=9)))
    await add(store, day=date(2031, 4, 12))
    await pass_until(store, utc("2031-04-13 00:00"))
    assert await sent(store) == ["100: now 04-07T09:00"]


async def test_nobody_is_told_that_dates_are_planned(store: Database) -> None:
    await choose(store, channel(stages=(Stage.CONFIRMED, Stage.NOW)))
    await add(store, repeat=WEEKLY)
    await pass_until(store, NOW + hours(24))
    assert await store.read(told) == []


async def test_what_repeats_is_told_each_time_for_longer_than_it_was_planned(store: Database) -> None:
    await choose(store, channel(stages=(Stage.NOW,)))
    await add(store, repeat=replace(WEEKLY, interval=13))
    await pass_until(store, utc("2033-04-30 00:00"))
    assert len(await sent(store)) == 9


async def test_a_skipped_one_is_corrected_where_it_was_told_and_the_others_are_told(store: Database) -> None:
    await choose(store, channel(1), channel(1, channel_id=101, stages=(Stage.NOW, Stage.CANCELLED)))
    ref = await add(store, repeat=replace(WEEKLY, count=2))
    await pass_until(store, BEGINS - hours(20))
    await store.write(occasions.skip, 1, ref.slug, SATURDAY.toordinal(), BEGINS - hours(20))
    await pass_until(store, BEGINS + timedelta(days=7), BEGINS - hours(20))
    assert await sent(store) == [
        "100: reminder_24h 04-04T12:20",
        "100: cancelled 04-04T16:20",
        "100: reminder_7d 04-05T12:20",
        "100: reminder_24h 04-11T12:20",
        "100: reminder_1h 04-12T11:20",
        "100: now 04-12T12:20",
        "101: now 04-12T12:20",
    ]


async def test_a_moved_one_is_corrected_and_told_at_its_new_time(store: Database) -> None:
    await choose(store, channel(stages=(Stage.DAY_AHEAD, Stage.NOW, Stage.MOVED)))
    ref = await add(store)
    await pass_until(store, BEGINS - hours(20))
    to = (date(2031, 4, 6), time(12), "UTC")
    await store.write(occasions.move, 1, ref.slug, 0, to, BEGINS - hours(20))
    await pass_until(store, utc("2031-04-07 00:00"), BEGINS - hours(20))
    assert await sent(store) == [
        "100: reminder_24h 04-04T12:20",
        "100: moved 04-04T16:20",
        "100: reminder_24h 04-05T12:00",
        "100: now 04-06T12:00",
    ]


async def test_an_edit_of_all_moves_what_was_told_and_a_cancellation_takes_it_back(store: Database) -> None:
    await choose(store, channel(stages=(Stage.DAY_AHEAD, Stage.NOW, Stage.MOVED, Stage.CANCELLED)))
    ref = await add(store, repeat=WEEKLY)
    now = BEGINS - hours(20)
    await pass_until(store, now)
    await store.write(occasions.edit, 1, ref.slug, draft(day=date(2031, 4, 5), time=time(23), repeat=WEEKLY), now)
    await pass_until(store, now + hours(1), now)
    await store.write(occasions.cancel, 1, ref.slug, now + hours(1))
    await pass_until(store, BEGINS + timedelta(days=8), now + hours(1))
    assert await sent(store) == [
        "100: reminder_24h 04-04T12:20",
        "100: moved 04-04T16:20",
        "100: cancelled 04-04T17:20",
    ]


async def test_what_was_being_sent_when_it_moved_is_corrected(store: Database) -> None:
    await choose(store, channel(stages=(Stage.NOW, Stage.MOVED)))
    ref = await add(store)
    now = BEGINS - MINUTE
    await look(store, NOW)
    await pass_until(store, now)
    (delivery,) = await claim(store, BEGINS)
    await store.write(deliveries.begin, delivery.id, "one", BEGINS)
    await store.write(occasions.move, 1, ref.slug, 0, (date(2031, 4, 8), time(12), "UTC"), BEGINS)
    await look(store, BEGINS)
    await store.write(deliveries.sent, delivery.id, 5000, BEGINS + MINUTE)
    await pass_until(store, BEGINS + 5 * MINUTE, BEGINS + MINUTE)
    assert await sent(store) == ["100: moved 04-05T12:20", "100: now 04-05T12:20"]


async def test_a_channel_that_changes_its_mind_is_told_as_it_chose_last(store: Database) -> None:
    await choose(store, channel(stages=(Stage.NOW,)))
    await add(store)
    now = BEGINS - 3 * MINUTE
    await pass_until(store, now)
    assert [state for *_, state in await store.read(told)] == ["planned"]
    await choose(store, replace(channel(stages=(Stage.NOW,), kinds=(EventKind.PREMIERE,)), since=now))
    await pass_until(store, BEGINS, now)
    assert await sent(store) == []
    await choose(store, replace(channel(stages=(Stage.NOW,)), since=BEGINS + MINUTE))
    await pass_until(store, BEGINS + 2 * MINUTE, BEGINS + MINUTE)
    assert await sent(store) == ["100: now 04-05T12:20"]


async def test_a_server_that_is_away_is_told_nothing_and_goes_on_when_it_is_back(store: Database) -> None:
    await choose(store, channel(stages=(Stage.NOW,)))
    await add(store, repeat=WEEKLY)
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    await pass_until(store, utc("2031-04-10 00:00"))
    back = utc("2031-04-10 00:00")
    await store.write(subscriptions.sync_guild_membership, [1], back)
    await pass_until(store, utc("2031-04-13 00:00"), back)
    assert await sent(store) == ["100: now 04-12T12:20"]


async def test_servers_are_looked_at_when_something_is_near_and_once_a_day(store: Database) -> None:
    await choose(store, channel(stages=(Stage.NOW,)))
    await add(store)
    await look(store, NOW)
    assert await store.read(_next) == NOW + timedelta(days=1)
    await look(store, BEGINS - hours(20))
    assert await store.read(_next) == BEGINS - schedule.AHEAD
    await store.write(planning.plan_own, 1, BEGINS - hours(19))
    assert await store.read(_next) == BEGINS - schedule.AHEAD, "another process was faster"


async def test_servers_without_any_are_not_looked_at(store: Database) -> None:
    await choose(store, channel(), channel(2))
    ref = await add(store)
    await look(store, NOW)
    await store.write(occasions.cancel, 1, ref.slug, NOW)
    await look(store, NOW)
    assert await store.read(_next) is None


async def test_what_lies_ahead_of_an_admin_has_it_in_its_server_alone(store: Database) -> None:
    await choose(store, channel(1), channel(2))
    await add(store)
    found = {
        guild_id: await store.read(planning.ahead, guild_id, [channel().audience], EVERYTHING, NOW, timedelta(days=5))
        for guild_id in (1, 2)
    }
    own = [plan for plan in found[1] if plan not in found[2] and plan.channel_id == 100]
    assert [
        (plan.stage, plan.send_at) for plan in own if plan.event_id not in {plan.event_id for plan in found[2]}
    ] == [
        (Stage.DAY_AHEAD, BEGINS - hours(24)),
        (Stage.HOUR_AHEAD, BEGINS - hours(1)),
        (Stage.NOW, BEGINS),
    ]
    assert [plan.send_at for plan in found[1]] == sorted(plan.send_at for plan in found[1])


@pytest.mark.parametrize(("count", "messages"), [(MOST_AT_ONCE, MOST_AT_ONCE), (MOST_AT_ONCE + 1, 1)])
async def test_more_than_a_few_at_once_share_a_message(store: Database, count: int, messages: int) -> None:
    await choose(store, channel(stages=(Stage.NOW,)))
    for number in range(count):
        await add(store, title=f"Item {number}")
    await look(store, BEGINS)
    claimed = [one for one in await claim(store, BEGINS, limit=100) if one.channel_id == 100]
    assert sorted(len(one.parts) for one in claimed) == [count // messages] * messages


@pytest.mark.parametrize(("about", "mentioned"), [("paper-moon-station", [77]), (None, [])])
async def test_who_wants_to_be_told_of_a_drama_is_mentioned_in_what_is_about_it(
    store: Database, about: str | None, mentioned: list[int]
) -> None:
    drama = Ref(Kind.WORK, "paper-moon-station")
    await store.write(subject_roles.choose, 1, drama, 77)
    await add(store, about=Ref(Kind.WORK, about) if about else None)
    (item,) = await items(store)
    assert await store.read(subject_roles.mentioned, 1, [item.event.id]) == (
        {item.event.id: mentioned} if about else {}
    )


async def test_after_a_restore_what_may_have_been_told_is_not_told_again_and_the_rest_is(store: Database) -> None:
    await choose(store, channel(kinds=(EventKind.WATCH_PARTY,)))
    await add(store)
    await add(store, title="Weekly", repeat=WEEKLY, time=time(9, 0))
    made_at, restored_at = BEGINS - timedelta(hours=2), BEGINS + timedelta(hours=1)
    await pass_until(store, made_at)
    before = await sent(store)
    # What follows was told by the database that the backup replaces: an hour ahead, and now.
    assert await store.write(restoring.settle_since, made_at, restored_at) == 2
    await pass_until(store, restored_at + timedelta(days=7), restored_at)
    assert [line for line in await sent(store) if line not in before] == [
        "100: reminder_24h 04-11T00:00",
        "100: reminder_1h 04-11T23:00",
        "100: now 04-12T00:00",
        "100: reminder_7d 04-12T00:00",
    ]
