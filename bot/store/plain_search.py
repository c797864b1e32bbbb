"""Names found in the database itself, while the search index of a large catalogue is first built.

It finds names and slugs that are, begin with, or contain what was typed: neither near misses nor what sounds alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce

from bot.catalogue.model import Kind, Ref
from bot.search import Entry, Match, Tier
from bot.search.query import ParsedQuery
from bot.search.spelling import bare, plain, squash
from bot.store import names
from bot.store.connection import Connection
from bot.store.dialect import case_blind
from bot.store.reading import NOT_MERGED, entity_id, placeholders

MOST = 400
"""The most names that are looked at for each way to begin; the most important of their entities are kept."""
_DROPPED = " -'’.,!?:&()"
"""What a key leaves out. A change needs a migration: see `name_by_key` in `migrations/sqlite/0010_index.sql`."""
_KEY = reduce(lambda key, sign: f"replace({key}, '{sign.replace(chr(39), chr(39) * 2)}', '')", _DROPPED, "text")
_DROP = str.maketrans("", "", _DROPPED)
_LAST = "\U0010ffff"
"""Sorts after whatever continues a name."""
_ARTICLES = ("", "the", "a", "an")

# The kind as an expression keeps SQLite to the index of names: that of kinds would read every entity.
_ROWS = (
    "SELECT entity_id, entity.kind, text FROM name JOIN entity ON entity.id = entity_id"
    " WHERE entity.kind || '' IN ({kinds})"
)
_BEGINNING = f"{_ROWS} AND {{key}} BETWEEN ? AND ? LIMIT {MOST}"
_CONTAINING = f"{_ROWS} AND {{text}} LIKE ? LIMIT {MOST}"
_SLUGS = (
    "SELECT coalesce(merged.entity_id, entity.id), kind, slug FROM entity LEFT JOIN merged ON gone_id = entity.id"
    f" WHERE kind IN ({{kinds}}) AND slug BETWEEN ? AND ? LIMIT {MOST}"
)


def size(connection: Connection) -> int:
    """About how many entities are searchable."""
    kinds = placeholders(names.SEARCHED)
    (count,) = connection.execute(
        f"SELECT count(*) FROM entity WHERE kind IN ({kinds}) AND {NOT_MERGED}", names.SEARCHED
    ).fetchone()
    return count


def matches(connection: Connection, query: str, kinds: Collection[Kind], limit: int) -> list[Match]:
    """The entities of `kinds` with a name or slug that is, begins with or contains `query`, the best first."""
    asked = ParsedQuery(query)
    if not asked.name:
        return []
    tiers: dict[int, Tier] = {}
    for id_, kind, text in _candidates(connection, asked, tuple(set(kinds).intersection(names.SEARCHED))):
        tier = _tier(asked, plain(text), titled=kind != Kind.PERSON)
        if tier is not None:
            tiers[id_] = min(tier, tiers.get(id_, tier))
    best = names.by_importance(connection, tiers)
    best.sort(key=tiers.__getitem__)  # stable: the most important of those that fit equally well stay first
    best = best[:limit]
    refs = zip(best, names.entries(connection, best), strict=True)
    return [Match(entry, tiers[id_], 100.0, query) for id_, entry in refs]


def entries(connection: Connection, refs: Iterable[Ref]) -> list[Entry]:
    """The search entries of entities; those that are not there are left out."""
    ids = [id_ for ref in refs if (id_ := entity_id(connection, ref)) is not None]
    return names.entries(connection, ids)


def _candidates(connection: Connection, asked: ParsedQuery, kinds: Sequence[Kind]) -> Iterator[tuple[int, str, str]]:
    """Entities and their kinds, with names or slugs that may fit."""
    filled = {
        "kinds": placeholders(kinds),
        "key": case_blind(connection, _KEY),
        "text": case_blind(connection, "text"),
    }
    key = asked.name.translate(_DROP)
    for begin in dict.fromkeys((key, *(article + asked.bare.translate(_DROP) for article in _ARTICLES))):
        yield from connection.execute(_BEGINNING.format(**filled), (*kinds, begin, begin + _LAST))
    slug = asked.name.replace(" ", "-")
    for id_, kind, found in connection.execute(_SLUGS.format(**filled), (*kinds, slug, slug + _LAST)):
        yield id_, kind, found.replace("-", " ")
    words = f"%{'%'.join(asked.bare.split())}%"
    yield from connection.execute(_CONTAINING.format(**filled), (*kinds, words))


def _tier(asked: ParsedQuery, name: str, *, titled: bool) -> Tier | None:
    forms = (squash(name), squash(bare(name) if titled else name))
    if asked.form in forms or (titled and asked.bare_form in forms):
        return Tier.EXACT
    if forms[0].startswith(asked.form):
        return Tier.PREFIX
    if f" {asked.bare}" in f" {bare(name)}" or any(form.startswith(asked.bare_form) for form in forms):
        return Tier.WORDS
    return None
