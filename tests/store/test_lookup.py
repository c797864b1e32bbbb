"""What somebody means, found in the catalogue as it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.address import Address
from bot.catalogue.model import ARTISTS, Kind
from bot.errors import AmbiguousError, NotFoundError
from bot.search import Index
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.helpers import apply, opened, write
from tests.search.test_search import INDEX

ALL = frozenset(Kind)


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
names = ["Ban Dal", { text = "반달", kind = "original", language = "ko" }]

[[people]]
slug = "na-mu"
sources = ["herald"]
names = ["Na Mu"]

[[works]]
slug = "paper-moon-station"
type = "drama"
sources = ["herald"]
names = ["Paper Moon Station"]
cast = [{ person = "ban-dal" }]
events = [{ kind = "premiere", date = "2031-04-05", status = "confirmed" }]

[[tracks]]
slug = "home-ban-dal"
sources = ["herald"]
names = ["Home"]
performers = ["ban-dal"]

[[tracks]]
slug = "home-na-mu"
sources = ["herald"]
names = ["Home"]
performers = ["na-mu"]
"""


@pytest.fixture
async def database(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, write(tmp_path / "seeds", all=SEED))
        yield database


@pytest.mark.parametrize(
    ("query", "kinds", "found"),
    [
        pytest.param("person/ban-dal", ARTISTS, "person/ban-dal", id="a key that was chosen"),
        pytest.param("ban-dal", ARTISTS, "person/ban-dal", id="a slug"),
        pytest.param("Ban Dal", ARTISTS, "person/ban-dal", id="a name"),
        pytest.param("반달", ARTISTS, "person/ban-dal", id="a name in Hangul"),
        pytest.param("moon-station", {Kind.WORK}, "work/paper-moon-station", id="a partial slug"),
        pytest.param("track/home-na-mu", {Kind.TRACK}, "track/home-na-mu", id="a key of one of two of that name"),
    ],
)
async def test_what_is_meant_is_found(database: Database, query: str, kinds: frozenset[Kind], found: str) -> None:
    assert str((await Lookup(database).find(query, kinds)).ref) == found


async def test_what_tells_an_entity_from_others_is_known(database: Database) -> None:
    lookup = Lookup(database)
    assert [hint.name("en") for hint in (await lookup.find("ban-dal", ARTISTS)).hints] == ["Umbrellas"]
    assert [hint.name("en") for hint in (await lookup.find("home-na-mu", {Kind.TRACK})).hints] == ["Na Mu"]
    assert (await lookup.find("paper moon", {Kind.WORK})).year == 2031


async def test_two_of_one_name_are_ambiguous_and_both_are_named(database: Database) -> None:
    with pytest.raises(AmbiguousError) as raised:
        await Lookup(database).find("home", {Kind.TRACK})
    assert raised.value.query == "home"
    assert {entry.ref.slug for entry in raised.value.matches} == {"home-ban-dal", "home-na-mu"}


@pytest.mark.parametrize(
    ("query", "kinds", "near"),
    [
        pytest.param("Pan Dahl Moo", {Kind.WORK}, [], id="nothing like it"),
        pytest.param("papper moon stetion", {Kind.WORK}, ["paper-moon-station"], id="a slip of the pen"),
        pytest.param("person/ban-dal", {Kind.ALBUM}, [], id="a key of another kind"),
        pytest.param("work/no-such-drama", {Kind.ALBUM}, [], id="a key of nothing"),
        pytest.param("", {Kind.WORK}, ["paper-moon-station"], id="nothing typed: the best known"),
        pytest.param("   ", {Kind.WORK}, ["paper-moon-station"], id="spaces typed: the best known"),
    ],
)
async def test_what_is_not_found_comes_with_what_is_near(
    database: Database, query: str, kinds: frozenset[Kind], near: list[str]
) -> None:
    with pytest.raises(NotFoundError) as raised:
        await Lookup(database).find(query, kinds)
    assert raised.value.query == query
    assert [entry.ref.slug for entry in raised.value.near] == near


@pytest.mark.parametrize("kinds", [pytest.param({Kind.WORK}, id="one of them"), pytest.param(ARTISTS, id="many")])
async def test_punctuation_alone_means_nobody(database: Database, kinds: frozenset[Kind]) -> None:
    with pytest.raises(NotFoundError):
        await Lookup(database).find("?!", kinds)


async def test_a_change_that_another_process_made_is_found_without_a_restart(
    database: Database, address: Address, tmp_path: Path
) -> None:
    lookup = Lookup(database)
    assert await lookup.suggest("Second Moon", {Kind.WORK}) == []
    before = await lookup.index()
    assert await lookup.index() is before, "an unchanged catalogue needs no new index"
    async with opened(address) as other:
        changed = SEED.replace('names = ["Paper Moon Station"]', 'names = ["Second Moon"]')
        await apply(other, write(tmp_path / "seeds", all=changed))
        assert [match.entry.ref.slug for match in await lookup.suggest("Second Moon", {Kind.WORK})] == [
            "paper-moon-station"
        ]
        assert (await lookup.find("second moon", {Kind.WORK})).label.name("en") == "Second Moon"


async def test_many_who_ask_at_once_share_one_index(database: Database) -> None:
    lookup = Lookup(database)
    first, *others = await asyncio.gather(*(lookup.index() for _ in range(8)))
    assert all(other is first for other in others)


@given(query=st.text(max_size=40))
def test_any_text_is_an_entity_or_an_error_with_words(query: str) -> None:
    async def ask() -> None:
        lookup = _Fixed(INDEX)
        try:
            await lookup.find(query, ALL)
        except (NotFoundError, AmbiguousError):
            return

    asyncio.run(ask())


class _Fixed(Lookup):
    """A lookup of an index that is given."""

    def __init__(self, index: Index) -> None:
        self._given = index

    async def ready(self) -> Index:
        return self._given
