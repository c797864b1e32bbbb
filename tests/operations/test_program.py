"""What is said of versions, time zones, the clock, the seed files and the translations."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import discord
import pytest

from bot import installation, text
from bot.operations import program
from bot.operations.finding import Level, exit_code, split, total
from tests.helpers import utc, write

NOW = utc("2026-11-27 08:00")


def test_everything_is_well_as_it_comes() -> None:
    found = [*program.versions(), *program.zones(), *program.catalogue(), *program.translations()]
    assert {finding.level for finding in found} == {Level.OK}


def test_library_that_byeol_does_not_know_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "__version__", "3.0.0")
    (finding,) = [finding for finding in program.versions() if finding.level is Level.PROBLEM]
    assert "discord.py 3.0.0" in finding.text
    assert "pip install -r requirements/run.txt" in finding.remedy


def test_missing_time_zones_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(key: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(key)

    monkeypatch.setattr(program, "_zone", none)
    (finding,) = program.zones()
    assert finding.level is Level.PROBLEM
    assert "tzdata" in finding.remedy


@pytest.mark.parametrize(
    ("now", "level"),
    [
        ("1970-01-01 00:00", Level.PROBLEM),
        ("2026-11-27 07:57", Level.WARNING),
        ("2026-11-27 07:59", Level.OK),
        ("2030-01-01 00:00", Level.OK),
    ],
)
def test_clock_that_shows_what_cannot_be_is_named(tmp_path: Path, now: str, level: Level) -> None:
    path = tmp_path / "byeol.db"
    path.touch()
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    (finding,) = program.clock(utc(now), path)
    assert finding.level is level


def test_last_write_is_that_to_the_log(tmp_path: Path) -> None:
    for name, written in (("byeol.db", NOW), ("byeol.db-wal", NOW + timedelta(hours=1))):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (written.timestamp(), written.timestamp()))
    (finding,) = program.clock(NOW, tmp_path / "byeol.db")
    assert finding.level is Level.WARNING


def test_seed_file_that_cannot_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "Not A Name", drama="")
    monkeypatch.setattr(installation, "seeds", lambda: tmp_path / "Not A Name")
    (finding,) = program.catalogue()
    assert finding.level is Level.PROBLEM
    assert "catalogue.toml" in finding.text


@pytest.mark.parametrize("content", [None, b"what is this", "msgid".encode("utf-16")])
def test_translation_that_cannot_be_read_is_a_problem(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "LOCALES", tmp_path)
    path = text.catalogue_path("ko")
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    (finding,) = program.translations()
    assert finding.level is Level.PROBLEM
    assert str(path) in finding.text


@pytest.mark.parametrize(
    ("problem", "apart"),
    [
        ("It is so. Do this.", ("It is so.", "Do this.")),
        ("It is so. Do this. Then that.", ("It is so.", "Do this. Then that.")),
        ("Copy .env.example.", ("Copy .env.example.", "")),
    ],
)
def test_an_error_is_told_apart_from_what_to_do(problem: str, apart: tuple[str, str]) -> None:
    assert split(problem) == apart


def test_findings_are_counted() -> None:
    found = program.versions()
    assert (total(found), exit_code(found)) == ("All is well.", 0)
