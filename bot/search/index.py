"""The searchable names of a catalogue, and the changes since they were sorted. Pure."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence

from bot.catalogue.model import Kind, Ref
from bot.search import spelling
from bot.search.asking import Search, called
from bot.search.deciding import is_whole
from bot.search.entry import Entry, Match, Tier, importance
from bot.search.layout import other_layout
from bot.search.query import ParsedQuery
from bot.search.reading import halves, trimmed
from bot.search.table import KINDS, Table, built

ALIKE = 84
"""The similarity of spelling, of 100, from which a name that sounds like the query counts as what was typed."""


class Index:
    """An immutable index: `with_changes` returns another one, which shares all unchanged data."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._table = _finished(built(list(entries)))
        self._changed: Table | None = None
        self._hidden: frozenset[int] = frozenset()

    @classmethod
    def of(cls, table: Table) -> Index:
        """Wrap a table that was built elsewhere."""
        return cls._of(table, None, frozenset())

    @classmethod
    def _of(cls, table: Table, changed: Table | None, hidden: frozenset[int]) -> Index:
        index = cls.__new__(cls)
        index._table, index._changed, index._hidden = table, changed, hidden
        return index

    def with_changes(self, entries: Iterable[Entry], gone: Iterable[Ref]) -> Generator[None, None, Index]:
        """A copy of this index with `entries` added or replaced and `gone` removed, made incrementally."""
        new = {entry.ref: entry for entry in entries}
        gone = frozenset(gone)
        if self._changed is not None:
            for number in range(len(self._changed)):
                entry = self._changed.entry(number)
                if entry.ref not in gone:
                    new.setdefault(entry.ref, entry)
                yield
        hidden = set(self._hidden)
        for ref in (*new, *gone):
            number = self._table.number(ref)
            if number is not None:
                hidden.add(number)
            yield
        changed = (yield from built(list(new.values()))) if new else None
        return self._of(self._table, changed, frozenset(hidden))

    @property
    def table(self) -> Table:
        """The sorted names, without the changes."""
        return self._table

    @property
    def changes(self) -> int:
        """How many entities changed since the names were sorted: many make each query slower."""
        return len(self._hidden) + len(self._changed or ())

    def __len__(self) -> int:
        return len(self._table) - len(self._hidden) + len(self._changed or ())

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, rebuilt from the stored data."""
        kept = [self._table.entry(number) for number in range(len(self._table)) if number not in self._hidden]
        changed = self._changed
        return kept + ([changed.entry(number) for number in range(len(changed))] if changed is not None else [])

    def get(self, ref: Ref) -> Entry | None:
        """The entry of an entity, or None."""
        if self._changed is not None and (number := self._changed.number(ref)) is not None:
            return self._changed.entry(number)
        number = self._table.number(ref)
        return self._table.entry(number) if number is not None and number not in self._hidden else None

    def search(self, query: str, kinds: Collection[Kind], limit: int = 25) -> list[Match]:
        """The entities of `kinds` whose names fit `query` best, the best first; for an empty query, the most important.

        If the query as typed matches only by likeness, other readings of it are tried.
        """
        found = self._search(query, kinds, limit)
        if not query.strip() or _is_settled(found):
            return found
        others: dict[Ref, Match] = {}
        for match in self._read_otherwise(query, kinds, limit):
            if (known := others.get(match.entry.ref)) is None or match.tier < known.tier:
                others[match.entry.ref] = match
        found = [match for match in found if match.entry.ref not in others]
        likely = [match for match in others.values() if match.tier is not Tier.FUZZY]
        unlikely = [match for match in others.values() if match.tier is Tier.FUZZY]
        return sorted([*likely, *found, *unlikely], key=lambda match: match.tier)[:limit]

    def _search(self, query: str, kinds: Collection[Kind], limit: int, *, quick: bool = False) -> list[Match]:
        """Matches of the query as typed; if `quick`, only prefix matches."""
        asked = ParsedQuery(query)
        codes = {KINDS[kind] for kind in kinds}
        table, changed = self._table, self._changed
        hits = Search(table, asked, codes, limit, self._hidden).run(quick=quick)
        found = [Match(table.entry(number), tier, score, query) for number, (tier, score) in hits.items()]
        if changed is None:
            return found
        hits = Search(changed, asked, codes, limit, ()).run(quick=quick)
        found += [Match(changed.entry(number), tier, score, query) for number, (tier, score) in hits.items()]
        return sorted(found, key=_order)[:limit]

    def _read_otherwise(self, query: str, kinds: Collection[Kind], limit: int) -> Iterator[Match]:
        """Matches of the query's other readings, certain ones and suggestions."""
        if (switched := other_layout(query)) is not None:
            # Latin letters in the other layout rarely make whole syllables; those that do may be a name as typed.
            initials = ParsedQuery(query).initials
            for match in self._search(switched, kinds, limit, quick=initials or not spelling.has_lone_letters(query)):
                if initials and match.tier is not Tier.EXACT:
                    continue
                if match.tier is Tier.EXACT or (match.is_likely and is_whole(match)):
                    yield match
                elif match.is_likely:
                    yield match._replace(tier=Tier.SHORTENED)
        name = spelling.plain(query)
        if (trim := trimmed(query)) is not None:
            name = trim.name
            found = [match for match in self._search(name, kinds, limit) if match.is_likely]
            yield from found if trim.year is None else _of_year(found, trim.year)
            if _is_settled(found):
                return
        for part, beside in halves(name):
            if whose := self._called(beside):
                for match in self._search(part, kinds, limit, quick=True):
                    if match.is_likely:
                        yield _as_beside(match, whose)

    def _called(self, name: str) -> list[Entry]:
        """All entries of any kind with exactly this name."""
        found = [self._table.entry(number) for number in called(self._table, name) if number not in self._hidden]
        if self._changed is not None:
            found += [self._changed.entry(number) for number in called(self._changed, name)]
        return found


def _is_settled(found: list[Match]) -> bool:
    """Whether the best match is what was typed, not only similar."""
    if not found:
        return False
    best = found[0]
    if best.tier is Tier.SOUNDS_LIKE and best.score >= ALIKE:
        return " " not in best.query or is_whole(best)
    return best.tier <= Tier.WORDS


def _of_year(found: list[Match], year: int) -> list[Match]:
    """Matches of a year as they are, all others as suggestions."""
    return [match if match.entry.year == year else match._replace(tier=Tier.SHORTENED) for match in found]


def _as_beside(match: Match, whose: list[Entry]) -> Match:
    """A match typed beside other names: certain if it belongs to one of them, as a member, a performer or a song."""
    related = match.entry.related
    if any(other.ref in related for other in whose):
        return match if match.tier is Tier.EXACT else match._replace(tier=Tier.SHORTENED)
    return match._replace(tier=Tier.FUZZY)


def _order(match: Match) -> tuple[int, float, tuple[int, int, str]]:
    return (match.tier, -match.score, importance(match.entry))


def _finished(steps: Generator[None, None, Table]) -> Table:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
