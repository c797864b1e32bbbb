"""Byeol as an operator installs it: from its wheel, into an environment of its own, started outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot import __version__

ROOT = Path(__file__).parents[2]
SHIPPED = ("bot", "cogs", "seeds")
BUILT_FROM = (*SHIPPED, "tests", "scripts", "bench", "pyproject.toml", "README.md", ".gitignore", "LICENSE")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="the folders of an environment have other names"),
]


def pip(*arguments: str | Path) -> None:
    """Run pip, which gets at nothing but this machine."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the repository, since building leaves files behind."""
    folder = tmp_path_factory.mktemp("built")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / "source" / name)
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, folder / "source")
    (built,) = folder.glob("*.whl")
    return built


@dataclass(frozen=True)
class Installed:
    """An environment that Byeol is installed in, a user's home, and an empty folder to start it in."""

    bin: Path
    home: Path
    folder: Path

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of that environment as that user."""
        kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
        environment = {name: value for name, value in os.environ.items() if name in kept}
        own = {"HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"), "COLUMNS": "200"}
        return subprocess.run(
            [self.bin / command[0], *command[1:]],
            cwd=self.folder,
            env=environment | own | settings,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def files(self) -> set[str]:
        """What is in the folder and in the home."""
        found = (path for place in (self.folder, self.home) for path in place.rglob("*") if path.is_file())
        return {path.relative_to(self.folder.parent).as_posix() for path in found}


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, which sees the packages that the tests themselves run with."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    scheme = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    pip("--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    return folder


@pytest.fixture
def byeol(environment: Path, tmp_path: Path) -> Installed:
    """Byeol, just installed."""
    home, folder = tmp_path / "home", tmp_path / "somewhere"
    home.mkdir()
    folder.mkdir()
    return Installed(environment / "bin", home, folder)


def test_the_wheel_holds_every_file_that_runs_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.startswith(f"byeol-{__version__}.dist-info/")}
    here = {path.relative_to(ROOT) for name in SHIPPED for path in (ROOT / name).rglob("*") if path.is_file()}
    wanted = {path.as_posix() for path in here if path.suffix != ".pyc"}
    assert held == {f"bot/{path}" if path.startswith("seeds/") else path for path in wanted}


def test_the_command_is_there_and_called_by_its_name(byeol: Installed) -> None:
    assert byeol.run("byeol", "--version").stdout == f"Byeol {__version__}\n"
    assert byeol.run("byeol").stderr.startswith("usage: byeol ")
    assert byeol.run("python", "-m", "bot").stderr.startswith("usage: ")


def test_the_catalogue_comes_with_it(byeol: Installed) -> None:
    done = byeol.run("byeol", "seed", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith(" added.")
    assert byeol.files() == set()


def test_the_demo_plays(byeol: Installed) -> None:
    done = byeol.run("byeol", "demo", "--transcript")
    assert (done.returncode, done.stderr) == (0, "")
    assert "/ost" in done.stdout
    assert byeol.files() == set()


def test_a_start_without_a_token_is_one_clear_line(byeol: Installed) -> None:
    done = byeol.run("byeol", "run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("DISCORD_TOKEN is missing. ")
    if sys.platform == "linux":
        assert str(byeol.home / ".config/byeol/.env") in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms have folders of other names")
def test_settings_and_data_are_where_the_platform_keeps_them(byeol: Installed) -> None:
    settings = byeol.home / ".config/byeol/.env"
    settings.parent.mkdir(parents=True)
    settings.write_text("DISCORD_TOKEN=aaa.bbb.ccc\nBYEOL_API_URL=http://127.0.0.1:1/api/v10\n")  # nobody listens there
    done = byeol.run("byeol", "run")
    assert done.returncode == 75, done.stderr
    data = byeol.home / "data/byeol/byeol.db"
    assert f"keeps its data in {data}\n" in done.stderr
    assert "loaded the catalogue that comes with Byeol" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Discord cannot be reached: ")
    assert "Traceback" not in done.stderr
    assert byeol.files() == {"home/.config/byeol/.env", "home/data/byeol/byeol.db", "home/data/byeol/byeol.db.use"}
    assert byeol.run("byeol", "seed").stdout == "Nothing to change: the catalogue says all of it already.\n"


def test_another_bot_in_the_working_folder_is_left_alone(byeol: Installed) -> None:
    (byeol.folder / "bot").mkdir()
    (byeol.folder / "bot" / "__init__.py").write_text("raise SystemExit(77)\n")
    done = byeol.run("python", "-P", "-c", "from bot import installation; print(*installation.another('--version'))")
    assert byeol.run(*done.stdout.split()).stdout == f"Byeol {__version__}\n"
