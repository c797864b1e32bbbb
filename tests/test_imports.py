"""Who may know whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("bot", "cogs")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
MODULES = pytest.mark.parametrize("module", sorted(FILES))

PURE = frozenset(
    {
        "bot.catalogue",
        "bot.catalogue.licence",
        "bot.catalogue.month_day",
        "bot.catalogue.model",
        "bot.catalogue.romanise",
        "bot.errors",
        "bot.announcements.hours",
        "bot.announcements.outcome",
        "bot.announcements.schedule",
        "bot.announcements.subscription",
        "bot.catalogue.when",
    }
)
STORE = ("bot.store",)
DISCORD = (
    *("bot.announcements.channels", "bot.announcements.permissions", "bot.announcements.publisher", "bot.client"),
    "bot.discord_internals",
    *("bot.interactions", "bot.operations.online", "bot.operations.portal", "bot.render", "bot.web", "bot.demo"),
    *("bot.__main__", "bot.running", "bot.cluster.gateway", "cogs"),
)

SQLITE = ("bot.store.sqlite", "bot.store.dialect")

WORDING = ("bot.render.headlines", "bot.render.vocabulary", "bot.render.wording")
"""Words for any medium: they know neither Discord's markup nor the modules that add it."""

WINGS = (
    (
        *("bot", "bot.apart", "bot.catalogue", "bot.errors", "bot.installation", "bot.text", "bot.logs", "bot.metrics"),
        "bot.settings",
    ),
    ("bot.search", "bot.announcements", "bot.occasions"),
    ("bot.store",),
    ("bot.render", "bot.seeding", "bot.providers", "bot.cluster"),
    ("bot.announcements.outlook", "bot.announcements.publisher", "bot.interactions", "bot.web"),
    ("bot.operations",),
    ("bot.client",),
    ("bot.running", "cogs"),
    ("bot.demo",),
    ("bot.__main__",),
)
"""From the ground up: a module may use its own wing and those beneath it. The longest name that fits counts."""


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text("utf-8"), str(FILES[module]))


def within(module: str, *parents: str) -> bool:
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


@cache
def imported(module: str, *, for_types: bool = True) -> frozenset[str]:
    """The modules that a module imports anywhere in it; `for_types`: also those that only its annotations name."""
    return frozenset(_imported(module, tree(module), for_types=for_types))


def _imported(module: str, node: ast.AST, *, for_types: bool) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (name.name for name in names)
        case ast.ImportFrom(parent, names, level):
            assert level == 0, f"{module} imports relatively"
            assert parent is not None
            inner = [f"{parent}.{name.name}" for name in names]
            yield from (full if full in FILES else parent for full in inner)
        case ast.If(ast.Name("TYPE_CHECKING"), _, otherwise) if not for_types:
            for child in otherwise:
                yield from _imported(module, child, for_types=for_types)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imported(module, child, for_types=for_types)


def test_the_rule_is_about_modules_that_are_there() -> None:
    assert set(FILES) >= PURE
    for parent in (*STORE, *DISCORD):
        assert any(within(module, parent) for module in FILES), parent


@pytest.mark.parametrize("module", sorted(PURE))
def test_rules_know_the_standard_library_and_each_other_only(module: str) -> None:
    for name in imported(module, for_types=module != "bot.errors"):
        assert name in PURE or name.partition(".")[0] in sys.stdlib_module_names, name


@MODULES
def test_each_engine_is_known_to_its_side_of_the_store_only(module: str) -> None:
    names = {name.partition(".")[0] for name in imported(module)}
    assert "aiosqlite" not in names or module in ("bot.store.sqlite.engine", "bot.store.sqlite.thread")
    assert "sqlite3" not in names or within(module, *SQLITE)
    assert "psycopg" not in names or within(module, "bot.store.postgres")


@MODULES
def test_postgresql_is_loaded_by_the_database_alone_and_only_when_asked_for(module: str) -> None:
    asked = {name for name in imported(module) if within(name, "bot.store.postgres")}
    assert not asked or within(module, "bot.store.postgres", "bot.store.database")
    if module == "bot.store.database":
        assert not [
            node for node in tree(module).body if isinstance(node, ast.ImportFrom) and "postgres" in (node.module or "")
        ]


@MODULES
def test_sql_is_written_in_the_database_and_the_store_only(module: str) -> None:
    if within(module, *STORE):
        return
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not node.value.startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA ")), node.lineno


@MODULES
def test_discord_is_known_where_it_is_spoken_to_only(module: str) -> None:
    names = {name.partition(".")[0] for name in imported(module)}
    assert "discord" not in names or within(module, *DISCORD)


@pytest.mark.parametrize("module", WORDING)
def test_words_for_any_medium_know_no_discord_not_even_around_a_corner(module: str) -> None:
    known, found = {module}, [module]
    for one in found:
        new = {name for name in imported(one) if name not in known}
        known |= new
        found += [name for name in new if name in FILES]
    assert not [name for name in known if name.partition(".")[0] == "discord"]
    assert "bot.text" in known


@MODULES
def test_the_environment_is_read_by_the_settings_only(module: str) -> None:
    assert "dotenv" not in imported(module) or module in ("bot.settings", "bot.operations.env_file")
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            assert module == "bot.settings", node.lineno


@pytest.mark.parametrize("module", [module for module in sorted(FILES) if within(module, "bot.render")])
def test_drawing_waits_for_nothing_and_knows_no_store(module: str) -> None:
    for name in imported(module):
        assert not within(name, "bot.store", "bot.store.database", "bot.client", "asyncio", "aiohttp"), name
    waiting = (ast.Await, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith)
    for node in ast.walk(tree(module)):
        assert not isinstance(node, waiting), getattr(node, "lineno", None)


@MODULES
def test_nothing_knows_the_cogs_not_even_they_each_other(module: str) -> None:
    assert not [name for name in imported(module) if within(name, "cogs")]


@MODULES
def test_nothing_that_is_shipped_knows_the_tests(module: str) -> None:
    assert not [name for name in imported(module) if within(name, "tests", "bench", "scripts", "pytest")]


@MODULES
def test_only_the_demo_needs_the_simulated_discord(module: str) -> None:
    assert "simcord" not in imported(module) or within(module, "bot.demo")


@MODULES
def test_only_the_command_line_knows_the_demo(module: str) -> None:
    assert within(module, "bot.demo", "bot.__main__") or not [
        name for name in imported(module) if within(name, "bot.demo")
    ]


def level(module: str) -> int:
    found = {len(wing): at for at, wings in enumerate(WINGS) for wing in wings if within(module, wing)}
    return found[max(found)]


@MODULES
def test_a_wing_knows_only_wings_beneath_it(module: str) -> None:
    own = {name for name in imported(module, for_types=module != "bot.errors") if name in FILES}
    assert {name for name in own if level(name) > level(module)} == set()


def test_no_modules_need_each_other_not_even_for_types() -> None:
    waits = {module: {name for name in imported(module) if name in FILES} for module in FILES}
    while ready := {module for module, names in waits.items() if not names & waits.keys() - {module}}:
        for module in ready:
            del waits[module]
    assert waits == {}
