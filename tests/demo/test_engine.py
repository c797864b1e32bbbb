"""simcord's private parts: only one module touches them, and they are what that module was written for."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
import simcord
from simcord.preview import Preview

from bot import demo
from bot.demo import engine
from bot.errors import StartError

ROOT = Path(__file__).parents[2]
ADAPTER = ROOT / "bot" / "demo" / "engine.py"
FILES = [
    path
    for folder in ("bot/demo", "scripts", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name != "test_adapters.py"  # which is about the private parts of other libraries
]
"""Everything that knows the simulated Discord."""
OFFERED = ("_replace", "_exit")
"""What named tuples and `os` offer to everyone, although it begins with an underscore."""


def private(tree: ast.AST) -> Iterator[str]:
    """The private names of simcord's modules that are imported, and those of other objects that are reached for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "simcord":
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (name for name in names if name.startswith("_"))
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            inherited = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
            if not own and not inherited and node.attr not in OFFERED:
                yield ast.unparse(node)


def test_only_the_adapter_touches_what_is_private() -> None:
    assert list(private(ast.parse(ADAPTER.read_text("utf-8"))))
    users = {path: found for path in FILES if (found := [*private(ast.parse(path.read_text("utf-8")))])}
    others = {path.relative_to(ROOT).as_posix(): found for path, found in users.items() if path != ADAPTER}
    assert others == {}


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (simcord.Env, "_settle_internal", "timeout idle dispatch _deadline"),
        (Preview, "_publish", "page reason"),
        (Preview, "_viewer", "viewer_id"),
        (Preview, "_open_page", "viewer_id target_id"),
        (Preview, "_initial_target", "viewer channel_id"),
        (Preview, "_action", "context_id body"),
        (Preview, "_finish_action", "page action settlement cursor error interaction extra_diagnostics"),
        (Preview, "_get_page", "context_id"),
        (Preview, "_advance_presentation_time", ""),
        (engine.PreviewServer, "_static", "request"),
        (engine.PreviewServer, "_index", "request"),
        (engine.PreviewServer, "_allowed_hosts", ""),
    ],
)
def test_the_private_parts_are_where_they_were(owner: type, name: str, parameters: str) -> None:
    assert list(inspect.signature(getattr(owner, name)).parameters) == ["self", *parameters.split()]


def test_another_version_is_refused_before_anything_of_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    demo.check()
    monkeypatch.setattr(demo, "SIMCORD", "9.9.9")
    with pytest.raises(StartError, match=r"needs simcord 9\.9\.9, found 3\.2\.1.*requirements/demo\.txt"):
        demo.main(transcript=True)


def test_the_version_is_the_one_that_is_pinned() -> None:
    pin = f"simcord=={demo.SIMCORD}"
    assert f'"{pin}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert pin in (ROOT / "requirements" / "demo.txt").read_text("utf-8").split()
