"""How Byeol came onto this machine: as a clone of the repository, or installed, as by pipx, uv or pip.

From that follows where its files are. A clone has settings and data in the folder where it is started. An installed
Byeol is started from anywhere, so it keeps them where the platform wants them (on Linux, by the XDG Base Directory
Specification).
"""

from __future__ import annotations

import os.path
import shutil
import sys
from pathlib import Path

import platformdirs

NAME = "byeol"
"""What the command is called that installing Byeol brings, and its folders."""

_PACKAGE = Path(__file__).parent


def is_clone(package: Path = _PACKAGE) -> bool:
    """Whether this is the repository itself: then pyproject.toml stands beside the package, and otherwise never."""
    return (package.parent / "pyproject.toml").is_file()


def seeds(package: Path = _PACKAGE) -> Path:
    """The folder of the catalogue that comes with Byeol."""
    return package.parent / "seeds" if is_clone(package) else package / "seeds"


def data_folder(package: Path = _PACKAGE) -> Path:
    """Where the database is unless a setting says otherwise. It need not exist."""
    return Path("data") if is_clone(package) else platformdirs.user_data_path(NAME, appauthor=False)


def env_file(package: Path = _PACKAGE) -> Path:
    """The file of settings: ``.env`` in the working folder; if Byeol is installed and there is none, in the platform's
    folder for settings. It need not exist.
    """
    # isfile, since the working folder may be one that this user cannot look into.
    if is_clone(package) or os.path.isfile(".env"):
        return Path(".env")
    return platformdirs.user_config_path(NAME, appauthor=False) / ".env"


def command() -> str:
    """What to type before the name of a command, as this process was started."""
    return NAME if Path(sys.argv[0]).stem == NAME else f"{python()} -m bot"


def python() -> str:
    """What to type for the Python that runs this process, such as ``.venv/bin/python`` in the folder of a clone.

    A bare ``python`` would often be another one, or none: a virtual environment need not be active.
    """
    this = Path(sys.executable)
    if this.is_relative_to(Path.cwd()):
        return str(this.relative_to(Path.cwd()))
    return "python" if shutil.which("python") == str(this) else str(this)


def another(*arguments: str) -> list[str]:
    """The command line that runs a command of this Byeol in a process of its own."""
    # -P: the working folder of an installed Byeol may be that of somebody else's bot, whose package has the same name.
    return [sys.executable, *([] if is_clone() else ["-P"]), "-m", "bot", *arguments]


def how_to_add(extra: str) -> str:
    """What to do to get the packages of an optional extra of Byeol's, as one sentence."""
    if is_clone():
        return f"Run: {python()} -m pip install -r requirements/{extra}.txt"
    return f"Install Byeol with its extra “{extra}”, as docs/operating.md says under “Installing”."
