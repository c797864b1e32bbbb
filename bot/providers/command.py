"""The command ``sync``: bring the catalogue up to date with open data, and show how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from bot.catalogue.model import utcnow
from bot.errors import StartError
from bot.providers.provider import Provider
from bot.providers.registry import TITLES, from_file, online
from bot.providers.service import ProviderError
from bot.providers.sync import AT_ONCE, Asked, Result, Step, sync
from bot.settings import SyncSettings
from bot.store import imports, runs
from bot.store.database import Database
from bot.store.stated import Change

STOPPED = 1
"""The exit code if a provider stopped before it was done; the others were read all the same."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked on the command line. `path`: a file or folder to read instead of the service."""

    providers: Sequence[str]
    full: bool = False
    force: bool = False
    dry_run: bool = False
    path: Path | None = None
    report: Path | None = None


async def check(settings: SyncSettings, options: Options) -> int:
    """Ask each provider for one small thing, and say whether its answer is as expected. Writes nothing."""
    out = Console()
    code = 0
    async with AsyncExitStack() as stack:
        for provider in await _providers(settings, options, stack):
            try:
                found = await provider.check()
            except ProviderError as error:
                out.print(f"[red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
                code = STOPPED
            else:
                words = found if found.startswith(provider.about.title) else f"{provider.about.title}: {found}"
                out.print(f"[green]✓[/] {escape(words)}", highlight=False, soft_wrap=True)
    return code


async def run(settings: SyncSettings, database: Database, options: Options) -> int:
    """Read the providers one after another, and print what became of each. Returns the exit code.

    Raises `StartError` if the report cannot be written.
    """
    out = Console()
    async with AsyncExitStack() as stack:
        providers = await _providers(settings, options, stack)
        report = stack.enter_context(_written(options.report)) if options.report else None
        results = [await _read(settings, database, provider, options, out, report) for provider in providers]
        doubts = await database.read(runs.doubts)
        if report is not None:
            _write_doubts(report, doubts)
    for result in results:
        _say(out, result, options)
    if doubts and report is None:
        out.print(
            "Things that may be in the catalogue under another name, and were not taken for it: "
            f"{len(doubts):,}. --report FILE lists them.",
            highlight=False,
            soft_wrap=True,
        )
    return STOPPED if any(result.problem for result in results) else 0


async def forget(database: Database, providers: Sequence[str]) -> int:
    """Take back all that providers stated, in short transactions, and say how much that was. Returns the exit code."""
    out = Console()
    for name in providers:
        await database.write(imports.forget, name)
        changed = 0
        while (taken := await database.write_aside(imports.remove_gone, name, AT_ONCE, utcnow())).records:
            changed += len(taken.changes)
        changed += len(await database.write(imports.remove_left, name, utcnow()))
        await database.write(imports.discredit_provider, name, utcnow())
        out.print(f"[green]✓[/] {TITLES[name]}: forgotten, with {changed:,} changes.", highlight=False)
    return 0


def _written(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise StartError(f"{path} cannot be written: {error.strerror}.") from error


async def _providers(settings: SyncSettings, options: Options, stack: AsyncExitStack) -> list[Provider]:
    if options.path is not None:
        return [from_file(name, options.path) for name in options.providers]
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return online(options.providers, session, settings.contact, settings.addresses, utcnow)


async def _read(
    settings: SyncSettings,
    database: Database,
    provider: Provider,
    options: Options,
    out: Console,
    report: TextIO | None,
) -> Result:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task(f"{provider.about.title}: asking", total=None)

        def told(step: Step) -> None:
            total = step.done + step.left if step.left is not None else None
            progress.update(task, description=f"{provider.about.title}: {step.what}", completed=step.done, total=total)

        def seen(changes: Sequence[Change]) -> None:
            if report is not None:
                report.writelines(_line(provider, change) for change in changes)

        asked = Asked(
            full=options.full,
            path=str(options.path.resolve()) if options.path else "",
            force=options.force,
            trusted=provider.about.name in settings.trusted,
            told=told,
            seen=seen,
        )
        return await sync(database, provider, asked, utcnow)


def _line(provider: Provider, change: Change) -> str:
    why = f" ({change.why})" if change.why else ""
    return f"{provider.about.title}\t{change.action}\t{change.what}{why}\n"


def _write_doubts(report: TextIO, doubts: Sequence[runs.Doubt]) -> None:
    report.writelines(f"doubtful\t{doubt.id}\tmay be {doubt.maybe}: {doubt.why}\n" for doubt in doubts)


def _say(out: Console, result: Result, options: Options) -> None:
    if result.problem is not None:
        out.print(f"[red]✗[/] {escape(_sentence(result.problem, options))}", highlight=False, soft_wrap=True)
        return
    would = "would be " if options.dry_run else ""
    out.print(
        f"[green]✓[/] {result.title}: {result.fetched:,} documents read, {result.changed:,} changes {would}made,"
        f" {result.gone:,} documents {would}removed, {result.doubtful:,} doubtful.",
        highlight=False,
        soft_wrap=True,
    )


def _sentence(problem: str, options: Options) -> str:
    if problem.endswith("."):
        return problem
    return f"{problem}." if options.dry_run else f"{problem}. Run it again later: it goes on where it stopped."
