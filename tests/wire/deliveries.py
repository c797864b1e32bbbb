"""Announcements from outside: who is to be told, what comes out, and what became of it in the database and in Discord.

Everything here reaches the bot as it would in life, through its database and its Discord.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.helpers import apply, opened, write

from .loopback import Loopback
from .payloads import ChannelKind, text_of
from .places import Channel, Role

WINDOW_IS_OVER = timedelta(minutes=10)
"""Later than Discord remembers a nonce, and than the bot relies on it."""
LEASE_IS_OVER = timedelta(seconds=95)
"""Later than a dead process's lease, and still inside the window of the nonce."""

GRACE = timedelta(hours=6)


@contextmanager
def database(path: Path) -> Generator[sqlite3.Connection]:
    """Another process's look at the database, in one transaction."""
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        yield connection


def clubs(server: Loopback, count: int, kind: ChannelKind = ChannelKind.TEXT) -> list[Channel]:
    """So many servers, and of each the channel for announcements; to be made before the bot comes."""
    return [server.add_guild(f"Club {number}").add_channel("news", kind) for number in range(count)]


def subscribe(
    server: Loopback, path: Path, channels: Sequence[Channel], role: Role | None = None, **chosen: object
) -> None:
    """Let channels be told of everything, from now on; `chosen` are other columns of the subscription."""
    columns = {"zone": "UTC", **chosen}
    since = _stamp(server.clock.now())
    with database(path) as connection:
        connection.executemany(
            "INSERT INTO subscription (guild_id, channel_id, role_id, language, kinds, stages, grace, since,"
            f" {', '.join(columns)})"
            f" VALUES (?, ?, ?, 'en', ',premiere,ost_release,', ',now,', ?, ?{', ?' * len(columns)})",
            [
                (
                    *(channel.guild.id, channel.id, role.id if role else None, int(GRACE.total_seconds()), since),
                    *columns.values(),
                )
                for channel in channels
                if channel.guild is not None
            ],
        )
        connection.execute("UPDATE subscriptions SET revision = revision + 1")


def release(server: Loopback, path: Path, *slugs: str, ahead: timedelta = timedelta()) -> None:
    """Let songs be out now, or some time from now."""
    at = server.clock.now() + ahead
    date(path, *slugs, earliest=at, latest=at, precision="minute")


def release_on(path: Path, slug: str, day: datetime) -> None:
    """Let a song be out on a day, which begins at `day`; nobody knows at what time."""
    date(path, slug, earliest=day, latest=day + timedelta(days=1), precision="day")


def date(path: Path, *slugs: str, earliest: datetime, latest: datetime, precision: str) -> None:
    """Date songs, firmly."""
    with database(path) as connection:
        for slug in slugs:
            changed = connection.execute(
                "UPDATE event SET earliest = ?, latest = ?, precision = ?, status = 'confirmed', zone = 'UTC',"
                " revision = revision + 1 WHERE claim = 0"
                " AND entity_id = (SELECT id FROM entity WHERE kind = 'track' AND slug = ?)",
                (_stamp(earliest), _stamp(latest), precision, slug),
            ).rowcount
            assert changed == 1, f"{slug} has no date that could be changed"
        connection.execute("UPDATE catalogue SET revision = revision + 1")


def states(path: Path) -> list[str]:
    """What became of every delivery, in the order in which they were planned."""
    with database(path) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM delivery ORDER BY id")]


def state_of(path: Path, channel: Channel) -> str | None:
    """What became of the one delivery for a channel."""
    with database(path) as connection:
        row = connection.execute("SELECT state FROM delivery WHERE channel_id = ?", (channel.id,)).fetchone()
    return row[0] if row else None


def open_deliveries(path: Path) -> int:
    """How many deliveries are not settled yet, and how much is still to be done with those that are."""
    query = "SELECT (SELECT count(*) FROM delivery WHERE try_at IS NOT NULL) + (SELECT count(*) FROM post_action)"
    with database(path) as connection:
        return connection.execute(query).fetchone()[0]


def visible(channels: Sequence[Channel]) -> int:
    """How many messages stand in channels."""
    return sum(len(channel.messages) for channel in channels)


def title(number: int) -> str:
    """What the so-and-so-many-th song of `seed_songs` is called."""
    return f"Song number {number} of them"


async def seed_songs(path: Path, folder: Path, count: int, *, each: int = 1) -> list[str]:
    """Add songs to a catalogue, so many of `each` drama and not dated yet; returns their slugs."""
    entries = [
        f"""
        [[works]]
        slug = "drama-{number}"
        type = "drama"
        sources = ["herald"]
        names = ["Drama number {number} of them"]
        """
        for number in range(-(-count // each))
    ]
    entries += [
        f"""
        [[tracks]]
        slug = "song-{number}"
        sources = ["herald"]
        names = ["{title(number)}"]
        ost = [{{ work = "drama-{number // each}" }}]
        events = [{{ kind = "ost_release", date = "2033", status = "reported" }}]
        """
        for number in range(count)
    ]
    source = (
        '[[sources]]\nslug = "herald"\npublisher = "The Herald"\ntitle = "A title"\nurl = "https://example.com/1"\n'
    )
    async with opened(path) as store:
        await apply(store, write(folder, songs=source + "".join(entries)))
    return [f"song-{number}" for number in range(count)]


def heard(channels: Sequence[Channel], numbers: Sequence[int]) -> Counter[int]:
    """How often a song was announced in a channel: for each count, the number of songs and channels it is true of."""
    texts = {channel.id: [text_of(message) for message in channel.posts] for channel in channels}
    return Counter(
        sum(title(number) in text for text in texts[channel.id]) for channel in channels for number in numbers
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
