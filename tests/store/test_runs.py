"""Runs of `sync`: they go on where they stopped, and ask for everything once a week."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from bot.address import Address
from bot.store import runs
from bot.store.database import Database
from tests.helpers import opened

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
async def store(address: Address) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        yield database


async def begin(store: Database, *, days: float = 0, complete: bool = False, path: str = "") -> runs.Run:
    return await store.write(runs.begin, "wikidata", path, NOW + timedelta(days=days), complete=complete)


async def finish(store: Database, run: runs.Run, *, days: float = 0, problem: str | None = None) -> None:
    await store.write(runs.finish, run, NOW + timedelta(days=days), problem)


async def test_a_run_that_did_not_end_goes_on(store: Database) -> None:
    first = await begin(store)
    await store.write(lambda connection: runs.note(connection, first, cursor="here", fetched=3))
    await store.write(runs.stop, first, "Wikidata cannot be reached")
    again = await begin(store, days=1)
    assert (again.id, again.cursor) == (first.id, "here")


async def test_a_file_is_a_run_of_its_own(store: Database) -> None:
    first = await begin(store)
    other = await begin(store, path="/dumps/wikidata.json.gz")
    assert other.id != first.id
    assert (await begin(store)).id == first.id


@pytest.mark.parametrize(("days", "complete"), [(0.5, False), (6.9, False), (7.1, True)])
async def test_everything_is_asked_for_once_a_week(store: Database, days: float, complete: bool) -> None:
    first = await begin(store)
    assert first.complete, "nothing was ever read"
    await finish(store, first)
    assert (await begin(store, days=days)).complete == complete


async def test_a_complete_run_that_a_problem_ended_is_made_up_for(store: Database) -> None:
    await finish(store, await begin(store), problem="would remove 900 of 1,000")
    assert (await begin(store, days=1)).complete


async def test_to_ask_for_everything_replaces_a_run_that_does_not(store: Database) -> None:
    await finish(store, await begin(store))
    partial = await begin(store, days=1)
    whole = await begin(store, days=1, complete=True)
    assert (partial.complete, whole.complete, whole.id != partial.id) == (False, True, True)


async def test_the_last_outcome_of_each_provider_is_known(store: Database) -> None:
    run = await begin(store)
    await store.write(lambda connection: runs.note(connection, run, fetched=7, changed=5, gone=1, doubtful=2))
    await finish(store, run)
    (outcome,) = await store.read(runs.outcomes)
    assert (outcome.provider, outcome.fetched, outcome.changed, outcome.gone, outcome.doubtful) == (
        "wikidata",
        7,
        5,
        1,
        2,
    )
    assert (outcome.ended, outcome.problem) == (NOW, None)
