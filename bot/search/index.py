"""A catalogue's names, ready to be searched, and what changed since they were put in order. Pure."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence

from bot.catalogue.model import Kind, Ref
from bot.search.asking import ParsedQuery, Search
from bot.search.entry import Entry, Match, Tier, importance
from bot.search.layout import other_layout
from bot.search.table import KINDS, Table, built


class Index:
    """Names that never change: `with_changes` gives another index, which shares all that stayed the same."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._table = _finished(built(list(entries)))
        self._changed: Table | None = None
        self._hidden: frozenset[int] = frozenset()

    @classmethod
    def of(cls, table: Table) -> Index:
        """The index of a table that was built elsewhere."""
        return cls._of(table, None, frozenset())

    @classmethod
    def _of(cls, table: Table, changed: Table | None, hidden: frozenset[int]) -> Index:
        index = cls.__new__(cls)
        index._table, index._changed, index._hidden = table, changed, hidden
        return index

    def with_changes(self, entries: Iterable[Entry], gone: Iterable[Ref]) -> Generator[None, None, Index]:
        """This index with `entries` added or replaced and `gone` removed, made step by step."""
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
        """The names as they were put in order."""
        return self._table

    @property
    def changes(self) -> int:
        """How many entities changed since the names were put in order: many make each question dearer."""
        return len(self._hidden) + len(self._changed or ())

    def __len__(self) -> int:
        return len(self._table) - len(self._hidden) + len(self._changed or ())

    @property
    def entries(self) -> Sequence[Entry]:
        """Everything that can be found, made anew from what is stored."""
        kept = [self._table.entry(number) for number in range(len(self._table)) if number not in self._hidden]
        changed = self._changed
        return kept + ([changed.entry(number) for number in range(len(changed))] if changed is not None else [])

    def get(self, ref: Ref) -> Entry | None:
        """The entry of an entity."""
        if self._changed is not None and (number := self._changed.number(ref)) is not None:
            return self._changed.entry(number)
        number = self._table.number(ref)
        return self._table.entry(number) if number is not None and number not in self._hidden else None

    def search(self, query: str, kinds: Collection[Kind], limit: int = 25) -> list[Match]:
        """The entities of `kinds` whose names fit `query` best, the best first; for no query, the best known ones.

        Where nothing fits but by likeness, the query is also read as if typed in the other keyboard layout.
        """
        found = self._search(query, kinds, limit)
        if (found and found[0].tier < Tier.ENDS_LIKE) or (switched := other_layout(query)) is None:
            return found
        typed_so = [
            _as_suggestion(match) for match in self._search(switched, kinds, limit) if match.tier < Tier.ENDS_LIKE
        ]
        known = {match.entry.ref for match in typed_so}
        return [*typed_so, *(match for match in found if match.entry.ref not in known)][:limit]

    def _search(self, query: str, kinds: Collection[Kind], limit: int) -> list[Match]:
        asked = ParsedQuery(query)
        codes = {KINDS[kind] for kind in kinds}
        table, changed = self._table, self._changed
        hits = Search(table, asked, codes, limit, self._hidden).run()
        found = [Match(table.entry(number), tier, score) for number, (tier, score) in hits.items()]
        if changed is None:
            return found
        hits = Search(changed, asked, codes, limit, ()).run()
        found += [Match(changed.entry(number), tier, score) for number, (tier, score) in hits.items()]
        return sorted(found, key=_order)[:limit]


def _as_suggestion(match: Match) -> Match:
    """A match in the other layout: only the whole name is certain to be meant."""
    return match if match.tier is Tier.EXACT else match._replace(tier=Tier.ENDS_LIKE)


def _order(match: Match) -> tuple[int, float, tuple[int, int, str]]:
    return (match.tier, -match.score, importance(match.entry))


def _finished(steps: Generator[None, None, Table]) -> Table:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
