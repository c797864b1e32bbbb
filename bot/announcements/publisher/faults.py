"""What may go wrong between us and Discord, and when to try again."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import aiohttp

FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)

BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError)
"""What a request raises whose answer never came: it may have been heard."""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, and never all at the same moment."""
    wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311
