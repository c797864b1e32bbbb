"""The stage of the demo: two servers with their members and channels, the bot, and a clock. It prints nothing."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, RoleHandle

from bot.client import Byeol
from bot.demo import engine
from bot.seeding import load_own
from bot.store import catalogue
from bot.store.database import Database

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2025, 1, 3, 23, 59, tzinfo=SEOUL)
"""A minute before the day on which *When the Stars Gossip* premieres."""

_BEAT = timedelta(seconds=6)
"""A little longer than the announcer sleeps."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user to act as on the stage: a member of both servers, with a Discord language and time zone of their own."""

    member: MemberActor
    admin: MemberActor
    """The same user in the second server, where they are an admin."""
    name: str
    language: str
    speaks: str
    zone: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The bot in simulated servers."""

    env: simcord.Env
    bot: Byeol
    guild: GuildHandle
    general: ChannelHandle
    chat: ChannelHandle
    announcements: ChannelHandle
    korean_news: ChannelHandle
    premieres: RoleHandle
    fan: MemberActor
    korean_fan: MemberActor
    admin: MemberActor
    people: Sequence[Person]
    other: GuildHandle
    """A server that is not set up yet."""
    other_channels: Sequence[ChannelHandle]

    @property
    def subscribers(self) -> tuple[int, ...]:
        """The servers with announcements."""
        return self.guild.id, self.other.id

    def now(self) -> datetime:
        """The time on the stage, UTC."""
        return self.env.now()

    def pings(self, person: Person, roles: Collection[int]) -> bool:
        """Whether a message that mentions `roles` pings a user, by the roles that they have now."""
        members = [self.env.backend.get_member(one.guild.id, one.id) for one in (person.member, person.admin)]
        return any(role_id in roles for member in members for role_id in member.role_ids)

    async def ask(self, member: MemberActor, command: str, **options: object) -> InteractionResult:
        """Use a command in #general as a member."""
        return await member.slash(self.general, command, **options)

    async def move_to(self, at: datetime) -> list[discord.Message]:
        """Move the clock to `at`, and return the announcements in English up to then."""
        before = {message.id for message in self.announcements.history()}
        # Set, not advanced: the announcer need not wake every few seconds of a month.
        engine.set_clock(self.env, at.astimezone(UTC))
        await self.env.advance_time(_BEAT.total_seconds())
        return [message for message in self.announcements.history() if message.id not in before]

    def thread_under(self, message: discord.Message) -> str | None:
        """The name of the thread under a message, if there is one."""
        found = self.env.backend.channels.get(message.id)  # a thread has the id of the message that it is under
        return found.name if found is not None else None

    async def subscribe(self) -> None:
        """Subscribe channels in English and in Korean."""
        await self.ask(
            self.admin, "announcements setup", channel=self.announcements, role=self.premieres, language="en"
        )
        await self.ask(self.admin, "announcements setup", channel=self.korean_news, language="ko")


@asynccontextmanager
async def open_stage(start: datetime = START) -> AsyncGenerator[Stage]:
    """Build the stage over a fresh catalogue, with the clock at `start`."""
    engine.shorten_idle_wait()
    with tempfile.TemporaryDirectory(prefix="byeol-demo-") as folder:
        database = await Database.open(Path(folder) / "byeol.db")
        try:
            await database.write(catalogue.apply, load_own(), start)
            async with _discord(database, start) as stage:
                yield stage
        finally:
            await database.close()


@asynccontextmanager
async def _discord(database: Database, start: datetime) -> AsyncGenerator[Stage]:
    bot = Byeol(database, clock=lambda: env.now())
    env = simcord.Env(bot, shard_count=1, check_errors=False, settle_timeout=30)
    engine.name_bot(env, "Byeol")
    engine.open_threads_quietly(env)
    engine.set_clock(env, start.astimezone(UTC))
    await env.start()
    try:
        yield _build(env, bot)
    finally:
        await env.shutdown()


def _build(env: simcord.Env, bot: Byeol) -> Stage:
    owner = env.create_user("haneul", global_name="Haneul")
    guild = env.create_guild("K-Drama Fans", owner=owner)
    other = env.create_guild("My New Server", owner=owner)
    mods, admins = (
        place.create_role("Mods", permissions=discord.Permissions(manage_guild=True, manage_events=True))
        for place in (guild, other)
    )

    premieres = guild.create_role("Premieres", mentionable=True)

    def person(handle: str, name: str, language: str, speaks: str, zone: str, *roles: RoleHandle) -> Person:
        user = env.create_user(handle, global_name=name)
        member, admin = guild.add_member(user, roles=roles), other.add_member(user, roles=[admins])
        return Person(member, admin, name, language, speaks, zone)

    people = (
        person("mina", "Mina", "en-GB", "English", "America/New_York", premieres),
        person("jiwoo", "지우", "ko", "한국어", SEOUL.key),
        person("lea", "Léa", "fr", "Français (answers in English)", "Europe/Paris", premieres),
    )
    languages = {one.member.id: one.language for one in people}
    engine.speak(env, languages)
    engine.translate_commands(env, languages)
    return Stage(
        env=env,
        bot=bot,
        guild=guild,
        general=guild.create_text_channel("general", topic="Type /ost, /cast or /drama"),
        chat=guild.create_text_channel("ost-chat", topic="What are you listening to?"),
        announcements=guild.create_news_channel("announcements"),
        korean_news=guild.create_news_channel("드라마-소식"),
        premieres=premieres,
        fan=people[0].member,
        korean_fan=people[1].member,
        admin=guild.add_member(env.create_user("sora", global_name="Sora"), roles=[mods]),
        people=people,
        other=other,
        other_channels=(
            other.create_text_channel("general", topic="You are an admin here: try /announcements setup"),
            other.create_text_channel("news", topic="For announcements, once you have set them up"),
        ),
    )
