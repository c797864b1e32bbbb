"""Wikidata's documents from files: its dumps, or any extract of them, instead of its API.

A dump is an array with one document a line, ``[`` and ``]`` on lines of their own and commas at the ends of lines
(https://www.wikidata.org/wiki/Wikidata:Database_download); JSON lines are read as well. Files may be compressed by
gzip or bzip2. They are larger than memory, and one document in thousands is of our field: so lines are read one at a
time, and parsed only if their bytes name something that matters.
"""

from __future__ import annotations

import asyncio
import bz2
import gzip
import json
import logging
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from bot.catalogue.model import Kind
from bot.providers import wikidata_items as items
from bot.providers.provider import Batch, Fetched, Known
from bot.providers.service import ProviderError
from bot.providers.wikidata import ABOUT, ORDER, Mark
from bot.providers.wikidata_document import Entity
from bot.providers.wikidata_mapping import kind_of, record_of, references

log = logging.getLogger(__name__)

ENDINGS = (".json", ".jsonl", ".json.gz", ".jsonl.gz", ".json.bz2", ".jsonl.bz2")
LINES, RECORDS = 50_000, 200
"""A batch ends after so many lines, or so many records."""

Wanted = Callable[[bytes], object]
"""Whether a line may be of interest, by its bytes."""


class Line(NamedTuple):
    """A line of a file, counted from 1, with the document in it; None if the line is of no interest."""

    number: int
    document: object | None
    damaged: bool = False


def files(path: Path) -> list[Path]:
    """The files of a folder that may be dumps, sorted by name, or the one file.

    Raises `ProviderError` if there are none.
    """
    found = sorted(at for at in path.iterdir() if at.name.endswith(ENDINGS)) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise ProviderError(f"no files of Wikidata at {path}: their names end in {', '.join(ENDINGS)}")
    return found


def documents(path: Path, wanted: Wanted) -> Iterator[Line]:
    """The lines of a file. Raises `ProviderError` if it cannot be read to its end, as when a download broke off."""
    number = 0
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                text = line.strip().rstrip(b",")
                if text in (b"", b"[", b"]") or not wanted(text):
                    yield Line(number, None)
                    continue
                try:
                    document = json.loads(text)
                except ValueError:
                    document = None
                yield Line(number, document, damaged=not isinstance(document, dict))
    except EOFError as error:
        raise ProviderError(f"{path.name} ends in the middle, after line {number}: get it again") from error
    except (OSError, zlib.error) as error:
        raise ProviderError(f"{path.name} cannot be read after line {number}: {error}") from error


def _opened(path: Path) -> gzip.GzipFile | bz2.BZ2File | BufferedReader:
    if path.suffix == ".gz":
        return gzip.GzipFile(path)
    return bz2.BZ2File(path) if path.suffix == ".bz2" else path.open("rb")


_OF_OUR_FIELD = re.compile(b'"(%s)"' % "|".join((items.SOUTH_KOREA, items.K_POP, *items.BROADCASTERS)).encode())
_HEAD = re.compile(rb'\{\s*"type"\s*:\s*"item"\s*,\s*"id"\s*:\s*"(Q\d+)"')
"""How the lines of a dump begin. Documents in another order of keys are parsed before their id is known."""


class _Cursor(BaseModel):
    half: int
    file: str
    line: int


@dataclass(slots=True)
class _Reading:
    """What one run has learned: the named items by id, what names them, and the lines that could not be parsed."""

    held: dict[str, Mark]
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    naming: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    groups: set[str] = field(default_factory=set[str])

    def first(self, document: object) -> Fetched | None:
        """A work or a group; whom it names is noted. So are soloists, who need nobody to name them."""
        entity = Entity(document)
        kind = kind_of(entity)
        if kind is Kind.PERSON and items.K_POP in entity.items("P136"):
            self.kinds[entity.id] = Kind.PERSON
        if kind is not Kind.WORK and kind is not Kind.GROUP:
            return None
        if kind is Kind.GROUP:
            self.groups.add(entity.id)
        for id_, named in references(entity, kind):
            if id_ not in self.groups and self.kinds.get(id_) is not Kind.PERSON:
                self.kinds[id_] = named
            self.naming.setdefault(id_, set()).add(entity.id)
        return self._fetched(entity, kind)

    def second(self, document: object) -> Fetched | None:
        """A person, an organisation or a character that was named."""
        entity = Entity(document)
        kind = self.kinds.get(entity.id)
        return self._fetched(entity, kind) if kind and kind_of(entity) not in (Kind.WORK, Kind.GROUP) else None

    def names(self, line: bytes) -> bool:
        """Whether the line may be the document of a named item."""
        head = _HEAD.match(line)
        return head is None or head[1].decode() in self.kinds

    def _fetched(self, entity: Entity, kind: Kind) -> Fetched | None:
        held = self.held.get(entity.id)
        if held and held.revision.isdecimal() and int(held.revision) >= (entity.revision or 0):
            return None  # a dump may be older than what is held
        record = record_of(entity, kind, self.naming.get(entity.id, ()), self.groups)
        if record is None:
            return None
        return Fetched(record, str(Mark(str(entity.revision), kind)) if entity.revision else None, ORDER[kind])


class WikidataFiles:
    """Wikidata from a file or a folder of files: read twice, since works come after the people they name too.

    `damaged` names the lines that could not be parsed. Files tell nothing of what is gone.
    """

    about = ABOUT

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged: dict[str, None] = {}

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """See `Provider`. Files are always read as a whole. Reading happens in a thread, a batch at a time."""
        batches = self._batches(known, cursor)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            yield batch
        if self.damaged:
            log.warning("%d damaged lines were left out, the first is %s", len(self.damaged), next(iter(self.damaged)))

    async def check(self) -> str:
        """See `Provider`. Reads the first document alone."""
        found = await asyncio.to_thread(files, self._path)
        line = await asyncio.to_thread(_first_document, found[0])
        if line is None:
            raise ProviderError(f"{found[0].name} has no documents")
        names = ", ".join(path.name for path in found)
        return f"Wikidata: {names}, the first document is {Entity(line.document).id}"

    def _batches(self, known: Known, cursor: str | None) -> Iterator[Batch]:
        self.damaged.clear()
        start = _place(cursor)
        reading = _Reading({id_: Mark.parse(held.version) for id_, held in known.held.items()})
        paths = files(self._path)
        for half, (wanted, read) in enumerate(((_OF_OUR_FIELD.search, reading.first), (reading.names, reading.second))):
            for place, path in enumerate(paths):
                if half > 0 and (half, path.name) < start[:2]:
                    continue
                fetched: list[Fetched] = []
                begun = number = 0
                for number, document, damaged in documents(path, wanted):
                    if damaged:
                        self.damaged[f"{path.name}:{number}"] = None
                    found = read(document) if document is not None and not damaged else None
                    if (half, path.name, number) <= start:
                        begun = number  # stored before; the first half was read for whom it names
                        continue
                    if found:
                        fetched.append(found)
                    if len(fetched) >= RECORDS or number - begun >= LINES:
                        yield Batch(_cursor(half, path, number), fetched)
                        fetched, begun = [], number
                if (half, path.name, number) > start:
                    left = len(paths) * (2 - half) - place - 1
                    yield Batch(_cursor(half, path, number), fetched, left=left)


def _first_document(path: Path) -> Line | None:
    return next(
        (line for line in documents(path, lambda _: True) if line.document is not None and not line.damaged), None
    )


def _cursor(half: int, path: Path, line: int) -> str:
    return _Cursor(half=half, file=path.name, line=line).model_dump_json()


def _place(cursor: str | None) -> tuple[int, str, int]:
    """Where to go on; at the start if there is no cursor, or one that this version does not know."""
    try:
        found = _Cursor.model_validate_json(cursor or "")
    except ValueError:
        return (-1, "", 0)
    return (found.half, found.file, found.line)
