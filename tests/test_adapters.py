"""The private parts of libraries: each is touched in one module, which knows its versions and whose parts are there."""

from __future__ import annotations

import asyncio
import inspect
import io
import sqlite3
from pathlib import Path
from typing import Any, cast

import aiosqlite
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot import discord_internals
from bot.errors import StartError
from bot.store import thread

ROOT = Path(__file__).parent.parent
ADAPTERS = {
    "discord": ROOT / "bot" / "discord_internals.py",
    "aiosqlite": ROOT / "bot" / "store" / "thread.py",
    "simcord": ROOT / "bot" / "demo" / "engine.py",
}
PRIVATE = (
    ("discord", ("_global_over", "DEFAULT_GATEWAY", "Route.BASE", "discord.File(")),
    ("aiosqlite", ("._execute(", "._conn")),
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
    monkeypatch.setattr("bot.store.thread.version", {"aiosqlite": "1.0.0"}.__getitem__)
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


def test_addresses_are_where_discord_py_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    discord_internals.use_api("http://127.0.0.1:1/api")
    assert Route("GET", "/gateway/bot").url == "http://127.0.0.1:1/api/gateway/bot"
    assert "DEFAULT_GATEWAY" in inspect.getsource(DiscordWebSocket.from_client)


def test_files_are_rewound_before_a_request_is_repeated() -> None:
    # `request_once` stands on it: before the first time with a false `seek`, before a repeat with a true one.
    source = inspect.getsource(HTTPClient.request)
    assert "f.reset(seek=tries)" in source
    file = discord.File(io.BytesIO(b"1"), filename="none")
    assert "seek" in inspect.signature(file.reset).parameters


async def test_a_function_runs_on_the_thread_of_an_aiosqlite_connection() -> None:
    async with aiosqlite.connect(":memory:") as connection:

        def one(inner: sqlite3.Connection, number: int) -> int:
            return inner.execute("SELECT ?", (number,)).fetchone()[0]

        assert await thread.run(connection, one, 7) == 7
