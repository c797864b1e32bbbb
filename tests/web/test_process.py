"""A bot as a process of its own, watched as an operator watches it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.web.asking import Served
from tests.wire.loopback import Loopback
from tests.wire.process import BotProcess

pytestmark = pytest.mark.slow


async def test_it_tells_how_it_is_and_logs_only_json_without_a_secret(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    wanted = {"BYEOL_WEB": str(port), "BYEOL_LOG_FORMAT": "json"}
    async with (
        Loopback() as server,
        BotProcess(server, tmp_path / "byeol.db", log_level="DEBUG", environment=wanted) as bot,
    ):
        await bot.ready()
        web = Served(f"http://127.0.0.1:{port}")
        while (answer := await web.ask("/healthz")).status != 200:
            assert answer.json["status"] == "starting"
        await server.interact_command("ost", {"name": "jin"})
        metrics = await web.ask("/metrics")
        assert metrics.value("byeol_interactions_total", kind="command", command="ost", outcome="ok") == 1
        assert metrics.value("byeol_database_bytes", file="database") == (tmp_path / "byeol.db").stat().st_size
        assert await bot.terminate() == 0
    lines = [json.loads(line) for line in bot.lines]
    (said,) = [line for line in lines if line["logger"] == "bot.interactions.measuring"]
    assert (said["level"], said["kind"], said["command"], said["outcome"]) == ("INFO", "command", "ost", "ok")
    assert said["server"] == server.guild.id
    tokens = [request.path.split("/")[3] for request in server.log if request.path.startswith("/interactions/")]
    assert len(tokens) == 1
    for secret in (server.token, *tokens):
        assert secret not in bot.output


async def test_a_port_in_use_ends_the_start_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with (
            Loopback() as server,
            BotProcess(server, tmp_path / "byeol.db", environment={"BYEOL_WEB": str(port)}) as bot,
        ):
            assert await bot.wait(within=30) == 2
        assert server.log == [], "nobody logs in"
    assert bot.lines[-1].startswith(f"BYEOL_WEB is 127.0.0.1:{port}, but nothing can listen there")
    assert "Traceback" not in bot.output
