"""The targets of search, and the report on whether targets are met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from .measure import Report

Figures = dict[str, float]
"""Measurements by name."""


@dataclass(frozen=True)
class Target:
    """The target of a figure: `value`, computed from the figures of all sizes, is at most, or at least, `bound`."""

    words: str
    value: Callable[[dict[int, Figures], Figures], float]
    bound: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound


def _worst(figure: str) -> Callable[[dict[int, Figures], Figures], float]:
    return lambda sizes, _: max(figures[figure] for figures in sizes.values())


def _least(figure: str) -> Callable[[dict[int, Figures], Figures], float]:
    return lambda sizes, _: min(figures[figure] for figures in sizes.values())


TARGETS = (
    Target("recall@5 at 10,000", lambda sizes, _: sizes[10_000]["Byeol: recall@5"], 0.97, at_least=True),
    Target("recall@1 at 10,000", lambda sizes, _: sizes[10_000]["Byeol: recall@1"], 0.90, at_least=True),
    Target("recall@5 at 100,000", lambda sizes, _: sizes[100_000]["Byeol: recall@5"], 0.92, at_least=True),
    Target("recall@1 at 100,000", lambda sizes, _: sizes[100_000]["Byeol: recall@1"], 0.80, at_least=True),
    Target(
        "a keystroke at 10,000, in SELECT 1 (execute_fetchall)",
        lambda sizes, _: sizes[10_000]["keystroke: median (ms)"] / sizes[10_000]["SELECT 1, execute_fetchall (ms)"],
        2,
    ),
    Target(
        "a changed name at 10,000, in SELECT 1 (execute_fetchall)",
        lambda sizes, _: sizes[10_000]["changed name: median (ms)"] / sizes[10_000]["SELECT 1, execute_fetchall (ms)"],
        2,
    ),
    Target(
        "a changed name at 10,000, in SELECT 1 (cursor)",
        lambda sizes, _: sizes[10_000]["changed name: median (ms)"] / sizes[10_000]["SELECT 1, cursor (ms)"],
        2,
    ),
    Target(
        "a keystroke at 100,000, in those at 1,000",
        lambda sizes, _: sizes[100_000]["keystroke, in those at 1,000"],
        2.2,
    ),
    Target(
        "a changed name at 100,000, in those at 1,000",
        lambda sizes, _: sizes[100_000]["changed name, in those at 1,000"],
        2.2,
    ),
    Target(
        "a changed name at 100,000, in linear rapidfuzz",
        lambda sizes, _: sizes[100_000]["changed name: median (ms)"] / sizes[100_000]["linear rapidfuzz: median (ms)"],
        1 / 500,
    ),
    Target("longest question (ms)", _worst("longest question (ms)"), 3),
    Target("held by building (ms)", _worst("held by building (ms)"), 5),
    Target("held by building anew (ms)", _worst("held by building anew (ms)"), 5),
    Target("held by following (ms)", _worst("held by following (ms)"), 5),
    Target("memory at 100,000 (MB)", lambda sizes, _: sizes[100_000]["memory (MB)"], 100),
    Target("a start without a saved index: first answer (s)", _worst("cold start: first answer (s)"), 3),
    Target("a start with a saved index: first answer (s)", _worst("warm start: first answer (s)"), 3),
    Target("right answers after a start without a saved index", _least("cold start: right answers"), 1, at_least=True),
    Target("right answers after a start with a saved index", _least("warm start: right answers"), 1, at_least=True),
    Target("held by loading a saved index (ms)", _worst("warm start: held until answers (ms)"), 5),
    Target("a changed name is found (ms)", _worst("a changed name is found (ms)"), 50),
    Target("start-up with the seeds (ms)", lambda _, seeds: seeds["start-up with the seeds (ms)"], 20),
)


def promises(targets: Iterable[Target], sizes: dict[int, Figures], figures: Figures) -> Table:
    """Every target with what was measured."""
    table = Table(title="Promises", title_justify="left")
    for column in ("promise", "measured", "bound", ""):
        table.add_column(column)
    for target in targets:
        value = target.value(sizes, figures)
        bound = f"{'at least' if target.at_least else 'at most'} {target.bound:.3g}"
        table.add_row(target.words, f"{value:.3g}", bound, "pass" if target.met(value) else "[bold red]FAIL[/]")
    return table


@dataclass
class SearchReport(Report):
    """One column per size, and every target with what was measured."""

    sizes: dict[int, Figures] = field(default_factory=dict[int, Figures])
    start: Figures = field(default_factory=dict[str, float])

    def print(self, console: Console) -> None:
        table = Table(title=self.title, title_justify="left")
        table.add_column("figure")
        for size in self.sizes:
            table.add_column(f"{size:,}", justify="right")
        for figure in next(iter(self.sizes.values())):
            table.add_row(figure, *(f"{figures[figure]:.3g}" for figures in self.sizes.values()))
        console.print(table)
        console.print(promises(TARGETS, self.sizes, self.start))
        for note in self.notes:
            console.print(f"- {note}", markup=False, highlight=False)

    def as_json(self) -> dict[str, object]:
        return {"title": self.title, "figures": self.sizes, "start": self.start, "notes": self.notes}
