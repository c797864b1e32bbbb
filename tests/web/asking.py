"""Asks the bot's own server over a real socket, as a probe does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from bot.client import Byeol
from bot.settings import Listen
from bot.web import exposition, health
from bot.web.server import serving

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object."""
        return json.loads(self.body)

    @property
    def samples(self) -> dict[tuple[str, Labels], float]:
        """The body as metrics: each sample by its name and labels."""
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.body)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """The value of one sample, or None if there is no such sample."""
        return self.samples.get((name, frozenset(labels.items())))


@dataclass(frozen=True, slots=True)
class Served:
    """A server to be asked."""

    address: str

    async def ask(self, path: str, method: str = "GET") -> Answer:
        """Make one request, from another thread: whatever the bot waits for goes on."""
        return await asyncio.to_thread(self._ask, path, method)

    def _ask(self, path: str, method: str) -> Answer:
        parts = urlsplit(self.address)
        assert parts.hostname is not None
        connection = HTTPConnection(parts.hostname, parts.port, timeout=20)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()


@asynccontextmanager
async def served(
    client: Byeol, path: Path | None = None, backed_up: exposition.BackedUp | None = None
) -> AsyncGenerator[Served]:
    """A bot's health and metrics on a free port."""
    routes = [*health.routes(client), *exposition.routes(client, path, backed_up)]
    async with serving(Listen("127.0.0.1", 0), routes) as address:
        yield Served(address)
