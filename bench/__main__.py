"""`python -m bench [name...]`: measure Byeol against a bare bot, in one run on one machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from .catalogue import catalogue
from .engines import engines
from .fanout import fanout
from .interactions import interactions
from .measure import Contestant, Options, Report, able, write_json
from .planning import planning
from .restart import restart
from .scale import scale
from .search import search
from .soak import soak
from .startup import startup

Benchmark = Callable[[Sequence[Contestant], Options, Path], Awaitable[Report]]

BENCHMARKS: dict[str, Benchmark] = {
    "startup": startup,
    "interactions": interactions,
    "fanout": fanout,
    "planning": planning,
    "search": search,
    "catalogue": catalogue,
    "engines": engines,
}
LONG: dict[str, Benchmark] = {"soak": soak, "scale": scale, "restart": restart}
"""Those that take half an hour or much memory, and are measured only if they are named."""


async def measure(names: Sequence[str], options: Options, console: Console) -> list[Report]:
    with tempfile.TemporaryDirectory(prefix="byeol-bench-") as folder:
        contestants, notes = await able(Path(folder))
        reports: list[Report] = []
        for name in names:
            console.print(f"measuring {name} ...", style="dim")
            report = await (BENCHMARKS | LONG)[name](contestants, options, Path(folder))
            report.notes += notes
            report.print(console)
            reports.append(report)
    return reports


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = f"of {', '.join(BENCHMARKS)}, which are measured unless any is named; or {' or '.join(LONG)}"
    parser.add_argument("name", nargs="*", help=names)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement (default 5)")
    parser.add_argument("--count", type=int, default=1000, help="interactions a round (default 1000)")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the full catalogue's size (default 1; 0.1 is quick)"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="length of a soak (default 30; 3 is a try)")
    parser.add_argument("--rate", type=float, default=5.0, help="interactions a second of a soak (default 5)")
    parser.add_argument("--trace", action="store_true", help="say where the memory of a soak went")
    parser.add_argument("--shards", type=int, default=16, help="shards of a scale (default 16)")
    parser.add_argument("--servers", type=int, default=20_000, help="servers of a scale (default 20000; 1000 is a try)")
    parser.add_argument("--processes", type=int, default=3, help="processes that share its shards (default 3)")
    parser.add_argument("--postgres", action="store_true", help="soak or scale on a PostgreSQL server of its own")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the figures to this file")
    asked = parser.parse_args()
    unknown = set(asked.name) - set(BENCHMARKS | LONG)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    console = Console(width=None if sys.stdout.isatty() else 110)
    options = Options(
        *(asked.rounds, asked.count, asked.share),
        minutes=asked.minutes,
        rate=asked.rate,
        trace=asked.trace,
        shards=asked.shards,
        servers=asked.servers,
        processes=asked.processes,
        postgres=asked.postgres,
    )
    reports = asyncio.run(measure(asked.name or list(BENCHMARKS), options, console))
    if asked.json:
        write_json(reports, asked.json)
    return 1 if any(report.broken for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
