"""A table of names that never changes: compact, and ready to be searched. Pure.

Entities are numbered by importance. What they are called lies in a few strings of bytes and arrays of numbers rather
than in objects: 100,000 of them then take tens of megabytes, not hundreds, and Python's garbage collector, which would
stop everything for a tenth of a second to look through a million objects, has nothing to look through.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Generator, Iterable
from itertools import accumulate
from typing import TypeAlias, cast

from bot.model import Kind, Label, Ref
from bot.search import spelling
from bot.search.entry import Entry, importance
from bot.search.places import Places
from bot.search.typos import Typos

KINDS = {kind: number for number, kind in enumerate(Kind)}
_KINDS = tuple(Kind)

KEPT = 2048
"""Entries that are kept once they were shown; what many look for is then not read again."""

_Packed: TypeAlias = tuple[
    str, str | int | None, str | int | None, tuple[str, ...], tuple[tuple[str, ...], ...], int | None, int
]


class Forms:
    """The forms of each entity in one text, in the order of their numbers, each ended by a zero byte."""

    def __init__(self) -> None:
        self.text: bytes | bytearray = bytearray()
        self._begins = array("I", (0,))

    def add(self, forms: list[bytes]) -> None:
        """Add the forms of the next entity."""
        for form in forms:
            self.text += form
            self.text += b"\0"
        self._begins.append(len(self.text))

    def of(self, number: int) -> list[bytes]:
        """The forms of an entity."""
        return cast("list[bytes]", self.text[self._begins[number] : self._begins[number + 1] - 1].split(b"\0"))

    def close(self) -> bytes:
        """All of the text, to which nothing is added any more."""
        self.text = bytes(self.text)
        return self.text


class Table:
    """Entities and their names. Made by `Builder`."""

    def __init__(self) -> None:
        self.kinds = bytearray()
        self.names = Forms()
        self.folds = Forms()
        self.spoken = Forms()
        self.starts: Places
        self.words: Places
        self.sounds: Places
        self.initials: Places
        self.typos = Typos()
        self.records = bytearray()
        self.record_begins = array("I", (0,))
        self._kept: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def entry(self, number: int) -> Entry:
        """An entity, as it was added."""
        entry = self._kept.get(number)
        if entry is None:
            slug, english, korean, texts, hints, year, weight = self._record(number)
            english, korean = (texts[name] if isinstance(name, int) else name for name in (english, korean))
            ref = Ref(_KINDS[self.kinds[number]], slug)
            labels = tuple(Label(Ref(Kind(kind), slug), en or None, ko or None) for kind, slug, en, ko in hints)
            entry = Entry(ref, Label(ref, english, korean), texts, labels, year, weight)
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = entry
        return entry

    def number(self, ref: Ref) -> int | None:
        """The number of an entity: its slug is one of its names."""
        kind = KINDS[ref.kind]
        form = spelling.squash(spelling.plain(ref.slug.replace("-", " ")))
        for number in self.starts.every(form + b"\0", len(self)) or ():
            if self.kinds[number] == kind and self._record(number)[0] == ref.slug:
                return number
        return None

    def _record(self, number: int) -> _Packed:
        packed = self.records[self.record_begins[number] : self.record_begins[number + 1]]
        return marshal.loads(packed)  # noqa: S302 - made by this very process


class Builder:
    """Makes a table step by step, so that whoever builds may do other things in between."""

    def __init__(self) -> None:
        self._table = Table()
        self._initials = bytearray()
        self._starts = array("Q")
        self._words = array("Q")
        self._sounds = array("Q")
        self._initial_places = array("Q")

    def add(self, entry: Entry) -> None:
        """Add an entity. They must come in the order of `importance`. Takes about a tenth of a millisecond."""
        table = self._table
        number = len(table)
        table.kinds.append(KINDS[entry.ref.kind])
        table.records += marshal.dumps(_packed(entry))
        table.record_begins.append(len(table.records))
        names = _different(map(spelling.plain, entry.texts))
        slug = spelling.plain(entry.ref.slug.replace("-", " "))
        self._add_names(number, names, _different((*names, slug)))
        sounds = list(dict.fromkeys(fold for name in names for fold in spelling.folds(name) if fold))
        for fold in _places(table.folds, sounds):
            self._sounds.append(number << 32 | fold)
        table.spoken.add(list(dict.fromkeys(form for name in names for form in spelling.spoken(name))))
        forms = [spelling.squash(name) for name in names]
        table.typos.add(
            number,
            [*sounds, *(form for form in forms if spelling.has_hangul(form))],
            [form for form in forms if form.isascii()],
        )

    def _add_names(self, number: int, names: list[str], typed: list[str]) -> None:
        """Add the initials of names, and what may be typed: whole, without particles, by word."""
        table = self._table
        begin = len(table.names.text)
        forms: dict[bytes, list[int]] = {}
        initials: dict[bytes, None] = {}
        for name in typed:
            words = name.split()
            lengths = map(len, words if name.isascii() else map(spelling.squash, words))
            places = list(accumulate(lengths))[:-1]
            known = forms.setdefault(spelling.squash(name), places)
            if len(places) > len(known):
                known[:] = places
            if (bare := spelling.bare(name)) != name:
                forms.setdefault(spelling.squash(bare), [])
        for name in names:
            initials |= dict.fromkeys((spelling.initials(name), spelling.initials(spelling.bare(name))))
        initials.update(dict.fromkeys(_mixed_initials(names)))
        for form, places in forms.items():
            self._starts.append(number << 32 | begin)
            self._words.extend(number << 32 | begin + place for place in places if place < len(form))
            begin += len(form) + 1
        table.names.add(list(forms))
        for form in initials:
            if len(form) > 1:
                self._initial_places.append(number << 32 | len(self._initials))
                self._initials += form + b"\0"

    def finish(self) -> Generator[None, None, Table]:
        """Put everything in order, step by step."""
        table = self._table
        kinds = bytes(table.kinds)
        names, folds = table.names.close(), table.folds.close()
        table.spoken.close()
        table.starts = yield from Places.arranged(names, self._starts, kinds)
        table.words = yield from Places.arranged(names, self._words, kinds)
        table.sounds = yield from Places.arranged(folds, self._sounds, kinds)
        table.initials = yield from Places.arranged(bytes(self._initials), self._initial_places, kinds)
        self._starts = self._words = self._sounds = self._initial_places = array("Q")
        yield from table.typos.arrange()
        return table


def built(entries: list[Entry]) -> Generator[None, None, Table]:
    """A table of entries in any order, made step by step."""
    builder = Builder()
    for entry in sorted(entries, key=importance):
        builder.add(entry)
        yield
    return (yield from builder.finish())


def _different(names: Iterable[str]) -> list[str]:
    """The plain names, of those that differ only in their spaces the one with most."""
    found: dict[str, str] = {}
    for name in names:
        joined = name.replace(" ", "")
        if name and len(name) > len(found.get(joined, "")):
            found[joined] = name
    return list(found.values())


def _packed(entry: Entry) -> _Packed:
    hints = tuple((h.ref.kind.value, h.ref.slug, h.english or "", h.korean or "") for h in entry.hints)
    label = entry.label
    # A name of the label is nearly always one of the texts: then its place says it.
    english, korean = (
        entry.texts.index(name) if name in entry.texts else name for name in (label.english, label.korean)
    )
    return (entry.ref.slug, english, korean, entry.texts, hints, entry.year, entry.weight)


def _places(forms: Forms, added: list[bytes]) -> list[int]:
    """Add forms of the next entity, and return where they begin."""
    begin = len(forms.text)
    forms.add(added)
    found: list[int] = []
    for form in added:
        found.append(begin)
        begin += len(form) + 1
    return found


def _mixed_initials(names: list[str]) -> list[bytes]:
    """Latin initials of a name whose syllables are known from Hangul: "lmh" of Lee Minho, 이민호."""
    korean = next((name for name in names if len(name) == 3 and all("가" <= c <= "힣" for c in name)), None)
    if korean is None:
        return []
    given = "".join(part[0] for part in spelling.hangul.revised(korean).split()[1:])
    return [(name[0] + given).encode() for name in names if name.isascii() and name.count(" ") == 1]
