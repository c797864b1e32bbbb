"""The search index in a file: a start with it finds what a start without it does, and a bad one harms nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from bot.address import Address
from bot.catalogue.model import Kind
from bot.search import Match
from bot.store import lookup as following
from bot.store import names, saved_index
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.engines import Databases
from tests.helpers import opened

ALL = frozenset(Kind)
QUERIES = (
    "jin",
    "진",
    "stars gossip",
    "stars-gossip",
    "kim tae",
    "ㅂㅌㅅ",
    "whne the stars gosip",
    "lee minho",
    "b",
    "",
)


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the catalogue that comes with Byeol be taken for a large one."""
    monkeypatch.setattr(following, "LARGE", 1)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "byeol.index"


async def settled(lookup: Lookup) -> Lookup:
    """Wait until all is built and saved."""
    await lookup.index()
    for _ in range(10_000):
        if not lookup.busy:
            return lookup
        await asyncio.sleep(0.001)
    raise AssertionError("it never ended")


def is_there(path: Path) -> bool:
    return path.exists()


def content(path: Path) -> bytes:
    return path.read_bytes()


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def answers(lookup: Lookup) -> list[Sequence[Match]]:
    index = await lookup.index()
    return [index.search(query, ALL) for query in QUERIES]


def never(*_: object) -> None:
    raise AssertionError("the index was built although there was one")


def rename(connection: Connection, slug: str, text: str) -> None:
    connection.execute(
        "UPDATE name SET text = ? WHERE position = 0 AND entity_id = (SELECT id FROM entity WHERE slug = ?)",
        (text, slug),
    )


async def test_saved_index_answers_as_the_built_one(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = await settled(Lookup(database, saved=saved))
    monkeypatch.setattr(names, "in_order", never)
    loaded = Lookup(database, saved=saved)
    assert await loaded.ready() is not None
    assert await answers(loaded) == await answers(built)
    assert (await loaded.index()).entries == (await built.index()).entries
    await database.write(rename, "jin", "Zyphon Quxwolf")
    assert (await loaded.find("zyphon quxwolf", ALL)).ref.slug == "jin", "it is changed as a built one is"


async def test_small_catalogue_has_no_file(database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LARGE", 1_000_000)
    lookup = Lookup(database, saved=saved)
    assert await lookup.ready() is not None, "the first question waits"
    await settled(lookup)
    assert not is_there(saved)


async def test_changes_made_while_nobody_followed_are_found(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(Lookup(database, saved=saved))
    await database.write(rename, "jin", "Zyphon Quxwolf")
    monkeypatch.setattr(names, "in_order", never)
    assert (await Lookup(database, saved=saved).find("zyphon quxwolf", ALL)).ref.slug == "jin"


async def test_while_many_changes_are_taken_in_the_saved_index_answers(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWED", 1)
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    await settled(Lookup(database, saved=saved))
    await database.write(lambda connection: connection.execute("UPDATE name SET text = text || ' Zyphon'"))
    lookup = Lookup(database, saved=saved)
    assert (await lookup.find("jin", ALL)).ref.slug == "jin"
    await settled(lookup)
    assert (await lookup.find("jin zyphon", ALL)).ref.slug == "jin"
    monkeypatch.setattr(names, "in_order", never)
    assert (await Lookup(database, saved=saved).find("jin zyphon", ALL)).ref.slug == "jin", "the new one was saved"


async def test_no_damage_is_overlooked(database: Database, saved: Path) -> None:
    await settled(Lookup(database, saved=saved))
    whole = content(saved)
    random = Random(0)
    for place in (*range(0, 200, 3), *random.sample(range(len(whole)), 30), len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.randrange(8)
        put(saved, bytes(damaged))
        assert await saved_index.load(database, saved) is None, place
    for length in (0, 1, 20, 100, 300, len(whole) // 2, len(whole) - 1):
        put(saved, whole[:length])
        assert await saved_index.load(database, saved) is None, length
    put(saved, whole + b"\0")
    assert await saved_index.load(database, saved) is None
    put(saved, whole)
    assert await saved_index.load(database, saved) is not None


@pytest.mark.parametrize("data", [pytest.param(b"", id="empty"), pytest.param(b"SQLite" * 999, id="something else")])
async def test_bad_file_is_replaced(
    database: Database, saved: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(saved, data)
    built = await settled(Lookup(database, saved=saved))
    monkeypatch.setattr(names, "in_order", never)
    assert await answers(Lookup(database, saved=saved)) == await answers(built)


async def test_index_of_another_version_of_the_code_is_not_used(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(Lookup(database, saved=saved))
    with monkeypatch.context() as updated:
        updated.setattr(saved_index, "_form", lambda: bytes(32))
        assert await saved_index.load(database, saved) is None
        await settled(Lookup(database, saved=saved))
        assert await saved_index.load(database, saved) is not None
    assert await saved_index.load(database, saved) is None


async def test_index_of_a_later_state_than_that_of_a_restored_backup_is_not_used(
    databases: Databases, with_seeds: Address, saved: Path
) -> None:
    backup = databases.copy(with_seeds)
    async with opened(with_seeds) as database:
        await database.write(rename, "jin", "Zyphon Quxwolf")
        await settled(Lookup(database, saved=saved))
    async with opened(backup) as database:
        for number in range(20):  # as many changes as there were, and more
            await database.write(rename, "when-the-stars-gossip", f"Stars {number}")
        lookup = Lookup(database, saved=saved)
        assert (await lookup.find("jin", ALL)).label.name("en") == "Jin"
        await settled(lookup)
        assert await saved_index.load(database, saved) is not None


async def test_index_saved_before_a_backup_fits_what_is_restored_from_it(
    databases: Databases, address: Address, saved: Path
) -> None:
    async with opened(address) as database:
        await saved_index.save(database, saved, [b"abc"], 7)
    async with opened(databases.copy(address)) as database:
        found = await saved_index.load(database, saved)
    assert found is not None
    assert found[0] == 7
    assert [bytes(block.view) for block in found[1]] == [b"abc"]


def _end(*_: object) -> None:
    raise asyncio.CancelledError


async def test_save_that_is_cut_off_leaves_the_file_before_it(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(Lookup(database, saved=saved))
    whole = content(saved)
    for place, step in ((os, "fsync"), (Path, "replace")):
        with monkeypatch.context() as killed:
            killed.setattr(place, step, _end)
            with pytest.raises(asyncio.CancelledError):
                await saved_index.save(database, saved, [b"abc"], 1)
        assert content(saved) == whole
        assert await saved_index.load(database, saved) is not None


async def test_folder_that_cannot_be_written_is_one_warning(
    database: Database, saved: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved.with_name(f"{saved.name}.partial").mkdir()
    lookup = await settled(Lookup(database, saved=saved))
    assert (await lookup.find("jin", ALL)).ref.slug == "jin"
    assert [record.levelname for record in caplog.records if record.name == saved_index.__name__] == ["WARNING"]
    assert not is_there(saved)


async def test_full_disk_leaves_no_partial_file(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    await settled(Lookup(database, saved=saved))
    assert "No space left on device" in caplog.text
    assert list(saved.parent.glob(f"{saved.name}*")) == []


async def test_file_that_cannot_be_read_is_as_good_as_none(
    database: Database, saved: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkdir(saved)
    lookup = await settled(Lookup(database, saved=saved))
    assert (await lookup.find("jin", ALL)).ref.slug == "jin"
    assert "cannot be read" in caplog.text


async def test_database_keeps_the_tokens_of_a_few_files(database: Database, saved: Path) -> None:
    for number in range(10):
        await saved_index.save(database, saved, [b"abc"], number)
    (count,) = await database.read(lambda connection: connection.execute("SELECT count(*) FROM saved_index").fetchone())
    assert count == 4
    found = await saved_index.load(database, saved)
    assert found is not None
    assert found[0] == 9


async def test_lookup_that_is_closed_builds_no_more(database: Database, saved: Path) -> None:
    lookup = Lookup(database, saved=saved)
    assert await lookup.ready() is None
    await lookup.close()
    assert not lookup.busy
    assert not is_there(saved)
