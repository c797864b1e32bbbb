"""Files as people have them: which of the formats it is, and in which encoding."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from bot.errors import UnreadableError
from bot.occasions.importing import lines, table
from bot.occasions.importing.model import Entry, Key, checked

MAX_SIZE = 1_000_000
"""Bytes of a file."""
MAX_LINES = 2_000
"""Lines of a text or a table that say something: each takes up to 10 ms to read."""
_ENCODINGS = ("utf-8-sig", "cp949")
"""What tables are written in; the second is that of Korean spreadsheets."""


def pasted(text: str, zone: str, known: Collection[Key], now: datetime) -> list[Entry]:
    """What pasted lines say, in the zone of the server; a calendar may be pasted as well."""
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        return read_file(text.encode(), zone, known, now)
    return list(checked(lines.entries(text, zone, now), known, now))


def read_file(data: bytes, zone: str, known: Collection[Key], now: datetime) -> list[Entry]:
    """What a file says: a calendar, a table or lines. Raises `UnreadableError` for anything else."""
    if len(data) > MAX_SIZE:
        raise UnreadableError
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper() == b"BEGIN:VCALENDAR":
        # Imported here, since only this needs it, and it takes a while.
        from bot.occasions.importing import calendar

        try:
            found = list(calendar.entries(data, zone, now))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise UnreadableError from error
        return list(checked(found, known, now))
    text = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    entries = lines.entries if "|" in first or not any(mark in first for mark in ",;\t") else table.entries
    read = list(islice(entries(text, zone, now), MAX_LINES + 1))
    if len(read) > MAX_LINES:
        raise UnreadableError
    return list(checked(read, known, now))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Collection[str] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableError
