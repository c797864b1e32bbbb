"""Restart: processes that share the shards are restarted one by one during a fan-out, by draining and by stopping."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.address import Address
from bot.cluster.rules import fair_share
from bot.running import seed_empty
from bot.store import leases
from bot.store.database import Database
from tests.wire.deliveries import clubs_on
from tests.wire.gateway import Turns
from tests.wire.loopback import Loopback
from tests.wire.process import BYEOL, BotProcess

from . import season
from .measure import Contestant, Options, Report
from .scale import BOT, IDENTIFY, LATENCY, LOOK, PER_SECOND, POSTS, POSTS_WINDOW


@dataclass
class Cluster:
    """Processes that share the shards."""

    server: Loopback
    folder: Path
    address: Address
    database: Database
    options: Options
    stack: AsyncExitStack
    bots: list[BotProcess] = field(default_factory=list[BotProcess])
    codes: list[int] = field(default_factory=list[int])

    async def start(self) -> None:
        """Start one more."""
        shards = {"BYEOL_SHARDS": f"auto/{self.options.shards}"}
        bot = season.bot(self.server, self.folder, self.address, BYEOL, shards)
        self.bots.append(await self.stack.enter_async_context(bot))

    async def divided(self) -> None:
        """Wait until each serves its fair share, and Discord has told it of its servers."""
        shards, processes = self.options.shards, self.options.processes
        for _ in range(round(shards * IDENTIFY * 4 / LOOK)):
            known = await self.database.read(leases.everything)
            held = Counter(one.owner for one in known if one.name.startswith("shard/")).values()
            served = {session.shard[0] for session in self.server.gateway.sessions if session.connected}
            if (len(held), len(served)) == (processes, shards) and max(held) <= fair_share(shards, processes):
                return
            await asyncio.sleep(LOOK)
        said = "\n".join("\n".join(bot.lines[-20:]) for bot in self.bots)
        raise TimeoutError(f"the shards were not divided fairly\n{said}")

    async def restart(self, report: Report, *, drains: bool) -> None:
        """Restart all, one after the other."""
        begun, took = time.monotonic(), [0.0]
        for bot in list(self.bots):
            told = time.monotonic()
            self.codes.append(await (bot.drain(self.options.shards * IDENTIFY * 2) if drains else bot.terminate()))
            took.append(time.monotonic() - told)
            self.bots.remove(bot)
            await self.start()
            await self.divided()
        how, gaps = "drained" if drains else "stopped", sorted(self.server.gateway.gaps(begun).values())
        report.add(f"{how}: until all were restarted", "s", BOT, [time.monotonic() - begun])
        report.add(f"{how}: longest from the signal to the end of a process", "s", BOT, [max(took)])
        report.add(f"{how}: unserved, each shard's longest time", "s", BOT, gaps)


async def restart(_: Sequence[Contestant], options: Options, folder: Path) -> Report:
    """Announce one song in `servers` servers, and meanwhile restart all of `processes` processes, twice."""
    shards = options.shards
    report = Report(
        f"Restart: {options.servers:,} servers, {shards} shards, {options.processes} processes,"
        f" {'PostgreSQL' if options.postgres else 'SQLite'}"
    )
    async with (
        season.opened(folder, postgres=options.postgres) as (address, database),
        Loopback(shards=shards, turns=Turns(seconds=IDENTIFY)) as server,
        AsyncExitStack() as stack,
    ):
        await seed_empty(database)
        channels = clubs_on(server, shards, options.servers // shards)
        await database.write(season.subscribe, channels, server.clock.now())
        server.limits.per_second = PER_SECOND
        server.limits.posts, server.limits.posts_window = POSTS, POSTS_WINDOW
        server.slow_down(LATENCY)
        cluster = Cluster(server, folder, address, database, options, stack)
        while len(cluster.bots) < options.processes:
            await cluster.start()
        await cluster.divided()
        await database.write(season.date, "track", "yours", server.clock.now())
        for drains in (True, False):
            await cluster.restart(report, drains=drains)
        sent = (await database.read(season.outcomes))["sent"]
        report.add("messages sent by then", "% of all", BOT, [sent / len(channels) * 100])
        await server.until(lambda: all(channel.messages for channel in channels), within=len(channels), what="all")
        cluster.codes += [await bot.terminate() for bot in cluster.bots]
        sent = (await database.read(season.outcomes))["sent"]
        report.promise("messages lost", len(channels) - sent, 0)
        report.promise("messages doubled", sum(len(channel.messages) > 1 for channel in channels), 0)
        if server.gateway.turns is not None:
            report.promise("identifies that came too soon", server.gateway.turns.refused, 0)
        report.promise("connections of a shard at once", max(sessions for _, _, sessions in server.gateway.served), 1)
        report.promise("exit codes that are not 0", sum(code != 0 for code in cluster.codes), 0)
    return report
