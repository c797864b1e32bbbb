"""The dashboard and the alerts: they ask for what the bot tells, and in a language that Prometheus understands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOON, World
from tests.web.asking import served

ROOT = Path(__file__).parent.parent.parent
DASHBOARD = ROOT / "packaging" / "grafana" / "byeol.json"
ALERTS = ROOT / "packaging" / "prometheus" / "alerts.yml"
RULE_TESTS = ROOT / "packaging" / "prometheus" / "alerts_test.yml"
DOCUMENT = ROOT / "docs" / "monitoring.md"


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"] if panel["type"] != "row"]


def metrics_in(file: Path) -> set[str]:
    """The names of metrics in a file, without what Prometheus adds to those of histograms."""
    names = set(re.findall(r"\b(?:byeol|process)_[a-z0-9_]*[a-z0-9]\b", file.read_text("utf-8")))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


async def told(world: World, tmp_path: Path) -> set[str]:
    async with served(world.bot, tmp_path / "byeol.db", lambda: NOON) as server:
        body = (await server.ask("/metrics")).body
    return set(re.findall(r"^# TYPE (\S+) ", body, re.MULTILINE))


@pytest.mark.parametrize("file", [DASHBOARD, ALERTS, RULE_TESTS, DOCUMENT], ids=lambda file: file.name)
async def test_every_metric_that_is_asked_for_is_told(world: World, tmp_path: Path, file: Path) -> None:
    named = metrics_in(file)
    assert named
    assert named - await told(world, tmp_path) == set()


async def test_every_metric_is_in_the_document_and_on_the_dashboard(world: World, tmp_path: Path) -> None:
    own = {name for name in await told(world, tmp_path) if name.startswith("byeol_")}
    assert own - metrics_in(DOCUMENT) == set()
    assert own - metrics_in(DASHBOARD) == set()


def test_the_dashboard_is_laid_out_without_gaps_or_overlaps() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert taken == {(x, y) for x in range(24) for y in range(max(y for _, y in taken) + 1)}
    assert len({panel["id"] for panel in panels()}) == len(panels())


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt install prometheus)")
    ran = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_prometheus_understands_the_alerts() -> None:
    promtool("check", "rules", str(ALERTS))


def test_each_alarm_rings_when_it_should_and_not_before() -> None:
    promtool("test", "rules", str(RULE_TESTS))
    rules = set(re.findall(r"- alert: (\w+)", ALERTS.read_text("utf-8")))
    assert rules == set(re.findall(r"alertname: (\w+)", RULE_TESTS.read_text("utf-8")))


def test_prometheus_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    rules = [
        {"record": "asked", "expr": target["expr"].replace("$__rate_interval", "5m").replace("$job", "byeol")}
        for panel in panels()
        for target in panel["targets"]
    ]
    file = tmp_path / "asked.yml"
    # JSON is YAML too.
    file.write_text(json.dumps({"groups": [{"name": f"{n}", "rules": [rule]} for n, rule in enumerate(rules)]}))
    promtool("check", "rules", "--lint=none", str(file))
