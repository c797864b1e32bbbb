"""`python -m bench [name...]`: measure Byeol against a bare bot, in one run on one machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from .fanout import fanout
from .interactions import interactions
from .measure import Contestant, Options, Report, able, write_json
from .planning import planning
from .search import search
from .startup import startup

Benchmark = Callable[[Sequence[Contestant], Options, Path], Awaitable[Report]]

BENCHMARKS: dict[str, Benchmark] = {
    "startup": startup,
    "interactions": interactions,
    "fanout": fanout,
    "planning": planning,
    "search": search,
}


async def measure(names: Sequence[str], options: Options, console: Console) -> list[Report]:
    with tempfile.TemporaryDirectory(prefix="byeol-bench-") as folder:
        contestants, notes = await able(Path(folder))
        reports: list[Report] = []
        for name in names:
            console.print(f"measuring {name} ...", style="dim")
            report = await BENCHMARKS[name](contestants, options, Path(folder))
            report.notes += notes
            report.print(console)
            reports.append(report)
    return reports


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all of them unless named")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement (default 5)")
    parser.add_argument("--count", type=int, default=1000, help="interactions a round (default 1000)")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the figures to this file")
    asked = parser.parse_args()
    unknown = set(asked.name) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    console = Console(width=None if sys.stdout.isatty() else 110)
    options = Options(asked.rounds, asked.count)
    reports = asyncio.run(measure(asked.name or list(BENCHMARKS), options, console))
    if asked.json:
        write_json(reports, asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
