"""Deliveries that are told in one message: they are claimed, sent, tried again and settled as one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS
from bot.catalogue.model import EventKind
from bot.store import deliveries, post_actions, subscriptions
from bot.store.database import Database
from tests.helpers import apply, hours, opened, utc, write
from tests.store.dated import LEASE, choose, claim, next_try, plan, send_all, server, states

DROP = utc("2031-04-12 09:00")
"""When the songs are out, 18:00 in Seoul."""


def album(*dates: str, own: str = "2031-04-12 18:00") -> str:
    """Songs of one drama, each with its date; one more of another drama; and an album with a song of a singer."""
    songs = "".join(
        f"""
        [[tracks]]
        slug = "part-{number}"
        sources = ["herald"]
        names = ["Part {number}"]
        performers = ["singer"]
        ost = [{{ work = "moon" }}]
        events = [{{ kind = "ost_release", date = "{date}", status = "confirmed" }}]
        """
        for number, date in enumerate(dates, start=1)
    )
    return f"""
        [[sources]]
        slug = "herald"
        publisher = "The Herald"
        title = "A title"
        url = "https://example.com/1"

        [[people]]
        slug = "singer"
        sources = ["herald"]
        names = ["Singer"]

        [[works]]
        slug = "moon"
        type = "drama"
        sources = ["herald"]
        names = ["Moon"]

        [[works]]
        slug = "sun"
        type = "drama"
        sources = ["herald"]
        names = ["Sun"]

        [[tracks]]
        slug = "of-the-sun"
        sources = ["herald"]
        names = ["Of the Sun"]
        performers = ["singer"]
        ost = [{{ work = "sun" }}]
        events = [{{ kind = "ost_release", date = "{own}", status = "confirmed" }}]
        {songs}
        """


@pytest.fixture
async def store(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, write(tmp_path / "seeds", drama=album(*["2031-04-12 18:00"] * 3)))
        yield database


async def reseed(store: Database, tmp_path: Path, content: str) -> None:
    await apply(store, write(tmp_path / "seeds", drama=content), now=DROP)


def sizes(claimed: Sequence[deliveries.Delivery]) -> list[int]:
    return sorted(len(one.parts) for one in claimed)


async def test_the_songs_of_a_drama_at_one_instant_are_one_message(store: Database) -> None:
    await choose(store, server(), server(2))
    assert await plan(store, DROP) == 8
    claimed = await claim(store, DROP)
    assert sizes(claimed) == [1, 1, 3, 3]
    assert all(one.parts[0].id == one.id for one in claimed)
    assert await claim(store, DROP) == []


async def test_a_batch_that_ends_in_the_middle_takes_the_rest_of_the_message_with_it(store: Database) -> None:
    await choose(store, server(), server(2))
    await plan(store, DROP)
    claimed = [await claim(store, DROP, limit=1) for _ in range(5)]
    assert sorted(size for some in claimed for size in sizes(some)) == [1, 1, 3, 3]


async def test_songs_at_different_times_are_messages_of_their_own(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, album("2031-04-12 18:00", "2031-04-12 18:01", "2031-04-12", own="2032"))
    await choose(store, server())
    await plan(store, DROP + timedelta(minutes=1))
    assert sizes(await claim(store, DROP + timedelta(minutes=1))) == [1, 1, 1]


async def test_all_of_a_message_is_sent_when_it_is(store: Database) -> None:
    await choose(store, server())
    assert await send_all(store, DROP) == 2
    assert [state for _, state, _ in await store.read(states)] == ["sent"] * 4
    assert await next_try(store) is None
    assert await send_all(store, DROP + hours(1)) == 0


@pytest.mark.parametrize("doubt", [pytest.param(True, id="perhaps heard"), pytest.param(False, id="surely not heard")])
async def test_a_message_that_is_tried_again_is_the_same_one(store: Database, doubt: bool) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first = next(one for one in await claim(store, DROP) if len(one.parts) == 3)
    await store.write(deliveries.begin, first.id, "one", DROP)
    again = DROP + timedelta(seconds=10)
    await store.write(
        deliveries.retry, first.id, "one", again, "no answer", possibly_sent_since=DROP if doubt else None
    )
    (second,) = await claim(store, again, "two")
    assert (second.nonce, second.parts) == (first.nonce, first.parts)


async def test_who_dies_leaves_the_whole_message_to_the_next(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first = next(one for one in await claim(store, DROP) if len(one.parts) == 3)
    await store.write(deliveries.begin, first.id, "one", DROP)
    second = next(one for one in await claim(store, DROP + LEASE, "two") if one.id == first.id)
    assert (second.nonce, second.parts, second.possibly_sent_since) == (first.nonce, first.parts, DROP)


async def test_a_song_that_joins_late_is_a_message_of_its_own(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, album("2031-04-12 18:00", "2031-04-12 18:00", own="2032"))
    await choose(store, server())
    await plan(store, DROP)
    (first,) = await claim(store, DROP)
    await store.write(deliveries.begin, first.id, "one", DROP)
    await reseed(store, tmp_path, album(*["2031-04-12 18:00"] * 3, own="2032"))
    await plan(store, DROP)
    (late,) = await claim(store, DROP)
    assert (len(first.parts), len(late.parts)) == (2, 1)
    again = await claim(store, DROP + LEASE, "two")
    assert sizes(again) == [1, 2], "what may stand already is not added to"


async def test_all_of_a_message_fails_when_it_does(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    for one in await claim(store, DROP):
        await store.write(deliveries.settle, one.id, "one", "failed", "Missing Access", DROP)
    assert {(state, reason) for _, state, reason in await store.read(states)} == {("failed", "Missing Access")}
    assert await next_try(store) is None


async def test_what_is_no_longer_true_is_left_out(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first = next(one for one in await claim(store, DROP) if len(one.parts) == 3)
    gone = first.parts[1]
    await store.write(deliveries.drop, first.id, "one", [(gone.id, "withdrawn", "changed")], DROP)
    await store.write(deliveries.sent, first.id, 4242, DROP)
    assert sorted(state for _, state, _ in await store.read(states)) == ["sending", "sent", "sent", "withdrawn"]


async def test_without_its_first_part_the_others_are_told_all_the_same(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first = next(one for one in await claim(store, DROP) if len(one.parts) == 3)
    await store.write(deliveries.drop, first.id, "one", [(first.id, "withdrawn", "changed")], DROP)
    (second,) = await claim(store, DROP)
    assert len(second.parts) == 2
    assert second.nonce != first.nonce


async def test_refusal_is_news_once_until_the_channel_takes_a_message_again(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    assert await store.write(subscriptions.note_refusal, 100, DROP)
    assert not await store.write(subscriptions.note_refusal, 100, DROP)
    (first, *_) = await claim(store, DROP)
    await store.write(deliveries.sent, first.id, 1, DROP)
    assert await store.write(subscriptions.note_refusal, 100, DROP)


async def test_what_another_may_still_be_sending_is_not_taken_into_a_message(store: Database, tmp_path: Path) -> None:
    await reseed(store, tmp_path, album("2031-04-12 18:00", own="2032"))
    await choose(store, server())
    await plan(store, DROP)
    (slow,) = await claim(store, DROP)
    await reseed(store, tmp_path, album("2031-04-12 18:00", "2031-04-12 18:00", own="2032"))
    await plan(store, DROP)
    (late,) = await claim(store, DROP + LEASE, "two", limit=1)
    assert late.id != slow.id
    assert len(late.parts) == 1, "the first is somebody else's until it is claimed"
    assert await store.write(deliveries.begin, slow.id, "one", DROP + LEASE)


async def test_what_waits_for_the_end_of_its_quiet_hours_is_not_told_with_what_comes_before(
    store: Database, tmp_path: Path
) -> None:
    await reseed(store, tmp_path, album("2031-04-12 18:00", own="2032"))
    night = replace(server(), quiet="17:00-08:00", grace=hours(1))
    await choose(store, night)
    await plan(store, DROP)
    evening = DROP + hours(3)  # too late to plan it anew: it keeps its place
    await store.write(subscriptions.choose, replace(night, quiet="17:00-10:00"), evening)
    await reseed(store, tmp_path, album("2031-04-12 18:00", "2031-04-12 18:00", own="2032"))
    await plan(store, evening)
    (first,) = await claim(store, utc("2031-04-12 23:00"))
    assert len(first.parts) == 1
    await store.write(deliveries.sent, first.id, 4242, utc("2031-04-12 23:00"))
    ten = utc("2031-04-13 01:00")
    assert await next_try(store) == ten
    assert sizes(await claim(store, ten)) == [1]


async def test_what_waits_for_a_channel_is_tried_once_it_takes_another_message(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first, second = await claim(store, DROP)
    for one in (first, second):
        await store.write(deliveries.retry, one.id, "one", DROP + hours(1), "refused", possibly_sent_since=None)
    await store.write(subscriptions.note_refusal, 100, DROP)
    await store.write(deliveries.sent, first.id, 4242, DROP + timedelta(minutes=1))
    (again,) = await claim(store, DROP + timedelta(minutes=1), "two")
    assert again.id == second.id


# Digests


async def digest_server(store: Database, digest: str, **change: Any) -> None:
    await choose(store, replace(server(), digest=digest, stages=ALWAYS, **change))


async def test_reminders_are_told_in_the_digest_of_their_day(store: Database) -> None:
    await digest_server(store, "daily-09")
    await store.write(
        subscriptions.choose, replace(server(), digest="daily-09", stages=(*ALWAYS, Stage.DAY_AHEAD)), DROP
    )
    assert await send_all(store, utc("2031-04-11 00:00")) == 1
    assert await send_all(store, utc("2031-04-12 00:00")) == 1


async def test_a_digest_tells_what_is_ahead_in_one_message(store: Database) -> None:
    await digest_server(store, "daily-09")
    morning = utc("2031-04-12 00:00")  # nine in Seoul
    await plan(store, morning - timedelta(minutes=5))
    assert await next_try(store) == morning
    (digest,) = await claim(store, morning)
    assert digest.digest
    assert {part.stage for part in digest.parts} == {Stage.NOW}
    assert len(digest.parts) == 4
    await store.write(deliveries.sent, digest.id, 4242, morning)
    assert await send_all(store, DROP) == 0, "told once"


async def test_a_weekly_digest_tells_of_the_whole_week(store: Database) -> None:
    await digest_server(store, "mon-09")
    monday = utc("2031-04-07 00:00")
    assert await send_all(store, monday) == 1
    assert await send_all(store, DROP) == 0


async def test_what_comes_up_after_its_digest_is_told_by_itself_at_its_time(store: Database, tmp_path: Path) -> None:
    await digest_server(store, "mon-09")
    assert await send_all(store, utc("2031-04-07 00:00")) == 1
    noon = utc("2031-04-09 03:00")
    content = album(*["2031-04-12 18:00"] * 3).replace('date = "2031-04-12 18:00"', 'date = "2031-04-11 18:00"', 1)
    await apply(store, write(tmp_path / "seeds", drama=content), now=noon)
    assert await send_all(store, noon) == 1, "that it moved"
    await plan(store, utc("2031-04-11 09:00"))
    assert [one.digest for one in await claim(store, utc("2031-04-11 09:00"))] == [False]


async def test_a_correction_does_not_wait_for_a_digest(store: Database, tmp_path: Path) -> None:
    await digest_server(store, "mon-09")
    assert await send_all(store, utc("2031-04-07 00:00")) == 1
    tuesday = utc("2031-04-08 00:00")
    await apply(store, write(tmp_path / "seeds", drama=album(*["2031-04-19 18:00"] * 3)), now=tuesday)
    await plan(store, tuesday)
    claimed = await claim(store, tuesday)
    assert [one.parts[0].stage for one in claimed] == [Stage.MOVED]
    assert sizes(claimed) == [3], "and what moved together is told together"
    await store.write(deliveries.sent, claimed[0].id, 4343, tuesday)
    (amend,) = await store.write(post_actions.claim, tuesday, LEASE, 10)
    assert (amend.kind, amend.message_id) == (post_actions.AMEND, 5001)
    assert sorted(bool(told.correction_id) for told in amend.told) == [False, True, True, True]


async def test_a_new_server_is_told_one_by_one_until_its_first_digest(store: Database) -> None:
    await digest_server(store, "mon-09", since=utc("2031-04-09 00:00"))
    assert await send_all(store, utc("2031-04-09 01:00")) == 0
    await plan(store, DROP)
    assert {one.digest for one in await claim(store, DROP)} == {False}


async def test_after_a_time_away_a_digest_tells_what_is_still_ahead(store: Database) -> None:
    await digest_server(store, "mon-09")
    friday = utc("2031-04-11 12:00")
    await plan(store, friday)
    (digest,) = await claim(store, friday)
    assert digest.digest
    assert all(part.expires_at > DROP for part in digest.parts if part.stage is Stage.NOW)


# Chores


async def test_chores_are_claimed_with_a_lease_and_done_once(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first, second = await claim(store, DROP)
    await store.write(deliveries.sent, first.id, 4242, DROP, [post_actions.PUBLISH, post_actions.THREAD])
    await store.write(deliveries.sent, second.id, 4243, DROP)
    assert await next_try(store) == DROP
    publish, thread = await store.write(post_actions.claim, DROP, LEASE, 10)
    assert (publish.kind, thread.kind, publish.message_id) == (post_actions.PUBLISH, post_actions.THREAD, 4242)
    assert await store.write(post_actions.claim, DROP, LEASE, 10) == []
    await store.write(post_actions.done, publish)
    await store.write(post_actions.retry, thread, DROP + hours(1))
    (again,) = await store.write(post_actions.claim, DROP + hours(1), LEASE, 10)
    assert (again.kind, again.attempts) == (post_actions.THREAD, 2)
    await store.write(post_actions.done, again)
    assert await next_try(store) is None


async def test_a_message_that_stands_twice_over_has_its_chores_once(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first, _ = await claim(store, DROP)
    for _ in range(2):
        await store.write(deliveries.sent, first.id, 4242, DROP, [post_actions.THREAD])
    assert len(await store.write(post_actions.claim, DROP, LEASE, 10)) == 1


# Turned off while something was under way


async def test_what_may_have_been_heard_when_it_was_turned_off_is_uncertain_and_not_told_again(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    for one in await claim(store, DROP):
        await store.write(deliveries.begin, one.id, "one", DROP)
        await store.write(deliveries.retry, one.id, "one", DROP + hours(1), "no answer", possibly_sent_since=DROP)
    await store.write(subscriptions.end, 1, DROP)
    assert {state for _, state, _ in await store.read(states)} == {"uncertain"}
    await choose(store, server())
    assert await send_all(store, DROP + timedelta(minutes=1)) == 0


async def test_what_was_surely_not_heard_when_it_was_turned_off_is_told_once_it_is_on_again(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    for one in await claim(store, DROP):
        await store.write(deliveries.retry, one.id, "one", DROP + hours(1), "rate limited", possibly_sent_since=None)
    await store.write(subscriptions.end, 1, DROP)
    assert {state for _, state, _ in await store.read(states)} == {"withdrawn"}
    await choose(store, server())
    await plan(store, DROP + timedelta(minutes=1))
    assert sizes(await claim(store, DROP + timedelta(minutes=1))) == [1, 3]


async def test_what_is_on_again_with_less_chosen_is_told_no_more_than_that(store: Database, tmp_path: Path) -> None:
    songs, dated = album(*["2031-04-12 18:00"] * 3), 'events = [{ kind = "premiere", date = "2031-04-12 18:00"'
    with_premiere = songs.replace('names = ["Moon"]', f'names = ["Moon"]\n{dated}, status = "confirmed" }}]')
    await apply(store, write(tmp_path / "seeds", drama=with_premiere))
    await choose(store, server())
    await plan(store, DROP)
    for one in await claim(store, DROP):
        await store.write(deliveries.retry, one.id, "one", DROP + hours(1), "rate limited", possibly_sent_since=None)
    await store.write(subscriptions.end, 1, DROP)
    now = DROP + timedelta(minutes=1)
    await choose(store, replace(server(), kinds=(EventKind.PREMIERE,)))
    await plan(store, now)
    assert sizes(await claim(store, now)) == [1]


async def test_who_lost_a_message_leaves_nothing_out_of_it(store: Database) -> None:
    await choose(store, server())
    await plan(store, DROP)
    first = next(one for one in await claim(store, DROP) if len(one.parts) == 3)
    await claim(store, DROP + LEASE, "two")
    await store.write(deliveries.sent, first.id, 4242, DROP + LEASE)
    gone = (first.parts[1].id, "withdrawn", "changed")
    await store.write(deliveries.drop, first.id, "one", [gone], DROP + LEASE)
    assert sorted(state for _, state, _ in await store.read(states)) == ["sending", "sent", "sent", "sent"]


async def test_a_chore_that_is_wanted_again_while_it_is_done_is_done_again(store: Database, tmp_path: Path) -> None:
    await digest_server(store, "mon-09")
    assert await send_all(store, utc("2031-04-07 00:00")) == 1
    content, now = album(*["2031-04-12 18:00"] * 3), utc("2031-04-08 00:00")
    started: list[post_actions.PostAction] = []
    for number in (1, 2):
        content = content.replace('date = "2031-04-12 18:00"', 'date = "2031-04-19 18:00"', 1)
        await apply(store, write(tmp_path / "seeds", drama=content), now=now + hours(number))
        assert await send_all(store, now + hours(number)) == 1
        if not started:
            started = await store.write(post_actions.claim, now + hours(number), LEASE, 10)
    (slow,) = started
    await store.write(post_actions.done, slow)
    await store.write(post_actions.retry, slow, now + hours(9))
    (again,) = await store.write(post_actions.claim, now + hours(2), LEASE, 10)
    assert sum(told.correction_id is not None for told in again.told) == 2
