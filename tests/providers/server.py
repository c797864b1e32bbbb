"""A loopback of the three providers of open data: Wikidata with its query service, MusicBrainz and TVmaze.

    async with Providers() as providers:
        service = Service(session, "TVmaze", providers.tvmaze, …)
        providers.world.move("harbour", date(2026, 7, 4))
        providers.fault("/shows/240", status(503), times=2)
        assert providers.violations == []

All answers are generated from one invented world, by the rules of the services, which are enforced. It can also run as
a process of its own, for tests that kill the bot: `python -m tests.providers.server --port 0` prints its address as
one line; POST /_world takes commands, and GET /_world says what was asked and what was wrong with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Self

from aiohttp import web

from . import musicbrainz_answers, tvmaze_answers, wikidata_answers
from .commands import Commands
from .faults import Broken, Effect, Fault, Reply
from .invented import TODAY, invented
from .limits import Rules, published
from .world import At, World

TOGETHER = 3
"""How many requests Wikidata lets a client make at once."""


@dataclass(slots=True)
class Asked:
    """A request as it arrived, with its path and query. `status` is None until it is answered, or if that broke off."""

    at: At
    path: str
    headers: Mapping[str, str]
    status: int | None = None


class Providers:
    """The three services at one address. `clock` gives the seconds that rates count; without it, none is enforced."""

    def __init__(self, world: World | None = None, *, clock: Callable[[], float] | None = None, port: int = 0) -> None:
        self.world = world if world is not None else invented()
        self.rules = Rules(clock or time.monotonic, published() if clock else {})
        self.faults: list[Fault] = []
        self.commands = Commands(self.world, self.faults)
        self.log: list[Asked] = []
        self._port = port
        self._open: Counter[At] = Counter()
        self._runner: web.AppRunner | None = None

    # Life

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        app = web.Application()
        app.router.add_route("*", "/_world", self._world)
        app.router.add_get("/{path:.*}", self._serve)
        # A request that is held back ends when its client leaves or the server stops.
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def stop(self) -> None:
        """Close every connection and the port."""
        self.commands.gate.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # Addresses

    @property
    def address(self) -> str:
        """Where all of it is."""
        if self._runner is None:
            raise RuntimeError("the loopback is not started")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def wikidata(self) -> str:
        """The address that takes the place of https://www.wikidata.org, with ``/w/api.php``."""
        return f"{self.address}/wikidata"

    @property
    def query_service(self) -> str:
        """The address that takes the place of https://query.wikidata.org, with ``/sparql``."""
        return f"{self.address}/wikidata"

    @property
    def musicbrainz(self) -> str:
        """The address that takes the place of https://musicbrainz.org/ws/2."""
        return f"{self.address}/ws/2"

    @property
    def tvmaze(self) -> str:
        """The address that takes the place of https://api.tvmaze.com."""
        return self.address

    # What tests arrange and look at

    def fault(self, pattern: str, effect: Effect, *, times: int | None = 1, skip: int = 0) -> Fault:
        """Plan a fault for requests whose path and query match; see `tests.providers.faults`.

        Of several that fit, the one that was planned first strikes alone, until it has had its times.
        """
        fault = Fault(pattern, effect, times, skip)
        self.faults.append(fault)
        return fault

    @property
    def violations(self) -> list[str]:
        """What clients did that the services forbid."""
        return self.rules.violations

    def asked(self, at: At) -> list[Asked]:
        """The requests to one service, in the order of arrival."""
        return [asked for asked in self.log if asked.at is at]

    # Answers

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        at = _service_of(request.path)
        asked = Asked(at, request.raw_path, dict(request.headers))
        self.log.append(asked)
        self._open[at] += 1
        try:
            reply = self._reply(request, at)
            asked.status = reply.status if reply.broken is not Broken.RESET else None
            if reply.wait is not None:
                await reply.wait.wait()
            return await _send(request, reply)
        finally:
            self._open[at] -= 1

    def _reply(self, request: web.Request, at: At) -> Reply:
        path = request.raw_path
        if at is At.WIKIDATA and self._open[at] > TOGETHER:
            self.violations.append(f"{path}: more than {TOGETHER} requests at once")
        refusal = self.rules.refusal(at, path, request.headers.get("User-Agent", ""))
        if refusal is not None:
            return refusal
        reply = self._answer(request, at)
        for fault in self.faults:
            if fault.strikes(path):
                return fault.effect(reply)
        etag = reply.headers.get("ETag")
        if etag is not None and request.headers.get("If-None-Match") == etag:
            return Reply(status=304, headers=reply.headers, text="")
        return reply

    def _answer(self, request: web.Request, at: At) -> Reply:
        query = request.query
        match at:
            case At.WIKIDATA if request.path == "/wikidata/sparql":
                return wikidata_answers.lists(self.world, query.get("query", ""))
            case At.WIKIDATA if request.path == "/wikidata/w/api.php":
                return wikidata_answers.entities(self.world, query)
            case At.WIKIDATA:
                return Reply(status=404, text="Not found.\n", type="text/plain")
            case At.MUSICBRAINZ:
                for part in sorted(musicbrainz_answers.not_free(query)):
                    self.violations.append(f"{request.raw_path}: {part} is not CC0")
                if query.get("fmt") != "json" and "json" not in request.headers.get("Accept", ""):
                    return Reply(text="<?xml version='1.0'?><metadata/>", type="application/xml")
                return musicbrainz_answers.answer(self.world, request.path.removeprefix("/ws/2"), query)
            case At.TVMAZE:
                embed = [*query.getall("embed[]", []), *query.getall("embed", [])]
                return tvmaze_answers.answer(self.world, request.path, query, embed)

    # The other process

    async def _world(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                self.commands.run(await request.json())
            except (AssertionError, KeyError, TypeError, ValueError) as error:
                return web.json_response({"error": repr(error)}, status=400)
        return web.json_response(
            {
                "now": self.world.now.isoformat(),
                "asked": dict(Counter(asked.at for asked in self.log)),
                "violations": self.violations,
            }
        )


def _service_of(path: str) -> At:
    if path.startswith("/wikidata/"):
        return At.WIKIDATA
    return At.MUSICBRAINZ if path.startswith("/ws/2/") else At.TVMAZE


async def _send(request: web.Request, reply: Reply) -> web.StreamResponse:
    text = json.dumps(reply.content, ensure_ascii=False) if reply.text is None else reply.text
    body = text.encode()
    if reply.broken is Broken.CUT:
        body = body[: len(body) // 2]
    if reply.broken is not Broken.RESET:
        # An edge's page may not even say that it is JSON, and TVmaze's redirects have none.
        return web.Response(
            body=body, status=reply.status, headers=dict(reply.headers), content_type=reply.type, charset="utf-8"
        )
    response = web.StreamResponse(status=reply.status, headers={"Content-Length": str(len(body))})
    response.content_type = reply.type
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response


async def _run(port: int, today: date, *, limited: bool) -> None:
    async with Providers(invented(today), clock=time.monotonic if limited else None, port=port) as providers:
        sys.stdout.write(f"{providers.address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.providers.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help=f"when the world begins ({TODAY})")
    parser.add_argument("--no-limits", action="store_true", help="let clients ask as fast as they like")
    asked = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(asked.port, asked.today, limited=not asked.no_limits))


if __name__ == "__main__":
    main()
