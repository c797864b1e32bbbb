"""The project's own seeds, and the page that explains how to write them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.catalogue.lists import OstCount, count_osts
from bot.catalogue.model import Kind, Ref
from bot.errors import AmbiguousError, SeedError
from bot.seeding import load
from bot.seeding.loader import ABOUT, Known
from bot.store import artists, holdings, songs
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.store.shapes import SHAPES
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


def test_every_source_without_an_address_says_why() -> None:
    lost = {slug: source.note for slug, source in load([SEEDS], NOTHING).sources.items() if source.url is None}
    assert all(lost.values()), lost
    assert len(lost) <= 4


UNNAMED = {Kind.TRACK, Kind.ORGANISATION, Kind.ALBUM}
"""What may go without a name in one of the languages: songs that nobody has named yet, brands in Latin letters."""


def test_people_groups_works_and_characters_have_names_in_both_scripts() -> None:
    named: dict[Ref, set[object]] = {}
    for row in load([SEEDS], NOTHING).statements:
        if row.shape == "name" and row.entity.kind not in UNNAMED:
            named.setdefault(row.entity, set()).add(dict(row.columns)["language"])
    assert [str(ref) for ref, languages in named.items() if languages != {"en", "ko"}] == []


@pytest.mark.parametrize("mark", ['"', "“", "”", "‘", "「"])
def test_no_statement_is_dressed_up_as_a_quotation(mark: str) -> None:
    """Values are our own words. What a source said word for word stands in `words` alone, which cards put in quotes."""
    texts = [
        text
        for row in load([SEEDS], NOTHING).statements
        for column, value in row.columns.items()
        if row.shape != "external_id" and column in {"value", "role_words"} and isinstance(value, str)
        for text in json.loads(value).values()
    ]
    assert texts
    assert [text for text in texts if mark in text] == []


async def test_in_the_catalogue_every_statement_has_its_place_and_a_source(store: Database) -> None:
    def count(connection: Connection) -> tuple[int, int, int]:
        (facts,) = connection.execute("SELECT count(*) FROM fact").fetchone()
        (cited,) = connection.execute("SELECT count(DISTINCT fact_id) FROM fact_source WHERE position = 0").fetchone()
        shaped = sum(connection.execute(f"SELECT count(*) FROM {shape}").fetchone()[0] for shape in SHAPES)
        return facts, cited, shaped

    facts, cited, shaped = await store.read(count)
    assert facts == cited == shaped > 100


async def test_loading_the_seeds_again_changes_nothing(store: Database) -> None:
    revision = await store.read(holdings.revision)
    assert await apply(store, SEEDS) == []
    assert await apply(store, *FILES) == []
    assert await store.read(holdings.revision) == revision


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


async def test_bts_has_its_seven_members(store: Database) -> None:
    bts = await store.read(artists.artist, Ref(Kind.GROUP, "bts"))
    assert bts is not None
    members = {membership.other.name("ko") for membership in bts.memberships}
    assert members == {"알엠", "진", "슈가", "제이홉", "지민", "뷔", "정국"}


@pytest.mark.parametrize(
    ("slug", "part", "released"),
    [
        ("na-ui-ja-geun-jeong-won", 8, "2021-11-28"),
        ("mul-deul-in-da", 5, "2021-11-14"),
        ("christmas-tree", 5, "2021-12-24"),
        ("stay-alive", None, "2022-02-11"),
        ("geu-got-i-eo-di-deun", 1, "2016-12-16"),
    ],
)
async def test_songs_have_the_part_and_the_day_that_was_looked_up(
    store: Database, slug: str, part: int | None, released: str
) -> None:
    track = await store.read(songs.track, slug)
    assert track is not None
    assert [ost.part for ost in track.song.osts] == [part]
    assert [str(event.when.first_day) for event in track.song.events if event.rank == 0] == [released]


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


def test_everything_has_the_columns_that_the_store_keeps(tmp_path: Path) -> None:
    (*_, everything) = fences(fragments=False)
    desired = load([write(tmp_path / "seeds", example=everything)], NOTHING)
    columns = {row.shape: set(row.columns) for row in desired.statements}
    assert columns == {name: {*shape.key, *shape.values} for name, shape in SHAPES.items()}


def test_a_drama_with_six_parts_and_three_songs_takes_less_than_60_lines(tmp_path: Path) -> None:
    (content,) = [content for content in fences(fragments=False) if 'slug = "tea-house-at-platform-nine"' in content]
    assert len(content.splitlines()) < 60
    desired = load([write(tmp_path / "seeds", example=content)], NOTHING)
    shapes = [row.shape for row in desired.statements]
    assert (shapes.count("credit"), shapes.count("ost")) == (6, 3)


@pytest.mark.parametrize("content", fences(fragments=True), ids=lambda content: content.split("\n")[0])
def test_a_fragment_is_toml(content: str) -> None:
    assert tomllib.loads(content)


def test_the_mistakes_that_the_page_shows_read_as_it_says(tmp_path: Path) -> None:
    """Each line of the example of wrong seeds is what its slip of the pen really gives."""
    (first, *_) = fences(fragments=False)
    shown = re.findall(r"^seeds/paper-moon-station\.toml(:\d+: .*)$", DOCS.read_text("utf-8"), re.MULTILINE)
    slips = [
        ('type = "drama"', 'type = "dramma"'),
        ('names = { en = "Paper Moon Station"', 'nmaes = { en = "Paper Moon Station"'),
        ('date = "2031-04-12 18:00"', 'date = "early 2031"'),
        (
            'status = "confirmed" }]',
            'status = "confirmed" }, { kind = "premiere", date = "2031", status = "reported" }]',
        ),
        ('performers = ["ban-dal"', 'performers = ["ban-dall"'),
    ]
    assert len(shown) == len(slips)
    for line, (right, wrong) in zip(shown, slips, strict=True):
        assert right in first
        folder = write(tmp_path / "seeds", **{"paper-moon-station": first.replace(right, wrong)})
        with pytest.raises(SeedError) as raised:
            load([folder], NOTHING)
        told = [problem.removeprefix(f"{folder}/").removeprefix("seeds/") for problem in raised.value.problems]
        assert f"paper-moon-station.toml{line}" in told
