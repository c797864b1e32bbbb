"""What the loopback providers answer: the shapes that the services document, with their traps."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from .asking import BROADCAST, DRAMAS, GROUPS, SOLOISTS, Get, entities, listed, values
from .invented import TODAY
from .musicbrainz_answers import NOT_FREE
from .server import Providers
from .world import mbid

# Wikidata


async def test_an_entity_has_the_shape_of_wikibase(get: Get) -> None:
    document = (await entities(get, "Q990000401"))["Q990000401"]
    assert set(document) == {
        *("pageid", "ns", "title", "lastrevid", "modified", "type", "id"),
        *("labels", "aliases", "claims", "sitelinks"),
    }
    assert document["labels"]["ko"] == {"language": "ko", "value": "마지막 항구"}
    assert document["aliases"]["en"] == [{"language": "en", "value": "Last Harbor"}]
    assert document["sitelinks"]["kowiki"] == {"site": "kowiki", "title": "마지막 항구", "badges": []}
    claim = document["claims"]["P161"][0]
    assert set(claim) == {"mainsnak", "type", "qualifiers", "qualifiers-order", "id", "rank"}
    assert set(claim["mainsnak"]) == {"snaktype", "property", "hash", "datavalue", "datatype"}
    assert claim["mainsnak"]["datavalue"] == {
        "value": {"entity-type": "item", "numeric-id": 990000100, "id": "Q990000100"},
        "type": "wikibase-entityid",
    }
    assert claim["qualifiers"]["P453"][0]["datavalue"]["value"]["id"] == "Q990000200"
    assert document["claims"]["P161"][2]["qualifiers"]["P4633"][0]["datavalue"]["value"] == "Dockhand Pil"


async def test_dates_are_as_exact_as_they_are_known(get: Get) -> None:
    found = await entities(get, "Q990000401", "Q990000402", "Q990000310")
    (month,) = values(found["Q990000401"], "P580")
    day, withdrawn = values(found["Q990000402"], "P580")
    (year,) = values(found["Q990000310"], "P571")
    assert (month["time"], month["precision"]) == ("+2026-06-00T00:00:00Z", 10)
    assert (day["time"], day["precision"]) == ("+2026-05-15T00:00:00Z", 11)
    assert (year["time"], year["precision"]) == ("+2021-00-00T00:00:00Z", 9)
    assert found["Q990000402"]["claims"]["P580"][1]["rank"] == "deprecated"
    assert withdrawn["precision"] == 9


async def test_what_is_empty_comes_as_a_list(get: Get) -> None:
    found = await get(
        "/wikidata/w/api.php", action="wbgetentities", ids="Q990000300", props="labels|aliases", languages="en"
    )
    assert found["entities"]["Q990000300"] == {"type": "item", "id": "Q990000300", "labels": [], "aliases": []}


async def test_values_may_be_unknown_and_some_preferred(get: Get) -> None:
    found = await entities(get, "Q990000402", "Q990000403")
    unknown = found["Q990000402"]["claims"]["P582"][0]["mainsnak"]
    assert unknown["snaktype"] == "somevalue"
    assert "datavalue" not in unknown
    assert [claim["rank"] for claim in found["Q990000403"]["claims"]["P582"]] == ["normal", "preferred"]


async def test_missing_and_merged_items_are_said_to_be(get: Get, providers: Providers) -> None:
    providers.world.merge("rian", "doyul")
    found = await entities(get, "Q990000103", "Q1", props="info|labels")
    assert found["Q1"] == {"id": "Q1", "missing": ""}
    assert found["Q990000103"]["id"] == "Q990000102"
    assert found["Q990000103"]["redirects"] == {"from": "Q990000103", "to": "Q990000102"}


async def test_errors_of_wikidata_come_under_status_200(get: Get) -> None:
    many = await get("/wikidata/w/api.php", action="wbgetentities", ids="|".join(f"Q{n}" for n in range(1, 52)))
    bogus = await get("/wikidata/w/api.php", action="wbgetentities", ids="bogus")
    assert (many["error"]["code"], bogus["error"]["code"]) == ("toomanyvalues", "no-such-entity")


async def test_lists_are_told_apart(get: Get) -> None:
    assert await listed(get, DRAMAS) == ["Q990000401", "Q990000403"]
    assert await listed(get, BROADCAST) == ["Q990000401", "Q990000402"]
    assert await listed(get, GROUPS) == ["Q990000310"]
    assert await listed(get, SOLOISTS) == ["Q990000120", "Q990000121"]
    assert await listed(get, DRAMAS + " LIMIT 1") == ["Q990000401"]
    assert await listed(get, DRAMAS.replace("wd:Q5398426", "")) == ["Q990000403"]
    assert await listed(get, DRAMAS[:-1] + "?item wdt:P580 ?d FILTER(YEAR(?d) < 2025) }") == ["Q990000403"]


async def test_a_query_that_is_no_list_is_malformed(get: Get) -> None:
    with pytest.raises(json.JSONDecodeError):
        await get("/wikidata/sparql", 400, query="SELECT ?item WHERE { ?item ?p ?o }")


# MusicBrainz


async def test_an_artist_has_the_shape_of_musicbrainz(get: Get) -> None:
    group = await get(f"/ws/2/artist/{mbid('nabit')}", inc="aliases artist-rels url-rels", fmt="json")
    assert set(group) == {
        *("id", "name", "sort-name", "disambiguation", "type", "type-id", "gender", "gender-id", "country", "area"),
        *("begin-area", "end-area", "life-span", "ipis", "isnis", "aliases", "relations"),
    }
    assert group["life-span"] == {"begin": "2021", "end": None, "ended": False}
    korean = next(alias for alias in group["aliases"] if alias["name"] == "나빛")
    assert (korean["locale"], korean["primary"], korean["type"]) == ("ko", True, "Artist name")
    former = next(relation for relation in group["relations"] if relation["ended"])
    assert (former["type"], former["direction"], former["target-type"]) == ("member of band", "backward", "artist")
    assert (former["artist"]["name"], former["end"]) == ("Haon", "2023-01")
    assert group["relations"][-1]["url"]["resource"] == "https://www.wikidata.org/wiki/Q990000310"


async def test_release_groups_are_browsed_in_pages(get: Get) -> None:
    query = {"artist": mbid("garam"), "fmt": "json", "limit": "1"}
    first = await get("/ws/2/release-group", **query)
    second = await get("/ws/2/release-group", **query, offset="1", inc="artist-credits")
    assert (first["release-group-count"], second["release-group-offset"]) == (2, 1)
    (single,), (album,) = first["release-groups"], second["release-groups"]
    assert set(single) == {
        *("id", "title", "disambiguation", "first-release-date", "primary-type", "primary-type-id"),
        *("secondary-types", "secondary-type-ids"),
    }
    assert single["secondary-types"] == ["Soundtrack"]
    assert [(credit["name"], credit["joinphrase"]) for credit in album["artist-credit"]] == [
        ("Ryu Garam", " & "),
        ("NABIT", ""),
    ]


async def test_release_groups_are_found_by_name_and_type(get: Get) -> None:
    query = 'secondarytype:soundtrack AND releasegroup:("Lantern Alley" OR "서리의 편지")'
    found = await get("/ws/2/release-group", query=query, fmt="json")
    assert {"created", "count", "offset", "release-groups"} == set(found)
    assert [group["title"][:16] for group in found["release-groups"]] == [
        "Lantern Alley (O",
        "Lantern Alley (O",
        "Letters in Frost",
    ]
    assert found["release-groups"][0]["score"] == 100
    undated = await get("/ws/2/release-group", query='releasegroup:"Paper Boat"', fmt="json")
    assert undated["release-groups"][0]["first-release-date"] == ""
    assert "secondary-types" not in undated["release-groups"][0]


async def test_releases_have_media_with_tracks(get: Get) -> None:
    query = {"release-group": mbid("frost-ost"), "inc": "recordings artist-credits media", "fmt": "json"}
    found = await get("/ws/2/release", **query)
    assert [(release["status"], release["country"]) for release in found["releases"]] == [
        ("Promotion", "KR"),
        ("Official", "XW"),
    ]
    medium = found["releases"][1]["media"][0]
    assert (medium["track-count"], medium["position"]) == (3, 1)
    assert set(medium["tracks"][0]) == {"id", "position", "number", "title", "length", "recording", "artist-credit"}


async def test_urls_lead_from_wikidata_to_musicbrainz(get: Get) -> None:
    resource = "https://www.wikidata.org/wiki/Q990000120"
    found = await get("/ws/2/url", resource=resource, inc="artist-rels release-group-rels", fmt="json")
    assert found["resource"] == resource
    assert found["relations"][0]["artist"]["id"] == mbid("garam")
    album = await get(
        "/ws/2/url", resource=resource.replace("120", "501"), inc="artist-rels release-group-rels", fmt="json"
    )
    assert album["relations"][0]["release_group"]["id"] == mbid("prism")
    assert (await get("/ws/2/url", 404, resource=f"{resource}9", fmt="json"))["error"] == "Not Found"


async def test_errors_of_musicbrainz_are_json(get: Get, providers: Providers) -> None:
    coffee = await get(f"/ws/2/artist/{mbid('garam')}", 400, inc="coffee", fmt="json")
    assert coffee["error"] == "coffee is not a valid inc parameter for the artist resource."
    await get(f"/ws/2/artist/{mbid('garam')}", inc=sorted(NOT_FREE)[0], fmt="json")
    assert "is not CC0" in providers.violations[-1]


# TVmaze


async def test_a_show_has_the_shape_of_tvmaze(get: Get) -> None:
    show = await get("/shows/240?embed[]=cast&embed[]=episodes")
    assert set(show) == {
        *("id", "url", "name", "type", "language", "genres", "status", "runtime", "averageRuntime", "premiered"),
        *("ended", "officialSite", "schedule", "rating", "weight", "network", "webChannel", "dvdCountry"),
        *("externals", "image", "summary", "updated", "_links", "_embedded"),
    }
    assert show["status"] == "Running"
    assert show["network"]["country"]["timezone"] == "Asia/Seoul"
    assert show["webChannel"] is None
    assert set(show["_links"]) == {"self", "previousepisode", "nextepisode"}
    played = show["_embedded"]["cast"][0]
    assert set(played) == {"person", "character", "self", "voice"}
    assert (played["person"]["name"], played["character"]["name"]) == ("Yiseol Ko", "The Lamplighter")
    episode = show["_embedded"]["episodes"][0]
    assert (episode["airdate"], episode["airtime"]) == ("2026-05-15", "22:00")
    assert episode["airstamp"] == "2026-05-15T13:00:00+00:00"


async def test_streaming_has_no_time_of_day(get: Get) -> None:
    show = await get("/shows/12?embed[]=episodes")
    assert show["network"] is None
    assert show["webChannel"]["country"] is None
    episode = show["_embedded"]["episodes"][0]
    assert (episode["airtime"], episode["airstamp"][10:]) == ("", "T12:00:00+00:00")


async def test_the_index_has_pages_of_ids(get: Get) -> None:
    pages = [[show["id"] for show in await get("/shows", page=str(page))] for page in range(3)]
    assert pages == [[12, 240, 249], [251], [700]]
    assert (await get("/shows", 404, page="3"))["status"] == 404


async def test_titles_elsewhere_and_joins_are_there(get: Get) -> None:
    (korean,) = await get("/shows/12/akas")
    assert (korean["name"], korean["country"]["code"]) == ("서리의 편지", "KR")
    assert (await get("/lookup/shows", imdb="tt99000403"))["id"] == 12
    assert await get("/lookup/shows", 404, imdb="tt1") is None


async def test_schedules_say_what_airs(get: Get) -> None:
    friday = (TODAY + timedelta(days=4)).isoformat()
    (aired,) = await get("/schedule", country="KR", date=friday)
    assert (aired["show"]["name"], aired["name"], "_embedded" in aired) == ("Lantern Alley", "Episode 7", False)
    premiere = (TODAY - timedelta(days=730)).isoformat()
    streamed = await get("/schedule/web", date=premiere, country="")
    assert [row["_embedded"]["show"]["id"] for row in streamed] == [12] * 6
    assert await get("/schedule/web", date=premiere, country="KR") == []
    full = await get("/schedule/full")
    assert {row["_embedded"]["show"]["name"] for row in full} >= {"Lantern Alley", "The Last Harbour"}
    assert all(row["airdate"] >= TODAY.isoformat() for row in full)


async def test_updates_name_what_changed_lately(get: Get, providers: Providers) -> None:
    assert set(await get("/updates/shows", since="day")) == {"240"}
    providers.world.move("harbour", date(2026, 7, 4))
    updates = await get("/updates/shows", since="day")
    assert set(updates) == {"240", "251"}
    assert updates["251"] == (await get("/shows/251"))["updated"]
