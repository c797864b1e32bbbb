"""The stage of the demo: a server with its members and channels, the bot, and a clock. It prints nothing."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, RoleHandle

from bot.client import Byeol
from bot.database import Database
from bot.demo import engine
from bot.seeding import load_own
from bot.store import catalogue

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2025, 1, 3, 23, 59, tzinfo=SEOUL)
"""A minute before the day on which *When the Stars Gossip* premieres."""

_BEAT = timedelta(seconds=6)
"""A little longer than the announcer sleeps."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The bot in a simulated server."""

    env: simcord.Env
    bot: Byeol
    guild: GuildHandle
    general: ChannelHandle
    announcements: ChannelHandle
    premieres: RoleHandle
    fan: MemberActor
    korean_fan: MemberActor
    admin: MemberActor

    def now(self) -> datetime:
        """The time on the stage, UTC."""
        return self.env.now()

    async def ask(self, member: MemberActor, command: str, **options: object) -> InteractionResult:
        """Let a member use a command in #general."""
        return await member.slash(self.general, command, **options)

    async def move_to(self, at: datetime) -> list[discord.Message]:
        """Move the clock on to `at`, and return what is announced by then."""
        before = {message.id for message in self.announcements.history()}
        # Set, not advanced: nobody needs to see the announcer wake every few seconds of a month.
        engine.set_clock(self.env, at.astimezone(UTC))
        await self.env.advance_time(_BEAT.total_seconds())
        return [message for message in self.announcements.history() if message.id not in before]


@asynccontextmanager
async def open_stage(start: datetime = START) -> AsyncGenerator[Stage]:
    """Build the stage over a fresh catalogue, with the clock at `start`."""
    engine.check()
    engine.quicken()
    with tempfile.TemporaryDirectory(prefix="byeol-demo-") as folder:
        database = await Database.open(Path(folder) / "byeol.db")
        try:
            await database.write(catalogue.apply, load_own(), start)
            async with _server(database, start) as stage:
                yield stage
        finally:
            await database.close()


@asynccontextmanager
async def _server(database: Database, start: datetime) -> AsyncGenerator[Stage]:
    bot = Byeol(database, clock=lambda: env.now())
    env = simcord.Env(bot, shard_count=1, check_errors=False, settle_timeout=30)
    engine.set_clock(env, start.astimezone(UTC))
    await env.start()
    try:
        owner = env.create_user("haneul", global_name="Haneul")
        guild = env.create_guild("K-Drama Fans", owner=owner)
        mods = guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        fan = guild.add_member(env.create_user("mina", global_name="Mina"))
        korean_fan = guild.add_member(env.create_user("jiwoo", global_name="지우"))
        engine.speak(env, {korean_fan.id: "ko"})
        yield Stage(
            env=env,
            bot=bot,
            guild=guild,
            general=guild.create_text_channel("general"),
            announcements=guild.create_news_channel("announcements"),
            premieres=guild.create_role("Premieres", mentionable=True),
            fan=fan,
            korean_fan=korean_fan,
            admin=guild.add_member(env.create_user("sora", global_name="Sora"), roles=[mods]),
        )
    finally:
        await env.shutdown()
