"""What is shown where origins state different things in the same place."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.address import Address
from bot.catalogue import when
from bot.catalogue.model import Certainty, EventKind, Kind, Ref, Role, Status, Work
from bot.catalogue.origin import Authority, Origin
from bot.store import artists, catalogue, record, works
from bot.store.database import Database
from bot.store.stated import Desired, EntityRow, SourceRow, StatementRow, Value
from tests.helpers import LOADED, opened

CURATOR = Origin(Authority.CURATOR, "42")
SEED = Origin(Authority.SEED, "drama.toml")
WIKIDATA = Origin(Authority.IMPORT, "wikidata/Q1")
TVMAZE = Origin(Authority.IMPORT, "tvmaze/shows/1")
STARS, GONG, EVE, SONG, TVN, BAND = (
    Ref(*one)
    for one in (
        (Kind.WORK, "stars"),
        (Kind.PERSON, "gong"),
        (Kind.CHARACTER, "eve"),
        (Kind.TRACK, "song"),
        (Kind.ORGANISATION, "tvn"),
        (Kind.GROUP, "band"),
    )
)

Columns = dict[str, Value | Ref]


def credit(character: Ref | None, role: str | None) -> tuple[str, Ref, Columns]:
    columns: Columns = {"person_id": GONG, "character_id": character, "role": role}
    return "credit", STARS, columns | {"role_words": None, "billing": 0, "credited_as": None}


def genre(text: str) -> tuple[str, Ref, Columns]:
    return "detail", STARS, {"attribute": "genre", "value": f'{{"en": "{text}"}}', "position": 0}


def airing(time: str | None) -> tuple[str, Ref, Columns]:
    columns: Columns = {"organisation_id": TVN, "days": None, "time": time, "zone": "Asia/Seoul", "region": None}
    return "airing", STARS, columns


def performer(artist: Ref) -> tuple[str, Ref, Columns]:
    return "performer", SONG, {"artist_id": artist, "position": 0, "credited_as": None}


def membership(since: str | None, until: str | None) -> tuple[str, Ref, Columns]:
    return "membership", GONG, {"group_id": BAND, "since": since, "until": until}


def premiere(date: str, status: Status = Status.EXPECTED) -> tuple[str, Ref, Columns]:
    said = record.event(EventKind.PREMIERE, when.parse(date), status)
    return "event_date", STARS, {key: value for key, value in said.columns.items() if not isinstance(value, tuple)}


async def state(database: Database, origin: Origin, *statements: tuple[str, Ref, Columns]) -> None:
    """Let an origin state this, and nothing else."""
    desired = Desired(frozenset({origin}))
    if statements:
        slug = str(origin).replace(":", "-").replace("/", "-").lower()
        desired.sources[slug] = SourceRow(slug, str(origin), None, None, "https://x.example/{id}", None, None, origin)
        desired.entities |= {ref: EntityRow(ref, None, None, origin) for ref in (STARS, GONG, EVE, SONG, TVN, BAND)}
        desired.statements += [
            StatementRow(shape, entity, columns, 0, Certainty.STATED, None, (slug,))
            for shape, entity, columns in statements
        ]
    await database.write(catalogue.apply, desired, LOADED)


@pytest.fixture
async def store(address: Address) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        yield database


async def work(database: Database) -> Work:
    found = await database.read(works.work, "stars")
    assert found is not None
    return found


async def test_a_genre_is_that_of_the_first_origin_alone(store: Database) -> None:
    await state(store, WIKIDATA, genre("comedy"), genre("drama"))
    await state(store, SEED, genre("space"))
    assert [detail.value["en"] for detail in (await work(store)).profile.detail("genre")] == ["space"]


async def test_a_slot_is_that_of_the_first_origin_and_other_networks_are_added(store: Database) -> None:
    await state(store, TVMAZE, airing("21:10"))
    await state(store, SEED, airing("21:20"))
    assert [one.time for one in (await work(store)).airings] == ["21:20"]


async def test_a_character_that_only_a_later_origin_knows_completes_the_credit(store: Database) -> None:
    await state(store, SEED, credit(None, "lead"))
    await state(store, WIKIDATA, credit(EVE, "support"))
    (one,) = (await work(store)).credits
    assert one.character is not None
    assert one.character.ref == EVE
    assert one.role is Role.LEAD
    assert len(one.sources) == 2


async def test_a_credit_without_a_character_adds_only_its_source(store: Database) -> None:
    await state(store, SEED, credit(EVE, None))
    await state(store, WIKIDATA, credit(None, "lead"))
    (one,) = (await work(store)).credits
    assert (one.role, len(one.sources)) == (Role.LEAD, 2)


async def test_what_the_first_origin_leaves_out_of_a_membership_is_taken_from_the_next(store: Database) -> None:
    await state(store, SEED, membership(None, None))
    await state(store, WIKIDATA, membership("2013-06", None))
    await state(store, TVMAZE, membership("2012", "2017"))
    for asked, other in ((GONG, BAND), (BAND, GONG)):
        found = await store.read(artists.artist, asked)
        assert found is not None
        (one,) = found.memberships
        assert (one.other.ref, one.since, one.until, one.former) == (other, "2013-06", "2017", True)
        assert len(one.sources) == 3


async def test_a_source_knows_its_licence(store: Database) -> None:
    await state(store, TVMAZE, genre("space"))
    await store.write(lambda c: c.execute("UPDATE source SET licence = 'CC BY-SA 4.0'"))
    (source,) = (await work(store)).profile.details[0].sources
    assert (source.licence, source.asks_for_credit) == ("CC BY-SA 4.0", True)


async def test_other_performers_are_shown_as_disagreeing(store: Database) -> None:
    await state(store, SEED, ("ost", SONG, {"work_id": STARS, "part": 1, "main": 0}), performer(GONG))
    await state(store, WIKIDATA, performer(EVE))
    (song,) = (await work(store)).songs
    assert [(one.artist.ref, one.rank) for one in song.performers] == [(GONG, 0), (EVE, 1)]
    assert song.solo


async def event_row(database: Database) -> tuple[int, int, str, str]:
    return await database.read(lambda c: c.execute("SELECT id, revision, earliest, status FROM event").fetchone())


async def test_an_event_stays_the_same_whoever_states_its_date(store: Database) -> None:
    await state(store, WIKIDATA, premiere("2025-01-03"))
    (id_, revision, _, _) = await event_row(store)
    await state(store, SEED, premiere("2025-01-04", Status.CONFIRMED))
    assert await event_row(store) == (id_, revision + 1, "2025-01-03T15:00:00Z", "confirmed")
    current, other = (await work(store)).profile.events
    assert (current.id, current.rank, other.rank, other.when.agrees(current.when)) == (id_, 0, 1, False)
    await state(store, SEED)
    assert await event_row(store) == (id_, revision + 2, "2025-01-02T15:00:00Z", "expected")
    await state(store, WIKIDATA, genre("comedy"))
    assert await store.read(lambda c: c.execute("SELECT count(*) FROM event").fetchone()) == (0,)


async def test_a_finer_date_that_agrees_refines_the_event_and_is_cited_with_it(store: Database) -> None:
    await state(store, SEED, premiere("2025-01-04"))
    await state(store, TVMAZE, premiere("2025-01-04 21:20", Status.CONFIRMED))
    (_, _, earliest, status) = await event_row(store)
    assert (earliest, status) == ("2025-01-04T12:20:00Z", "confirmed")
    current = (await work(store)).profile.events[0]
    assert [source.url for source in current.sources] == ["https://x.example/shows/1"]


async def test_the_same_date_has_the_sources_of_all_who_state_it(store: Database) -> None:
    await state(store, WIKIDATA, premiere("2025-01-04"))
    await state(store, SEED, premiere("2025-01-04"))
    (current,) = (await work(store)).profile.events
    assert [source.publisher for source in current.sources] == [str(SEED), str(WIKIDATA)]


async def announced(database: Database) -> None:
    """Let the premiere have been announced in a channel."""
    columns = "event_id, revision, stage, guild_id, channel_id, due_at, send_at, day, expires_at, state, nonce"
    row = "SELECT id, revision, 'confirmed', 1, 2, earliest, earliest, '', earliest, 'sent', 'n' FROM event"
    await database.write(lambda c: c.execute(f"INSERT INTO delivery ({columns}) {row}"))


async def test_an_announced_date_that_an_import_takes_back_is_withdrawn(store: Database) -> None:
    await state(store, TVMAZE, premiere("2099-01-04", Status.CONFIRMED))
    await announced(store)
    await state(store, TVMAZE, genre("space"))
    current = (await work(store)).profile.events[0]
    assert (current.revision, current.status, current.when.earliest) == (2, Status.REPORTED, None)
    past = await store.read(lambda c: c.execute("SELECT revision, earliest FROM event_past").fetchall())
    assert past == [(1, "2099-01-03T15:00:00Z")]


async def test_an_announced_date_that_an_import_takes_back_with_its_drama_is_withdrawn(store: Database) -> None:
    await state(store, TVMAZE, premiere("2099-01-04", Status.CONFIRMED))
    await announced(store)
    await state(store, TVMAZE)
    current = (await work(store)).profile.events[0]
    assert (current.revision, current.status, current.when.earliest) == (2, Status.REPORTED, None)


async def test_a_date_that_a_file_no_longer_states_is_only_no_longer_firm(store: Database) -> None:
    await state(store, SEED, premiere("2099-01-04", Status.CONFIRMED))
    await announced(store)
    await state(store, SEED, genre("space"))
    current = (await work(store)).profile.events[0]
    assert (current.revision, current.status, current.when.first_day is not None) == (1, Status.REPORTED, True)
