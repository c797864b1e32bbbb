"""What several tests need: instants, entities of the model, and a database that is surely closed again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.address import Address
from bot.catalogue.model import (
    Certainty,
    Event,
    EventKind,
    Kind,
    Label,
    Ost,
    Performer,
    Ref,
    Song,
    Status,
)
from bot.catalogue.when import SEOUL, parse
from bot.seeding import load
from bot.seeding.loader import Known
from bot.store import catalogue, holdings
from bot.store.database import Database
from bot.store.stated import Change

LOADED = datetime(2020, 1, 1, tzinfo=UTC)
"""When seeds were loaded, unless a test says otherwise."""


def utc(text: str) -> datetime:
    """An instant, from ``2025-01-26 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def label(slug: str, kind: Kind = Kind.TRACK, english: str | None = None, korean: str | None = None) -> Label:
    """An entity that is called what its slug says, unless it is called something else."""
    names = {"en": slug.replace("-", " ").title() if english is None else english, "ko": korean}
    return Label(Ref(kind, slug), {language: name for language, name in names.items() if name})


def event(
    date: str,
    *,
    status: Status = Status.CONFIRMED,
    kind: EventKind = EventKind.OST_RELEASE,
    zone: str = SEOUL,
    rank: int = 0,
    number: int = 1,
    revision: int = 1,
) -> Event:
    """A date of a song, written as seed files write it."""
    return Event(
        rank=rank,
        certainty=Certainty.STATED,
        note=None,
        sources=(),
        id=number,
        subject=label("a-song"),
        kind=kind,
        number=0,
        status=status,
        revision=revision,
        when=parse(date, zone),
        after=None,
    )


def song(
    slug: str,
    *,
    date: str | None = None,
    performers: Sequence[str] = ("jin",),
    works: Sequence[str] = (),
    part: int | None = None,
) -> Song:
    """A song of `performers`, and the OST of `works`."""
    return Song(
        label(slug),
        [
            Performer(
                rank=0,
                certainty=Certainty.STATED,
                note=None,
                sources=(),
                artist=label(performer, Kind.PERSON),
                credited_as=None,
            )
            for performer in performers
        ],
        [
            Ost(
                rank=0,
                certainty=Certainty.STATED,
                note=None,
                sources=(),
                track=label(slug),
                work=label(work, Kind.WORK),
                part=part,
                main=False,
            )
            for work in works
        ],
        [event(date)] if date else [],
    )


@asynccontextmanager
async def opened(address: Address) -> AsyncGenerator[Database]:
    """A database, open until the end of the block."""
    database = await Database.open(address)
    try:
        yield database
    finally:
        await database.close()


async def known(database: Database) -> Known:
    """What seed files may refer to."""
    return Known(
        await database.read(holdings.known_refs),
        await database.read(holdings.known_sources),
        frozenset(await database.read(holdings.origins)),
    )


async def apply(database: Database, *paths: Path, now: datetime = LOADED) -> list[Change]:
    """Load seed files into a database at a time, and return what changed."""
    return await database.write(catalogue.apply, load(paths, await known(database)), now)


def write(folder: Path, **files: str) -> Path:
    """Write seed files (``drama="..."`` is ``drama.toml``) and return their folder, which says that it is its name."""
    folder.mkdir(exist_ok=True)
    (folder / "catalogue.toml").write_text(f'id = "{folder.name}"\n', "utf-8")
    for name, content in files.items():
        (folder / f"{name}.toml").write_text(content, "utf-8")
    return folder
