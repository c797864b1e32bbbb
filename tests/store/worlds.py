"""Small worlds: what seed files and documents of providers say of the same things, and what becomes of it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import cast

import psycopg
from hypothesis import strategies as st

from bot.catalogue.model import Kind, Ref, Status
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.when import parse
from bot.store import artists, catalogue, imports, record, runs, songs, works
from bot.store.connection import Connection
from bot.store.postgres.connection import StoreConnection
from bot.store.reading import labels
from bot.store.record import EventKind, ExternalId, Record, Said, Thing
from bot.store.shapes import SHAPES
from bot.store.sqlite.engine import migrate
from bot.store.stated import Desired, EntityRow, SourceRow, StatementRow, Value
from tests.helpers import LOADED

NAMES = {
    "w0": (Kind.WORK, "Home"),
    "w1": (Kind.WORK, "Home"),
    "p0": (Kind.PERSON, "Ban Dal"),
    "p1": (Kind.PERSON, "Na Mu"),
    "p2": (Kind.PERSON, "Ban Dal"),
    "t0": (Kind.TRACK, "Rain"),
    "t1": (Kind.TRACK, "Rain"),
}
"""What there is in truth, and its name: some share one."""
CAST, SINGERS = ("p0", "p1"), ("p0", "p2")
AUTHORITIES = ("wikidata", "tvmaze")
DATES = ("2031-04-05", "2031-04-06", "2031-04", "2031")


@dataclass(frozen=True)
class Seed:
    """What one seed file says: slugs by what they stand for, their ids elsewhere, other names, dates, and relations."""

    origin: Origin
    slugs: Mapping[str, str]
    ids: Mapping[str, Sequence[str]]
    also_called: Mapping[str, str]
    dates: Mapping[str, str]

    def desired(self) -> Desired:
        desired = Desired(frozenset({self.origin}))
        source = f"source-{self.origin.name[-6]}"
        desired.sources[source] = SourceRow(source, source, None, None, None, None, None, self.origin)
        refs = {one: Ref(NAMES[one][0], slug) for one, slug in self.slugs.items()}
        for one, ref in refs.items():
            partial = "cast" if ref.kind is Kind.WORK else None
            desired.entities[ref] = EntityRow(ref, "drama" if ref.kind is Kind.WORK else None, partial, self.origin)
            for said in _about(one, self.ids[one], self.also_called.get(one), self.dates.get(one)):
                _say(desired, said, ref, {}, source)
            for said in _related(one, refs.keys()):
                _say(desired, said, ref, refs, source)
        return desired


def _say(desired: Desired, said: Said, ref: Ref, refs: Mapping[str, Ref], source: str) -> None:
    columns: dict[str, Value | Ref] = {
        column: refs[value.id] if isinstance(value, ExternalId) else value for column, value in said.columns.items()
    }
    desired.statements.append(StatementRow(said.shape, ref, columns, 0, said.certainty, None, (source,)))


def _about(one: str, authorities: Iterable[str], also_called: str | None, date: str | None) -> list[Said]:
    kind, name = NAMES[one]
    said = [Said("external_id", {"authority": authority, "value": one}) for authority in authorities]
    called = (also_called, name) if also_called == "Told" else (name, also_called)
    said += [record.name(text, "official", "en", place) for place, text in enumerate(filter(None, called))]
    if date is not None and kind is not Kind.PERSON:
        event = EventKind.PREMIERE if kind is Kind.WORK else EventKind.OST_RELEASE
        said.append(record.event(event, parse(date), Status.CONFIRMED))
    return said


def _related(one: str, among: Iterable[str], authority: str = "") -> list[Said]:
    """Who plays and sings, in what, of those who are among these."""
    ids = {other: ExternalId(authority, other) for other in among}
    match NAMES[one][0]:
        case Kind.WORK:
            return [record.credit(ids[person], None, place) for place, person in enumerate(CAST) if person in ids]
        case Kind.TRACK:
            performed = [record.performer(ids[singer], place) for place, singer in enumerate(SINGERS) if singer in ids]
            return [*performed, *(record.ost(ids[work], None) for work in ("w0",) if work in ids)]
        case _:
            return []


@st.composite
def seeds(draw: st.DrawFn) -> list[Seed]:
    """Two seed files that state different things."""
    stated = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=5, unique=True))
    files: list[Seed] = []
    taken: set[tuple[Kind, str]] = set()
    for number, some in enumerate((stated[::2], stated[1::2])):
        slugs: dict[str, str] = {}
        for one in some:
            kind, name = NAMES[one]
            plain = name.lower().replace(" ", "-")
            slug = draw(st.sampled_from([plain, f"{plain}-{one}", f"our-{one}"]))
            slugs[one] = f"our-{one}" if (kind, slug) in taken else slug
            taken.add((kind, slugs[one]))
        files.append(
            Seed(
                Origin(Authority.SEED, f"ours/{number}.toml"),
                slugs,
                {one: draw(_SOME_IDS) for one in some},
                draw(_some_of(some, ("Seeded", "Told"))),
                draw(_some_of(some, DATES)),
            )
        )
    return files


_SOME_IDS = st.sampled_from((AUTHORITIES, *((one,) for one in AUTHORITIES)))


def _some_of(keys: Sequence[str], values: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    if not keys:
        return st.just({})
    return st.dictionaries(st.sampled_from(keys), st.sampled_from(values), max_size=3)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Documents of two providers: each about some things, which the other may know by another id or by both."""
    found: list[Record] = []
    for provider in AUTHORITIES:
        for number in range(draw(st.integers(1, 2))):
            about = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=3, unique=True))
            called, dated = draw(_some_of(about, ("Imported", "Told"))), draw(_some_of(about, DATES))
            things = [
                Thing(
                    ExternalId(provider, one),
                    NAMES[one][0],
                    (
                        *_about(one, (), called.get(one), dated.get(one)),
                        *_related(one, draw(st.sampled_from([about, sorted(NAMES)])), provider),
                    ),
                    "drama" if one.startswith("w") and draw(st.booleans()) else None,
                    None,
                    tuple(ExternalId(other, one) for other in AUTHORITIES if other != provider and draw(st.booleans())),
                )
                for one in about
            ]
            found.append(Record(provider, f"{number}", tuple(things)))
    return found


def is_connected(files: Sequence[Seed], documents: Sequence[Record]) -> bool:
    """Whether it is known of all that is the same: by an id of both, or one who knows both ids."""
    for one in NAMES:
        known = [set(file.ids[one]) for file in files if one in file.ids]
        for document in documents:
            known += [
                {id_.authority for id_ in (thing.id, *thing.also)} for thing in document.things if thing.id.id == one
            ]
        if {"wikidata"} in known and {"tvmaze"} in known and set(AUTHORITIES) not in known:
            return False
    return True


def take_in(connection: Connection, document: Record) -> int:
    """Stage a document and take it in, then all that waited for what it states. Returns how many things changed."""
    provider = document.provider
    source = SourceRow(provider, provider, None, None, None, None, None, Origin(Authority.IMPORT, provider))
    imports.credit_provider(connection, source, LOADED)
    run = runs.begin(connection, provider, "", LOADED, complete=True)
    imports.stage(connection, run, "", [imports.Staged(document, None, 0)], (), {}, LOADED)
    changes = [*imports.take_in(connection, provider, provider, 10, LOADED, trusted=True).changes]
    return len(changes) + sweep(connection)


def sweep(connection: Connection) -> int:
    """Take in again what waits for what was unknown, as each run does. Returns how many things changed."""
    return sum(
        len(imports.take_in_again(connection, one, one, "", 99, LOADED, trusted=True)[0].changes) for one in AUTHORITIES
    )


New = Callable[[], AbstractContextManager[Connection]]
"""Makes a new catalogue."""


@cache
def _empty() -> bytes:
    """A database of SQLite without contents, as it is stored."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "empty.db")) as connection:
        migrate(connection, Path(folder) / "empty.db")
        return connection.serialize()


@contextmanager
def in_memory() -> Generator[Connection]:
    """A new catalogue of SQLite."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(_empty())
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


def rolled_back(empty: psycopg.Connection) -> New:
    """Makes new catalogues of PostgreSQL: an empty database, in a transaction that is rolled back."""

    @contextmanager
    def new() -> Generator[Connection]:
        with empty.transaction(force_rollback=True):
            yield StoreConnection(empty)

    return new


def play(new: New, steps: Iterable[Seed | Record]) -> tuple[object, object]:
    """A new catalogue after these steps: what is stored, and what readers see."""
    with new() as connection:
        for step in steps:
            apply(connection, step)
        sweep(connection)
        return stored(connection), shown(connection)


def apply(connection: Connection, step: Seed | Record) -> int:
    if isinstance(step, Record):
        return take_in(connection, step)
    return len(catalogue.apply(connection, step.desired(), LOADED))


def keys_of(connection: Connection) -> dict[int, str]:
    """What stands for each entity: its slug if a seed file chose it; otherwise its ids elsewhere."""
    ids: dict[int, set[str]] = {}
    for entity, authority, value in connection.execute("SELECT entity_id, authority, value FROM external_id"):
        ids.setdefault(entity, set()).add(f"{authority}:{value}")
    return {
        id_: f"{kind}/{slug if seeded else sorted(ids.get(id_, ()))}"
        for id_, kind, slug, seeded in connection.execute(
            "SELECT id, kind, slug, EXISTS (SELECT 1 FROM entity_origin WHERE entity_id = id AND origin LIKE 'seed:%')"
            " FROM entity WHERE id NOT IN (SELECT gone_id FROM merged)"
        )
    }


def stored(connection: Connection) -> dict[str, list[str]]:
    """What is stated, by whom and of what, and the dates that count."""
    keys = keys_of(connection)

    def named(columns: Iterable[str], values: Iterable[object]) -> list[object]:
        pairs = zip(columns, values, strict=True)
        return [keys[v] if column.endswith("_id") and isinstance(v, int) else v for column, v in pairs]

    found: dict[str, Iterable[Sequence[object]]] = {
        "entity": [
            (keys[id_], type_, partial)
            for id_, type_, partial in connection.execute(
                "SELECT id, type, partial FROM entity WHERE id NOT IN (SELECT gone_id FROM merged)"
            )
        ],
        "entity_origin": [
            (keys[id_], origin) for id_, origin in connection.execute("SELECT entity_id, origin FROM entity_origin")
        ],
        "event": [
            named(("entity_id", *[""] * 5, "zone"), row)
            for row in connection.execute("SELECT entity_id, kind, number, status, earliest, latest, zone FROM event")
        ],
    }
    for name, shape in SHAPES.items():
        columns = ("entity_id", *shape.key, *shape.values)
        found[name] = [
            (origin, rank, certainty, *named(columns, values))
            for origin, rank, certainty, *values in connection.execute(
                f"SELECT origin, rank, certainty, {', '.join(f't.{column}' for column in columns)}"
                f" FROM {name} t JOIN fact ON fact.id = t.id"
            )
        ]
    return {name: sorted(set(map(repr, map(list, rows)))) for name, rows in found.items()}


def shown(connection: Connection) -> dict[str, object]:
    """What readers see of everything."""
    keys = keys_of(connection)
    refs = {label.ref: keys[id_] for id_, label in labels(connection, keys).items()}
    found: dict[str, object] = {}
    for ref, key in refs.items():
        match ref.kind:
            case Kind.WORK:
                found[key] = works.work(connection, ref.slug)
            case Kind.TRACK:
                found[key] = songs.track(connection, ref.slug)
            case _:
                found[key] = artists.artist(connection, ref)
    return {key: _plain(found[key], refs) for key in sorted(found)}


def _plain(seen: object, refs: Mapping[Ref, str]) -> object:
    """The same without what may differ: ids of rows, revisions, slugs that imports chose, and the order of equals."""
    if isinstance(seen, Ref):
        return refs[seen]
    if is_dataclass(seen):
        return {
            field.name: _plain(getattr(seen, field.name), refs)
            for field in fields(seen)
            if field.name not in ("id", "revision", "changed_at")
        }
    if isinstance(seen, dict):
        return {key: _plain(value, refs) for key, value in cast("dict[str, object]", seen).items()}
    if isinstance(seen, (list, tuple)):
        return sorted((_plain(one, refs) for one in cast("Sequence[object]", seen)), key=repr)
    return seen
