"""An index that follows its catalogue: small changes are laid over it, large ones build it anew."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Generator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bot.catalogue.model import ARTISTS, Kind, Ref
from bot.search import Index
from bot.store import lookup as following
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.helpers import apply, opened, write

from .catalogue import catalogue
from .changes import changed

ALL = frozenset(Kind)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def finished(steps: Generator[None, None, Index]) -> Index:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def test_an_index_with_changes_finds_what_one_built_anew_finds() -> None:
    random = Random(8)
    entries = {entry.ref: entry for entry in catalogue(400, 8)}
    queries = [query for _, query, _ in changed(random, list(entries.values()), 200)]
    index = Index(entries.values())
    for _ in range(6):
        gone = random.sample(sorted(entries), 5)
        new = [
            entries[ref]._replace(texts=(f"Quilt {number}", *entries[ref].texts), weight=random.randrange(40))
            for number, ref in enumerate(random.sample(sorted(entries.keys() - set(gone)), 8))
        ]
        index = finished(index.with_changes(new, gone))
        for ref in gone:
            del entries[ref]
        entries |= {entry.ref: entry for entry in new}
    anew = Index(entries.values())
    assert len(index) == len(anew) == len(entries)
    assert {entry.ref: entry for entry in index.entries} == entries
    assert all(index.get(ref) == entry for ref, entry in entries.items())
    for query in ("", "quilt", "quilt 3", "k", "ㄱ", "the", *queries):
        found, expected = index.search(query, ALL), anew.search(query, ALL)
        assert found[:1] == expected[:1], query
        assert {match.entry.ref for match in found} <= entries.keys()


def test_what_is_gone_is_not_found_and_an_index_never_changes() -> None:
    before = Index(catalogue(20, 1))
    entry = before.entries[0]
    after = finished(before.with_changes([], [entry.ref, Ref(Kind.WORK, "never-was")]))
    assert before.get(entry.ref) == entry
    assert after.get(entry.ref) is None
    assert entry.ref not in {match.entry.ref for match in after.search(entry.texts[0], ALL)}
    again = finished(after.with_changes([entry], []))
    assert again.search(entry.texts[0], ALL)[0].entry == entry


SEED = """
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[groups]]
slug = "umbrellas"
sources = ["herald"]
names = ["Umbrellas"]

[[people]]
slug = "ban-dal"
sources = ["herald"]
groups = ["umbrellas"]
names = ["Ban Dal"]

[[people]]
slug = "na-mu"
sources = ["herald"]
names = ["Na Mu"]

[[works]]
slug = "paper-moon"
type = "drama"
sources = ["herald"]
names = ["Paper Moon"]
cast = [{ person = "ban-dal" }]

[[works]]
slug = "tin-drum"
type = "drama"
sources = ["herald"]
names = ["Tin Drum"]
events = [{ kind = "premiere", date = "2026-07-04", status = "confirmed" }]

[[tracks]]
slug = "lantern"
sources = ["herald"]
names = ["Lantern"]
performers = ["na-mu"]
events = [{ kind = "ost_release", date = "2026-06-20", status = "confirmed" }]
"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(tmp_path / "byeol.db") as database:
        await apply(database, write(tmp_path / "seeds", all=SEED))
        yield database


async def _slugs(lookup: Lookup, query: str, kinds: frozenset[Kind] = ALL) -> list[str]:
    return [match.entry.ref.slug for match in await lookup.suggest(query, kinds)]


async def test_every_change_of_what_search_shows_is_followed(database: Database, tmp_path: Path) -> None:
    lookup = Lookup(database, lambda: NOW)
    assert await _slugs(lookup, "ban dal") == ["ban-dal"]

    async def change(old: str, new: str) -> None:
        await apply(database, write(tmp_path / "seeds", all=SEED.replace(old, new)))

    await change('names = ["Umbrellas"]', 'names = ["Parasols"]')
    assert await _slugs(lookup, "umbrellas") == ["umbrellas"], "its slug finds it still"
    assert await _slugs(lookup, "parasols") == ["umbrellas"]
    hints = (await lookup.find("ban-dal", ARTISTS)).hints
    assert [hint.name("en") for hint in hints] == ["Parasols"], "the group's members are told apart by its new name"

    await change('cast = [{ person = "ban-dal" }]', 'cast = [{ person = "na-mu" }, { person = "ban-dal" }]')
    assert (await lookup.find("na-mu", ARTISTS)).weight == 2
    await change("2026-07-04", "2027-07-04")
    assert (await lookup.find("tin-drum", frozenset({Kind.WORK}))).year == 2027

    await change('slug = "tin-drum"', 'slug = "tin-drums"')
    assert await _slugs(lookup, "tin drum") == ["tin-drums"]


async def test_an_entity_renamed_without_a_new_revision_is_followed_too(database: Database) -> None:
    lookup = Lookup(database)
    await lookup.index()
    await database.write(
        lambda connection: connection.execute("UPDATE entity SET slug = 'pm' WHERE slug = 'paper-moon'")
    )
    index = await lookup.index()
    assert index.get(Ref(Kind.WORK, "paper-moon")) is None
    assert index.get(Ref(Kind.WORK, "pm")) is not None


async def test_nothing_typed_gives_what_is_upcoming_then_what_is_popular(database: Database) -> None:
    lookup = Lookup(database, lambda: NOW)
    assert (await _slugs(lookup, "", ARTISTS))[0] == "na-mu"
    assert (await _slugs(lookup, " ", frozenset({Kind.WORK}))) == ["tin-drum", "paper-moon"]
    later = Lookup(database, lambda: NOW.replace(year=2027))
    assert (await _slugs(later, "", frozenset({Kind.WORK}))) == ["paper-moon", "tin-drum"]


async def test_while_a_large_change_is_taken_in_the_index_before_it_answers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWED", 1)
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    lookup = Lookup(database, lambda: NOW)
    before = await lookup.index()

    def rename(connection: Connection) -> None:
        connection.execute("UPDATE name SET text = text || ' Anew'")

    await database.write(rename)
    assert await lookup.index() is before, "it answers whole, as it was"
    await _built(lookup)
    assert (await lookup.suggest("tin drum anew", ALL))[0].entry.ref.slug == "tin-drum"
    assert (await lookup.index()).changes == 0
    assert before.search("tin drum", ALL)[0].entry.texts == ("Tin Drum",), "whoever still asks the one before may"
    assert len(before.entries) == 6


async def test_after_each_of_several_large_changes_everything_is_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWED", 1)
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    lookup = Lookup(database, lambda: NOW)
    await lookup.index()

    def rename(connection: Connection, text: str) -> None:
        connection.execute("UPDATE name SET text = text || ' ' || ?", (text,))

    for text in ("once", "twice", "thrice"):
        await database.write(rename, text)
        await lookup.index()
        await _built(lookup)
        for slug in ("ban-dal", "umbrellas", "tin-drum", "lantern"):
            assert (await _slugs(lookup, f"{slug} {text}"))[:1] == [slug]
        assert len((await lookup.index()).entries) == 6


async def test_a_small_change_is_found_while_what_a_large_one_replaced_is_let_go_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWED", 1)
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    monkeypatch.setattr(following, "SLICE", 0.0)

    def release_incrementally(_: object) -> Generator[None, None, None]:
        yield from (None for _ in range(100_000))

    monkeypatch.setattr(following, "release_incrementally", release_incrementally)
    lookup = Lookup(database, lambda: NOW)
    await lookup.index()
    await database.write(lambda connection: connection.execute("UPDATE name SET text = text || ' once'"))
    while (await lookup.suggest("tin drum", ALL))[0].entry.texts == ("Tin Drum",):
        pass
    await database.write(
        lambda connection: connection.execute("UPDATE name SET text = 'Zebra' WHERE text LIKE 'Lantern%'")
    )
    while await _slugs(lookup, "zebra") != ["lantern"]:
        assert lookup.busy, "it is found before all is let go of"


async def _built(lookup: Lookup) -> None:
    for _ in range(500):
        if not lookup.busy:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the index was not built")


async def test_many_changes_one_by_one_end_in_an_index_built_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWED", 3)
    lookup = Lookup(database)

    def rename(connection: Connection, text: str) -> None:
        connection.execute("UPDATE name SET text = ? WHERE text LIKE '%Moon%'", (text,))

    for number in range(8):
        text = f"Moon {number}"
        await database.write(rename, text)
        assert (await lookup.find(text, frozenset({Kind.WORK}))).ref.slug == "paper-moon"
        assert (await lookup.index()).changes <= 5


async def test_a_build_that_fails_is_tried_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = Lookup(database)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(following.names, "entries", fail)
        with pytest.raises(sqlite3.OperationalError):
            await lookup.index()
    assert len(await lookup.index()) == 6
