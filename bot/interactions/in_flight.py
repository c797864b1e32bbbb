"""The interactions that are being answered: when the bot stops, these are answered first."""

from __future__ import annotations

import asyncio
from typing import Any

import discord


class InFlight:
    """The tasks that answer interactions. One serves a whole client."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Any], discord.Interaction[Any]] = {}

    def add(self, interaction: discord.Interaction[Any]) -> None:
        """Count an interaction as being answered until the current task, which answers it, ends."""
        task = asyncio.current_task()
        assert task is not None
        if task not in self._tasks:
            self._tasks[task] = interaction
            task.add_done_callback(self._tasks.pop)

    async def finish(self, within: float) -> list[discord.Interaction[Any]]:
        """Wait up to `within` seconds until all are answered; cancel the others, and return their interactions."""
        await asyncio.sleep(0)  # what was received last may have a task that has not begun
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return list(left.values())
