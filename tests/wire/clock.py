"""The time of a loopback Discord, and of the bots that were launched into it: the machine's, and what was skipped."""

from __future__ import annotations

import os
import struct
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SKIPPED = struct.Struct("d")


class Clock:
    """A clock that can be set while bots are running: what was skipped stands in a file that they read.

    Leases run out, nonces are forgotten and grace periods pass without anybody waiting for it, and without anybody
    touching what the bot wrote down.
    """

    def __init__(self) -> None:
        self.skipped = 0.0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self) -> None:
        """Make the file."""
        self._folder = tempfile.TemporaryDirectory(prefix="byeol-clock-")
        self._write()

    def close(self) -> None:
        """Remove the file."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def file(self) -> Path:
        if self._folder is None:
            raise RuntimeError("the clock was not opened")
        return Path(self._folder.name) / "skipped"

    def skip(self, span: timedelta) -> None:
        """Let time pass at once; a negative span sets the clock back."""
        self.skipped += span.total_seconds()
        self._write()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.skipped

    def monotonic(self) -> float:
        """Seconds, by which ages are told."""
        return time.monotonic() + self.skipped

    def now(self) -> datetime:
        """The instant."""
        return datetime.fromtimestamp(self.time(), UTC)

    def _write(self) -> None:
        # Written over in one go, so that a reader never meets half of it.
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(descriptor, _SKIPPED.pack(self.skipped), 0)
        finally:
            os.close(descriptor)


class Reader:
    """The clock, as a bot's process reads it."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDONLY)

    def now(self) -> datetime:
        """The instant."""
        (skipped,) = _SKIPPED.unpack(os.pread(self._descriptor, _SKIPPED.size, 0))
        return datetime.now(UTC) + timedelta(seconds=skipped)
