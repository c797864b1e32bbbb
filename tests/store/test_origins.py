"""Several origins may state the same thing: each changes its own, and what they agree on is shown once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.address import Address
from bot.catalogue.model import Certainty, Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.search import Entry
from bot.store import catalogue, works
from bot.store.database import Database
from bot.store.lookup import Lookup
from bot.store.stated import Change, Desired, EntityRow, SourceRow, StatementRow, Value
from tests.helpers import LOADED, apply, opened, write

CURATOR = Origin(Authority.CURATOR, "42")
IMPORT = Origin(Authority.IMPORT, "somewhere")
STARS = Ref(Kind.WORK, "stars")
GONG = Ref(Kind.PERSON, "gong")

SEED = """
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[people]]
slug = "gong"
sources = ["herald"]
names = ["Gong Hyo Jin"]

[[works]]
slug = "stars"
type = "drama"
sources = ["herald"]
names = ["Stars"]
cast = [{ person = "gong", role = "lead" }]
"""


def credit(role: str | None, source: str) -> StatementRow:
    columns: dict[str, Value | Ref] = {
        "person_id": GONG,
        "character_id": None,
        "role": role,
        "role_words": None,
        "billing": 1,
        "credited_as": None,
    }
    return StatementRow("credit", STARS, columns, 0, Certainty.STATED, None, (source,))


def genre(text: str, source: str) -> StatementRow:
    columns: dict[str, Value | Ref] = {"attribute": "genre", "value": f'{{"en": "{text}"}}', "position": 0}
    return StatementRow("detail", STARS, columns, 0, Certainty.STATED, None, (source,))


async def state(database: Database, origin: Origin, *statements: StatementRow, type_: str = "drama") -> list[Change]:
    """Let an origin state this, and that there are the drama and the actor; without statements, nothing at all."""
    desired = Desired(frozenset({origin}))
    if statements:
        slug = f"{origin.authority}-source"
        desired.sources[slug] = SourceRow(slug, str(origin.authority), None, None, None, None, None, origin)
        desired.entities[STARS] = EntityRow(STARS, type_, None, origin)
        desired.entities[GONG] = EntityRow(GONG, None, None, origin)
        desired.statements += statements
    return await database.write(catalogue.apply, desired, LOADED)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", drama=SEED)


@pytest.fixture
async def seeded(address: Address, seeds: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, seeds)
        yield database


async def genres(database: Database) -> list[str]:
    work = await database.read(works.work, "stars")
    assert work is not None
    return [detail.value["en"] for detail in work.profile.detail("genre")]


async def test_what_another_origin_states_survives_the_seeds(seeded: Database, seeds: Path) -> None:
    await state(seeded, CURATOR, genre("romance", "curator-source"))
    assert await apply(seeded, seeds) == []
    assert await genres(seeded) == ["romance"]


async def test_an_origin_takes_back_its_own_statements_alone(seeded: Database) -> None:
    await state(seeded, CURATOR, genre("romance", "curator-source"))
    await state(seeded, IMPORT, genre("space", "import-source"))
    await state(seeded, CURATOR)
    assert await genres(seeded) == ["space"]
    cast = await seeded.read(works.cast, "stars")
    assert cast is not None
    assert [one.person.name("en") for one in cast.credits] == ["Gong Hyo Jin"]


async def test_what_several_state_is_shown_once_with_all_their_sources(seeded: Database) -> None:
    await state(seeded, IMPORT, credit("support", "import-source"))
    cast = await seeded.read(works.cast, "stars")
    assert cast is not None
    (one,) = cast.credits
    assert one.role == "lead"  # the seeds say it first
    assert [source.publisher for source in one.sources] == ["The Herald", "import"]
    await state(seeded, CURATOR, credit("cameo", "curator-source"))
    cast = await seeded.read(works.cast, "stars")
    assert cast is not None
    (one,) = cast.credits
    assert one.role == "cameo"
    assert [source.publisher for source in one.sources] == ["curator", "The Herald", "import"]


async def test_an_entity_stays_until_nobody_states_it(seeded: Database, seeds: Path) -> None:
    await state(seeded, CURATOR, genre("romance", "curator-source"))
    write(seeds, drama=SEED.partition("[[people]]")[0])
    changes = await apply(seeded, seeds)
    assert {change.what for change in changes if change.action == "removed"} == {
        "work/stars name Stars official en",
        "work/stars credit gong",
        "person/gong name Gong Hyo Jin official en",
    }
    assert await genres(seeded) == ["romance"]
    await state(seeded, CURATOR)
    assert await seeded.read(works.work, "stars") is None


async def test_what_an_entity_is_says_the_first_in_order(seeded: Database) -> None:
    async def type_of() -> str | None:
        work = await seeded.read(works.work, "stars")
        return work.profile.type if work else None

    await state(seeded, IMPORT, genre("space", "import-source"), type_="film")
    assert await type_of() == "drama"
    await state(seeded, CURATOR, genre("space", "curator-source"), type_="show")
    assert await type_of() == "show"


@pytest.mark.parametrize("text", ["seed:byeol/jirisan.toml", "curator:42", "import:a:b"])
def test_an_origin_is_read_as_it_was_written(text: str) -> None:
    assert str(Origin.parse(text)) == text


def test_an_origin_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="rumour"):
        Origin.parse("rumour:42")


async def test_search_names_a_group_once_that_several_origins_state(seeded: Database) -> None:
    group = Ref(Kind.GROUP, "hoop")
    for origin in (CURATOR, IMPORT):
        slug = f"{origin.authority}-source"
        named: dict[str, Value | Ref] = {"text": "Hoop", "kind": "official", "language": "en", "position": 0}
        desired = Desired(frozenset({origin}))
        desired.sources[slug] = SourceRow(slug, "Somebody", None, None, None, None, None, origin)
        desired.entities |= {ref: EntityRow(ref, None, None, origin) for ref in (GONG, group)}
        desired.statements += [
            StatementRow("name", group, named, 0, Certainty.STATED, None, (slug,)),
            StatementRow("membership", GONG, {"group_id": group}, 0, Certainty.STATED, None, (slug,)),
        ]
        await seeded.write(catalogue.apply, desired, LOADED)
    entry = await Lookup(seeded).find("gong", {Kind.PERSON})
    assert isinstance(entry, Entry)
    assert [hint.name("en") for hint in entry.hints] == ["Hoop"]
