"""``/metrics``: what is counted when people use the bot and when it posts, and what is never said."""

from __future__ import annotations

import logging
import math
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands
from simcord import ChannelHandle

from bot import logs
from bot.announcements.subscription import Subscription
from bot.errors import DatabaseUnavailableError, GoneError, StoppingError, TooFastError, UnknownZoneError
from bot.interactions import cooldown
from bot.interactions.measuring import outcome_of
from bot.store import deliveries, subscriptions, vitals, works
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.deliveries import Delivery
from bot.store.lookup import Lookup
from tests.commands.eve import PREMIERE
from tests.conftest import NOON, World
from tests.web.asking import Answer, served


async def scraped(world: World, path: Path | None = None) -> Answer:
    async with served(world.bot, path) as server:
        answer = await server.ask("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return answer


def outcome(answer: Answer, kind: str, command: str, outcome: str) -> float | None:
    return answer.value("byeol_interactions_total", kind=kind, command=command, outcome=outcome)


async def test_each_command_is_counted_with_its_outcome_and_time(world: World) -> None:
    await world.ask_for("ost", "name", "person/jin")
    await world.ask_for("cast", "drama", "stars gossip")
    await world.ask_for("cast", "drama", "no such drama at all")
    await world.ask_for("artist", "name", "kim")
    await world.ask("announcements off")
    answer = await scraped(world)
    assert outcome(answer, "command", "ost", "ok") == 1
    assert outcome(answer, "command", "cast", "ok") == 1
    assert outcome(answer, "command", "cast", "not_found") == 1
    assert outcome(answer, "command", "artist", "ambiguous") == 1
    assert outcome(answer, "command", "announcements off", "refused") == 1
    assert answer.value("byeol_interaction_seconds_count", kind="command", command="cast") == 2
    assert answer.value("byeol_interaction_seconds_bucket", kind="command", command="cast", le="+Inf") == 2


async def test_suggestions_are_counted_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.suggest("ost", "name", "ji")
    await world.suggest("ost", "name", "jin")
    answer = await scraped(world)
    assert outcome(answer, "autocomplete", "ost", "ok") == 2
    assert answer.value("byeol_interaction_seconds_count", kind="autocomplete", command="ost") == 2


async def test_buttons_and_forms_are_counted_by_what_they_are(eve: World) -> None:
    shown = await eve.ask_for("drama", "name", "stars gossip")
    await eve.press(shown, "Cast")
    answer = await scraped(eve)
    assert outcome(answer, "button", "OpenButton", "ok") == 1


async def test_what_goes_wrong_is_counted_as_an_error(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    monkeypatch.setattr(works, "work", None)
    monkeypatch.setattr(Lookup, "suggest", None)
    await world.ask_for("drama", "name", "stars gossip")
    await world.suggest("ost", "name", "ji")
    answer = await scraped(world)
    caplog.clear()
    assert outcome(answer, "command", "drama", "error") == 1
    assert outcome(answer, "autocomplete", "ost", "error") == 1
    assert outcome(answer, "autocomplete", "ost", "ok") is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GoneError(), "not_found"),
        (UnknownZoneError("Mars", []), "refused"),
        (TooFastError(NOON), "cooldown"),
        (StoppingError(), "late"),
        (app_commands.MissingPermissions(["manage_guild"]), "refused"),
        (app_commands.NoPrivateMessage(), "refused"),
        (TimeoutError(), "error"),
    ],
)
def test_an_expected_error_is_no_error(error: Exception, expected: str) -> None:
    assert outcome_of(error) == expected


async def test_who_is_too_fast_is_counted_each_time_and_logged_once(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooldown, "USES", 1)
    world.bot.cooldowns = cooldown.Cooldowns(lambda: 1000.0)
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            await world.member.slash(world.general, "help")
    answer = await scraped(world)
    assert outcome(answer, "command", "help", "ok") == 1
    assert outcome(answer, "command", "help", "cooldown") == 3
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.interactions.measuring"]
    assert [line.partition(": ")[2].partition(",")[0] for line in lines] == ["ok", "cooldown"]


async def test_suggestions_that_discord_takes_no_more_are_late_and_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def expired(*_: object) -> None:
        response = SimpleNamespace(status=404, reason="Not Found")
        raise discord.NotFound(cast("Any", response), {"code": 10062, "message": "Unknown interaction"})

    monkeypatch.setattr(discord.InteractionResponse, "autocomplete", expired)
    await world.suggest("ost", "name", "ji")
    assert outcome(await scraped(world), "autocomplete", "ost", "late") == 1


async def test_a_command_that_is_no_more_has_no_label_of_its_own(world: World) -> None:
    world.bot.tree.remove_command("cast")
    await world.ask_for("cast", "drama", "stars gossip")
    answer = await scraped(world)
    assert outcome(answer, "command", "unknown", "refused") == 1


async def test_neither_ids_nor_names_nor_words_of_anybody_are_said(world: World) -> None:
    typed = "a secret wish"
    await world.ask_for("ost", "name", typed)
    await world.suggest("ost", "name", typed)
    body = (await scraped(world)).body
    for private in (typed, "Fans", "mina", str(world.guild.id), str(world.member.id), str(world.general.id)):
        assert private not in body


async def test_each_answer_is_a_line_without_what_was_typed_or_by_whom(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await world.ask_for("cast", "drama", "a secret wish")
        await world.suggest("cast", "drama", "a secret wish")
    (record,) = [record for record in caplog.records if record.name == "bot.interactions.measuring"]
    fields = getattr(record, logs.FIELDS)
    assert record.getMessage().startswith(f"Answered command cast in server {world.guild.id}: not_found, ")
    assert fields == {
        "kind": "command",
        "command": "cast",
        "server": world.guild.id,
        "outcome": "not_found",
        "milliseconds": fields["milliseconds"],
    }
    assert 0 <= fields["milliseconds"] < 60_000
    for record in caplog.records:
        assert "secret wish" not in record.getMessage()
        assert str(world.member.id) not in record.getMessage()


async def subscribed(world: World, channel: ChannelHandle | None = None) -> None:
    chosen = Subscription(world.guild.id, (channel or world.general).id, world.bot.clock())
    assert await world.bot.database.write(subscriptions.choose, chosen, world.bot.clock())


async def test_posts_are_counted_with_how_late_they_are(eve: World) -> None:
    await subscribed(eve)
    await eve.at(PREMIERE + timedelta(minutes=20))
    assert eve.posts(eve.general)
    answer = await scraped(eve)
    posts = len(eve.posts(eve.general))
    assert answer.value("byeol_post_lateness_seconds_count") == posts
    assert (answer.value("byeol_deliveries_settled_total", state="sent") or 0) >= posts
    assert answer.value("byeol_post_lateness_seconds_bucket", le="300.0") == 0
    assert answer.value("byeol_post_lateness_seconds_bucket", le="1800.0") == posts
    assert answer.value("byeol_announcer_beat_age_seconds") is not None
    assert answer.value("byeol_deliveries_overdue_seconds") == 0


async def test_what_is_too_late_is_counted_as_missed(eve: World) -> None:
    await subscribed(eve)
    await eve.at(PREMIERE + timedelta(days=1))
    assert (await scraped(eve)).value("byeol_deliveries_settled_total", state="missed") == 1


async def test_what_waits_for_its_channel_is_not_overdue(eve: World) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = eve.guild.create_text_channel("closed", overwrites={eve.guild.default_role: mute})
    await subscribed(eve, closed)
    await eve.at(PREMIERE + timedelta(minutes=20))
    answer = await scraped(eve)
    assert answer.value("byeol_deliveries_open", state="waiting") == 1
    assert answer.value("byeol_deliveries_overdue_seconds") == 0


async def test_what_is_not_settled_is_counted_and_how_overdue_it_is(
    eve: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await subscribed(eve)

    def claim_nothing(*_: object) -> list[Delivery]:
        return []

    monkeypatch.setattr(deliveries, "claim", claim_nothing)
    await eve.at(PREMIERE + timedelta(minutes=20))
    answer = await scraped(eve)
    planned = answer.value("byeol_deliveries_open", state="planned")
    assert planned is not None
    assert planned > 0
    assert (answer.value("byeol_deliveries_overdue_seconds") or 0) > 600


@pytest.mark.parametrize(("at", "age"), [(NOON - timedelta(days=3), 3 * 86400), (None, math.inf)])
async def test_the_age_of_the_last_backup_is_told(world: World, at: datetime | None, age: float) -> None:
    async with served(world.bot, backed_up=lambda: at) as server:
        answer = await server.ask("/metrics")
    assert answer.value("byeol_backup_age_seconds") == pytest.approx(age, abs=600)  # pyright: ignore[reportUnknownMemberType]


async def test_of_a_database_that_is_no_file_its_size_is_told_and_no_disk(world: World) -> None:
    answer = await scraped(world)
    assert answer.value("byeol_database_up") == 1
    assert (answer.value("byeol_database_bytes", file="database") or 0) > 100_000
    assert answer.value("byeol_database_bytes", file="wal") is None
    assert "byeol_disk_" not in answer.body


async def test_without_the_database_all_else_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Connection) -> None:
        raise DatabaseUnavailableError("connection refused")

    monkeypatch.setattr(vitals, "outbox", fail)
    answer = await scraped(world)
    assert answer.value("byeol_database_up") == 0
    assert answer.value("byeol_ready") == 1
    assert "byeol_deliveries_open{" not in answer.body, "what is not known is not told"


async def test_without_backups_there_is_no_age(world: World) -> None:
    assert "byeol_backup_age_seconds" not in (await scraped(world)).body


async def test_the_machine_and_the_catalogue_are_measured(world: World, tmp_path: Path) -> None:
    answer = await scraped(world, tmp_path / "byeol.db")
    for name in (
        *("byeol_search_entries", "byeol_search_index_bytes", "byeol_search_build_seconds", "byeol_disk_free_bytes"),
        *("process_resident_memory_bytes", "process_cpu_seconds_total"),
    ):
        assert (answer.value(name) or 0) > 0, name
    assert answer.value("byeol_database_bytes", file="database") == (tmp_path / "byeol.db").stat().st_size
    assert (answer.value("byeol_database_bytes", file="wal") or 0) > 0
    assert answer.value("byeol_servers") == 1
    assert answer.value("byeol_gateway_up", shard="0") == 1
    assert answer.value("byeol_ready") == 1
