"""Which entity of the catalogue a provider means.

By its ids first. Then by its name, but only where nothing is doubtful: names alone never identify, since works are
remade under one title and many people share a name. What is doubtful becomes an entity of its own, and is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bot.catalogue import romanise
from bot.catalogue.model import Kind, Ref
from bot.catalogue.slug import MAX_SLUG, slug_of
from bot.store.connection import Connection
from bot.store.namesakes import Sought, have_both_scripts, is_sure, namesakes
from bot.store.reading import chunks, entity_id, ref_of
from bot.store.record import ExternalId, Thing

WORK = "work"
"""The authority of our own slugs of works: what providers that know works only by title and date refer to them by."""


class Identities:
    """Finds the entities that records mean, and remembers what it doubted."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._known: dict[ExternalId, Ref] = {}
        self._taken: set[Ref] = set()
        self._doubts: list[tuple[ExternalId, Ref, str]] = []

    def forget(self) -> None:
        """Look up again what is known: entities were merged."""
        self._known.clear()

    def undecided(self) -> list[tuple[ExternalId, Ref, str]]:
        """The entities that may be others of the catalogue, and why; but those that have been merged."""
        return [
            doubt
            for doubt in self._doubts
            if (id_ := entity_id(self.connection, doubt[1])) is not None and ref_of(self.connection, id_) == doubt[1]
        ]

    def known(self, ids: Collection[ExternalId]) -> dict[ExternalId, Ref]:
        """The entities that are known to have these ids."""
        for id_ in ids:
            if id_.authority == WORK and (work := entity_id(self.connection, Ref(Kind.WORK, id_.id))) is not None:
                self._known[id_] = ref_of(self.connection, work)
        unknown = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._known]
        for some in chunks(unknown):
            # CROSS JOIN keeps SQLite from going through all entities in their order.
            for authority, value, kind, slug in self.connection.execute(
                f"WITH asked (authority, value) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"
                " SELECT asked.authority, asked.value, kind, slug FROM asked"
                " CROSS JOIN external_id known CROSS JOIN entity"
                " WHERE known.authority = asked.authority AND known.value = asked.value AND entity.id = known.entity_id"
                " ORDER BY entity.id DESC",
                [part for id_ in some for part in id_],
            ):
                self._known[ExternalId(authority, value)] = Ref(Kind(kind), slug)
        return {id_: self._known[id_] for id_ in ids if id_ in self._known}

    def of(self, thing: Thing) -> Ref:
        """The entity that a thing is: one of the catalogue, or else a new one with a slug of its own."""
        ref = self._by_id(thing) or self._by_name(thing) or self._new(thing)
        self._taken.add(ref)
        for id_ in (thing.id, *thing.also):
            self._known.setdefault(id_, ref)
        return ref

    def _by_id(self, thing: Thing) -> Ref | None:
        found = self.known((thing.id, *thing.also))
        same = [ref for id_ in (thing.id, *thing.also) if (ref := found.get(id_)) and ref.kind is thing.kind]
        for other in dict.fromkeys(same[1:]):
            if other != same[0]:
                self._doubts.append((thing.id, other, "another entity has one of its ids"))
        return same[0] if same else None

    def _by_name(self, thing: Thing) -> Ref | None:
        names = _names(thing)
        if thing.kind is Kind.CHARACTER or not names:
            return None
        related = self._ids_of(self.known(thing.related).values())
        sought = Sought(thing.kind, names, [thing.id], [thing.year] if thing.year else [], related)
        called_so = namesakes(self.connection, sought)
        fitting = [id_ for id_, shared in called_so.items() if is_sure(self.connection, sought, id_, shared)]
        if len(fitting) == 1:
            return ref_of(self.connection, fitting[0])
        why = "several entities fit equally well" if fitting else "the same name, but nothing else that both have"
        for id_ in fitting or called_so:
            if fitting or have_both_scripts(called_so[id_]):
                self._doubts.append((thing.id, ref_of(self.connection, id_), why))
        return None

    def _ids_of(self, refs: Iterable[Ref]) -> list[int]:
        pairs = dict.fromkeys(refs)
        found = (self.connection.execute("SELECT id FROM entity WHERE kind = ? AND slug = ?", ref) for ref in pairs)
        return [id_ for rows in found for (id_,) in rows]

    def _new(self, thing: Thing) -> Ref:
        """A free slug: the English name, or a romanised one; with the year or the id where another entity has that."""
        names = _names(thing)
        by_rule = romanise.person if thing.kind is Kind.PERSON else romanise.title
        slugs = [slug_of(name) for name in names]
        slugs += [slug_of(by_rule(name)) for name in names if romanise.has_hangul(name)]
        base = next(filter(None, slugs), thing.id.authority)
        suffix = slug_of(thing.id.id)
        candidates = [base, *([f"{base}-{thing.year}"] if thing.year else ()), f"{base}-{suffix}"]
        if thing.kind is Kind.CHARACTER:
            candidates = candidates[-1:]  # many share a first name, and nobody types it
        for slug in candidates:
            ref = Ref(thing.kind, slug[-MAX_SLUG:].strip("-"))
            if not self._is_taken(ref):
                return ref
        return Ref(thing.kind, suffix[-MAX_SLUG:])

    def _is_taken(self, ref: Ref) -> bool:
        if ref in self._taken:
            return True
        row = self.connection.execute("SELECT 1 FROM entity WHERE kind = ? AND slug = ?", ref)
        return row.fetchone() is not None


def _names(thing: Thing) -> Sequence[str]:
    """The names of a thing, English ones first."""
    named = [said.columns for said in thing.said if said.shape == "name"]
    named.sort(key=lambda columns: (columns["language"] != "en", columns["position"]))
    return list(dict.fromkeys(str(columns["text"]) for columns in named))
