"""The loopback's gateway: sessions that are opened, dropped and resumed over a websocket."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from .payloads import Payload
from .places import Guild
from .world import World

REPLAY = 1000
"""How many events a session keeps for a client that comes back."""


class Op(IntEnum):
    """The gateway's opcodes that the loopback speaks."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


@dataclass(eq=False, slots=True)
class Session:
    """One identified client: it outlives its connection, so that a client can resume it."""

    id: str
    shard: tuple[int, int]
    intents: int
    socket: web.WebSocketResponse | None
    sequence: int = 0
    sent: deque[Payload] = field(default_factory=lambda: deque[Payload](maxlen=REPLAY))
    order: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def connected(self) -> bool:
        return self.socket is not None and not self.socket.closed

    def serves(self, guild_id: int | None) -> bool:
        """Discord gives a server's events to one shard, and direct messages to the first."""
        index, count = self.shard
        return (guild_id >> 22) % count == index if guild_id is not None else index == 0

    async def dispatch(self, name: str, data: Payload) -> None:
        async with self.order:
            self.sequence += 1
            event: Payload = {"op": Op.DISPATCH, "t": name, "s": self.sequence, "d": data}
            self.sent.append(event)
            await self._send(event)

    async def resume(self, socket: web.WebSocketResponse, after: int) -> None:
        """Replay what the client missed, in order, before anything newer."""
        async with self.order:
            self.socket = socket
            for event in [event for event in self.sent if event["s"] > after]:
                await self._send(event)
        await self.dispatch("RESUMED", {})

    async def _send(self, event: Payload) -> None:
        if self.socket is not None and not self.socket.closed:
            # A client that died keeps its session; the event waits in `sent`.
            with suppress(ConnectionError):
                await self.socket.send_str(json.dumps(event))


class Gateway:
    """Discord's side of the websocket, for clients with no privileged intents.

    Frames are plain text: compression is optional in Discord's protocol, and clients must accept its absence.
    """

    def __init__(self, world: World, token: str, *, heartbeat_interval: float = 41.25) -> None:
        self.identified = asyncio.Event()
        self.identifies = 0
        self.identified_at: float | None = None
        self.resumes = 0
        self.heartbeats = 0
        self._world = world
        self._token = token
        self._heartbeat_interval = heartbeat_interval
        self._sessions: dict[str, Session] = {}

    @property
    def sessions(self) -> list[Session]:
        """The sessions that are connected or could still be resumed."""
        return list(self._sessions.values())

    async def dispatch(self, name: str, data: Payload, *, guild_id: int | None) -> None:
        """Send an event to each session whose shard it concerns."""
        for session in self.sessions:
            if session.serves(guild_id):
                await session.dispatch(name, data)

    async def guild_create(self, guild: Guild) -> None:
        """Tell every session of a server that the bot is in."""
        await self.dispatch("GUILD_CREATE", guild.payload(self._world.bot), guild_id=guild.id)

    async def drop(self, *, resumable: bool) -> None:
        """Cut every connection; a session that is not resumable is answered with INVALID_SESSION when it returns."""
        dropped = self.sessions
        if not resumable:
            self._sessions.clear()
        for session in dropped:
            socket, session.socket = session.socket, None
            if socket is not None:
                await socket.close(code=4000)

    async def end_sessions(self, code: int) -> None:
        """Close every connection with a code that says why, and forget the sessions."""
        dropped = self.sessions
        self._sessions.clear()
        for session in dropped:
            if session.socket is not None:
                await session.socket.close(code=code)

    async def close(self) -> None:
        """End every connection, as Discord does when it goes away."""
        for session in self.sessions:
            if session.socket is not None:
                await session.socket.close(code=1001)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(timeout=1, max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": Op.HELLO, "d": {"heartbeat_interval": round(self._heartbeat_interval * 1000)}})
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            received: Payload = json.loads(frame.data)
            data: Any = received.get("d")
            match received["op"]:
                case Op.HEARTBEAT:
                    self.heartbeats += 1
                    await socket.send_json({"op": Op.HEARTBEAT_ACK})
                case Op.IDENTIFY | Op.RESUME if data["token"] != self._token:
                    await socket.close(code=4004, message=b"Authentication failed.")
                case Op.IDENTIFY:
                    session = await self._identify(socket, data, request.host)
                case Op.RESUME:
                    session = await self._resume(socket, data)
                case _:
                    pass  # presence updates and member requests change nothing that a test can see
        if session is not None and socket.close_code in (1000, 1001) and session.socket is socket:
            # A client that says goodbye gives up its session; one that merely vanishes may come back.
            self._sessions.pop(session.id, None)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: Payload, host: str) -> Session:
        index, count = data.get("shard") or (0, 1)
        session = Session(f"session-{self.identifies + 1}", (index, count), data["intents"], socket)
        self._sessions[session.id] = session
        guilds = list(self._guilds_of(session))
        ready: Payload = {
            "v": 10,
            "user": self._world.bot,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": f"ws://{host}/gateway",
            "shard": [index, count],
            "application": {"id": str(self._world.application_id), "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", guild.payload(self._world.bot))
        self.identifies += 1
        self.identified_at = time.monotonic()
        self.identified.set()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Payload) -> Session | None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": Op.INVALID_SESSION, "d": False})
            return None
        self.resumes += 1
        await session.resume(socket, data["seq"])
        return session

    def _guilds_of(self, session: Session) -> Iterator[Guild]:
        return (guild for guild in self._world.guilds.values() if session.serves(guild.id))
