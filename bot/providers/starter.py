"""The artists that ship with Byeol: groups and their members from Wikidata, for a bot that has not synced yet.

They are records of the provider Wikidata as an earlier day gave them, so a sync goes on from them: it asks for each of
them, and takes in what the item says by then instead.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.catalogue.model import Clock
from bot.providers.sync import AT_ONCE, source_of
from bot.providers.wikidata import ABOUT, ORDER, Mark
from bot.store import imports, record, runs
from bot.store.database import Database
from bot.store.imports import Staged

ARTISTS = Path(__file__).parent.parent / "starter" / "artists.jsonl"
"""One record a line, as `bot.store.record.dump` writes it; ``scripts/starter.py`` makes it."""
NAME = "starter"
"""What it is called in the list of runs, where the end of its run says that it is never loaded again."""
STAGED_AT_ONCE = 200

log = logging.getLogger(__name__)


async def load(database: Database, clock: Clock) -> None:
    """Take in the artists that ship with Byeol, once in the life of a database, in short transactions.

    Nothing happens if records of Wikidata were there before. A load that was interrupted goes on where it stopped.
    """
    run = await database.write(runs.begin_once, NAME, ABOUT.name, clock())
    if run is None:
        return
    source = source_of(ABOUT)
    await database.write(imports.credit_provider, source, clock())
    lines = await asyncio.to_thread(ARTISTS.read_text, "utf-8")
    await _stage(database, run, lines.splitlines(), clock)
    taken_in = changed = doubtful = 0
    while (
        taken := await database.write_aside(
            imports.take_in, ABOUT.name, source.slug, AT_ONCE, clock(), trusted=False, shipped=True
        )
    ).records:
        taken_in += taken.records
        changed += len(taken.changes)
        doubtful += taken.doubtful
    await database.write(runs.note, run, fetched=taken_in, changed=changed, doubtful=doubtful)
    await database.write(runs.finish, run, clock(), None)
    log.info("Loaded the artists that ship with Byeol (%d)", taken_in)


async def _stage(database: Database, run: runs.Run, lines: list[str], clock: Clock) -> None:
    done = int(run.cursor or 0)
    while done < len(lines):
        staged = [_staged(line) for line in lines[done : done + STAGED_AT_ONCE]]
        done += len(staged)
        await database.write_aside(imports.stage, run, str(done), staged, (), {}, clock())


def _staged(line: str) -> Staged:
    one = record.load(line)
    kind = one.things[0].kind
    return Staged(one, str(Mark("", kind)), ORDER[kind])
