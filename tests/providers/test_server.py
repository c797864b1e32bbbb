"""The loopback providers themselves: changes of the world, rules, faults, and life as a process."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest

from . import faults
from .asking import AGENT, DRAMAS, JSON, Get, entities, listed, values
from .commands import add_drama
from .faults import Reply
from .invented import TODAY, invented
from .pace import Pace
from .server import Providers
from .world import Album, At, Group, Work, mbid

ROOT = Path(__file__).parents[2]

# Changes


async def test_a_moved_date_is_moved_at_every_service(get: Get, providers: Providers) -> None:
    before = (await entities(get, "Q990000402", props="info"))["Q990000402"]
    providers.world.move("lantern", date(2026, 5, 22))
    after = (await entities(get, "Q990000402"))["Q990000402"]
    assert after["lastrevid"] > before["lastrevid"]
    assert values(after, "P580")[0]["time"] == "+2026-05-22T00:00:00Z"
    episodes = (await get("/shows/240?embed[]=episodes"))["_embedded"]["episodes"]
    assert [episode["airdate"] for episode in episodes[:3]] == ["2026-05-22", "2026-05-23", "2026-05-29"]


def test_what_is_deleted_is_named_nowhere() -> None:
    world = invented()
    revision = world.get("nabit").revision
    world.delete("sera")
    assert all(casting.person != "sera" for casting in world.one(Work, "lantern").cast)
    assert all(member.person != "sera" for member in world.one(Group, "nabit").members)
    assert world.one(Album, "lantern-2").artists == ["ondal"]
    assert world.get("nabit").revision > revision


async def test_what_is_deleted_at_one_service_stays_at_the_others(get: Get, providers: Providers) -> None:
    providers.world.delete("lantern", At.WIKIDATA)
    assert (await entities(get, "Q990000402"))["Q990000402"] == {"id": "Q990000402", "missing": ""}
    assert (await get("/shows/240"))["name"] == "Lantern Alley"


async def test_what_was_merged_is_found_by_both_ids(get: Get, providers: Providers) -> None:
    providers.world.merge("dohwa", "yunseo")
    merged = await get(f"/ws/2/artist/{mbid('dohwa')}", fmt="json")
    assert merged["id"] == mbid("yunseo")
    assert [member.person for member in providers.world.one(Group, "nabit").members].count("yunseo") == 2


async def test_a_drama_that_was_added_is_listed(get: Get, providers: Providers) -> None:
    add_drama(providers.world, "new", 7, TODAY, cast=("sera",))
    assert "Q990100007" in await listed(get, DRAMAS)
    assert (await get("/shows/707"))["name"] == "Drama 7"


async def test_time_that_passes_ends_what_airs(get: Get, providers: Providers) -> None:
    providers.world.pass_time(timedelta(days=60))
    assert (await get("/shows/240"))["status"] == "Ended"
    finales = (await entities(get, "Q990000402"))["Q990000402"]["claims"]["P582"]
    assert [claim["rank"] for claim in finales] == ["normal", "preferred"]


# Rules and faults


async def test_who_says_no_contact_is_refused(providers: Providers, session: aiohttp.ClientSession) -> None:
    for path in ("/wikidata/w/api.php", "/ws/2/artist/x", "/shows/240"):
        async with session.get(providers.address + path) as response:
            assert response.status == 403
    assert len(providers.violations) == 3


@pytest.mark.parametrize(
    ("path", "most", "window", "status"),
    [("/wikidata/w/api.php", 200, 60, 429), ("/ws/2/artist/x", 1, 1, 503), ("/shows/240", 20, 10, 429)],
    ids=["wikidata", "musicbrainz", "tvmaze"],
)
async def test_who_asks_too_fast_is_refused_until_the_window_is_over(
    providers: Providers,
    session: aiohttp.ClientSession,
    pace: Pace,
    path: str,
    most: int,
    window: int,
    status: int,
) -> None:
    async def ask() -> aiohttp.ClientResponse:
        async with session.get(providers.address + path, headers=AGENT) as response:
            return response

    for _ in range(most):
        assert (await ask()).status != status
    refused = await ask()
    assert (refused.status, refused.headers["Retry-After"]) == (status, str(window))
    assert len(providers.violations) == 1
    pace.now += window
    assert (await ask()).status != status


def test_a_shortened_answer_lacks_a_third_of_its_rows() -> None:
    rows = list(range(9))
    assert faults.shortened(rows) == [1, 2, 4, 5, 7, 8]
    assert faults.shortened({"head": {}, "results": {"bindings": rows}})["results"]["bindings"] == [1, 2, 4, 5, 7, 8]
    assert set(faults.shortened({"1": 1, "2": 2, "3": 3})) == {"2", "3"}


async def test_content_can_be_changed_on_its_way(get: Get, providers: Providers) -> None:
    def list_instead(content: JSON) -> JSON:
        return {**content, "name": [content["name"]]}

    providers.fault("/shows/240", faults.changed(list_instead), skip=1)
    names = [(await get("/shows/240"))["name"] for _ in range(3)]
    assert names == ["Lantern Alley", ["Lantern Alley"], "Lantern Alley"]


async def test_faults_strike_one_after_the_other(get: Get, providers: Providers) -> None:
    providers.fault("/shows", lambda _: Reply("first"))
    providers.fault("/shows", lambda _: Reply("second"), times=2)
    assert [await get("/shows/12") for _ in range(3)] == ["first", "second", "second"]
    assert (await get("/shows/12"))["id"] == 12


# A process of its own


async def test_it_runs_as_a_process_that_takes_commands(session: aiohttp.ClientSession) -> None:
    argv = (sys.executable, "-m", "tests.providers.server", "--port", "0", "--no-limits")
    process = await asyncio.create_subprocess_exec(*argv, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        address = (await process.stdout.readline()).decode().strip()

        async def command(**command: object) -> tuple[int, JSON]:
            async with session.post(f"{address}/_world", json=command) as response:
                return response.status, await response.json()

        assert (await command(do="move", key="harbour", to="2026-07-04"))[0] == 200
        assert (await command(do="add_drama", key="new", number=7, premiere="2026-08-01"))[0] == 200
        assert (await command(do="fault", path="^/shows/12", fault="status", code=503, times=1))[0] == 200
        assert (await command(do="dance"))[0] == 400
        seen: list[tuple[int, JSON]] = []
        for id_ in (12, 251, 707):
            async with session.get(f"{address}/shows/{id_}", headers=AGENT) as response:
                seen.append((response.status, (await response.json()).get("premiered")))
        assert seen == [(503, None), (200, "2026-07-04"), (200, "2026-08-01")]
        async with session.get(f"{address}/_world") as response:
            state = await response.json()
        assert (state["asked"], state["violations"]) == ({"tvmaze": 3}, [])
    finally:
        process.kill()
        await process.wait()
