"""What most tests need: a seeded database, the bot in a simulated server, and a person who uses it."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import discord
import pytest
import pytest_asyncio
import simcord
from hypothesis import HealthCheck, settings
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, ResponseMessage

from bot.address import Address
from bot.client import Byeol
from bot.demo.engine import set_clock, shorten_idle_wait, speak
from bot.interactions.cooldown import Cooldowns
from bot.seeding import load_own
from bot.store import catalogue
from bot.store.database import Database
from tests.engines import ENGINES, Databases, Engine
from tests.postgres import MISSING, Server, running
from tests.seen import Seen, see

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in the background so, and every process that a test starts would ignore Ctrl+C as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long something takes says nothing on a machine that is busy with other things.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

LOADED = datetime(2020, 1, 1, tzinfo=UTC)
"""When the seeds were loaded, for all that anybody remembers."""
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When tests play unless they say otherwise: after everything in the seeds."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Say last, and in one line, what was not tested for lack of PostgreSQL."""
    yield
    skipped = [report for report in terminalreporter.getreports("skipped") if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, since {MISSING}", yellow=True)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through what lives to the end anyway, again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the project's seeds; to be copied, never to be opened."""
    path = tmp_path_factory.mktemp("seeded") / "byeol.db"

    async def build() -> None:
        database = await Database.open(path)
        try:
            await database.write(catalogue.apply, load_own(), LOADED)
        finally:
            await database.close()

    asyncio.run(build())
    return path


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has the schema, and nothing in it; to be copied, never to be opened."""
    path = tmp_path_factory.mktemp("empty") / "byeol.db"

    async def build() -> None:
        await (await Database.open(path)).close()

    asyncio.run(build())
    return path


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    """A PostgreSQL server, with the template `empty`: a database that has the schema, and nothing in it."""
    with running() as server:
        template = server.database(name="empty")

        async def build() -> None:
            await (await Database.open(template)).close()

        asyncio.run(build())
        yield server


@pytest.fixture(scope="session")
def seeded_template(postgres: Server) -> str:
    """The name of a PostgreSQL database with the project's seeds; to be copied, never to be opened."""
    address = postgres.database("empty", name="seeded")

    async def build() -> None:
        database = await Database.open(address)
        try:
            await database.write(catalogue.apply, load_own(), LOADED)
        finally:
            await database.close()

    asyncio.run(build())
    return "seeded"


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Either engine."""
    if request.param == "sqlite":
        return Engine(request.getfixturevalue("empty"), None)
    server: Server = request.getfixturevalue("postgres")
    return Engine(server.address("empty"), server)


@pytest.fixture
def databases(engine: Engine, tmp_path: Path) -> Generator[Databases]:
    """Databases of either engine."""
    with ExitStack() as stack:
        yield Databases(engine, tmp_path, stack)


@pytest.fixture
def address(databases: Databases) -> Address:
    """A database of either engine, with the schema and nothing in it."""
    return databases.empty()


@pytest.fixture
def with_seeds(request: pytest.FixtureRequest, engine: Engine, databases: Databases) -> Address:
    """A database of either engine, with the project's seeds."""
    if engine.server is None:
        return databases.copy(request.getfixturevalue("seeded"))
    return databases.copy(engine.server.address(request.getfixturevalue("seeded_template")))


@pytest_asyncio.fixture
async def database(seeded: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """The seeded catalogue, open and one's own."""
    path = tmp_path / "byeol.db"
    copyfile(seeded, path)
    opened = await Database.open(path)
    try:
        yield opened
    finally:
        await opened.close()


@dataclass(slots=True)
class World:
    """The bot in a simulated server, with people who use it."""

    env: simcord.Env
    bot: Byeol
    guild: GuildHandle
    general: ChannelHandle
    member: MemberActor
    admin: MemberActor
    languages: dict[int, str] = field(default_factory=dict[int, str])

    def never_tires(self) -> None:
        """Let a member do any number of things at once: a window passes between any two uses."""
        self.bot.cooldowns = Cooldowns(itertools.count(1, 60).__next__)

    async def ask(self, command: str, *, by: MemberActor | None = None, **options: Any) -> Seen:
        """What a member sees who uses a command."""
        return seen(await (by or self.member).slash(self.general, command, **options))

    async def ask_for(self, command: str, option: str, value: str) -> Seen:
        """What a member sees who uses a command with one option."""
        return seen(await self.member.slash(self.general, command, **{option: value}))

    def sent_to(self, channel: ChannelHandle) -> list[dict[str, Any]]:
        """The requests by which the bot posted in a channel by itself, whatever became of them."""
        path = f"/channels/{channel.id}/messages"
        posted = [request for request in self.env.http_requests if request.method == "POST" and request.path == path]
        return [dict(request.json or {}) for request in posted]

    async def suggest(self, command: str, option: str, typed: str) -> list[dict[str, Any]]:
        """What a member is offered who types into an option."""
        return await self.member.autocomplete(self.general, command, option, typed)

    async def press(self, shown: Seen, label: str, *, by: MemberActor | None = None) -> Seen:
        """What a member sees who presses a button of a message."""
        result = await (by or self.member).click(shown.message, label=label)
        return seen(result)

    async def press_in_place(self, shown: Seen, label: str, *, by: MemberActor | None = None) -> Seen:
        """What a message becomes when a member presses one of its buttons."""
        await (by or self.member).click(shown.message, label=label)
        return self.again(shown)

    def again(self, shown: Seen) -> Seen:
        """The same message as it is now."""
        message = self.env.backend.get_message(shown.message.channel_id, shown.message.id)
        return see(ResponseMessage(self.env, message))

    def korean(self, member: MemberActor | None = None) -> None:
        """Let a member's Discord be in Korean."""
        self.languages[(member or self.member).id] = "ko"

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.env.advance_time(seconds)

    async def at(self, moment: datetime) -> None:
        """Set the clock, and let the announcer notice."""
        set_clock(self.env, moment.astimezone(UTC))
        await self.env.advance_time(6)

    def posts(self, channel: ChannelHandle) -> list[Seen]:
        """What the bot has posted in a channel by itself, the oldest first."""
        messages = self.env.backend.messages.get(channel.id, {}).values()
        return [see(ResponseMessage(self.env, message)) for message in sorted(messages, key=lambda m: m.id)]


def seen(result: InteractionResult) -> Seen:
    """The last that an interaction brought to the user's eyes."""
    if result.followups:
        return see(result.followups[-1])
    assert result.response is not None, f"no answer: {result!r}"
    return see(result.response)


@asynccontextmanager
async def world_of(database: Database, start: datetime = NOON) -> AsyncGenerator[World]:
    """The bot in a simulated server over a database, at a time."""
    shorten_idle_wait()
    bot = Byeol(database, clock=lambda: env.now())
    # A minute of real time for hours of the simulated clock: a busy machine needs several seconds.
    env = simcord.Env(bot, shard_count=1, check_errors=False, settle_timeout=60)
    set_clock(env, start)
    await env.start()
    try:
        guild = env.create_guild("Fans", owner=env.create_user("owner"))
        mods = guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        world = World(
            env=env,
            bot=bot,
            guild=guild,
            general=guild.create_text_channel("general"),
            member=guild.add_member(env.create_user("mina")),
            admin=guild.add_member(env.create_user("sora"), roles=[mods]),
        )
        speak(env, world.languages)
        # Discord hides the admins' commands from others unless a server allows them: then the bot must refuse.
        (admins,) = [command for command in await bot.tree.fetch_commands() if command.name == "announcements"]
        guild.set_command_permissions(admins.id, {guild.default_role: True})
        yield world
    finally:
        await env.shutdown()


@contextmanager
def no_errors(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail the test if the bot logged an error: expected ones are never logged."""
    yield
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, errors


@pytest_asyncio.fixture
async def world(database: Database, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """The bot in a simulated server."""
    with no_errors(caplog):
        async with world_of(database) as opened:
            yield opened
