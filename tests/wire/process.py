"""A bot as a real process, so that tests can kill it and start it again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.address import Address

from .deliveries import still_to_do
from .loopback import PATIENCE, Loopback

ROOT = Path(__file__).resolve().parents[2]
BYEOL = (sys.executable, "-m", "bot", "run")
LAUNCH = (sys.executable, "-m", "tests.wire.launch")
LINE_LIMIT = 2**20


class BotProcess:
    """A bot that talks to the loopback; whatever happens inside the `async with`, it is dead afterwards.

    It gets none of the caller's own settings: no BYEOL_* or DISCORD_* variables, and an empty working folder
    without an .env. Its output is in `lines`, stdout and stderr as they came.
    """

    def __init__(
        self,
        server: Loopback,
        database: Address,
        *,
        argv: Sequence[str] = BYEOL,
        token: str | None = None,
        log_level: str = "INFO",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.lines: list[str] = []
        self.spawned_at = 0.0
        self._server = server
        self._database = database
        self._argv = argv
        self._own = {
            "DISCORD_TOKEN": server.token if token is None else token,
            "BYEOL_LOG_LEVEL": log_level,
            **(environment or {}),
        }
        self._identifies_before = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="byeol-bot-")
        self._identifies_before = self._server.identifies
        self.spawned_at = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self._argv,
            cwd=self._folder.name,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LINE_LIMIT,
        )
        self._reader = asyncio.create_task(self._read())
        self._server.accounts.append(self.account)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.accounts.remove(self.account)
        self.kill()
        await self.wait()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def returncode(self) -> int | None:
        """None for as long as the bot runs."""
        return self._running.returncode

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def account(self) -> str:
        """What the process said, and what its database holds that is still to be done."""
        ended = "runs" if self.returncode is None else f"ended with {self.returncode}"
        try:
            rows = still_to_do(self._database)
        except Exception as error:
            rows = [repr(error)]  # there may be no database yet; that must not hide what was waited for
        said = (f"--- process {self.pid}, which {ended}, said:", *self.lines)
        return "\n".join((*said, f"--- and at {self._server.clock.now()} still had to do:", *rows))

    async def ready(self, within: float = 20.0) -> None:
        """Wait until this process identified and the server has commands.

        A bot may skip the sync when its commands did not change, so commands of an earlier process count.
        Identifying is counted, not attributed: let one process be ready before starting a second on this server.
        `within`: seconds that a quiet machine takes at most, as for `terminate`.
        """
        end = time.monotonic() + within * PATIENCE
        while not (self._server.identifies > self._identifies_before and self._server.world.commands):
            if self.returncode is not None:
                await self.wait()
                raise RuntimeError(f"the bot ended with {self.returncode} before it was ready\n{self.output}")
            if time.monotonic() > end:
                raise TimeoutError(f"the bot was not ready within {within:g} s\n{self.output}")
            await asyncio.sleep(0.005)

    def kill(self) -> None:
        """kill -9, now; `wait` for the end. It can be a fault's action."""
        self.send(signal.SIGKILL)

    async def terminate(self, within: float = 10.0) -> int:
        """Ask the bot to stop, as a service manager does, and return its exit code."""
        self.send(signal.SIGTERM)
        return await self.wait(within * PATIENCE)

    async def drain(self, within: float = 60.0) -> int:
        """Ask the bot to end once other processes have its shards, and return its exit code."""
        self.send(signal.SIGUSR1)
        return await self.wait(within * PATIENCE)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the bot has ended."""
        with suppress(ProcessLookupError):
            self._running.send_signal(number)

    async def wait(self, within: float = 10.0) -> int:
        """The exit code, once the bot has ended and its output is read."""
        code = await asyncio.wait_for(self._running.wait(), within)
        if self._reader is not None:
            await asyncio.wait_for(asyncio.shield(self._reader), within)
        return code

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the bot was not started")
        return self._process

    def _environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BYEOL_", "DISCORD_"))}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "BYEOL_BACKUPS": "off",
            "BYEOL_DATABASE": str(self._database) if isinstance(self._database, Path) else self._database.url,
            "BYEOL_API_URL": self._server.api_url,
            **self._own,
        }

    async def _read(self) -> None:
        stream = self._running.stdout
        assert stream is not None
        while line := await stream.readline():
            self.lines.append(line.decode(errors="replace").rstrip())


def launched(
    server: Loopback,
    database: Address,
    *,
    die: str | None = None,
    times: int = 1,
    environment: Mapping[str, str] | None = None,
) -> BotProcess:
    """Byeol by the clock of the loopback, with its idle waits shortened; see `tests/wire/launch.py`.

    `die` is the point at which it kills itself, when it comes there for the `times`-th time.
    """
    accident = () if die is None else ("--die", die, "--times", str(times))
    return BotProcess(
        server, database, argv=(*LAUNCH, "--clock", str(server.clock.file), *accident), environment=environment
    )
