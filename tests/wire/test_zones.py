"""The nights on which clocks go forward and back: mornings and quiet hours come by the server's own clock.

It is about clocks, and so on SQLite alone.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .deliveries import clubs, date, release_on, seed_songs, subscribe, title
from .loopback import Loopback
from .payloads import text_of
from .places import Channel
from .process import launched

pytestmark = pytest.mark.slow

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
NIGHTS = (
    # zone, half past eleven in the evening, eight and nine in the morning, all UTC
    (NEW_YORK, "2031-03-09 04:30", "2031-03-09 12:00", "2031-03-09 13:00"),  # forward: five hours become four
    (BERLIN, "2031-03-29 22:30", "2031-03-30 06:00", "2031-03-30 07:00"),  # forward: one hour becomes two
    (BERLIN, "2031-10-25 21:30", "2031-10-26 07:00", "2031-10-26 08:00"),  # back: two hours become one
    (NEW_YORK, "2031-11-02 03:30", "2031-11-02 13:00", "2031-11-02 14:00"),  # back: four hours become five
)
SECONDS = timedelta(seconds=20)
A_FEW_BEATS = 0.8
"""Seconds in which the bot looks several times at what is due."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(channel: Channel, number: int) -> bool:
    """Whether a song was announced in a channel."""
    return any(title(number) in text_of(post) for post in channel.posts)


def set_clock(server: Loopback, at: datetime) -> None:
    server.clock.skip(at - server.clock.now())


async def test_mornings_and_quiet_hours_on_the_nights_when_clocks_change(
    server: Loopback, path: Path, tmp_path: Path
) -> None:
    songs = await seed_songs(path, tmp_path / "songs", 2 * len(NIGHTS))
    channels = {
        (zone, quiet): channel
        for zone in (NEW_YORK, BERLIN)
        for quiet in ("", "22:00-08:00")
        for channel in clubs(server, 1)
    }
    async with launched(server, path) as bot:
        await bot.ready()
        set_clock(server, utc(NIGHTS[0][1]) - timedelta(days=1))
        for (zone, quiet), channel in channels.items():
            subscribe(server, path, [channel], zone=zone, quiet=quiet)
        for night, (zone, *moments) in enumerate(NIGHTS):
            evening, eight, nine = map(utc, moments)
            late, morning = 2 * night, 2 * night + 1
            loud, quiet = channels[zone, ""], channels[zone, "22:00-08:00"]
            set_clock(server, evening - SECONDS)
            date(path, songs[late], earliest=evening, latest=evening, precision="minute")
            release_on(path, songs[morning], datetime(nine.year, nine.month, nine.day, tzinfo=UTC))
            set_clock(server, evening)
            await server.until(lambda n=late, c=loud: told(c, n), what="the late song, where there are no quiet hours")

            set_clock(server, eight - SECONDS)
            await asyncio.sleep(A_FEW_BEATS)
            assert not told(quiet, late), f"{zone}: before eight"
            set_clock(server, eight)
            await server.until(lambda n=late, c=quiet: told(c, n), what="the late song, once it is eight")

            set_clock(server, nine - SECONDS)
            await asyncio.sleep(A_FEW_BEATS)
            assert not told(loud, morning), f"{zone}: before nine"
            set_clock(server, nine)
            await server.until(lambda n=morning, c=loud: told(c, n), what="the song of the day, once it is nine")
            await server.until(lambda n=morning, c=quiet: told(c, n), what="and where quiet hours are over")
        assert await bot.terminate() == 0
    assert "Traceback" not in bot.output
