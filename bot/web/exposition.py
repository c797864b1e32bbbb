"""``/metrics``: what the process counts, and what is measured when it is asked, in Prometheus' text format."""

from __future__ import annotations

import asyncio
import math
import platform
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic

import discord
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, ProcessCollector, generate_latest

from bot import __version__
from bot.discord_internals import global_limit
from bot.errors import DatabaseUnavailableError
from bot.interactions.host import Host
from bot.store import vitals
from bot.store.lookup import IndexSize
from bot.store.sqlite.trouble import trouble
from bot.web.health import DATABASE_PATIENCE

BackedUp = Callable[[], datetime | None]

MEASURED = 60.0
"""Seconds until a server is asked again how large the database is: it looks at each of its files."""


class Exposition:
    """The gauges that are read at each scrape.

    `path`: the database's file; None if it is none of this machine's. `backed_up`: when the last backup was made, or
    None if there is none; None instead of it if there are to be none.
    """

    def __init__(self, client: Host, path: Path | None, backed_up: BackedUp | None) -> None:
        self._client = client
        self._path = path
        self._backed_up = backed_up
        self._measure_at = 0.0
        self._registry = client.metrics.registry
        ProcessCollector(registry=self._registry)
        self._gauge(
            "build_info", "Always 1: the versions are in the labels.", ("version", "python", "discord_py")
        ).labels(__version__, platform.python_version(), discord.__version__).set(1)
        self._up = self._gauge("gateway_up", "Whether a shard is connected to the gateway: 1 or 0.", ("shard",))
        self._latency = self._gauge(
            "gateway_latency_seconds", "Seconds from the last heartbeat to its acknowledgement.", ("shard",)
        )
        self._ready = self._gauge("ready", "Whether all shards have been ready, and the bot answers: 1 or 0.")
        self._global_limit = self._gauge(
            "global_rate_limit", "Whether Discord refuses all requests for their rate: 1 or 0."
        )
        self._servers = self._gauge("servers", "The servers that this process sees.")
        self._open = self._gauge(
            "deliveries_open",
            "Messages that are not settled: planned, sending, retrying, or waiting for their channel to take them.",
            ("state",),
        )
        self._overdue = self._gauge(
            "deliveries_overdue_seconds",
            "Seconds since the oldest unsettled message was to be posted, without those that wait for their channel.",
        )
        self._beat_age = self._gauge("announcer_beat_age_seconds", "Seconds since announcements last went on.")
        self._database_up = self._gauge("database_up", "Whether the database answered within a second: 1 or 0.")
        self._database = self._gauge("database_bytes", "The size of the database, and of its log beside it.", ("file",))
        if path is not None:
            self._disk_free = self._gauge("disk_free_bytes", "What is free on the disk of the database.")
            self._disk = self._gauge("disk_bytes", "The size of the disk of the database.")
        if backed_up is not None:
            self._backup_age = self._gauge("backup_age_seconds", "Seconds since the last backup; +Inf without one.")
        self._entries = self._gauge("search_entries", "Entities in the search index.")
        self._index = self._gauge("search_index_bytes", "Memory of the search index.")
        self._build = self._gauge("search_build_seconds", "Seconds that the index took to build; 0 if it was loaded.")

    async def text(self) -> bytes:
        """Measure, and say all there is."""
        self._database_up.set(await self._ask_database())
        self._show_gateway()
        self._show_index(self._client.lookup.size)
        self._beat_age.set(self._client.metrics.beat_age or 0.0)
        if self._path is not None:
            self._show_files(self._path)
        if self._backed_up is not None:
            at = self._backed_up()
            self._backup_age.set((self._client.clock() - at).total_seconds() if at is not None else math.inf)
        return generate_latest(self._registry)

    def _gauge(self, name: str, help_: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"byeol_{name}", help_, labels, registry=self._registry)

    async def _ask_database(self) -> bool:
        """Show what the database says, and whether it answers: what else there is is told all the same."""
        database = self._client.database
        try:
            async with asyncio.timeout(DATABASE_PATIENCE):
                self._show_outbox(await database.read(vitals.outbox))
                if self._path is None and monotonic() >= self._measure_at:
                    self._database.labels("database").set(await database.read(vitals.size))
                    self._measure_at = monotonic() + MEASURED
        except Exception as error:
            if not isinstance(error, (TimeoutError, DatabaseUnavailableError)) and trouble(error) is None:
                raise
            self._open.clear()
            self._overdue.set(math.nan)
            return False
        return True

    def _show_outbox(self, outbox: vitals.Outbox) -> None:
        for standing in vitals.STANDINGS:
            self._open.labels(standing).set(outbox.counts.get(standing, 0))
        late = (self._client.clock() - outbox.oldest).total_seconds() if outbox.oldest is not None else 0.0
        self._overdue.set(max(late, 0.0))

    def _show_gateway(self) -> None:
        client = self._client
        # A process may hand its shards over.
        self._up.clear()
        self._latency.clear()
        for number, shard in client.shards.items():
            self._up.labels(str(number)).set(not shard.is_closed())
            if math.isfinite(shard.latency):
                self._latency.labels(str(number)).set(shard.latency)
        self._ready.set(client.is_ready() and not client.is_closed())
        limit = global_limit(client)
        self._global_limit.set(limit is not None and not limit.is_set())
        self._servers.set(len(client.guilds))

    def _show_index(self, size: IndexSize) -> None:
        self._entries.set(size.entries)
        self._index.set(size.bytes)
        self._build.set(size.build_seconds)

    def _show_files(self, path: Path) -> None:
        for name, file in (("database", path), ("wal", path.with_name(f"{path.name}-wal"))):
            self._database.labels(name).set(file.stat().st_size if file.exists() else 0)
        disk = shutil.disk_usage(path.parent)
        self._disk_free.set(disk.free)
        self._disk.set(disk.total)


def routes(client: Host, path: Path | None, backed_up: BackedUp | None = None) -> list[web.RouteDef]:
    """``/metrics``, for a client that is not served yet: its gauges join the registry of its counters."""
    exposition = Exposition(client, path, backed_up)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await exposition.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/metrics", metrics)]
