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
    RECONNECT = 7
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
    transport: asyncio.Transport | None = None
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


@dataclass(slots=True)
class Turns:
    """Discord's limit of identifies: one in `seconds` for all shards of the same remainder by `concurrency`.

    What comes too soon is answered with INVALID_SESSION, and counted.
    """

    concurrency: int = 1
    seconds: float = 5.0
    refused: int = 0
    _last: dict[int, float] = field(default_factory=dict[int, float])

    def allow(self, shard: int) -> bool:
        """Whether a shard may identify now."""
        now, turn = time.monotonic(), shard % self.concurrency
        if now - self._last.get(turn, -self.seconds) < self.seconds:
            self.refused += 1
            return False
        self._last[turn] = now
        return True


class Gateway:
    """Discord's side of the websocket, for clients with no privileged intents.

    Frames are plain text: compression is optional in Discord's protocol, and clients must accept its absence.
    """

    def __init__(
        self, world: World, token: str, *, heartbeat_interval: float = 41.25, turns: Turns | None = None
    ) -> None:
        self.identified = asyncio.Event()
        self.identifies = 0
        self.identified_at: float | None = None
        self.resumes = 0
        self.heartbeats = 0
        self.lost: set[int] = set()
        """The servers in an outage: a client knows their ids, and nothing else of them."""
        self.connections = 0
        self.silent = False
        self.turns = turns
        """How identifies are limited; None: not at all."""
        self.served: list[tuple[float, int, int]] = []
        """For each beginning and end of a connected session: when, of which shard, and how many that shard then had."""
        self._world = world
        self._token = token
        self._heartbeat_interval = heartbeat_interval
        self._sessions: dict[str, Session] = {}

    @property
    def sessions(self) -> list[Session]:
        """The sessions that are connected or could still be resumed."""
        return list(self._sessions.values())

    def gaps(self, since: float) -> dict[int, float]:
        """For how long each shard was longest without a session, of the times that ended after `since`."""
        found: dict[int, float] = {}
        down: dict[int, float] = {}
        for at, shard, sessions in self.served:
            if sessions == 0:
                down.setdefault(shard, at)
            elif shard in down:
                begun = down.pop(shard)
                if at > since:
                    found[shard] = max(found.get(shard, 0), at - begun)
        return found

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

    async def ask_to_reconnect(self) -> None:
        """Ask every client to come back and resume, as Discord does before it restarts a gateway."""
        for session in self.sessions:
            if session.socket is not None and not session.socket.closed:
                await session.socket.send_json({"op": Op.RECONNECT, "d": None})

    def lose_connections(self) -> None:
        """Let every connection break off without a word, as networks do; the sessions can be resumed."""
        for session in self.sessions:
            socket, session.socket = session.socket, None
            if socket is not None and session.transport is not None:
                session.transport.abort()

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
        self.connections += 1
        if self.silent:
            await socket.receive()  # until the client gives up
            return socket
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
                    # No acknowledgement comes before a client has noted when it asked for it.
                    await asyncio.sleep(0.005)
                    await socket.send_json({"op": Op.HEARTBEAT_ACK})
                case Op.IDENTIFY | Op.RESUME if data["token"] != self._token:
                    await socket.close(code=4004, message=b"Authentication failed.")
                case Op.IDENTIFY if self.turns is not None and not self.turns.allow((data.get("shard") or (0, 1))[0]):
                    await socket.send_json({"op": Op.INVALID_SESSION, "d": False})
                case Op.IDENTIFY:
                    session = await self._identify(socket, data, request.host)
                    session.transport = request.transport
                case Op.RESUME:
                    session = await self._resume(socket, data)
                    if session is not None:
                        session.transport = request.transport
                case _:
                    pass  # presence updates and member requests change nothing that a test can see
        if session is not None:
            self._note(session.shard[0])
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
            if guild.id in self.lost:
                continue
            await session.dispatch("GUILD_CREATE", guild.payload(self._world.bot))
        self._note(index)
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

    def _note(self, shard: int) -> None:
        connected = sum(session.connected and session.shard[0] == shard for session in self.sessions)
        self.served.append((time.monotonic(), shard, connected))

    def _guilds_of(self, session: Session) -> Iterator[Guild]:
        return (guild for guild in self._world.guilds.values() if session.serves(guild.id))
