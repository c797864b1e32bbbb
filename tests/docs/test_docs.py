"""The documents say what the code does: commands, settings, links and command lines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.__main__ import _parser as parser  # pyright: ignore[reportPrivateUsage]
from bot.seeding import load_own
from bot.store import catalogue, events
from scripts import commands_page, demo_picture
from tests.helpers import LOADED, opened

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = (
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "bench" / "README.md",
)

RENEW = "run `make docs`"

in_every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
)


def code(text: str) -> Iterator[str]:
    """What a reader may copy: the lines of blocks, and what stands between backticks."""
    for block in re.findall(r"^ *```.*?\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            yield re.sub(r"(^|\s)#.*", "", line).removeprefix("$ ").strip()
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose(text, keep_code=True))


def prose(text: str, *, keep_code: bool = False) -> str:
    """A document without its blocks, and without what stands between backticks."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    return text if keep_code else re.sub(r"`[^`\n]*`", "", text)


def settings() -> set[str]:
    """The names of the settings that the code reads."""
    return set(re.findall(r'"((?:DISCORD|BYEOL)_[A-Z_]+)"', (ROOT / "bot" / "settings.py").read_text("utf-8")))


def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def anchors(document: Path) -> set[str]:
    """The headings of a document, as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose(document.read_text("utf-8"), keep_code=True), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def accepts(arguments: str) -> bool:
    """Whether the command line takes these arguments."""
    try:
        parser().parse_args(shlex.split(arguments))
    except SystemExit as ended:
        return not ended.code  # --help and --version end well
    return True


async def test_the_page_of_commands_is_current() -> None:
    assert commands_page.PAGE.read_text("utf-8") == await commands_page.page(), f"docs/commands.md is old: {RENEW}"


async def test_the_picture_is_current() -> None:
    assert demo_picture.PICTURE.read_text("utf-8") == await demo_picture.picture(), f"docs/demo.svg is old: {RENEW}"


@pytest.mark.parametrize("document", ["README.md", "docs/demo.md"])
async def test_how_far_the_catalogue_reaches_is_true(document: str, tmp_path: Path) -> None:
    async with opened(tmp_path / "byeol.db") as database:
        await database.write(catalogue.apply, load_own(), LOADED)
        last = await database.read(events.latest, datetime.max.replace(tzinfo=UTC))
    assert last is not None
    day = last.event.when.first_day
    assert day is not None
    text = " ".join((ROOT / document).read_text("utf-8").split())
    assert f"{day.day} {day:%B %Y}" in text


def test_the_picture_asks_nothing_of_the_internet() -> None:
    svg = demo_picture.PICTURE.read_text("utf-8")
    assert re.findall(r"https?://[^\"\s]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "@font-face" not in svg
    assert "@import" not in svg


@pytest.mark.parametrize("place", [".env.example", "docs/operating.md"])
def test_every_setting_is_documented(place: str) -> None:
    named = set(re.findall(r"\b(?:DISCORD|BYEOL)_[A-Z_]+\b", (ROOT / place).read_text("utf-8")))
    assert settings() == named, f"{place} lacks {settings() - named}, or names what the code never reads"


@in_every_document
def test_links_lead_somewhere(document: Path) -> None:
    text = prose(document.read_text("utf-8"))
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]
    wrong: list[str] = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            wrong.append(link)
    assert not wrong, f"{document.name} has links that lead nowhere: {wrong}"


@in_every_document
def test_files_that_are_named_exist(document: Path) -> None:
    named = {
        word
        for line in code(document.read_text("utf-8"))
        for word in re.findall(r"(?<![\w/.])(?:bot|cogs|tests|scripts|bench|docs|requirements)/[\w./-]*", line)
    }
    wrong = sorted(path for path in named if not (ROOT / path).exists())
    assert not wrong, f"{document.name} names files that do not exist: {wrong}"


@in_every_document
def test_make_knows_what_it_is_asked_for(document: Path) -> None:
    asked = {
        word
        for line in code(document.read_text("utf-8"))
        if (match := re.match(r"make\s+(.*)", line))
        for word in shlex.split(match[1])
        if "=" not in word
    }
    assert asked <= targets(), f"{document.name}: the Makefile has no {asked - targets()}"


@in_every_document
def test_command_lines_are_accepted(document: Path) -> None:
    for line in code(document.read_text("utf-8")):
        installed = re.match(r"(?:.*\bbin/|docker compose run --rm )?byeol ([^&|;]+)", line)
        assert installed is None or accepts(installed[1]), f"{document.name}: `{line}` is not accepted"
        for module, rest in re.findall(r"python\d? -m ([\w.]+)([^&|;]*)", line.replace("\\python", "/python")):
            if module == "bot":
                assert accepts(rest), f"{document.name}: `{line}` is not accepted"
            elif module.partition(".")[0] in ("bench", "scripts"):
                assert find_spec(module), f"{document.name}: there is no module {module}"


def test_the_readme_has_the_test_command_that_ci_runs() -> None:
    run = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    shown = list(code(README.read_text("utf-8")))
    for command in ("make test", "make demo"):
        assert command in shown, f"README.md does not show `{command}`"
    assert "make test" in run
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (tests,) = re.findall(r'(?<=\$\(BIN\)/)(.* -m "not slow".*) \$\(ARGS\)', makefile)
    for folder in (".venv/bin/", ".venv\\Scripts\\"):
        assert folder + tests in shown, f"README.md does not show what `make test` runs: `{folder}{tests}`"
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert "run: bash .ci/run" in workflow
    assert "run: make demo" in workflow


OUT_OF_PLACE = {
    "a path of somebody's machine": r"/(?:home|Users)/\w|/(?:root\b|(?:work|tmp)/)|[A-Z]:\\",
    "the host of a package registry": r"\bpypi\b|pythonhosted|\bnpmjs\b|crates\.io|/simple/?\b",
    "a tracker or a meeting": r"\bissue\s*#|\bsessions?\b",
}


@in_every_document
@pytest.mark.parametrize("what", OUT_OF_PLACE)
def test_documents_speak_of_the_project_alone(document: Path, what: str) -> None:
    found = re.findall(OUT_OF_PLACE[what], document.read_text("utf-8"), re.IGNORECASE)
    assert not found, f"{document.name} names {what}: {found}"
