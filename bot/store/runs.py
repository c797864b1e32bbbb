"""Runs of `sync`: when, from where they go on, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.catalogue.model import Kind, Ref
from bot.store.connection import Connection
from bot.store.reading import instant, stamp

WEEK = timedelta(days=7)
"""How often everything is asked for."""


_REPLACED = "replaced by a complete run"
"""The problem of a run that was interrupted and is not gone on with."""


class Run(NamedTuple):
    """A run that has begun: with a cursor, it goes on where an interrupted one stopped."""

    id: int
    provider: str
    cursor: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the last ended run of a provider. `problem`: why it stopped, or None."""

    provider: str
    complete: bool
    ended: datetime
    fetched: int
    changed: int
    gone: int
    doubtful: int
    problem: str | None


def begin(connection: Connection, provider: str, path: str, now: datetime, *, complete: bool) -> Run:
    """Begin a run, or go on with one that was interrupted, if that asks for as much.

    Once a week a run is `complete` in any case: only that finds what is new to a provider's lists, or gone from them.
    `path`: the file or folder that it reads; empty for the provider itself.
    """
    row = connection.execute(
        "SELECT id, cursor, complete FROM sync_run WHERE provider = ? AND path = ? AND ended IS NULL"
        " ORDER BY id DESC LIMIT 1",
        (provider, path),
    ).fetchone()
    complete |= _is_due(connection, provider, now)
    if row is not None and (row[2] or not complete):
        return Run(row[0], provider, row[1], bool(row[2]))
    connection.execute(
        "UPDATE sync_run SET ended = ?, problem = ? WHERE provider = ? AND path = ? AND ended IS NULL",
        (stamp(now), _REPLACED, provider, path),
    )
    id_ = connection.execute(
        "INSERT INTO sync_run (provider, path, complete, started) VALUES (?, ?, ?, ?) RETURNING id",
        (provider, path, int(complete), stamp(now)),
    ).fetchone()[0]
    return Run(id_, provider, None, complete)


def _is_due(connection: Connection, provider: str, now: datetime) -> bool:
    (last,) = connection.execute(
        "SELECT max(ended) FROM sync_run WHERE provider = ? AND path = '' AND complete = 1 AND problem IS NULL",
        (provider,),
    ).fetchone()
    return last is None or last < stamp(now - WEEK)


def begin_once(connection: Connection, name: str, provider: str, now: datetime) -> Run | None:
    """Begin a run under a name of its own that happens once, or go on with it if it was interrupted.

    None if it has ended, or if there are records of `provider` from elsewhere.
    """
    row = connection.execute(
        "SELECT id, cursor, ended FROM sync_run WHERE provider = ? ORDER BY id DESC LIMIT 1", (name,)
    ).fetchone()
    if row is not None:
        return None if row[2] else Run(row[0], provider, row[1], complete=True)
    if connection.execute("SELECT 1 FROM record WHERE provider = ? LIMIT 1", (provider,)).fetchone():
        return None
    id_ = connection.execute(
        "INSERT INTO sync_run (provider, path, complete, started) VALUES (?, '', 1, ?) RETURNING id", (name, stamp(now))
    ).fetchone()[0]
    return Run(id_, provider, None, complete=True)


def note(
    connection: Connection,
    run: Run,
    *,
    cursor: str | None = None,
    fetched: int = 0,
    changed: int = 0,
    gone: int = 0,
    doubtful: int = 0,
) -> None:
    """Add to what a run did, and keep from where it goes on."""
    connection.execute(
        "UPDATE sync_run SET cursor = coalesce(?, cursor), fetched = fetched + ?, changed = changed + ?,"
        " gone = gone + ?, doubtful = doubtful + ? WHERE id = ?",
        (cursor, fetched, changed, gone, doubtful, run.id),
    )


def stop(connection: Connection, run: Run, problem: str) -> None:
    """Record what stopped a run before everything was fetched: the next one goes on from its cursor."""
    connection.execute("UPDATE sync_run SET problem = ? WHERE id = ?", (problem, run.id))


def finish(connection: Connection, run: Run, now: datetime, problem: str | None) -> None:
    """Record the end of a run: the next one begins anew. `problem`: why what was fetched was not taken in."""
    connection.execute("UPDATE sync_run SET ended = ?, problem = ? WHERE id = ?", (stamp(now), problem, run.id))


def outcomes(connection: Connection) -> list[Outcome]:
    """The last ended run of each provider, not counting files that were read instead of it."""
    return [
        Outcome(provider, bool(complete), at, fetched, changed, gone, doubtful, problem)
        for provider, complete, ended, fetched, changed, gone, doubtful, problem in connection.execute(
            "SELECT provider, complete, ended, fetched, changed, gone, doubtful, problem FROM sync_run"
            " WHERE id IN (SELECT max(id) FROM sync_run WHERE ended IS NOT NULL AND path = ''"
            " AND (problem IS NULL OR problem <> ?) GROUP BY provider) ORDER BY provider",
            (_REPLACED,),
        )
        if (at := instant(ended)) is not None
    ]


def updates(connection: Connection) -> dict[str, datetime]:
    """When each provider was last read to the end and taken in."""
    return {
        provider: at
        for provider, ended in connection.execute(
            "SELECT provider, max(ended) FROM sync_run WHERE problem IS NULL AND ended IS NOT NULL GROUP BY provider"
        )
        if (at := instant(ended)) is not None
    }


class Doubt(NamedTuple):
    """An entity of a provider that may be one of the catalogue, but was not taken for it."""

    id: str
    maybe: Ref
    why: str


def doubts(connection: Connection) -> list[Doubt]:
    """Everything that was doubtful and has not been decided."""
    return [
        Doubt(f"{authority}/{value}", Ref(Kind(kind), slug), why)
        for authority, value, kind, slug, why in connection.execute(
            "SELECT authority, value, kind, slug, why FROM doubt ORDER BY kind, slug, authority, value"
        )
    ]
