"""What is left of a bot that could not start."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot import logs
from bot.running import run
from bot.settings import BackupSettings, Settings, ShardChoice, SyncSettings
from bot.store import leases, shards
from tests.helpers import opened


async def test_who_fails_while_it_joins_the_others_is_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    def leave_as_it_is(*_: object) -> None:
        pass

    monkeypatch.setattr(shards, "divide", fail)
    monkeypatch.setattr(logs, "setup", leave_as_it_is)
    path = tmp_path / "byeol.db"
    chosen = Settings("token", path, "INFO", None, None, shards=ShardChoice(16, None))
    with pytest.raises(sqlite3.OperationalError):
        await run(chosen, SyncSettings("", False, (), frozenset(), {}), BackupSettings(None, 0))
    async with opened(path) as database:
        assert await database.read(leases.everything) == []
