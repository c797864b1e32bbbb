"""What servers asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.announcements.hours import Audience
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ANNOUNCED, Subscription, Threads
from bot.catalogue.model import EventKind
from bot.catalogue.when import SEOUL
from bot.store import deliveries, subscriptions
from bot.store.database import Database
from tests.helpers import hours, utc
from tests.store.dated import (
    NEW_YORK,
    PREMIERE,
    SETUP,
    choose,
    claim,
    next_try,
    plan,
    server,
    states,
)


async def test_a_choice_is_kept_as_it_was_made(store: Database) -> None:
    chosen = Subscription(
        guild_id=7,
        channel_id=70,
        since=SETUP,
        role_id=700,
        language="ko",
        zone=NEW_YORK,
        kinds=[EventKind.FINALE, EventKind.PREMIERE],
        stages=[Stage.NOW, Stage.DAY_AHEAD],
        grace=hours(2),
        quiet="22:00-08:00",
        digest="mon-18",
        followed_only=True,
        threads=Threads.SUBJECT,
        lock_after=hours(3),
        guild_events=True,
    )
    await choose(store, chosen)
    assert await store.read(subscriptions.of_guild, 7) == [chosen]
    assert await store.read(subscriptions.of_channel, 7, 70) == chosen
    assert await store.read(subscriptions.of_channel, 8, 70) is None
    assert await store.read(subscriptions.of_guild, 8) == []
    assert await store.read(subscriptions.wanted) == (
        [Audience(NEW_YORK, "22:00-08:00", "mon-18")],
        {Stage.NOW, Stage.DAY_AHEAD},
    )


async def test_another_choice_for_a_channel_takes_the_place_of_the_first(store: Database) -> None:
    await choose(store, server(), server(2), replace(server(zone=NEW_YORK), role_id=None, language="en"))
    (found,) = await store.read(subscriptions.of_guild, 1)
    assert (found.zone, found.role_id, found.language) == (NEW_YORK, None, "en")
    assert (await store.read(subscriptions.wanted))[0] == [Audience(NEW_YORK), Audience(SEOUL)]


async def test_choosing_again_for_a_channel_keeps_since_when_it_holds(store: Database) -> None:
    await choose(store, server(), server(since=PREMIERE + hours(1), kinds=(EventKind.PREMIERE,)))
    (found,) = await store.read(subscriptions.of_guild, 1)
    assert found.since == SETUP
    assert await plan(store, PREMIERE + hours(2)) == 1, "what is a little late is still told"


async def test_several_channels_of_a_server_are_each_told_what_was_chosen_for_them(store: Database) -> None:
    await choose(store, server(kinds=(EventKind.PREMIERE,)), server(channel=101, kinds=(EventKind.OST_RELEASE,)))
    assert await plan(store, PREMIERE) == 1
    assert await plan(store, utc("2031-04-12 00:00")) == 1
    assert await store.read(states) == [(100, "planned", None), (101, "planned", None)]


async def test_there_is_an_end_to_the_channels_of_a_server(store: Database) -> None:
    await choose(store, *(server(channel=number) for number in range(subscriptions.MAX_CHANNELS)))
    one_more = server(channel=subscriptions.MAX_CHANNELS)
    assert not await store.write(subscriptions.choose, one_more, SETUP)
    assert await store.write(subscriptions.choose, server(channel=3, zone=NEW_YORK), SETUP), "one of them may change"
    assert await store.write(subscriptions.choose, server(2), SETUP), "and others have their own"


async def test_another_channel_starts_anew(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert await store.write(subscriptions.move, 1, 100, 101, PREMIERE + hours(1))
    (found,) = await store.read(subscriptions.of_guild, 1)
    assert (found.channel_id, found.since) == (101, PREMIERE + hours(1))
    assert await store.read(states) == [(100, "withdrawn", "off")]
    assert await plan(store, PREMIERE + hours(2)) == 0
    assert await claim(store, PREMIERE + hours(2)) == []


async def test_what_was_planned_moves_to_another_channel_before_its_time(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=2))
    await store.write(subscriptions.move, 1, 100, 101, PREMIERE - timedelta(minutes=1))
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert [delivery.channel_id for delivery in await claim(store, PREMIERE)] == [101]


async def test_a_channel_that_is_told_something_is_not_moved_to(store: Database) -> None:
    await choose(store, server(), server(channel=101))
    assert not await store.write(subscriptions.move, 1, 100, 101, PREMIERE)
    assert [one.channel_id for one in await store.read(subscriptions.of_guild, 1)] == [100, 101]


@pytest.mark.parametrize(
    ("change", "then"),
    [
        pytest.param({"kinds": (EventKind.FINALE,)}, (100, "withdrawn", "not chosen"), id="it is not wanted any more"),
        pytest.param({"language": "en"}, (100, "planned", None), id="it is still wanted"),
        pytest.param({"quiet": "21:00-23:00"}, (100, "planned", None), id="it is wanted later"),
    ],
)
async def test_what_waits_is_planned_anew_when_a_choice_changes(
    store: Database, change: dict[str, Any], then: tuple[int, str, str | None]
) -> None:
    await choose(store, server())
    await plan(store, PREMIERE - timedelta(minutes=2))
    await store.write(subscriptions.choose, replace(server(), **change), PREMIERE - timedelta(minutes=1))
    await plan(store, PREMIERE - timedelta(minutes=1))
    assert await store.read(states) == [then]
    end_of_quiet = utc("2031-04-05 14:00")
    assert await next_try(store) == (None if "kinds" in change else end_of_quiet if "quiet" in change else PREMIERE)


async def test_what_is_a_little_late_is_planned_anew_and_what_would_be_too_late_keeps_its_place(
    store: Database,
) -> None:
    night = replace(server(), quiet="21:00-10:00", grace=hours(2))
    morning = utc("2031-04-06 01:00")
    for late, then in ((hours(1), PREMIERE), (hours(3), morning)):
        await store.write(subscriptions.end, 1, SETUP)
        await choose(store, night)
        await plan(store, PREMIERE)
        assert await next_try(store) == morning
        await store.write(subscriptions.choose, replace(night, quiet=""), PREMIERE + late)
        await plan(store, PREMIERE + late)
        assert await store.write(deliveries.expire, PREMIERE + late) == 0
        assert await next_try(store) == then


async def test_turning_off_withdraws_what_was_planned_there_only(store: Database) -> None:
    await choose(store, server(), server(2))
    await plan(store, PREMIERE)
    assert await store.write(subscriptions.end, 1, PREMIERE) is True
    assert await store.write(subscriptions.end, 1, PREMIERE) is False
    assert await store.read(subscriptions.of_guild, 1) == []
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
    await choose(store, server(1, channel=5), server(2, channel=5, zone=NEW_YORK))
    assert await store.read(subscriptions.of_guild, 1) == [
        replace(server(1, channel=5), kinds=list(ANNOUNCED), stages=[Stage.NOW])
    ]
    assert await store.read(subscriptions.of_guild, 2) == []
