"""The command that loads seed files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.seeding.command import LONG, SHOWN
from bot.seeding.loader import ABOUT
from tests.helpers import write
from tests.seeding.stated import DRAMA, PEOPLE, dump


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A database and a folder of seed files for the command; the path of the former."""
    path = tmp_path / "data" / "byeol.db"
    monkeypatch.setenv("BYEOL_DATABASE", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(folder.parent)
    return path


def contents(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return dump(connection)
    finally:
        connection.close()


def stated(dumped: list[str]) -> set[str]:
    """The rows that say something of the catalogue."""
    return {line for line in dumped if line.startswith(('INSERT INTO "entity"', 'INSERT INTO "name"'))}


def test_the_command_says_how_much_it_added_and_then_that_nothing_changes(
    command: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seed", "seeds"]) == 0
    assert capsys.readouterr().out == "11 added.\n"
    before = contents(command)
    assert main(["seed", "seeds"]) == 0
    assert capsys.readouterr().out == "Nothing to change: the catalogue says all of it already.\n"
    assert contents(command) == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "seeds"]) == 0
    capsys.readouterr()
    before = contents(command)
    changed = DRAMA.replace("2031-04-05", "2031-04-06").replace('["Gossip"]', '["[Gossip]"]')
    write(Path("seeds"), drama=changed)
    assert main(["seed", "--dry-run", "seeds"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert sorted(out[:-1]) == [
        "+ work/gossip name [Gossip] official en",
        "- work/gossip name Gossip official en",
        "~ work/gossip event_date premiere 0 0",
    ]
    assert out[-1] == "Would be: 1 added, 1 changed, 1 removed."
    assert contents(command) == before
    assert main(["seed", "seeds"]) == 0
    assert capsys.readouterr().out == "1 added, 1 changed, 1 removed.\n"


def test_the_command_says_what_it_kept_and_why(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "seeds"]) == 0
    capsys.readouterr()
    write(Path("seeds"), people=PEOPLE[PEOPLE.index("[[people]]", 10) :])
    assert main(["seed", "seeds/people.toml"]) == 0
    assert capsys.readouterr().out == (
        "= person/ban-dal (referred to by work/gossip)\n"
        "Nothing to change: the catalogue says all of it already. (1 kept)\n"
    )


@pytest.mark.usefixtures("command")
def test_the_command_tells_every_problem_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("seeds"), drama=DRAMA.replace("drama", "dramma"), people=PEOPLE.replace("na-mu", "Na Mu"))
    assert main(["seed", "seeds"]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert [line.partition(": ")[0] for line in written.err.splitlines()] == [
        "seeds/drama.toml:4",
        "seeds/people.toml:8",
    ]
    assert 'did you mean "drama"?' in written.err


@pytest.mark.usefixtures("command")
def test_the_command_fails_where_there_is_nothing_to_load(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "nowhere"]) == 2
    assert capsys.readouterr().err == "nowhere: expected a seed file or a folder of them, found nothing there\n"


def test_the_command_fails_where_the_database_is_none(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.parent.mkdir()
    command.write_text("no database " * 1000)
    assert main(["seed", "seeds"]) == 2
    assert str(command) in capsys.readouterr().err


def test_many_files_are_loaded_with_a_progress_bar(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = {f"p{n}": f'[[people]]\nslug = "p-{n}"\nsources = ["herald"]\nnames = ["P {n}"]\n' for n in range(LONG)}
    write(Path("seeds"), **people)
    assert main(["seed", "seeds"]) == 0
    out = capsys.readouterr().out
    assert "Reading" in out
    assert out.endswith(f"{11 + 2 * LONG} added.\n")
    assert main(["seed", "--dry-run", "seeds"]) == 0
    assert command.exists()


@pytest.mark.usefixtures("command")
def test_the_projects_own_seeds_are_loaded_unless_others_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed"]) == 0
    assert capsys.readouterr().out.endswith(" added.\n")


@pytest.mark.parametrize("arguments", [pytest.param([], id="none"), pytest.param(["sed"], id="no such one")])
def test_a_command_that_is_not_there_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "-m bot [-h]" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith("Byeol ")


def test_a_dry_run_makes_no_database(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "--dry-run", "seeds"]) == 0
    assert "Would be: 11 added." in capsys.readouterr().out
    assert not command.parent.exists()


def test_a_dry_run_of_one_file_leans_on_the_others_of_its_folder(
    command: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seed", "--dry-run", "seeds/drama.toml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "+ work/gossip",
        "+ work/gossip name Gossip official en",
        "+ work/gossip credit ban-dal",
        "+ work/gossip event_date premiere 0 0",
        "Would be: 4 added.",
    ]
    assert not command.parent.exists()
    write(Path("seeds"), people="this is no TOML")
    assert main(["seed", "--dry-run", "seeds/drama.toml"]) == 2
    assert 'no person "ban-dal"' in capsys.readouterr().err


def test_what_a_file_leans_on_has_to_be_loaded(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "seeds/drama.toml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        'seeds/drama.toml:7: works[gossip].cast[ban-dal].person: no person "ban-dal"; people.toml states it:'
        " load that too",
        'seeds/drama.toml:5: works[gossip].sources[1]: no source "herald", which 3 statements cite;'
        " sources.toml states it: load that too",
    ]


def test_another_folder_of_the_same_name_removes_nothing(command: Path, tmp_path: Path) -> None:
    assert main(["seed", "seeds"]) == 0
    before = contents(command)
    (tmp_path / "elsewhere").mkdir()
    other = write(
        tmp_path / "elsewhere" / "seeds",
        more='[[people]]\nslug = "another"\nsources = ["herald"]\nnames = ["Another"]\n',
    )
    (other / ABOUT).unlink()
    assert main(["seed", str(other)]) == 0
    assert stated(before) < stated(contents(command))
    (other / ABOUT).write_text('id = "my-server"\n')
    assert main(["seed", "seeds"]) == 0
    assert stated(before) < stated(contents(command))


@pytest.mark.parametrize("words", ["", 'id = "My Server"', "id = 7", "id ="])
def test_a_folder_that_does_not_say_rightly_which_it_is_is_refused(
    command: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    (Path("seeds") / ABOUT).write_text(words)
    assert main(["seed", "seeds"]) == 2
    assert ABOUT in capsys.readouterr().err


def test_what_would_remove_much_is_listed_and_asks_for_force(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "seeds"]) == 0
    before = contents(command)
    (Path("seeds") / "drama.toml").unlink()
    capsys.readouterr()
    assert main(["seed", "seeds"]) == 2
    said = capsys.readouterr()
    assert "- work/gossip\n" in said.out
    assert "add --force" in said.err
    assert contents(command) == before
    assert main(["seed", "--force", "seeds"]) == 0
    assert "gossip" not in "".join(stated(contents(command)))


def test_a_long_list_is_cut(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = "".join(
        f'[[people]]\nslug = "p-{number}"\nsources = ["herald"]\nnames = ["Person {number}"]\n'
        for number in range(SHOWN)
    )
    write(Path("seeds"), more=people)
    assert main(["seed", "--dry-run", "seeds"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == SHOWN + 2
    assert out[-2] == f"... and {SHOWN + 11} more"
