"""Runs over Wikidata: full ones, those that ask what changed, and those that go on where another one ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from bot.providers.provider import Batch, Held, Known, Provider
from bot.providers.service import ProviderError, Service
from bot.providers.wikidata import AT_ONCE, EXAMPLE, Wikidata
from bot.store import record
from tests.providers.wikidata_world import Document, FakeWikidata, claim, document, drama, group, item, person, words

NOTHING = Known({}, {})


def world() -> FakeWikidata:
    """Two dramas that share an actor, a group of two, a soloist, a network and a character."""
    return FakeWikidata(
        drama(
            "Q10",
            "Stars",
            claim(item("P449", "Q333424")),
            claim(item("P161", "Q30"), item("P453", "Q50")),
            claim(item("P57", "Q31")),
        ),
        drama("Q9", "Moons", claim(item("P161", "Q30"))),
        group("Q20", "Seven", claim(item("P527", "Q32")), claim(item("P527", "Q30")), claim(item("P527", "Q21"))),
        group("Q21", "Three of Seven"),
        person("Q30", "Rosa", claim(item("P463", "Q20"))),
        person("Q31", "Dana"),
        person("Q32", "Mina"),
        person("Q33", "Solo", claim(item("P136", "Q213665"))),
        document("Q333424", {"en": "tvN"}),
        document("Q50", {"en": "The Pilot"}),
    )


def crowd() -> FakeWikidata:
    """Dramas and people enough for several requests in each phase."""
    works = [drama(f"Q{n}", f"Drama {n}", claim(item("P161", f"Q{n % 120 + 1000}"))) for n in range(1, 131)]
    return FakeWikidata(
        *works, *(person(f"Q{n}", f"Person {n}") for n in range(1000, 1120)), group("Q900", "G"), group("Q901", "H")
    )


def provider(fake: FakeWikidata) -> Provider:
    service = cast("Service", fake)
    return Wikidata(service, service)


async def run(
    fake: FakeWikidata, known: Known = NOTHING, cursor: str | None = None, *, full: bool = True
) -> list[Batch]:
    return [batch async for batch in provider(fake).run(known, cursor, full=full)]


def records(batches: list[Batch]) -> dict[str, str]:
    """The records by id, as lines; none may come twice."""
    lines = [(fetched.record.id, record.dump(fetched.record)) for batch in batches for fetched in batch.fetched]
    assert len(dict(lines)) == len(lines)
    return dict(lines)


def gone(batches: list[Batch]) -> list[str]:
    return [id_ for batch in batches for id_ in batch.gone]


def moved(batches: list[Batch]) -> dict[str, str]:
    return {old.id: new.id for batch in batches for old, new in (batch.moved or {}).items()}


def held(batches: list[Batch], before: Known = NOTHING) -> Known:
    """What is known once these batches are stored."""
    kept = dict(before.held)
    for batch in batches:
        kept |= {each.record.id: Held(each.record.id, each.version) for each in batch.fetched}
        for id_ in batch.gone:
            del kept[id_]
    return Known(kept, before.ids)


def change(fake: FakeWikidata, each: Document) -> None:
    fake.documents[each["id"]] = each | {"lastrevid": fake.documents[each["id"]]["lastrevid"] + 1}


async def test_a_full_run_takes_what_is_listed_and_whom_and_what_that_names() -> None:
    batches = await run(world())
    assert sorted(records(batches)) == ["Q10", "Q20", "Q21", "Q30", "Q31", "Q32", "Q33", "Q333424", "Q50", "Q9"]
    orders = {each.record.id: each.order for batch in batches for each in batch.fetched}
    assert orders["Q333424"] < orders["Q10"] == orders["Q20"] < orders["Q30"] < orders["Q50"]
    assert gone(batches) == []
    assert batches[-1].left == 0


async def test_people_are_told_apart_by_all_that_names_them() -> None:
    (rosa,) = [
        each.record.things[0] for batch in await run(world()) for each in batch.fetched if each.record.id == "Q30"
    ]
    assert [id_.id for id_ in rosa.related] == ["Q9", "Q10", "Q20"]


async def test_a_group_within_a_group_is_no_person() -> None:
    batches = await run(world())
    (seven,) = [each.record for batch in batches for each in batch.fetched if each.record.id == "Q20"]
    assert [thing.id.id for thing in seven.things] == ["Q20", "Q32", "Q30"]


async def test_the_first_run_is_full_and_a_second_one_finds_nothing_new() -> None:
    fake = world()
    first = await run(fake, full=False)
    assert len(records(first)) == 10
    for full in (False, True):
        again = await run(fake, held(first), full=full)
        assert (records(again), gone(again), moved(again)) == ({}, [], {})


async def test_a_run_asks_only_for_revisions_of_what_did_not_change() -> None:
    fake = world()
    known = held(await run(fake))
    fake.asked.clear()
    change(fake, drama("Q9", "New Moons"))
    assert list(records(await run(fake, known, full=False))) == ["Q9"]
    assert [ids for props, ids in fake.asked if props != "info"] == [("Q9",)]


async def test_a_run_takes_whom_a_changed_work_newly_names() -> None:
    fake = world()
    known = held(await run(fake))
    fake.documents["Q34"] = person("Q34", "Nora")
    fake.documents["Q51"] = document("Q51", {"ko": "선장"})
    change(fake, drama("Q9", "Moons", claim(item("P161", "Q34"), item("P453", "Q51")), claim(item("P161", "Q30"))))
    batches = await run(fake, known, full=False)
    assert sorted(records(batches)) == ["Q34", "Q51", "Q9"]
    (nora,) = [each.record.things[0] for batch in batches for each in batch.fetched if each.record.id == "Q34"]
    assert [id_.id for id_ in nora.related] == ["Q9"]


@pytest.mark.parametrize("full", [True, False])
async def test_what_is_deleted_is_gone(full: bool) -> None:
    fake = world()
    known = held(await run(fake))
    del fake.documents["Q9"], fake.documents["Q31"]
    fake.documents["Q11"] = drama("Q11", "Suns")
    assert sorted(gone(await run(fake, known, full=full))) == ["Q31", "Q9"]


@pytest.mark.parametrize("full", [True, False])
async def test_what_was_merged_has_moved(full: bool) -> None:
    fake = world()
    known = held(await run(fake))
    fake.redirects["Q31"] = "Q35"
    fake.documents["Q35"] = person("Q35", "Dana Kim")
    batches = await run(fake, known, full=full)
    assert (gone(batches), moved(batches), list(records(batches))) == (["Q31"], {"Q31": "Q35"}, ["Q35"])


@pytest.mark.parametrize("full", [True, False])
async def test_what_was_merged_into_something_held_only_moves(full: bool) -> None:
    fake = world()
    known = held(await run(fake))
    fake.redirects["Q31"] = "Q32"
    batches = await run(fake, known, full=full)
    assert (gone(batches), moved(batches), records(batches)) == (["Q31"], {"Q31": "Q32"}, {})


async def test_a_redirect_may_come_under_the_id_it_leads_to() -> None:
    fake = world()
    fake.answer = {"entities": {"Q32": person("Q32", "Mina") | {"redirects": {"from": "Q31", "to": "Q32"}}}}
    found = await Wikidata(cast("Service", fake), cast("Service", fake)).entities(["Q31", "Q32"])
    assert {asked: entity and entity.id for asked, entity in found.items()} == {"Q31": "Q32", "Q32": "Q32"}


async def test_a_cast_that_names_a_merged_item_leads_to_what_replaced_it() -> None:
    fake = world()
    fake.redirects["Q29"] = "Q30"
    change(fake, drama("Q9", "Moons", claim(item("P161", "Q29"))))
    batches = await run(fake)
    assert moved(batches) == {"Q29": "Q30"}
    assert gone(batches) == []
    assert len(records(batches)) == 10


async def test_what_is_no_longer_listed_but_still_there_stays() -> None:
    fake = world()
    known = held(await run(fake))
    fake.documents |= {id_: drama(id_, id_) for id_ in ("Q11", "Q12", "Q13")}
    fake.unlisted.add("Q9")
    assert gone(await run(fake, known)) == []


@pytest.mark.parametrize("full", [True, False])
async def test_what_turned_into_something_else_is_gone(full: bool) -> None:
    fake = world()
    known = held(await run(fake))
    fake.documents |= {id_: drama(id_, id_) for id_ in ("Q11", "Q12", "Q13")}
    change(fake, document("Q9", {"en": "Moons"}, claim(item("P31", "Q13406463"))))
    assert gone(await run(fake, known, full=full)) == ["Q9"]


async def test_a_list_that_is_much_too_short_changes_nothing() -> None:
    fake = crowd()
    known = held(await run(fake))
    fake.unlisted |= {f"Q{n}" for n in range(1, 45)}
    with pytest.raises(ProviderError, match=r"^Wikidata lists only 86 of 130 works; nothing was changed$"):
        await run(fake, known)


async def test_an_empty_list_is_no_list() -> None:
    with pytest.raises(ProviderError, match=r"^Wikidata lists no works; nothing was changed$"):
        await run(FakeWikidata())


async def test_ids_that_the_catalogue_has_from_elsewhere_are_looked_at() -> None:
    fake = world()
    fake.documents |= {
        "Q60": person("Q60", "Seeded"),
        "Q61": group("Q61", "Seeded Group", claim(item("P527", "Q62"))),
        "Q62": person("Q62", "Member"),
        "Q63": document("Q63", {"en": "A City"}, claim(item("P31", "Q515"))),
    }
    fake.unlisted.add("Q61")
    found = records(await run(fake, Known({}, {"wikidata": ["Q60", "Q61", "Q63", "Q30", "nonsense"]})))
    assert set(found) == set(records(await run(world()))) | {"Q60", "Q61", "Q62"}


@pytest.mark.parametrize("stores", [True, False])
async def test_a_full_run_goes_on_from_any_cursor_to_the_same_records(stores: bool) -> None:
    fake = crowd()
    seeded = Known({}, {"wikidata": ["Q2000", "Q2001", "Q5"]})
    fake.documents["Q2000"] = person("Q2000", "Seeded")
    fake.documents["Q2001"] = drama("Q2001", "Seeded", claim(item("P161", "Q2002")))
    fake.documents["Q2002"] = person("Q2002", "Named")
    fake.unlisted.add("Q2001")
    whole = await run(fake, seeded)
    assert len(whole) > 6
    for at in range(1, len(whole)):
        before = whole[:at]
        known = held(before, seeded) if stores else seeded
        rest = await run(fake, known, before[-1].cursor, full=False)
        assert records(before + rest) == records(whole)


async def test_a_run_for_changes_goes_on_from_any_cursor_to_the_same_records() -> None:
    fake = crowd()
    known = held(await run(fake))
    for n in (3, 60, 120, 1005, 1110):
        change(fake, fake.documents[f"Q{n}"])
    change(fake, drama("Q70", "Drama 70", claim(item("P161", "Q5000"))))
    fake.documents["Q5000"] = person("Q5000", "New")
    whole = await run(fake, known, full=False)
    assert sorted(records(whole)) == ["Q1005", "Q1110", "Q120", "Q3", "Q5000", "Q60", "Q70"]
    for at in range(1, len(whole)):
        rest = await run(fake, held(whole[:at], known), whole[at - 1].cursor, full=False)
        assert records(whole[:at] + rest) == records(whole)


async def test_cursors_are_small_and_requests_are_of_fifty() -> None:
    fake = crowd()
    batches = await run(fake)
    assert max(len(batch.cursor) for batch in batches) < 100
    assert max(len(ids) for _, ids in fake.asked) == AT_ONCE


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", '{"full": true, "phase": "songs", "after": "Q1"}', "[1]"])
async def test_a_cursor_of_another_version_starts_again(cursor: str) -> None:
    assert records(await run(world(), NOTHING, cursor)) == records(await run(world()))


async def test_a_mark_without_a_kind_is_read_by_revision() -> None:
    fake = world()
    known = Known({"Q9": Held("Q9", "7"), "Q30": Held("Q30", "6"), "Q10": Held("Q10", None)}, {})
    assert sorted(records(await run(fake, known, full=False))) == ["Q10", "Q30", "Q31", "Q333424", "Q50"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ([], "Wikidata's API has another shape: "),
        ({"entities": []}, "Wikidata's API has another shape: .* at entities"),
        ({"entities": {}}, "Wikidata's API has another shape: expected an answer for Q1"),
        ({"entities": {"Q1": 3}}, "Wikidata's Q1 has another shape: "),
        ({"entities": {"Q1": {"id": "Q1"}}}, "Wikidata's Q1 has another shape: expected its revision at lastrevid"),
        ({"error": {"code": "no-such-entity", "info": "Gone."}}, r"Wikidata refuses: no-such-entity Gone\."),
    ],
)
async def test_an_answer_in_another_shape_is_one_line(answer: object, problem: str) -> None:
    fake = world()
    fake.answer = answer
    with pytest.raises(ProviderError, match=problem) as caught:
        await run(fake, Known({"Q1": Held("Q1", "1 work")}, {}), full=False)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"results": {"bindings": [{"item": {"type": "uri"}}]}},
        {"results": {"bindings": [{"item": {"value": "http://www.wikidata.org/entity/L1"}}]}},
        {"boolean": True},
    ],
)
async def test_a_list_in_another_shape_is_one_line(answer: Mapping[str, Any]) -> None:
    fake = world()
    fake.answer = answer
    with pytest.raises(ProviderError, match=r"^Wikidata's query service has another shape: [^\n]*$"):
        await run(fake)


async def test_a_check_says_what_was_found() -> None:
    fake = FakeWikidata(
        drama(
            EXAMPLE,
            "Guardian",
            claim(words("P1476", "도깨비", "ko")),
            claim(item("P161", "Q30"), item("P453", "Q50")),
            claim(item("P161", "Q31")),
        )
    )
    fake.documents[EXAMPLE]["labels"]["ko"] = {"language": "ko", "value": "도깨비"}
    line = await provider(fake).check()
    assert (
        line
        == f"Wikidata: {EXAMPLE} is 도깨비, with 2 in its cast, 1 of them with a character; the query service answers"
    )


@pytest.mark.parametrize("fake", [FakeWikidata(), FakeWikidata(drama(EXAMPLE, "Guardian"))])
async def test_a_check_fails_on_anything_else(fake: FakeWikidata) -> None:
    with pytest.raises(ProviderError, match="no longer a drama with a Korean name"):
        await provider(fake).check()
