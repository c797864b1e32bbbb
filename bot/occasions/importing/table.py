"""Tables: a row an event, with or without a first row that names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.catalogue.model import Ref
from bot.errors import NotUnderstoodError, UnfitError
from bot.occasions.asked import read
from bot.occasions.importing import lines
from bot.occasions.importing.model import Entry, Trouble, kind_named

_QUOTED = re.compile(r"^'(?=[=+\-@])")
"""What keeps a spreadsheet from taking a text for a formula."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "event", "summary", "what", "제목", "이름", "행사", "일정"),
    "when": ("when", "date", "day", "start", "starts", "start date", "언제", "날짜", "일자", "일시", "시작"),
    "time": ("time", "start time", "시각", "시간", "시작 시각"),
    "zone": ("zone", "time zone", "timezone", "시간대"),
    "lasts": ("duration", "how long", "lasts", "길이", "소요 시간"),
    "repeats": ("repeat", "repeats", "반복"),
    "kind": ("kind", "type", "category", "종류", "분류"),
    "where": ("where", "place", "location", "venue", "장소"),
    "link": ("link", "url", "address", "링크", "주소"),
    "picture": ("picture", "image", "poster", "그림", "이미지", "사진", "포스터"),
    "about": ("about", "관련"),
}
"""What columns are called, in English and Korean, in any case."""


def entries(text: str, zone: str, now: datetime) -> Iterator[Entry]:
    """What the rows of a table say. Lines are counted as they are in the file."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: Sequence[str | None] | None = None
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield Entry(rows.line_num, "", trouble=Trouble.NO_DATE)
            continue
        if row is None:
            return
        cells = [_QUOTED.sub("", " ".join(cell.split())) for cell in row]
        comment = cells[0].startswith("#") and not any(cells[1:])  # with more, it is a title: "#1 fan"
        if not any(cells) or comment:
            continue
        if columns is None:
            columns = _named(cells)
            if columns:
                continue
        shown = " | ".join(filter(None, cells))
        if columns:
            said = {name: cell for name, cell in zip(columns, cells, strict=False) if name is not None and cell}
            yield _entry(rows.line_num, shown, said, zone, now)
        else:
            yield lines.entry(rows.line_num, shown, cells, zone, now)


def _entry(number: int, text: str, said: Mapping[str, str], zone: str, now: datetime) -> Entry:
    if "title" not in said:
        return Entry(number, text, trouble=Trouble.NO_TITLE)
    if "when" not in said:
        return Entry(number, text, trouble=Trouble.NO_DATE)
    lasts = f"for {said['lasts']}" if "lasts" in said else ""
    words = [said["when"], said.get("time", ""), said.get("zone", ""), lasts, said.get("repeats", "")]
    try:
        asked = read(" ".join(filter(None, words)), zone, now)
    except NotUnderstoodError as error:
        return Entry(number, text, trouble=Trouble.DATE, error=error)
    found = lines.built(number, text, asked, said["title"], [])
    if found.draft is None:
        return found
    try:
        draft = replace(
            found.draft,
            kind=kind_named(said.get("kind", "")) or found.draft.kind,
            place=said.get("where"),
            url=said.get("link"),
            picture=said.get("picture"),
            about=Ref.parse(said.get("about", "")),
        )
    except UnfitError as error:
        return Entry(number, text, trouble=Trouble.UNFIT, error=error)
    return replace(found, draft=draft)


def _delimiter(text: str) -> str:
    """What separates the cells: the likeliest of those that occur in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _named(cells: Sequence[str]) -> Sequence[str | None]:
    """What the columns are if a row names them; else nothing."""
    found = [
        next((name for name, words in COLUMNS.items() if cell.casefold().strip(" :*") in words), None) for cell in cells
    ]
    return found if {"title", "when"} <= set(found) else ()
