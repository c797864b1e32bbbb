"""MusicBrainz's JSON dumps, for those who would rather read a file than ask for each artist.

They are described at https://musicbrainz.org/doc/Development/JSON_Data_Dumps: for each kind of entity an archive such
as ``artist.tar.xz``, in which the file ``mbdump/artist`` has one document a line, of the web service's shape.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import tarfile
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from pydantic import TypeAdapter

from bot.providers.document import read
from bot.providers.musicbrainz import ABOUT, ARTIST_ORDER, RELEASE_GROUP_ORDER
from bot.providers.musicbrainz_mapping import ARTIST, Artist, ReleaseGroup, artist, release_group
from bot.providers.provider import Batch, Fetched, Held, Known
from bot.providers.service import ProviderError
from bot.providers.soundtracks import by_title, work_of
from bot.store.reading import stamp
from bot.store.record import Record

BATCH = 200
"""How many records are taken in at once."""
LINES = 100_000
"""After how many lines there is a batch even if nothing was found in them, so that a run need not read them again."""

NOT_CORE = ("annotation", "genres", "rating", "tags")
"""Fields of a document that are not under CC0 (https://musicbrainz.org/doc/About/Data_License)."""

_ARTIST = TypeAdapter(Artist)
_GROUP = TypeAdapter(ReleaseGroup)

_Read = Callable[[Mapping[str, object], str], Record | None]


class MusicBrainzFile:
    """MusicBrainz from one of its dumps. Files tell nothing of what is gone."""

    about = ABOUT

    def __init__(self, path: Path) -> None:
        self._path = path

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """See `Provider`. Files are always read as a whole. Reading happens in a thread, a batch at a time."""
        found = batches(self._path, known, cursor)
        while (batch := await asyncio.to_thread(next, found, None)) is not None:
            yield batch

    async def check(self) -> str:
        """See `Provider`. Looks for the file alone."""
        if not self._path.is_file():
            raise ProviderError(f"{self._path} is not a file")
        return f"{self._path.name} is there"


def batches(path: Path, known: Known, cursor: str | None = None) -> Iterator[Batch]:
    """Read a dump of artists or of release groups, whose name says which: ``artist.tar.xz``, ``release-group.jsonl``.

    Of artists, those are taken that the catalogue knows or that are Korean; of release groups, soundtracks of its
    works. These come without songs, so those that are held already, with songs, are left alone, as is what was fetched
    after the dump was written. The cursor is the number of lines that were read.

    Reads for minutes, and so belongs in a thread of its own. Raises `ProviderError` if it is no such file.
    """
    entity = path.name.partition(".")[0]
    if entity == "artist":
        mark, order, mapped = b"", ARTIST_ORDER, _artists(known)
    elif entity == "release-group":
        mark, order, mapped = b'"Soundtrack"', RELEASE_GROUP_ORDER, _release_groups(known)
    else:
        raise ProviderError(f"{path.name} is not a dump of artists or release groups by its name")
    done, fetched, number = json.loads(cursor) if cursor else 0, list[Fetched](), 0
    try:
        with _lines(path, entity) as (lines, written):
            for number, line in enumerate(lines, start=1):
                if number <= done:
                    continue
                record = mapped(*_document(line, f"{path.name} {number}")) if mark in line else None
                if record and not _is_newer(known.held.get(record.id), written):
                    fetched.append(Fetched(record, written, order))
                if len(fetched) == BATCH or number % LINES == 0:
                    yield Batch(json.dumps(number), fetched)
                    done, fetched = number, []
    except (OSError, EOFError, lzma.LZMAError, tarfile.TarError) as error:
        raise ProviderError(f"{path.name} cannot be read: {error}") from error
    if number > done:
        yield Batch(json.dumps(number), fetched, left=0)


def _is_newer(held: Held | None, written: str) -> bool:
    return held is not None and (held.version or "") >= written


@contextmanager
def _lines(path: Path, entity: str) -> Generator[tuple[IO[bytes], str], None, None]:
    """The lines of a dump, and when it was written (UTC, as stored)."""
    if path.suffix == ".jsonl":
        with path.open("rb") as lines:
            yield lines, _stamp(path.stat().st_mtime)
        return
    with tarfile.open(path, "r|xz") as archive:
        for member in archive:
            if member.name == f"mbdump/{entity}" and (lines := archive.extractfile(member)):
                yield lines, _stamp(member.mtime)
                return
    raise ProviderError(f"{path.name} has no file mbdump/{entity}")


def _stamp(seconds: float) -> str:
    return stamp(datetime.fromtimestamp(seconds, UTC))


def _document(line: bytes, name: str) -> tuple[Mapping[str, object], str]:
    """The core data of a document."""
    try:
        content = json.loads(line)
    except ValueError as error:
        raise ProviderError(f"{name} is not JSON") from error
    if not isinstance(content, dict):
        raise ProviderError(f"{name} has another shape than expected: not an object")
    document = cast("dict[str, object]", content)
    return {key: value for key, value in document.items() if key not in NOT_CORE}, name


def _artists(known: Known) -> _Read:
    ours = {*known.ids.get(ARTIST, ())}

    def mapped(document: Mapping[str, object], name: str) -> Record | None:
        if document.get("country") != "KR" and document.get("id") not in ours:
            return None
        return artist(read(_ARTIST, document, name))

    return mapped


def _release_groups(known: Known) -> _Read:
    titles = by_title(known.works)

    def mapped(document: Mapping[str, object], name: str) -> Record | None:
        group = read(_GROUP, document, name)
        soundtrack = work_of(group.title, group.first_release_date, titles)
        if soundtrack is None or "Soundtrack" not in group.secondary_types:
            return None
        record = release_group(group, soundtrack, None)
        return record if record.id not in known.held else None

    return mapped
