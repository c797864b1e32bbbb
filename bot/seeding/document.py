"""A parsed seed file, with the position of each value."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path as File
from typing import cast

from bot.seeding import positions
from bot.seeding.positions import Path

_NAMES = ("slug", "text", "attribute", "person")
"""The keys that best identify an entry of a list."""
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_PLAIN = {
    "Cannot overwrite a value": "this key was given before",
    "Duplicate inline table key": "a table in braces has this key twice:",
    "Cannot declare": "this table was begun before; each entry of a list of tables begins with [[ ]]:",
    "Cannot mutate immutable namespace": "this was given as a whole before, and cannot be added to:",
    "Invalid statement": "expected key = value, [table] or [[table]]",
    "Invalid value": "expected a value after the equals sign: words need quotes",
    "Expected newline or end of document after a statement": "expected the end of the line after the value",
}
"""`tomllib`'s messages, in plainer words."""
_TUPLE = re.compile(r"\((?P<keys>'[^)]*'),?\)")


class UnreadableError(Exception):
    """A file that is not valid TOML, with the reason on one line."""


@dataclass(frozen=True)
class Document:
    """A TOML file."""

    file: File
    text: str
    content: Mapping[str, object]

    @cached_property
    def _lines(self) -> Mapping[Path, int]:
        return positions.lines(self.text)

    def line(self, path: Path) -> int:
        """The line of a path, from 1; if nothing is there, the line of the enclosing table or list."""
        return self._lines.get(path) or self.line(path[:-1])

    def problem(self, path: Path, words: str) -> str:
        """A problem at a path, on one line: file, line, place, problem."""
        place, named = self._resolve(path)
        return f"{self.file}:{self.line(place)}: " + (f"{named}: {words}" if named else words)

    def _resolve(self, path: Path) -> tuple[Path, str]:
        """The path as the file has it, with short forms resolved, and its description in words."""
        here = cast("object", self.content)
        real: Path = ()
        words = ""
        for step in path:
            if isinstance(step, int) and isinstance(here, list):
                here = cast("list[object]", here)[step]
                words += f"[{_label(here, step)}]"
                real = (*real, step)
            elif isinstance(here, dict):  # names may be a table by language instead of a list
                table = cast("dict[str, object]", here)
                key = list(table)[step] if isinstance(step, int) else step
                here = table.get(key)
                words += f".{key}" if words else key
                real = (*real, key)
            else:
                break
        return real, words


def _label(entry: object, index: int) -> str:
    """The label of a list's entry: its slug or the like, else its number from 1."""
    named = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    name = next((named[key] for key in _NAMES if isinstance(named.get(key), str)), None)
    return written(name)[1:-1] if name else str(index + 1)


def written(value: object) -> str:
    """A value as TOML writes it; tables and lists are only named."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value if len(value) <= 80 else f"{value[:80]}...", ensure_ascii=False)
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case Mapping():
            return "a table"
        case Sequence():
            return "a list"
        case _:
            return str(value)


def read(file: File) -> Document:
    """Read a file. Raises `UnreadableError`."""
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{error.object[error.start]:02x}"
        raise UnreadableError(f"{file}:{line}: expected UTF-8, {found}: save the file as UTF-8") from None
    try:
        return Document(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(f"{file}:{_explain(str(error), text)}") from None
    except (RecursionError, ValueError) as error:  # deeply nested brackets, or an endless number
        raise UnreadableError(f"{file}: not a file that can be read: {error}") from None


def _explain(problem: str, text: str) -> str:
    """`tomllib`'s message, with the line first and without Python terms."""
    at = _AT.search(problem)
    lines = text.split("\n")
    line = int(at["line"]) if at and at["line"] else len(lines)
    words = _TUPLE.sub(lambda match: ".".join(re.findall("'([^']*)'", match["keys"])), _AT.sub("", problem))
    if words.startswith("Invalid date") and (found := re.search(r"\d{4}-\d\d-\d\d", lines[line - 1])):
        return f"{line}: there is no day {found[0]}"
    if at and not at["line"]:
        return f"{line}: the file ends too early: a bracket or a quotation mark is not closed"
    for start, plain in _PLAIN.items():
        if words.startswith(start):
            words = plain + words[len(start) :].removesuffix(" twice")
    return f"{line}: not valid TOML: {words[0].lower()}{words[1:]}"
