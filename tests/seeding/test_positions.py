"""On which line of a file something stands."""

from __future__ import annotations

import tomllib
from typing import cast

import pytest
from hypothesis import given, settings

from bot.seeding.positions import Path, lines
from tests.seeding.test_loader import DOCUMENTS, toml

FILE = '''\
# A file with [[ something ]] = { of } "everything".
top = "a # b"
[[works]]
slug = "first" # = { ] }
names = [
    "One", # [
    { text = "Two, ] }", "kind" = 'form"er' },

    """
Three "quoted" ""\\"""""",
]
a.b . "c d" = 1

[works.inner]
key = 2031-02-03

[[works.cast]]
person = "a"
[[works.cast]]
person = "b"
role = [[1, 2], [{ x = 1.5, y = [
    3] }]]

[[works]]
slug = \'\'\'
second\'\'\'
last = true
[[works.cast]]
"per\\u0073on" = 1_000'''

PLACES = {
    (): 1,
    ("top",): 2,
    ("works",): 3,
    ("works", 0): 3,
    ("works", 0, "slug"): 4,
    ("works", 0, "names"): 5,
    ("works", 0, "names", 0): 6,
    ("works", 0, "names", 1): 7,
    ("works", 0, "names", 1, "text"): 7,
    ("works", 0, "names", 1, "kind"): 7,
    ("works", 0, "names", 2): 9,
    ("works", 0, "a"): 12,
    ("works", 0, "a", "b"): 12,
    ("works", 0, "a", "b", "c d"): 12,
    ("works", 0, "inner"): 14,
    ("works", 0, "inner", "key"): 15,
    ("works", 0, "cast"): 17,
    ("works", 0, "cast", 0): 17,
    ("works", 0, "cast", 0, "person"): 18,
    ("works", 0, "cast", 1): 19,
    ("works", 0, "cast", 1, "person"): 20,
    ("works", 0, "cast", 1, "role"): 21,
    ("works", 0, "cast", 1, "role", 0): 21,
    ("works", 0, "cast", 1, "role", 0, 0): 21,
    ("works", 0, "cast", 1, "role", 0, 1): 21,
    ("works", 0, "cast", 1, "role", 1): 21,
    ("works", 0, "cast", 1, "role", 1, 0): 21,
    ("works", 0, "cast", 1, "role", 1, 0, "x"): 21,
    ("works", 0, "cast", 1, "role", 1, 0, "y"): 21,
    ("works", 0, "cast", 1, "role", 1, 0, "y", 0): 22,
    ("works", 1): 24,
    ("works", 1, "slug"): 25,
    ("works", 1, "last"): 27,
    ("works", 1, "cast"): 28,
    ("works", 1, "cast", 0): 28,
    ("works", 1, "cast", 0, "person"): 29,
}


def paths(value: object, path: Path = ()) -> set[Path]:
    """Every place of what a file says."""
    found: set[Path] = {path}
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            found |= paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            found |= paths(inner, (*path, index))
    return found


def test_each_place_has_its_line() -> None:
    assert paths(tomllib.loads(FILE)) == PLACES.keys()
    assert lines(FILE) == PLACES


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_whatever_can_be_read_has_a_line(document: dict[str, object]) -> None:
    content = "".join(f"# comment\n{key} = {toml(value)}\n" for key, value in document.items())
    found = lines(content)
    assert found.keys() == paths(tomllib.loads(content))
    for number, key in enumerate(document, start=1):
        assert {line for path, line in found.items() if path[:1] == (key,)} == {2 * number}


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing", "[a]", "[[a]]", "[ a . 'b' ]\n"])
def test_little_is_no_trouble(content: str) -> None:
    assert lines(content).keys() == paths(tomllib.loads(content))
