"""`python -m tests.wire.launch`: the bot itself, `python -m bot run`, under a clock of the test's and with an accident.

Nothing of the bot is replaced. Its clock is the loopback's; what only makes a test wait is shortened; and the process
kills itself, as `kill -9` would, when it comes to a point inside that nobody outside can see.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partialmethod
from pathlib import Path
from typing import Any
from unittest import mock

from discord.ext import commands, tasks
from discord.http import HTTPClient

from bot.__main__ import main as bot
from bot.announcements.publisher import publisher, retry_policy
from bot.announcements.schedule import Due
from bot.client import Byeol
from bot.cluster import rules
from bot.cluster.keeper import Keeper
from bot.operations import daily_backups
from bot.store import deliveries, guild_events, planning, post_actions, subject_roles, threads
from bot.store.connection import Connection
from bot.store.planning import Channels
from bot.store.reading import stamp

from .clock import Reader

POINTS = (
    "between two portions",
    "before the claim",
    "claim not kept",
    "after the claim",
    "request not sent",
    "not recorded",
    "record not kept",
)
"""Where a process can end itself, by the names that `--die` takes."""

CREATES = (("POST", "/channels/{channel_id}/messages"), ("POST", "/channels/{channel_id}/threads"))
"""The requests that announce: they create a message, or a post of a forum."""

EVENT_POINTS: dict[str, tuple[object, str, bool]] = {
    "event claim not kept": (guild_events, "claim", True),
    "event request not sent": (HTTPClient, "request", False),
    "event not recorded": (guild_events, "settle", False),
    "event record not kept": (guild_events, "settle", True),
}
"""The same on the way of a server's event: what is called there, and whether it is the end of that."""

ROLE_POINTS: dict[str, tuple[object, str, bool]] = {
    "role claim not kept": (subject_roles, "want", True),
    "role request not sent": (HTTPClient, "request", False),
    "role not recorded": (subject_roles, "settle", False),
    "role record not kept": (subject_roles, "settle", True),
}
"""The same on the way of a role by which members are told of something."""

THREAD_POINTS: dict[str, tuple[object, str, bool]] = {
    "thread claim not kept": (post_actions, "claim", True),
    "thread request not sent": (HTTPClient, "request", False),
    "thread not recorded": (threads, "opened", False),
    "thread record not kept": (threads, "opened", True),
    "lock request not sent": (HTTPClient, "request", False),
    "lock not recorded": (post_actions, "done", False),
}
"""The same on the way of a thread under a post, and of its lock."""

REQUESTS = {
    "event request not sent": ("POST", "scheduled-events"),
    "role request not sent": ("POST", "roles"),
    "thread request not sent": ("POST", "threads"),
    "lock request not sent": ("PATCH", "{channel_id}"),
}
"""Which requests are meant where it is one."""

READY = 0.1
"""Seconds for which discord.py waits for one more server; its own two are for a Discord that is far away."""
BEAT = 0.3
"""Seconds between two looks at what is due."""
RETRY = timedelta(seconds=1)
"""Until a delivery is tried again for the first time."""
CLUSTER = {
    "LEASE": timedelta(seconds=6),
    "MARGIN": timedelta(seconds=1),
    "RENEW": timedelta(seconds=1),
    "POLL": timedelta(seconds=0.1),
    "IDENTIFY": timedelta(seconds=0.75),
    "CONNECT": timedelta(seconds=3),
}
"""What processes that share the shards wait for: a fifth of it, and a seventh of the time between two identifies."""


def die() -> None:
    """Be gone, here and now: nothing is flushed, closed or told."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # this thread goes no further, however long the signal takes


def _countdown(times: int) -> Callable[[], None]:
    left = times

    def tick() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            die()

    return tick


def _prepare(point: str, times: int) -> None:
    """Die when the process comes to `point` for the `times`-th time."""
    reached = _countdown(times)
    if (inner := {**EVENT_POINTS, **ROLE_POINTS, **THREAD_POINTS}.get(point)) is not None:
        _prepare_inner(point, *inner, reached)
        return
    if point == "request not sent":
        send = HTTPClient.request

        def sending(*args: Any, **kwargs: Any) -> Any:
            if (args[1].method, args[1].path) in CREATES:
                reached()
            return send(*args, **kwargs)

        mock.patch.object(HTTPClient, "request", sending).start()
        return
    if point == "between two portions":
        mock.patch.object(publisher, "PORTION", 1).start()
        plan = planning.plan

        def planned(connection: Connection, due: Sequence[Due], channels: Channels) -> int:
            if channels.after:  # a portion before this one is planned
                reached()
            return plan(connection, due, channels)

        mock.patch.object(planning, "plan", planned).start()
        return
    name = {"before the claim": "claim", "claim not kept": "claim", "after the claim": "begin"}.get(point, "sent")
    real: Callable[..., Any] = getattr(deliveries, name)

    def stage(connection: Connection, *args: Any, **kwargs: Any) -> Any:
        # These run inside the transaction: what they return is kept only once it ends.
        match point:
            case "before the claim":
                if _due(connection, args[0]):
                    reached()
                return real(connection, *args, **kwargs)
            case "claim not kept" | "record not kept":
                done = real(connection, *args, **kwargs)
                if done != []:
                    reached()
                return done
            case _:
                reached()
                return real(connection, *args, **kwargs)

    mock.patch.object(deliveries, name, stage).start()


def _prepare_inner(point: str, owner: object, name: str, end: bool, reached: Callable[[], None]) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def staged(*args: Any, **kwargs: Any) -> Any:
        if owner is HTTPClient and (args[1].method, args[1].path.split("/")[-1]) != REQUESTS[point]:
            return real(*args, **kwargs)
        if not end:
            reached()
        done = real(*args, **kwargs)
        if end and done != []:
            reached()
        return done

    mock.patch.object(owner, name, staged).start()


def _due(connection: Connection, now: datetime) -> bool:
    return connection.execute("SELECT 1 FROM delivery WHERE try_at <= ? LIMIT 1", (stamp(now),)).fetchone() is not None


def _hurry() -> None:
    """Shorten the waits that are there for people and for the far end, and that no delivery depends on."""
    quick = partialmethod(commands.AutoShardedBot.__init__, guild_ready_timeout=READY)
    mock.patch.object(commands.AutoShardedBot, "__init__", quick).start()
    loop: Callable[..., Any] = tasks.loop

    def quickly(**options: Any) -> Any:
        return loop(**{**options, "seconds": BEAT})

    mock.patch.object(tasks, "loop", quickly).start()
    mock.patch.object(retry_policy, "FIRST_RETRY", RETRY).start()
    mock.patch.object(daily_backups, "FIRST_LOOK", READY).start()
    for name, span in CLUSTER.items():
        mock.patch.object(rules, name, span).start()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.wire.launch", description=__doc__)
    parser.add_argument("--clock", type=Path, required=True, help="the file of the loopback's clock")
    parser.add_argument("--die", choices=(*POINTS, *EVENT_POINTS, *ROLE_POINTS, *THREAD_POINTS), help="where to die")
    parser.add_argument("--times", type=int, default=1, help="how often it passes there, with the last (default 1)")
    asked = parser.parse_args()
    for timed in (Byeol, Keeper):
        mock.patch.dict(timed.__init__.__kwdefaults__, clock=Reader(asked.clock).now).start()
    _hurry()
    if asked.die is not None:
        _prepare(asked.die, asked.times)
    return bot(["run"])


if __name__ == "__main__":
    sys.exit(main())
