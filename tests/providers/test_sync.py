"""The synchronisation from end to end: what happens upstream arrives in the catalogue, and nothing else does.

What is about requests and answers of the providers is tested on SQLite alone, and what is written, on both engines.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio

from bot.announcements.schedule import Stage
from bot.catalogue.model import EventKind
from bot.providers.registry import TITLES
from bot.providers.service import ProviderError
from bot.providers.sync import FEW
from bot.store import runs
from bot.store.connection import Connection
from tests.engines import SQLITE
from tests.helpers import utc
from tests.store.dated import choose, send_all, server

from . import faults
from .commands import add_drama
from .faults import Effect
from .invented import TODAY
from .syncing import ALL, Breaking, Syncing, gained, lost
from .world import At, Work, World, mbid

WEEK = timedelta(days=8)
"""After this long, everything is asked for again."""
SYNCED = pytest.mark.parametrize("provider", ALL)


async def events(syncing: Syncing, entity: str) -> list[str]:
    """The dates that count for an entity."""
    return [line.removeprefix("event: ") for line in await syncing.dump() if line.startswith(f"event: {entity} |")]


def about(lines: set[str], *words: str) -> set[str]:
    """The lines in which one of the words occurs."""
    return {line for line in lines if any(word in line for word in words)}


# Nothing new


async def test_the_first_run_takes_in_everything(syncing: Syncing) -> None:
    read = await syncing.read_all()
    assert {name: one.problem for name, one in read.items()} == dict.fromkeys(ALL)
    assert all(one.result.fetched and one.result.changed for one in read.values())
    stated = await syncing.stated()
    entities = {line.split(" | ")[1] for line in stated if line.startswith("entity: ")}
    assert {"the-last-harbour", "lantern-alley", "letters-in-frost", "nabit", "ryu-garam", "white-ink"} <= entities
    assert not about(set(stated), "weekend", "tin-roof")


@pytest.mark.parametrize("full", [True, False])
async def test_a_run_without_news_changes_nothing(syncing: Syncing, full: bool) -> None:
    await syncing.read_all()
    before = await syncing.dump()
    again = await syncing.read_all(full=full)
    assert [(one.problem, one.changes, one.revisions) for one in again.values()] == [(None, [], 0)] * 3
    assert await syncing.dump() == before


@SQLITE
async def test_a_run_for_changes_asks_for_less(syncing: Syncing) -> None:
    first = await syncing.read_all()
    again = await syncing.read_all()
    assert again["wikidata"].result.fetched == again["tvmaze"].result.fetched == 0
    assert 0 < again["musicbrainz"].result.fetched < first["musicbrainz"].result.fetched


@SQLITE
async def test_everything_is_asked_for_once_a_week(syncing: Syncing) -> None:
    await syncing.read_all()
    syncing.loopback.world.pass_time(WEEK)
    syncing.loopback.log.clear()
    await syncing.read("tvmaze")
    assert "/shows?page=0" in [asked.path for asked in syncing.loopback.log]


async def test_what_providers_say_of_one_thing_is_one_entity(syncing: Syncing) -> None:
    await syncing.read_all()
    stated = await syncing.stated()
    for slug in ("work/lantern-alley", "person/sera", "group/nabit"):
        origins = [line for line in stated if line.startswith(f"entity_origin: {slug} |")]
        assert {line.partition("import:")[2].partition("/")[0] for line in origins} >= (
            {"wikidata", "musicbrainz"} if slug == "group/nabit" else {"wikidata", "tvmaze"}
        )
    works = [line for line in stated if line.startswith("entity: work")]  # three dramas and a film
    assert len(works) == 4


async def test_a_cast_with_given_names_first_is_the_same_cast(syncing: Syncing) -> None:
    await syncing.read_all()
    stated = await syncing.stated()
    cast = [line for line in stated if line.startswith("credit: work/the-last-harbour")]
    assert len(cast) == 5
    assert all(any(f"person/{slug} |" in line for slug in ("mun-chaeha", "nam-doyul", "pyo-rian")) for line in cast)
    assert not about(set(stated), "person/chaeha-mun", "person/doyul-nam", "person/yiseol-ko")
    assert any("person/mun-chaeha | Chaeha Mun | " in line for line in stated if line.startswith("name: "))


async def test_a_network_of_one_name_is_one(syncing: Syncing) -> None:
    await syncing.read_all()
    found = [line for line in await syncing.stated() if line.startswith("entity: organisation")]
    assert [line.split(" | ")[1] for line in found] == ["netflix", "sbs-tv", "tvn"]


# News


async def test_a_date_that_moves_is_the_only_change(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.stated()
    syncing.loopback.world.move("harbour", date(2026, 7, 4))
    await syncing.read_all()
    after = await syncing.stated()
    assert all(
        line.startswith(("event", "event_past", "event_date")) for line in lost(before, after) | gained(before, after)
    )
    assert about(set(await events(syncing, "work/the-last-harbour")), "premiere") == {
        "work/the-last-harbour | premiere | 0 | confirmed | 3 | 2026-07-04T12:20:00Z | 2026-07-04T12:20:00Z | minute"
        " | Asia/Seoul | NULL | NULL | NULL"
    }


@SQLITE
@SYNCED
async def test_only_what_changed_is_fetched(syncing: Syncing, provider: str) -> None:
    await syncing.read_all()
    add_drama(syncing.loopback.world, "other", 7, TODAY + timedelta(days=40))
    syncing.loopback.world.rename("lantern", "en", "Lantern Lane")
    syncing.loopback.world.move_release("lantern-2", "2026-06-08")
    read = await syncing.read(provider)
    assert about({change.what for change in read.changes}, "lantern")
    assert not about({change.what for change in read.changes}, "harbour", "frost")


async def test_a_name_that_changes_changes(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.stated()
    syncing.loopback.world.rename("lantern", "en", "Lantern Lane")
    read = await syncing.read("wikidata")
    assert read.what == {
        "removed work/lantern-alley name Lantern Alley official en",
        "added work/lantern-alley name Lantern Lane official en",
    }
    after = await syncing.stated()
    assert len(lost(before, after)) == len(gained(before, after)) == 1


async def test_a_drama_that_is_new_arrives_with_its_cast(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.stated()
    add_drama(
        syncing.loopback.world, "new", 7, TODAY + timedelta(days=9), english="Salt Bridge", cast=("yiseol", "sera")
    )
    await syncing.read_all(full=True)
    after = await syncing.stated()
    assert lost(before, after) == set()
    assert "entity: work | salt-bridge | drama | cast" in after
    assert about(gained(before, after), "salt-bridge") >= about(gained(before, after), "entity: work", "credit: ")


@SQLITE
async def test_a_drama_in_the_schedule_arrives_between_full_runs(syncing: Syncing) -> None:
    await syncing.read_all()
    add_drama(syncing.loopback.world, "new", 7, TODAY + timedelta(days=9), english="Salt Bridge")
    assert "added work/salt-bridge" in (await syncing.read("tvmaze")).what


async def test_somebody_who_leaves_a_group_has_left_it(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.stated()
    syncing.loopback.world.leave("nabit", "yunseo", "2026-05")
    await syncing.read_all(full=True)
    after = await syncing.stated()
    changed = lost(before, after) | gained(before, after)
    assert changed == about(changed, "membership: person/yunseo")


async def test_a_drama_that_is_deleted_everywhere_goes_with_its_songs(syncing: Syncing) -> None:
    await syncing.read_all()
    for key in ("frost", "frost-ost"):
        syncing.loopback.world.delete(key)
    await syncing.read_all(full=True)
    await syncing.read_all()
    assert not about(set(await syncing.stated()), "frost", "white-ink", "wikidata/Q990000403", "tvmaze/shows/12")


async def test_a_drama_that_is_deleted_stays_while_something_names_it(syncing: Syncing) -> None:
    await syncing.read_all()
    syncing.loopback.world.delete("frost")
    reads = await syncing.read_all(full=True)
    (kept,) = [change for change in reads["tvmaze"].changes if change.what == "work/letters-in-frost"]
    assert kept.action == "kept"
    assert "track/white-ink" in kept.why
    assert (await syncing.read_all(full=True))["tvmaze"].what == set()


async def test_what_is_deleted_at_one_provider_stays_as_others_state_it(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.stated()
    syncing.loopback.world.delete("lantern", At.WIKIDATA)
    read = await syncing.read("wikidata")
    after = await syncing.stated()
    assert read.result.gone == 1
    assert "entity: work | lantern-alley | drama | cast" in after
    assert not about(set(after), "wikidata/Q990000402")
    assert about(gained(before, after), "import:") == set()


async def test_people_who_are_merged_upstream_are_one(syncing: Syncing) -> None:
    await syncing.read_all()
    syncing.loopback.world.merge("haon", "miru")
    reads = await syncing.read_all(full=True)
    assert {name: one.problem for name, one in reads.items()} == dict.fromkeys(ALL)
    stated = await syncing.stated()
    assert not about(set(stated), "import:wikidata/Q990000304", f"musicbrainz/artist/{mbid('haon')}")
    assert [line for line in stated if line.startswith("merged: ")] == ["merged: person/haon | person/miru"]
    before = await syncing.dump()
    await syncing.read_all(full=True)
    assert await syncing.dump() == before


async def test_a_merge_is_reported(syncing: Syncing) -> None:
    await syncing.read_all()
    syncing.loopback.world.merge("haon", "miru")
    assert "merged person/haon into person/miru" in (await syncing.read("wikidata")).what


# Identity


async def test_what_is_doubtful_is_kept_apart_and_reported(syncing: Syncing) -> None:
    world = syncing.loopback.world
    frost = world.one(Work, "frost")
    frost.premiere, frost.imdb = "2019-03-01", None
    await syncing.read("wikidata")
    assert (await syncing.read("tvmaze")).result.doubtful == 1
    assert [(doubt.id, str(doubt.maybe)) for doubt in await syncing.database.read(runs.doubts)] == [
        ("tvmaze-show/12", "work/letters-in-frost")
    ]
    works = about(set(await syncing.stated()), "entity: work | letters-in-frost")
    assert works == {f"entity: work | letters-in-frost{suffix} | drama | cast" for suffix in ("", "-2024")}


# Failures


FAILURES: dict[str, Effect] = {
    "refusal": faults.status(503),
    "page": faults.html(),
    "cut": faults.cut,
    "reset": faults.reset,
    "shape": faults.changed(lambda _: {"unexpected": [1, 2, 3]}),
}


@SQLITE
@SYNCED
@pytest.mark.parametrize("failure", FAILURES)
async def test_a_provider_that_fails_stops_alone_and_goes_on_later(
    syncing: Syncing, provider: str, failure: str
) -> None:
    await syncing.read_all()
    add_drama(syncing.loopback.world, "new", 7, TODAY + timedelta(days=9), english="Salt Bridge")
    before = await syncing.dump()
    path = {"wikidata": "/wikidata/w/", "tvmaze": "^/shows", "musicbrainz": "^/ws/2/"}[provider]
    syncing.loopback.fault(path, FAILURES[failure], times=None, skip=1)
    reads = await syncing.read_all(full=True)
    assert [name for name, one in reads.items() if one.problem] == [provider]
    assert re.fullmatch(rf"{TITLES[provider]}\b.*", reads[provider].problem or "")
    assert reads[provider].changes == []
    kept = [line for line in before if f"import:{provider}" in line]
    assert lost(kept, await syncing.dump()) == set()
    syncing.loopback.faults.clear()
    assert (await syncing.read(provider)).problem is None
    assert "\n".join(await syncing.stated()).count("salt-bridge")


@SQLITE
async def test_a_list_that_lost_a_third_removes_nothing(syncing: Syncing) -> None:
    for number in range(20):
        add_drama(syncing.loopback.world, f"d{number}", number, TODAY + timedelta(days=number), cast=())
    await syncing.read("wikidata")
    before = await syncing.dump()
    syncing.loopback.fault("/wikidata/sparql", faults.changed(faults.shortened), times=None)
    await syncing.read("wikidata", full=True)
    assert await syncing.dump() == before


@SQLITE
async def test_an_index_that_lost_a_third_removes_nothing(syncing: Syncing) -> None:
    await syncing.read_all()
    before = await syncing.dump()
    syncing.loopback.fault(r"/shows\?page", faults.changed(faults.shortened), times=None)
    assert (await syncing.read("tvmaze", full=True)).problem is None
    assert await syncing.dump() == before


@SQLITE
async def test_an_error_that_nobody_foresaw_stops_that_provider_alone_and_is_logged(
    syncing: Syncing, caplog: pytest.LogCaptureFixture
) -> None:
    read = await syncing.read(Breaking(syncing.provider("wikidata"), 1, KeyError("P161")))
    assert read.problem == "Wikidata could not be taken in (KeyError); see the log"
    assert caplog.records[-1].exc_info is not None
    assert (await syncing.read("tvmaze")).problem is None
    assert (await syncing.read("wikidata")).problem is None


@SYNCED
async def test_a_run_goes_on_after_every_batch_to_the_same_catalogue(
    syncing: Syncing, provider: str, another: Syncing
) -> None:
    for name in ALL[: ALL.index(provider)]:
        await syncing.read(name)
        await another.read(name)
    await syncing.read(provider)
    whole = await syncing.dump()
    batches = 0
    while (await another.read(Breaking(another.provider(provider), 1, ProviderError("gone for now")))).problem:
        batches += 1
    assert batches > 1
    assert await another.dump() == whole


# What would do away with too much


async def crowded(syncing: Syncing, count: int = 40) -> None:
    """Take in so many more dramas from Wikidata."""
    for number in range(count):
        add_drama(syncing.loopback.world, f"d{number}", number, TODAY + timedelta(days=number), cast=())
    assert (await syncing.read("wikidata")).problem is None


def vanish(world: World, count: int) -> dict[str, str | None]:
    """Let so many dramas be gone from Wikidata. Returns their ids."""
    gone = {f"d{number}": world.get(f"d{number}").qid for number in range(count)}
    for key in gone:
        world.delete(key, At.WIKIDATA)
    return gone


async def works(syncing: Syncing) -> int:
    """How many works there are."""
    return sum(line.startswith("entity: work") for line in await syncing.dump())


async def test_too_many_removals_ask_for_force_and_force_does_them(syncing: Syncing) -> None:
    await crowded(syncing)
    before = await syncing.stated()
    vanish(syncing.loopback.world, 30)
    for _ in range(2):
        assert (await syncing.read("wikidata")).problem == (
            "Wikidata would remove 30 of the 64 records held from it, so nothing was changed."
            " If that is what you want, run it again with --force."
        )
        assert await syncing.stated() == before
    read = await syncing.read("wikidata", force=True)
    assert (read.problem, read.result.gone) == (None, 30)
    assert await works(syncing) == 14
    assert (await syncing.read("wikidata")).what == set()


async def test_force_does_at_once_what_a_full_run_asked_for(syncing: Syncing) -> None:
    await crowded(syncing, 70)
    vanish(syncing.loopback.world, FEW + 1)
    assert "--force" in ((await syncing.read("wikidata", full=True)).problem or "")
    assert (await syncing.read("wikidata", force=True)).result.gone == FEW + 1


async def test_what_is_back_upstream_is_not_removed(syncing: Syncing) -> None:
    await crowded(syncing)
    gone = vanish(syncing.loopback.world, 30)
    assert (await syncing.read("wikidata")).problem
    for key, qid in gone.items():
        syncing.loopback.world.get(key).qid = qid
        syncing.loopback.world.touch(key)
    read = await syncing.read("wikidata")
    assert (read.problem, read.what) == (None, set())
    assert await works(syncing) == 44


async def test_few_removals_need_no_force(syncing: Syncing) -> None:
    await crowded(syncing)
    vanish(syncing.loopback.world, FEW)
    read = await syncing.read("wikidata")
    assert (read.problem, read.result.gone) == (None, FEW)


async def test_too_many_changes_ask_for_force_and_force_does_them(syncing: Syncing) -> None:
    await crowded(syncing)
    before = await syncing.stated()
    for number in range(40):
        syncing.loopback.world.rename(f"d{number}", "ko", f"그림 {number}")
    assert "Wikidata would change 40 of the 64 records held from it" in ((await syncing.read("wikidata")).problem or "")
    assert await syncing.stated() == before
    assert (await syncing.read("wikidata", force=True)).problem is None
    assert len(gained(before, await syncing.stated())) == 40


async def test_a_show_with_another_id_stays_the_same_work(syncing: Syncing) -> None:
    await syncing.read("wikidata")
    await syncing.read("tvmaze")
    syncing.loopback.world.one(Work, "harbour").tvmaze = 260
    syncing.loopback.fault(r"^/shows/251\?", faults.redirect("/shows/260?embed[]=cast&embed[]=episodes"), times=None)
    read = await syncing.read("tvmaze", full=True)
    assert (read.problem, read.result.gone) == (None, 1)
    stated = await syncing.stated()
    assert [line for line in stated if line.startswith("entity_origin: work/the-last-harbour |")] == [
        "entity_origin: work/the-last-harbour | import:tvmaze/shows/260",
        "entity_origin: work/the-last-harbour | import:wikidata/Q990000401",
    ]
    syncing.loopback.faults.clear()
    syncing.loopback.world.delete("harbour", At.TVMAZE)
    await syncing.read("tvmaze", full=True)
    assert not about(set(await syncing.stated()), "shows/251", "shows/260", "import:tvmaze/2")


# Announcements


PREMIERE = utc("2026-06-20 12:20")
"""When The Last Harbour begins: 21:20 in Seoul, as TVmaze says; Wikidata knows only the month."""


async def told(syncing: Syncing, now: datetime) -> list[str]:
    """Announce what is due, and return its stages, each with its event."""
    before = await syncing.database.read(_deliveries)
    await send_all(syncing.database, now)
    after = await syncing.database.read(_deliveries)
    return [what for id_, what in after.items() if id_ not in before]


def _deliveries(connection: Connection) -> dict[int, str]:
    return dict(
        connection.execute(
            "SELECT delivery.id, stage || ' ' || kind FROM delivery JOIN event ON event.id = event_id"
            " WHERE state = 'sent' ORDER BY delivery.id"
        ).fetchall()
    )


@pytest_asyncio.fixture
async def channel(syncing: Syncing) -> None:
    """A channel that is told everything."""
    everything = replace(server(since=utc("2026-05-01 00:00")), stages=tuple(Stage))
    await choose(syncing.database, replace(everything, kinds=(EventKind.PREMIERE, EventKind.FINALE)))


@pytest.mark.usefixtures("channel")
async def test_a_minute_of_a_trusted_provider_is_announced(syncing: Syncing) -> None:
    await syncing.read_all()
    assert "confirmed premiere" in await told(syncing, syncing.now() + timedelta(hours=2))
    assert "reminder_1h premiere" in await told(syncing, PREMIERE - timedelta(hours=1))
    assert await told(syncing, PREMIERE) == ["now premiere"]


@pytest.mark.usefixtures("channel")
async def test_a_date_that_nobody_trusts_is_reported_and_not_announced(syncing: Syncing) -> None:
    syncing.trusted = frozenset()
    await syncing.read_all()
    assert any("premiere | 0 | reported | " in event for event in await events(syncing, "work/the-last-harbour"))
    for hour in range(-24 * 10, 25):
        assert await told(syncing, PREMIERE + timedelta(hours=hour)) == []


@pytest.mark.usefixtures("channel")
async def test_a_date_that_moves_after_it_was_announced_is_corrected(syncing: Syncing) -> None:
    await syncing.read_all()
    assert "confirmed premiere" in await told(syncing, syncing.now() + timedelta(hours=2))
    syncing.loopback.world.pass_time(timedelta(days=14))
    syncing.loopback.world.move("harbour", date(2026, 7, 4))
    await syncing.read_all()
    assert "moved premiere" in await told(syncing, syncing.now() + timedelta(hours=1))
    assert await told(syncing, PREMIERE) == []
    assert "now premiere" in await told(syncing, PREMIERE + timedelta(days=14))


@pytest.mark.usefixtures("channel")
async def test_a_date_that_is_gone_upstream_after_it_was_announced_is_corrected(syncing: Syncing) -> None:
    await syncing.read_all()
    assert "confirmed premiere" in await told(syncing, syncing.now() + timedelta(hours=2))
    syncing.loopback.world.pass_time(timedelta(days=2))
    syncing.loopback.world.delete("harbour")
    await syncing.read_all(full=True)
    assert await told(syncing, syncing.now() + timedelta(hours=1)) == ["moved premiere"]
    assert await told(syncing, PREMIERE) == []
