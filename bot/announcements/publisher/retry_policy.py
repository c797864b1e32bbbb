"""What may go wrong between us and Discord, and when to try again."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import aiohttp
import discord

FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)

BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError)
"""What a request raises whose answer never came: it may have been heard."""

REFUSED_RETRY = timedelta(minutes=10)
"""How often a channel that refuses is tried where Discord does not tell that a permission has returned."""

_UNKNOWN_CHANNEL = 10003


def refusal(error: discord.HTTPException) -> str | None:
    """Why a channel refuses: ``gone`` or ``refused``; None where it is not the channel's doing.

    Only 403 with a code of the 50000s and an unknown channel are: other 4xx are a bug of ours, a revoked token or
    something in between (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
    """
    if error.status == 404 and error.code == _UNKNOWN_CHANNEL:
        return "gone"
    if error.status == 403 and 50000 <= error.code < 51000:
        return "refused"
    return None


def passes(error: discord.HTTPException) -> bool:
    """Whether a failed request may succeed later, unchanged: everything but a bad request and what it names."""
    return error.status >= 500 or error.status in (401, 403, 408, 429)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, and never all at the same moment."""
    wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311
