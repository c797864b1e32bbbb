"""The one place that uses what discord.py does not promise to keep: where it sends, when, and how often.

Written against discord.py 2.7; `verify_version` refuses others, and `tests/test_adapters.py` fails where a part moved.
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
"""The versions of discord.py whose inner parts are as this module expects them."""


def verify_version() -> None:
    """Raise `StartError` where the installed discord.py is none that this module knows."""
    if not discord.__version__.startswith(KNOWN):
        raise StartError(
            f"discord.py {discord.__version__} is installed, which Byeol does not know."
            " Install what requirements/run.txt lists: python -m pip install -r requirements/run.txt"
        )


def use_api(url: str) -> None:
    """Talk to a Discord-compatible REST API at `url` instead of to Discord; to be called before a client logs in."""
    Route.BASE = url


async def use_its_gateway(http: HTTPClient) -> None:
    """Stay with the gateway that the API of `use_api` names, also after a lost session.

    discord.py starts anew at its built-in address then, whatever gateway it was told before.
    """
    _, gateway, _ = await http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def global_limit(client: discord.Client) -> asyncio.Event | None:
    """What is set unless Discord refuses all requests for a while (a global 429); None before the client logs in."""
    found: object = getattr(client.http, "_global_over", None)
    return found if isinstance(found, asyncio.Event) else None


class NotRepeatedError(OSError):
    """Raised where a request would have left a second time: the first may have been heard."""


async def request_once(http: HTTPClient, route: Route, payload: dict[str, Any]) -> dict[str, Any]:
    """Make a request with a JSON body, and return the answer's. Raises `NotRepeatedError` where nobody knows it.

    discord.py repeats a request by itself at which Discord failed (500, 502, 504, 524) or whose connection was reset,
    though it may have been heard. A message has a nonce for that; what has none must not be repeated unseen.
    """
    return await http.request(route, json=payload, files=[_Unrepeatable()])


class _Unrepeatable(discord.File):
    """Nothing to upload: what a request uploads is rewound before a repeat of it, and this refuses to be."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), filename="none")

    def reset(self, *, seek: int | bool = True) -> None:
        """Be rewound; before the first time a request leaves, `seek` is 0."""
        if seek:
            raise NotRepeatedError("Discord failed or was busy")
