"""A new seed file, and what becomes of it once it is filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.catalogue.model import Kind, Ref
from bot.errors import SeedError
from bot.seeding import load
from bot.seeding.loader import Known
from tests.helpers import write

NOTHING = Known({}, {}, frozenset())
ORGANISATION = """
    [[organisations]]
    slug = "tvn"
    type = "network"
    sources = ["herald-2031"]
    names = "tvN"
    """
NEEDED = (
    *("herald-2031", "herald-2031", "The Herald", "Moon over the station", "https://example.com/1"),
    *("종이달 정거장", "Ban Dal", "반달", "The Cat", "고양이", "2031-04-05"),
)
ALL = (
    *NEEDED[:6],
    *("A cat waits.", "고양이의 기다림", "Na Mu", "나무"),
    *NEEDED[6:],
    *("last-train-home", "Last Train Home", "막차", "Mo Rae", "모래", "2031-04-06 18:00"),
)


def fill_in(file: Path, values: tuple[str, ...], *, examples: bool) -> None:
    """Put values between the quotation marks of what stands in a file; with its examples or without."""
    content = file.read_text("utf-8")
    content = re.sub(r"^# (?=\[\[|\w+ = )", "" if examples else "#!", content, flags=re.MULTILINE)
    left = iter(values)
    lines = [
        line if line.startswith("#") else re.sub('""', lambda _: f'"{next(left)}"', line)
        for line in content.split("\n")
    ]
    assert list(left) == []
    file.write_text("\n".join(lines), "utf-8")


@pytest.fixture
def new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A file that the command has just written, beside another one."""
    folder = write(tmp_path / "seeds", organisations=ORGANISATION)
    assert main(["seed", "--new", "paper-moon-station", str(folder)]) == 0
    file = folder / "paper-moon-station.toml"
    assert str(file) in capsys.readouterr().out
    return file


def test_what_is_filled_in_can_be_loaded(new: Path) -> None:
    fill_in(new, NEEDED, examples=False)
    desired = load([new.parent], NOTHING)
    assert set(desired.entities) == {
        Ref(Kind.ORGANISATION, "tvn"),
        Ref(Kind.WORK, "paper-moon-station"),
        Ref(Kind.PERSON, "ban-dal"),
        Ref(Kind.CHARACTER, "paper-moon-station-the-cat"),
    }
    assert {"Paper Moon Station", "종이달 정거장", "Ban Dal", "고양이"} <= {
        row.columns["text"] for row in desired.statements if row.shape == "name"
    }


def test_its_examples_can_be_loaded_too(new: Path) -> None:
    fill_in(new, ALL, examples=True)
    desired = load([new.parent], NOTHING)
    assert {row.shape for row in desired.statements} >= {"detail", "airing", "crew", "ost", "performer", "event_date"}
    assert {Ref(Kind.TRACK, "last-train-home"), Ref(Kind.PERSON, "mo-rae"), Ref(Kind.PERSON, "na-mu")} <= set(
        desired.entities
    )


def test_what_is_not_filled_in_is_named_by_its_line(new: Path) -> None:
    with pytest.raises(SeedError) as raised:
        load([new], NOTHING)
    lines = new.read_text("utf-8").split("\n")
    told = {int(problem.split(":")[1]) for problem in raised.value.problems}
    assert told == {number for number, line in enumerate(lines, start=1) if '""' in line and not line.startswith("#")}


def test_a_file_that_is_there_is_not_written_over(new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new.write_text("mine")
    assert main(["seed", "--new", "paper-moon-station", str(new.parent)]) == 2
    assert capsys.readouterr().err == f"{new}: exists already: choose another slug, or change that file\n"
    assert new.read_text() == "mine"


@pytest.mark.parametrize("slug", ["Paper Moon", "../moon", "-moon", "moon.toml", "종이달", "a" * 61])
def test_what_is_no_slug_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], slug: str) -> None:
    assert main(["seed", f"--new={slug}", str(tmp_path)]) == 2
    assert f'such as "paper-moon-station", found "{slug}"' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "--new", "moon", str(tmp_path / "seeds")]) == 2
    assert "make it first" in capsys.readouterr().err
