"""The HTTP server: one port for all routes, in the bot's own event loop."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import StartError
from bot.settings import Listen

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a stopping server gives to requests in progress."""


@asynccontextmanager
async def serving(listen: Listen, routes: Iterable[web.RouteDef]) -> AsyncGenerator[str]:
    """Serve `routes`, and yield the server's address. Raises `StartError` if the port cannot be had."""
    app = web.Application()
    app.add_routes(routes)
    # Without an access log: a probe every few seconds is no news, and addresses of a feed are nobody's business.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, listen.host, listen.port).start()
        except (OSError, UnicodeError) as error:
            number = error.errno if isinstance(error, OSError) else None
            why = f" ({os.strerror(number)})" if number is not None and number > 0 else ""
            raise StartError(
                f"BYEOL_WEB is {listen}, but nothing can listen there{why}. Choose another port, or leave it empty."
            ) from error
        port = runner.addresses[0][1]
        address = f"http://{listen._replace(port=port)}"
        log.info("Serving %s on %s", ", ".join(sorted({route.path for route in routes})), address)
        yield address
    finally:
        await runner.cleanup()
