"""When open data is read while the bot runs, and the process that does it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.address import Address
from bot.providers.daily import LOOK, daily, read_apart
from bot.store import runs
from bot.store.database import Database
from tests.helpers import opened

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PROVIDERS = ("wikidata", "tvmaze")


@pytest_asyncio.fixture
async def store(address: Address) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        yield database


async def end(store: Database, provider: str, at: datetime, *, path: str = "", problem: str | None = None) -> None:
    """Let a provider have been read."""
    run = await store.write(runs.begin, provider, path, at, complete=False)
    await store.write(runs.finish, run, at, problem)


class Days:
    """Time that passes while `daily` sleeps, until so many hours are over, and what was read when.

    Each reading ends as `results` say, one after the other; without any left, the providers were read.
    """

    def __init__(self, store: Database, *results: int | Exception) -> None:
        self.store = store
        self.results = list(results)
        self.now = NOW
        self.read_at: list[float] = []

    async def read(self) -> int:
        self.read_at.append((self.now - NOW) / timedelta(hours=1))
        if self.results:
            result = self.results.pop(0)
            if isinstance(result, Exception):
                raise result
            return result
        for provider in PROVIDERS:
            await end(self.store, provider, self.now)
        return 0

    async def pass_by(self, hours: float) -> Sequence[float]:
        """The hours at which it was read, in so many hours."""

        left = hours * 3600

        async def sleep(seconds: float) -> None:
            nonlocal left
            assert seconds == LOOK
            self.now += timedelta(seconds=seconds)
            left -= seconds
            if left <= 0:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await daily(self.store, PROVIDERS, self.read, lambda: self.now, sleep)
        return self.read_at


async def test_what_was_never_read_is_read_at_once_and_then_daily(store: Database) -> None:
    assert await Days(store).pass_by(72) == [0, 24, 48]


async def test_what_was_read_is_due_a_day_later(store: Database) -> None:
    for provider, hours in zip(PROVIDERS, (20, 4), strict=True):
        await end(store, provider, NOW - timedelta(hours=hours))
    assert await Days(store).pass_by(12) == [4]


async def test_one_provider_that_was_never_read_is_enough(store: Database) -> None:
    await end(store, "wikidata", NOW)
    assert await Days(store).pass_by(2) == [0]


async def test_a_file_is_not_the_provider(store: Database) -> None:
    for provider in PROVIDERS:
        await end(store, provider, NOW, path="/dumps/a.json")
    assert await Days(store).pass_by(2) == [0]


async def test_a_run_that_was_replaced_has_not_been_done(store: Database) -> None:
    for provider in PROVIDERS:
        await end(store, provider, NOW - timedelta(days=2))
        await store.write(runs.begin, provider, "", NOW - timedelta(days=1), complete=False)
        await store.write(runs.begin, provider, "", NOW, complete=True)
    assert await Days(store).pass_by(2) == [0]


@pytest.mark.parametrize("failure", [1, OSError("no process could be started")])
async def test_what_failed_is_tried_again_after_an_hour(store: Database, failure: int | Exception) -> None:
    assert await Days(store, failure, failure).pass_by(6) == [0, 1, 2]


async def test_what_nobody_foresaw_is_logged(store: Database, caplog: pytest.LogCaptureFixture) -> None:
    await Days(store, KeyError("what")).pass_by(0.5)
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_a_clock_that_was_set_back_does_not_stop_it(store: Database) -> None:
    days = Days(store, 1)
    await days.pass_by(0.2)
    days.now -= timedelta(days=1)
    assert len(await days.pass_by(0.2)) == 2


# The process


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is run in place of Python: a script that a test writes."""
    script = tmp_path / "python"
    monkeypatch.setattr(sys, "executable", str(script))
    return script


def write(script: Path, content: str) -> None:
    script.write_text(f"#!/bin/sh\n{content}\n", "utf-8")
    script.chmod(0o755)


POSIX = pytest.mark.skipif(os.name != "posix", reason="the stand-in for Python is a shell script")


@POSIX
async def test_the_process_has_the_database_and_no_token(
    child: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("BYEOL_CONTACT", "ops@example.org")
    write(child, 'echo "$* token=$DISCORD_TOKEN. $BYEOL_DATABASE $BYEOL_CONTACT"; echo "별" >&2; exit 3')
    with caplog.at_level(logging.INFO):
        assert await read_apart(tmp_path / "byeol.db") == 3
    assert [record.getMessage() for record in caplog.records if record.name.startswith("bot")] == [
        f"sync: -m bot sync token=. {tmp_path / 'byeol.db'} ops@example.org",
        "sync: 별",
    ]


class _Heard(logging.Handler):
    """Hears of the first line."""

    def __init__(self) -> None:
        super().__init__()
        self.line: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def emit(self, record: logging.LogRecord) -> None:
        if not self.line.done():
            self.line.set_result(record.getMessage())


@POSIX
async def test_the_process_ends_when_the_bot_does(child: Path, tmp_path: Path) -> None:
    write(child, 'echo "$$"; exec sleep 600')
    heard, log = _Heard(), logging.getLogger("bot.providers.daily")
    log.addHandler(heard)
    log.setLevel(logging.INFO)
    try:
        reading = asyncio.create_task(read_apart(tmp_path / "byeol.db"))
        number = int((await heard.line).removeprefix("sync: "))
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    finally:
        log.removeHandler(heard)
        log.setLevel(logging.NOTSET)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


@pytest.mark.slow
async def test_the_process_is_byeol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    monkeypatch.setenv("BYEOL_SYNC", "off")
    monkeypatch.delenv("BYEOL_CONTACT", raising=False)
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.INFO):
        assert await read_apart(tmp_path / "byeol.db") == 2
    assert "sync: BYEOL_CONTACT is missing" in caplog.text
