"""No secret in the log."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.store.lookup import Lookup
from tests.conftest import World

TOKEN = "MTA2.GhXyZ_.k-3bQ"
INTERACTION = "aW50ZXJhY3Rpb246MTI6c2VjcmV0"


@pytest.fixture(autouse=True)
def restored() -> Generator[None]:
    """Leave logging as it was found."""
    root, gateway, client = (logging.getLogger(name) for name in (None, "discord.gateway", "discord.client"))
    before = (root.level, root.handlers[:], gateway.level, client.filters[:])
    root.handlers[:] = []  # setting up closes those that it finds
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:], client.filters[:] = before[1], before[3]
    root.setLevel(before[0])
    gateway.setLevel(before[2])


def log_error(log: logging.Logger, error: BaseException) -> None:
    log.error("It failed", exc_info=error)


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
@pytest.mark.parametrize("name", ["bot", "discord.http", "discord.gateway", "aiosqlite"])
def test_the_token_is_never_written(level: str, name: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup(level, [TOKEN], form)
    log = logging.getLogger(name)
    for severity in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        log.log(severity, f"Logging in with {TOKEN}, {TOKEN}!")
        log.log(severity, "Logging in with %s", TOKEN)
        log.log(severity, "Headers: %r", {"Authorization": f"Bot {TOKEN}"})
        log.log(severity, "Headers: %(token)s", {"token": TOKEN})
        log.log(severity, "A call", stack_info=True, extra={"token": TOKEN})
        log.log(severity, "An answer", extra={logs.FIELDS: {"command": TOKEN}})
    log_error(log, RuntimeError(f"no login with {TOKEN}"))
    log_error(log, ExceptionGroup("some", [ValueError(TOKEN)]))
    caused = RuntimeError("no login")
    caused.__cause__ = ValueError(TOKEN)
    log_error(log, caused)
    written = capsys.readouterr()
    assert TOKEN not in written.err
    assert "[secret]" in written.err
    assert written.out == "", "the log goes to standard error"


def test_an_error_that_nobody_awaits_is_written_without_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("DEBUG", [TOKEN])
    loop = asyncio.new_event_loop()
    try:
        loop.call_exception_handler({"message": "lost", "exception": RuntimeError(TOKEN)})
    finally:
        loop.close()
    written = capsys.readouterr().err
    assert "lost" in written
    assert TOKEN not in written


@pytest.mark.parametrize(
    ("address", "written"),
    [
        pytest.param(
            f"https://discord.com/api/v10/interactions/1200000000000000001/{INTERACTION}/callback",
            "https://discord.com/api/v10/interactions/1200000000000000001/[secret]/callback",
            id="the answer to an interaction",
        ),
        pytest.param(
            f"/webhooks/1200000000000000001/{INTERACTION}/messages/@original",
            "/webhooks/1200000000000000001/[secret]/messages/@original",
            id="what is sent afterwards",
        ),
        pytest.param(
            f"POST /webhooks/1200000000000000001/{INTERACTION}?wait=true",
            "POST /webhooks/1200000000000000001/[secret]?wait=true",
            id="with a query",
        ),
        pytest.param(
            "/webhooks/1200000000000000001/ab-cd_ef.gh", "/webhooks/1200000000000000001/[secret]", id="every letter"
        ),
        pytest.param("/channels/12/messages/13", "/channels/12/messages/13", id="an address without a secret"),
    ],
)
@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_tokens_in_addresses_are_not_written(
    address: str, written: str, level: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup(level, [TOKEN], form)
    logging.getLogger("discord.webhook.async_").warning("%s has returned 404", address)
    log_error(logging.getLogger("bot"), RuntimeError(f"404 from {address}"))
    lines = capsys.readouterr().err
    assert lines.count(written) == 2
    assert INTERACTION not in lines


@pytest.mark.parametrize("form", logs.FORMATS)
def test_tokens_in_events_are_not_written(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("DEBUG", [TOKEN], form)
    event = {"t": "INTERACTION_CREATE", "op": 0, "d": {"id": "12", "token": INTERACTION, "type": 2}}
    logging.getLogger("discord.gateway").debug("For Shard ID %s: WebSocket Event: %s", 0, event)
    written = capsys.readouterr().err
    assert "INTERACTION_CREATE" in written
    assert INTERACTION not in written


def test_a_line_says_when_how_grave_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [TOKEN])
    logging.getLogger("bot.announcements.publisher").warning("Announced %d", 3)
    logging.getLogger("bot.announcements.publisher").debug("Not this")
    written = capsys.readouterr().err
    assert written.endswith(" WARNING bot.announcements.publisher: Announced 3\n")
    assert written.count("\n") == 1


def test_no_secret_at_all_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [""])
    logging.getLogger("bot").info("Nothing to hide")
    assert capsys.readouterr().err.endswith("bot: Nothing to hide\n")


def test_only_debugging_shows_the_gateways_chatter(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [])
    logging.getLogger("discord.gateway").info("Shard ID 0 has connected")
    assert capsys.readouterr().err == ""
    logging.getLogger("discord.gateway").setLevel(logging.NOTSET)
    logs.setup("DEBUG", [])
    logging.getLogger("discord.gateway").info("Shard ID 0 has connected")
    assert "has connected" in capsys.readouterr().err


def test_missing_voice_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [])
    log = logging.getLogger("discord.client")
    log.warning("PyNaCl is not installed, voice will NOT be supported")
    log.warning("Something else")
    written = capsys.readouterr().err
    assert "voice" not in written
    assert "Something else" in written


async def test_suggestions_that_fail_do_not_name_who_typed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup("INFO", [TOKEN])
    monkeypatch.setattr(Lookup, "suggest", None)
    assert await world.suggest("ost", "name", "jin") == []
    written = capsys.readouterr().err
    assert "Suggestions for 'ost' failed" in written
    assert "TypeError" in written
    assert str(world.member.id) not in written


def written_as_json(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was logged: one object a line, and nothing else."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_json_says_when_how_grave_where_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [TOKEN], "json")
    logging.getLogger("bot.announcements.publisher").warning("Announced %d", 3)
    (line,) = written_as_json(capsys)
    told = datetime.fromisoformat(str(line.pop("time")))
    assert told.utcoffset() == timedelta()
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)
    assert line == {"level": "WARNING", "logger": "bot.announcements.publisher", "message": "Announced 3"}


def test_json_has_fields_of_their_own_and_an_exception_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [TOKEN], "json")
    log = logging.getLogger("bot")
    log.info("Answered /ost", extra={logs.FIELDS: {"command": "ost", "server": 12, "milliseconds": 3.5}})
    log_error(log, ExceptionGroup("some", [ValueError("one\ntwo")]))
    answer, failure = written_as_json(capsys)
    assert (answer["command"], answer["server"], answer["milliseconds"]) == ("ost", 12, 3.5)
    assert failure["message"] == "It failed"
    assert "ValueError: one\n" in str(failure["exception"])


@pytest.mark.parametrize("secret", ['pa"ss\\word', "비밀번호", "tab\there"])
def test_a_secret_of_any_letters_is_not_in_json(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("INFO", [secret], "json")
    logging.getLogger("bot").warning("Connecting as %s", secret)
    written = capsys.readouterr().err
    assert json.loads(written)["message"] == "Connecting as [secret]"


@given(st.text(), st.text())
def test_no_name_breaks_a_line_of_json(name: str, other: str) -> None:
    record = logging.makeLogRecord(
        {"name": "bot", "levelname": "INFO", "msg": "Joined %s", "args": (name,), logs.FIELDS: {"place": other}}
    )
    written = logs.JsonLines([]).format(record)
    assert len(written.splitlines()) == 1
    line = json.loads(written)
    assert line["message"] == f"Joined {name}"
    assert line["place"] == other
