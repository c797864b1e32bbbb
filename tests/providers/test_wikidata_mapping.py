"""Documents of Wikidata become records: what is taken, what is left, and every trap of their shape."""

from __future__ import annotations

from typing import Any

import pytest

from bot.catalogue import when
from bot.catalogue.model import EventKind, Kind, Status
from bot.providers.service import ProviderError
from bot.providers.wikidata_document import Entity
from bot.providers.wikidata_mapping import LANGUAGES, kind_of, record_of
from bot.store import record
from bot.store.record import Record, Thing
from tests.providers.wikidata_world import (
    Document,
    amount,
    claim,
    document,
    drama,
    group,
    item,
    nobody_knows,
    person,
    time,
    value,
    words,
)


def mapped(each: Document, kind: Kind | None = None, **known: Any) -> Record:
    found = record_of(Entity(each), kind, **known)
    assert found is not None
    return found


def main(each: Document, kind: Kind | None = None, **known: Any) -> Thing:
    return mapped(each, kind, **known).things[0]


def said(thing: Thing, shape: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(each.columns[column] for column in columns) for each in thing.said if each.shape == shape]


def names(each: Document) -> list[tuple[Any, ...]]:
    return said(main(each), "name", "text", "kind", "language")


def korean(labels: dict[str, str], *claims: Document, aliases: dict[str, list[str]] | None = None) -> Document:
    known = (claim(item("P31", "Q5398426")), claim(item("P495", "Q884")))
    return document("Q100", labels, *known, *claims, aliases=aliases)


def human(labels: dict[str, str], *claims: Document, aliases: dict[str, list[str]] | None = None) -> Document:
    return document("Q200", labels, claim(item("P31", "Q5")), *claims, aliases=aliases)


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (korean({"en": "Stars", "ko": "별들"}), [("Stars", "official", "en"), ("별들", "original", "ko")]),
        (human({"mul": "Rosa"}), [("Rosa", "official", "en")]),
        (human({"mul": "Rosa", "en": "Rosa Park"}), [("Rosa Park", "official", "en")]),
        (human({"en-gb": "Rosa"}), [("Rosa", "official", "en")]),
        (human({"mul": "박로사"}), [("박로사", "original", "ko")]),
        (human({"en": "  Rosa\u3000 Park "}), [("Rosa Park", "official", "en")]),
        (
            korean({"en": "Stars", "ko": "별들 (드라마)"}, claim(words("P1476", "별들", "ko"))),
            [("Stars", "official", "en"), ("별들", "original", "ko"), ("별들 (드라마)", "alternative", "ko")],
        ),
        (korean({"en": "Stars"}, claim(words("P1476", "Stelle", "it"))), [("Stars", "official", "en")]),
        (
            human({"en": "Rosa"}, claim(words("P1559", "박로사", "ko"))),
            [("Rosa", "official", "en"), ("박로사", "original", "ko")],
        ),
        (
            human({"en": "Rosa", "ko": "로사"}, claim(words("P1559", "박로사", "ko"))),
            [("Rosa", "official", "en"), ("로사", "original", "ko"), ("박로사", "alternative", "ko")],
        ),
        (
            human({"en": "Rosa", "zh-hans": "罗", "zh-hant": "羅", "pt-br": "Rosinha", "id": "Rosa", "ja": "ロサ"}),
            [
                ("Rosa", "official", "en"),
                ("ロサ", "official", "ja"),
                ("罗", "official", "zh"),
                ("羅", "official", "zh-TW"),
                ("Rosinha", "official", "pt"),
            ],
        ),
        (
            human(
                {
                    "en": "Rosa",
                    "zh": "罗莎",
                    "zh-hans": "罗",
                    "zh-tw": "羅莎",
                    "zh-hant": "羅",
                    "pt": "Rôsa",
                    "pt-br": "R",
                }
            ),
            [
                ("Rosa", "official", "en"),
                ("罗莎", "official", "zh"),
                ("羅莎", "official", "zh-TW"),
                ("Rôsa", "official", "pt"),
            ],
        ),
        (
            human({"en": "Rosa"}, aliases={"en": ["Rosa", "Rosie", "로지"], "mul": ["R."], "es": ["Rosie", "Rosita"]}),
            [
                ("Rosa", "official", "en"),
                ("Rosie", "alternative", "en"),
                ("로지", "alternative", "ko"),
                ("R.", "alternative", "en"),
                ("Rosita", "alternative", "es"),
            ],
        ),
        (
            human(
                {"en": "Rosa"},
                claim(value("P742", "Rosie")),
                claim(words("P1477", "박장미", "ko")),
                aliases={"ko": ["박장미"]},
            ),
            [("Rosa", "official", "en"), ("Rosie", "stage", "en"), ("박장미", "birth", "ko")],
        ),
        (human({"en": "EXO", "ko": "EXO"}), [("EXO", "official", "en")]),
    ],
)
def test_names_come_in_order_each_once_with_their_kind(each: Document, expected: list[tuple[Any, ...]]) -> None:
    assert names(each) == expected
    assert [position for (position,) in said(main(each), "name", "position")] == list(range(len(expected)))


def test_a_birth_name_is_taken_only_where_it_is_an_alias() -> None:
    assert names(human({"en": "Rosa"}, claim(words("P1477", "박장미", "ko")))) == [("Rosa", "official", "en")]


def test_each_language_is_asked_for_once() -> None:
    assert sorted(LANGUAGES) == sorted(
        ["en", "mul", "ko", "ja", "zh", "zh-hans", "zh-hant", "zh-tw", "es", "pt", "pt-br", "id"]
    )


@pytest.mark.parametrize(
    ("claims", "kind", "type_"),
    [
        ([item("P31", "Q5398426"), item("P495", "Q884")], Kind.WORK, "drama"),
        ([item("P31", "Q1259759"), item("P449", "Q333424")], Kind.WORK, "drama"),
        ([item("P31", "Q5398426")], None, None),
        ([item("P31", "Q506240"), item("P495", "Q884")], Kind.WORK, "film"),
        ([item("P31", "Q11424"), item("P31", "Q482612"), item("P495", "Q884")], Kind.WORK, "drama"),
        ([item("P31", "Q336181"), item("P495", "Q884")], Kind.WORK, "show"),
        ([item("P31", "Q5398426"), item("P136", "Q182415"), item("P495", "Q884")], Kind.WORK, "show"),
        ([item("P31", "Q15416"), item("P31", "Q5398426"), item("P495", "Q884")], Kind.WORK, "drama"),
        ([item("P31", "Q15416"), item("P495", "Q884")], Kind.WORK, "show"),
        ([item("P31", "Q3464665"), item("P495", "Q884")], None, None),
        ([item("P31", "Q5398426"), item("P31", "Q581714"), item("P495", "Q884")], None, None),
        ([item("P31", "Q216337"), item("P136", "Q213665")], Kind.GROUP, None),
        ([item("P31", "Q215380")], None, None),
        ([item("P31", "Q5")], Kind.PERSON, None),
        ([item("P31", "Q515"), item("P495", "Q884")], None, None),
        ([nobody_knows("P31")], None, None),
        ([], None, None),
    ],
)
def test_classes_and_origin_decide_what_an_item_is(
    claims: list[Document], kind: Kind | None, type_: str | None
) -> None:
    each = document("Q1", {"en": "One"}, *map(claim, claims))
    assert kind_of(Entity(each)) is kind
    found = record_of(Entity(each))
    assert (found.things[0].type if found else None) == type_


@pytest.mark.parametrize(
    ("each", "kind"),
    [
        (person("Q1", "Rosa"), Kind.WORK),
        (person("Q1", "Rosa"), Kind.GROUP),
        (drama("Q1", "Stars"), Kind.PERSON),
        (drama("Q1", "Stars"), Kind.GROUP),
        (document("Q1", {}, claim(item("P31", "Q5"))), Kind.PERSON),
        (document("Q1", {"fr": "Rosa"}, claim(item("P31", "Q5"))), Kind.PERSON),
    ],
)
def test_what_turned_into_something_else_or_has_no_name_is_no_record(each: Document, kind: Kind) -> None:
    assert record_of(Entity(each), kind) is None


def test_what_is_listed_as_a_group_is_one_whatever_its_class() -> None:
    each = document("Q1", {"en": "Duo"}, claim(item("P31", "Q9212979")))
    assert main(each, Kind.GROUP).kind is Kind.GROUP


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim(time("P580", "+2016-12-02T00:00:00Z"))], [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P580", "+2016-12-01T00:00:00Z", 10))], [("premiere", "month", "2016-11-30T15:00:00Z")]),
        ([claim(time("P580", "+2016-12-00T00:00:00Z", 10))], [("premiere", "month", "2016-11-30T15:00:00Z")]),
        ([claim(time("P580", "+2016-01-01T00:00:00Z", 9))], [("premiere", "year", "2015-12-31T15:00:00Z")]),
        ([claim(time("P580", "+2016-00-00T00:00:00Z", 9))], [("premiere", "year", "2015-12-31T15:00:00Z")]),
        ([claim(time("P580", "+2016-00-00T00:00:00Z", 8))], []),
        ([claim(time("P580", "+2016-00-00T00:00:00Z", 7))], []),
        ([claim(time("P580", "+2016-12-00T00:00:00Z", 11))], []),
        ([claim(time("P580", "+2016-02-30T00:00:00Z"))], []),
        ([claim(time("P580", "-0200-02-03T00:00:00Z"))], []),
        ([claim(time("P580", "+12016-02-03T00:00:00Z"))], []),
        ([claim(nobody_knows("P580"))], []),
        ([claim(nobody_knows("P580", "novalue")), claim(time("P577", "+2016-12-02T00:00:00Z"))],
         [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P577", "+2017-01-05T00:00:00Z")), claim(time("P577", "+2016-12-02T00:00:00Z"))],
         [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P580", "+2016-00-00T00:00:00Z", 9)), claim(time("P580", "+2016-12-02T00:00:00Z"))],
         [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P1191", "+2016-12-02T00:00:00Z"))], [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P580", "+2015-01-01T00:00:00Z"), rank="deprecated"),
          claim(time("P580", "+2016-12-02T00:00:00Z"))],
         [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P580", "+2015-01-01T00:00:00Z")), claim(time("P580", "+2016-12-02T00:00:00Z"), rank="preferred")],
         [("premiere", "day", "2016-12-01T15:00:00Z")]),
        ([claim(time("P582", "+2017-01-21T00:00:00Z"))], [("finale", "day", "2017-01-20T15:00:00Z")]),
    ],
)  # fmt: skip
def test_dates_are_as_precise_as_they_were_stated(claims: list[Document], expected: list[tuple[Any, ...]]) -> None:
    thing = main(drama("Q1", "Stars", *claims))
    dated = record.event(EventKind.PREMIERE, when.parse("2016"), Status.EXPECTED).shape
    assert said(thing, dated, "kind", "precision", "earliest") == expected
    assert {(status, zone) for status, zone in said(thing, dated, "status", "zone")} <= {("expected", "Asia/Seoul")}


def test_the_year_of_a_work_is_that_of_its_premiere() -> None:
    assert main(drama("Q1", "Stars", claim(time("P580", "+2016-00-00T00:00:00Z", 9)))).year == 2016
    assert main(drama("Q1", "Stars", claim(time("P582", "+2017-01-21T00:00:00Z")))).year is None


def test_networks_come_before_streaming_services_and_other_distributors_are_left_out() -> None:
    each = drama(
        "Q1",
        "Stars",
        claim(item("P750", "Q907311")),
        claim(item("P750", "Q999")),
        claim(item("P449", "Q907311")),
        claim(item("P449", "Q333424")),
    )
    assert [str(id_) for (id_,) in said(main(each), "airing", "organisation_id")] == [
        "wikidata/Q333424",
        "wikidata/Q907311",
    ]


@pytest.mark.parametrize(("id_", "type_"), [("Q333424", "network"), ("Q907311", "platform")])
def test_organisations_are_names_and_a_type(id_: str, type_: str) -> None:
    thing = main(document(id_, {"en": "Channel"}, claim(value("P856", "https://example.org"))), Kind.ORGANISATION)
    assert (thing.kind, thing.type, len(thing.said)) == (Kind.ORGANISATION, type_, 1)


def cast(*claims: Document) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    found = mapped(drama("Q1", "Stars", *claims))
    credits_ = [
        (person.id, str(character) if character else None, role, billing)
        for person, character, role, billing in said(
            found.things[0], "credit", "person_id", "character_id", "role", "billing"
        )
    ]
    characters = [(str(thing.id), *said(thing, "name", "text", "language")[0]) for thing in found.things[1:]]
    return credits_, characters


@pytest.mark.parametrize(
    ("claims", "credits_", "characters"),
    [
        ([claim(item("P161", "Q2"))], [("Q2", None, None, 1)], []),
        ([claim(item("P161", "Q2"), item("P453", "Q3"))], [("Q2", "wikidata/Q3", None, 1)], []),
        ([claim(item("P161", "Q2"), item("P453", "Q3"), item("P453", "Q3"), value("P4633", "Shin"))],
         [("Q2", "wikidata/Q3", None, 1)], []),
        ([claim(item("P161", "Q2"), item("P453", "Q3"), item("P453", "Q4"))],
         [("Q2", "wikidata/Q3", None, 1), ("Q2", "wikidata/Q4", None, 2)], []),
        ([claim(item("P161", "Q2"), value("P4633", "Kim Shin"), value("P4633", "김신"))],
         [("Q2", "wikidata-role/Q1/Q2/1", None, 1), ("Q2", "wikidata-role/Q1/Q2/2", None, 2)],
         [("wikidata-role/Q1/Q2/1", "Kim Shin", "en"), ("wikidata-role/Q1/Q2/2", "김신", "ko")]),
        ([claim(item("P161", "Q2"), nobody_knows("P453"))], [("Q2", None, None, 1)], []),
        ([claim(item("P161", "Q2"), item("P453", "Q2"))], [("Q2", None, None, 1)], []),
        ([claim(item("P161", "Q2")), claim(item("P161", "Q2"), item("P453", "Q3"))],
         [("Q2", "wikidata/Q3", None, 1)], []),
        ([claim(item("P161", "Q2"), value("P1545", "2")), claim(item("P161", "Q4")),
          claim(item("P161", "Q3"), value("P1545", "1"))],
         [("Q3", None, None, 1), ("Q2", None, None, 2), ("Q4", None, None, 3)], []),
        ([claim(item("P161", "Q2"), item("P3831", "Q1765879")), claim(item("P161", "Q3"), item("P3831", "Q999"))],
         [("Q2", None, "lead", 1), ("Q3", None, None, 2)], []),
        ([claim(item("P161", "Q2"), rank="deprecated"), claim(item("P161", "Q3")),
          claim(item("P161", "Q4"), rank="preferred")],
         [("Q4", None, None, 1), ("Q3", None, None, 2)], []),
        ([claim(nobody_knows("P161"))], [], []),
    ],
)  # fmt: skip
def test_a_cast_has_the_characters_and_the_order_that_are_stated(
    claims: list[Document], credits_: list[tuple[Any, ...]], characters: list[tuple[Any, ...]]
) -> None:
    assert cast(*claims) == (credits_, characters)


def test_works_have_their_crew_genres_episodes_site_and_ids() -> None:
    each = drama(
        "Q1",
        "Stars",
        claim(item("P57", "Q2")),
        claim(item("P58", "Q2")),
        claim(item("P86", "Q3")),
        claim(item("P162", "Q4")),
        claim(item("P136", "Q1366112")),
        claim(item("P136", "Q2484376")),
        claim(item("P136", "Q182015")),
        claim(item("P136", "Q860626")),
        claim(amount("P1113", "+16")),
        claim(value("P856", "http://old.example.org"), time("P582", "+2018-01-01T00:00:00Z")),
        claim(value("P856", "https://example.org")),
        claim(value("P345", "tt1")),
        claim(value("P8600", "43")),
        claim(value("P4983", "99")),
        claim(value("P434", "not of a work")),
    )
    thing = main(each)
    assert [(id_.id, job) for id_, job in said(thing, "crew", "person_id", "job")] == [
        ("Q2", "writer"),
        ("Q2", "director"),
        ("Q3", "music_director"),
    ]
    assert said(thing, "detail", "attribute", "value", "position") == [
        ("genre", '{"en": "Thriller", "ko": "스릴러"}', 0),
        ("genre", '{"en": "Romantic comedy", "ko": "로맨틱 코미디"}', 1),
        ("episodes", '{"en": "16", "ko": "16부작"}', 2),
    ]
    assert said(thing, "link", "kind", "url") == [("official", "https://example.org")]
    assert list(map(str, thing.also)) == ["imdb/tt1", "tvmaze-show/43", "tmdb-tv/99"]
    assert thing.partial == "cast"


def test_a_group_states_memberships_of_its_members_and_knows_parts_that_are_groups() -> None:
    each = group(
        "Q1",
        "Seven",
        claim(item("P527", "Q2"), time("P580", "+2013-06-13T00:00:00Z"), time("P582", "+2019-00-00T00:00:00Z", 9)),
        claim(item("P527", "Q3"), time("P580", "+2013-06-00T00:00:00Z", 10), nobody_knows("P582")),
        claim(item("P527", "Q4"), rank="preferred"),
        claim(item("P527", "Q9")),
        claim(value("P434", "0-0")),
    )
    found = mapped(each, groups={"Q9"})
    assert [
        (thing.id.id, thing.kind, said(thing, "membership", "group_id", "since", "until")) for thing in found.things[1:]
    ] == [
        ("Q4", Kind.PERSON, [(("wikidata", "Q1"), None, None)]),
        ("Q2", Kind.PERSON, [(("wikidata", "Q1"), "2013-06-13", "2019")]),
        ("Q3", Kind.PERSON, [(("wikidata", "Q1"), "2013-06", None)]),
    ]
    assert list(map(str, found.things[0].also)) == ["musicbrainz-artist/0-0"]


def test_who_left_and_came_back_is_a_member_since_the_first_day() -> None:
    each = person(
        "Q2",
        "Rosa",
        claim(item("P463", "Q1"), time("P580", "+2013-06-13T00:00:00Z"), time("P582", "+2015-01-01T00:00:00Z")),
        claim(item("P463", "Q1"), time("P580", "+2017-01-01T00:00:00Z")),
    )
    assert said(main(each), "membership", "since", "until") == [("2013-06-13", None)]


def test_of_people_only_names_occupations_memberships_and_days_are_taken() -> None:
    each = person(
        "Q2",
        "Rosa",
        claim(time("P569", "+1990-12-04T00:00:00Z")),
        claim(item("P21", "Q6581072")),
        claim(item("P26", "Q3")),
        claim(item("P27", "Q884")),
        claim(item("P140", "Q4")),
        claim(item("P106", "Q10800557")),
        claim(item("P106", "Q33999")),
        claim(item("P106", "Q82955")),
        claim(item("P106", "Q177220")),
        claim(item("P463", "Q1")),
        claim(value("P856", "https://example.org")),
        claim(value("P345", "nm1")),
    )
    thing = main(each, related={"Q30", "Q4"})
    assert [part.shape for part in thing.said] == ["name", "detail", "detail", "membership", "year_day"]
    assert "1990" not in record.dump(mapped(each))
    assert said(thing, "detail", "attribute", "value") == [
        ("occupation", '{"en": "Actor", "ko": "배우"}'),
        ("occupation", '{"en": "Singer", "ko": "가수"}'),
    ]
    assert [id_.id for id_ in thing.related] == ["Q1", "Q4", "Q30"]
    assert list(map(str, thing.also)) == ["imdb/nm1"]


BORN, ANOTHER_DAY = time("P569", "+1990-12-04T00:00:00Z"), time("P569", "+1990-12-05T00:00:00Z")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim(BORN)], [("birthday", "12-04", None)]),
        ([claim(time("P569", "+1992-02-29T00:00:00Z"))], [("birthday", "02-29", None)]),
        ([claim(time("P569", "+1990-12-00T00:00:00Z", 10))], []),
        ([claim(time("P569", "+1990-00-00T00:00:00Z", 9))], []),
        ([claim(nobody_knows("P569"))], []),
        ([claim(BORN), claim(ANOTHER_DAY)], []),
        (
            [claim(BORN), claim(time("P569", "+1991-12-04T00:00:00Z"))],
            [("birthday", "12-04", None)],
        ),
        (
            [
                claim(BORN, rank="preferred"),
                claim(ANOTHER_DAY),
            ],
            [("birthday", "12-04", None)],
        ),
        ([claim(BORN), claim(time("P570", "+2020-00-00T00:00:00Z", 9))], []),
        ([claim(BORN), claim(nobody_knows("P570"))], []),
        ([claim(time("P2031", "+2008-09-18T00:00:00Z"))], [("debut", "09-18", 2008)]),
        ([claim(time("P2031", "+2008-09-18T00:00:00Z")), claim(time("P2032", "+2019-00-00T00:00:00Z", 9))], []),
        ([claim(time("P2031", "+2008-00-00T00:00:00Z", 9))], []),
        ([claim(time("P571", "+2008-09-18T00:00:00Z"))], []),
    ],
)
def test_days_of_a_person_are_known_to_the_day_or_not_at_all(
    claims: list[Document], expected: list[tuple[str, str, int | None]]
) -> None:
    each = person("Q2", "Rosa", *claims)
    assert said(main(each), "year_day", "kind", "day", "year") == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim(time("P571", "+2013-06-13T00:00:00Z"))], [("debut", "06-13", 2013)]),
        (
            [claim(time("P571", "+2013-06-13T00:00:00Z")), claim(time("P2031", "+2013-07-01T00:00:00Z"))],
            [("debut", "07-01", 2013)],
        ),
        (
            [claim(time("P571", "+2013-06-13T00:00:00Z")), claim(time("P2031", "+2013-00-00T00:00:00Z", 9))],
            [("debut", "06-13", 2013)],
        ),
        (
            [claim(time("P571", "+2013-06-13T00:00:00Z")), claim(time("P571", "+2012-06-12T00:00:00Z"))],
            [("debut", "06-12", 2012)],
        ),
        ([claim(time("P571", "+2013-06-13T00:00:00Z")), claim(time("P576", "+2020-00-00T00:00:00Z", 9))], []),
        ([claim(time("P571", "+2013-06-00T00:00:00Z", 10))], []),
    ],
)
def test_the_day_on_which_a_group_began(claims: list[Document], expected: list[tuple[str, str, int | None]]) -> None:
    assert said(main(group("Q1", "Seven", *claims)), "year_day", "kind", "day", "year") == expected


def test_old_documents_without_ids_ranks_and_datatypes_are_read() -> None:
    each = drama("Q1", "Stars", claim(item("P57", "Q2")))
    del each["claims"]["P57"][0]["mainsnak"]["datavalue"]["value"]["id"]
    del each["claims"]["P57"][0]["rank"]
    assert said(main(each), "crew", "person_id") == [(("wikidata", "Q2"),)]


def broken(property_: str, content: object) -> Document:
    return drama("Q1", "Stars", claim(value(property_, content)))


@pytest.mark.parametrize(
    ("each", "problem"),
    [
        ([], "Wikidata's answer has another shape: "),
        ({"id": "Q1", "labels": {"en": "Stars"}}, "Wikidata's Q1 has another shape: .* at labels.en"),
        ({"id": "Q1", "labels": ["Stars"]}, "Wikidata's Q1 has another shape: .* at labels"),
        ({"id": "Q1", "aliases": {"en": {"value": "S"}}}, "Wikidata's Q1 has another shape: .* at aliases.en"),
        ({"id": "Q1", "lastrevid": "soon"}, "Wikidata's Q1 has another shape: .* at lastrevid"),
        ({"id": "L1"}, "Wikidata's L1 has another shape: .* at id"),
        ({"id": "Q1", "claims": {"P31": {}}}, "Wikidata's Q1 has another shape: .* at P31/claims"),
        ({"id": "Q1", "claims": {"P31": [{"rank": "normal"}]}}, "Wikidata's Q1 has another shape: .* at P31/claims.0"),
        (broken("P57", "Q2"), "Wikidata's Q1 has another shape: expected an item with its id at P57"),
        (broken("P1113", 16), "Wikidata's Q1 has another shape: expected an amount at P1113"),
        (broken("P1113", {"amount": "many"}), "Wikidata's Q1 has another shape: expected an amount at P1113"),
        (broken("P580", {"time": "2016", "precision": 9}), "expected a time with its precision at P580"),
        (broken("P1476", "별들"), "expected text with its language at P1476"),
        (broken("P856", {"url": "x"}), "expected text at P856"),
        (
            drama("Q1", "S", claim({"snaktype": "value", "property": "P57"})),
            "Wikidata's Q1 has another shape: expected an item with its id at P57",
        ),
        (
            drama("Q1", "S", claim(item("P161", "Q2"), value("P453", "Shin"))),
            "Wikidata's Q1 has another shape: expected an item with its id at P161/P453",
        ),
    ],
)
def test_a_changed_shape_is_one_line_that_names_the_entity_and_what_was_expected(each: object, problem: str) -> None:
    with pytest.raises(ProviderError, match=problem) as caught:
        record_of(Entity(each))
    assert "\n" not in str(caught.value)


def test_properties_that_are_not_used_may_have_any_shape() -> None:
    each: Document = {**drama("Q1", "Stars"), "sitelinks": 3, "descriptions": None}
    each["claims"]["P2002"] = "nonsense"
    assert main(each).kind is Kind.WORK
