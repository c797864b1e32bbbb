"""What a server's own people plan is seen in that server alone: in no search, and in no list of another server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.catalogue.model import CATALOGUED, Kind, Ref
from bot.store import artists, events, holdings, merging, names, overview, plain_search, scheduled, songs
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.helpers import apply, opened, write
from tests.store.dated import seed
from tests.store.own import NOW, add

TITLE = "Secret gathering"
YEAR = timedelta(days=366)


async def test_search_never_learns_of_it(store: Database) -> None:
    before = await store.read(names.serial)
    ref = await add(store, title=TITLE)
    assert await store.read(names.serial) == before
    lookup = Lookup(store)
    try:
        for kinds in (tuple(Kind), tuple(CATALOGUED)):
            assert [str(found.entry.ref) for found in await lookup.suggest("", kinds) if found.entry.ref == ref] == []
            for typed in (TITLE, "secret", ref.slug, str(ref)):
                assert not [found for found in await lookup.suggest(typed, kinds) if found.entry.ref == ref]
                assert not await store.read(plain_search.matches, typed, kinds, 25)
        assert await lookup.get(ref) is None
        assert ref not in await store.read(names.upcoming, NOW, 100)
    finally:
        await lookup.close()


async def test_lists_show_it_in_its_server_alone(store: Database) -> None:
    ref = await add(store, title=TITLE)
    for guild_id, seen in ((1, True), (2, False), (None, False)):
        dates = await store.read(events.upcoming, NOW, NOW + YEAR, guild_id)
        ids = [id_ for id_, _ in dates]
        assert ids == sorted(ids, key=lambda id_: next(at.earliest for one, at in dates if one == id_) or NOW)
        listed = [item.event.subject.ref for item in await store.read(events.with_context, ids)]
        following = [item.event.subject.ref for item in await store.read(events.next_up, NOW, 9, guild_id)]
        last = await store.read(events.latest, NOW + timedelta(days=5), guild_id)
        concerning = await store.read(events.concerning, ref, guild_id)
        assert (ref in listed) is (ref in following) is seen
        assert (last is not None and last.event.subject.ref == ref) is seen
        assert bool(concerning) is seen


async def test_dates_of_a_drama_have_what_the_server_plans_about_it(store: Database) -> None:
    drama = Ref(Kind.WORK, "paper-moon-station")
    ref = await add(store, about=drama)
    found = {guild: await store.read(events.concerning, drama, guild) for guild in (1, 2, None)}
    assert ref in [item.event.subject.ref for item in found[1]]
    assert len(found[1]) == len(found[2]) + 1 == len(found[None]) + 1


async def test_cards_do_not_know_it(store: Database) -> None:
    ref = await add(store, title=TITLE)
    assert await store.read(songs.discography, ref) is None
    assert await store.read(artists.artist, ref) is None


async def test_it_counts_for_nothing_in_the_catalogue(store: Database) -> None:
    before = [
        await store.read(query) for query in (overview.counted, holdings.size, holdings.known_refs, holdings.origins)
    ]
    await add(store, title=TITLE)
    after = [
        await store.read(query) for query in (overview.counted, holdings.size, holdings.known_refs, holdings.origins)
    ]
    assert after == before


async def test_a_catalogue_with_nothing_but_plans_is_empty(tmp_path: Path) -> None:
    async with opened(tmp_path / "new.db") as database:
        await add(database)
        assert await database.read(holdings.is_empty)


async def test_loading_the_catalogue_leaves_it_alone(store: Database, tmp_path: Path) -> None:
    await add(store, title=TITLE)
    changes = await apply(store, write(tmp_path / "seeds", drama=seed(song="2031-04-13")))
    assert {change.what.partition("/")[0] for change in changes} <= {"track"}
    assert len(await store.read(events.next_up, NOW, 9, 1)) == 4


async def test_what_it_is_about_can_go_and_can_be_merged(store: Database, tmp_path: Path) -> None:
    await add(store, about=Ref(Kind.WORK, "paper-moon-station"))
    await apply(
        store,
        write(
            tmp_path / "seeds",
            drama="",
        ),
    )
    (item,) = await store.read(events.next_up, NOW, 9, 1)
    assert item.occasion is not None
    assert item.occasion.about is None


async def test_what_it_is_about_is_what_that_was_merged_into(store: Database, tmp_path: Path) -> None:
    drama, other = Ref(Kind.WORK, "paper-moon-station"), Ref(Kind.WORK, "moon-station")
    works, _, _ = seed().replace(drama.slug, other.slug).replace("herald", "times").partition("[[tracks]]")
    await apply(store, write(tmp_path / "others", drama=works))
    ref = await add(store, about=other)
    await store.write(merging.merge, other, drama, NOW)
    found = await store.read(scheduled.one, 1, ref.slug)
    assert found is not None
    assert found.draft.about == drama
    concerning = await store.read(events.concerning, drama, 1)
    assert [item.occasion.about.ref for item in concerning if item.occasion and item.occasion.about] == [drama]


async def test_it_cannot_be_merged(store: Database) -> None:
    one, other = await add(store), await add(store, 2)
    with pytest.raises(merging.MergeError):
        await store.write(merging.merge, one, other, NOW)
