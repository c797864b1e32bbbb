"""What `setup` makes of a file that people wrote."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.errors import StartError
from bot.operations import env_file

CHANGES = {"DISCORD_TOKEN": "a.b-c.d_e", "BYEOL_CONTACT": "me@example.org"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "DISCORD_TOKEN=a.b-c.d_e\nBYEOL_CONTACT=me@example.org\n"),
        ("# mine\n\nDISCORD_TOKEN=\n", "# mine\n\nDISCORD_TOKEN=a.b-c.d_e\nBYEOL_CONTACT=me@example.org\n"),
        (
            "BYEOL_CONTACT=old\nOTHER='x y' # why\nexport DISCORD_TOKEN='old'\n",
            "BYEOL_CONTACT=me@example.org\nOTHER='x y' # why\nexport DISCORD_TOKEN=a.b-c.d_e\n",
        ),
        ("OTHER=1", "OTHER=1\nDISCORD_TOKEN=a.b-c.d_e\nBYEOL_CONTACT=me@example.org\n"),
        (
            "DISCORD_TOKEN=one\nDISCORD_TOKEN=two\n#DISCORD_TOKEN=three\n",
            "DISCORD_TOKEN=a.b-c.d_e\nDISCORD_TOKEN=a.b-c.d_e\n#DISCORD_TOKEN=three\nBYEOL_CONTACT=me@example.org\n",
        ),
        (
            "\n# nonsense\nwhat is this\n\n  DISCORD_TOKEN = x  # old\n\n",
            "\n# nonsense\nwhat is this\n\n  DISCORD_TOKEN=a.b-c.d_e\n\nBYEOL_CONTACT=me@example.org\n",
        ),
        ('NOTE="two\nlines"\n', 'NOTE="two\nlines"\nDISCORD_TOKEN=a.b-c.d_e\nBYEOL_CONTACT=me@example.org\n'),
    ],
)
def test_only_its_own_lines_are_replaced(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(before, "utf-8")
    env_file.save(path, CHANGES)
    assert path.read_text("utf-8") == after
    assert os.listdir(tmp_path) == [".env"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="$"), min_size=1))
def test_any_value_is_read_as_it_was_written(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".env"
        path.write_text("OTHER=1\n", "utf-8")
        env_file.save(path, {"BYEOL_DATABASE": value})
        assert settings.read({}, path) == {"OTHER": "1", "BYEOL_DATABASE": value}


def test_new_file_begins_with_the_example(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("# The token.\nDISCORD_TOKEN=\n", "utf-8")
    env_file.save(tmp_path / ".env", {"DISCORD_TOKEN": "a.b.c"})
    assert (tmp_path / ".env").read_text("utf-8") == "# The token.\nDISCORD_TOKEN=a.b.c\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [None, 0o644, 0o600])
def test_nobody_else_may_read_it(mode: int | None, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    if mode is not None:
        path.touch()
        path.chmod(mode)
    env_file.save(path, CHANGES)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    target = tmp_path / "secrets" / "byeol.env"
    target.touch()
    (tmp_path / ".env").symlink_to(target)
    env_file.save(tmp_path / ".env", CHANGES)
    assert (tmp_path / ".env").is_symlink()
    assert "a.b-c.d_e" in target.read_text("utf-8")


def test_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / ".env"
    path.write_text("DISCORD_TOKEN=old\n", "utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StartError, match="No space left on device"):
        env_file.save(path, CHANGES)
    assert path.read_text("utf-8") == "DISCORD_TOKEN=old\n"
    assert os.listdir(tmp_path) == [".env"]


def test_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    env_file.save(tmp_path / "config" / "byeol" / ".env", CHANGES)
    assert settings.read({}, tmp_path / "config" / "byeol" / ".env") == CHANGES


def test_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").touch()
    with pytest.raises(StartError, match=r"\.env cannot be written"):
        env_file.save(tmp_path / "text" / ".env", CHANGES)
