"""What is about to be saved is kept for a while, and saved once and as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.model import OWN, Kind, Ref
from bot.errors import GoneError, OutdatedError, PastError
from bot.occasions.model import Draft
from bot.occasions.repeats import Every, Repeat
from bot.occasions.storing import dumped, loaded
from bot.store import pending, scheduled, subscriptions
from bot.store.database import Database
from bot.store.pending import Pending
from tests.store.own import NOW, WEEKLY, add, draft

DRAFTS = st.builds(
    Draft,
    title=st.text(min_size=1, max_size=100).filter(str.strip),
    kind=st.sampled_from(OWN),
    day=st.dates(date(2025, 1, 1), date(2090, 1, 1)),
    time=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Asia/Seoul", "Europe/Berlin", "UTC"]),
    lasts=st.none() | st.integers(1, 43200).map(lambda n: timedelta(minutes=n)),
    place=st.none() | st.text(min_size=1, max_size=100).filter(str.strip),
    url=st.just("https://example.com/a") | st.none(),
    about=st.none() | st.just(Ref(Kind.WORK, "paper-moon-station")),
    repeat=st.none()
    | st.builds(
        Repeat,
        every=st.sampled_from(Every),
        interval=st.integers(1, 9),
        weekdays=st.frozensets(st.integers(0, 6)),
        until=st.none() | st.dates(date(2091, 1, 1), date(2095, 1, 1)),
        count=st.none() | st.integers(1, 99),
    ),
    rsvp=st.booleans(),
)


def with_role(one: Draft, role_id: int) -> Draft:
    """The same, with a role for those who are in."""
    return replace(one, rsvp=True, attendee_role_id=role_id)


WITH_ROLE = st.builds(with_role, DRAFTS, st.integers(1, 2**63 - 1))


@given(st.lists(DRAFTS | WITH_ROLE, max_size=3))
def test_drafts_are_kept_as_they_are(drafts: list[Draft]) -> None:
    assert loaded(dumped(drafts)) == drafts


async def test_what_is_kept_is_saved_once(store: Database) -> None:
    token = await store.write(pending.keep, 1, Pending([draft()]), NOW)
    (ref,) = await store.write(pending.save, 1, token, NOW)
    found = await store.read(scheduled.one, 1, ref.slug)
    assert found is not None
    assert found.draft == draft()
    with pytest.raises(OutdatedError):
        await store.write(pending.save, 1, token, NOW)
    assert len(await store.read(scheduled.coming, 1, NOW)) == 1


async def test_all_of_it_is_saved_or_nothing(store: Database) -> None:
    gone = draft("About nothing", about=Ref(Kind.WORK, "nothing"))
    token = await store.write(pending.keep, 1, Pending([draft(), gone]), NOW)
    with pytest.raises(GoneError):
        await store.write(pending.save, 1, token, NOW)
    assert await store.read(scheduled.coming, 1, NOW) == []
    assert (await store.read(pending.of_token, 1, token)).drafts == [draft(), gone]


async def test_what_is_over_since_its_preview_is_left_out(store: Database) -> None:
    past = draft("Long ago", day=date(2020, 1, 1))
    ended = draft("Ended", day=date(2020, 1, 1), repeat=replace(WEEKLY, count=3))
    goes_on = draft("Goes on", day=date(2020, 1, 4), repeat=WEEKLY)
    token = await store.write(pending.keep, 1, Pending([past, draft(), ended, goes_on]), NOW)
    assert len(await store.write(pending.save, 1, token, NOW)) == 2
    assert [one.title for one in await store.read(scheduled.coming, 1, NOW)] == ["Movie night", "Goes on"]
    token = await store.write(pending.keep, 1, Pending([past, ended]), NOW)
    with pytest.raises(PastError):
        await store.write(pending.save, 1, token, NOW)


async def test_edit_takes_the_place_of_what_was(store: Database) -> None:
    ref = await add(store)
    token = await store.write(pending.keep, 1, Pending([draft("Other")], ref), NOW)
    assert await store.write(pending.save, 1, token, NOW) == [ref]
    assert [one.title for one in await store.read(scheduled.coming, 1, NOW)] == ["Other"]


async def test_other_servers_neither_see_nor_save_it(store: Database) -> None:
    token = await store.write(pending.keep, 1, Pending([draft()]), NOW)
    await store.write(pending.discard, 2, token)
    with pytest.raises(OutdatedError):
        await store.read(pending.of_token, 2, token)
    with pytest.raises(OutdatedError):
        await store.write(pending.save, 2, token, NOW)
    assert (await store.read(pending.of_token, 1, token)).drafts == [draft()]


async def test_it_is_forgotten_after_a_day(store: Database) -> None:
    token = await store.write(pending.keep, 1, Pending([draft()]), NOW)
    await store.write(pending.keep, 2, Pending([draft()]), NOW + pending.KEPT + timedelta(seconds=1))
    with pytest.raises(OutdatedError):
        await store.read(pending.of_token, 1, token)


async def test_it_goes_with_its_server(store: Database) -> None:
    token = await store.write(pending.keep, 1, Pending([draft()]), NOW)
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    await store.write(subscriptions.sync_guild_membership, [], NOW + subscriptions.LEFT_FOR + timedelta(days=1))
    with pytest.raises(OutdatedError):
        await store.read(pending.of_token, 1, token)


async def test_schedule_lists_each_thing_by_its_next_time(store: Database) -> None:
    weekly = await add(store, title="Weekly", repeat=Repeat(Every.WEEK))
    once = await add(store, title="Once", day=date(2031, 4, 8))
    found = await store.read(scheduled.coming, 1, NOW)
    assert [(one.ref, one.title) for one in found] == [(weekly, "Weekly"), (once, "Once")]
    later = await store.read(scheduled.coming, 1, NOW + timedelta(days=6))
    assert [one.title for one in later] == ["Once", "Weekly"]
    assert later[1].number == date(2031, 4, 12).toordinal()


async def test_role_of_those_who_plan_is_kept(store: Database) -> None:
    assert await store.read(scheduled.planners, 1) is None
    await store.write(scheduled.choose_planners, 1, 12)
    assert await store.read(scheduled.planners, 1) == 12
    assert await store.read(scheduled.planners, 2) is None
