"""What every benchmark needs: the bots to compare, process metrics, and a report."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.wire.loopback import Loopback
from tests.wire.process import BYEOL, BotProcess

PEOPLE = itertools.count(1000)
"""Ids of users. Each asks once, since nobody may ask a thousand times."""
PROC = Path("/proc")
BARE = "bare"


@dataclass(frozen=True)
class Contestant:
    """A bot and how to start it."""

    name: str
    argv: tuple[str, ...]


CONTESTANTS = (
    Contestant("byeol", BYEOL),
    Contestant(BARE, (sys.executable, "-m", "bench.bare_bot")),
)


@dataclass(frozen=True)
class Options:
    """How much to measure: more rounds give steadier figures. `share`: of the size of a full catalogue.

    `minutes`, `rate` (interactions a second) and `trace` (of memory) are for `soak`; `shards`, `servers` and
    `processes` for `scale`. `postgres` is for both: on PostgreSQL rather than SQLite.
    """

    rounds: int
    count: int
    share: float = 1.0
    minutes: float = 30.0
    rate: float = 5.0
    trace: bool = False
    shards: int = 16
    servers: int = 20_000
    processes: int = 3
    postgres: bool = False


@dataclass(frozen=True)
class Sample:
    """One figure of one bot: a value per round."""

    figure: str
    unit: str
    bot: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@dataclass
class Report:
    """The figures of one benchmark, in the order they were added, and notes on them."""

    title: str
    samples: list[Sample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """The bounds that did not hold."""

    def promise(self, figure: str, value: float, bound: float, unit: str = "") -> None:
        """Add a figure of Byeol that may not be higher than a bound."""
        self.add(f"{figure}, at most {bound:g}", unit, CONTESTANTS[0].name, [float(value)])
        if value > bound:
            self.broken.append(f"{figure}: {value:.3g}{unit} is more than {bound:g}{unit}")

    def add(self, figure: str, unit: str, bot: str, values: Sequence[float | None]) -> None:
        """Add a figure. One without values could not be measured here, and is left out."""
        known = tuple(value for value in values if value is not None)
        if known:
            self.samples.append(Sample(figure, unit, bot, known))

    def ratio(self, figure: str) -> float | None:
        """The ratio of Byeol's median to the bare bot's; None where either is missing."""
        of = {sample.bot: sample.median for sample in self.samples if sample.figure == figure}
        return of["byeol"] / of[BARE] if len(of) == 2 and of[BARE] else None

    def print(self, console: Console) -> None:
        table = Table(title=self.title, title_justify="left")
        table.add_column("figure")
        for contestant in CONTESTANTS:
            table.add_column(contestant.name, justify="right")
        table.add_column("ratio", justify="right")
        for figure in dict.fromkeys(sample.figure for sample in self.samples):
            cells = {sample.bot: _cell(sample) for sample in self.samples if sample.figure == figure}
            unit = next(sample.unit for sample in self.samples if sample.figure == figure)
            ratio = self.ratio(figure)
            table.add_row(
                f"{figure} ({unit})" if unit else figure,
                *(cells.get(contestant.name, "-") for contestant in CONTESTANTS),
                f"{ratio:.2f}" if ratio is not None else "-",
            )
        console.print(table)
        for note in self.notes:
            console.print(f"- {note}", markup=False, highlight=False)
        for bound in self.broken:
            console.print(f"BROKEN: {bound}", style="bold red", markup=False, highlight=False)

    def as_json(self) -> dict[str, object]:
        figures = [{**asdict(sample), "median": sample.median} for sample in self.samples]
        ratios = {sample.figure: self.ratio(sample.figure) for sample in self.samples}
        return {"title": self.title, "figures": figures, "ratios": ratios, "notes": self.notes}


def _cell(sample: Sample) -> str:
    spread = f" [dim]{min(sample.values):.3g}..{max(sample.values):.3g}[/dim]" if len(sample.values) > 1 else ""
    return f"{sample.median:.3g}{spread}"


def write_json(reports: Sequence[Report], path: Path) -> None:
    path.write_text(json.dumps([report.as_json() for report in reports], indent=2) + "\n")


def peak_mb(pid: int | None = None) -> float | None:
    """The most resident memory that a process, or this one, ever had, in MB; None where there is no /proc."""
    try:
        status = (PROC / (str(pid) if pid else "self") / "status").read_text()
    except FileNotFoundError:
        return None
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def cpu_seconds(pid: int) -> float | None:
    """CPU seconds the process has used so far, in user and kernel mode; None where there is no /proc."""
    try:
        # The name in the second field may contain spaces, so count the fields from its closing bracket.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float | None:
    """The process's resident memory in MB; None where there is no /proc."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except FileNotFoundError:
        return None
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True)
class Running:
    """A running bot that is ready, on a loopback server of its own."""

    name: str
    server: Loopback
    process: BotProcess


@asynccontextmanager
async def started(contestant: Contestant, database: Path) -> AsyncGenerator[Running]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Loopback())
        bot = BotProcess(server, database, argv=contestant.argv, log_level="WARNING")
        process = await stack.enter_async_context(bot)
        await process.ready(within=60)
        yield Running(contestant.name, server, process)


async def able(folder: Path) -> tuple[list[Contestant], list[str]]:
    """The bots that start here, and a note on each that does not."""
    found: list[Contestant] = []
    notes: list[str] = []
    for contestant in CONTESTANTS:
        try:
            async with started(contestant, folder / f"{contestant.name}-probe.db"):
                found.append(contestant)
        except (RuntimeError, TimeoutError) as error:
            notes.append(f"{contestant.name} is not measured, it does not start: {str(error).splitlines()[-1]}")
    if not PROC.joinpath("self", "stat").exists():
        notes.append("CPU and memory are not measured: this system has no /proc.")
    return found, notes
