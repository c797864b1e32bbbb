"""Prints findings: for people, grouped and in colours on a terminal; for programs, as JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Console
from rich.text import Text

from bot.operations.finding import Finding, Level, total

_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}
_INDENT = " " * 11
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def show(out: Console, findings: Sequence[Finding], *, after: str = "") -> None:
    """Print one line for each finding, under the name of its group, and its remedy on the line below.

    `after`: the group that was printed last, which needs no heading again.
    """
    for group, members in groupby(findings, key=lambda finding: finding.group):
        if group != after:
            _line(out, Text(group, "bold"))
        for finding in members:
            show_one(out, finding)


def show_one(out: Console, finding: Finding) -> None:
    """Print one finding with its remedy."""
    _line(out, Text.assemble("  ", (f"{finding.level:<9}", _STYLES[finding.level]), _harmless(finding.text)))
    if finding.remedy:
        _line(out, Text(f"{_INDENT}→ {_harmless(finding.remedy)}"))


def show_total(out: Console, findings: Sequence[Finding]) -> None:
    """Print how many problems and warnings there are."""
    _line(out, Text.assemble("\n", total(findings)))


def write_json(findings: Sequence[Finding]) -> None:
    """Write all findings to standard output as a list of objects."""
    sys.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1) + "\n")


def _line(out: Console, text: Text) -> None:
    # Wrapped by the terminal alone: a line stays one that can be searched and copied.
    out.print(text, soft_wrap=True)


def _harmless(text: str) -> str:
    """Without what a terminal would obey: names of servers are anybody's words."""
    return _CONTROL.sub("?", text)
