"""Where an installed Byeol looks for its files, and where a clone does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot import installation, settings
from bot.__main__ import main
from bot.errors import SettingError

ROOT = Path(__file__).parent.parent


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Byeol that looks as if it were installed, started in an empty folder; the home of its user."""
    home = tmp_path / "home"

    def no(_package: Path = tmp_path) -> bool:
        return False

    monkeypatch.setattr(installation, "is_clone", no)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/byeol"])
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BYEOL_DATABASE", "DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return home


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other platforms have folders of other names")


def test_this_is_a_clone() -> None:
    assert installation.is_clone()
    assert installation.seeds() == ROOT / "seeds"
    assert installation.data_folder() == Path("data")
    assert installation.env_file() == Path(".env")


def test_what_has_no_project_beside_it_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "bot"
    package.mkdir(parents=True)
    (package.parent / "seeds").mkdir()  # somebody else's
    assert not installation.is_clone(package)
    assert installation.seeds(package) == package / "seeds"
    (package.parent / "pyproject.toml").touch()
    assert installation.is_clone(package)
    assert installation.seeds(package) == package.parent / "seeds"


@LINUX
def test_what_is_installed_keeps_its_data_where_the_platform_wants_it(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.database_address({}) == installed / ".local/share/byeol/byeol.db"
    assert installation.env_file() == installed / ".config/byeol/.env"
    monkeypatch.setenv("XDG_DATA_HOME", str(installed / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(installed / "settings"))
    assert settings.database_address({}) == installed / "data/byeol/byeol.db"
    assert installation.env_file() == installed / "settings/byeol/.env"
    assert settings.database_address({"BYEOL_DATABASE": "mine.db"}) == Path("mine.db")


@pytest.mark.usefixtures("installed")
def test_settings_of_the_working_folder_come_first() -> None:
    usual = installation.env_file()
    usual.parent.mkdir(parents=True)
    usual.write_text("BYEOL_LOG_LEVEL=ERROR\n")
    assert settings.read({}) == {"BYEOL_LOG_LEVEL": "ERROR"}
    Path(".env").write_text("BYEOL_LOG_LEVEL=DEBUG\n")
    assert settings.read({}) == {"BYEOL_LOG_LEVEL": "DEBUG"}


@pytest.mark.usefixtures("installed")
def test_a_missing_token_says_where_it_goes() -> None:
    with pytest.raises(SettingError) as raised:
        settings.load({})
    assert str(installation.env_file()) in raised.value.problem


@pytest.mark.usefixtures("installed")
def test_a_new_seed_file_goes_where_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "--new", "paper-moon-station"]) == 0
    assert "check it: byeol seed --dry-run paper-moon-station.toml\n" in capsys.readouterr().out
    assert Path("paper-moon-station.toml").is_file()


@pytest.mark.parametrize(
    ("started", "command"),
    [
        ("/home/mina/.local/bin/byeol", "byeol"),
        ("/opt/byeol/bin/byeol.exe", "byeol"),
        ("/opt/byeol/bot/__main__.py", "/usr/bin/python3.11 -m bot"),
        ("/usr/bin/pytest", "/usr/bin/python3.11 -m bot"),
    ],
)
def test_hints_name_the_command_that_was_typed(
    started: str, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3.11")
    assert installation.command() == command
    assert main(["sync", "--forget"]) == 2
    assert f": {command} sync PROVIDER --forget." in capsys.readouterr().err


def test_hints_name_the_python_of_the_virtual_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert installation.python() == str(Path(".venv", "bin", "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    active = tmp_path / "bin" / "python"
    active.touch(0o755)
    monkeypatch.setattr(sys, "executable", str(active))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert installation.python() == "python"


@pytest.mark.usefixtures("installed")
def test_a_process_of_an_installed_byeol_is_not_taken_from_the_working_folder() -> None:
    assert installation.another("sync") == [sys.executable, "-P", "-m", "bot", "sync"]


@pytest.mark.usefixtures("installed")
def test_what_is_missing_is_not_looked_for_in_a_clone() -> None:
    assert "requirements" not in installation.how_to_add("demo")
    assert "“demo”" in installation.how_to_add("demo")
