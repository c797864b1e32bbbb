"""Announcements from outside: who is to be told, what comes out, and what became of it in the database and in Discord.

Everything here reaches the bot as it would in life, through its database and its Discord.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.address import Address
from bot.store.database import Database
from tests.engines import database, looking_at
from tests.helpers import apply, opened, write

from .loopback import Loopback
from .payloads import ChannelKind, text_of
from .places import Channel, Role

WINDOW_IS_OVER = timedelta(minutes=10)
"""Later than Discord remembers a nonce, and than the bot relies on it."""
LEASE_IS_OVER = timedelta(seconds=95)
"""Later than a dead process's lease, and still inside the window of the nonce."""

GRACE = timedelta(hours=6)


def clubs(server: Loopback, count: int, kind: ChannelKind = ChannelKind.TEXT) -> list[Channel]:
    """So many servers, and of each the channel for announcements; to be made before the bot comes."""
    return [server.add_guild(f"Club {number}").add_channel("news", kind) for number in range(count)]


def clubs_on(server: Loopback, shards: int, each: int, kind: ChannelKind = ChannelKind.TEXT) -> list[Channel]:
    """The same, so many on each shard."""
    found: list[Channel] = []
    of_shard = dict.fromkeys(range(shards), 0)
    while min(of_shard.values()) < each:
        guild = server.add_guild("Club")
        shard = (guild.id >> 22) % shards
        if of_shard[shard] < each:
            of_shard[shard] += 1
            found.append(guild.add_channel("news", kind))
        else:
            del server.world.guilds[guild.id]
    return found


def forums(server: Loopback, count: int) -> list[Channel]:
    """The same, each a forum."""
    return [server.add_guild(f"Club {number}").add_forum("dates", "News") for number in range(count)]


def posts_to(*channels: Channel) -> str:
    """The path of the requests that announce in some channels, or in any."""
    ids = "|".join(str(channel.id) for channel in channels) or "[0-9]+"
    return rf"^/channels/({ids})/(messages|threads)$"


def subscribe(
    server: Loopback,
    path: Address,
    channels: Sequence[Channel],
    role: Role | None = None,
    stages: str = ",now,",
    **chosen: object,
) -> None:
    """Let channels be told of everything, from now on; `chosen` are other columns of the subscription."""
    columns = {"zone": "UTC", **chosen}
    since = _stamp(server.clock.now())
    with database(path) as connection:
        connection.executemany(
            "INSERT INTO subscription (guild_id, channel_id, role_id, language, kinds, stages, grace, since,"
            f" {', '.join(columns)})"
            f" VALUES (?, ?, ?, 'en', ',premiere,ost_release,', ?, ?, ?{', ?' * len(columns)})",
            [
                (
                    *(channel.guild.id, channel.id, role.id if role else None, stages),
                    *(int(GRACE.total_seconds()), since),
                    *columns.values(),
                )
                for channel in channels
                if channel.guild is not None
            ],
        )
        connection.execute("UPDATE subscriptions SET revision = revision + 1")


def release(server: Loopback, path: Address, *slugs: str, ahead: timedelta = timedelta()) -> None:
    """Let songs be out now, or some time from now."""
    at = server.clock.now() + ahead
    date(path, *slugs, earliest=at, latest=at, precision="minute")


def move(server: Loopback, path: Address, slug: str, by: timedelta) -> None:
    """Let a song that was to be out now be out later."""
    release(server, path, slug, ahead=by)
    with database(path) as connection:
        connection.execute(
            "UPDATE event SET changed_at = ?"
            " WHERE entity_id = (SELECT id FROM entity WHERE kind = 'track' AND slug = ?)",
            (_stamp(server.clock.now()), slug),
        )
        connection.execute("UPDATE catalogue SET revision = revision + 1")


def release_on(path: Address, slug: str, day: datetime) -> None:
    """Let a song be out on a day, which begins at `day`; nobody knows at what time."""
    date(path, slug, earliest=day, latest=day + timedelta(days=1), precision="day")


def date(path: Address, *slugs: str, earliest: datetime, latest: datetime, precision: str) -> None:
    """Date songs, firmly."""
    with database(path) as connection:
        for slug in slugs:
            changed = connection.execute(
                "UPDATE event SET earliest = ?, latest = ?, precision = ?, status = 'confirmed', zone = 'UTC',"
                " revision = revision + 1"
                " WHERE entity_id = (SELECT id FROM entity WHERE kind = 'track' AND slug = ?)",
                (_stamp(earliest), _stamp(latest), precision, slug),
            ).rowcount
            assert changed == 1, f"{slug} has no date that could be changed"
        connection.execute("UPDATE catalogue SET revision = revision + 1")


def states(path: Address) -> list[str]:
    """What became of every delivery, in the order in which they were planned."""
    with looking_at(path) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM delivery ORDER BY id")]


def state_of(path: Address, channel: Channel) -> str | None:
    """What became of the one delivery for a channel."""
    with looking_at(path) as connection:
        row = connection.execute("SELECT state FROM delivery WHERE channel_id = ?", (channel.id,)).fetchone()
    return row[0] if row else None


def open_deliveries(path: Address) -> int:
    """How many deliveries are not settled yet, and how much is still to be done with those that are."""
    query = "SELECT (SELECT count(*) FROM delivery WHERE try_at IS NOT NULL) + (SELECT count(*) FROM post_action)"
    with looking_at(path) as connection:
        return connection.execute(query).fetchone()[0]


def unclaimed(path: Address) -> int:
    """How many messages are due, or will be, and are nobody's at present."""
    query = "SELECT count(*) FROM delivery WHERE try_at IS NOT NULL AND state <> 'sending'"
    with looking_at(path) as connection:
        return connection.execute(query).fetchone()[0]


def still_to_do(path: Address, most: int = 20) -> list[str]:
    """What a database holds that is still to be done in Discord: the first rows of each outbox, in words."""
    found: list[str] = []
    with looking_at(path) as connection:
        for table, columns in (
            ("delivery", "id, channel_id, state, attempts, possibly_sent_since, reason"),
            ("guild_event", "mark, guild_id, state, attempts, discord_id, reason"),
            ("post_action", "kind, delivery_id, attempts"),
            ("subject_role", "guild_id, entity_id, state, role_id, name, after_id"),
        ):
            rows = connection.execute(
                f"SELECT try_at, {columns} FROM {table} WHERE try_at IS NOT NULL ORDER BY try_at LIMIT ?", (most,)
            ).fetchall()
            found += [f"{table}, due {try_at}: {columns}: {rest}" for try_at, *rest in rows]
    return found


def visible(channels: Sequence[Channel]) -> int:
    """How many messages stand in channels."""
    return sum(len(channel.posts) for channel in channels)


def title(number: int) -> str:
    """What the so-and-so-many-th song of `seed_songs` is called."""
    return f"Song number {number} of them"


async def seed_songs(path: Address, folder: Path, count: int, *, each: int = 1) -> list[str]:
    """Add songs to a catalogue, so many of `each` drama and not dated yet; returns their slugs."""
    async with opened(path) as store:
        return await add_songs(store, folder, count, each=each)


async def add_songs(store: Database, folder: Path, count: int, *, each: int = 1) -> list[str]:
    """The same, in a database that is open already."""
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
