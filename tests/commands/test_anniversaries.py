"""Birthdays and anniversaries, as servers hear of them and cards show them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.catalogue.model import ANNIVERSARIES, Kind, Ref
from bot.catalogue.when import SEOUL
from bot.store.connection import Connection
from bot.store.reading import entity_id
from tests.commands.eve import set_up
from tests.commands.panels import open_panel
from tests.conftest import World, seen
from tests.seen import assert_within_limits

JIN, V, BTS = Ref(Kind.PERSON, "jin"), Ref(Kind.PERSON, "v"), Ref(Kind.GROUP, "bts")
ANNOUNCED = "birthdays and anniversaries of what you follow"


def at(hour: int, day: int) -> datetime:
    """A time of January in Seoul."""
    return datetime(2025, 1, day, hour, tzinfo=ZoneInfo(SEOUL))


def _state(connection: Connection, ref: Ref, kind: str, day: str, year: int | None) -> None:
    entity = entity_id(connection, ref)
    (fact,) = connection.execute(
        "INSERT INTO fact (entity_id, shape, rank, certainty, origin) VALUES (?, 'year_day', 0, 'stated', 'seed:test')"
        " RETURNING id",
        (entity,),
    ).fetchone()
    connection.execute("INSERT INTO year_day VALUES (?, ?, ?, ?, ?)", (fact, entity, kind, day, year))
    connection.execute("UPDATE catalogue SET revision = revision + 1")


@pytest.fixture
async def invented(eve: World) -> World:
    """Days that nobody has: the seeds state none."""
    for stated in ((JIN, "birthday", "01-05", None), (V, "birthday", "02-29", None), (BTS, "debut", "01-08", 2013)):
        await eve.bot.database.write(_state, *stated)
    return eve


async def test_a_server_is_told_of_who_it_follows_once_it_chose_so(invented: World) -> None:
    world = invented
    usual, chosen = world.guild.create_text_channel("usual"), world.guild.create_text_channel("chosen")
    await set_up(world, usual)
    shown = await set_up(world, chosen, kinds="days", timezone="Europe/Berlin")
    assert f"**Announces** premieres, OST releases, {ANNOUNCED}, and your own events" in shown.text
    status = await world.ask("announcements status", by=world.admin)
    assert "birthdays and anniversaries of what you follow, and you follow nothing yet: choose with" in status.text
    await world.ask("announcements follow", by=world.admin, name="bts")
    await world.at(at(17, 5))
    post = next(one for one in world.posts(chosen) if "birthday" in one.text)
    assert post.text.startswith("Happy birthday, Jin!\n")
    assert "## 🎂 Jin's birthday" in post.text
    assert "**When** 5 January 2025" in post.text
    assert "-# A day by the clocks of Europe/Berlin." in post.text
    assert post.labels == ["Jin", "Notify me"]
    assert_within_limits(post)
    await world.at(at(17, 8))
    assert world.posts(chosen)[-1].text.startswith("12 years of BTS, today\n")
    assert not any("birthday" in one.text or "years" in one.text for one in world.posts(usual))


async def test_they_are_off_at_first_and_everything_includes_them(invented: World) -> None:
    channel = invented.guild.create_text_channel("news")
    assert "anniversaries" not in (await set_up(invented, channel)).text
    panel = await open_panel(invented)
    assert not any("follow" in name for name in panel.chosen("kinds"))
    await panel.choose("kinds", "premiere", *ANNIVERSARIES)
    assert f"premieres and {ANNOUNCED}" in panel.text
    await panel.choose("kinds", "artist_birthday")
    assert "**Announces** birthdays of artists you follow" in panel.text
    assert ANNOUNCED in (await set_up(invented, channel, kinds="all")).text


async def test_in_korean(invented: World) -> None:
    channel = invented.guild.create_text_channel("news")
    await set_up(invented, channel, kinds="days", language="ko")
    await invented.ask("announcements follow", by=invented.admin, name="bts")
    await invented.at(at(9, 5))
    await invented.at(at(9, 8))
    birthday, debut = invented.posts(channel)[-2:]
    assert birthday.text.startswith("진, 생일 축하해요!\n")
    assert "시간 기준이에요." in birthday.text
    assert debut.text.startswith("방탄소년단 데뷔 12주년, 오늘\n")
    invented.korean()
    assert "**생일** 1월 5일" in (await invented.ask("artist", name="jin")).text


async def test_upcoming_and_the_plan_show_them_where_they_are_announced(invented: World) -> None:
    channel = invented.guild.create_text_channel("news")
    await set_up(invented, channel, kinds="days")
    await invented.ask("announcements follow", by=invented.admin, name="bts")
    await invented.at(at(13, 3))
    shown = await invented.ask("upcoming")
    assert "### 5 January 2025\n**🎂 Jin's birthday**" in shown.text
    assert "🎉 12 years of BTS" in shown.text
    assert_within_limits(shown)
    planned = await invented.ask("announcements upcoming", by=invented.admin)
    assert "Jin's birthday" in planned.text
    user = invented.env.create_user("dana")
    await user.send_dm("hi")
    assert "birthday" not in seen(await user.slash("upcoming")).text


async def test_a_card_shows_the_day_and_no_year_of_a_birth(invented: World) -> None:
    shown = await invented.ask("artist", name="jin")
    assert "**Birthday** 5 January\n" in f"{shown.text}\n"
    assert "**Birthday** 29 February" in (await invented.ask("artist", name="v")).text
    assert "**Debut** 8 January 2013" in (await invented.ask("artist", name="bts")).text


async def test_why_says_that_it_is_not_followed(invented: World) -> None:
    channel, other = invented.guild.create_text_channel("news"), invented.guild.create_text_channel("other")
    await set_up(invented, channel, kinds="days")
    await set_up(invented, other)
    await invented.ask("announcements follow", by=invented.admin, name="bts")
    await invented.at(at(13, 3))
    await invented.ask("announcements unfollow", by=invented.admin, name="bts")
    shown = await invented.ask("announcements why", by=invented.admin, name="jin")
    assert "**Birthday** 5 January 2025\n" in shown.text
    assert "only posts what you follow" in shown.text
    assert "This channel doesn't announce birthdays of artists you follow" in shown.text


async def test_what_was_over_before_anybody_followed_it_was_not_missed(invented: World) -> None:
    channel = invented.guild.create_text_channel("news")
    await set_up(invented, channel, kinds="days")
    await invented.at(at(12, 6))
    await invented.ask("announcements follow", by=invented.admin, name="jin")
    await invented.wait(70)
    history = await invented.ask("announcements history", by=invented.admin)
    assert "birthday" not in history.text
