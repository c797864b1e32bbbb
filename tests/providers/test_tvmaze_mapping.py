"""What TVmaze says of a show, as a record. The documents are invented; their shape is that of TVmaze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.catalogue.model import Kind
from bot.providers.document import read
from bot.providers.service import ProviderError
from bot.providers.tvmaze_mapping import Aka, Show, record
from bot.store.record import Column, ExternalId, Record, Thing, dump, load

TODAY = date(2025, 1, 10)
KOREA = {"name": "Korea, Republic of", "code": "KR", "timezone": "Asia/Seoul"}
WAVE = {"id": 9, "name": "Wave TV", "country": KOREA, "officialSite": None}
STREAM = {"id": 7, "name": "Streamer", "country": None, "officialSite": None}


def episode(season: int, number: int | None, day: str | None, time: str = "21:20", **more: object) -> dict[str, object]:
    stamp = f"{day}T{time or '12:00'}:00+{'09' if time else '00'}:00" if day else None
    return {"id": 1, "name": "…", "season": season, "number": number, "type": "regular", "airdate": day or ""} | {
        "airtime": time,
        "airstamp": stamp,
        **more,
    }


def part(person: int, character: int, **more: object) -> dict[str, object]:
    named = {"person": {"id": person, "name": f"Actor {person}", "birthday": None}}
    return named | {"character": {"id": character, "name": f"Part {character}"}, "self": False, "voice": False} | more


def document(*episodes: object, cast: Sequence[object] = (), **more: object) -> dict[str, object]:
    return {
        "id": 500,
        "name": "Lighthouse Keepers",
        "type": "Scripted",
        "language": "Korean",
        "genres": ["Drama"],
        "status": "Running",
        "premiered": "2025-01-04",
        "ended": None,
        "schedule": {"time": "21:20", "days": ["Sunday", "Saturday"]},
        "network": WAVE,
        "webChannel": None,
        "externals": {"tvrage": None, "thetvdb": None, "imdb": "tt500"},
        "image": None,
        "summary": "<p>Text.</p>",
        "updated": 1736000000,
        "_embedded": {"cast": list(cast), "episodes": list(episodes)},
        **more,
    }


def mapped(content: Mapping[str, object], akas: Sequence[object] = ()) -> Record:
    show = read(TypeAdapter(Show), content, "TVmaze shows/500")
    found = record(show, read(TypeAdapter(list[Aka]), list(akas), "akas"), TODAY)
    assert load(dump(found)) == found
    return found


def said(thing: Thing, shape: str) -> list[Mapping[str, Column]]:
    return [said.columns for said in thing.said if said.shape == shape]


def events(found: Record) -> dict[tuple[Column, Column], tuple[Column, ...]]:
    return {
        (said.columns["kind"], said.columns["number"]): tuple(
            said.columns[key] for key in ("precision", "earliest", "status")
        )
        for said in found.things[0].said
        if "precision" in said.columns
    }


def names(thing: Thing) -> list[tuple[Column, ...]]:
    return [tuple(columns[key] for key in ("text", "kind", "language")) for columns in said(thing, "name")]


def test_the_work_comes_first_with_its_ids_and_year() -> None:
    found = mapped(document())
    work = found.things[0]
    assert (found.provider, found.id) == ("tvmaze", "shows/500")
    assert (work.id, work.kind, work.type) == (ExternalId("tvmaze-show", "500"), Kind.WORK, "drama")
    assert (work.also, work.year, work.partial) == ((ExternalId("imdb", "tt500"),), 2025, "cast")


def test_neither_texts_nor_pictures_are_taken() -> None:
    assert "Text" not in dump(mapped(document()))


def test_the_korean_title_is_the_original_one() -> None:
    akas = [
        {"name": "Phare", "country": {"name": "France", "code": "FR", "timezone": "Europe/Paris"}},
        {"name": "Deungdaejigi", "country": KOREA},
        {"name": "등대지기", "country": KOREA},
        {"name": "등대 사람들", "country": None},
        {"name": "Lighthouse Keepers", "country": None},
    ]
    assert names(mapped(document(), akas).things[0]) == [
        ("Lighthouse Keepers", "official", "en"),
        ("등대지기", "original", "ko"),
        ("Deungdaejigi", "alternative", "en"),
        ("등대 사람들", "alternative", "ko"),
    ]


def test_a_show_may_be_listed_by_its_korean_title_alone() -> None:
    assert names(mapped(document(name="등대지기")).things[0]) == [("등대지기", "original", "ko")]


def test_an_episode_on_a_network_airs_to_the_minute() -> None:
    found = events(mapped(document(episode(1, 1, "2025-01-04"), episode(1, 3, "2025-01-11"))))
    assert found == {
        ("premiere", 0): ("minute", "2025-01-04T12:20:00Z", "confirmed"),
        ("episode", 1): ("minute", "2025-01-04T12:20:00Z", "confirmed"),
        ("episode", 3): ("minute", "2025-01-11T12:20:00Z", "confirmed"),
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"network": None, "webChannel": STREAM},
        {"network": {"id": 1, "name": "Somewhere", "country": None}},
        {"network": {"id": 1, "name": "SBS", "country": {"name": "Australia", "code": "AU", "timezone": None}}},
    ],
)
def test_without_a_zone_an_air_time_is_a_day(changed: Mapping[str, Any]) -> None:
    found = events(mapped(document(episode(1, 1, "2025-01-10"), **changed)))
    assert found["episode", 1] == ("day", "2025-01-09T15:00:00Z", "expected")


@pytest.mark.parametrize("network", [{"id": 1, "name": "tvN", "country": None}, WAVE | {"country": {"code": "KR"}}])
def test_a_korean_network_is_in_seoul(network: object) -> None:
    found = events(mapped(document(episode(1, 1, "2025-01-11"), network=network)))
    assert found["episode", 1] == ("minute", "2025-01-11T12:20:00Z", "confirmed")


def test_the_noon_of_a_streaming_service_means_nothing() -> None:
    found = events(mapped(document(episode(1, 1, "2025-01-11", ""))))
    assert found["premiere", 0] == ("day", "2025-01-10T15:00:00Z", "expected")


def test_midnight_belongs_to_the_day_after() -> None:
    late = episode(1, 1, "2025-01-11", "00:00", airstamp="2025-01-11T15:00:00+00:00")
    assert events(mapped(document(late)))["episode", 1] == ("minute", "2025-01-11T15:00:00Z", "confirmed")


def test_episodes_are_counted_on_over_seasons_and_specials_skipped() -> None:
    found = events(
        mapped(
            document(
                episode(2, 1, "2025-01-11"),
                episode(2, None, "2025-01-12"),
                episode(1, 2, "2024-01-07"),
                episode(1, 1, "2024-01-06"),
                episode(2, 1, "2025-01-12"),
                episode(2, 2, None, airtime=""),
            )
        )
    )
    assert set(found) == {("premiere", 0), ("episode", 3)}
    assert found["premiere", 0][1] == "2024-01-06T12:20:00Z"


def test_episodes_of_more_than_a_week_ago_need_no_date() -> None:
    found = events(mapped(document(*(episode(1, day, f"2025-01-0{day}") for day in range(1, 5)))))
    assert set(found) == {("premiere", 0), ("episode", 3), ("episode", 4)}


def test_without_the_first_episode_the_premiere_is_a_day() -> None:
    found = events(mapped(document(episode(1, 5, "2025-01-11"))))
    assert found["premiere", 0] == ("day", "2025-01-03T15:00:00Z", "expected")


def test_nothing_dated_has_no_dates() -> None:
    found = mapped(document(premiered="", network=None, status="In Development"))
    assert events(found) == {}
    assert found.things[0].year is None


def test_a_running_show_has_no_finale_and_no_count() -> None:
    found = mapped(document(episode(1, 1, "2024-12-28"), status="To Be Determined", ended=None))
    assert ("finale", 0) not in events(found)
    assert said(found.things[0], "detail") == []


def test_an_ended_show_ends_with_its_last_episode() -> None:
    found = mapped(
        document(episode(1, 1, "2024-06-01"), episode(1, 2, "2024-06-02"), status="Ended", ended="2024-06-02")
    )
    assert events(found)["finale", 0] == ("minute", "2024-06-02T12:20:00Z", "confirmed")
    (count,) = said(found.things[0], "detail")
    assert (count["attribute"], count["value"]) == ("episodes", '{"en": "2", "ko": "2부작"}')


def test_an_end_that_no_episode_has_is_a_day() -> None:
    found = events(mapped(document(episode(1, 1, "2024-06-01"), status="Ended", ended="2024-06-08")))
    assert found["finale", 0] == ("day", "2024-06-07T15:00:00Z", "expected")


def test_the_slot_is_that_of_the_network() -> None:
    found = mapped(document(webChannel=STREAM))
    network, channel = found.things[1:]
    assert (network.id, network.type) == (ExternalId("tvmaze-network", "9"), "network")
    assert (channel.id, channel.type) == (ExternalId("tvmaze-web-channel", "7"), "platform")
    slots = [tuple(columns[key] for key in ("days", "time", "zone")) for columns in said(found.things[0], "airing")]
    assert slots == [("sat,sun", "21:20", "Asia/Seoul"), (None, None, "Asia/Seoul")]


def test_a_streaming_service_has_days_but_no_time() -> None:
    found = mapped(document(network=None, webChannel=STREAM, schedule={"time": "", "days": ["Friday"]}))
    (slot,) = said(found.things[0], "airing")
    assert (slot["organisation_id"], slot["days"], slot["time"]) == (found.things[1].id, "fri", None)


def test_the_cast_is_in_the_order_of_the_list() -> None:
    found = mapped(document(cast=[part(2, 20), part(1, 10), part(2, 20), part(2, 21), part(3, 30, self=True)]))
    listed = [
        tuple(columns[key] for key in ("person_id", "character_id", "billing"))
        for columns in said(found.things[0], "credit")
    ]
    assert listed == [
        (ExternalId("tvmaze-person", "2"), ExternalId("tvmaze-character", "20"), 1),
        (ExternalId("tvmaze-person", "1"), ExternalId("tvmaze-character", "10"), 2),
        (ExternalId("tvmaze-person", "2"), ExternalId("tvmaze-character", "21"), 3),
        (ExternalId("tvmaze-person", "3"), None, 4),
    ]
    people = [thing for thing in found.things if thing.kind is Kind.PERSON]
    assert [(thing.id.id, names(thing)[0][0], thing.related) for thing in people] == [
        (id_, f"Actor {id_}", (found.things[0].id,)) for id_ in ("2", "1", "3")
    ]
    assert [thing.id.id for thing in found.things if thing.kind is Kind.CHARACTER] == ["20", "10", "21"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"network": "tvN"}, "network"),
        ({"name": None}, "name"),
        ({"updated": "yesterday"}, "updated"),
        ({"_embedded": {"episodes": {"1": {}}}}, "_embedded.episodes"),
        ({"premiered": "soon"}, "premiered"),
    ],
)
def test_another_shape_is_named_in_one_line(changed: Mapping[str, Any], place: str) -> None:
    with pytest.raises(
        ProviderError, match=rf"^TVmaze shows/500 has another shape than expected: {place}.*: .*$"
    ) as error:
        mapped(document(**changed))
    assert "\n" not in str(error.value)
