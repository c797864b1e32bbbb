"""The one module that uses discord.py's internals: where it sends requests, when, and how often.

Written against discord.py 2.7; `verify_version` refuses others, and `tests/test_adapters.py` fails if an internal part
moved.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.errors import StartError

KNOWN = "2.7."
"""The versions of discord.py whose internals this module knows."""


def verify_version() -> None:
    """Raise `StartError` if the installed version of discord.py is not one this module knows."""
    if not discord.__version__.startswith(KNOWN):
        raise StartError(
            f"discord.py {discord.__version__} is installed, which Byeol does not know."
            " Install what requirements/run.txt lists: python -m pip install -r requirements/run.txt"
        )


def use_api(url: str) -> None:
    """Use the Discord-compatible REST API at `url` instead of Discord. Call this before a client logs in."""
    Route.BASE = url


async def use_its_gateway(http: HTTPClient) -> None:
    """Keep to the gateway that the API of `use_api` names, even after a lost session.

    discord.py would reconnect to its built-in address then, whatever gateway it was given before.
    """
    _, gateway, _ = await http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def global_limit(client: discord.Client) -> asyncio.Event | None:
    """Set unless Discord rate-limits all requests (a global 429); None before the client logs in."""
    found: object = getattr(client.http, "_global_over", None)
    return found if isinstance(found, asyncio.Event) else None


class NotRepeatedError(OSError):
    """Raised instead of repeating a request whose first attempt may have been carried out."""


async def request_once(http: HTTPClient, route: Route, payload: dict[str, Any]) -> dict[str, Any]:
    """Make a request with a JSON body, and return the response's. Raises `NotRepeatedError` if the outcome is unknown.

    discord.py by itself retries a request that failed at Discord (500, 502, 504, 524) or whose connection was reset,
    although Discord may have carried it out. Messages have a nonce against that; a request without one must not be
    retried silently.
    """
    return await http.request(route, json=payload, files=[_Unrepeatable()])


class _Unrepeatable(discord.File):
    """An empty upload: discord.py rewinds uploads before it retries a request, and this one refuses to be rewound."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), filename="none")

    def reset(self, *, seek: int | bool = True) -> None:
        """Called before each attempt; `seek` is 0 before the first. Raises `NotRepeatedError` before any other."""
        if seek:
            raise NotRepeatedError("Discord failed or was busy")
