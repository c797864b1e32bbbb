"""Runs through TVmaze, against a service without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.providers.provider import Batch, Held, Known
from bot.providers.service import ProviderError
from bot.providers.tvmaze import TVmaze
from bot.store.record import ExternalId
from tests.providers.fake import Fake, assert_resumes, batches

NOW = datetime(2025, 1, 9, 20, tzinfo=UTC)
"""The tenth in Korea."""
STAMP = int(NOW.timestamp())


def show(id_: int, **more: object) -> dict[str, object]:
    korean = {"language": "Korean", "network": None, "webChannel": None}
    return {"id": id_, "name": f"Show {id_}", "type": "Scripted", "status": "Running", "updated": STAMP - id_} | (
        korean | more
    )


class World(Fake):
    """An index of shows, their documents, and what changed."""

    def __init__(self, shows: Sequence[Mapping[str, object]], *, pages: int = 2) -> None:
        super().__init__({})
        for page in range(pages):
            self.documents[f"shows?page={page}"] = [
                listed for listed in shows if isinstance(id_ := listed["id"], int) and id_ // 250 == page
            ]
        for listed in shows:
            self.documents[f"shows/{listed['id']}?embed[]=cast&embed[]=episodes"] = listed
            self.documents[f"shows/{listed['id']}/akas"] = []

    def asked_shows(self) -> list[str]:
        return [path.partition("?")[0] for path in self.asked if "embed" in path]


def known(held: Mapping[int, int] | None = None, ids: Collection[str] = ()) -> Known:
    records = {f"shows/{id_}": Held(f"shows/{id_}", str(version)) for id_, version in (held or {}).items()}
    return Known(records, {"tvmaze-show": ids})


def provider(world: Fake) -> TVmaze:
    return TVmaze(world, lambda: NOW)


def fetched(found: Sequence[Batch]) -> list[str]:
    return [one.record.id for batch in found for one in batch.fetched]


def gone(found: Sequence[Batch]) -> list[str]:
    return [id_ for batch in found for id_ in batch.gone]


async def test_a_full_run_takes_what_is_scripted_and_korean() -> None:
    network = {"id": 1, "name": "Wave", "country": {"code": "KR", "timezone": "Asia/Seoul"}}
    world = World(
        [
            show(1),
            show(2, language="English"),
            show(3, type="Reality"),
            show(249, language=None, network=network),
            show(250, language="Japanese", webChannel=network),
            show(251, language="English", network=network | {"country": None}),
        ]
    )
    found = await batches(provider(world).run(known(), None, full=True))
    assert fetched(found) == ["shows/1", "shows/249", "shows/250"]
    assert [one.version for batch in found for one in batch.fetched] == [str(STAMP - id_) for id_ in (1, 249, 250)]
    assert gone(found) == []


async def test_a_full_run_asks_for_what_the_catalogue_knows() -> None:
    world = World([show(2, language="English"), show(3, type="Reality")])
    found = await batches(provider(world).run(known(ids=["2", "3", "400", "x"]), None, full=True))
    assert fetched(found) == ["shows/2"]
    assert gone(found) == []


async def test_a_full_run_says_which_held_shows_are_deleted_or_are_no_longer_dramas() -> None:
    world = World([show(1), show(3, type="Reality")])
    held = {1: 0, 2: 0, 3: 0, 300: 0, 9000: 0}
    found = await batches(provider(world).run(known(held), None, full=True))
    assert fetched(found) == ["shows/1"]
    assert gone(found) == ["shows/2", "shows/3", "shows/300", "shows/9000"]


@pytest.mark.parametrize("full", [True, False])
async def test_a_run_goes_on_from_every_cursor(full: bool) -> None:
    world = World([show(id_) for id_ in range(10, 600, 7)], pages=3)
    what = known(dict.fromkeys(range(10, 800, 14), 0), ids=["4", "17"])
    world.documents["updates/shows"] = {str(id_): STAMP for id_ in range(10, 800, 14)}

    def start(cursor: str | None) -> AsyncIterator[Batch]:
        return provider(world).run(what, cursor, full=full)

    found = await assert_resumes(start)
    assert len(found) > 5
    assert all(len(batch.fetched) + len(batch.gone) <= 10 for batch in found)
    assert fetched(found) == [f"shows/{id_}" for id_ in range(10, 600, 7) if full or id_ == 17 or id_ % 14 == 10]


async def test_a_cursor_of_the_other_sort_begins_anew() -> None:
    world = World([show(1)])
    found = await batches(provider(world).run(known(), "[null, 5]", full=True))
    assert fetched(found) == ["shows/1"]


async def test_only_held_shows_that_changed_are_asked_for_again() -> None:
    world = World([show(1), show(2), show(3)])
    world.documents["updates/shows?since=day"] = {"1": STAMP - 1, "2": STAMP - 2, "77": STAMP}
    found = await batches(provider(world).run(known({1: STAMP - 1, 2: STAMP - 90, 3: STAMP - 3}), None, full=False))
    assert fetched(found) == ["shows/2"]
    assert world.asked_shows() == ["shows/2"]


@pytest.mark.parametrize(
    ("age", "span"),
    [
        (timedelta(hours=1), "?since=day"),
        (timedelta(hours=20), "?since=week"),
        (timedelta(days=6), "?since=month"),
        (timedelta(days=40), ""),
    ],
)
async def test_the_span_of_updates_is_longer_than_the_time_since_the_last(age: timedelta, span: str) -> None:
    world = World([])
    world.documents[f"updates/shows{span}"] = []
    await batches(provider(world).run(known({1: int((NOW - age).timestamp())}), None, full=False))
    assert f"updates/shows{span}" in world.asked


async def test_nothing_held_asks_for_no_updates_and_no_index() -> None:
    world = World([])
    assert await batches(provider(world).run(known(), None, full=False)) == []
    assert {path.partition("?")[0] for path in world.asked} == {"schedule", "schedule/web"}


async def test_new_shows_come_from_the_schedule_of_two_weeks() -> None:
    world = World([show(1), show(2), show(3, language="English"), show(4)])
    world.documents |= {
        "schedule?country=KR&date=2025-01-10": [{"id": 1, "show": show(1)}, {"id": 2, "show": show(3, language=None)}],
        "schedule/web?country=KR&date=2025-01-23": [{"id": 3, "_embedded": {"show": show(2)}}, {"id": 4}],
    }
    found = await batches(provider(world).run(known(), None, full=False))
    assert fetched(found) == ["shows/1", "shows/2"]
    assert len(world.asked) == 28 + 2 * 2


async def test_new_shows_come_from_the_end_of_the_index() -> None:
    world = World([show(1), show(300), show(301), show(555)], pages=3)
    found = await batches(provider(world).run(known({300: STAMP - 300}), None, full=False))
    assert fetched(found) == ["shows/301", "shows/555"]


async def test_a_known_show_that_is_not_held_is_asked_for() -> None:
    world = World([show(8, language="English")])
    found = await batches(provider(world).run(known(ids=["8"]), None, full=False))
    assert fetched(found) == ["shows/8"]


async def test_a_held_show_that_was_deleted_is_gone() -> None:
    world = World([])
    world.documents["updates/shows"] = {"5": STAMP}
    found = await batches(provider(world).run(known({5: 1}), None, full=False))
    assert gone(found) == ["shows/5"]


async def test_a_merged_show_has_moved() -> None:
    world = World([show(6)])
    world.documents["shows/5?embed[]=cast&embed[]=episodes"] = show(6)
    world.documents["updates/shows?since=day"] = {"5": STAMP}
    (batch,) = await batches(provider(world).run(known({5: 1, 6: STAMP - 6}), None, full=False))
    assert (fetched([batch]), batch.gone) == (["shows/6"], ["shows/5"])
    assert batch.moved == {ExternalId("tvmaze-show", "5"): ExternalId("tvmaze-show", "6")}


@pytest.mark.parametrize("page", [{}, [{"id": "one"}], "<html>"])
async def test_a_page_of_another_shape_ends_the_run(page: object) -> None:
    world = World([show(1)])
    world.documents["shows?page=0"] = page
    with pytest.raises(ProviderError, match=r"^Fake shows\?page=0 has another shape than expected"):
        await batches(provider(world).run(known(), None, full=True))


async def test_the_check_says_what_was_found() -> None:
    world = World([show(43687, externals={"imdb": "tt1"}, _embedded={"episodes": []})])
    assert await provider(world).check() == "Show 43687: Korean, tt1, 0 episodes"


@pytest.mark.parametrize("there", [[], [show(43687)], [show(43687, language="English", externals={"imdb": "tt1"})]])
async def test_the_check_fails_where_the_show_is_not_as_known(there: Sequence[Mapping[str, object]]) -> None:
    with pytest.raises(ProviderError, match="43687"):
        await provider(World(there)).check()
