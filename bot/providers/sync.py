"""One run of one provider: fetch, compare, and take in, so that it can stop anywhere and go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.catalogue.model import Clock
from bot.catalogue.origin import Authority, Origin
from bot.providers.provider import About, Held, Known, KnownWork, Provider
from bot.providers.service import ProviderError
from bot.store import expected, imports, runs
from bot.store.database import Database
from bot.store.imports import Staged
from bot.store.runs import Run
from bot.store.stated import Change, SourceRow

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Records taken in in one transaction: few, so that no announcement waits for it."""
FEW = 20
"""As many records may go or change in any run, however few there are."""
MOST_GONE, MOST_CHANGED = 0.05, 0.5
"""The largest shares of a provider's records that may go and change in a run without being forced."""


class Step(NamedTuple):
    """How far a run is: what it does, how many steps are done of it, and how many are left, if that is known."""

    what: str
    done: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did. `problem`: why it stopped, in one line, or None."""

    title: str
    fetched: int = 0
    changed: int = 0
    gone: int = 0
    doubtful: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a run. `path`: the file that the provider reads, if any.

    `trusted`: whether its dates may be announced. `told` hears of each step, `seen` of all changes of the catalogue.
    """

    full: bool = False
    path: str = ""
    force: bool = False
    trusted: bool = False
    told: Callable[[Step], object] = lambda _: None
    seen: Callable[[list[Change]], object] = lambda _: None


async def sync(database: Database, provider: Provider, asked: Asked, clock: Clock) -> Result:
    """Bring the catalogue up to date with a provider. A problem ends the run, and is in its result."""
    source = source_of(provider.about)
    await database.write(imports.credit_provider, source, clock())
    run = await database.write(runs.begin, provider.about.name, asked.path, clock(), complete=asked.full)
    if run.cursor is None and not asked.force:
        await database.write(imports.look_again, provider.about.name)
    return await _Sync(database, provider, source, asked, clock, run).run()


def source_of(about: About) -> SourceRow:
    """A provider as a source of statements."""
    slug = f"provider-{about.name}"
    origin = Origin(Authority.IMPORT, about.name)
    return SourceRow(slug, about.title, None, None, about.address, about.licence, None, origin)


class _Sync:
    """The state of one run."""

    def __init__(
        self, database: Database, provider: Provider, source: SourceRow, asked: Asked, clock: Clock, run: Run
    ) -> None:
        self._database = database
        self._provider = provider
        self._name = provider.about.name
        self._source = source.slug
        self._asked = asked
        self._clock = clock
        self._run = run
        self._fetched = self._changed = self._gone = self._doubtful = 0

    async def run(self) -> Result:
        problem = None
        try:
            await self._fetch()
            problem = await self._objection()
            if problem is None:
                await self._take_in()
        except ProviderError as error:
            problem = str(error)
            await self._database.write(runs.stop, self._run, problem)
        except Exception as error:
            # A document of a shape that nobody foresaw must not stop the other providers, nor the bot.
            title = self._provider.about.title
            log.exception("%s could not be taken in", title)
            problem = f"{title} could not be taken in ({type(error).__name__}); see the log"
            await self._database.write(runs.stop, self._run, problem)
        else:
            await self._database.write(runs.finish, self._run, self._clock(), problem)
        return Result(self._provider.about.title, self._fetched, self._changed, self._gone, self._doubtful, problem)

    async def _fetch(self) -> None:
        held = await self._database.read(imports.held, self._name)
        known = Known(
            {id_: Held(id_, version) for id_, version in held.items()},
            await self._database.read(imports.ids),
            [KnownWork(*work) for work in await self._database.read(imports.works)],
        )
        steps = 0
        async for batch in self._provider.run(known, self._run.cursor, full=self._run.complete):
            staged = [Staged(*one) for one in batch.fetched]
            moved = batch.moved or {}
            merged = await self._database.write_aside(
                imports.stage, self._run, batch.cursor, staged, batch.gone, moved, self._clock()
            )
            self._note(merged)
            self._fetched += len(batch.fetched)
            steps += 1
            self._asked.told(Step("fetching", steps, batch.left))

    async def _objection(self) -> str | None:
        """Why what was fetched is not taken in: it would do away with too much."""
        pending = await self._database.read(imports.pending, self._name)
        if self._asked.force:
            return None
        for words, count, share in (("remove", pending.gone, MOST_GONE), ("change", pending.changed, MOST_CHANGED)):
            if count > max(FEW, pending.held * share):
                title = self._provider.about.title
                return (
                    f"{title} would {words} {count:,} of the {pending.held:,} records held from it,"
                    " so nothing was changed. If that is what you want, run it again with --force."
                )
        return None

    async def _take_in(self) -> None:
        left = (await self._database.read(imports.pending, self._name)).left
        done = 0
        trusted = self._asked.trusted
        while (
            taken := await self._database.write_aside(
                imports.take_in, self._name, self._source, AT_ONCE, self._clock(), trusted=trusted
            )
        ).records:
            done += taken.records
            self._note(taken.changes, taken.doubtful)
            self._asked.told(Step("taking in", done, max(left - done, 0)))
        after = ""
        while True:
            taken, last = await self._database.write_aside(
                imports.take_in_again, self._name, self._source, after, AT_ONCE, self._clock(), trusted=trusted
            )
            if last is None:
                break
            after = last
            self._note(taken.changes, taken.doubtful)
        while (
            taken := await self._database.write_aside(imports.remove_gone, self._name, AT_ONCE, self._clock())
        ).records:
            done += taken.records
            self._gone += taken.records
            self._note(taken.changes)
            self._asked.told(Step("removing", done, max(left - done, 0)))
        self._note(await self._database.write(imports.remove_left, self._name, self._clock()))
        await self._database.write(imports.pass_by, self._name, self._clock())
        await self._database.write(expected.catch_up, self._clock())
        await self._database.write(
            runs.note, self._run, fetched=self._fetched, changed=self._changed, gone=self._gone, doubtful=self._doubtful
        )

    def _note(self, changes: Sequence[Change], doubtful: int = 0) -> None:
        self._changed += sum(change.action != "kept" for change in changes)
        self._doubtful += doubtful
        self._asked.seen(list(changes))
