"""Runs through MusicBrainz, against a service without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import pytest

from bot.providers.musicbrainz import MOST_ARTISTS, MusicBrainz
from bot.providers.provider import Batch, Held, Known, KnownWork
from bot.providers.service import ProviderError
from bot.store.record import ExternalId
from tests.providers.fake import Fake, assert_resumes, batches

NOW = datetime(2025, 1, 10, 12, tzinfo=UTC)
BOA = "a16d1433-ba89-4f72-a47b-a370add0bb55"


def mbid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def artist(number: int, **more: object) -> Mapping[str, object]:
    return {"id": mbid(number), "name": f"Artist {number}", "type": "Person", "aliases": [], "relations": [], **more}


def group(
    number: int, title: str, released: str = "2025-01-08", *, kinds: Sequence[str] = ("Soundtrack",)
) -> Mapping[str, object]:
    core: dict[str, object] = {"id": mbid(number), "title": title, "first-release-date": released, "score": 100}
    return {**core, "secondary-types": kinds, "artist-credit": []}


def releases(recording: str) -> Mapping[str, object]:
    track: object = {"title": f"Song {recording}", "artist-credit": [], "recording": {"id": recording, "title": "…"}}
    release = {"id": "r", "status": "Official", "country": "KR", "date": "2025-01-08", "media": [{"tracks": [track]}]}
    return {"release-count": 1, "release-offset": 0, "releases": [release]}


class World(Fake):
    """Artists and release groups; a search finds all release groups, a page at a time, as a poor one would."""

    def __init__(
        self, artists: Iterable[Mapping[str, object]] = (), groups: Sequence[Mapping[str, object]] = ()
    ) -> None:
        super().__init__({})
        self.groups = groups
        for one in artists:
            self.documents[
                f"artist/{one['id']}?{urlencode({'inc': 'aliases url-rels artist-rels', 'fmt': 'json'})}"
            ] = one
        for one in groups:
            self.documents[f"release-group/{one['id']}?fmt=json"] = one
            parameters = {"release-group": str(one["id"]), "inc": "recordings artist-credits media"}
            path = urlencode(parameters | {"limit": "100", "fmt": "json"})
            self.documents[f"release?{path}"] = releases(f"of {one['title']}")

    def found_by(self, work: KnownWork, per_page: int = 100) -> None:
        """Let a search for the names of a work find the release groups."""
        titles = " OR ".join(f'"{name}"' for name in work.names)
        for offset in range(0, max(len(self.groups), 1), per_page):
            query = {
                "query": f"secondarytype:soundtrack AND releasegroup:({titles})",
                "limit": "100",
                "offset": str(offset),
            }
            page = {"created": "…", "count": len(self.groups), "offset": offset}
            shown = self.groups[offset : offset + per_page]
            self.documents[f"release-group?{urlencode(query | {'fmt': 'json'})}"] = page | {"release-groups": shown}

    def asked_artists(self) -> list[int]:
        return [int(path[-12:]) for path, _, _ in (path.partition("?") for path in self.asked) if path[:7] == "artist/"]

    def searches(self) -> list[str]:
        found = (path.partition("?") for path in self.asked)
        return [parse_qs(query)["query"][0] for path, _, query in found if path == "release-group"]


def work(number: int, *names: str, premiere: date | None = date(2025, 1, 4)) -> KnownWork:
    return KnownWork(ExternalId("wikidata", f"Q{number}"), names, premiere, None)


def known(
    artists: Iterable[int] = (), held: Mapping[str, str | None] | None = None, works: Sequence[KnownWork] = ()
) -> Known:
    records = {id_: Held(id_, version) for id_, version in (held or {}).items()}
    return Known(records, {"musicbrainz-artist": [mbid(number) for number in artists]}, works)


def provider(world: Fake) -> MusicBrainz:
    return MusicBrainz(world, lambda: NOW)


def fetched(found: Sequence[Batch]) -> list[str]:
    return [one.record.id for batch in found for one in batch.fetched]


def gone(found: Sequence[Batch]) -> list[str]:
    return [id_ for batch in found for id_ in batch.gone]


async def test_artists_that_are_not_held_come_first_then_those_held_longest() -> None:
    world = World(map(artist, range(1, 6)))
    held = {
        f"artist/{mbid(1)}": "2025-01-02T00:00:00Z",
        f"artist/{mbid(2)}": "2024-06-01T00:00:00Z",
        f"artist/{mbid(4)}": None,
        f"release-group/{mbid(9)}": "2024-01-01T00:00:00Z",
    }
    found = await batches(provider(world).run(known([5, 3, 2, 1], held), None, full=False))
    assert world.asked_artists() == [3, 4, 5, 2, 1]
    assert {(one.order, one.version) for batch in found for one in batch.fetched} == {(2, "2025-01-10T12:00:00Z")}


async def test_what_is_no_id_of_an_artist_is_not_asked_for() -> None:
    world = World()
    ids = {"musicbrainz-artist": ["BoA", "", BOA.upper()]}
    assert await batches(provider(world).run(Known({}, ids), None, full=False)) == []
    assert world.asked == []


async def test_artists_without_a_type_are_left_out() -> None:
    found = await batches(provider(World([artist(1, type=None)])).run(known([1]), None, full=False))
    assert (fetched(found), gone(found)) == ([], [])


async def test_a_deleted_artist_is_gone_and_a_merged_one_has_moved() -> None:
    world = World([artist(2)])
    path = next(path for path in world.documents if path.startswith("artist/"))
    world.documents[path.replace(mbid(2), mbid(1))] = artist(2)
    held = {f"artist/{mbid(number)}": None for number in (1, 3)}
    (batch,) = await batches(provider(world).run(known([4], held), None, full=False))
    assert batch.gone == [f"artist/{mbid(1)}", f"artist/{mbid(3)}"]
    assert batch.moved == {ExternalId("musicbrainz-artist", mbid(1)): ExternalId("musicbrainz-artist", mbid(2))}
    assert fetched([batch]) == [f"artist/{mbid(2)}"]


async def test_a_run_asks_for_so_many_artists_and_a_full_one_for_all() -> None:
    world = World()
    everyone = known(range(1, MOST_ARTISTS + 50))
    assert len(await batches(provider(world).run(everyone, None, full=False))) == MOST_ARTISTS / 20
    assert len(world.asked) == MOST_ARTISTS
    world.asked.clear()
    await batches(provider(world).run(everyone, None, full=True))
    assert len(world.asked) == MOST_ARTISTS + 49


async def test_a_soundtrack_is_taken_in_with_its_songs() -> None:
    drama = work(1, "Fog", "안개")
    world = World(
        (),
        [
            group(1, "안개 OST Part.1"),
            group(2, "Fog OST", "1998-01-01"),
            group(3, "Fog and Mist OST"),
            group(4, "Fog (Original Soundtrack)", kinds=[]),
            group(5, "Fog (Original Television Soundtrack)", "2025-03"),
        ],
    )
    world.found_by(drama)
    (batch,) = await batches(provider(world).run(known(works=[drama]), None, full=False))
    assert fetched([batch]) == [f"release-group/{mbid(1)}", f"release-group/{mbid(5)}"]
    assert {one.order for one in batch.fetched} == {4}
    album, song = batch.fetched[0].record.things
    assert [said.columns for said in song.said if said.shape == "ost"] == [{"work_id": drama.id, "part": 1, "main": 0}]
    assert album.id == ExternalId("musicbrainz-release-group", mbid(1))


async def test_a_soundtrack_that_two_works_may_have_is_not_taken_in() -> None:
    dramas = [work(1, "Fog"), work(2, "Fog", premiere=date(2024, 12, 30))]
    world = World((), [group(1, "Fog OST")])
    for drama in dramas:
        world.found_by(drama)
    found = await batches(provider(world).run(known(works=dramas), None, full=False))
    assert fetched(found) == []


async def test_a_search_goes_on_over_pages() -> None:
    drama = work(1, "Fog")
    world = World((), [group(number, "Other OST") for number in range(1, 250)] + [group(999, "Fog OST")])
    world.found_by(drama)
    found = await batches(provider(world).run(known(works=[drama]), None, full=False))
    assert fetched(found) == [f"release-group/{mbid(999)}"]
    assert len(world.searches()) == 3


async def test_a_name_is_quoted_in_a_search() -> None:
    world = World()
    await batches(provider(world).run(known(works=[work(1, 'The "Fog" \\ AND')]), None, full=False))
    assert world.searches() == [r'secondarytype:soundtrack AND releasegroup:("The \"Fog\" \\ AND")']


async def test_only_the_soundtracks_of_new_dramas_are_looked_for_unless_the_run_is_full() -> None:
    today = NOW.date()
    days = {"Fog": 1, "Rain": 199, "Snow": 202, "Hail": -90}
    dramas = [work(at, name, premiere=today - timedelta(days=ago)) for at, (name, ago) in enumerate(days.items())]
    what = known(works=[*dramas, work(9, "Undated", premiere=None)])
    world = World()
    await batches(provider(world).run(what, None, full=False))
    assert [search.split('"')[1] for search in world.searches()] == ["Fog", "Rain", "Hail"]
    world.asked.clear()
    await batches(provider(world).run(what, None, full=True))
    assert [search.split('"')[1] for search in world.searches()] == list(days)


async def test_a_full_run_learns_which_release_groups_are_gone() -> None:
    world = World((), [group(1, "Fog OST"), group(5, "Rain OST")])
    world.documents[f"release-group/{mbid(4)}?fmt=json"] = group(5, "Rain OST")
    held = {f"release-group/{mbid(number)}": "2025-01-01T00:00:00Z" for number in (1, 2, 4)}
    later = {f"release-group/{mbid(3)}": "2025-01-10T12:00:00Z"}
    found = await batches(provider(world).run(known(held=held | later), None, full=True))
    assert gone(found) == [f"release-group/{mbid(2)}", f"release-group/{mbid(4)}"]
    assert found[0].moved == {
        ExternalId("musicbrainz-release-group", mbid(4)): ExternalId("musicbrainz-release-group", mbid(5))
    }


@pytest.mark.parametrize("full", [True, False])
async def test_a_run_goes_on_from_every_cursor(full: bool) -> None:
    dramas = [work(number, f"Fog {number}") for number in range(1, 14)]
    groups = [group(500 + number, f"Fog {number} OST") for number in range(1, 14)]
    world = World(map(artist, range(1, 70)), groups)
    for drama in dramas:
        world.found_by(drama)
    held: Mapping[str, str | None] = {f"artist/{mbid(number)}": f"2024-01-0{number % 9 + 1}" for number in range(1, 30)}
    held |= {f"release-group/{mbid(number)}": None for number in range(480, 510)}
    what = known(range(20, 80), held, dramas)

    def start(cursor: str | None) -> AsyncIterator[Batch]:
        return provider(world).run(what, cursor, full=full)

    found = await assert_resumes(start)
    assert [batch.left for batch in found] == list(range(len(found) - 1, -1, -1))
    assert sorted(fetched(found)) == sorted(
        [f"artist/{mbid(number)}" for number in range(1, 70)] + [f"release-group/{one['id']}" for one in groups]
    )


async def test_what_was_stored_since_a_run_began_is_not_asked_for_again() -> None:
    world = World(map(artist, range(1, 50)))
    first = await anext(aiter(provider(world).run(known(range(1, 50)), None, full=False)))
    stored = {one.record.id: one.version for one in first.fetched}
    world.asked.clear()
    await batches(provider(world).run(known(range(1, 50), stored), first.cursor, full=False))
    assert world.asked_artists() == list(range(21, 50))


async def test_a_cursor_of_the_other_sort_begins_anew() -> None:
    world = World([artist(1)])
    cursor = '["2025-01-09T00:00:00Z", "held", ["x"], null]'
    assert fetched(await batches(provider(world).run(known([1]), cursor, full=False))) == [f"artist/{mbid(1)}"]


@pytest.mark.parametrize("answer", [[], {"count": 1}, {"count": 1, "release-groups": [{"id": "x"}]}])
async def test_a_search_of_another_shape_ends_the_run(answer: object) -> None:
    drama = work(1, "Fog")
    world = World()
    world.found_by(drama)
    world.documents = dict.fromkeys(world.documents, answer)
    with pytest.raises(ProviderError, match=r"^Fake release-group has another shape than expected"):
        await batches(provider(world).run(known(works=[drama]), None, full=False))


async def test_the_check_says_what_was_found() -> None:
    world = World()
    world.documents[f"artist/{BOA}?inc=aliases&fmt=json"] = artist(1, name="BoA", aliases=[{"name": "보아"}])
    assert await provider(world).check() == "BoA: Person, 보아"


@pytest.mark.parametrize("answer", [None, artist(1)])
async def test_the_check_fails_where_the_alias_is_missing(answer: object) -> None:
    world = World()
    world.documents |= {f"artist/{BOA}?inc=aliases&fmt=json": answer} if answer else {}
    with pytest.raises(ProviderError, match="보아"):
        await provider(world).check()
