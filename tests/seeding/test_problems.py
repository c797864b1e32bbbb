"""What a curator is told when something is wrong in a seed file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalogue.model import Kind, Ref
from bot.errors import SeedError
from bot.seeding import load
from bot.seeding.loader import MAX_PROBLEMS, Known
from tests.helpers import write

NOTHING = Known({}, {}, frozenset())

SOURCE = '[[sources]]\nslug = "herald"\npublisher = "The Herald"\n'
PERSON = '[[people]]\nslug = "ban-dal"\nsources = ["herald"]\nnames = ["Ban Dal"]\n'
WORK = '[[works]]\nslug = "gossip"\ntype = "drama"\nsources = ["herald"]\n'
TRACK = '[[tracks]]\nslug = "home"\nsources = ["herald"]\n'


def problems(folder: Path, *contents: str) -> list[str]:
    """What is wrong with seed files, without the folder's own name."""
    write(folder, **{f"file{number}": content for number, content in enumerate(contents, start=1)})
    with pytest.raises(SeedError) as raised:
        load([folder], NOTHING)
    return [problem.replace(f"{folder}/", "").replace(f"{folder.name}/", "") for problem in raised.value.problems]


def event(what: str) -> str:
    return f"{SOURCE}{WORK}events = [{{ {what} }}]\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            SOURCE + "\nnames = [\n", "file1.toml: not valid TOML: Invalid value (at end of document)", id="unclosed"
        ),
        pytest.param('[[people]]\nslug = "a" "b"\n', "file1.toml: not valid TOML: ", id="not TOML"),
        pytest.param(
            '[[people]]\nslug = "a"\nslug = "b"\n',
            "file1.toml: not valid TOML: Cannot overwrite a value (at line 3, column 11)",
            id="a key twice, with its line",
        ),
        pytest.param(
            '[[peeple]]\nslug = "a"\n', "file1.toml: peeple: unknown key 'peeple'; did you mean 'people'?", id="table"
        ),
        pytest.param(
            SOURCE + PERSON + 'nmaes = ["Moon"]\n',
            "file1.toml: people[ban-dal].nmaes: unknown key 'nmaes'; did you mean 'names'?",
            id="unknown key",
        ),
        pytest.param(
            SOURCE + PERSON + "xyzzy = 1\n",
            "file1.toml: people[ban-dal].xyzzy: unknown key 'xyzzy'",
            id="no suggestion",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ person = "ban-dal", charakter = "a" }]\n',
            "file1.toml: works[gossip].cast[ban-dal].charakter: unknown key 'charakter'; did you mean 'character'?",
            id="unknown key further in",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = [{ text = "A", kidn = "stage" }]\n',
            "file1.toml: people[a].names[A].kidn: unknown key 'kidn'; did you mean 'kind'?",
            id="unknown key of a name",
        ),
        pytest.param('[[people]]\nnames = ["A"]\n', "file1.toml: people[1].slug: missing", id="no slug"),
        pytest.param(SOURCE + '[[works]]\nslug = "a"\n', "file1.toml: works[a].type: missing", id="no type"),
        pytest.param(
            event('kind = "premiere", status = "confirmed"'),
            "file1.toml: works[gossip].events[1].date: missing",
            id="no date",
        ),
        pytest.param(
            SOURCE + '[[works]]\nslug = "a"\ntype = "dramma"\n',
            "file1.toml: works[a].type: expected 'drama', 'film', 'show' or 'webtoon', found 'dramma';"
            " did you mean 'drama'?",
            id="wrong choice",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ person = "a", role = "leed" }]\n',
            "file1.toml: works[gossip].cast[a].role: expected 'lead', 'support', 'special' or 'cameo', found 'leed';"
            " did you mean 'lead'?",
            id="wrong role",
        ),
        pytest.param(
            SOURCE + WORK + "cast = [{ person = 3 }]\n", "file1.toml: works[gossip].cast[3].person: ", id="a number"
        ),
        pytest.param(
            '[[people]]\nslug = "Ban Dal"\n',
            "file1.toml: people[Ban Dal].slug: expected lower-case letters, digits and single hyphens, found 'Ban Dal'",
            id="bad slug",
        ),
        pytest.param('[[people]]\nslug = "ban--dal"\n', "file1.toml: people[ban--dal].slug: expected", id="hyphens"),
        pytest.param('[[people]]\nslug = "-dal"\n', "file1.toml: people[-dal].slug: expected", id="a hyphen first"),
        pytest.param('[[people]]\nslug = ""\n', "file1.toml: people[].slug: expected", id="an empty slug"),
        pytest.param('[[people]]\nslug = "반달"\n', "file1.toml: people[반달].slug: expected", id="a slug in Hangul"),
        pytest.param(
            '[[people]]\nslug = "a\\n"\n', "file1.toml: people[a\n].slug: expected", id="a line end after a slug"
        ),
        pytest.param(
            f'[[people]]\nslug = "{"a" * 61}"\n',
            f"file1.toml: people[{'a' * 61}].slug: string should have at most 60 characters, found '{'a' * 61}'",
            id="a long slug",
        ),
        pytest.param(
            event('kind = "premiere", date = "next week", status = "confirmed"'),
            "file1.toml: works[gossip].events[1]: date: expected one of '2025-01-26 18:00', '2025-01-26', ",
            id="bad date",
        ),
        pytest.param(
            event('kind = "premiere", date = "2025-02-30", status = "confirmed"'),
            "found '2025-02-30'",
            id="a day that does not exist",
        ),
        pytest.param(
            event('kind = "premiere", date = 2025-02-28, status = "confirmed"'),
            "file1.toml: works[gossip].events[1].date: input should be a valid string",
            id="a date without quotes",
        ),
        pytest.param(
            event('kind = "premiere", date = "early 2031", status = "expected"'),
            "file1.toml: works[gossip].events[1]: words: a date such as 'early 2031' needs the words it was stated in",
            id="words needed",
        ),
        pytest.param(
            event('kind = "premiere", date = "2031", status = "expected", zone = "Asia/Soul"'),
            "file1.toml: works[gossip].events[1].zone: expected a time zone of the IANA database, such as 'Asia/Seoul',"
            " found 'Asia/Soul'",
            id="no such zone",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = [{ attribute = "trivia", value = { en = "x", fr = "y" } }]\n',
            "file1.toml: people[ban-dal].details[trivia].value: expected the languages ['en', 'ko'], found ['fr']",
            id="another language",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = [{ attribute = "trivia", value = {} }]\n',
            "file1.toml: people[ban-dal].details[trivia].value: ",
            id="words in no language",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = ["  "]\n',
            "file1.toml: people[a].names[1].text: ",
            id="empty name",
        ),
        pytest.param(
            SOURCE + PERSON + 'links = [{ kind = "teaser", url = "javascript:alert(1)" }]\n',
            "file1.toml: people[ban-dal].links[1].url: ",
            id="an address of another kind",
        ),
        pytest.param(
            SOURCE + PERSON + 'links = [{ kind = "teaser", url = "https://example.com/a b" }]\n',
            "file1.toml: people[ban-dal].links[1].url: ",
            id="an address with a space",
        ),
        pytest.param(
            SOURCE + WORK + 'airings = [{ on = "a", time = "30:00" }]\n',
            "file1.toml: works[gossip].airings[1].time: ",
            id="time",
        ),
        pytest.param(
            SOURCE + WORK + 'money = [{ attribute = "budget", amount = 0, currency = "KRW" }]\n',
            "file1.toml: works[gossip].money[budget].amount: ",
            id="no money",
        ),
        pytest.param(
            SOURCE + PERSON.replace("herald", "herold"),
            "file1.toml: person/ban-dal: name: no source 'herold'; did you mean 'herald'?",
            id="no such source",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dall" }]\n',
            "file1.toml: work/gossip: credit: no person 'ban-dall'; did you mean 'ban-dal'?",
            id="no such person",
        ),
        pytest.param(
            SOURCE + PERSON + TRACK + 'performers = ["na-mu"]\n',
            "file1.toml: track/home: performer: no person 'na-mu'",
            id="no such performer",
        ),
        pytest.param(
            SOURCE + TRACK + 'ost = [{ work = "gossip" }]\n',
            "file1.toml: track/home: ost: no work 'gossip'",
            id="no such work",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dal", character = "cat" }]\n',
            "file1.toml: work/gossip: credit: no character 'gossip-cat'",
            id="no such character",
        ),
        pytest.param(
            SOURCE
            + WORK
            + 'events = [{ kind = "premiere", date = "2031", status = "reported", after = { work = "x" } }]\n',
            "file1.toml: work/gossip: event: no work 'x'",
            id="after what is not there",
        ),
        pytest.param(
            SOURCE + SOURCE,
            "file1.toml: sources[herald]: already stated in file1.toml",
            id="a source twice",
        ),
        pytest.param(
            SOURCE + PERSON + PERSON,
            "file1.toml: people[ban-dal]: already stated in file1.toml",
            id="a person twice",
        ),
        pytest.param(
            event(
                'kind = "premiere", date = "2031", status = "reported" }, '
                '{ kind = "premiere", date = "2032", status = "reported"'
            ),
            "file1.toml: work/gossip: states the event 'premiere 0 0' twice; give the one to be shown second rank = 1",
            id="a date twice",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nsources = ["herald"]\nnames = ["A", "A"]\n',
            "file1.toml: person/a: states the name 'A official en' twice",
            id="a name twice",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dal" }, { person = "ban-dal" }]\n',
            "file1.toml: work/gossip: states the credit 'person/ban-dal' twice",
            id="a credit twice",
        ),
    ],
)
def test_each_problem_says_where_it_is_what_was_expected_and_what_may_be_meant(
    tmp_path: Path, content: str, problem: str
) -> None:
    found = problems(tmp_path / "seeds", content)
    assert any(problem in line for line in found), found


def test_what_is_stated_in_two_files_names_both(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", SOURCE + PERSON, PERSON)
    assert found == ["file2.toml: people[ban-dal]: already stated in file1.toml"]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", "[[people]]\n", "= 1\n", SOURCE + '[[works]]\nslug = "a"\ntype = "x"\nz = 1\n')
    assert [line.partition(":")[0] for line in found] == ["file1.toml", "file2.toml", "file3.toml", "file3.toml"]


def test_more_problems_than_anyone_reads_are_counted(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", '[[people]]\nnames = ["x"]\n' * (MAX_PROBLEMS + 7))
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "... and 7 more problems"


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_bytes(b'# caf\xe9\n[[people]]\nslug = "a"\n')
    with pytest.raises(SeedError) as raised:
        load([tmp_path], NOTHING)
    assert raised.value.problems == [f"{tmp_path}/file.toml: expected UTF-8, found the byte 0xe9 at 5"]


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError) as raised:
        load([tmp_path / "nowhere"], NOTHING)
    assert raised.value.problems == [
        f"{tmp_path}/nowhere: expected a seed file or a folder of them, found nothing there"
    ]


def test_a_folder_without_seed_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("not a seed file")
    with pytest.raises(SeedError) as raised:
        load([tmp_path], NOTHING)
    assert raised.value.problems == [f"{tmp_path}: expected a folder with .toml files, found none in it"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a = " + "[" * 20_000, id="brackets without end"),
        pytest.param("a = " + "1" * 5_000, id="a number without end"),
    ],
)
def test_what_the_parser_cannot_hold_is_a_problem_of_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "file.toml").write_text(content)
    with pytest.raises(SeedError):
        load([tmp_path], NOTHING)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text("\ufeff" + SOURCE, "utf-8")
    assert list(load([tmp_path], NOTHING).sources) == ["herald"]


def test_a_file_may_be_named_beside_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "seeds", people=SOURCE + PERSON)
    assert Ref(Kind.PERSON, "ban-dal") in load([tmp_path / "seeds", tmp_path / "seeds/people.toml"], NOTHING).entities


@pytest.mark.parametrize("name", ["Ban\\nDal", "Ban\\u0000Dal", "\\u200b"])
def test_a_name_is_one_line_that_can_be_seen(tmp_path: Path, name: str) -> None:
    problems(tmp_path / "seeds", SOURCE + f'[[people]]\nslug = "a"\nsources = ["herald"]\nnames = ["{name}"]\n')
