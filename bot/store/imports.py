"""Takes in what providers of open data say: staged as it is fetched, compared, then applied in short transactions.

A run first only stages records, so that before anything changes it is known how much would. Then they are applied a few
at a time: each transaction is short, and a process that is killed at any point goes on from the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.catalogue.model import Ref, Status
from bot.catalogue.origin import Authority, Origin
from bot.store import catalogue, merging, record, runs
from bot.store.connection import Connection
from bot.store.dates import Slot, settle
from bot.store.identity import WORK, Identities
from bot.store.reading import NOT_MERGED, instant, stamp
from bot.store.record import ExternalId, Record, Said
from bot.store.runs import Run
from bot.store.shapes import SHAPES
from bot.store.stated import Change, Desired, EntityRow, SourceRow, StatementRow, Value

LONG_AGO = timedelta(days=30)
"""How long after its date an event counts as released, although nobody confirmed it. Long enough that no announcement
of it is due any more."""

SHIPPED = "shipped"
"""The digest of a record that came with Byeol: what the provider itself says instead is new, not a change."""

_OPTIONAL = frozenset({"character_id", "after_id"})
"""References without which a statement still holds."""


class Staged(NamedTuple):
    """A fetched record, the provider's mark of its version, and its place in the order of taking in."""

    record: Record
    version: str | None
    place: int


@dataclass(frozen=True, slots=True)
class Pending:
    """What a provider's staged records would do. `held` counts those that were taken in before."""

    held: int
    added: int
    changed: int
    gone: int

    @property
    def left(self) -> int:
        """How many records are to be taken in or removed."""
        return self.added + self.changed + self.gone


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one step did: records taken in, changes of the catalogue, and entities that were not recognised for sure."""

    records: int
    changes: Sequence[Change]
    doubtful: int


def held(connection: Connection, provider: str) -> dict[str, str | None]:
    """The records of a provider that were fetched before, with their versions."""
    return dict(
        connection.execute("SELECT id, version FROM record WHERE provider = ? AND state <> 'gone'", (provider,))
    )


def ids(connection: Connection) -> dict[str, set[str]]:
    """The ids that entities of the catalogue have elsewhere, by authority."""
    found: dict[str, set[str]] = {}
    for authority, value in connection.execute("SELECT authority, value FROM external_id"):
        found.setdefault(authority, set()).add(value)
    return found


def works(connection: Connection) -> list[tuple[ExternalId, tuple[str, ...], date | None, date | None]]:
    """Every work by its slug, with its names, and the first possible days of its premiere and its finale."""
    named: dict[int, list[str]] = {}
    for id_, text in connection.execute(
        "SELECT entity_id, text FROM name WHERE entity_id IN (SELECT id FROM entity WHERE kind = 'work') ORDER BY id"
    ):
        named.setdefault(id_, []).append(text)
    dated: dict[tuple[int, str], date] = {}
    for id_, kind, at, zone in connection.execute(
        "SELECT entity_id, kind, earliest, zone FROM event"
        " WHERE kind IN ('premiere', 'finale') AND earliest IS NOT NULL"
    ):
        if (earliest := instant(at)) is not None:
            dated[id_, kind] = earliest.astimezone(ZoneInfo(zone)).date()
    return [
        (
            ExternalId(WORK, slug),
            tuple(dict.fromkeys(named.get(id_, ()))),
            dated.get((id_, "premiere")),
            dated.get((id_, "finale")),
        )
        for id_, slug in connection.execute(
            f"SELECT id, slug FROM entity WHERE kind = 'work' AND {NOT_MERGED} ORDER BY slug"
        )
    ]


def look_again(connection: Connection, provider: str) -> None:
    """Let records be there that an earlier run found gone, but was not allowed to remove: they may be back by now."""
    connection.execute(
        "UPDATE record SET state = CASE WHEN content IS NULL THEN 'held' ELSE 'fetched' END"
        " WHERE provider = ? AND state = 'gone'",
        (provider,),
    )


def stage(
    connection: Connection,
    run: Run,
    cursor: str,
    fetched: Sequence[Staged],
    gone: Collection[str],
    moved: Mapping[ExternalId, ExternalId],
    now: datetime,
) -> list[Change]:
    """Keep what was fetched until it is taken in, and from where the run goes on. Returns the entities it merged.

    What says the same as before is only noted as seen.
    """
    provider = run.provider
    runs.note(connection, run, cursor=cursor)
    for staged in fetched:
        line = record.dump(staged.record)
        digest = _digest(line)
        connection.execute(
            "INSERT INTO record (provider, id, version, digest, place, content, state)"
            " VALUES (:provider, :id, :version, '', :place, :line, 'fetched')"
            " ON CONFLICT (provider, id) DO UPDATE SET version = :version, place = :place,"
            " content = CASE WHEN record.digest = :digest AND record.content IS NULL THEN NULL ELSE :line END,"
            " state = CASE WHEN record.digest <> :digest THEN 'fetched' WHEN record.content IS NULL THEN 'held'"
            "  ELSE 'waiting' END",
            {
                "provider": provider,
                "id": staged.record.id,
                "version": staged.version,
                "place": staged.place,
                "line": line,
                "digest": digest,
            },
        )
    connection.executemany(
        "UPDATE record SET state = 'gone' WHERE provider = ? AND id = ?",
        [(provider, id_) for id_ in gone],
    )
    changes: list[Change] = []
    for old, new in moved.items():
        changes += _move(connection, provider, old, new, now)
    return changes


def _move(connection: Connection, provider: str, old: ExternalId, new: ExternalId, now: datetime) -> Iterator[Change]:
    """Follow a provider that replaced one id by another: the entity is the same, or two entities are one.

    Until the record about `new` is taken in, it is only said that the entity has that id, by an origin of its own.
    """
    known = Identities(connection).known([old, new])
    if old not in known:
        return
    if new in known:
        if known[new] != known[old] and known[new].kind is known[old].kind:
            merging.merge(connection, known[old], known[new], now)
            yield Change("merged", f"{known[old]} into {known[new]}")
        return
    origin = Origin(Authority.IMPORT, f"{provider}/{new.id}")
    said = Said("external_id", {"authority": new.authority, "value": new.id})
    desired = Desired(frozenset({origin}))
    desired.entities[known[old]] = EntityRow(known[old], *_type(connection, known[old]), origin)
    desired.statements.append(_statement(said, known[old], {}, ()))
    catalogue.apply(connection, desired, now)


def _type(connection: Connection, ref: Ref) -> tuple[str | None, str | None]:
    return connection.execute("SELECT type, partial FROM entity WHERE kind = ? AND slug = ?", ref).fetchone()


def pending(connection: Connection, provider: str) -> Pending:
    """What the staged records of a provider would do."""
    return Pending(
        *connection.execute(
            "SELECT count(*) FILTER (WHERE digest <> ''),"
            " count(*) FILTER (WHERE state = 'fetched' AND digest IN ('', :shipped)),"
            " count(*) FILTER (WHERE state = 'fetched' AND digest NOT IN ('', :shipped)),"
            " count(*) FILTER (WHERE state = 'gone')"
            " FROM record WHERE provider = :provider",
            {"provider": provider, "shipped": SHIPPED},
        ).fetchone()
    )


def credit_provider(connection: Connection, source: SourceRow, now: datetime) -> None:
    """Store a provider as a source, so that records can cite it."""
    desired = Desired(frozenset({source.origin}), sources={source.slug: source})
    catalogue.apply(connection, desired, now)


def discredit_provider(connection: Connection, provider: str, now: datetime) -> None:
    """Remove a provider from the sources, if nothing cites it any more."""
    catalogue.apply(connection, Desired(frozenset({Origin(Authority.IMPORT, provider)})), now)


def _digest(line: str) -> str:
    return hashlib.blake2b(line.encode(), digest_size=12).hexdigest()


def take_in(
    connection: Connection,
    provider: str,
    source: str,
    most: int,
    now: datetime,
    *,
    trusted: bool,
    shipped: bool = False,
) -> TakenIn:
    """Take in up to `most` staged records, in their order. `trusted`: whether its dates may be announced.

    `shipped`: they came with Byeol, and not from the provider itself.
    """
    rows = connection.execute(
        "SELECT id, content FROM record WHERE provider = ? AND state = 'fetched' ORDER BY place, id LIMIT ?",
        (provider, most),
    ).fetchall()
    return _take_in(connection, provider, source, rows, now, trusted=trusted, shipped=shipped)


def take_in_again(
    connection: Connection, provider: str, source: str, after: str, most: int, now: datetime, *, trusted: bool
) -> tuple[TakenIn, str | None]:
    """Take in again records that referred to unknown entities, those after `after`. Returns the last one's id too."""
    rows = connection.execute(
        "SELECT id, content FROM record WHERE provider = ? AND state = 'waiting' AND id > ? ORDER BY id LIMIT ?",
        (provider, after, most),
    ).fetchall()
    return _take_in(connection, provider, source, rows, now, trusted=trusted), rows[-1][0] if rows else None


def _take_in(
    connection: Connection,
    provider: str,
    source: str,
    rows: Sequence[tuple[str, str]],
    now: datetime,
    *,
    trusted: bool,
    shipped: bool = False,
) -> TakenIn:
    identities = Identities(connection)
    changes: list[Change] = []
    for id_, line in rows:
        desired, complete = _desired(record.load(line), identities, source, now, trusted=trusted)
        made = catalogue.apply(connection, desired, now)
        changes += made
        if any(change.action == "merged" for change in made):
            identities.forget()
        digest = SHIPPED if shipped else _digest(line)
        connection.execute(
            "UPDATE record SET digest = ?, state = ?, content = ? WHERE provider = ? AND id = ?",
            (digest, "held" if complete else "waiting", None if complete else line, provider, id_),
        )
    doubts = identities.undecided()
    connection.executemany(
        "INSERT INTO doubt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(*id_, *ref, why, stamp(now)) for id_, ref, why in doubts],
    )
    return TakenIn(len(rows), changes, len(doubts))


def _desired(
    taken: Record, identities: Identities, source: str, now: datetime, *, trusted: bool
) -> tuple[Desired, bool]:
    """What a record states, in the catalogue's own keys, and whether all entities that it refers to are known."""
    desired = Desired(frozenset({taken.origin}))
    recognised = identities.known([thing.id for thing in taken.things])
    things = [thing for thing in taken.things if thing.id in recognised or any(s.shape == "name" for s in thing.said)]
    refs = [identities.of(thing) for thing in things]
    referred = [
        value
        for thing in taken.things
        for said in thing.said
        for value in said.columns.values()
        if isinstance(value, ExternalId)
    ]
    known = identities.known(referred)
    complete = len(known) == len(set(referred)) and len(things) == len(taken.things)
    stated: dict[tuple[object, ...], StatementRow] = {}
    for thing, ref in zip(things, refs, strict=True):
        desired.entities.setdefault(ref, EntityRow(ref, thing.type, thing.partial, taken.origin))
        elsewhere = [
            Said("external_id", {"authority": id_.authority, "value": id_.id}) for id_ in (thing.id, *thing.also)
        ]
        for said in (*elsewhere, *thing.said):
            if all(
                column in _OPTIONAL or value in known
                for column, value in said.columns.items()
                if isinstance(value, ExternalId)
            ):
                row = _statement(said, ref, known, (source,), now=now, trusted=trusted)
                key = (row.shape, ref, *(row.columns[column] for column in SHAPES[row.shape].key))
                stated.setdefault(key, row)
    desired.statements += stated.values()
    return desired, complete


def _statement(
    said: Said,
    ref: Ref,
    known: Mapping[ExternalId, Ref],
    sources: tuple[str, ...],
    *,
    now: datetime | None = None,
    trusted: bool = False,
) -> StatementRow:
    columns: dict[str, Value | Ref] = {
        column: known.get(value) if isinstance(value, ExternalId) else value for column, value in said.columns.items()
    }
    if said.shape == "event_date" and now is not None:
        columns["status"] = _status(Status(str(columns["status"])), columns["latest"], now, trusted=trusted)
    return StatementRow(said.shape, ref, columns, 0, said.certainty, None, sources)


def _status(stated: Status, latest: Value | Ref, now: datetime, *, trusted: bool) -> Status:
    """How firm an imported date is: nobody is pinged for a guess, and what is long past has happened."""
    if stated is Status.CANCELLED:
        return stated
    if isinstance(latest, str) and not isinstance(latest, Ref) and latest < stamp(now - LONG_AGO):
        return Status.RELEASED
    return stated if trusted else Status.REPORTED


def forget(connection: Connection, provider: str) -> None:
    """Let all records of a provider count as gone, and its runs as never made."""
    connection.execute("UPDATE record SET state = 'gone', content = NULL WHERE provider = ?", (provider,))
    connection.execute("DELETE FROM sync_run WHERE provider = ?", (provider,))


def remove_gone(connection: Connection, provider: str, most: int, now: datetime) -> TakenIn:
    """Take back what up to `most` records stated that no longer exist."""
    rows = connection.execute(
        "SELECT id FROM record WHERE provider = ? AND state = 'gone' ORDER BY id LIMIT ?", (provider, most)
    ).fetchall()
    changes: list[Change] = []
    for (id_,) in rows:
        changes += catalogue.apply(connection, Desired(frozenset({Record(provider, id_).origin})), now)
        connection.execute("DELETE FROM record WHERE provider = ? AND id = ?", (provider, id_))
    return TakenIn(len(rows), changes, 0)


def remove_left(connection: Connection, provider: str, now: datetime) -> list[Change]:
    """Take back what records stated that are no longer there, where something else needed it when they went."""
    prefix = str(Origin(Authority.IMPORT, f"{provider}/"))
    rows = connection.execute(
        "SELECT DISTINCT origin FROM entity_origin WHERE origin >= ?1 AND origin < ?2"
        " AND NOT EXISTS (SELECT 1 FROM record WHERE provider = ?3 AND id = substr(origin, length(?1) + 1))",
        (prefix, f"{prefix}\U0010ffff", provider),
    ).fetchall()
    return [
        change
        for (origin,) in rows
        for change in catalogue.apply(connection, Desired(frozenset({Origin.parse(origin)})), now)
        if change.action != "kept"
    ]


def pass_by(connection: Connection, provider: str, now: datetime) -> None:
    """Let a provider's dates that are long past count as released."""
    rows = connection.execute(
        "UPDATE event_date SET status = 'released' WHERE latest < ? AND status IN ('reported', 'expected', 'confirmed')"
        " AND EXISTS (SELECT 1 FROM fact WHERE fact.id = event_date.id AND origin LIKE ? || '/%')"
        " RETURNING entity_id, kind, number",
        (stamp(now - LONG_AGO), str(Origin(Authority.IMPORT, provider))),
    ).fetchall()
    if not rows:
        return
    slots = sorted({Slot(*row) for row in rows})
    refs = {
        slot.entity: Ref(*connection.execute("SELECT kind, slug FROM entity WHERE id = ?", (slot.entity,)).fetchone())
        for slot in slots
    }
    settle(connection, slots, refs, stamp(now))
    connection.execute("UPDATE catalogue SET revision = revision + 1")
