"""The same questions to the same seeds on both engines: what the bot does for an answer, without Discord's part."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.address import Address, PostgresAddress
from bot.interactions.host import Host
from bot.seeding import load_own
from bot.store import catalogue as stored
from bot.store import names
from bot.store.connection import Connection
from bot.store.database import Database
from tests.postgres import programs, running

from .catalogue import LISTS, NOW, QUESTIONS, host_of, in_turns
from .measure import Contestant, Options, Report

Figures = dict[str, list[float]]


@dataclass
class EngineReport(Report):
    """Milliseconds by question: SQLite's, and PostgreSQL's where there is a server."""

    figures: Figures = field(default_factory=Figures)

    def print(self, console: Console) -> None:
        table = Table("what", "SQLite (ms)", "PostgreSQL (ms)", "ratio", title=self.title, title_justify="left")
        for question, times in self.figures.items():
            ratio = f"{times[1] / times[0]:.1f}" if len(times) > 1 else "-"
            table.add_row(question, *(f"{one:.2f}" for one in (*times, *[float("nan")] * (2 - len(times)))), ratio)
        console.print(table)
        for note in self.notes:
            console.print(f"- {note}", markup=False, highlight=False)

    def as_json(self) -> dict[str, object]:
        return {"title": self.title, "figures": self.figures, "notes": self.notes}


def _touch(connection: Connection) -> None:
    connection.execute("UPDATE catalogue SET revision = revision + 1")


async def asked(count: int, addresses: Sequence[Address]) -> Figures:
    """The median milliseconds of each question on each database; they take turns, so that a slow moment affects all."""
    hosts: list[Host] = []
    for address in addresses:
        database = await Database.open(address)
        await database.write(stored.apply, load_own(), NOW)
        if isinstance(address, PostgresAddress):
            await database.write(lambda connection: connection.execute("ANALYZE"))  # as the server does by itself, soon
        hosts.append(await host_of(database))
    gc.collect()
    gc.freeze()
    steps: dict[str, Callable[[Host], Awaitable[object]]] = {name: step for name, (_, step) in QUESTIONS.items()}
    steps |= LISTS
    steps["the serial, which is asked before each answer"] = lambda host: host.database.read(names.serial)
    steps["the smallest write"] = lambda host: host.database.write(_touch)
    figures = {question: await in_turns(step, hosts, count) for question, step in steps.items()}
    for host in hosts:
        await host.database.close()
    return figures


async def engines(_: Sequence[Contestant], options: Options, folder: Path) -> EngineReport:
    """Ask both engines, in a process of its own."""
    report = EngineReport("The seeds on two engines")
    command = [sys.executable, "-m", "bench.engines", str(options.count // 5), str(folder / "engines.db")]
    if programs() is None:
        report.notes.append("PostgreSQL is not installed here, so it was not asked.")
        ran = await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.PIPE, text=True)
    else:
        with running(synchronous_commit="on") as server:
            command.append(server.database().url)
            ran = await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.PIPE, text=True)
        report.notes.append("The server is on the same machine, behind a socket, and does not wait for the disk.")
    report.figures |= json.loads(ran.stdout)
    return report


if __name__ == "__main__":
    number, *where = sys.argv[1:]
    known = [PostgresAddress.parse(one) if "://" in one else Path(one) for one in where]
    sys.stdout.write(json.dumps(asyncio.run(asked(int(number), known))))
