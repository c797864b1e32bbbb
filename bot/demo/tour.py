"""The scripted tour: a fan asks, an admin sets the bot up, and time brings the announcements."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

import discord
from discord.app_commands import Choice
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from simcord import InteractionResult, MemberActor

from bot.announcements.subscription import Threads
from bot.demo.drawing import Drawing
from bot.demo.stage import SEOUL, Stage, open_stage
from bot.text import words

WIDTH = 84
MOMENTS = (
    datetime(2025, 1, 4, 9, 0, tzinfo=SEOUL),
    datetime(2025, 1, 4, 21, 10, tzinfo=SEOUL),
    datetime(2025, 1, 5, 18, 0, tzinfo=SEOUL),
    datetime(2025, 1, 19, 18, 0, tzinfo=SEOUL),
    datetime(2025, 1, 26, 18, 0, tzinfo=SEOUL),
)
"""When a Korean server hears of the premiere of *When the Stars Gossip*, of its own evening, and of the first songs."""
PARTY = "Watch party: When the Stars Gossip"
"""What the server plans itself, for the evening of the premiere."""
BEFORE = datetime(2022, 10, 20, 17, 59, tzinfo=SEOUL)
"""A minute before the release of a song whose name another one gets later."""


class Tour:
    """Plays on a stage and prints what a user in the server would see."""

    def __init__(self, stage: Stage, out: Console) -> None:
        self._stage = stage
        self._out = out
        channels = (stage.general, stage.chat, stage.announcements, stage.korean_news)
        self._names = {channel.id: channel.name or "" for channel in channels}
        self._names |= {member.id: _called(member) for member in (stage.fan, stage.korean_fan, stage.admin)}
        self._drawing = Drawing("Asia/Seoul", self._names, stage.now)

    async def play(self) -> None:
        """Play the whole tour."""
        self._narrate("A server of fans, the evening before a premiere. Nothing here reaches the internet.")
        await self._questions()
        await self._setup()
        await self._notify()
        await self._plan()
        for moment in MOMENTS:
            await self._announce(moment)
        self._narrate("Your own server is next: see the README, “On Discord”.")

    async def evening(self, at: datetime) -> None:
        """The tour for a page: it stops at `at`, and leaves what comes then to whoever watches the page."""
        self._narrate("A server of fans. Nothing here reaches the internet.")
        await self._announce(BEFORE + timedelta(minutes=1))
        await self._stage.move_to(at)
        self._clock(at)
        self._narrate("The evening before a premiere.")
        await self._questions()
        await self._setup()
        await self._notify()
        await self._plan()
        self._narrate("The premiere is next: press “Next announcement” in the page. It arrives in English and Korean.")

    async def _questions(self) -> None:
        stage = self._stage
        await self._ask(stage.fan, "ost", name="jin")
        await self._ask(stage.fan, "cast", drama="stars-gossip")
        self._narrate("Nobody types a title without a mistake.")
        unsure = await self._ask(stage.fan, "drama", name="whem the star gosip")
        assert unsure.response is not None
        await self._press(stage.fan, unsure, _first_label(unsure.response.components))
        self._narrate("지우's Discord is in Korean, and so are the answers.")
        await self._ask(stage.korean_fan, "artist", name="공효진")

    async def _setup(self) -> None:
        stage = self._stage
        self._narrate("An admin chooses where to announce.")
        await self._ask(
            stage.admin, "announcements setup", channel=stage.announcements, role=stage.premieres, language="en"
        )
        self._narrate("And where to talk: in a thread that opens as something begins.")
        evening = Choice(name="One for each evening, at air time", value=int(Threads.EVENT))
        await self._ask(stage.admin, "announcements threads", open=evening, channel=stage.announcements)

    async def _notify(self) -> None:
        stage = self._stage
        self._narrate(
            "지우 wants to hear of it, too. One press is enough: the next announcement pings whoever wants to know."
        )
        card = await self._ask(stage.korean_fan, "drama", name="stars-gossip")
        await self._press(stage.korean_fan, card, words(stage.people[1].language)("Notify me"))

    async def _plan(self) -> None:
        stage = self._stage
        self._narrate("The admin plans an evening for the server, as its people would write it.")
        preview = await self._ask(
            stage.admin,
            "schedule add",
            title=PARTY,
            when="Sat 21:10 for 2 h",
            kind=Choice(name="Watch party", value="watch_party"),
            where="#ost-chat",
            about="stars-gossip",
            rsvp=True,
        )
        await self._press(stage.admin, preview, "Save")
        self._narrate("Mina wants to come.")
        card = await self._ask(stage.fan, "schedule show", what=PARTY)
        await self._press(stage.fan, card, "I'm in")

    async def _announce(self, moment: datetime) -> None:
        announced = await self._stage.move_to(moment)
        self._name_roles()
        self._clock(moment)
        for message in announced:
            self._say("Byeol", "announcements", message)
            if (thread := self._stage.thread_under(message)) is not None:
                self._out.print(f"[grey62]🧵 Thread:[/] [bold]{escape(thread)}[/]")

    def _narrate(self, words: str) -> None:
        self._out.print()
        self._out.print(Padding(f"[italic yellow]{escape(words)}[/]", (0, 1)))

    def _clock(self, at: datetime) -> None:
        self._out.print()
        self._out.print(Rule(f"{at:%d %B %Y, %H:%M} KST", style="yellow"))

    async def _ask(self, member: MemberActor, command: str, **options: Any) -> InteractionResult:
        def shown(value: object) -> str:
            return str(getattr(value, "name", value))

        typed = " ".join(f"[dim]{name}:[/]{escape(shown(value))}" for name, value in options.items())
        self._out.print()
        self._out.print(f"[bold]{escape(_called(member))}[/] [grey62]#general[/]  [cyan]/{command}[/] {typed}")
        # Discord shows the name of what is chosen from a list, and sends its value.
        values: dict[str, Any] = {
            name: cast("Choice[Any]", value).value if isinstance(value, Choice) else value
            for name, value in options.items()
        }
        result = await self._stage.ask(member, command, **values)
        self._answer(result)
        return result

    async def _press(self, member: MemberActor, asked: InteractionResult, label: str) -> None:
        assert asked.response is not None
        self._out.print(f"[bold]{escape(_called(member))}[/] [grey62]presses[/] {escape(label)}")
        self._answer(await member.click(asked.response, label=label))

    def _answer(self, result: InteractionResult) -> None:
        self._name_roles()
        for message in (*result.followups, *([result.response] if result.response and not result.followups else [])):
            private = " [grey62]· only you can see this[/]" if message.ephemeral else ""
            self._out.print(f"[bold magenta]Byeol[/]{private}")
            self._out.print(Padding(self._drawing.card(message.components), (0, 0, 0, 2)))

    def _name_roles(self) -> None:
        """Know what roles are called: the bot makes some."""
        guild = self._stage.env.backend.get_guild(self._stage.guild.id)
        self._names |= {role.id: role.name for role in guild.roles.values()}

    def _say(self, who: str, channel: str, message: discord.Message) -> None:
        self._out.print(f"[bold magenta]Byeol[/] [grey62]#{channel}[/]")
        self._out.print(Padding(self._drawing.message(message), (0, 0, 0, 2)))


def _called(member: MemberActor) -> str:
    return getattr(member.user, "global_name", None) or member.name


def _first_label(components: list[dict[str, Any]]) -> str:
    """The label of a message's first button."""
    for component in components:
        if label := component.get("label") or _first_label(component.get("components", [])):
            return label
    return ""


async def tour(out: Console) -> None:
    """Open the stage and play the tour on it."""
    async with open_stage() as stage:
        await Tour(stage, out).play()


def main() -> int:
    """The command ``demo``; returns the exit code."""
    asyncio.run(tour(Console(width=WIDTH)))
    return 0
