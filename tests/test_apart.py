"""A command in a process of its own ends with the block that started it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot import apart, installation

DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to be deaf to")
async def test_process_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(*_: str) -> list[str]:
        return [sys.executable, "-c", DEAF]

    monkeypatch.setattr(installation, "another", deaf)
    monkeypatch.setattr(apart, "PATIENCE", 0.05)
    async with apart.running(Path("byeol.db"), "sync") as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"here\n"
    assert process.returncode == -9
