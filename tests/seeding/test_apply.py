"""Bringing the catalogue to what files state."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.announcements import schedule
from bot.announcements.hours import Audience
from bot.announcements.subscription import Subscription
from bot.catalogue.model import EventKind, Kind, Ref
from bot.catalogue.when import SEOUL
from bot.errors import SeedError
from bot.store import artists, holdings, planning, subscriptions, works
from bot.store.database import Database
from bot.store.stated import Change
from tests.helpers import apply, opened, utc, write
from tests.seeding.stated import DRAMA, PEOPLE, SOURCES, dump


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(tmp_path / "byeol.db") as database:
        yield database


def lines(changes: list[Change]) -> set[str]:
    return {f"{change.action} {change.what}" + (f" ({change.why})" if change.why else "") for change in changes}


async def test_what_files_state_is_added(store: Database, folder: Path) -> None:
    assert await store.read(holdings.is_empty)
    assert lines(await apply(store, folder)) == {
        "added source herald",
        "added source post",
        "added person/ban-dal",
        "added person/na-mu",
        "added work/gossip",
        "added person/ban-dal name Ban Dal official en",
        "added person/ban-dal name 반달 original ko",
        "added person/na-mu name Na Mu official en",
        "added work/gossip name Gossip official en",
        "added work/gossip credit ban-dal",
        "added work/gossip event_date premiere 0 0",
    }
    assert not await store.read(holdings.is_empty)
    work = await store.read(works.work, "gossip")
    assert work is not None
    assert [name.text for name in work.profile.names] == ["Gossip"]
    assert [[source.publisher for source in name.sources] for name in work.profile.names] == [["The Herald"]]
    write(folder, sources=SOURCES.replace('"Ban Dal boards"', '"Who plays whom"'))
    await apply(store, folder)
    work = await store.read(works.work, "gossip")
    assert work is not None
    assert [[source.title for source in name.sources] for name in work.profile.names] == [["Who plays whom"]]


async def test_loading_twice_changes_nothing(store: Database, folder: Path) -> None:
    await apply(store, folder)
    before = await store.read(dump)
    assert await apply(store, folder) == []
    assert await apply(store, folder / "drama.toml") == []
    assert await store.read(dump) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        pytest.param(
            "sources",
            'publisher = "The Herald"',
            'publisher = "The Morning Herald"',
            {"changed source herald"},
            id="a source",
        ),
        pytest.param(
            "sources",
            'title = "Ban Dal boards"',
            'title = "Ban Dal plays the lead"',
            {"changed source herald"},
            id="a source's title",
        ),
        pytest.param(
            "drama",
            'names = ["Gossip"]',
            'names = ["Murmurs"]',
            {"added work/gossip name Murmurs official en", "removed work/gossip name Gossip official en"},
            id="a name",
        ),
        pytest.param(
            "drama",
            'names = ["Gossip"]',
            'names = [{ text = "Gossip", sources = ["post"] }]',
            {"changed work/gossip name Gossip official en"},
            id="a name's source",
        ),
        pytest.param(
            "drama",
            'names = ["Gossip"]',
            'names = [{ text = "Gossip", certainty = "reported", note = "as it seems" }]',
            {"changed work/gossip name Gossip official en"},
            id="how certain a name is",
        ),
        pytest.param("drama", 'role = "lead"', 'role = "cameo"', {"changed work/gossip credit ban-dal"}, id="a role"),
        pytest.param(
            "drama",
            'type = "drama"',
            'type = "drama"\ncast_complete = true',
            {"changed work/gossip"},
            id="completeness",
        ),
        pytest.param("drama", "2031-04-05", "2031-04-06", {"changed work/gossip event_date premiere 0 0"}, id="a date"),
        pytest.param(
            "drama",
            'person = "ban-dal"',
            'person = "na-mu"',
            {"added work/gossip credit na-mu", "removed work/gossip credit ban-dal"},
            id="who plays",
        ),
        pytest.param(
            "drama",
            'cast = [{ person = "ban-dal", role = "lead" }]',
            "",
            {"removed work/gossip credit ban-dal"},
            id="a credit that is gone",
        ),
        pytest.param("drama", "[[works]]", "# a comment\n[[works]]", set[str](), id="a comment"),
    ],
)
async def test_what_is_different_is_changed_and_nothing_else(
    store: Database, folder: Path, file: str, old: str, new: str, changes: set[str]
) -> None:
    await apply(store, folder)
    revision = await store.read(holdings.revision)
    path = folder / f"{file}.toml"
    content = {"sources": SOURCES, "people": PEOPLE, "drama": DRAMA}[file]
    assert old in content
    write(folder, **{file: content.replace(old, new)})
    assert lines(await apply(store, path)) == changes
    assert await store.read(holdings.revision) == revision + bool(changes)
    assert await apply(store, folder) == []
    write(folder, **{file: content})
    assert len(await apply(store, folder)) == len(changes), "and back again"


async def revision_of_premiere(store: Database) -> int:
    work = await store.read(works.work, "gossip")
    assert work is not None
    return work.profile.events[0].revision


@pytest.mark.parametrize(
    ("event", "moved"),
    [
        pytest.param('date = "2031-04-06", status = "confirmed"', True, id="another day"),
        pytest.param('date = "2031-04-05 21:20", status = "confirmed"', True, id="the minute becomes known"),
        pytest.param('date = "2031-04", status = "confirmed"', True, id="less is known"),
        pytest.param(
            'date = "2031-04-05", status = "confirmed", zone = "Asia/Tokyo"', False, id="a zone of equal time"
        ),
        pytest.param(
            'date = "2031-04-05", status = "confirmed", zone = "America/New_York"', True, id="a day elsewhere"
        ),
        pytest.param('date = "2031-04-05", status = "released"', False, id="it happened"),
        pytest.param('date = "2031-04-05", status = "confirmed", words = "in April"', False, id="words"),
        pytest.param('date = "2031-04-05", status = "confirmed", note = "so they say"', False, id="a note"),
        pytest.param('date = "2031-04-05", status = "confirmed", sources = ["post"]', False, id="a source"),
        pytest.param('date = "2031-04-05", status = "confirmed", certainty = "reported"', False, id="certainty"),
    ],
)
async def test_a_revision_is_another_date_and_nothing_else(
    store: Database, folder: Path, event: str, moved: bool
) -> None:
    await apply(store, folder)
    assert await revision_of_premiere(store) == 1
    changed = DRAMA.replace('date = "2031-04-05", status = "confirmed"', event)
    assert changed != DRAMA
    await apply(store, write(folder, drama=changed))
    assert await revision_of_premiere(store) == 1 + moved
    await apply(store, folder)
    assert await revision_of_premiere(store) == 1 + moved


async def test_a_date_that_moves_back_is_a_revision_as_well(store: Database, folder: Path) -> None:
    for number, day in enumerate(("05", "06", "05", "05", "07"), start=1):
        await apply(store, write(folder, drama=DRAMA.replace("2031-04-05", f"2031-04-{day}")))
        assert await revision_of_premiere(store) == number - (number >= 4)


async def test_a_date_that_disagrees_has_a_revision_of_its_own(store: Database, folder: Path) -> None:
    claim = '{ kind = "premiere", date = "2031-05", status = "expected", rank = 1 }'
    both = DRAMA.replace('status = "confirmed" }]', f'status = "confirmed" }}, {claim}]')
    await apply(store, write(folder, drama=both))
    await apply(store, write(folder, drama=both.replace("2031-05", "2031-06")))
    work = await store.read(works.work, "gossip")
    assert work is not None
    assert [(event.rank, event.revision) for event in work.profile.events] == [(0, 1), (1, 0)]


# Removing


async def test_what_a_file_no_longer_states_is_removed(store: Database, folder: Path) -> None:
    await apply(store, folder)
    write(folder, people=PEOPLE[: PEOPLE.index("[[people]]", 10)])
    write(folder, sources=SOURCES[: SOURCES.index("[[sources]]", 10)])
    assert lines(await apply(store, folder)) == {
        "removed person/na-mu",
        "removed source post",
    }
    assert await store.read(artists.artist, Ref(Kind.PERSON, "na-mu")) is None


async def test_a_file_that_is_gone_from_its_folder_takes_its_statements_with_it(store: Database, folder: Path) -> None:
    await apply(store, folder)
    (folder / "drama.toml").unlink()
    assert lines(await apply(store, folder)) == {"removed work/gossip"}
    assert await store.read(works.work, "gossip") is None
    assert await apply(store, folder) == []


async def test_a_file_that_is_gone_stays_in_the_catalogue_while_others_are_loaded_one_by_one(
    store: Database, folder: Path
) -> None:
    await apply(store, folder)
    (folder / "drama.toml").unlink()
    assert await apply(store, folder / "people.toml", folder / "sources.toml") == []


async def test_what_others_refer_to_is_kept_and_they_are_named(store: Database, folder: Path) -> None:
    await apply(store, folder)
    write(folder, people=PEOPLE[PEOPLE.index("[[people]]", 10) :], sources=SOURCES[SOURCES.index("[[sources]]", 10) :])
    changes = lines(await apply(store, folder / "people.toml", folder / "sources.toml"))
    assert changes == {
        "kept person/ban-dal (referred to by work/gossip)",
        "kept source herald (5 statements cite it)",
    }
    revision = await store.read(holdings.revision)
    assert await store.read(artists.artist, Ref(Kind.PERSON, "ban-dal")) is not None
    assert len(await apply(store, folder / "people.toml")) == 1, "it is said again each time"
    assert await store.read(holdings.revision) == revision


async def test_what_is_kept_keeps_what_it_refers_to(store: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "seeds",
        sources=SOURCES,
        groups='[[groups]]\nslug = "umbrellas"\nsources = ["herald"]\nnames = ["Umbrellas"]\n',
        people='[[people]]\nslug = "ban-dal"\nsources = ["herald"]\nnames = ["Ban Dal"]\ngroups = ["umbrellas"]\n',
        drama='[[works]]\nslug = "gossip"\ntype = "drama"\nsources = ["herald"]\ncast = [{ person = "ban-dal" }]\n',
    )
    await apply(store, folder)
    write(folder, groups="", people="")
    assert lines(await apply(store, folder / "groups.toml", folder / "people.toml")) == {
        "kept person/ban-dal (referred to by work/gossip)",
        "kept group/umbrellas (referred to by person/ban-dal)",
    }
    write(folder, drama="")
    assert lines(await apply(store, folder)) == {
        "removed work/gossip",
        "removed person/ban-dal",
        "removed group/umbrellas",
    }


async def test_those_that_refer_to_one_another_go_together(store: Database, tmp_path: Path) -> None:
    drama = """
        [[works]]
        slug = "gossip"
        type = "drama"
        sources = ["herald"]
        characters = [
            { slug = "cat", names = ["Cat"], relations = [{ to = "dog", kind = "meets" }] },
            { slug = "dog", names = ["Dog"], relations = [{ to = "cat", kind = "meets" }] },
        ]
        """
    folder = write(tmp_path / "seeds", sources=SOURCES, drama=drama)
    await apply(store, folder)
    write(folder, drama="")
    assert lines(await apply(store, folder)) == {
        "removed work/gossip",
        "removed character/gossip-cat",
        "removed character/gossip-dog",
    }


async def announced(store: Database, now: str) -> None:
    """A server is told of what is due."""
    chosen = Subscription(
        guild_id=1,
        channel_id=2,
        role_id=None,
        language="en",
        zone=SEOUL,
        kinds=[EventKind.PREMIERE],
        stages=[schedule.Stage.NOW],
        since=utc("2030-01-01 00:00"),
    )
    await store.write(subscriptions.choose, chosen, chosen.since)
    found = await store.read(planning.candidates, schedule.window(utc(now)), schedule.changes(utc(now)))
    await store.write(planning.plan, list(schedule.due(found, [Audience(SEOUL)], utc(now))))


async def test_a_date_that_was_announced_is_kept(store: Database, folder: Path) -> None:
    await apply(store, folder)
    await announced(store, "2031-04-05 00:00")
    event = 'events = [{ kind = "premiere", date = "2031-04-05", status = "confirmed" }]'
    assert event in DRAMA
    write(folder, drama=DRAMA.replace(event, ""))
    assert lines(await apply(store, folder)) == {
        "removed work/gossip event_date premiere 0 0",
        "kept work/gossip event premiere 0 (1 announcements were made or planned for it)",
    }
    (folder / "drama.toml").unlink()
    assert lines(await apply(store, folder)) == {"kept work/gossip (1 announcements were made or planned for it)"}
    assert await store.read(works.work, "gossip") is not None


async def test_what_moves_to_another_file_stays_what_it_is(store: Database, folder: Path) -> None:
    await apply(store, folder)
    await announced(store, "2031-04-05 00:00")
    (folder / "drama.toml").rename(folder / "gossip.toml")
    assert lines(await apply(store, folder)) == {"changed work/gossip"}
    assert await revision_of_premiere(store) == 1
    assert await apply(store, folder) == []


async def test_a_singer_who_turns_out_to_be_a_group_is_exchanged(store: Database, tmp_path: Path) -> None:
    track = '[[tracks]]\nslug = "home"\nsources = ["herald"]\nperformers = ["umbrellas"]\n'
    folder = write(
        tmp_path / "seeds",
        sources=SOURCES,
        artists='[[people]]\nslug = "umbrellas"\nsources = ["herald"]\nnames = ["Umbrellas"]\n',
        track=track,
    )
    await apply(store, folder)
    write(folder, artists='[[groups]]\nslug = "umbrellas"\nsources = ["herald"]\nnames = ["Umbrellas"]\n')
    await apply(store, folder)
    assert await store.read(artists.artist, Ref(Kind.PERSON, "umbrellas")) is None
    group = await store.read(artists.artist, Ref(Kind.GROUP, "umbrellas"))
    assert group is not None
    assert [song.label.ref.slug for song in group.songs] == ["home"]


async def test_nothing_is_written_where_anything_is_wrong(store: Database, folder: Path) -> None:
    await apply(store, folder)
    before = await store.read(dump)
    write(folder, drama=DRAMA.replace("2031-04-05", "2031-04-06"), people=PEOPLE.replace("na-mu", "Na Mu"))
    with pytest.raises(SeedError):
        await apply(store, folder)
    assert await store.read(dump) == before
