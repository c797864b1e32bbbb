"""Names found in the database while the first search index of a large catalogue is built."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address
from bot.catalogue.model import ARTISTS, Kind, Ref
from bot.errors import AmbiguousError, NotFoundError
from bot.search import Tier
from bot.store import lookup as following
from bot.store import names, plain_search
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.lookup import Lookup
from tests.helpers import apply, opened, utc, write
from tests.store.test_lookup import SEED

ALL = frozenset(Kind)
MORE = """
[[works]]
slug = "paper-moons-lantern"
type = "drama"
sources = ["herald"]
names = ["A Paper Moon's Lantern!", { text = "달의 등불", kind = "original", language = "ko" }]

[[works]]
slug = "the-tin-drum"
type = "drama"
sources = ["herald"]
names = ["The Tin Drum"]
"""


@pytest.fixture
async def database(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, write(tmp_path / "seeds", all=SEED + MORE))
        yield database


@pytest.fixture
async def cold(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Lookup]:
    """A lookup whose first index is not built before the test ends."""
    monkeypatch.setattr(following, "LARGE", 1)
    end, in_order = threading.Event(), names.in_order

    def wait(connection: Connection) -> object:
        end.wait(60)
        return in_order(connection)

    monkeypatch.setattr(names, "in_order", wait)
    lookup = Lookup(database, lambda: utc("2031-01-01 00:00"))
    assert await lookup.ready() is None
    yield lookup
    end.set()
    assert (await lookup.index()).search("papper moon stetion", ALL), "in the end all is found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("Ban Dal", {"ban-dal": Tier.EXACT}, id="a name"),
        pytest.param("BAN DAL", {"ban-dal": Tier.EXACT}, id="in capitals"),
        pytest.param("ban-dal", {"ban-dal": Tier.EXACT}, id="a slug"),
        pytest.param("bandal", {"ban-dal": Tier.EXACT}, id="without spaces"),
        pytest.param("반달", {"ban-dal": Tier.EXACT}, id="in Hangul"),
        pytest.param(
            "paper", {"paper-moon-station": Tier.PREFIX, "paper-moons-lantern": Tier.PREFIX}, id="a beginning"
        ),
        pytest.param("paper moons lantern", {"paper-moons-lantern": Tier.EXACT}, id="without its punctuation"),
        pytest.param("moon-station", {"paper-moon-station": Tier.WORDS}, id="later words"),
        pytest.param("tin drum", {"the-tin-drum": Tier.EXACT}, id="without its article"),
        pytest.param("a tin drum", {"the-tin-drum": Tier.EXACT}, id="with another article"),
        pytest.param("등불", {"paper-moons-lantern": Tier.WORDS}, id="a later word in Hangul"),
        pytest.param("home", {"home-ban-dal": Tier.EXACT, "home-na-mu": Tier.EXACT}, id="a name of two"),
        pytest.param("papper moon stetion", {}, id="a slip of the pen"),
        pytest.param("?!", {}, id="punctuation alone"),
        pytest.param("%", {}, id="what LIKE would take for anything"),
        pytest.param("", {}, id="nothing"),
    ],
)
async def test_what_is_written_so_is_found(database: Database, query: str, found: dict[str, Tier]) -> None:
    matches = await database.read(plain_search.matches, query, ALL, 25)
    assert {match.entry.ref.slug: match.tier for match in matches} == found


async def test_kinds_and_limit_are_kept(database: Database) -> None:
    assert await database.read(plain_search.matches, "ban dal", {Kind.WORK}, 25) == []
    assert await database.read(plain_search.matches, "ban dal", {Kind.CHARACTER}, 25) == []
    assert len(await database.read(plain_search.matches, "paper", ALL, 1)) == 1


async def test_names_are_not_read_one_by_one(path: Path, tmp_path: Path) -> None:
    def plans(connection: Any) -> dict[str, list[str]]:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        plain_search.matches(connection, "paper", ALL, 25)
        connection.set_trace_callback(None)
        return {
            sql: [detail for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            for sql in asked
            if " LIKE " not in sql
        }

    async with opened(path) as database:
        await apply(database, write(tmp_path / "seeds", all=SEED + MORE))
        found = await database.read(plans)
    assert any("name_by_key" in step for steps in found.values() for step in steps)
    assert not [step for steps in found.values() for step in steps if step.startswith("SCAN name")]


async def test_question_does_not_wait_for_the_first_index(cold: Lookup) -> None:
    assert (await cold.find("ban dal", ARTISTS)).ref == Ref(Kind.PERSON, "ban-dal")
    assert (await cold.find("person/ban-dal", ARTISTS)).ref == Ref(Kind.PERSON, "ban-dal")
    assert (await cold.find("moon-station", {Kind.WORK})).ref == Ref(Kind.WORK, "paper-moon-station")
    with pytest.raises(AmbiguousError):
        await cold.find("home", {Kind.TRACK})
    with pytest.raises(NotFoundError) as raised:
        await cold.find("home", {Kind.WORK})
    assert {entry.ref.slug for entry in raised.value.others} == {"home-ban-dal", "home-na-mu"}
    assert [match.entry.ref.slug for match in await cold.suggest("umb", ALL)] == ["umbrellas"]


async def test_upcoming_is_suggested_before_there_is_an_index(cold: Lookup) -> None:
    assert [match.entry.ref.slug for match in await cold.suggest("", {Kind.WORK})] == ["paper-moon-station"]


async def test_key_is_known_before_there_is_an_index(cold: Lookup) -> None:
    entry = await cold.get(Ref(Kind.TRACK, "home-na-mu"))
    assert entry is not None
    assert [hint.name("en") for hint in entry.hints] == ["Na Mu"]
    assert await cold.get(Ref(Kind.TRACK, "no-such-song")) is None
