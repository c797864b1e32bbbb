"""The thread of a drama, when that turns out to be another entity, or goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.announcements.subscription import Threads
from bot.catalogue.model import EventKind, Kind, Ref
from bot.store import merging, threads
from bot.store.database import Database
from bot.store.threads import Join
from tests.helpers import utc
from tests.store.dated import PREMIERE, SETUP, choose, planned_and_claimed, reseed, seed, server

DRAMA, OTHER = Ref(Kind.WORK, "paper-moon-station"), Ref(Kind.WORK, "moon-station")
RELEASE, FINALE = utc("2031-04-12 00:05"), utc("2031-05-25 00:05")
BOTH = seed() + '\n[[works]]\nslug = "moon-station"\ntype = "drama"\nsources = ["herald"]\nnames = ["Moon Station"]\n'


@pytest.fixture
async def channel(store: Database) -> int:
    """A channel with one thread for each drama."""
    await choose(store, replace(server(kinds=tuple(EventKind)), threads=Threads.SUBJECT))
    return 100


async def claimed(store: Database, now: datetime) -> int:
    return (await planned_and_claimed(store, now)).id


async def post(store: Database, delivery: int, message: int, now: datetime) -> None:
    await store.write(threads.sent, delivery, message, now, ["thread"], None, Threads.SUBJECT)


async def works(store: Database) -> list[str]:
    rows = await store.read(lambda c: c.execute("SELECT slug FROM entity WHERE kind = 'work' ORDER BY slug").fetchall())
    return [slug for (slug,) in rows]


async def test_a_merged_drama_goes_on_with_its_thread(store: Database, channel: int, tmp_path: Path) -> None:
    await reseed(store, tmp_path, BOTH)
    await post(store, await claimed(store, PREMIERE), 1, PREMIERE)
    song = await claimed(store, RELEASE)
    merge = await store.write(merging.merge, DRAMA, OTHER, SETUP)
    assert await store.read(threads.standing, song) == 1, "what was planned before the merge"
    await post(store, song, 2, RELEASE)
    finale = await claimed(store, FINALE)
    assert await store.read(threads.standing, finale) == 1, "and after it"
    await post(store, finale, 3, FINALE)
    await store.write(merging.unmerge, merge.id, SETUP)


async def test_of_two_threads_of_one_drama_one_goes_on(store: Database, channel: int, tmp_path: Path) -> None:
    await reseed(store, tmp_path, BOTH)
    await post(store, await claimed(store, PREMIERE), 1, PREMIERE)
    await store.write(
        lambda c: (
            c.execute(
                "INSERT INTO subject_thread SELECT channel_id, (SELECT id FROM entity WHERE slug = 'moon-station'), 1,"
                " delivery_id FROM subject_thread"
            ).rowcount
        )
    )
    await store.write(merging.merge, DRAMA, OTHER, SETUP)
    assert await store.read(threads.standing, await claimed(store, FINALE)) == 1


async def test_a_drama_that_only_had_a_thread_can_go(store: Database, channel: int, tmp_path: Path) -> None:
    drama, head, song = seed().partition("[[tracks]]")
    only_song = drama.partition("events = [")[0] + "\n" + head + song
    await reseed(store, tmp_path, only_song)
    await post(store, await claimed(store, RELEASE), 1, RELEASE)
    await reseed(store, tmp_path, only_song.replace("paper-moon-station", "moon-station"))
    assert await works(store) == ["moon-station"]


@pytest.mark.parametrize("in_forum", [False, True])
async def test_a_post_about_a_drama_that_is_gone_has_its_own_thread(
    store: Database, channel: int, tmp_path: Path, *, in_forum: bool
) -> None:
    drama, head, song = seed().partition("[[tracks]]")
    only_song = drama.partition("events = [")[0] + "\n" + head + song
    await reseed(store, tmp_path, only_song)
    delivery = await claimed(store, RELEASE)
    await reseed(store, tmp_path, only_song.replace("paper-moon-station", "moon-station"))
    assert await works(store) == ["moon-station"]
    if in_forum:
        assert await store.write(threads.join, delivery) == (Join.FOUNDS, None)
    assert await store.read(threads.standing, delivery) is None
    await post(store, delivery, 1, RELEASE)
