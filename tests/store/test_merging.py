"""Two entities that are one: what leads where after a merge, and that it can be undone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS
from bot.catalogue.model import ARTISTS, Kind, Ref, Status
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import parse
from bot.store import artists, browse, catalogue, events, follows, imports, merging, overview, runs, songs, works
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.deliveries import sent
from bot.store.lookup import Lookup
from bot.store.merging import MergeError
from bot.store.reading import entity_id
from bot.store.record import EventKind, ExternalId, Record, Thing, event, name, performer
from bot.store.stated import SourceRow
from tests.helpers import LOADED, apply, opened, utc, write
from tests.store.contents import Rows, contents
from tests.store.dated import PREMIERE, choose, claim, plan, send_all, server, states

SOURCE = """
[[sources]]
slug = "{publisher}"
publisher = "The {publisher}"
title = "A title"
url = "https://example.com/1"
"""

STARS = """
[[people]]
slug = "ban-dal"
sources = ["herald"]
names = ["Ban Dal"]
ids = { wikidata = "Q1" }

[[works]]
slug = "paper-moon"
type = "drama"
sources = ["herald"]
names = ["Paper Moon"]
cast = [{ person = "ban-dal", as = "Moon" }]
events = [{ kind = "premiere", date = "2031-04-05 21:20", status = "confirmed" }]
"""

OTHERS = """
[[groups]]
slug = "umbrellas"
sources = ["times"]
names = ["Umbrellas"]

[[organisations]]
slug = "tvn"
type = "network"
sources = ["times"]
names = ["tvN"]

[[people]]
slug = "ban-dal-singer"
sources = ["times"]
groups = ["umbrellas"]
names = ["Ban Dal", "Half Moon"]
ids = { musicbrainz-artist = "m-1" }

[[works]]
slug = "moon-of-paper"
type = "drama"
cast_complete = true
sources = ["times"]
names = ["Moon of Paper"]
cast = [{ person = "ban-dal-singer" }]
airings = [{ on = "tvn", days = ["sat", "sun"], time = "21:20" }]
events = [
    { kind = "premiere", date = "DATE", status = "confirmed" },
    { kind = "finale", date = "2031-05-25", status = "confirmed" },
]

[[tracks]]
slug = "home"
sources = ["times"]
names = ["Home"]
performers = ["ban-dal-singer"]
ost = [{ work = "moon-of-paper" }]
"""

DAL, SINGER = Ref(Kind.PERSON, "ban-dal"), Ref(Kind.PERSON, "ban-dal-singer")
MOON, PAPER = Ref(Kind.WORK, "paper-moon"), Ref(Kind.WORK, "moon-of-paper")
SAME = "2031-04-05 21:20"
NOW = utc("2031-01-02 00:00")


@pytest.fixture
async def store(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await load(database, tmp_path)
        yield database


async def load(store: Database, tmp_path: Path, date: str = SAME, more: str = "") -> list[catalogue.Change]:
    """Load two folders, one after the other."""
    others = SOURCE.format(publisher="times") + OTHERS.replace("DATE", date) + more
    return [
        *await apply(store, write(tmp_path / "stars", all=SOURCE.format(publisher="herald") + STARS)),
        *await apply(store, write(tmp_path / "others", all=others)),
    ]


async def merge(store: Database, gone: Ref, into: Ref) -> merging.Merge:
    return await store.write(merging.merge, gone, into, NOW)


async def state(store: Database) -> Rows:
    return await store.read(contents)


async def test_an_old_slug_leads_on(store: Database) -> None:
    merge_ = await merge(store, SINGER, DAL)
    assert merge_ == (merge_.id, SINGER, DAL)
    assert await store.read(entity_id, SINGER) == await store.read(entity_id, DAL)
    found = await store.read(artists.artist, SINGER)
    assert found is not None
    assert found.profile.label.ref == DAL
    assert [name.text for name in found.profile.names] == ["Ban Dal", "Half Moon"]


async def test_what_referred_to_the_old_one_refers_to_the_new_one(store: Database) -> None:
    await merge(store, SINGER, DAL)
    await merge(store, PAPER, MOON)
    found = await store.read(artists.artist, DAL)
    assert found is not None
    assert [one.other.ref.slug for one in found.memberships] == ["umbrellas"]
    assert [(song.label.ref.slug, [ost.work.ref for ost in song.osts]) for song in found.songs] == [("home", [MOON])]
    assert {(credit.work.ref, credit.person.ref) for credit in found.credits} == {(MOON, DAL)}
    work = await store.read(works.work, "moon-of-paper")
    assert work is not None
    assert work.profile.label.ref == MOON
    assert [airing.organisation.ref.slug for airing in work.airings] == ["tvn"]
    assert [event.kind for event in work.profile.events] == ["premiere", "finale"]
    discography = await store.read(songs.discography, PAPER)
    assert discography is not None
    assert len(discography.songs) == 1


async def test_dates_and_links_are_found_by_the_old_slug(store: Database) -> None:
    await merge(store, SINGER, DAL)
    concerning = await store.read(events.concerning, SINGER)
    assert concerning == await store.read(events.concerning, DAL)
    assert len(concerning) == 3
    assert await store.read(events.links, SINGER) == []


async def test_a_merged_network_leads_on(store: Database, tmp_path: Path) -> None:
    network = '[[organisations]]\nslug = "tv-n"\ntype = "network"\nsources = ["times"]\nnames = ["tv N"]\n'
    await load(store, tmp_path, more=network)
    await merge(store, Ref(Kind.ORGANISATION, "tvn"), Ref(Kind.ORGANISATION, "tv-n"))
    found = await store.read(browse.network, "tvn")
    assert found is not None
    assert found.ref.slug == "tv-n"
    assert [label.ref for label, _ in (await store.read(browse.dramas_on, "tvn", 0)).entries] == [PAPER]


@pytest.mark.parametrize("built", [pytest.param(True, id="index"), pytest.param(False, id="no index yet")])
async def test_search_finds_the_new_one_by_all_names_and_slugs_of_both(
    store: Database, monkeypatch: pytest.MonkeyPatch, *, built: bool
) -> None:
    lookup = Lookup(store)
    if built:
        await lookup.index()
    else:

        async def none() -> None:
            return None

        monkeypatch.setattr(lookup, "ready", none)
    await merge(store, SINGER, DAL)
    for query in (
        "person/ban-dal-singer",
        "ban-dal-singer",
        "ban dal singer",
        "half moon",
        "Ban Dal",
        "person/ban-dal",
    ):
        assert (await lookup.find(query, ARTISTS)).ref == DAL
        assert [match.entry.ref for match in await lookup.suggest(query, ARTISTS)][:1] == [DAL] or query.startswith(
            "person/"
        )
    entry = await lookup.get(SINGER)
    assert entry is not None
    assert entry.ref == DAL
    assert SINGER not in {match.entry.ref for match in await lookup.suggest("ban", ARTISTS)}
    if built:
        (undo,) = await store.read(merging.merges)
        await store.write(merging.unmerge, undo.id, NOW)
        assert (await lookup.find("ban-dal-singer", ARTISTS)).ref == SINGER
        assert (await lookup.find("half moon", ARTISTS)).ref == SINGER
        assert (await lookup.find("person/ban-dal", ARTISTS)).ref == DAL
    await lookup.close()


async def test_merged_entities_are_neither_counted_nor_listed(store: Database) -> None:
    before = (await store.read(overview.overview)).counts
    await merge(store, SINGER, DAL)
    await merge(store, PAPER, MOON)
    counts = (await store.read(overview.overview)).counts
    assert counts == before | {"person": 1, "work": 1, "event": 2}
    assert await store.read(browse.size) == (1, 2)
    dramas = await store.read(browse.page_of, await store.read(browse.dramas), 0)
    assert ([label.ref for label, _ in dramas.entries], dramas.total) == ([MOON], 1)
    listed = await store.read(browse.page_of, await store.read(browse.artists), 0)
    assert [label.ref.slug for label, _ in listed.entries] == ["umbrellas", "ban-dal"]
    assert [id_.id for id_, *_ in await store.read(imports.works)] == ["paper-moon"]


async def test_a_server_that_followed_both_follows_once(store: Database) -> None:
    for guild, ref in ((1, DAL), (1, SINGER), (2, SINGER), (3, DAL)):
        await store.write(follows.add, guild, ref)
    before = await state(store)
    merge_ = await merge(store, SINGER, DAL)
    for guild in (1, 2, 3):
        assert [label.ref for label in await store.read(follows.of_guild, guild)] == [DAL]
    await store.write(merging.unmerge, merge_.id, NOW)
    assert await state(store) == before


async def test_a_channel_that_followed_both_follows_once(store: Database) -> None:
    await choose(store, server(), server(2))
    for guild, ref in ((1, DAL), (1, SINGER), (2, SINGER)):
        await store.write(follows.add_to_channel, guild, guild * 100, ref, NOW)
    merge_ = await merge(store, SINGER, DAL)
    for guild in (1, 2):
        assert [label.ref for label in (await store.read(follows.lists, guild))[guild * 100]] == [DAL]
    await store.write(merging.unmerge, merge_.id, NOW)
    found = {guild: (await store.read(follows.lists, guild))[guild * 100] for guild in (1, 2)}
    assert [{label.ref for label in labels} for labels in found.values()] == [{DAL, SINGER}, {SINGER}]


async def test_a_follow_that_ended_meanwhile_does_not_come_back(store: Database) -> None:
    await store.write(follows.add, 1, SINGER)
    merge_ = await merge(store, SINGER, DAL)
    await store.write(follows.remove, 1, SINGER)
    await store.write(merging.unmerge, merge_.id, NOW)
    assert await store.read(follows.of_guild, 1) == []


async def test_nothing_is_announced_a_second_time(store: Database) -> None:
    await choose(store, server())
    assert await send_all(store, PREMIERE) == 2
    await merge(store, PAPER, MOON)
    assert await send_all(store, PREMIERE) == 0
    await choose(store, server(2))
    assert await send_all(store, PREMIERE) == 1


async def test_what_was_planned_for_both_is_announced_once(store: Database) -> None:
    await choose(store, server())
    assert await plan(store, PREMIERE) == 2
    await merge(store, PAPER, MOON)
    assert await send_all(store, PREMIERE) == 1


async def test_what_was_announced_of_the_old_one_alone_counts(store: Database) -> None:
    await choose(store, server())
    await plan(store, PREMIERE)
    (old,) = [one for one in await claim(store, PREMIERE) if one.parts[0].event_id == await _premiere(store, PAPER)]
    await store.write(sent, old.id, 5000, PREMIERE)
    await store.write(lambda c: c.execute("DELETE FROM delivery WHERE state <> 'sent'"))
    await merge(store, PAPER, MOON)
    assert await send_all(store, PREMIERE) == 0


async def _premiere(store: Database, ref: Ref) -> int:
    def read(connection: Connection) -> int:
        query = "SELECT event.id FROM event JOIN entity ON entity.id = entity_id WHERE slug = ? AND event.kind = ?"
        return connection.execute(query, (ref.slug, "premiere")).fetchone()[0]

    return await store.read(read)


async def test_an_announcement_of_another_day_is_corrected(store: Database, tmp_path: Path) -> None:
    await load(store, tmp_path, date="2031-04-06 21:20")
    week_ahead = utc("2031-03-30 12:20")
    await choose(store, replace(server(since=week_ahead), stages=(*ALWAYS, Stage.WEEK_AHEAD)))
    assert await send_all(store, week_ahead) == 1  # of the sixth; that of the fifth was due before
    await store.write(merging.merge, PAPER, MOON, week_ahead)
    assert await send_all(store, week_ahead) == 1
    assert await store.read(_stages) == [(0, "reminder_7d"), (2, "moved")]
    queued = "SELECT kind FROM post_action"
    assert await store.read(lambda c: c.execute(queued).fetchall()) == [("amend",)]
    assert await send_all(store, PREMIERE) == 1
    assert await send_all(store, PREMIERE + timedelta(days=1)) == 0


def _stages(connection: Connection) -> list[tuple[int, str]]:
    return connection.execute("SELECT revision, stage FROM delivery ORDER BY id").fetchall()


async def test_undoing_gives_announcements_back(store: Database, tmp_path: Path) -> None:
    await load(store, tmp_path, date="2031-04-04 21:20")
    await choose(store, server())
    await send_all(store, utc("2031-04-04 12:20"))
    await plan(store, PREMIERE)
    before = await state(store)
    merge_ = await merge(store, PAPER, MOON)
    assert await state(store) != before
    await store.write(merging.unmerge, merge_.id, NOW)
    assert await state(store) == before
    assert await store.read(states) == [(100, "sent", None), (100, "planned", None)]


async def test_seeds_that_state_the_old_slug_go_on_to_do_so(store: Database, tmp_path: Path) -> None:
    await merge(store, SINGER, DAL)
    await merge(store, PAPER, MOON)
    merged = await state(store)
    assert await load(store, tmp_path) == []
    assert await state(store) == merged
    more = '[[albums]]\nslug = "rain"\nsources = ["times"]\nnames = ["Rain"]\nperformers = ["ban-dal-singer"]\n'
    changes = await load(store, tmp_path, more=more)
    assert ("added", "album/rain performer ban-dal") in [change[:2] for change in changes]
    assert await load(store, tmp_path, more=more) == []


async def test_a_new_statement_about_the_old_slug_is_about_the_new_entity(store: Database, tmp_path: Path) -> None:
    await merge(store, SINGER, DAL)
    content = OTHERS.replace("DATE", SAME).replace('"Half Moon"', '"Half Moon", "Crescent"')
    folder = write(tmp_path / "others", all=SOURCE.format(publisher="times") + content)
    assert len(await apply(store, folder)) == 1
    assert await apply(store, folder) == []
    found = await store.read(artists.artist, DAL)
    assert found is not None
    assert "Crescent" in [name.text for name in found.profile.names]


BOTH = """
[[works]]
slug = "rain"
type = "drama"
sources = ["herald"]
names = ["Rain"]

[[works]]
slug = "rain-again"
type = "film"
cast_complete = true
sources = ["herald"]
names = ["Rain", "Rain Again"]
"""


@pytest.mark.parametrize("gone", ["rain", "rain-again"])
async def test_one_file_may_state_both(store: Database, tmp_path: Path, gone: str) -> None:
    folder = write(tmp_path / "both", all=BOTH.replace("herald", "daily") + SOURCE.format(publisher="daily"))
    await apply(store, folder)
    before = await state(store)
    into = "rain" if gone == "rain-again" else "rain-again"
    merge_ = await merge(store, Ref(Kind.WORK, gone), Ref(Kind.WORK, into))
    assert await apply(store, folder) == []
    assert await apply(store, folder) == []
    await store.write(merging.unmerge, merge_.id, NOW)
    assert await state(store) == before


async def test_two_files_of_a_folder_may_state_both(store: Database, tmp_path: Path) -> None:
    one, other = BOTH.split("\n\n")
    folder = write(tmp_path / "both", one=SOURCE.format(publisher="herald") + one, other=other)
    await apply(store, write(tmp_path / "stars", all=SOURCE.format(publisher="gazette")))
    await apply(store, folder)
    before = await state(store)
    merge_ = await merge(store, Ref(Kind.WORK, "rain"), Ref(Kind.WORK, "rain-again"))
    assert await apply(store, folder) == []
    assert await apply(store, folder) == []
    await store.write(merging.unmerge, merge_.id, NOW)
    assert await state(store) == before


async def test_an_entity_that_goes_takes_the_slugs_that_led_to_it_along(store: Database, tmp_path: Path) -> None:
    await merge(store, Ref(Kind.TRACK, "home"), await _other_song(store, tmp_path))
    await load(store, tmp_path)
    assert await store.read(entity_id, Ref(Kind.TRACK, "house")) is not None
    empty = write(tmp_path / "others", all=SOURCE.format(publisher="times"))
    await apply(store, empty)
    assert await store.read(entity_id, Ref(Kind.TRACK, "house")) is None
    assert await store.read(entity_id, Ref(Kind.TRACK, "home")) is None
    assert await store.read(merging.merges) == []


async def _other_song(store: Database, tmp_path: Path) -> Ref:
    await load(store, tmp_path, more='[[tracks]]\nslug = "house"\nsources = ["times"]\nnames = ["House"]\n')
    return Ref(Kind.TRACK, "house")


WIKIDATA = Origin(Authority.IMPORT, "wikidata")


def import_(*records: Record) -> Callable[[Connection], list[catalogue.Change]]:
    def take_in(connection: Connection) -> list[catalogue.Change]:
        provider = records[0].provider
        source = SourceRow(provider, provider, None, None, None, None, None, Origin(Authority.IMPORT, provider))
        imports.credit_provider(connection, source, NOW)
        run = runs.begin(connection, provider, "", NOW, complete=True)
        imports.stage(connection, run, "", [imports.Staged(one, None, 0) for one in records], (), {}, NOW)
        return list(imports.take_in(connection, provider, provider, 10, NOW, trusted=True).changes)

    return take_in


async def test_an_import_finds_the_new_one_by_ids_of_both(store: Database) -> None:
    await merge(store, SINGER, DAL)
    singer = ExternalId("musicbrainz-artist", "m-1")
    song = ExternalId("musicbrainz-recording", "r-1")
    record = Record(
        "musicbrainz",
        "artist/m-1",
        (
            Thing(singer, Kind.PERSON, (name("Banana Dal", "alternative", "en", 0),)),
            Thing(song, Kind.TRACK, (name("Rain", "official", "en", 0), performer(singer, 0))),
        ),
    )
    await store.write(import_(record))
    found = await store.read(artists.artist, DAL)
    assert found is not None
    assert "Banana Dal" in [name.text for name in found.profile.names]
    assert {song.label.ref.slug for song in found.songs} == {"home", "rain"}
    moon = Record("tvmaze", "shows/1", (Thing(ExternalId("work", "moon-of-paper"), Kind.WORK),))
    await merge(store, PAPER, MOON)
    await store.write(import_(moon))
    assert ("work/paper-moon", "import:tvmaze/shows/1") in (await state(store))["entity_origin"]


async def test_undoing_restores_everything(store: Database, tmp_path: Path) -> None:
    await store.write(
        import_(
            Record(
                "wikidata",
                "Q1",
                (
                    Thing(ExternalId("wikidata", "Q1"), Kind.PERSON, (name("Dal", "stage", "en", 0),)),
                    Thing(
                        ExternalId("wikidata", "Q2"),
                        Kind.WORK,
                        (
                            name("Paper", "official", "en", 0),
                            event(EventKind.PREMIERE, parse("2031"), Status.CONFIRMED),
                        ),
                    ),
                ),
            )
        )
    )
    before = await state(store)
    paper = Ref(Kind.WORK, "paper")
    for gone, into in ((SINGER, DAL), (DAL, SINGER), (PAPER, MOON), (MOON, PAPER), (paper, MOON), (MOON, paper)):
        merge_ = await merge(store, gone, into)
        assert await state(store) != before
        await store.write(merging.unmerge, merge_.id, NOW)
        assert await state(store) == before
        merge_ = await merge(store, gone, into)
        await load(store, tmp_path)
        await store.write(merging.unmerge, merge_.id, NOW)
        assert await state(store) == before
        assert await load(store, tmp_path) == []


CHAIN = "".join(
    f"""
    [[works]]
    slug = "{slug}"
    type = "drama"
    sources = ["times"]
    names = ["{slug.title()}"]
    events = [
        {{ kind = "premiere", date = "2031-04-0{day}", status = "confirmed" }},
        {{ kind = "episode", number = {day}, date = "2031-04-0{day}", status = "confirmed" }},
    ]
    """
    for slug, day in (("a", 5), ("b", 6), ("c", 7))
)
A, B, C = (Ref(Kind.WORK, slug) for slug in "abc")


@pytest.mark.parametrize("pairs", [((A, B), (B, C)), ((B, C), (A, B)), ((A, C), (B, C))])
@pytest.mark.parametrize("first", [0, 1])
async def test_chains_lead_to_the_end_and_come_apart_in_any_order(
    store: Database, tmp_path: Path, pairs: tuple[tuple[Ref, Ref], ...], first: int
) -> None:
    await load(store, tmp_path, more=CHAIN)
    for guild, ref in ((1, A), (2, B), (3, C), (4, A), (4, C), (5, A), (5, B), (6, B), (6, C)):
        await store.write(follows.add, guild, ref)
    before = await state(store)
    made = [await merge(store, *pair) for pair in pairs]
    assert len({await store.read(entity_id, ref) for ref in (A, B, C)}) == 1
    assert {merge.into for merge in await store.read(merging.merges)} == {C}
    assert await load(store, tmp_path, more=CHAIN) == []
    await store.write(merging.unmerge, made[first].id, NOW)
    await load(store, tmp_path, more=CHAIN)
    await store.write(merging.unmerge, made[1 - first].id, NOW)
    assert await state(store) == before
    assert await store.read(merging.merges) == []
    assert await load(store, tmp_path, more=CHAIN) == []


@pytest.mark.parametrize(
    ("gone", "into", "why"),
    [
        pytest.param(Ref(Kind.PERSON, "nobody"), DAL, "There is no person/nobody.", id="no such entity"),
        pytest.param(DAL, Ref(Kind.PERSON, "nobody"), "There is no person/nobody.", id="no such target"),
        pytest.param(DAL, DAL, "two entities", id="the same"),
        pytest.param(DAL, MOON, "of one kind", id="another kind"),
        pytest.param(PAPER, DAL, "was merged into work/paper-moon before", id="merged before"),
        pytest.param(PAPER, MOON, "was merged into work/paper-moon before", id="twice"),
        pytest.param(MOON, PAPER, "two entities", id="back"),
    ],
)
async def test_what_cannot_be_merged(store: Database, gone: Ref, into: Ref, why: str) -> None:
    await merge(store, PAPER, MOON)
    before = await state(store)
    with pytest.raises(MergeError, match=why):
        await merge(store, gone, into)
    assert await state(store) == before


async def test_a_merge_is_undone_once(store: Database) -> None:
    merge_ = await merge(store, PAPER, MOON)
    assert await store.write(merging.unmerge, merge_.id, NOW) == merge_
    with pytest.raises(MergeError, match="no such merge"):
        await store.write(merging.unmerge, merge_.id, NOW)


async def test_what_nobody_states_any_more_does_not_come_back(store: Database, tmp_path: Path) -> None:
    merge_ = await merge(store, SINGER, DAL)
    await apply(store, write(tmp_path / "others", all=SOURCE.format(publisher="times")), now=LOADED)
    with pytest.raises(MergeError, match="Nobody states person/ban-dal-singer any more"):
        await store.write(merging.unmerge, merge_.id, NOW)
