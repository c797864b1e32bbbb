"""Seed files and imports may come in any order, and repeatedly: the catalogue becomes the same."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from itertools import permutations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.catalogue.model import Kind, Ref, Status
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import parse
from bot.store import follows, merging, record, runs
from bot.store.connection import Connection
from bot.store.postgres.connection import connect
from bot.store.reading import entity_id, ref_of
from bot.store.record import EventKind, ExternalId, Record, Thing
from bot.store.shapes import SHAPES
from bot.store.stated import Desired, EntityRow, SourceRow, StatementRow
from tests.engines import Engine
from tests.store.worlds import (
    New,
    Seed,
    apply,
    in_memory,
    is_connected,
    keys_of,
    play,
    records,
    rolled_back,
    seeds,
    shown,
    stored,
)

SMALL = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def new(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[New]:
    """Makes new catalogues on either engine."""
    if engine.server is None:
        yield in_memory
        return
    with ExitStack() as stack:
        yield rolled_back(stack.enter_context(closing(connect(engine.server.database("empty")))))


@SMALL
@given(seeds(), records(), st.data())
def test_any_order_gives_the_same_catalogue(
    new: New, files: list[Seed], documents: list[Record], data: st.DataObject
) -> None:
    assume(is_connected(files, documents))
    steps = [*files, *documents]
    expected = play(new, steps)
    for again in (files, documents, steps):
        assert play(new, [*data.draw(st.permutations(steps)), *again]) == expected


@SMALL
@given(seeds(), records())
def test_loading_again_changes_nothing(new: New, files: list[Seed], documents: list[Record]) -> None:
    with new() as connection:
        for step in (*documents, *files, *documents):
            apply(connection, step)
        before = stored(connection), shown(connection)
        assert [apply(connection, step) for step in (*files, *documents)] == [0] * (len(files) + len(documents))
        assert (stored(connection), shown(connection)) == before


@SMALL
@given(seeds(), records())
def test_what_seed_files_state_survives_every_import(new: New, files: list[Seed], documents: list[Record]) -> None:
    def seeded(connection: Connection) -> set[str]:
        rows = {row for name, rows in stored(connection).items() for row in rows if name in SHAPES and "'seed:" in row}
        return rows | {key for ref in refs for key in (str(ref), _key_of(connection, ref))}

    refs = [ref for file in files for ref in file.desired().entities]
    with new() as connection:
        for file in files:
            apply(connection, file)
        before = seeded(connection)
        for document in (*documents, *documents):
            apply(connection, document)
        assert seeded(connection) == before


def _key_of(connection: Connection, ref: Ref) -> str:
    """What a slug leads to."""
    found = entity_id(connection, ref)
    return keys_of(connection)[found] if found is not None else "nothing"


P0 = Ref(Kind.PERSON, "our-dal")


def seed(slug: str, *authorities: str, one: str = "p0", number: int = 0) -> Seed:
    return Seed(Origin(Authority.SEED, f"ours/{number}.toml"), {one: slug}, {one: authorities}, {}, {})


def document(provider: str, one: str, *also: str, number: int = 0, kind: Kind = Kind.PERSON) -> Record:
    said = (record.name("Ban Dal", "official", "en", 0),)
    known_as = tuple(ExternalId(other, one) for other in also)
    return Record(provider, str(number), (Thing(ExternalId(provider, one), kind, said, also=known_as),))


def test_a_slug_that_an_import_chose_leads_to_the_entity_that_a_seed_file_states(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        imported = Ref(Kind.PERSON, "ban-dal")
        assert follows.add(connection, 1, imported)
        apply(connection, seed("our-dal", "wikidata"))
        assert entity_id(connection, imported) == entity_id(connection, P0)
        assert [label.ref for label in follows.of_guild(connection, 1)] == [P0]
        assert [merge[1:] for merge in merging.merges(connection)] == [(imported, P0)]
        assert apply(connection, seed("our-dal", "wikidata")) == 0


def test_an_import_makes_way_for_another_entity_of_its_slug(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p2"))
        before = entity_id(connection, Ref(Kind.PERSON, "ban-dal"))
        apply(connection, seed("ban-dal", "wikidata"))
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal")) != before
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal-p2")) == before


def test_so_does_a_slug_that_an_import_chose_and_that_was_merged(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        apply(connection, seed("our-dal", "wikidata"))
        apply(connection, seed("ban-dal", "wikidata", one="p2", number=1))
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal")) != entity_id(connection, P0)
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal-p0")) == entity_id(connection, P0)


def test_a_merged_slug_is_the_entitys_once_a_seed_file_states_it_so(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        apply(connection, document("tvmaze", "p0"))
        apply(connection, document("wikidata", "p0", "tvmaze", number=1))
        first, merged = Ref(Kind.PERSON, "ban-dal"), Ref(Kind.PERSON, "ban-dal-p0")
        assert [merge[1:] for merge in merging.merges(connection)] == [(merged, first)]
        apply(connection, seed("ban-dal-p0", "wikidata"))
        found = entity_id(connection, first)
        assert found == entity_id(connection, merged)
        assert found is not None
        assert ref_of(connection, found) == merged
        assert apply(connection, seed("ban-dal-p0", "wikidata")) == 0


def test_a_seed_file_that_states_no_id_means_what_has_its_slug(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        before = entity_id(connection, Ref(Kind.PERSON, "ban-dal"))
        apply(connection, seed("ban-dal"))
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal")) == before


def test_two_that_seed_files_state_stay_two_and_are_reported(new: New) -> None:
    with new() as connection:
        apply(connection, seed("our-dal", "wikidata"))
        apply(connection, seed("their-dal", "tvmaze", number=1))
        apply(connection, document("wikidata", "p0", "tvmaze"))
        assert merging.merges(connection) == []
        assert [doubt.maybe.slug for doubt in runs.doubts(connection)] == ["their-dal"]


def test_a_document_that_knows_both_ids_makes_one_of_two_imports_without_doubt(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        apply(connection, document("tvmaze", "p0"))
        assert entity_id(connection, Ref(Kind.PERSON, "ban-dal-p0")) is not None
        apply(connection, document("wikidata", "p0", "tvmaze", number=1))
        assert len(merging.merges(connection)) == 1
        assert runs.doubts(connection) == []


def test_entities_of_different_kinds_with_one_id_stay_two(new: New) -> None:
    with new() as connection:
        apply(connection, document("wikidata", "p0"))
        apply(connection, document("wikidata", "p0", number=1, kind=Kind.GROUP))
        assert merging.merges(connection) == []


STATION = Ref(Kind.WORK, "our-station")


class Unidentified(Seed):
    """A seed file that states no ids: a drama with its year and its lead."""

    def desired(self) -> Desired:
        desired = Desired(frozenset({self.origin}))
        desired.sources["herald"] = SourceRow("herald", "The Herald", None, None, None, None, None, self.origin)
        desired.entities = {
            STATION: EntityRow(STATION, "drama", "cast", self.origin),
            P0: EntityRow(P0, None, None, self.origin),
        }
        premiere = record.event(EventKind.PREMIERE, parse("2031-04-05"), Status.CONFIRMED)
        lead = record.credit(ExternalId("", ""), None, 1)
        for ref, said, more in (
            (STATION, record.name("Station", "official", "en", 0), {}),
            (STATION, record.name("역", "original", "ko", 1), {}),
            (STATION, premiere, {}),
            (STATION, lead, {"person_id": P0}),
            (P0, record.name("Ban Dal", "official", "en", 0), {}),
        ):
            columns = {key: value for key, value in said.columns.items() if not isinstance(value, ExternalId)}
            desired.statements.append(
                StatementRow(said.shape, ref, columns | more, 0, said.certainty, None, ("herald",))
            )
        return desired


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_has_no_id_is_recognised_by_name_in_any_order(new: New, order: tuple[int, ...]) -> None:
    station, dal = ExternalId("wikidata", "w"), ExternalId("wikidata", "p")
    names = (record.name("Station", "official", "en", 0), record.name("역", "original", "ko", 1))
    dated = record.event(EventKind.PREMIERE, parse("2031"), Status.EXPECTED)
    drama = Thing(station, Kind.WORK, (*names, dated, record.credit(dal, None, 1)), "drama", year=2031)
    lead = Thing(dal, Kind.PERSON, (record.name("Ban Dal", "official", "en", 0),), related=(station,))
    namesake = Thing(ExternalId("wikidata", "q"), Kind.PERSON, (record.name("Ban Dal", "official", "en", 0),))
    steps = (
        Unidentified(Origin(Authority.SEED, "ours/0.toml"), {}, {}, {}, {}),
        Record("wikidata", "w", (drama, lead)),
        Record("wikidata", "q", (namesake,)),
    )
    expected = play(new, steps)
    assert "work/our-station" in str(expected)
    assert "['wikidata:p']" not in str(expected)
    assert play(new, (steps[place] for place in order)) == expected
