"""Whatever the network, Discord or another process does: once it is over, each channel has its message, once."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from bot.address import Address
from bot.seeding import load_own
from bot.store import catalogue
from tests.helpers import LOADED, opened
from tests.postgres import running

from .deliveries import (
    LEASE_IS_OVER,
    clubs,
    posts_to,
    release,
    seed_songs,
    state_of,
    states,
    subscribe,
    title,
    visible,
)
from .loopback import Loopback
from .payloads import text_of
from .places import Channel
from .process import BotProcess, launched
from .traffic import Action, Answer, Drop, Stall, rate_limited

pytestmark = pytest.mark.slow

ENGINES = ["sqlite", "postgres"]

CHANNELS = 6
FAULTS: dict[str, tuple[Callable[[], Action], bool, int]] = {
    "429 of the channel": (lambda: rate_limited(0.4), False, 3),
    "429 of everything": (lambda: rate_limited(0.4, everywhere=True), False, 3),
    "500": (lambda: Answer(500, {"message": "oops", "code": 0}), False, 3),
    "502 after storing": (lambda: Answer(502, {"message": "oops", "code": 0}), True, 2),
    "503": (lambda: Answer(503, {"message": "oops", "code": 0}), False, 3),
    "503 after storing": (lambda: Answer(503, {"message": "oops", "code": 0}), True, 3),
    "dropped before storing": (Drop, False, 3),
    "dropped after storing": (Drop, True, 3),
    "5 s without an answer": (lambda: Stall(5.0), False, 2),
    "5 s until the answer": (lambda: Stall(5.0), True, 2),
}
"""What to do, whether after the message was stored, and how often."""


async def test_after_all_faults_at_once_each_channel_has_its_message_once(server: Loopback, path: Address) -> None:
    struck = {fault: clubs(server, CHANNELS) for fault in FAULTS}
    for fault, (action, after, times) in FAULTS.items():
        server.fault("POST", posts_to(*struck[fault]), action(), after=after, times=times)
    async with BotProcess(server, path) as bot:
        await bot.ready()
        for channels in struck.values():
            subscribe(server, path, channels)
        release(server, path, "yours")
        with told(struck, path):
            due = len(FAULTS) * CHANNELS
            await server.until(lambda: states(path) == ["sent"] * due, within=45, what="every message")
        assert await bot.terminate() == 0
    counts = {fault: [len(channel.messages) for channel in channels] for fault, channels in struck.items()}
    assert counts == dict.fromkeys(FAULTS, [1] * CHANNELS)
    assert all(fault.hits == fault.times for fault in server.rest.faults)
    assert "Traceback" not in bot.output


@contextmanager
def told(struck: dict[str, list[Channel]], path: Address) -> Generator[None]:
    """Say which faults were not overcome in time."""
    try:
        yield
    except TimeoutError as error:
        found = {fault: [state_of(path, channel) for channel in channels] for fault, channels in struck.items()}
        error.add_note(str({fault: became for fault, became in found.items() if {*became} != {"sent"}}))
        raise


async def test_channels_that_refuse_or_are_gone_stop_no_other_and_say_why(server: Loopback, path: Address) -> None:
    forbidden, gone, going, lost, roleless, well = clubs(server, 6)
    assert roleless.guild is not None
    role = roleless.guild.add_role("Fans", mentionable=True)
    forbidden.refusal = 50013
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, [forbidden, gone, going, lost, well])
        subscribe(server, path, [roleless], role)
        await server.delete_channel(gone, tell=False)
        await server.delete_role(roleless.guild, role)
        server.fault("POST", posts_to(going), Stall(0.5))
        server.fault("POST", posts_to(lost), Drop(), after=True)
        release(server, path, "yours")
        await server.until(lambda: server.requests("POST", f"/channels/{going.id}/messages"), what="the request")
        await server.delete_channel(going)
        await server.until(lambda: lost.messages, what="the message that nobody answers for")
        await server.delete_channel(lost)
        outcome = {forbidden: "retrying", gone: "retrying", going: "retrying", lost: "uncertain", roleless: "sent"}
        outcome[well] = "sent"
        await server.until(
            lambda: {channel: state_of(path, channel) for channel in outcome} == outcome, within=20, what="the outcome"
        )
        assert await bot.terminate() == 0
    assert [len(channel.messages) for channel in outcome] == [0, 0, 0, 1, 1, 1]
    assert roleless.posts[0]["mention_roles"] == []
    assert "Traceback" not in bot.output


@asynccontextmanager
async def sending(path: Address) -> AsyncGenerator[tuple[Loopback, BotProcess, list[Channel]]]:
    """A bot in the middle of a fan-out, on a Discord of its own; in the end each channel has its message once."""
    async with Loopback() as server:
        channels = clubs(server, CHANNELS)
        server.slow_down(0.1)
        async with launched(server, path) as bot:
            await bot.ready()
            subscribe(server, path, channels)
            release(server, path, "yours")
            await server.until(lambda: visible(channels), what="the first message")
            yield server, bot, channels
            await server.until(lambda: states(path) == ["sent"] * CHANNELS, within=30, what="the messages")
            assert await bot.terminate() == 0
        assert [len(channel.messages) for channel in channels] == [1] * CHANNELS


async def database_locked_by_another_process_for_three_seconds(path: Path) -> None:
    async with sending(path):
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(3)  # this is the fault itself, not a wait for something
            other.execute("ROLLBACK")


async def connection_lost_and_resumed(path: Address) -> None:
    async with sending(path) as (server, _, __):
        await server.drop_gateway(resumable=True)
        await server.until(lambda: (server.resumes, server.identifies) == (1, 1), within=20, what="the session")


async def connection_lost_for_good_and_begun_anew(path: Address) -> None:
    async with sending(path) as (server, _, __):
        await server.drop_gateway(resumable=False)
        await server.until(lambda: (server.resumes, server.identifies) == (0, 2), within=20, what="the new session")


TROUBLES = (
    database_locked_by_another_process_for_three_seconds,
    connection_lost_and_resumed,
    connection_lost_for_good_and_begun_anew,
)


async def test_trouble_around_a_bot_that_is_sending(file: Path) -> None:
    # Most of each is waiting: they wait at the same time, each bot with a Discord and a database of its own.
    async with asyncio.TaskGroup() as troubles:
        for trouble in TROUBLES:
            own = file.with_name(f"{trouble.__name__}.db")
            copyfile(file, own)
            troubles.create_task(trouble(own))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits the files of a running process")
async def test_disk_full_for_a_while(file: Path) -> None:
    # No process may fill a real disk. A file that may not grow is the same to SQLite: the system refuses to write.
    async with sending(file) as (server, bot, _):
        before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        await server.until(lambda: "The database fails" in bot.output, what="a write that is refused")
        await asyncio.sleep(1)  # and for as long as that
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)
        server.clock.skip(LEASE_IS_OVER)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_database_server_that_is_away_for_a_while(how: signal.Signals) -> None:
    with running(synchronous_commit="on") as postgres:  # what was committed outlives it
        address = postgres.database()
        async with opened(address) as database:
            await database.write(catalogue.apply, load_own(), LOADED)
        async with sending(address) as (server, bot, _):
            await asyncio.to_thread(postgres.stop, how)
            await server.until(lambda: "The database does not answer" in bot.output, what="that it is noticed")
            await asyncio.sleep(3)  # longer than the bot waits before it says so
            await asyncio.to_thread(postgres.start)
            server.clock.skip(LEASE_IS_OVER)
        assert "Traceback" not in bot.output
        assert "The database answers again" in bot.output


async def test_what_came_due_while_the_bot_was_away(server: Loopback, path: Address, tmp_path: Path) -> None:
    songs = await seed_songs(path, tmp_path / "songs", 4)
    channels = clubs(server, CHANNELS)
    subscribe(server, path, channels)
    ago = [timedelta(days=2), timedelta(hours=5), timedelta(minutes=5, seconds=10), timedelta()]
    for song, before, after in zip(songs, ago, [*ago[1:], timedelta()], strict=True):
        release(server, path, song)
        server.clock.skip(before - after)
    async with launched(server, path) as bot:
        await bot.ready()
        await server.until(lambda: sorted(states(path)) == ["missed"] * CHANNELS + ["sent"] * 3 * CHANNELS, within=15)
        assert await bot.terminate() == 0
    for channel in channels:
        by_song = {
            number: [text_of(post) for post in channel.posts if title(number) in text_of(post)] for number in range(4)
        }
        assert [len(by_song[number]) for number in range(4)] == [0, 1, 1, 1]
        assert ["late" in by_song[number][0] for number in (1, 2, 3)] == [True, True, False]


async def test_clock_that_is_set_forward_and_back(server: Loopback, path: Address, tmp_path: Path) -> None:
    songs = await seed_songs(path, tmp_path / "songs", 3)
    (channel,) = clubs(server, 1)
    async with launched(server, path) as bot:
        await bot.ready()
        subscribe(server, path, [channel])
        release(server, path, songs[0], ahead=timedelta(hours=1, seconds=-1))
        await asyncio.sleep(1)
        assert not channel.messages
        for number, hours in enumerate((1, -1, 0)):
            server.clock.skip(timedelta(hours=hours))
            if number:
                release(server, path, songs[number])
            await server.until(lambda due=number + 1: len(channel.messages) == due, what=f"song {number}")
        await server.until(lambda: states(path) == ["sent"] * 3, what="the records")
        assert await bot.terminate() == 0
    assert len(channel.messages) == 3


async def test_two_processes_on_one_database_one_of_them_killed_half_way(server: Loopback, path: Address) -> None:
    count = 500
    channels = clubs(server, count)
    server.slow_down(0.1)
    async with launched(server, path) as first:
        await first.ready()
        async with launched(server, path) as second:
            await second.ready()
            subscribe(server, path, channels)
            release(server, path, "yours")
            await server.until(lambda: visible(channels) >= count // 2, within=30, what="half of the messages")
            first.kill()
            await first.wait()
            await server.until(lambda: {*states(path)} <= {"sent", "sending"}, within=30, what="the other half")
            server.clock.skip(LEASE_IS_OVER)  # of what the first had claimed
            await server.until(lambda: states(path) == ["sent"] * count, within=30, what="all messages")
            assert await second.terminate() == 0
    assert [len(channel.messages) for channel in channels] == [1] * count
    assert "Traceback" not in second.output
