"""Changes to a world, and faults, as JSON: how a test in another process speaks to the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from . import faults
from .faults import Effect, Fault
from .invented import SERIES
from .world import At, Casting, Episode, Work, World


@dataclass(slots=True)
class Commands:
    """Carries out commands on a world and on the list of faults.

    ``{"do": "move", "key": "harbour", "to": "2026-07-04"}``
    ``{"do": "fault", "path": "^/shows", "fault": "status", "code": 429, "retry_after": 2, "times": 3}``
    """

    world: World
    faults: list[Fault]
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """What answers wait for that the fault ``hold`` holds back; ``release`` sets it."""

    def run(self, command: dict[str, Any]) -> None:
        """Carry out one command. Raises an error of Python's own for what it does not understand."""
        world = self.world
        match command:
            case {"do": "move", "key": key, "to": to}:
                world.move(key, date.fromisoformat(to))
            case {"do": "move_episode", "key": key, "number": number, "to": to}:
                world.move_episode(key, number, date.fromisoformat(to))
            case {"do": "move_release", "key": key, "to": to}:
                world.move_release(key, to)
            case {"do": "rename", "key": key, "language": language, "name": name}:
                world.rename(key, language, name)
            case {"do": "leave", "group": group, "person": person, "until": until}:
                world.leave(group, person, until)
            case {"do": "delete", "key": key, "at": at}:
                world.delete(key, At(at))
            case {"do": "delete", "key": key}:
                world.delete(key)
            case {"do": "merge", "old": old, "new": new}:
                world.merge(old, new)
            case {"do": "pass_time", "seconds": seconds}:
                world.pass_time(timedelta(seconds=seconds))
            case {"do": "add_drama", "key": key, "number": number, "premiere": premiere, **more}:
                more.pop("do", None)
                add_drama(world, key, number, date.fromisoformat(premiere), **more)
            case {"do": "fault", "path": path, "fault": name, **more}:
                times, skip = more.pop("times", 1), more.pop("skip", 0)
                self.faults.append(Fault(path, self._effect(name, more), times, skip))
            case {"do": "heal"}:
                self.faults.clear()
            case {"do": "release"}:
                self.gate.set()
            case _:
                raise ValueError(f"unknown command: {command}")

    def _effect(self, name: str, options: dict[str, Any]) -> Effect:
        match name:
            case "status":
                return faults.status(**options)
            case "html":
                return faults.html(**options)
            case "maxlag":
                return faults.maxlag(**options)
            case "error":
                return faults.error(**options)
            case "redirect":
                return faults.redirect(**options)
            case "cut":
                return faults.cut
            case "reset":
                return faults.reset
            case "shorten":
                return faults.changed(faults.shortened)
            case "hold":
                return faults.held(self.gate)
            case _:
                raise ValueError(f"unknown fault: {name}")


def add_drama(
    world: World,
    key: str,
    number: int,
    premiere: date,
    *,
    english: str | None = None,
    korean: str | None = None,
    cast: Sequence[str] = ("chaeha",),
    outlet: str = "tvn",
) -> None:
    """Add a drama of two episodes, with ids made of `number`; `cast` are keys of people."""
    world.add(
        Work(
            key=key,
            names={"en": english or f"Drama {number}", "ko": korean or f"드라마 {number}"},
            qid=f"Q{990_100_000 + number}",
            tvmaze=700 + number,
            class_=SERIES,
            premiere=premiere.isoformat(),
            outlets=[outlet],
            days=("Monday", "Tuesday"),
            cast=[Casting(person, role=f"Role {place}") for place, person in enumerate(cast, 1)],
            episodes=[
                Episode(900_000 + number * 10 + index, index, premiere + timedelta(days=index - 1), "21:00")
                for index in (1, 2)
            ],
        )
    )
