"""A migration that is killed at any point leaves the schema before or after one of its scripts, and can be repeated.

It is about a file of SQLite: `test_postgres_upgrade.py` is about a server.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from .test_upgrade import SCRIPTS, older


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked by the hundred, which Windows cannot do")
@pytest.mark.parametrize("version", range(1, len(SCRIPTS)))
async def test_killed_at_every_statement_of_every_migration(tmp_path: Path, version: int) -> None:
    path = tmp_path / "byeol.db"
    older(path, version)
    inside = ["step"] if version == 1 else []  # that one runs all scripts
    killing = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.store.killed", str(path), "statement", "copy", *inside),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(killing.communicate(), 300)
    text = output.decode()
    assert killing.returncode == 0, text
    match = re.search(r"(\d+) kills, 0 wrong", text)
    assert match is not None, text
    assert int(match[1]) > len(SCRIPTS) - version
