"""The image and the service, as far as reading them can tell: they name what is there, and keep to what was decided."""

from __future__ import annotations

import json
import re
import tomllib
from configparser import ConfigParser, SectionProxy
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
IMAGE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")


def instructions(name: str) -> list[str]:
    """What follows an instruction of the Dockerfile, wherever it stands, on one line each."""
    return re.findall(rf"^ *{name} (.*)$", re.sub(r" *\\\n *", " ", IMAGE), re.MULTILINE)


def sources() -> list[str]:
    """What the image copies from the repository."""
    return [name for copied in instructions("COPY") if "--from" not in copied for name in copied.split()[:-1]]


def needed() -> set[str]:
    """What Byeol is built from, by pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    licences = {name for name in project["project"]["license-files"] if "/" not in name}
    return {"pyproject.toml", project["project"]["readme"], *licences, *wheel["packages"], *wheel["force-include"]}


@pytest.mark.parametrize("name", sources())
def test_the_image_is_made_of_what_is_there(name: str) -> None:
    assert (ROOT / name).exists()
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    assert any(fnmatch(name, pattern) for pattern in kept), f".dockerignore leaves {name} out"


def test_the_image_has_all_that_byeol_is_built_from() -> None:
    assert set(sources()) >= needed()


def test_the_python_of_the_image_is_one_that_is_tested() -> None:
    (version,) = {base.split()[0].removeprefix("python:").removesuffix("-slim") for base in instructions("FROM")}
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    tested = re.search(r"python: (\[.*\])", workflow)
    assert tested is not None
    assert version in json.loads(tested[1])


def test_the_image_runs_as_nobody_in_particular_and_can_be_told_to_stop() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert instructions("ENTRYPOINT") == ['["byeol"]']  # in exec form: a shell would keep the signal to itself
    assert "--require-hashes" in IMAGE


def test_the_health_check_asks_the_port_that_the_image_opens() -> None:
    (check,) = instructions("HEALTHCHECK")
    health = check.partition(" CMD ")[2]
    port = re.search(r"BYEOL_WEB=[\d.]+:(\d+)", IMAGE)
    assert port is not None
    assert f"http://127.0.0.1:{port[1]}/healthz" in health
    assert instructions("EXPOSE") == [port[1]]
    compile(json.loads(health)[-1], "the health check", "exec")


def test_the_containers_may_change_nothing_but_the_data() -> None:
    for line in ("read_only: true", "cap_drop:\n      - ALL", "no-new-privileges:true", "- data:/data", "- /tmp"):
        assert line in COMPOSE
    assert re.search(r"^    profiles:\n      - postgres$", COMPOSE, re.MULTILINE)


def service() -> SectionProxy:
    """What systemd is told of the bot."""
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "packaging" / "byeol.service", "utf-8")
    return unit["Service"]


def test_the_service_stops_where_trying_again_cannot_help() -> None:
    found = service()
    assert PurePosixPath(found["ExecStart"].split()[0]).name == "byeol"
    assert found["Restart"] == "on-failure"
    assert found["RestartPreventExitStatus"] == "2"  # and not 75, with which Discord could not be reached
    assert found["User"] == found["StateDirectory"] == "byeol"


def test_the_service_drains_before_it_is_started_again_and_is_stopped_at_once() -> None:
    assert service()["RestartKillSignal"] == "SIGUSR1"
    assert "KillSignal" not in service()  # SIGTERM, then
