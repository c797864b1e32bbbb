"""Premieres among a server's own events in Discord, as its people see them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import pytest_asyncio

from bot.announcements.publisher import guild_events
from bot.seeding import Known, load
from bot.store import catalogue, subscriptions
from bot.store.database import Database
from tests.conftest import World, world_of
from tests.helpers import utc

START = datetime(2031, 4, 1, tzinfo=UTC)
EVENING = utc("2031-04-12 12:20")
"""21:20 in Seoul."""

MARK = "byeol:work/moon"

DRAMA = """
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[organisations]]
slug = "mbc"
type = "network"
sources = ["herald"]
names = ["MBC"]

[[people]]
slug = "actor"
sources = ["herald"]
names = ["An _Actor_", { text = "배우", kind = "original", language = "ko" }]

[[works]]
slug = "moon"
type = "drama"
sources = ["herald"]
names = ["Paper *Moon*", { text = "종이달", kind = "original", language = "ko" }]
airings = [{ on = "mbc", days = ["sat"], time = "21:20" }]
cast = [{ person = "actor", role = "lead" }]
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of a server, as it looks."""

    name: str
    location: str
    description: str
    starts: datetime
    ends: datetime


class Calendar:
    """A server's events, and a catalogue that changes now and then."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "drama.toml"

    async def chosen(self, *, on: bool = True, language: str = "en") -> None:
        """Let premieres stand among the server's events, or no longer."""
        channel = next((c for c in self.world.bot.get_all_channels() if c.name == "news"), None)
        handle = self.world.guild.create_text_channel("news") if channel is None else channel
        if channel is None:
            await self.world.ask("announcements setup", by=self.world.admin, channel=handle)
        database, now = self.world.bot.database, self.world.env.now()
        (before,) = await database.read(subscriptions.of_guild, self.world.guild.id)
        await database.write(subscriptions.choose, replace(before, guild_events=on, language=language), now)
        await self.world.wait(6)

    async def says(self, date: str, status: str = "confirmed", drama: str = "") -> None:
        """Load what the catalogue says now, and let the bot notice."""
        event = f'[[works.events]]\nkind = "premiere"\ndate = "{date}"\nstatus = "{status}"\n'
        self.file.write_text((drama or DRAMA) + event, "utf-8")
        database, now = self.world.bot.database, self.world.env.now()
        await database.write(catalogue.apply, load([self.file], Known({}, {}, frozenset())), now)
        await self.world.wait(6)

    @property
    def stored(self) -> dict[int, Any]:
        """The events that people see, by id: those that are ahead, or are now."""
        events = self.world.env.backend.get_guild(self.world.guild.id).scheduled_events
        return {id_: event for id_, event in events.items() if event.status in (1, 2)}

    @property
    def entries(self) -> list[Entry]:
        """What people see of them."""
        return [
            Entry(
                event.name,
                event.entity_metadata["location"],
                event.description,
                datetime.fromisoformat(event.scheduled_start_time),
                datetime.fromisoformat(event.scheduled_end_time),
            )
            for event in self.stored.values()
        ]

    def delete(self) -> None:
        """Delete the one event by hand."""
        (id_,) = self.stored
        self.world.env.backend.delete_scheduled_event(self.world.guild.id, id_)

    def allow(self, *, events: bool) -> None:
        """Give the bot the permission to create events, or take it away."""
        backend = self.world.env.backend
        (role,) = (role for role in backend.get_guild(self.world.guild.id).roles.values() if role.managed)
        permissions = discord.Permissions(role.permissions)
        permissions.update(create_events=events, manage_events=events)
        backend.edit_role(self.world.guild.id, role.id, {"permissions": permissions.value})

    def asked(self, *methods: str) -> int:
        """How often the bot asked something of Discord about events, by the methods of the requests."""
        return sum(
            request.method in methods and "scheduled-events" in request.path for request in self.world.env.http_requests
        )


@pytest_asyncio.fixture
async def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    database = await Database.open(tmp_path / "byeol.db")
    try:
        async with world_of(database, START) as opened:
            yield opened
    finally:
        await database.close()
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, errors


@pytest_asyncio.fixture
async def calendar(world: World, tmp_path: Path) -> Calendar:
    return Calendar(world, tmp_path)


async def test_a_premiere_stands_among_the_events_once_its_date_is_confirmed(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04", status="reported")
    assert calendar.entries == []
    await calendar.says("2031-04-12 21:20")
    (entry,) = calendar.entries
    assert (entry.starts, entry.ends) == (EVENING, EVENING + timedelta(minutes=70))
    assert (entry.name, entry.location) == ("🎬 Paper *Moon* premieres", "MBC")
    assert entry.description.split("\n") == [
        "**Where to watch** MBC Sat 21:20 KST",
        r"**With** An \_Actor\_ · 배우",
        "Source: The Herald",
        "",
        MARK,
    ]
    await calendar.world.at(calendar.world.env.now() + timedelta(seconds=3700))
    assert len(calendar.entries) == 1
    assert calendar.asked("POST") == 1


async def test_a_korean_server_reads_it_in_korean(calendar: Calendar) -> None:
    await calendar.chosen(language="ko")
    await calendar.says("2031-04-12")
    (entry,) = calendar.entries
    assert entry.name.startswith("🎬 종이달")
    assert "2031년 4월 12일" in entry.description
    assert "The time" not in entry.description


async def test_a_day_is_shown_as_the_day_it_is_and_says_that_the_time_is_not_known(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12")
    (entry,) = calendar.entries
    assert (entry.starts, entry.ends) == (utc("2031-04-11 15:00"), utc("2031-04-12 15:00"))
    assert "Only the day is known so far: 12 April 2031 (KST)." in entry.description
    await calendar.says("2031-04-12 21:20")
    (exact,) = calendar.entries
    assert exact.starts == EVENING
    assert "not known" not in exact.description


async def test_it_moves_with_its_date_and_stays_the_same_event(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    before = list(calendar.stored)
    await calendar.says("2031-04-19 21:20")
    assert list(calendar.stored) == before
    assert [entry.starts for entry in calendar.entries] == [EVENING + timedelta(days=7)]


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
async def test_it_is_taken_away_when_its_date_no_longer_holds_and_comes_back_with_a_new_one(
    calendar: Calendar, status: str
) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    await calendar.says("2031-04-12 21:20", status=status)
    assert calendar.entries == []
    await calendar.says("2031-04-26 21:20")
    assert [entry.starts for entry in calendar.entries] == [EVENING + timedelta(days=14)]


async def test_turned_off_it_is_taken_away_and_turned_on_it_comes_back(calendar: Calendar) -> None:
    await calendar.says("2031-04-12 21:20")
    await calendar.chosen()
    assert len(calendar.entries) == 1
    await calendar.chosen(on=False)
    assert calendar.entries == []
    await calendar.chosen()
    assert len(calendar.entries) == 1
    await calendar.world.ask("announcements off", by=calendar.world.admin)
    await calendar.world.wait(6)
    assert calendar.entries == []


async def test_what_an_admin_deleted_by_hand_never_comes_back(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    calendar.delete()
    await calendar.says("2031-04-19 21:20")
    assert calendar.entries == []
    await calendar.chosen(on=False)
    await calendar.chosen()
    await calendar.world.at(calendar.world.env.now() + timedelta(seconds=3700))
    assert calendar.entries == []
    assert calendar.asked("POST") == 1


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        pytest.param("Paper *Moon*", "Paper Sun", ("🎬 Paper Sun premieres", "MBC"), id="title"),
        pytest.param('["MBC"]', '["tvN"]', ("🎬 Paper *Moon* premieres", "tvN"), id="network"),
    ],
)
async def test_it_says_what_is_known_by_now_and_stays_the_same_event(
    calendar: Calendar, before: str, after: str, shown: tuple[str, str]
) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    stood = list(calendar.stored)
    await calendar.says("2031-04-12 21:20", drama=DRAMA.replace(before, after))
    (entry,) = calendar.entries
    assert (entry.name, entry.location) == shown
    assert entry.starts == EVENING
    assert list(calendar.stored) == stood
    edits = calendar.asked("PATCH")
    assert edits == 1
    await calendar.world.wait(60)
    assert calendar.asked("PATCH") == edits, "and no more than once"


async def test_what_we_may_have_deleted_ourselves_comes_back_with_a_new_date(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    calendar.world.env.inject_error("DELETE", "/guilds/*/scheduled-events/*", status=503)
    await calendar.says("2031-04-12 21:20", status="cancelled")
    calendar.delete()  # Discord had heard it, and only its answer was lost
    await calendar.says("2031-04-26 21:20")
    await calendar.world.wait(120)
    assert [entry.starts for entry in calendar.entries] == [EVENING + timedelta(days=14)]


async def test_a_missing_permission_is_told_and_costs_no_request_until_it_is_given(calendar: Calendar) -> None:
    calendar.allow(events=False)
    await calendar.says("2031-04-12 21:20")
    await calendar.chosen()
    assert calendar.entries == []
    assert calendar.asked("GET", "POST") == 0
    assert "Create Events" in (await calendar.world.ask("announcements status", by=calendar.world.admin)).text
    calendar.allow(events=True)
    await calendar.world.wait(620)
    assert len(calendar.entries) == 1


async def test_a_server_without_room_is_told_until_there_is_some(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = calendar.world
    monkeypatch.setattr(guild_events, "MOST", 0)
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    assert calendar.entries == []
    told = "⚠️ This server has 100 events, as many as Discord allows, so 1 of mine waits."
    assert told in (await world.ask("announcements status", by=world.admin)).text
    monkeypatch.setattr(guild_events, "MOST", 100)
    await world.at(world.env.now() + timedelta(hours=1, minutes=1))
    await world.wait(6)
    assert len(calendar.entries) == 1
    assert "as many as Discord allows" not in (await world.ask("announcements status", by=world.admin)).text


async def test_an_event_that_only_looks_like_ours_is_left_alone(calendar: Calendar) -> None:
    calendar.world.env.backend.create_scheduled_event(
        calendar.world.guild.id,
        name="Watch party",
        entity_type=3,
        scheduled_start_time="2031-04-12T12:00:00+00:00",
        scheduled_end_time="2031-04-12T15:00:00+00:00",
        creator_id=calendar.world.admin.id,
        description=MARK,
        entity_metadata={"location": "Sora's"},
    )
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    assert [entry.name for entry in calendar.entries] == ["Watch party", "🎬 Paper *Moon* premieres"]
    await calendar.says("2031-04-12 21:20", status="cancelled")
    assert [entry.name for entry in calendar.entries] == ["Watch party"]


async def test_what_stands_already_is_known_by_its_mark_whatever_the_database_says(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    before = list(calendar.stored)

    def forget(connection: Any) -> None:
        connection.execute("DELETE FROM guild_event")

    await calendar.world.bot.database.write(forget)
    await calendar.says("2031-04-19 21:20")
    assert list(calendar.stored) == before
    assert [entry.starts for entry in calendar.entries] == [EVENING + timedelta(days=7)]


async def test_a_day_that_has_begun_is_left_out(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-01")
    assert calendar.entries == []


async def test_what_has_begun_stays_to_its_end_and_gives_way_to_a_new_date(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12")
    before = list(calendar.stored)
    await calendar.world.at(utc("2031-04-12 03:00"))
    assert list(calendar.stored) == before
    await calendar.says("2031-04-19")
    assert [entry.starts for entry in calendar.entries] == [utc("2031-04-18 15:00")]
    assert list(calendar.stored) != before


async def test_what_is_on_stays_when_its_beginning_is_corrected(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    before = list(calendar.stored)
    await calendar.world.at(EVENING + timedelta(minutes=10))
    await calendar.says("2031-04-12 21:10")
    assert list(calendar.stored) == before


async def test_a_date_after_the_one_that_passed_has_an_event_of_its_own(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-04-12 21:20")
    await calendar.world.at(EVENING + timedelta(hours=5))
    assert calendar.entries == []
    await calendar.says("2031-04-19 21:20")
    assert [entry.starts for entry in calendar.entries] == [EVENING + timedelta(days=7)]


async def test_it_comes_when_it_is_near_enough(calendar: Calendar) -> None:
    await calendar.chosen()
    await calendar.says("2031-06-12 21:20")
    assert calendar.entries == []
    await calendar.world.at(utc("2031-04-13 12:20"))
    assert len(calendar.entries) == 1
