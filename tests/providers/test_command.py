"""The command `sync`: what it prints, how it exits, and what it leaves behind.

What it prints of the providers is tested on SQLite alone, and what it writes and takes back, on both engines.
"""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp
import pytest

from bot.__main__ import main
from bot.address import Address
from bot.providers import command
from bot.providers.command import Options
from bot.settings import SyncSettings, load_sync
from bot.store.database import alone
from tests.engines import SQLITE

from . import faults
from .commands import add_drama
from .dump import contents, dump
from .faults import JSON, Effect
from .invented import TODAY, add_checked
from .server import Providers
from .syncing import ALL, CONTACT, Syncing
from .wikidata_world import claim, drama, item, person
from .world import Work

BOA, GOBLIN, SQUID = "/ws/2/artist/a16d1433", "ids=Q24859151", "/shows/43687"


@pytest.fixture
def settings(providers: Providers) -> SyncSettings:
    """Settings that lead to the loopback."""
    return load_sync(
        {
            "BYEOL_CONTACT": CONTACT,
            "BYEOL_WIKIDATA_URL": f"{providers.wikidata}/w",
            "BYEOL_WIKIDATA_QUERY_URL": providers.query_service,
            "BYEOL_TVMAZE_URL": providers.tvmaze,
            "BYEOL_MUSICBRAINZ_URL": providers.musicbrainz,
        },
        asks=True,
    )


@pytest.fixture
def run(
    syncing: Syncing, settings: SyncSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., JSON]:
    """Run the command at the pace of the test. Returns its exit code, and the lines that it printed."""

    def online(names: list[str], session: aiohttp.ClientSession, *_: object) -> list[object]:
        syncing.session = session
        syncing.pace.now += 60
        return [syncing.provider(name) for name in names]

    monkeypatch.setattr(command, "online", online)

    async def ran(
        *names: str, force: bool = False, dry_run: bool = False, report: Path | None = None
    ) -> tuple[int, list[str]]:
        asked = Options(names or ALL, force=force, dry_run=dry_run, report=report)
        code = await command.run(settings, syncing.database, asked)
        return code, capsys.readouterr().out.splitlines()

    return ran


# What it prints


@SQLITE
async def test_it_says_what_became_of_each_provider(run: Callable[..., JSON]) -> None:
    code, lines = await run()
    assert code == 0
    assert [re.sub("[0-9]+ changes", "many changes", line) for line in lines] == [
        "✓ Wikidata: 24 documents read, many changes made, 0 documents removed, 0 doubtful.",
        "✓ TVmaze: 3 documents read, many changes made, 0 documents removed, 0 doubtful.",
        "✓ MusicBrainz: 11 documents read, many changes made, 0 documents removed, 0 doubtful.",
    ]


@SQLITE
async def test_a_problem_is_one_line_and_an_exit_code(run: Callable[..., JSON], providers: Providers) -> None:
    providers.fault("^/shows", faults.html(), times=None)
    code, lines = await run()
    assert code == 1
    assert [line[0] for line in lines] == ["✓", "✗", "✓"]
    assert lines[1] == (
        "✗ TVmaze answers with something that is not JSON. Run it again later: it goes on where it stopped."
    )


@SQLITE
async def test_a_dry_run_promises_nothing(run: Callable[..., JSON], providers: Providers) -> None:
    providers.fault("^/shows", faults.status(403))
    assert await run("tvmaze", dry_run=True) == (1, ["✗ TVmaze answers with status 403."])


@SQLITE
async def test_what_asks_for_force_is_said_as_it_is(run: Callable[..., JSON], syncing: Syncing) -> None:
    for number in range(40):
        add_drama(syncing.loopback.world, f"d{number}", number, TODAY, cast=())
    await run("wikidata")
    for number in range(40):
        syncing.loopback.world.rename(f"d{number}", "ko", f"그림 {number}")
    assert await run("wikidata") == (
        1,
        [
            "✗ Wikidata would change 40 of the 64 records held from it, so nothing was changed."
            " If that is what you want, run it again with --force."
        ],
    )
    assert (await run("wikidata", force=True))[0] == 0


async def test_the_report_has_every_change_and_what_is_doubtful(
    run: Callable[..., JSON], syncing: Syncing, tmp_path: Path
) -> None:
    frost = syncing.loopback.world.one(Work, "frost")
    frost.premiere, frost.imdb = "2019-03-01", None
    report = tmp_path / "report.txt"
    assert (await run("wikidata", "tvmaze", report=report))[0] == 0
    lines = report.read_text("utf-8").splitlines()
    assert "Wikidata\tadded\twork/lantern-alley" in lines
    assert "TVmaze\tadded\twork/lantern-alley name Lantern Alley official en" in lines
    assert lines[-1] == (
        "doubtful\ttvmaze-show/12\tmay be work/letters-in-frost: the same name, but nothing else that both have"
    )


@SQLITE
async def test_what_is_doubtful_is_mentioned_without_a_report(run: Callable[..., JSON], syncing: Syncing) -> None:
    frost = syncing.loopback.world.one(Work, "frost")
    frost.premiere, frost.imdb = "2019-03-01", None
    assert (await run("wikidata", "tvmaze"))[1][-1] == (
        "Things that may be in the catalogue under another name, and were not taken for it: 1."
        " --report FILE lists them."
    )


# The check


async def check(settings: SyncSettings, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = await command.check(settings, Options(ALL))
    return code, capsys.readouterr().out.splitlines()


async def test_a_check_says_what_each_provider_answers(
    settings: SyncSettings, providers: Providers, capsys: pytest.CaptureFixture[str]
) -> None:
    add_checked(providers.world)
    assert await check(settings, capsys) == (
        0,
        [
            "✓ Wikidata: Q24859151 is 쓸쓸하고 찬란하神 – 도깨비, with 2 in its cast, 1 of them with a character;"
            " the query service answers",
            "✓ TVmaze: Squid Game: Korean, tt10919420, 9 episodes",
            "✓ MusicBrainz: BoA: Person, 보아",
        ],
    )
    assert providers.violations == []
    assert len(providers.log) == 4


def without(key: str) -> Effect:
    """The usual document without one of its fields."""

    def changed(content: JSON) -> JSON:
        document = content.get("entities", {}).get("Q24859151", content)
        del document[key]
        return content

    return faults.changed(changed)


@pytest.mark.parametrize(
    ("path", "effect", "wrong", "line"),
    [
        (GOBLIN, without("labels"), 0, "✗ Wikidata's Q24859151 is no longer a drama with a Korean name"),
        (
            GOBLIN,
            without("lastrevid"),
            0,
            "✗ Wikidata's Q24859151 has another shape: expected its revision at lastrevid",
        ),
        (
            "sparql",
            faults.changed(lambda _: {"results": {"bindings": []}}),
            0,
            "✗ Wikidata's query service knows no Korean series",
        ),
        (
            SQUID,
            without("updated"),
            1,
            "✗ TVmaze shows/43687?embed[]=cast&embed[]=episodes has another shape than expected: updated:"
            " Field required",
        ),
        (SQUID, faults.status(404), 1, "✗ TVmaze should have a Korean show 43687 with an id at IMDb"),
        (
            BOA,
            without("aliases"),
            2,
            "✗ MusicBrainz should have an artist a16d1433-ba89-4f72-a47b-a370add0bb55 with the alias 보아",
        ),
        (BOA, faults.status(403), 2, "✗ MusicBrainz answers with status 403"),
    ],
)
async def test_a_check_names_what_is_wrong(
    settings: SyncSettings,
    providers: Providers,
    capsys: pytest.CaptureFixture[str],
    path: str,
    effect: Effect,
    wrong: int,
    line: str,
) -> None:
    add_checked(providers.world)
    providers.fault(path, effect, times=None)
    code, lines = await check(settings, capsys)
    assert (code, lines[wrong]) == (1, line)
    assert [text[0] for text in lines] == ["✗" if number == wrong else "✓" for number in range(3)]


# The command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run the command in, without any settings."""
    for key in ("BYEOL_CONTACT", "BYEOL_SYNC", "BYEOL_SYNC_FROM", "BYEOL_SYNC_TRUST_DATES"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that is to be the database, which is not there yet."""
    path = folder / "data" / "byeol.db"
    monkeypatch.setenv("BYEOL_DATABASE", str(path))
    return path


@pytest.fixture
def place(folder: Path, address: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A database of either engine."""
    monkeypatch.setenv("BYEOL_DATABASE", str(address) if isinstance(address, Path) else address.url)
    return address


@pytest.mark.parametrize("options", [[], ["--check"], ["--dry-run"]])
def test_nobody_is_asked_without_a_contact(at: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert main(["sync", *options]) == 2
    assert capsys.readouterr().err == (
        "BYEOL_CONTACT is missing. Providers of open data ask for one: put your mail address or a web address there.\n"
    )
    assert not at.exists()


def test_a_provider_that_there_is_not(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["sync", "wikipedia"])
    assert caught.value.code == 2
    assert "wikipedia is none of wikidata, tvmaze, musicbrainz" in capsys.readouterr().err
    assert not at.exists()


@pytest.mark.parametrize("names", [["tvmaze"], ["wikidata", "musicbrainz"]])
def test_a_dump_is_of_one_provider(at: Path, capsys: pytest.CaptureFixture[str], names: list[str]) -> None:
    assert main(["sync", *names, "--from", "dump.json"]) == 2
    assert capsys.readouterr().err.startswith("A dump is of one provider: ")
    assert not at.exists()


STARS = drama("Q990000701", "Paper Stars", claim(item("P161", "Q990000702")))
LINES = [STARS, person("Q990000702", "Ahn Bomi")]
PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "dump.json": bytes,
    "dump.jsonl": bytes,
    "dump.json.gz": gzip.compress,
    "dump.json.bz2": bz2.compress,
}


def pack(name: str) -> None:
    """Write a dump into this folder."""
    text = "\n".join(json.dumps(line) for line in LINES)
    if name.startswith("dump.json."):
        text = "[\n" + text.replace("\n", ",\n") + "\n]"
    Path(name).write_bytes(PACKED[name](text.encode()))


@pytest.mark.parametrize("name", PACKED)
def test_a_dump_is_taken_in(place: Address, capsys: pytest.CaptureFixture[str], name: str) -> None:
    pack(name)
    assert main(["sync", "--from", name]) == 0
    assert capsys.readouterr().out.startswith("✓ Wikidata: 2 documents read, ")
    assert {"entity: work | paper-stars | drama | cast", "entity: person | ahn-bomi | NULL | NULL"} <= {
        *contents(place)
    }
    before = contents(place)
    assert main(["sync", "wikidata", "--from", name]) == 0
    assert capsys.readouterr().out == (
        "✓ Wikidata: 0 documents read, 0 changes made, 0 documents removed, 0 doubtful.\n"
    )
    assert contents(place) == before


def test_a_dry_run_changes_nothing(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack("dump.json")
    assert main(["sync", "--from", "dump.json", "--dry-run"]) == 0
    assert "changes would be made, 0 documents would be removed" in capsys.readouterr().out
    assert not at.exists()
    assert main(["seed"]) == 0
    before = at.read_bytes()
    assert main(["sync", "--from", "dump.json", "--dry-run"]) == 0
    assert at.read_bytes() == before


def test_a_check_of_a_dump_reads_its_first_document(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack("dump.json.gz")
    assert main(["sync", "--from", "dump.json.gz", "--check"]) == 0
    assert capsys.readouterr().out == "✓ Wikidata: dump.json.gz, the first document is Q990000701\n"
    assert main(["sync", "--from", "other.json.gz", "--check"]) == 1
    assert not at.exists()


def test_a_dump_that_is_not_there(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--from", "dump.json"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("✗ no files of Wikidata at ")
    assert main(["sync", "musicbrainz", "--from", "artist.tar.xz"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "artist.tar.xz" in line


def test_a_dump_that_broke_off_goes_on_when_it_is_whole(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack("dump.json.gz")
    whole = Path("dump.json.gz").read_bytes()
    Path("dump.json.gz").write_bytes(whole[:-40])
    assert main(["sync", "--from", "dump.json.gz"]) == 1
    assert "dump.json.gz ends in the middle" in capsys.readouterr().out
    Path("dump.json.gz").write_bytes(whole)
    assert main(["sync", "--from", "dump.json.gz"]) == 0
    assert "entity: person | ahn-bomi | NULL | NULL" in contents(at)


def test_a_report_that_cannot_be_written(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack("dump.json")
    assert main(["sync", "--from", "dump.json", "--report", "nowhere/report.txt"]) == 2
    assert capsys.readouterr().err.startswith("nowhere/report.txt cannot be written: ")


def test_one_process_at_a_time_takes_in_open_data(place: Address, capsys: pytest.CaptureFixture[str]) -> None:
    pack("dump.json")
    with alone(place):
        assert main(["sync", "--from", "dump.json"]) == 2
    assert capsys.readouterr().err == "Open data is being taken in by another process; try again when it is done.\n"


def test_a_lock_that_cannot_be_made_is_not_taken_for_another_process(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack("dump.json")
    at.with_name(f"{at.name}.sync").mkdir(parents=True)  # root could write into any folder
    assert main(["sync", "--from", "dump.json"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Nothing can be written beside the database {at} (")
    assert len(said.splitlines()) == 1


# Forgetting


async def test_what_a_provider_stated_can_be_taken_back(run: Callable[..., JSON], syncing: Syncing) -> None:
    assert (await run("wikidata"))[0] == 0
    before = await syncing.database.read(dump)
    assert (await run("tvmaze"))[0] == 0
    assert any("tvmaze" in line for line in await syncing.database.read(dump))
    assert await command.forget(syncing.database, ["tvmaze"]) == 0
    after = await syncing.database.read(dump)
    dates = ("event: ", "event_past: ")  # they remember that they were others
    assert [line for line in after if not line.startswith(dates)] == [
        line for line in before if not line.startswith(dates)
    ]


def test_nobody_is_forgotten_without_being_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--forget"]) == 2
    assert "PROVIDER --forget" in capsys.readouterr().err
