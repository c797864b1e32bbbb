"""`check`, as an operator runs it: what it prints, what it leaves alone, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot import installation
from bot.__main__ import main
from tests.helpers import opened
from tests.postgres import Server, name_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, and nothing set in the environment."""
    for key in [key for key in os.environ if key.startswith(("BYEOL_", "DISCORD_"))]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(content: str) -> None:
    path = Path(".env")
    path.write_text(content, "utf-8")
    path.chmod(0o600)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    code = main(["check", *arguments])
    seen = capsys.readouterr()
    assert seen.err == ""
    return code, seen.out


def test_before_anything_is_set_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = check(capsys)
    assert code == 1
    assert f"  problem  DISCORD_TOKEN is missing.\n           → Run {installation.command()} setup" in said
    assert "There is no database yet" in said
    assert said.endswith("\n1 problem.\n")
    assert list(folder.iterdir()) == []


async def make_database(path: Path) -> None:
    async with opened(path):
        pass


def test_all_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(make_database(folder / "data" / "byeol.db"))
    configure("DISCORD_TOKEN=aaa.bbb.ccc\n")
    code, said = check(capsys)
    assert code == 0
    assert said.endswith("\nAll is well.\n")
    assert [line for line in said.splitlines() if not line.startswith(" ") and line] == [
        *("Program", "Settings", "Database", "Time", "Catalogue", "All is well.")
    ]
    assert "aaa.bbb.ccc" not in said


def test_all_well_on_postgresql(capsys: pytest.CaptureFixture[str], postgres: Server) -> None:
    postgres.ask("DROP ROLE IF EXISTS checker; CREATE ROLE checker SUPERUSER LOGIN PASSWORD 'hush/hush'")
    address = postgres.database("empty")
    host = f"127.0.0.1:{postgres.port}/{name_of(address)}"
    configure(f"DISCORD_TOKEN=aaa.bbb.ccc\nBYEOL_DATABASE=postgresql://checker:hush%2Fhush@{host}\n")
    try:
        code, said = check(capsys)
    finally:
        postgres.drop(address)
    assert code == 0
    assert said.endswith("\nAll is well.\n")
    assert f"postgresql://checker@{host}: PostgreSQL " in said.replace("\n", " ")
    assert "hush" not in said


def test_warnings_are_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DISCORD_TOKEN=aaa.bbb.ccc\nBYEOL_DATABSE=x\n")
    code, said = check(capsys)
    assert code == 0
    assert "  warning  BYEOL_DATABSE is no setting of Byeol's.\n           → Rename it to BYEOL_DATABASE." in said
    assert said.endswith("\n1 warning.\n")


def test_settings_that_cannot_be_read_are_a_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_bytes("DISCORD_TOKEN=aaa\r\n".encode("utf-16"))
    code, said = check(capsys, "--online")
    assert code == 1
    assert "  problem  .env is not UTF-8 text.\n           → Save it as UTF-8." in said


def test_settings_that_are_wrong_keep_discord_from_being_asked(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DISCORD_TOKEN=aaa.bbb.ccc\nBYEOL_API_URL=nowhere\nBYEOL_DATABASE=~no-such-user-of-this-machine/b.db\n")
    code, said = check(capsys, "--online")
    assert code == 1
    for text in ("BYEOL_API_URL is “nowhere”", "BYEOL_DATABASE is “~no-such", "Discord was not asked: BYEOL_"):
        assert text in said


def test_programs_can_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = check(capsys, "--json")
    assert code == 1
    (problem,) = [finding for finding in json.loads(said) if finding["level"] == "problem"]
    assert problem["group"] == "Settings"
    assert problem["text"] == "DISCORD_TOKEN is missing."
    assert problem["remedy"]


def test_unknown_option_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--everything"])
    assert ended.value.code == 2
