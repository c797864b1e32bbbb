"""Who comes: one answer a member, kept for as long as it is needed, and who is in is reminded once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.announcements.schedule import Stage
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Ref
from bot.catalogue.when import SEOUL
from bot.errors import GoneError, RsvpClosed, RsvpClosedError
from bot.occasions.rsvp import Answer, Headcount
from bot.store import attendee_roles, deliveries, occasions, planning, post_actions, rsvp, subscriptions
from bot.store.attendee_roles import RoleTask
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.rsvp import LAG, Attendee, Pressed, Reminded
from tests.store.dated import choose, claim
from tests.store.own import NOW, WEEKLY, add, draft, items
from tests.store.test_own_planning import BEGINS, MINUTE, channel, look, pass_until

HOUR = timedelta(hours=1)
ROLE = 77


async def asked(store: Database, **said: Any) -> Ref:
    """Plan something that members are asked about."""
    return await add(store, rsvp=True, **said)


async def press(
    store: Database,
    ref: Ref,
    user: int,
    answer: Answer = Answer.IN,
    *,
    now: Any = NOW,
    at: int = 0,
    token: str | None = None,
    guild: int = 1,
    has: Collection[int] = (),
) -> Pressed:
    """Let a member press a button of an occurrence: the first one, or the one after so many."""
    event = [item.event.id for item in await items(store) if item.event.subject.ref == ref][at]
    return await store.write(rsvp.press, guild, ref.slug, event, user, answer, now, token, has)


def rows(connection: Connection) -> list[tuple[int, str]]:
    return connection.execute("SELECT user_id, answer FROM rsvp ORDER BY event_id, user_id").fetchall()


async def test_a_member_has_one_answer_and_takes_it_back(store: Database) -> None:
    ref = await asked(store)
    assert (await press(store, ref, 1)).counts == Headcount(1, 0)
    assert (await press(store, ref, 2, Answer.MAYBE)).counts == Headcount(1, 1)
    changed = await press(store, ref, 1, Answer.MAYBE)
    assert (changed.answer, changed.counts) == (Answer.MAYBE, Headcount(0, 2))
    back = await press(store, ref, 1, Answer.MAYBE)
    assert (back.answer, back.counts) == (None, Headcount(0, 1))
    assert await store.read(rows) == [(2, "maybe")]


async def test_lists_who_is_in_first_in_the_order_of_their_answers(store: Database) -> None:
    ref = await asked(store)
    for minute, (user, answer) in enumerate([(5, Answer.IN), (3, Answer.MAYBE), (4, Answer.IN), (5, Answer.IN)]):
        await press(store, ref, user, answer, now=NOW + minute * MINUTE)
    await press(store, ref, 5, now=NOW + HOUR)
    (event,) = [item.event.id for item in await items(store)]
    found = await store.read(rsvp.attendees, 1, event, 0, 2)
    assert found == [Attendee(4, Answer.IN), Attendee(5, Answer.IN)]
    assert await store.read(rsvp.attendees, 1, event, 1, 2) == [Attendee(3, Answer.MAYBE)]
    assert await store.read(rsvp.attendees, 2, event, 0, 2) == []


async def test_nobody_is_asked_about_what_is_not_there_or_closed(store: Database) -> None:
    ref = await asked(store, lasts=2 * HOUR)
    with pytest.raises(GoneError):
        await press(store, ref, 1, guild=2)
    await press(store, ref, 1, now=BEGINS + HOUR)
    for now, closed, change in [
        (BEGINS + 2 * HOUR, RsvpClosed.OVER, None),
        (NOW, RsvpClosed.OFF, draft(rsvp=False)),
    ]:
        if change is not None:
            await store.write(occasions.edit, 1, ref.slug, change, NOW)
        with pytest.raises(RsvpClosedError) as caught:
            await press(store, ref, 1, now=now)
        assert caught.value.closed is closed
    weekly = await asked(store, title="Weekly", repeat=WEEKLY)
    await press(store, weekly, 1)
    await store.write(occasions.skip, 1, weekly.slug, date(2031, 4, 5).toordinal(), NOW)
    with pytest.raises(RsvpClosedError) as caught:
        await press(store, weekly, 1)
    assert caught.value.closed is RsvpClosed.CANCELLED


async def test_answers_stay_with_an_occurrence_wherever_it_goes(store: Database) -> None:
    ref = await asked(store)
    await press(store, ref, 1)
    await store.write(occasions.move, 1, ref.slug, 0, (date(2031, 4, 12), time(20), SEOUL), NOW)
    await store.write(occasions.edit, 1, ref.slug, draft("Other", rsvp=True, repeat=WEEKLY), NOW)
    assert await store.read(rows) == [(1, "in")]
    assert (await press(store, ref, 2)).counts == Headcount(2, 0)
    assert (await press(store, ref, 2, at=1)).counts == Headcount(1, 0), "each time is asked about by itself"


async def test_answers_are_forgotten_a_week_after_the_end(store: Database) -> None:
    ref, kept = await asked(store, lasts=2 * HOUR), await asked(store, title="Later", day=date(2031, 4, 10))
    await press(store, ref, 1)
    await press(store, kept, 2)
    await store.write(rsvp.keep, 1, BEGINS + 2 * HOUR + timedelta(days=7))
    assert await store.read(rows) == [(1, "in"), (2, "in")]
    await store.write(rsvp.keep, 1, BEGINS + 3 * HOUR + timedelta(days=7))
    assert await store.read(rows) == [(2, "in")]


async def test_the_clock_forgets_them_without_being_asked(store: Database) -> None:
    await choose(store, channel())
    ref = await asked(store)
    await press(store, ref, 1)
    await pass_until(store, BEGINS + timedelta(days=7))
    assert await store.read(rows) == [(1, "in")]
    await pass_until(store, BEGINS + timedelta(days=9), BEGINS + timedelta(days=7))
    assert await store.read(rows) == []


async def test_answers_go_as_soon_as_nobody_is_asked_any_more(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await press(store, ref, 1)
    await store.write(occasions.edit, 1, ref.slug, draft(), NOW)
    await look(store, NOW)
    assert await store.read(rows) == []
    assert [task.wanted for task in await store.write(attendee_roles.claim, NOW + HOUR, 9)] == [False]


async def test_answers_go_at_once_where_the_bot_was_removed(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await press(store, ref, 1)
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    assert await store.read(rows) == []
    assert await store.write(attendee_roles.claim, NOW + HOUR, 9) == []


async def announced(store: Database, *channels: Subscription, until: Any = BEGINS - timedelta(hours=23)) -> None:
    """Let the day-ahead posts of what is planned stand in channels."""
    for one in channels or (channel(),):
        await choose(store, one)
    await pass_until(store, until)


async def counting(store: Database, now: Any) -> list[int]:
    """The messages whose counts are due."""
    claimed = await store.write(post_actions.claim, now, MINUTE, 100)
    for action in claimed:
        await store.write(post_actions.done, action)
    return [action.message_id for action in claimed if action.kind == post_actions.COUNT]


async def test_a_storm_of_presses_is_one_edit_of_each_post(store: Database) -> None:
    ref = await asked(store)
    await announced(store, channel(1), channel(1, channel_id=102))
    now = BEGINS - timedelta(hours=20)
    assert await counting(store, now) == []
    nonces = await store.read(
        lambda c: [nonce for (nonce,) in c.execute("SELECT nonce FROM delivery WHERE state = 'sent' ORDER BY id")]
    )
    shown = [(await press(store, ref, user, now=now, token=nonces[0])).show for user in range(1, 201)]
    assert shown == [True, *[False] * 199]
    assert await counting(store, now) == []
    edited = await counting(store, now + LAG)
    assert len(edited) == len(set(edited)) == len(nonces)
    assert await counting(store, now + HOUR) == []


async def test_a_press_during_an_edit_leads_to_another_one(store: Database) -> None:
    ref = await asked(store)
    await announced(store)
    now = BEGINS - timedelta(hours=20)
    await press(store, ref, 1, now=now)
    claimed = await store.write(post_actions.claim, now + LAG, MINUTE, 100)
    await press(store, ref, 2, now=now + LAG)
    for action in claimed:
        await store.write(post_actions.done, action)
    assert len(await counting(store, now + 2 * LAG)) == len(claimed) > 0


async def reminding(store: Database, now: Any) -> list[tuple[int, str, list[Reminded]]]:
    """Whom the messages mention that are due: each with its channel and stage. They are sent."""
    await look(store, now)
    found: list[tuple[int, str, list[Reminded]]] = []
    for delivery in await claim(store, now, limit=100):
        reminded = await store.write(rsvp.remind, [part.id for part in delivery.parts])
        found.append((delivery.channel_id, delivery.parts[0].stage, reminded))
        await store.write(deliveries.sent, delivery.id, delivery.id + 5000, now)
    return found


async def test_who_is_in_is_reminded_once_by_the_first_message_an_hour_ahead(store: Database) -> None:
    ref = await asked(store)
    for user, answer in ((9, Answer.IN), (8, Answer.MAYBE), (7, Answer.IN)):
        await press(store, ref, user, answer, now=NOW + (10 - user) * MINUTE)
    await announced(store, channel(1), channel(1, channel_id=102), until=BEGINS - 2 * HOUR)
    ahead = await reminding(store, BEGINS - HOUR)
    assert [(stage, who) for _, stage, who in ahead] == [
        (Stage.HOUR_AHEAD, [Reminded(9, None), Reminded(7, None)]),
        (Stage.HOUR_AHEAD, []),
    ]
    assert [who for _, _, who in await reminding(store, BEGINS)] == [[], []]


async def test_who_is_in_is_reminded_at_the_start_where_there_is_no_hour_ahead(store: Database) -> None:
    ref = await asked(store)
    await press(store, ref, 9)
    await announced(store, channel(1, stages=(Stage.DAY_AHEAD, Stage.NOW)), until=BEGINS - 2 * HOUR)
    assert await reminding(store, BEGINS - HOUR) == []
    assert [who for _, _, who in await reminding(store, BEGINS)] == [[Reminded(9, None)]]


async def test_a_message_that_was_not_sent_gives_way_to_another(store: Database) -> None:
    ref = await asked(store)
    await press(store, ref, 9)
    await announced(store, channel(1), channel(1, channel_id=102), until=BEGINS - 2 * HOUR)
    now = BEGINS - HOUR
    await look(store, now)
    first, second = await claim(store, now, limit=100)
    assert await store.write(rsvp.remind, [first.id]) == [Reminded(9, None)]
    assert await store.write(rsvp.remind, [second.id]) == [], "the first is being sent"
    await store.write(deliveries.retry, first.id, "one", now + MINUTE, "refused", possibly_sent_since=None)
    assert await store.write(rsvp.remind, [second.id]) == [Reminded(9, None)]
    assert await store.write(rsvp.remind, [first.id]) == []


async def test_a_message_in_doubt_gives_way_to_none(store: Database) -> None:
    ref = await asked(store)
    await press(store, ref, 9)
    await announced(store, channel(1), channel(1, channel_id=102), until=BEGINS - 2 * HOUR)
    now = BEGINS - HOUR
    await look(store, now)
    first, second = await claim(store, now, limit=100)
    await store.write(rsvp.remind, [first.id])
    await store.write(deliveries.retry, first.id, "one", now + MINUTE, "no answer", possibly_sent_since=now)
    assert await store.write(rsvp.remind, [second.id]) == []
    assert await store.write(rsvp.remind, [first.id]) == [Reminded(9, None)], "what is sent again is the same"


async def test_a_message_whose_sender_died_reminds_when_it_is_sent(store: Database) -> None:
    ref = await asked(store)
    await press(store, ref, 9)
    await announced(store, until=BEGINS - 2 * HOUR)
    now = BEGINS - HOUR
    await look(store, now)
    (before,) = await claim(store, now, limit=100)
    await store.write(rsvp.remind, [before.id])
    (after,) = await claim(store, now + HOUR / 2, limit=100)
    assert after.id == before.id
    assert await store.write(rsvp.remind, [after.id]) == [Reminded(9, None)]


async def test_who_has_the_attendee_role_is_reminded_by_it(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await choose(store, channel())
    (task,) = (await press(store, ref, 9)).roles
    await store.write(attendee_roles.settle, task, NOW)
    await press(store, ref, 8, now=NOW + MINUTE)
    await announced(store, until=BEGINS - 2 * HOUR)
    (found,) = await reminding(store, BEGINS - HOUR)
    assert found[2] == [Reminded(9, ROLE), Reminded(8, None)]


def wanted(tasks: Any) -> list[tuple[int, int, bool]]:
    return [(task.user_id, task.role_id, task.wanted) for task in tasks]


async def test_attendee_role_is_given_with_the_answer_and_taken_with_it(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    assert (await press(store, ref, 8, Answer.MAYBE)).roles == []
    given = (await press(store, ref, 9)).roles
    assert wanted(given) == [(9, ROLE, True)]
    await store.write(attendee_roles.settle, given[0], NOW)
    assert await store.write(attendee_roles.claim, NOW + HOUR, 9) == []
    taken = (await press(store, ref, 9, Answer.MAYBE)).roles
    assert wanted(taken) == [(9, ROLE, False)]
    await store.write(attendee_roles.settle, taken[0], NOW)
    assert (await store.read(lambda c: c.execute("SELECT count(*) FROM attendee_role").fetchone())) == (0,)


async def test_attendee_role_that_a_member_had_before_stays_theirs(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    assert (await press(store, ref, 9, has=(ROLE,))).roles == []
    assert (await press(store, ref, 9, has=(ROLE,))).roles == []
    assert await store.write(attendee_roles.claim, NOW + HOUR, 9) == []
    assert (await store.read(lambda c: c.execute("SELECT count(*) FROM attendee_role").fetchone())) == (0,)


async def test_attendee_role_stays_for_as_long_as_another_answer_says_so(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE, repeat=WEEKLY)
    (task,) = (await press(store, ref, 9)).roles
    await store.write(attendee_roles.settle, task, NOW)
    assert (await press(store, ref, 9, at=1)).roles == []
    assert (await press(store, ref, 9)).roles == [], "the second week is still wanted"
    assert wanted((await press(store, ref, 9, at=1)).roles) == [(9, ROLE, False)]


async def test_attendee_role_is_taken_a_week_after_the_end(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    (task,) = (await press(store, ref, 9)).roles
    await store.write(attendee_roles.settle, task, NOW)
    later = BEGINS + timedelta(days=8)
    await store.write(rsvp.keep, 1, later)
    assert wanted(await store.write(attendee_roles.claim, later, 9)) == [(9, ROLE, False)]


async def test_another_attendee_role_takes_the_place_of_the_first(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    (task,) = (await press(store, ref, 9)).roles
    await store.write(attendee_roles.settle, task, NOW)
    await store.write(occasions.edit, 1, ref.slug, draft(rsvp=True, attendee_role_id=78), NOW)
    await look(store, NOW)
    assert wanted(await store.write(attendee_roles.claim, NOW + HOUR, 9)) == [(9, ROLE, False), (9, 78, True)]


async def test_what_died_between_is_done_after_the_lease(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await press(store, ref, 9)
    assert await store.write(attendee_roles.claim, NOW, 9) == []
    assert wanted(await store.write(attendee_roles.claim, NOW + 2 * MINUTE, 9)) == [(9, ROLE, True)]


async def test_a_press_during_a_request_is_followed_once_that_has_ended(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    (given,) = (await press(store, ref, 9)).roles
    assert (await press(store, ref, 9)).roles == [], "no two requests about one member at a time"
    await store.write(attendee_roles.settle, given, NOW)
    assert wanted(await store.write(attendee_roles.claim, NOW, 9)) == [(9, ROLE, False)]


async def test_a_lost_claim_records_nothing(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    (late,) = (await press(store, ref, 9)).roles
    (task,) = await store.write(attendee_roles.claim, NOW + 2 * MINUTE, 9)
    await store.write(attendee_roles.put_off, late, NOW)
    await store.write(attendee_roles.settle, RoleTask(1, 9, ROLE, True, NOW), NOW)
    assert await store.write(attendee_roles.claim, NOW + 2 * MINUTE, 9) == []
    await store.write(attendee_roles.put_off, task, NOW + HOUR)
    assert await store.write(attendee_roles.claim, NOW + HOUR - MINUTE, 9) == []
    assert len((await press(store, ref, 9, now=NOW + 3 * MINUTE)).roles) == 1, "a press does not wait"


async def test_a_deleted_role_is_nobodys(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await press(store, ref, 9)
    await store.write(attendee_roles.gone, 1, ROLE)
    assert await store.write(attendee_roles.claim, NOW + HOUR, 9) == []
    assert (await press(store, ref, 8)).roles == []


async def test_who_has_left_is_forgotten(store: Database) -> None:
    ref = await asked(store, attendee_role_id=ROLE)
    await press(store, ref, 9)
    await press(store, ref, 8)
    await store.write(rsvp.left, 1, 9, NOW)
    assert await store.read(rows) == [(8, "in")]
    assert wanted(await store.write(attendee_roles.claim, NOW + HOUR, 9)) == [(8, ROLE, True)]


async def test_plan_of_a_server_looks_at_its_answers(store: Database) -> None:
    """Cancelling what nobody was told of removes it, and with it the answers: the roles go too."""
    ref = await asked(store, attendee_role_id=ROLE)
    (task,) = (await press(store, ref, 9)).roles
    await store.write(attendee_roles.settle, task, NOW)
    await store.write(occasions.cancel, 1, ref.slug, NOW)
    await store.write(planning.plan_own, 1, NOW)
    assert await store.read(rows) == []
    assert wanted(await store.write(attendee_roles.claim, NOW + HOUR, 9)) == [(9, ROLE, False)]
