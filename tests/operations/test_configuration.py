"""What is said of settings: everything that is wrong, at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import settings
from bot.operations import configuration
from bot.operations.finding import Level

ROOT = Path(__file__).parents[2]
GOOD = {"DISCORD_TOKEN": "aaa.bbb.ccc"}


def test_good_settings_are_well() -> None:
    assert [finding.level for finding in configuration.examine(GOOD)] == [Level.OK]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, ["DISCORD_TOKEN"]),
        ({"DISCORD_TOKEN": " "}, ["DISCORD_TOKEN"]),
        ({"DISCORD_TOKEN": "a b"}, ["DISCORD_TOKEN"]),
        ({**GOOD, "BYEOL_SYNC": "daily"}, ["BYEOL_CONTACT"]),
        ({**GOOD, "BYEOL_SYNC": "daily", "BYEOL_CONTACT": "me (at home)"}, ["BYEOL_CONTACT"]),
        (
            {"BYEOL_LOG_LEVEL": "LOUD", "BYEOL_DEV_GUILD": "my server", "BYEOL_API_URL": "discord"},
            ["DISCORD_TOKEN", "BYEOL_LOG_LEVEL", "BYEOL_DEV_GUILD", "BYEOL_API_URL"],
        ),
        (
            {
                "DISCORD_TOKEN": "a b",
                "BYEOL_DATABASE": "~no-such-user-of-this-machine/b.db",
                "BYEOL_SYNC": "x",
                "BYEOL_SYNC_FROM": "imdb",
                "BYEOL_SYNC_TRUST_DATES": "imdb",
                "BYEOL_TVMAZE_URL": "tvmaze",
            },
            [
                *("DISCORD_TOKEN", "BYEOL_DATABASE", "BYEOL_SYNC", "BYEOL_SYNC_FROM", "BYEOL_SYNC_TRUST_DATES"),
                "BYEOL_TVMAZE_URL",
            ],
        ),
    ],
)
def test_everything_that_is_wrong_is_named_at_once_and_with_a_remedy(values: dict[str, str], keys: list[str]) -> None:
    found = configuration.examine(values)
    assert [finding.text.split()[0] for finding in found] == keys
    assert {finding.level for finding in found} == {Level.PROBLEM}
    assert all(finding.remedy for finding in found)


def test_a_start_names_the_first_of_them_in_the_same_words() -> None:
    values = {**GOOD, "BYEOL_LOG_LEVEL": "LOUD", "BYEOL_DEV_GUILD": "1"}
    with pytest.raises(settings.SettingError) as raised:
        settings.load(values)
    assert configuration.examine(values)[0].text == f"{raised.value.key} {raised.value.problem}"


def test_a_token_is_not_told() -> None:
    assert "secret" not in str(configuration.examine({"DISCORD_TOKEN": "secret one", "BYEOL_TOKEN": "secret"}))


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("BYEOL_DATABSE", "Rename it to BYEOL_DATABASE."),
        ("DISCORD_TOKN", "Rename it to DISCORD_TOKEN."),
        ("BYEOL_COLOUR", "Remove it"),
    ],
)
def test_name_that_nothing_reads_is_a_warning(key: str, remedy: str) -> None:
    (finding,) = configuration.examine({**GOOD, key: "x"})
    assert finding.level is Level.WARNING
    assert key in finding.text
    assert remedy in finding.remedy


def test_every_setting_that_is_documented_is_known() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert settings.unknown(dict.fromkeys(named, "")) == {}
    assert settings.unknown(dict.fromkeys(named, "x")) == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_file_that_others_may_read_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert configuration.secrecy(path) == []
    path.touch(mode=0o600)
    assert configuration.secrecy(path) == []
    path.chmod(0o644)
    (finding,) = configuration.secrecy(path)
    assert (finding.level, finding.remedy) == (Level.WARNING, f"chmod 600 {path}")
