"""A command at a terminal, and the person who answers it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
CTRL_C, CTRL_D = "\x03", "\x04"

# Passwords are asked for at the terminal that controls the process, so it has to have one.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """`python -m bot` with some arguments, in a folder, at a terminal of its own. `shown` is what was seen there."""

    def __init__(self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.shown = ""
        self._read = 0
        self._folder = folder
        self._argv = (sys.executable, "-m", "bot", *arguments)
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._master = -1

    async def __aenter__(self) -> Self:
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BYEOL_", "DISCORD_"))}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _TAKE_TERMINAL, *self._argv),
            cwd=self._folder,
            env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "dumb", **self._environment},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        os.close(self._master)

    async def sees(self, words: str, within: float = 30.0) -> None:
        """Wait until these words appear, after those that were waited for before."""
        end = time.monotonic() + within
        while (at := self.shown.find(words, self._read)) < 0:
            if time.monotonic() > end:
                raise TimeoutError(f"{words!r} did not appear in:\n{self.shown[self._read :]}")
            self._look()
            await asyncio.sleep(0.01)
        self._read = at + len(words)

    def types(self, text: str, *, enter: bool = True) -> None:
        """Type something, and press Enter."""
        os.write(self._master, (text + "\n" * enter).encode())

    async def ends(self, within: float = 30.0) -> int:
        """The exit code, once the command has ended."""
        assert self._process is not None
        code = await asyncio.wait_for(self._process.wait(), within)
        self._look()
        return code

    def _look(self) -> None:
        with suppress(BlockingIOError, OSError):  # nothing new; or nobody writes there any more
            while new := os.read(self._master, 65536):
                self.shown += re.sub(r"\x1b\[[0-9;]*m", "", new.decode(errors="replace")).replace("\r\n", "\n")
