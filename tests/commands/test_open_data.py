"""What fans see of what was taken from providers of open data: it is credited as its licence asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.catalogue.model import EventKind, Kind, Status
from bot.catalogue.when import SEOUL, parse
from bot.providers.sync import source_of
from bot.providers.tvmaze import TVmaze
from bot.providers.wikidata import ABOUT as WIKIDATA
from bot.store import imports, record, runs
from bot.store.imports import Staged
from bot.store.record import ExternalId, Record, Thing
from tests.conftest import NOON, World
from tests.helpers import hours

SHOW, ACTOR, TVN = ExternalId("tvmaze-show", "7"), ExternalId("tvmaze-person", "8"), ExternalId("tvmaze-network", "9")
PAPER_MOON = Record(
    "tvmaze",
    "shows/7",
    (
        Thing(
            SHOW,
            Kind.WORK,
            (
                record.name("Paper Moon", "official", "en", 0),
                record.event(EventKind.PREMIERE, parse("2026-06-06 21:20", SEOUL), Status.CONFIRMED),
                record.airing(TVN, SEOUL, "sat,sun", "21:20"),
                record.credit(ACTOR, None, 1),
            ),
            type="drama",
        ),
        Thing(TVN, Kind.ORGANISATION, (record.name("Moon TV", "official", "en", 0),), type="network"),
        Thing(ACTOR, Kind.PERSON, (record.name("Han Byeol", "official", "en", 0),)),
    ),
)
LINK = "[TVmaze](<https://www.tvmaze.com/shows/7>)"


async def take_in(world: World, now: datetime) -> None:
    database, source = world.bot.database, source_of(TVmaze.about)
    await database.write(imports.credit_provider, source, now)
    run = await database.write(runs.begin, "tvmaze", "", now, complete=False)
    await database.write(imports.stage, run, "0", [Staged(PAPER_MOON, None, 0)], [], {}, now)
    await database.write(imports.take_in, "tvmaze", source.slug, 20, now, trusted=True)
    await database.write(runs.finish, run, now, None)


async def test_every_card_with_a_fact_of_tvmaze_credits_it_and_no_other(world: World) -> None:
    await take_in(world, NOON)
    drama = await world.ask("drama", name="paper moon")
    assert f"-# Air times and cast: {LINK}, CC BY-SA 4.0" in drama.text
    assert f"-# Cast: {LINK}, CC BY-SA 4.0" in (await world.ask("cast", drama="paper moon")).text
    assert f"-# Cast: {LINK}, CC BY-SA 4.0" in (await world.ask("artist", name="han byeol")).text
    coming = await world.ask("upcoming")
    assert LINK in coming.text
    assert coming.lines("Air times: TVmaze, CC BY-SA 4.0")
    sources = await world.press(drama, "Sources")
    assert "**[TVmaze](<https://www.tvmaze.com/shows/7>)**, CC BY-SA 4.0: " in sources.text
    for command, option, key in (("drama", "name", "work/when-the-stars-gossip"), ("artist", "name", "person/jin")):
        shown = await world.ask_for(command, option, key)
        assert "Sources" in shown.labels
        assert "TVmaze" not in shown.text


async def test_about_credits_each_provider_and_says_how_fresh_it_is(world: World) -> None:
    assert "Open data" not in (await world.ask("about")).text
    await take_in(world, NOON - hours(3))
    await world.bot.database.write(imports.credit_provider, source_of(WIKIDATA), NOON)
    text = (await world.ask("about")).text
    assert re.search(r"9 dramas · \d+ people · \d+ groups", text)
    stamp = int((NOON - hours(3)).astimezone(UTC).timestamp())
    assert (
        "- [TVmaze](<https://www.tvmaze.com/>)"
        " · [CC BY-SA 4.0](<https://creativecommons.org/licenses/by-sa/4.0/>)"
        f" · updated <t:{stamp}:R>" in text
    )
    assert (
        "- [Wikidata](<https://www.wikidata.org/wiki/>)"
        " · [CC0 1.0](<https://creativecommons.org/publicdomain/zero/1.0/>) · not complete yet" in text
    )
    world.korean()
    assert f"<t:{stamp}:R> 업데이트" in (await world.ask("about")).text
