"""How requests to Discord fail, and when to retry them."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import aiohttp
import discord

from bot.announcements.outcome import GONE, NO_TAG, REFUSED, TOO_MANY_THREADS

FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)

BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError)
"""What a request raises if no response arrived: it may have reached Discord."""

SETTLED = timedelta(seconds=30)
"""How long after a request without a response to look for what it made: by then it is there, or never will be."""

REFUSED_RETRY = timedelta(minutes=10)
"""How often a refusing channel is retried if Discord does not signal that a permission was restored."""

_CODES = {
    10003: GONE,  # Unknown Channel
    10087: NO_TAG,  # Unknown Tag
    40066: NO_TAG,  # There are no tags available that can be set by non-moderators
    40067: NO_TAG,  # A tag is required to create a forum post in this channel
    160006: TOO_MANY_THREADS,  # Maximum number of active threads reached
}
"""The codes of Discord that say why a channel refuses
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json)."""


def refusal(error: discord.HTTPException) -> str | None:
    """Why a channel refuses a post, as `bot.announcements.outcome` says it; None if the channel is not the cause.

    Besides `_CODES`, only a 403 with a code of the 50000s is a refusal: other 4xx are a bug in the bot, a revoked token
    or something in between.
    """
    if error.status == 403 and 50000 <= error.code < 51000:
        return REFUSED
    return _CODES.get(error.code)


def passes(error: discord.HTTPException) -> bool:
    """Whether a failed request may succeed later, unchanged: not if it, or what it refers to, is invalid."""
    return error.status >= 500 or error.status in (401, 403, 408, 429)


def wait_after(attempts: int) -> timedelta:
    """The delay before the next retry: exponential backoff with jitter; `attempts` counts from 1."""
    wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311
