"""A Discord that refuses, fails, forgets to answer and drops repeats; and a publisher that may die in the middle."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from bot.address import Address
from bot.announcements.publisher import Publisher
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.client import Byeol
from bot.store.database import Database
from bot.store.postgres.engine import Line
from bot.store.postgres.outage import Outage
from tests.store.life.steps import PATIENCE, SLOW, START, STORED, WINDOW, Tick

if TYPE_CHECKING:
    from tests.store.life.world import World


class DiedError(BaseException):
    """A process ends here."""


@dataclass
class Message:
    """What stands in a channel: as it was posted, and as it is."""

    id: int
    at: datetime
    nonce: str
    posted: str
    text: str
    components: list[Any]
    author: Any


class Channel(discord.TextChannel):
    """A channel whose history can be read, or not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.guild = cast(Any, SimpleNamespace(me=None))

    def permissions_for(self, obj: Any, /) -> discord.Permissions:
        return (
            discord.Permissions.all()
            if self._world.readable
            else discord.Permissions(view_channel=True, send_messages=True)
        )

    def is_news(self) -> bool:
        return True


class Place:
    """A channel, as one publisher speaks to it."""

    def __init__(self, owner: Owner, channel: int) -> None:
        self._owner = owner
        self._world = owner.world
        self._messages = owner.world.messages.setdefault(channel, {})

    async def send(self, content: str, *, embed: discord.Embed, view: ui.View, nonce: str, **_: object) -> Message:
        return await self._owner.request(partial(self._post, said(content, embed), view, nonce))

    def _post(self, text: str, view: ui.View, nonce: str) -> Message:
        at = self._world.now + SLOW
        same = [one for one in self._messages.values() if one.nonce == nonce]
        if same and at - same[-1].at < WINDOW:
            return same[-1]
        id_ = len(self._messages) + 1
        self._messages[id_] = Message(id_, at, nonce, text, text, view.children, self._owner.user)
        return self._messages[id_]

    async def history(self, *, after: datetime, limit: int, oldest_first: bool) -> AsyncGenerator[Message]:
        assert oldest_first
        for message in await self._owner.request(lambda: list(self._messages.values())):
            if message.at > after:
                yield message

    def get_partial_message(self, id_: int) -> Any:
        async def edit(*, content: str, embed: discord.Embed, view: ui.View) -> None:
            def changed() -> None:
                self._messages[id_].text = said(content, embed)
                self._messages[id_].components = view.children

            try:
                await self._owner.request(changed)
            except discord.Forbidden:
                self._world.refused.add(self._messages[id_].nonce)
                raise

        async def nothing(**_: object) -> None:
            await self._owner.request(lambda: None)

        return SimpleNamespace(edit=edit, publish=nothing, create_thread=nothing)


def said(content: str, embed: discord.Embed) -> str:
    """What a person reads."""
    return f"{content}\n{embed.title}\n{embed.description}"


def answer(status: int) -> Any:
    return SimpleNamespace(status=status, reason="")


class Unpaced(RateLimiter):
    async def turn(self) -> None:
        pass

    async def leave(self) -> None:
        pass


class File:
    """A connection to a file of SQLite."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = OFF")

    def read(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        return self._within("BEGIN", query, *args, **kwargs)

    def write(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        return self._within("BEGIN IMMEDIATE", query, *args, **kwargs)

    def _within(self, begin: str, query: Any, *args: Any, **kwargs: Any) -> Any:
        self._connection.execute(begin)
        try:
            result = query(self._connection, *args, **kwargs)
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        return result

    async def close(self) -> None:
        self._connection.close()


class Store(Database):
    """A process's way to the database, which it may not live to use. `uses` counts what was asked of it.

    It uses no threads, so that a story is always the same.
    """

    def __init__(self, address: Address) -> None:
        self._way = File(address) if isinstance(address, Path) else Line(address, "story", Outage())
        self.uses = 0
        self.writes_left: int | None = None

    async def read(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.uses += 1
        await asyncio.sleep(0)
        return self._way.read(query, *args, **kwargs)

    async def write(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.uses += 1
        if self.writes_left is not None:
            self.writes_left -= 1
            if self.writes_left <= 0:
                raise DiedError
        await asyncio.sleep(0)
        return self._way.write(query, *args, **kwargs)

    async def close(self) -> None:
        await self._way.close()


@dataclass
class Owner:
    """A process: its publisher, what becomes of its requests, and the request that hangs, if one does."""

    world: World
    store: Store
    faults: list[str] = field(default_factory=list[str])
    gate: asyncio.Future[None] | None = None
    hangs_since: datetime = START
    task: asyncio.Task[None] | None = None
    user: Any = field(default_factory=lambda: SimpleNamespace(id=1))

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start anew."""
        self.gate = None
        client = cast(
            "Byeol",
            SimpleNamespace(
                user=self.user,
                http=SimpleNamespace(),
                get_partial_messageable=self.place,
                get_channel=lambda _: Channel(self.world),  # pyright: ignore[reportUnknownLambdaType]
                get_guild=self.server,
            ),
        )
        self.publisher = Publisher(client, self.store, lambda: self.world.now, Unpaced(client))

    def server(self, id_: int) -> Any:
        """What discord.py knows of a server."""
        return SimpleNamespace(
            id=id_,
            unavailable=False,
            me=self.user,
            system_channel=None,
            owner_id=None,
            get_channel=lambda _: Channel(self.world),  # pyright: ignore[reportUnknownLambdaType]
        )

    def place(self, channel: int, guild_id: int) -> Place:
        """What discord.py would make of a channel of a server."""
        assert guild_id == channel // 100
        return Place(self, channel)

    async def request(self, heard: Callable[[], Any]) -> Any:
        """A request to Discord, which meets the next fault."""
        fault = self.faults.pop(0) if self.faults else ""
        stored = fault.startswith(STORED)
        result = heard() if stored else None
        match fault.removeprefix(STORED):
            case "refused":
                raise discord.Forbidden(answer(403), {"message": "Missing Access", "code": 50001})
            case "lost":
                raise ConnectionResetError
            case "failed":
                raise discord.DiscordServerError(answer(503), "")
            case "limited":
                raise discord.HTTPException(answer(429), "")
            case "dies":
                raise DiedError
            case "hangs" if self.gate is None:
                self.gate, self.hangs_since = asyncio.get_running_loop().create_future(), self.world.now
                await self.gate
            case _:
                pass
        return result if stored else heard()

    async def tick(self, step: Tick) -> None:
        """Look at what is due; or, where a request hangs, see what becomes of it."""
        if self.task is None:
            self.faults = list(step.faults)
            self.store.writes_left = step.dies_at
            self.task = asyncio.create_task(self.publisher.tick())
        elif self.gate is not None:
            gate, self.gate = self.gate, None
            if gate.cancelled():
                pass  # its process died of something else
            elif self.world.now - self.hangs_since > PATIENCE:
                gate.set_exception(TimeoutError())
            else:
                gate.set_result(None)
        await self._settled(self.task)
        if self.task.done():
            task, self.task = self.task, None
            self.faults, self.store.writes_left = [], None
            try:
                task.result()
            except BaseException as error:
                if not died(error):
                    raise
                self.begin()

    async def _settled(self, task: asyncio.Task[None]) -> None:
        """Wait until a task is done, or nothing moves but for the request that hangs."""
        uses = -1
        while not task.done() and (self.gate is None or uses != self.store.uses):
            uses = self.store.uses
            for _ in range(5):
                await asyncio.sleep(0)


def died(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(died(one) for one in cast("BaseExceptionGroup[BaseException]", error).exceptions)
    return isinstance(error, DiedError)
