"""The way to a database server, which can be blocked: what networks do to connections, at will."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from enum import Enum
from types import TracebackType
from typing import Self

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: close with a reset."""


class Block(Enum):
    """How a way is blocked."""

    RESET = "every connection is reset, and so is each new one"
    HANGS = "nothing passes for now; what was said arrives in the end"
    SWALLOWS = "nothing passes, and what was said is lost"
    DEAF = "the server hears everything, and none of its answers arrives"


class Way:
    """A port that leads to another one, as long as it is not blocked.

    It has a thread of its own, so that a test may wait for a lock that somebody holds who comes this way.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._block: Block | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def block(self, how: Block) -> None:
        """Block it until `unblock`."""
        self._loop.call_soon_threadsafe(self._set, how)

    def unblock(self) -> None:
        """Let everything pass again; connections in which something was lost are reset."""
        self._loop.call_soon_threadsafe(self._set, None)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _set(self, how: Block | None) -> None:
        before, self._block = self._block, how
        if how is Block.HANGS:
            self._open.clear()
        else:
            self._open.set()
        if how is Block.RESET or before in (Block.SWALLOWS, Block.DEAF):
            self._reset()

    def _reset(self) -> None:
        for each in self._connections:
            each.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            each.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            if self._block is Block.RESET:
                self._reset()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._connections.add(far_writer)
            try:
                async with asyncio.TaskGroup() as passing:
                    passing.create_task(self._pass_on(reader, far_writer, answers=False))
                    passing.create_task(self._pass_on(far_reader, writer, answers=True))
            finally:
                self._connections.discard(far_writer)
                far_writer.close()
        except* OSError:
            pass  # that end is gone
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        while data := await reader.read(65536):
            if self._block is Block.SWALLOWS or (self._block is Block.DEAF and answers):
                continue
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()
