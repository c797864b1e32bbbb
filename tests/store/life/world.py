"""The servers and the catalogue of a story, and what was said in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS, Subscription, Threads
from bot.catalogue.model import Kind, Ref
from bot.errors import SeedError
from bot.seeding import Known, load
from bot.store import catalogue, follows, subscriptions
from bot.store.database import Database
from tests.store.life.discord import Message, Owner
from tests.store.life.steps import CHANNELS, END, KINDS, MARKS, START, THINGS, Choose, Do, Pass, Say, Step, Tick


class World:
    """A catalogue, three channels, and two publishers."""

    def __init__(self, folder: Path, store: Database) -> None:
        self.now = START
        self.readable = True
        self.messages: dict[int, dict[int, Message]] = {}
        self.refused: set[Any] = set()
        self.dates: list[Say] = [Say(thing, 2 + thing % 2, None, "confirmed") for thing in range(len(THINGS))]
        self.said_at: list[datetime] = [START] * len(THINGS)
        self.touched: set[int] = set()
        self.owners: list[Owner] = []
        self._file = folder / "seeds.toml"
        self._store = store

    def said(self) -> str:
        """What the catalogue says, as a seed file."""
        events = [event(kind, say) for kind, say in zip(THINGS[:2], self.dates, strict=False)]
        songs = [
            f'[[tracks]]\nslug = "{slug}"\nsources = ["s"]\nnames = ["{mark.removesuffix(" by")}"]\n'
            f'performers = ["singer"]\nost = [{{ work = "{"sun" if slug == "of-the-sun" else "moon"}" }}]\n'
            f"events = [{event('ost_release', say)}]\n"
            for slug, mark, say in list(zip(THINGS, MARKS, self.dates, strict=True))[2:]
        ]
        return (
            '[[sources]]\nslug = "s"\npublisher = "S"\ntitle = "A title"\nurl = "https://example.com/1"\n'
            '[[people]]\nslug = "singer"\nsources = ["s"]\nnames = ["Singer"]\n'
            '[[works]]\nslug = "sun"\ntype = "drama"\nsources = ["s"]\nnames = ["Sun"]\n'
            '[[works]]\nslug = "moon"\ntype = "drama"\nsources = ["s"]\nnames = ["Moon"]\n'
            f"events = [{', '.join(events)}]\n" + "".join(songs)
        )

    async def say(self) -> None:
        self._file.write_text(self.said(), "utf-8")
        found = load([self._file], Known({}, {}, frozenset()))
        await self._store.write(catalogue.apply, found, self.now)

    async def play(self, step: Step) -> None:
        match step:
            case Pass(seconds):
                self.now += timedelta(seconds=seconds)
            case Tick(owner):
                await self.owners[owner].tick(step)
            case Say(thing):
                before = self.dates[thing]
                self.dates[thing] = step
                try:
                    await self.say()
                except SeedError:  # a finale before its premiere is refused, and all stays as it was
                    self.dates[thing] = before
                else:
                    self.said_at[thing] = self.now
            case Choose(channel, (name, value)):
                change: dict[str, Any] = {name: value}
                self.touched.add(channel)
                await self._store.write(
                    subscriptions.update_subscription,
                    channel // 100,
                    channel,
                    lambda one: replace(one, **change),
                    self.now,
                )
            case Do(what, channel):
                await self._do(what, channel)

    async def _do(self, what: str, channel: int) -> None:
        guild = channel // 100
        self.touched |= {one for one in CHANNELS if one // 100 == guild}
        write = self._store.write
        match what:
            case "off":
                await write(subscriptions.end, guild, self.now, channel)
            case "on":
                if await self._store.read(subscriptions.of_channel, guild, channel) is None:
                    await write(subscriptions.choose, chosen(channel, self.now), self.now)
            case "move":
                await write(subscriptions.move, guild, channel, channel + 50, self.now)
                await write(subscriptions.move, guild, channel + 50, channel, self.now)
            case "leave" | "return":
                await write(
                    subscriptions.sync_guild_membership, {1, 2} - ({guild} if what == "leave" else set()), self.now
                )
            case "follow":
                await write(follows.add, guild, Ref(Kind.WORK, "moon"))
                await write(subscriptions.only_followed, guild, True, self.now)
            case "unfollow":
                await write(follows.remove, guild, Ref(Kind.WORK, "moon"))
                await write(subscriptions.only_followed, guild, False, self.now)
            case _:
                self.readable = what == "sighted"

    async def end(self) -> None:
        """Let nothing more go wrong, and time pass until everything is over."""
        for owner in self.owners:
            while owner.task is not None:
                owner.faults = []
                await owner.tick(Tick(0))
        turn = 0
        while self.now < END:
            for wait in (1, 95, 700):
                self.now += timedelta(seconds=wait)
                await self.owners[turn % 2].tick(Tick(turn % 2))
                turn += 1
            self.now += timedelta(hours=8)
        for _ in range(8):
            self.now += timedelta(seconds=100)
            await self.owners[0].tick(Tick(0))


def event(kind: str, say: Say) -> str:
    day = START + timedelta(days=say.day)
    clock = "" if say.minute is None else f" {say.minute // 60:02}:{say.minute % 60:02}"
    date, status = f"{day:%Y-%m-%d}{clock}", say.status
    if status == "vague":
        date, status = f"{2031 + say.day}-05", "confirmed"
    return f'{{ kind = "{kind}", date = "{date}", status = "{status}" }}'


def chosen(channel: int, now: datetime) -> Subscription:
    return Subscription(
        guild_id=channel // 100,
        channel_id=channel,
        since=now,
        kinds=KINDS,
        stages=tuple(Stage) if channel == CHANNELS[1] else ALWAYS,
        digest="daily-09" if channel == CHANNELS[2] else "",
        threads=Threads.POST if channel == CHANNELS[0] else Threads.NONE,
    )
