"""The artists that ship with Byeol: taken in once, whatever interrupts it; a sync goes on from them."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.address import Address
from bot.catalogue.model import Kind, Ref
from bot.providers import starter
from bot.providers.service import Service
from bot.providers.sync import Asked, sync
from bot.providers.wikidata import Wikidata
from bot.store import artists, imports, record, runs
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.record import ExternalId, Record, Thing
from tests.engines import SQLITE, Databases
from tests.helpers import LOADED, opened
from tests.providers.wikidata_world import FakeWikidata, claim, drama, group, item, person

ROOT = Path(__file__).parents[2]
SHOWN = (
    "SELECT entity.kind, slug, name.text, name.kind, language FROM name JOIN entity ON entity.id = entity_id",
    "SELECT e.slug, g.slug FROM membership JOIN entity e ON e.id = entity_id JOIN entity g ON g.id = group_id",
    "SELECT authority, value, slug FROM external_id JOIN entity ON entity.id = entity_id",
    "SELECT provider, id, version, digest, state FROM record",
)


def clock() -> datetime:
    return LOADED


def everything(connection: Connection) -> list[list[str]]:
    return [sorted(map(str, connection.execute(query))) for query in SHOWN]


def count(connection: Connection, table: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
async def store(with_seeds: Address) -> AsyncIterator[Database]:
    """A database with the seeds."""
    async with opened(with_seeds) as database:
        yield database


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the artists, thirty groups and thirty people, taken in a few at a time."""
    lines = starter.ARTISTS.read_text("utf-8").splitlines(keepends=True)
    _use([*lines[:30], *lines[-30:]], tmp_path, monkeypatch)


def _use(lines: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "artists.jsonl"
    file.write_text("".join(lines), "utf-8")
    monkeypatch.setattr(starter, "ARTISTS", file)
    monkeypatch.setattr(starter, "STAGED_AT_ONCE", 25)


class Killed(Exception):
    """The process ends here."""


def killed_before(database: Database, monkeypatch: pytest.MonkeyPatch, write: int) -> None:
    """Let the database fail before one of its transactions."""
    inner: Callable[..., Any] = database.write
    left = write

    async def failing(*args: Any, **options: Any) -> Any:
        nonlocal left
        if not left:
            raise Killed
        left -= 1
        return await inner(*args, **options)

    monkeypatch.setattr(database, "write", failing)


@SQLITE  # on both engines, `test_run.py` of `tests/wire` loads all of them
async def test_all_of_them_meet_the_seeds(store: Database) -> None:
    before = await store.read(count, "entity")
    await starter.load(store, clock)

    bts = await store.read(artists.artist, Ref(Kind.GROUP, "bts"))
    assert bts is not None
    named = {membership.other.ref.slug: membership.other for membership in bts.memberships}
    assert named.keys() == {"jin", "v", "jimin", "jungkook", "rm", "suga", "j-hope"}
    assert all(label.name("en") and label.name("ko") for label in named.values())

    newjeans = await store.read(artists.artist, Ref(Kind.GROUP, "newjeans"))
    assert newjeans is not None
    assert "haerin" in {membership.other.ref.slug for membership in newjeans.memberships}

    own = 4 + 14  # groups and people of the seeds that are among them
    lines = len(starter.ARTISTS.read_text("utf-8").splitlines())
    assert await store.read(count, "entity") == before + lines - own
    assert {doubt.maybe.slug for doubt in await store.read(runs.doubts)} == {"lee-min-ho", "sion"}
    (outcome,) = await store.read(runs.outcomes)
    assert (outcome.provider, outcome.fetched, outcome.problem) == ("starter", lines, None)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("write", [0, 1, 2, 3, 5, 6, 7, 8, 9])
async def test_an_interrupted_load_ends_in_the_same_catalogue(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    async with opened(databases.empty()) as database:
        await starter.load(database, clock)
        whole = await database.read(everything)
    interrupted = databases.empty()
    async with opened(interrupted) as database:
        with monkeypatch.context() as dying:
            killed_before(database, dying, write)
            with pytest.raises(Killed):
                await starter.load(database, clock)
    async with opened(interrupted) as database:
        await starter.load(database, clock)
        assert await database.read(everything) == whole


@pytest.mark.usefixtures("few")
async def test_what_was_removed_does_not_come_back(store: Database) -> None:
    await starter.load(store, clock)

    def remove(connection: Connection) -> None:
        connection.execute("DELETE FROM entity WHERE slug = 'epik-high'")
        connection.execute("DELETE FROM record")

    await store.write(remove)
    before = await store.read(everything)
    await starter.load(store, clock)
    assert await store.read(everything) == before


@pytest.mark.usefixtures("few")
async def test_nothing_is_loaded_where_wikidata_was_read(store: Database) -> None:
    world = cast("Service", FakeWikidata(drama("Q9001", "Moons"), group("Q9000", "Lantern")))
    assert (await sync(store, Wikidata(world, world), Asked(full=True), clock)).problem is None
    before = await store.read(everything)
    await starter.load(store, clock)
    assert await store.read(everything) == before


async def test_the_first_sync_goes_on_from_them(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(9000, 9060)
    shipped = [
        Record(
            "wikidata",
            f"Q{number}",
            (
                Thing(
                    ExternalId("wikidata", f"Q{number}"),
                    Kind.GROUP,
                    (record.name(f"Old {number}", "official", "en", 0),),
                ),
            ),
        )
        for number in numbers
    ]
    _use([f"{record.dump(one)}\n" for one in shipped], tmp_path, monkeypatch)
    await starter.load(store, clock)

    documents = [group(f"Q{number}", f"New {number}") for number in numbers]
    member = person("Q9100", "Rosa", claim(item("P463", "Q9000")))
    world = cast(
        "Service",
        FakeWikidata(
            drama("Q9300", "Moons"), *documents, group("Q9200", "Lantern", claim(item("P527", "Q9100"))), member
        ),
    )
    result = await sync(store, Wikidata(world, world), Asked(), clock)
    assert result.problem is None
    names = await store.read(everything)
    assert not [name for name in names[0] if "Old" in name]
    assert len([name for name in names[0] if "'New 90" in name]) == len(numbers)
    assert [name for name in names[0] if "Lantern" in name], "the first sync asks for everything"
    assert (await store.read(imports.pending, "wikidata")).left == 0


def test_every_line_is_a_record_of_an_item_with_names_and_groups_alone() -> None:
    lines = starter.ARTISTS.read_text("utf-8").splitlines()
    records = list(map(record.load, lines))
    assert [record.dump(one) for one in records] == lines
    assert len({one.id for one in records}) == len(records)
    assert {one.provider for one in records} == {"wikidata"}
    assert {said.shape for one in records for thing in one.things for said in thing.said} == {"name", "membership"}


def test_the_package_holds_them_with_their_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "bot/starter/LICENSE" in project["project"]["license-files"]
    assert "CC0-1.0" in project["project"]["license"]
    folder = starter.ARTISTS.parent
    assert {path.name for path in folder.iterdir()} == {"LICENSE", "SOURCES.md", "artists.jsonl"}
    assert "CC0 1.0 Universal" in (folder / "LICENSE").read_text("utf-8")
