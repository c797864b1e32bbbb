"""What a fan sees, and what the log says, while the database server is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot import logs
from bot.errors import DatabaseUnavailableError
from bot.store import subscriptions
from tests.conftest import World


async def unavailable(*_: Any, **__: Any) -> None:
    raise DatabaseUnavailableError("Connection refused")


@pytest.fixture
def away(world: World, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the server be away until this is undone."""
    for name in ("read", "write"):
        monkeypatch.setattr(world.bot.database, name, unavailable)
    return monkeypatch


async def test_a_fan_is_asked_to_try_again(
    world: World, away: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await world.ask("ost", name="jin")
    assert "I cannot look that up right now" in shown.text
    assert "try again in a moment" in shown.text
    assert not [record for record in caplog.records if record.exc_info]
    away.undo()
    assert "Jin" in (await world.ask("ost", name="jin")).text


async def test_a_fan_is_asked_in_their_language(world: World, away: pytest.MonkeyPatch) -> None:
    world.korean()
    assert "잠시 후에 다시 시도해 주세요" in (await world.ask("drama", name="hwarang")).text


async def test_a_server_that_adds_the_bot_again_meanwhile_is_served_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await world.admin.slash(world.general, "announcements setup", channel=world.general)
    await world.bot.database.write(subscriptions.sync_guild_membership, [], world.bot.clock())
    assert await world.bot.database.read(subscriptions.every) == []
    monkeypatch.setattr(world.bot.extensions["cogs.servers"], "AGAIN", 0.01)
    write: Callable[..., Any] = world.bot.database.write
    answers: Iterator[Callable[..., Any]] = iter((unavailable, unavailable))

    async def away_twice(*given: Any) -> Any:
        return await next(answers, write)(*given)

    monkeypatch.setattr(world.bot.database, "write", away_twice)
    cog = world.bot.get_cog("Servers")
    assert cog is not None
    for name, told in cog.get_listeners():
        if name == "on_guild_join":
            await told(world.bot.get_guild(world.guild.id))
    assert caplog.text.count("trying again") == 2
    (chosen,) = await world.bot.database.read(subscriptions.every)
    assert chosen.channel_id == world.general.id


async def test_the_announcer_goes_on_without_a_traceback(
    world: World, away: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await world.wait(12)
    said = [record for record in caplog.records if record.name == "cogs.announcer"]
    assert len(said) >= 2, "it tried again"
    assert all("Traceback" not in logs.Redacting([]).format(record) for record in said)
    away.undo()
    caplog.clear()
    await world.wait(12)
    assert not [record for record in caplog.records if record.name == "cogs.announcer"]
