"""An immutable table of names: compact, and ready to be searched. Pure.

Entities are numbered by importance. Their names are kept in a few byte strings and number arrays rather than in
objects: 100,000 entities then take tens of megabytes, not hundreds, and Python's garbage collector, which would stop
everything for a tenth of a second to scan a million objects, has nothing to scan.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, TypeAlias

from bot.catalogue.model import Kind, Label, Ref
from bot.search import spelling
from bot.search.entry import Entry, importance
from bot.search.memory import Block, Chunks, Data, Pages
from bot.search.prefixes import PrefixIndex
from bot.search.typos import Typos

KINDS = {kind: number for number, kind in enumerate(Kind)}
_KINDS = tuple(Kind)

SHORTEST_TAIL = 3
"""The fewest letters of a name's end, by sound, that distinguish it from others."""

_NEAR = 100
"""How many of an entity's texts are searched for the names of its label, so that a position fits into a byte."""

_Packed: TypeAlias = tuple[
    str,
    str,
    bytes,
    tuple[str, ...],
    tuple[str, ...],
    tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...],
    int | None,
    int,
    tuple[str, ...],
]


class Forms(Chunks):
    """The forms of each entity in one text, each ended by a zero byte."""

    def add_all(self, forms: Collection[bytes]) -> list[int]:
        """Add the forms of the next entity, and return their start offsets."""
        begins = list(accumulate((len(form) + 1 for form in forms), initial=self.size))[:-1]
        self.add(b"".join([form + b"\0" for form in forms]))
        return begins

    def all(self, number: int) -> list[bytes]:
        """The forms of an entity."""
        return self.of(number)[:-1].split(b"\0")


class Table:
    """Entities and their names, as built by `Builder`."""

    def __init__(self) -> None:
        self.kinds = bytearray()
        self.names = Forms()
        self.folds = Forms()
        self.spoken = Forms()
        self.starts: PrefixIndex
        self.words: PrefixIndex
        self.sounds: PrefixIndex
        self.tails: PrefixIndex
        self.initials: PrefixIndex
        self.typos = Typos()
        self.records = Chunks()

    def __len__(self) -> int:
        return len(self.kinds)

    def entry(self, number: int) -> Entry:
        """An entity, as it was added."""
        slug, codes, places, others, texts, packed, year, weight, slugs = self._record(number)
        ref = Ref(_KINDS[self.kinds[number]], slug or _usual_slug(texts))
        known = others + texts if others else texts
        label = Label(ref, dict(zip(codes.split(), [known[place] for place in places], strict=True)))
        hints = tuple([Label(Ref(Kind(kind), slug), dict(names)) for kind, slug, names in packed]) if packed else ()
        works = tuple([Ref(Kind.WORK, work) for work in slugs]) if slugs else ()
        return Entry(ref, label, texts, hints, year, weight, works)

    def texts(self, number: int) -> tuple[str, ...]:
        """The names of an entity, as they were added."""
        return self._record(number)[4]

    def number(self, ref: Ref) -> int | None:
        """The number of an entity, found by its slug, which is one of its names; None if it is not here."""
        kind = KINDS[ref.kind]
        form = spelling.squash(_typed_slug(ref))
        for number in self.starts.every(form + b"\0", len(self)) or ():
            if self.kinds[number] == kind:
                record = self._record(number)
                if (record[0] or _usual_slug(record[4])) == ref.slug:
                    return number
        return None

    def saved(self) -> Generator[None, None, list[Data]]:
        """What `restored` needs, put together incrementally: mostly the memory itself, which the table has to outlive.

        It fits only the code that made it, on a machine with the same order of bytes.
        """
        chunks = (self.records, self.spoken, self.names, self.folds)
        data: list[Data] = [self.kinds, *chain(*(part.saved() for part in chunks)), self.initials.text]
        for places in (self.starts, self.words, self.sounds, self.tails, self.initials):
            data += yield from places.saved()
        return [*data, *self.typos.saved()]

    @classmethod
    def restored(cls, blocks: Iterator[Block]) -> Generator[None, None, Table]:
        """The table, made incrementally, of which the blocks are what was `saved`; they must be as they were."""
        table = cls()
        table.kinds = bytearray(next(blocks).view)
        table.records, table.spoken = Chunks.restored(blocks), Forms.restored(blocks)
        table.names, table.folds = Forms.restored(blocks), Forms.restored(blocks)
        names, folds, initials = table.names.memory(), table.folds.memory(), next(blocks).pages
        table.starts = yield from PrefixIndex.restored(names, blocks)
        table.words = yield from PrefixIndex.restored(names, blocks)
        table.sounds = yield from PrefixIndex.restored(folds, blocks)
        table.tails = yield from PrefixIndex.restored(folds, blocks)
        table.initials = yield from PrefixIndex.restored(initials, blocks)
        table.typos = Typos.restored(blocks)
        return table

    def memory(self) -> list[Pages | dict[bytes, Any]]:
        """The memory that holds nearly all of it."""
        texts = [text.memory() for text in (self.names, self.folds, self.spoken, self.records)]
        places = [places.memory() for places in (self.starts, self.words, self.sounds, self.tails, self.initials)]
        return [*texts, *chain(*places), *self.typos.memory()]

    def _record(self, number: int) -> _Packed:
        return marshal.loads(self.records.of(number))  # noqa: S302 - made by this process, or by one before it and checked


class Builder:
    """Builds a table incrementally, so that the caller can yield to other work in between."""

    def __init__(self) -> None:
        self._table = Table()
        self._initials = Forms()
        self._starts = Chunks()
        self._words = Chunks()
        self._sounds = Chunks()
        self._tails = Chunks()
        self._initial_places = Chunks()

    def add(self, entry: Entry) -> None:
        """Add an entity; they must come in the order of `importance`. Takes about a tenth of a millisecond."""
        table = self._table
        number = len(table)
        table.kinds.append(KINDS[entry.ref.kind])
        table.records.add(marshal.dumps(_packed(entry)))
        names = _different(map(spelling.plain, entry.texts))
        slug = _typed_slug(entry.ref)
        person = entry.ref.kind is Kind.PERSON
        given = [given for name in names if person and (given := spelling.given(name))]
        self._add_names(number, names, _different((*names, slug)), given, titled=not person)
        sounds = list(dict.fromkeys(fold for name in names for fold in spelling.folds(name) if fold))
        self._add_sounds(number, sounds, [*(tail for name in names for tail in spelling.tails(name)), *given])
        table.spoken.add_all(dict.fromkeys(form for name in names for form in spelling.spoken(name)))
        forms = [spelling.squash(name) for name in names]
        table.typos.add(
            [*sounds, *(form for form in forms if spelling.has_hangul(form))],
            [form for form in forms if form.isascii()],
            [] if person else [name for name in names if not name.isascii() and len(name) > 2],
        )

    def _add_sounds(self, number: int, sounds: list[bytes], tails: list[str]) -> None:
        """Add the sounds of names, and of their tails: a tail is nearly always the end of a whole."""
        begins = dict(zip(sounds, self._table.folds.add_all(sounds), strict=True))
        places: set[int] = set()
        for tail in map(spelling.plain_fold, tails):
            if len(tail) >= SHORTEST_TAIL and tail not in begins:
                places.update(begins[sound] + len(sound) - len(tail) for sound in sounds if sound.endswith(tail))
        _add_pairs(self._sounds, number, begins.values())
        _add_pairs(self._tails, number, places)

    def _add_names(self, number: int, names: list[str], typed: list[str], given: list[str], *, titled: bool) -> None:
        """Add the initials of names, and what may be typed: whole, by word, and for a title, without articles."""
        table = self._table
        forms: dict[bytes, list[int]] = {}
        initials: dict[bytes, None] = {}
        for name in typed:
            places: list[int] = []
            if " " in name:
                words = name.split()
                places += accumulate(map(len, words if name.isascii() else map(spelling.squash, words)))
                del places[-1]
                if titled and (bare := spelling.bare(name)) != name:
                    forms.setdefault(spelling.squash(bare), [])
                    initials[spelling.initials(bare)] = None
            known = forms.setdefault(spelling.squash(name), places)
            if len(places) > len(known):
                known[:] = places
        for end in map(spelling.squash, given):
            for form, places in forms.items():
                if form.endswith(end):
                    places.append(len(form) - len(end))
        initials.update(dict.fromkeys((*map(spelling.initials, names), *_mixed_initials(names))))
        begins = table.names.add_all(forms)
        words = [
            begin + place
            for begin, (form, places) in zip(begins, forms.items(), strict=True)
            for place in places
            if place < len(form)
        ]
        _add_pairs(self._starts, number, begins)
        _add_pairs(self._words, number, words)
        if several := [form for form in initials if len(form) > 1]:
            _add_pairs(self._initial_places, number, self._initials.add_all(several))

    def finish(self) -> Generator[None, None, Table]:
        """Sort everything, incrementally."""
        table = self._table
        kinds = bytes(table.kinds)
        yield from table.records.close()
        yield from table.spoken.close()
        names = yield from table.names.close()
        folds = yield from table.folds.close()
        initials = yield from self._initials.close()
        table.starts = yield from PrefixIndex.arranged(names, self._starts, kinds)
        table.words = yield from PrefixIndex.arranged(names, self._words, kinds)
        table.sounds = yield from PrefixIndex.arranged(folds, self._sounds, kinds)
        table.tails = yield from PrefixIndex.arranged(folds, self._tails, kinds)
        table.initials = yield from PrefixIndex.arranged(initials, self._initial_places, kinds)
        yield from table.typos.arrange()
        return table


def built(entries: list[Entry]) -> Generator[None, None, Table]:
    """Build a table of entries, given in any order, incrementally."""
    builder = Builder()
    for entry in sorted(entries, key=importance):
        builder.add(entry)
        yield
    return (yield from builder.finish())


def _typed_slug(ref: Ref) -> str:
    """A slug as keystrokes. One of digits keeps its dashes: 3-98 is not called 398."""
    spaced = ref.slug.replace("-", " ")
    return ref.slug if spaced.replace(" ", "").isdigit() else spelling.plain(spaced)


def _add_pairs(added: Chunks, owner: int, places: Collection[int]) -> None:
    if places:
        added.add(array("Q", [owner << 32 | place for place in places]).tobytes())


def _different(names: Iterable[str]) -> list[str]:
    """The plain names without duplicates; of those that differ only in spaces, the one with the most."""
    found: dict[str, str] = {}
    for name in names:
        joined = name.replace(" ", "")
        if name and len(name) > len(found.get(joined, "")):
            found[joined] = name
    return list(found.values())


def _packed(entry: Entry) -> _Packed:
    hints = tuple((h.ref.kind.value, h.ref.slug, tuple(h.names.items())) for h in entry.hints)
    # A name of the label is nearly always one of the first texts, so store its position, in a byte.
    names = entry.label.names.values()
    near = entry.texts[:_NEAR]
    others = tuple([name for name in names if name not in near])
    places = bytes(map((others + near).index, names))
    works = tuple([work.slug for work in entry.works])
    codes = " ".join(entry.label.names)
    slug = "" if entry.ref.slug == _usual_slug(entry.texts) else entry.ref.slug
    return (slug, codes, places, others, entry.texts, hints, entry.year, entry.weight, works)


def _usual_slug(texts: Sequence[str]) -> str:
    """The slug that most entities have, by their names; it is not stored."""
    return texts[0].lower().replace(" ", "-") if texts else ""


def _mixed_initials(names: list[str]) -> list[bytes]:
    """Latin initials of a name whose syllables are known from Hangul: "lmh" for Lee Minho, 이민호."""
    korean = next((name for name in names if len(name) == 3 and all("가" <= c <= "힣" for c in name)), None)
    if korean is None:
        return []
    given = "".join(part[0] for part in spelling.hangul.revised(korean).split()[1:])
    return [(name[0] + given).encode() for name in names if name.isascii() and name.count(" ") == 1]
