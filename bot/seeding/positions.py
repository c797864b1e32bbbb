"""The line numbers of values in a TOML file.

Neither `tomllib` nor tomlkit reports the lines of what it parses, so this scans the text a second time, once a problem
is found in it. It scans valid TOML only: it looks for keys and brackets and checks nothing.
"""

from __future__ import annotations

import bisect
import re
import tomllib

Path = tuple[str | int, ...]
"""The keys that lead to a value from the top of a file, with the index (from 0) of each list's entry."""

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"""\s*(?P<bare>[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')\s*(?P<dot>\.?)""", re.ASCII)
_STRING = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3}(?!") | '{3}.*?'{3}(?!') | "(?:[^"\\]|\\.)*" | '[^']*'""", re.DOTALL | re.VERBOSE
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, on which each key, table and list entry of a valid TOML file begins."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {(): 1}
        self._starts = [match.end() for match in re.finditer("\n", text)]
        self._tables: dict[Path, int] = {}
        """The number of tables in each ``[[list]]`` so far."""

    def document(self) -> None:
        table: Path = ()
        while self._next():
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._entry(self._header())
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._header()
                self.at += 1
            else:
                self._assignment(table)

    def _next(self) -> str:
        """Skip whitespace and comments, and return the next character; empty at the end."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _mark(self, path: Path, at: int) -> None:
        self.found.setdefault(path, bisect.bisect(self._starts, at) + 1)

    def _header(self) -> Path:
        """The table that a header names: in a list of tables, the latest one."""
        start = self.at
        path: Path = ()
        keys = self._keys()
        for number, key in enumerate(keys, start=1):
            path = (*path, key)
            self._mark(path, start)
            if number < len(keys) and path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _entry(self, path: Path) -> Path:
        """Count a new table in a list of tables, and return its path."""
        index = self._tables.get(path, 0)
        self._tables[path] = index + 1
        self._mark((*path, index), self.at)
        return (*path, index)

    def _keys(self) -> list[str]:
        """Parse a dotted key into its parts."""
        keys: list[str] = []
        while match := _KEY.match(self.text, self.at):
            self.at = match.end()
            key = match["bare"]
            keys.append(next(iter(tomllib.loads(f"{key} = 0"))) if key[0] in "\"'" else key)
            if not match["dot"]:
                break
        return keys

    def _assignment(self, path: Path) -> None:
        start = self.at
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        match self._next():
            case "[":
                self._inside(path, "]")
            case "{":
                self._inside(path, "}")
            case _:
                match = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
                self.at = match.end() if match else len(self.text)

    def _inside(self, path: Path, end: str) -> None:
        """Scan the entries of a list or of an inline table."""
        self.at += 1
        index = 0
        while (character := self._next()) and character != end:
            if character == ",":
                self.at += 1
            elif end == "}":
                self._assignment(path)
            else:
                self._mark((*path, index), self.at)
                self._value((*path, index))
                index += 1
        self.at += 1
