"""The project's own seeds, and the page that explains how to write them."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.catalogue.model import Kind, OstCount, Ref, count_osts
from bot.errors import AmbiguousError, SeedError
from bot.seeding import load
from bot.seeding.loader import ABOUT, Known
from bot.store import artists, catalogue, songs
from bot.store.catalogue import SHAPES
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.helpers import apply, opened, write

ROOT = Path(__file__).parent.parent.parent
SEEDS = ROOT / "seeds"
FILES = sorted(file for file in SEEDS.glob("*.toml") if file.name != ABOUT)
DOCS = ROOT / "docs" / "seed-format.md"
NOTHING = Known({}, {}, frozenset())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(tmp_path / "byeol.db") as database:
        await apply(database, SEEDS)
        yield database


def test_every_statement_cites_a_source() -> None:
    desired = load([SEEDS], NOTHING)
    assert desired.statements
    uncited = [f"{row.entity} {row.shape} {dict(row.columns)}" for row in desired.statements if not row.sources]
    assert uncited == []


def test_every_source_is_cited() -> None:
    desired = load([SEEDS], NOTHING)
    cited = {slug for row in desired.statements for slug in row.sources}
    assert desired.sources.keys() - cited == set()


async def test_in_the_catalogue_every_statement_has_its_place_and_a_source(store: Database) -> None:
    def count(connection: sqlite3.Connection) -> tuple[int, int, int]:
        (facts,) = connection.execute("SELECT count(*) FROM fact").fetchone()
        (cited,) = connection.execute("SELECT count(DISTINCT fact_id) FROM fact_source WHERE position = 0").fetchone()
        shaped = sum(connection.execute(f"SELECT count(*) FROM {shape}").fetchone()[0] for shape in SHAPES)
        return facts, cited, shaped

    facts, cited, shaped = await store.read(count)
    assert facts == cited == shaped > 100


async def test_loading_the_seeds_again_changes_nothing(store: Database) -> None:
    revision = await store.read(catalogue.revision)
    assert await apply(store, SEEDS) == []
    assert await apply(store, *FILES) == []
    assert await store.read(catalogue.revision) == revision


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
async def test_each_file_can_be_loaded_by_itself_afterwards(store: Database, file: Path) -> None:
    assert await apply(store, file) == []


async def test_close_to_you_is_jins_third_ost_and_his_second_alone(store: Database) -> None:
    jin = await store.read(artists.artist, Ref(Kind.PERSON, "jin"))
    assert jin is not None
    assert count_osts(jin.songs) == OstCount(total=3, solo=2)
    found = await store.read(songs.discography, Ref(Kind.PERSON, "jin"))
    assert found is not None
    assert count_osts(found.songs) == OstCount(total=3, solo=2)
    assert "close-to-you-jin" in {song.label.ref.slug for song in found.songs if song.solo}


async def test_both_songs_called_close_to_you_are_there_and_stay_apart(store: Database) -> None:
    works: set[str] = set()
    performers: set[str] = set()
    for slug in ("close-to-you-jin", "close-to-you-seungmin"):
        track = await store.read(songs.track, slug)
        assert track is not None
        assert track.song.label.name("en") == "Close to You"
        works |= {ost.work.ref.slug for ost in track.song.osts}
        performers |= {performer.artist.ref.slug for performer in track.song.performers}
    assert works == {"when-the-stars-gossip", "wol-su-geum-hwa-mok-to"}
    assert len(performers) == 2
    with pytest.raises(AmbiguousError) as raised:
        await Lookup(store).find("Close to You", {Kind.TRACK})
    assert {entry.ref.slug for entry in raised.value.matches} >= {"close-to-you-jin", "close-to-you-seungmin"}


async def test_every_entity_can_be_found_by_each_of_its_names(store: Database) -> None:
    index = await Lookup(store).index()
    for kind in (Kind.WORK, Kind.PERSON, Kind.GROUP, Kind.ALBUM, Kind.TRACK):
        for match in index.search("", {kind}, limit=1000):
            for name in match.entry.texts:
                assert match.entry.ref in {found.entry.ref for found in index.search(name, {kind})}, name


# The page that explains the format

FENCES = re.compile(r"^```toml( fragment)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(*, fragments: bool) -> list[str]:
    return [content for fragment, content in FENCES.findall(DOCS.read_text("utf-8")) if bool(fragment) is fragments]


def test_the_page_shows_complete_files_and_fragments() -> None:
    assert len(fences(fragments=False)) >= 2
    assert len(fences(fragments=True)) >= 4
    assert len(re.findall(r"^```toml", DOCS.read_text("utf-8"), re.MULTILINE)) == len(
        FENCES.findall(DOCS.read_text("utf-8"))
    )


@pytest.mark.parametrize("content", fences(fragments=False), ids=lambda content: content.split('"')[1])
async def test_a_complete_example_can_be_loaded_as_it_stands(tmp_path: Path, content: str) -> None:
    async with opened(tmp_path / "byeol.db") as database:
        assert await apply(database, write(tmp_path / "seeds", example=content))
        assert await apply(database, tmp_path / "seeds") == []
    assert all(row.sources for row in load([tmp_path / "seeds"], NOTHING).statements)


@pytest.mark.parametrize("content", fences(fragments=True), ids=lambda content: content.split("\n")[0])
def test_a_fragment_is_toml(content: str) -> None:
    assert tomllib.loads(content)


def test_the_mistakes_that_the_page_shows_read_as_it_says(tmp_path: Path) -> None:
    """Each line of the example of wrong seeds is what its slip of the pen really gives."""
    (first, *_) = fences(fragments=False)
    shown = re.findall(r"^seeds/paper-moon-station\.toml: (.*)$", DOCS.read_text("utf-8"), re.MULTILINE)
    slips = [
        ('type = "drama"', 'type = "dramma"'),
        ('names = ["Paper Moon Station"', 'nmaes = ["Paper Moon Station"'),
        ('date = "2031-04-12 18:00"', 'date = "early 2031"'),
        (
            'status = "confirmed" }]',
            'status = "confirmed" }, { kind = "premiere", date = "2031", status = "reported" }]',
        ),
        ('cast = [{ person = "ban-dal"', 'cast = [{ person = "ban-dall"'),
    ]
    assert len(shown) == len(slips)
    for line, (right, wrong) in zip(shown, slips, strict=True):
        assert right in first
        folder = write(tmp_path / "seeds", **{"paper-moon-station": first.replace(right, wrong)})
        with pytest.raises(SeedError) as raised:
            load([folder], NOTHING)
        told = [problem.removeprefix(f"{folder}/").removeprefix("seeds/") for problem in raised.value.problems]
        assert f"paper-moon-station.toml: {line}" in told
