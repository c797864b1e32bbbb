"""What a server's own people put into its schedule, change and cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalogue.model import EventKind, Kind, Label, Ref
from bot.catalogue.when import parse
from bot.errors import GoneError, PastError, TooManyError
from bot.occasions.repeats import Change, Every, Repeat
from bot.store import occasions, scheduled, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from tests.helpers import utc
from tests.store.dated import choose, server
from tests.store.own import NOW, SATURDAY, WEEKLY, add, dates, draft, items

SAID: dict[str, Any] = {
    "lasts": timedelta(hours=2),
    "place": "Our stage",
    "url": "https://example.com/live",
    "picture": "https://example.com/p.png",
    "about": Ref(Kind.WORK, "paper-moon-station"),
    "repeat": Repeat(Every.WEEK, 2, frozenset({5, 6}), date(2031, 6, 1), 9),
}


async def test_what_was_written_down_is_read_again(store: Database) -> None:
    ref = await add(store, **SAID)
    found = await store.read(scheduled.one, 1, ref.slug)
    assert found is not None
    assert found.draft == draft(**SAID)
    assert (found.cancelled, found.changes) == (False, {})


async def test_event_has_what_its_people_say_of_it(store: Database) -> None:
    await add(store, **SAID)
    item, *_ = await items(store)
    occasion = item.occasion
    assert occasion is not None
    assert (occasion.guild_id, occasion.lasts, occasion.place) == (1, timedelta(hours=2), "Our stage")
    assert (occasion.url, occasion.picture) == ("https://example.com/live", "https://example.com/p.png")
    assert occasion.about == Label(Ref(Kind.WORK, "paper-moon-station"), {"en": "Paper Moon Station"})
    assert item.event.kind is EventKind.WATCH_PARTY
    assert item.event.subject.name("ko") == "Movie night"


async def test_once_is_one_event_without_a_number(store: Database) -> None:
    await add(store)
    (item,) = await items(store)
    assert (item.event.number, item.event.when.earliest) == (0, utc("2031-04-05 12:20"))


async def test_what_repeats_has_an_event_for_each_day_a_year_ahead(store: Database) -> None:
    await add(store, repeat=WEEKLY)
    found = await items(store)
    assert len(found) == 52
    assert [item.event.number for item in found[:2]] == [SATURDAY.toordinal(), SATURDAY.toordinal() + 7]


async def test_far_away_is_there_all_the_same(store: Database) -> None:
    await add(store, day=date(2034, 1, 7))
    await add(store, day=date(2034, 1, 7), repeat=WEEKLY)
    assert len(await items(store)) == 2


async def test_days_go_on_to_be_added_as_time_passes(store: Database) -> None:
    await add(store, repeat=WEEKLY)
    await store.write(occasions.extend, 1, NOW + timedelta(weeks=3))
    assert len(await items(store)) == 55
    await store.write(occasions.extend, 1, NOW + timedelta(weeks=3))
    assert len(await items(store)) == 55


@pytest.mark.parametrize("repeat", [replace(WEEKLY, count=54), replace(WEEKLY, until=date(2032, 4, 10))])
async def test_a_repeat_comes_to_its_end(store: Database, repeat: Repeat) -> None:
    await add(store, repeat=repeat)
    for weeks in (2, 12):
        await store.write(occasions.extend, 1, NOW + timedelta(weeks=weeks))
    assert len(await items(store)) == 54


async def test_nothing_is_added_to_the_past(store: Database) -> None:
    with pytest.raises(PastError):
        await add(store, day=date(2031, 3, 30))
    await add(store, day=date(2031, 3, 15), repeat=replace(WEEKLY, count=5))
    assert await dates(store) == ["04-05 12:20", "04-12 12:20"]


async def test_what_it_is_about_has_to_be_known(store: Database) -> None:
    with pytest.raises(GoneError):
        await add(store, about=Ref(Kind.WORK, "nothing-known"))
    assert await items(store) == []


async def test_a_server_has_only_so_much_ahead_of_it(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occasions, "MOST", 60)
    ref = await add(store, repeat=WEEKLY)
    for number in (SATURDAY.toordinal(), SATURDAY.toordinal() + 7):
        await store.write(occasions.skip, 1, ref.slug, number, NOW)
    with pytest.raises(TooManyError) as refused:
        await add(store, repeat=replace(WEEKLY, count=9))
    assert refused.value.most == 60
    assert len(await items(store)) == 52, "what is refused leaves nothing behind"
    await add(store, repeat=replace(WEEKLY, count=8))
    await add(store, 2, repeat=WEEKLY)


async def test_one_occurrence_is_skipped_moved_and_restored_and_the_others_stay(store: Database) -> None:
    ref = await add(store, repeat=replace(WEEKLY, count=3))
    first, second = SATURDAY.toordinal(), SATURDAY.toordinal() + 7
    await store.write(occasions.skip, 1, ref.slug, first, NOW)
    await store.write(occasions.move, 1, ref.slug, second, (date(2031, 4, 13), None, "UTC"), NOW)
    assert await dates(store) == ["04-05 12:20 cancelled", "04-13 00:00", "04-19 12:20"]
    found = await store.read(scheduled.one, 1, ref.slug)
    assert found is not None
    assert found.changes == {first: Change(skipped=True), second: Change(to=parse("2031-04-13", "UTC"))}
    for number in (first, second):
        await store.write(occasions.restore, 1, ref.slug, number, NOW)
    assert await dates(store) == ["04-05 12:20", "04-12 12:20", "04-19 12:20"]
    assert [item.event.revision for item in await items(store)] == [2, 3, 1]


async def test_a_moved_occurrence_that_is_skipped_stays_where_it_was_moved_to(store: Database) -> None:
    ref = await add(store)
    await store.write(occasions.move, 1, ref.slug, 0, (date(2031, 4, 6), time(20), "UTC"), NOW)
    await store.write(occasions.skip, 1, ref.slug, 0, NOW)
    assert await dates(store) == ["04-06 20:00 cancelled"]


async def test_what_is_over_can_be_neither_skipped_nor_moved(store: Database) -> None:
    ref = await add(store, repeat=replace(WEEKLY, count=2))
    later, number = utc("2031-04-06 00:00"), SATURDAY.toordinal()
    with pytest.raises(PastError):
        await store.write(occasions.skip, 1, ref.slug, number, later)
    with pytest.raises(PastError):
        await store.write(occasions.move, 1, ref.slug, number, (date(2031, 4, 9), None, "UTC"), later)
    with pytest.raises(PastError):
        await store.write(occasions.move, 1, ref.slug, number + 7, (date(2031, 4, 1), None, "UTC"), later)
    with pytest.raises(GoneError):
        await store.write(occasions.skip, 1, ref.slug, number + 1, later)


async def test_an_edit_changes_what_lies_ahead_and_leaves_exceptions(store: Database) -> None:
    ref = await add(store, repeat=replace(WEEKLY, count=4))
    first = SATURDAY.toordinal()
    await store.write(occasions.skip, 1, ref.slug, first + 7, NOW)
    await store.write(occasions.move, 1, ref.slug, first + 14, (date(2031, 4, 20), time(12), "UTC"), NOW)
    later = utc("2031-04-06 00:00")
    changed = draft("Movie evening", time=time(20), repeat=replace(WEEKLY, count=4), kind=EventKind.BROADCAST)
    await store.write(occasions.edit, 1, ref.slug, changed, later)
    assert await dates(store) == ["04-05 12:20", "04-12 11:00 cancelled", "04-20 12:00", "04-26 11:00"]
    assert {item.event.subject.name("en") for item in await items(store)} == {"Movie evening"}
    assert {item.event.kind for item in await items(store)} == {EventKind.BROADCAST}


async def test_a_shorter_repeat_removes_what_nobody_heard_of(store: Database) -> None:
    ref = await add(store, repeat=WEEKLY)
    await store.write(occasions.edit, 1, ref.slug, draft(repeat=replace(WEEKLY, count=2)), NOW)
    assert await dates(store) == ["04-05 12:20", "04-12 12:20"]
    await store.write(occasions.extend, 1, NOW + timedelta(weeks=3))
    assert len(await items(store)) == 2


async def test_what_took_place_once_can_begin_to_repeat_and_the_other_way_round(store: Database) -> None:
    ref = await add(store)
    (before,) = await items(store)
    await store.write(occasions.edit, 1, ref.slug, draft(repeat=replace(WEEKLY, count=2)), NOW)
    assert await dates(store) == ["04-05 12:20", "04-12 12:20"]
    assert (await items(store))[0].event.id == before.event.id
    later = utc("2031-04-06 00:00")
    await store.write(occasions.edit, 1, ref.slug, draft(day=date(2031, 4, 13)), later)
    assert await dates(store) == ["04-05 12:20", "04-13 12:20"]
    assert [item.event.number for item in await items(store)] == [SATURDAY.toordinal(), 0]
    over = utc("2031-04-14 00:00")
    await store.write(occasions.edit, 1, ref.slug, draft(day=date(2031, 4, 20), repeat=WEEKLY), over)
    assert (await dates(store))[:4] == ["04-05 12:20", "04-13 12:20", "04-20 12:20", "04-27 12:20"]


async def test_it_can_change_between_once_and_again_on_one_day(store: Database) -> None:
    ref = await add(store, repeat=WEEKLY)
    after = utc("2031-04-05 12:30")
    for hour in (22, 23):
        await store.write(occasions.edit, 1, ref.slug, draft(time=time(hour)), after)
        await store.write(occasions.edit, 1, ref.slug, draft(time=time(hour), repeat=WEEKLY), after)
        after = utc(f"2031-04-05 {hour - 9}:30")
    assert (await dates(store))[:3] == ["04-05 12:20", "04-12 14:00", "04-19 14:00"]
    await store.write(occasions.edit, 1, ref.slug, draft(day=date(2031, 4, 6)), after)
    assert await dates(store) == ["04-05 12:20", "04-06 12:20"]


async def test_words_can_be_corrected_once_it_is_over_but_its_day_cannot(store: Database) -> None:
    ref = await add(store)
    later = utc("2031-04-06 00:00")
    await store.write(occasions.edit, 1, ref.slug, draft("Movie evening"), later)
    assert (await items(store))[0].event.subject.name("en") == "Movie evening"
    with pytest.raises(PastError):
        await store.write(occasions.edit, 1, ref.slug, draft(day=date(2031, 4, 12)), later)


async def test_a_cancelled_one_leaves_nothing_of_what_nobody_heard_of(store: Database) -> None:
    ref = await add(store, repeat=WEEKLY)
    await store.write(occasions.cancel, 1, ref.slug, NOW)
    assert await items(store) == []
    assert await store.read(scheduled.one, 1, ref.slug) is None
    assert await store.read(_rows) == 0


async def test_a_cancelled_one_takes_place_again_if_it_is_changed(store: Database) -> None:
    ref = await add(store, repeat=replace(WEEKLY, count=3))
    later = utc("2031-04-06 00:00")
    await store.write(occasions.cancel, 1, ref.slug, later)
    assert await dates(store) == ["04-05 12:20"]
    found = await store.read(scheduled.one, 1, ref.slug)
    assert found is not None
    assert found.cancelled
    with pytest.raises(GoneError):
        await store.write(occasions.skip, 1, ref.slug, SATURDAY.toordinal(), later)
    await store.write(occasions.edit, 1, ref.slug, found.draft, later)
    assert await dates(store) == ["04-05 12:20", "04-12 12:20", "04-19 12:20"]


async def test_another_server_cannot_touch_it(store: Database) -> None:
    ref = await add(store)
    with pytest.raises(GoneError):
        await store.write(occasions.edit, 2, ref.slug, draft("Ours now"), NOW)
    with pytest.raises(GoneError):
        await store.write(occasions.cancel, 2, ref.slug, NOW)
    with pytest.raises(GoneError):
        await store.write(occasions.move, 2, ref.slug, 0, (SATURDAY, None, "UTC"), NOW)
    for act in (occasions.skip, occasions.restore):
        with pytest.raises(GoneError):
            await store.write(act, 2, ref.slug, 0, NOW)
    assert await store.read(scheduled.one, 2, ref.slug) is None
    assert await items(store, 2) == []
    assert await dates(store) == ["04-05 12:20"]


async def test_what_is_long_over_is_forgotten(store: Database) -> None:
    await add(store)
    await add(store, repeat=WEEKLY)
    await store.write(occasions.extend, 1, utc("2031-07-20 00:00"))
    assert (await dates(store, days=150))[:1] == ["04-26 12:20"]
    await store.write(occasions.extend, 1, utc("2033-07-20 00:00"))
    assert len(await items(store)) == 52 + 13, "a year ahead, and a quarter back"


async def test_it_goes_with_its_server(store: Database) -> None:
    await add(store, repeat=WEEKLY)
    await add(store, 2)
    await choose(store, server(2))
    assert await store.read(_rows) > 0
    left = subscriptions.sync_guild_membership
    await store.write(left, [2], NOW)
    await store.write(left, [2], NOW + subscriptions.LEFT_FOR + timedelta(seconds=1))
    assert await items(store) == []
    assert len(await items(store, 2)) == 1
    await store.write(left, [], NOW)
    await store.write(left, [], NOW + subscriptions.LEFT_FOR + timedelta(seconds=1))
    assert await store.read(_rows) == 0


def _rows(connection: Connection) -> int:
    """How many rows there are about occasions, in all tables."""
    (count,) = connection.execute(
        "SELECT (SELECT count(*) FROM entity WHERE kind = 'occasion') + (SELECT count(*) FROM occasion)"
        " + (SELECT count(*) FROM occasion_exception) + (SELECT count(*) FROM fact WHERE origin LIKE 'server:%')"
        " + (SELECT count(*) FROM event WHERE guild_id IS NOT NULL)"
        " + (SELECT count(*) FROM event_date WHERE kind = 'watch_party')"
        " + (SELECT count(*) FROM name WHERE language = 'und')"
    ).fetchone()
    return count


_CHANGES = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["skip", "move", "restore"]), st.integers(-3, 3)), max_size=12
)


@given(_CHANGES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_changed_occurrence_never_moves_another(store: Database, changes: list[tuple[int, str, int]]) -> None:
    ref = await add(store, repeat=replace(WEEKLY, count=8))
    numbers = [SATURDAY.toordinal() + 7 * week for week in range(8)]
    expected = {number: (date.fromordinal(number), "confirmed") for number in numbers}
    for week, act, by in changes:
        number = numbers[week]
        if act == "move":
            day = date.fromordinal(number) + timedelta(days=by)
            await store.write(occasions.move, 1, ref.slug, number, (day, time(21, 20), "Asia/Seoul"), NOW)
            expected[number] = (day, "confirmed")
        elif act == "skip":
            await store.write(occasions.skip, 1, ref.slug, number, NOW)
            expected[number] = (expected[number][0], "cancelled")
        else:
            await store.write(occasions.restore, 1, ref.slug, number, NOW)
            expected[number] = (date.fromordinal(number), "confirmed")
        found = {item.event.number: (item.event.when.first_day, str(item.event.status)) for item in await items(store)}
        assert found == expected
    await store.write(_forget_all)


def _forget_all(connection: Connection) -> None:
    connection.execute("DELETE FROM entity WHERE guild_id IS NOT NULL")
