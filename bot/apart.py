"""Runs a command of Byeol in a process of its own, beside the bot."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot import installation
from bot.address import Address
from bot.settings import environment_of_child

PATIENCE = 2.0
"""Seconds that a process gets to clear up once it is interrupted."""


@asynccontextmanager
async def running(database: Address, *arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that runs a command for a database; what it says comes from its standard output.

    It does not outlive the block: if it has not ended by then, it is interrupted, and killed if that is not enough.
    """
    process = await asyncio.create_subprocess_exec(
        *installation.another(*arguments),
        env=environment_of_child(database),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if sys.platform == "win32":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
