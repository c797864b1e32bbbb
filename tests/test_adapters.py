"""The private parts of libraries: each is touched in one module, which knows its versions and whose parts are there."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from pathlib import Path
from typing import Any, cast

import aiosqlite
import discord
import pytest
from discord.app_commands import CommandTree
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.shard import Shard

from bot import discord_internals
from bot.errors import StartError
from bot.store.sqlite import thread

ROOT = Path(__file__).parent.parent
ADAPTERS = {
    "discord": ROOT / "bot" / "discord_internals.py",
    "aiosqlite": ROOT / "bot" / "store" / "sqlite" / "thread.py",
    "simcord": ROOT / "bot" / "demo" / "engine.py",
}
PRIVATE = (
    (
        "discord",
        (
            *("_global_over", "DEFAULT_GATEWAY", "Route.BASE", "client._connection", "__shards"),
            "def _call(",
        ),
    ),
    ("aiosqlite", ("._execute(", "._conn,")),
    ("simcord", ("simcord.preview._", "_settle_internal", "._epoch")),
)


@pytest.mark.parametrize(("library", "parts"), PRIVATE)
def test_private_parts_are_touched_in_the_adapter_alone(library: str, parts: tuple[str, ...]) -> None:
    for folder in ("bot", "cogs"):
        for path in (ROOT / folder).rglob("*.py"):
            if path != ADAPTERS[library]:
                text = path.read_text("utf-8")
                assert [part for part in parts if part in text] == [], path


def test_discord_py_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    discord_internals.verify_version()
    monkeypatch.setattr(discord, "__version__", "3.0.0")
    with pytest.raises(StartError, match=r"discord\.py 3\.0\.0 is installed.*requirements/run\.txt"):
        discord_internals.verify_version()


def test_aiosqlite_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    thread.verify_version()
    monkeypatch.setattr("bot.store.sqlite.thread.version", {"aiosqlite": "1.0.0"}.__getitem__)
    with pytest.raises(StartError, match=r"aiosqlite 1\.0\.0 is installed.*requirements/run\.txt"):
        thread.verify_version()


async def test_a_global_limit_is_found_where_discord_py_keeps_it() -> None:
    client = discord.Client(intents=discord.Intents.none())
    assert discord_internals.global_limit(client) is None
    async with client:
        http = client.http
        # What `HTTPClient.static_login` does before it asks anything of Discord.
        assert "_global_over" in inspect.getsource(HTTPClient.static_login)
        assert "_global_over" in inspect.getsource(HTTPClient.request)
        limit = asyncio.Event()
        cast("Any", http)._global_over = limit
        assert discord_internals.global_limit(client) is limit


def test_commands_and_autocompletes_run_in_the_method_that_is_wrapped() -> None:
    assert "await self._call(interaction)" in inspect.getsource(CommandTree._from_interaction)  # pyright: ignore[reportPrivateUsage]
    source = inspect.getsource(CommandTree._call)  # pyright: ignore[reportPrivateUsage]
    assert "await command._invoke_autocomplete(" in source
    assert "await command._invoke_with_namespace(" in source


def test_addresses_are_where_discord_py_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    discord_internals.use_api("http://127.0.0.1:1/api")
    assert Route("GET", "/gateway/bot").url == "http://127.0.0.1:1/api/gateway/bot"
    assert "DEFAULT_GATEWAY" in inspect.getsource(DiscordWebSocket.from_client)


def test_shards_are_kept_where_they_can_be_added_and_given_up() -> None:
    client = discord.AutoShardedClient(intents=discord.Intents.none(), shard_count=4)
    discord_internals.take_shards_later(client, 4)
    state: Any = cast("Any", client)._connection
    assert (state.shard_count, len(state.shard_ids)) == (4, 0)
    ready = inspect.getsource(state.__class__.parse_ready)
    # Nothing counts as all shards being ready while `shard_ids` is empty; each is, by its own task.
    assert "len(self._ready_tasks) == len(self.shard_ids)" in ready
    assert "self._ready_tasks[shard_id]" in ready
    assert "self._ready_states[shard_id]" in ready
    assert "self.call_handlers('ready')" in inspect.getsource(state.__class__._delay_ready)
    assert list(inspect.signature(client.launch_shard).parameters) == ["gateway", "shard_id", "initial"]
    assert "self.__shards[shard_id] = " in inspect.getsource(discord.AutoShardedClient.launch_shard)


async def test_a_shard_that_is_given_up_is_not_connected_again_and_its_servers_are_forgotten() -> None:
    class Socket:
        shard_id = 1
        open = False

    async with discord.AutoShardedClient(intents=discord.Intents(guilds=True), shard_count=4) as client:
        queued: list[object] = []
        inner = cast("Any", client)
        inner._reconnect = True
        shard = Shard(cast("Any", Socket()), client, queued.append)
        inner._AutoShardedClient__shards[1] = shard
        for number in range(8):
            inner._connection._add_guild_from_data({"id": str(number << 22), "unavailable": True})
        told: list[str] = []

        def note(name: str, *_: object) -> None:
            told.append(name)

        inner.dispatch = note
        discord_internals.forget_shard(client, 1)
        assert client.get_shard(1) is None
        assert sorted(guild.id >> 22 for guild in client.guilds) == [0, 2, 3, 4, 6, 7]
        await shard.reconnect()
        await shard.reidentify(cast("Any", None))
        cast("Any", shard)._queue_put(None)
        assert (queued, told) == ([], [])
        discord_internals.forget_shard(client, 1)


async def test_a_function_runs_on_the_thread_of_an_aiosqlite_connection() -> None:
    async with aiosqlite.connect(":memory:") as connection:

        def one(inner: sqlite3.Connection, number: int) -> int:
            return inner.execute("SELECT ?", (number,)).fetchone()[0]

        assert await thread.run(connection, one, 7) == 7
