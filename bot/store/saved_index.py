"""The search index in a file beside the database, so that a start need not build it.

A file is used only if three things hold. It is whole: its last bytes are a digest of the others. It was made by the
same code (`_form`): an update that changes how names are compared makes another index. And the database knows it: each
saved file carries a random token, and the database holds the tokens of the last few, each with the serial number of
the last change in that index. A database that was replaced, or restored from a backup made before the file, does not
know its token; one restored from a later backup does, and has every change up to that number. Later changes are
read from the database.

The digest finds damage, not malice. The file holds what the database holds and is trusted as much: whoever can write
one can write the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import marshal
import os
import secrets
import struct
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from io import FileIO
from pathlib import Path

from bot import installation, search
from bot.address import Address
from bot.catalogue.model import Kind
from bot.search.memory import Block, Data, release_incrementally
from bot.store import names, reading
from bot.store.connection import Connection
from bot.store.database import Database

log = logging.getLogger(__name__)

_MAGIC = b"Byeol index\n"
_HEAD = struct.Struct("<12s32s16sI")
"""What it is, the form, the token, and the number of blocks, whose sizes follow; then the blocks; then the digest."""
_MOST_BLOCKS = 1000
_DIGEST = 32
_PART = 1 << 22
"""Bytes read or written at a time. The GIL is released meanwhile."""
_TOKENS = 4
"""Tokens that the database keeps: several, since a save may end before its file replaces the one before."""


def beside(database: Address) -> Path:
    """Where the index of a database is saved: beside a file, or in the data folder for what is on a server."""
    if isinstance(database, Path):
        return database.with_name(f"{database.name}.index")
    return installation.data_folder() / f"{database.file_name}.index"


async def load(database: Database, path: Path) -> tuple[int, list[Block]] | None:
    """The saved memory of an index, and the serial number of the last change in it; None if no file can be used."""
    serials = await database.read(_serials)
    try:
        return await asyncio.to_thread(_read, path, serials)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("The saved search index cannot be read, so it is built: %s", error)
        return None


async def save(database: Database, path: Path, data: Sequence[Data], serial: int) -> None:
    """Save an index that has every change up to a serial number. A failure is logged: the next start takes longer."""
    partial = path.with_name(f"{path.name}.partial")
    token = secrets.token_bytes(16)
    try:
        await asyncio.to_thread(_write, partial, token, data)
        # The token first: whenever the process ends, the file that is there is known.
        await database.write(_remember, token, serial)
        await asyncio.to_thread(partial.replace, path)
    except Exception as error:  # whatever the disk or the database says: nothing depends on it
        log.warning("The search index cannot be saved, so the next start has to build it: %s", error)


def _serials(connection: Connection) -> dict[bytes, int]:
    return dict(connection.execute("SELECT token, serial FROM saved_index").fetchall())


def _remember(connection: Connection, token: bytes, serial: int) -> None:
    connection.execute("INSERT INTO saved_index (token, serial) VALUES (?, ?)", (token, serial))
    connection.execute("DELETE FROM saved_index WHERE id <= (SELECT max(id) FROM saved_index) - ?", (_TOKENS,))


@cache
def _form() -> bytes:
    """A digest of all that decides what an index looks like: the code that makes it, and what that code rests on."""
    digest = hashlib.blake2b(digest_size=32)
    rests_on = (*Kind, sys.byteorder, sys.version, marshal.version, unicodedata.unidata_version)
    digest.update(repr(rests_on).encode())
    for folder in search.__path__:
        for module in sorted(Path(folder).glob("*.py")):
            digest.update(module.read_bytes())
    for module in (names, reading):
        digest.update(Path(module.__file__ or "").read_bytes())
    return digest.digest()


def _write(path: Path, token: bytes, data: Sequence[Data]) -> None:
    views = [memoryview(part) for part in data]
    head = _HEAD.pack(_MAGIC, _form(), token, len(views)) + struct.pack(f"<{len(views)}Q", *(v.nbytes for v in views))
    digest = hashlib.blake2b(head, digest_size=_DIGEST)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as file:
            file.write(head)
            for part in _parts(views):
                digest.update(part)
                file.write(part)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _parts(views: Sequence[memoryview]) -> Iterator[memoryview]:
    for view in views:
        if view.nbytes:  # an empty one has no bytes to cast to
            octets = view.cast("B")
            for start in range(0, len(octets), _PART):
                yield octets[start : start + _PART]


def _read(path: Path, serials: Mapping[bytes, int]) -> tuple[int, list[Block]] | None:
    with FileIO(path) as file:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return _refused(path, "it is cut short")
        magic, form, token, count = _HEAD.unpack(head)
        if magic != _MAGIC or count > _MOST_BLOCKS:
            return _refused(path, "it is something else")
        if form != _form():
            return _refused(path, "another version made it")
        if token not in serials:
            return _refused(path, "it belongs to another database")
        listed = file.read(8 * count)
        sizes = struct.unpack(f"<{count}Q", listed) if len(listed) == 8 * count else ()
        # Before any memory is taken for them.
        if _HEAD.size + 8 * count + sum(sizes) + _DIGEST != os.fstat(file.fileno()).st_size:
            return _refused(path, "it is cut short")
        blocks = [Block(size) for size in sizes]
        digest = hashlib.blake2b(head + listed, digest_size=_DIGEST)
        for part in _parts([block.view for block in blocks]):
            _fill(file, part)
            digest.update(part)
        if digest.digest() != file.read(_DIGEST):
            for _ in release_incrementally(block.pages for block in blocks):
                time.sleep(0)  # let the event loop's thread go on
            return _refused(path, "it is damaged")
        return serials[token], blocks


def _fill(file: FileIO, part: memoryview) -> None:
    done = 0
    while done < len(part) and (read := file.readinto(part[done:])):
        done += read


def _refused(path: Path, reason: str) -> None:
    log.info("The saved search index %s is not used, and replaced: %s", path, reason)
