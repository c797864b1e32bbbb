"""How requests to Discord fail, and when to retry them."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import aiohttp
import discord

FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)

BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError)
"""What a request raises if no response arrived: it may have reached Discord."""

REFUSED_RETRY = timedelta(minutes=10)
"""How often a refusing channel is retried if Discord does not signal that a permission was restored."""

_UNKNOWN_CHANNEL = 10003


def refusal(error: discord.HTTPException) -> str | None:
    """Why a channel refuses a post: ``gone`` or ``refused``; None if the channel is not the cause.

    Only a 403 with a code of the 50000s and an unknown channel are refusals: other 4xx are a bug in the bot, a revoked
    token or something in between (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
    """
    if error.status == 404 and error.code == _UNKNOWN_CHANNEL:
        return "gone"
    if error.status == 403 and 50000 <= error.code < 51000:
        return "refused"
    return None


def passes(error: discord.HTTPException) -> bool:
    """Whether a failed request may succeed later, unchanged: not if it, or what it refers to, is invalid."""
    return error.status >= 500 or error.status in (401, 403, 408, 429)


def wait_after(attempts: int) -> timedelta:
    """The delay before the next retry: exponential backoff with jitter; `attempts` counts from 1."""
    wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311
