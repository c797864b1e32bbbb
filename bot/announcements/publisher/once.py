"""A request that leaves once.

discord.py repeats a request by itself at which Discord failed (500, 502, 504, 524) or whose connection was reset,
though it may have been heard. A message has a nonce for that. For what has none, it has to be left to us.
"""

from __future__ import annotations

import io
from typing import Any

import discord
from discord.http import HTTPClient, Route


class NotRepeatedError(OSError):
    """Raised where a request would have left a second time: the first may have been heard."""


class _Unrepeatable(discord.File):
    """Nothing to upload: what a request uploads is rewound before a repeat of it, and this refuses to be."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), filename="none")

    def reset(self, *, seek: int | bool = True) -> None:
        """Be rewound; before the first time a request leaves, `seek` is 0."""
        if seek:
            raise NotRepeatedError("Discord failed or was busy")


async def ask_once(http: HTTPClient, route: Route, payload: dict[str, Any]) -> dict[str, Any]:
    """Make a request with a JSON body and return the answer's. Raises `NotRepeatedError` where nobody knows it."""
    return await http.request(route, json=payload, files=[_Unrepeatable()])
