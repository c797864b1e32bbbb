"""The demo in the browser: what a page shows around its channel, and the controls of its clock."""

from __future__ import annotations

import asyncio
import signal
import socket
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from rich.console import Console
from simcord import ChannelHandle

from bot import installation
from bot.demo import engine
from bot.demo.clock import SPEEDS, Clock
from bot.demo.engine import View, Window
from bot.demo.stage import SEOUL, START, Person, Stage, open_stage
from bot.demo.tour import BEFORE, WIDTH, Tour
from bot.errors import StartError
from bot.text import words

PORT = 8765
_TRIES = 20
"""How many further ports to try when one is taken."""
_NOTED = 5
"""How many of the upcoming announcements a page lists."""


class Site:
    """The stage as pages show it."""

    def __init__(self, stage: Stage, port: int) -> None:
        self._stage = stage
        self._people = {person.member.id: person for person in stage.people}
        self.window = Window(stage.env, [*self._views()], self._asked, port=port)
        self.clock = Clock(stage, self.window.busy, self._moved)
        self._seen: dict[str, int] = {}
        self._latest = self._newest()
        self._shown = stage.now()

    def _views(self) -> list[View]:
        """Every view a page can show, the default one first."""
        found: list[View] = []
        for person in self._stage.people:
            places = [(person.member, channel) for _, channels in self._servers() for channel in channels]
            for viewer, channel in places:
                at_home = channel.guild is not None and channel.guild.id == self._stage.guild.id
                found.append(View(viewer if at_home else person.admin, channel, person.language, person.zone))
            user = person.member.user
            found.append(View(user, user.dm_channel, person.language, person.zone))
        return found

    def _servers(self) -> list[tuple[str, list[ChannelHandle]]]:
        stage = self._stage
        home = [stage.general, stage.chat, stage.announcements, stage.korean_news]
        return [(stage.guild.name, home), (stage.other.name, [*stage.other_channels])]

    def _newest(self) -> int:
        """The id of the latest message in any channel."""
        channels = self._stage.env.backend.messages.values()
        return max((message for messages in channels for message in messages), default=0)

    def _moved(self) -> None:
        newest = self._newest()
        # Without new messages, only relative times go stale, which is acceptable for a while.
        if newest != self._latest or abs((self._stage.now() - self._shown).total_seconds()) > 3600:
            self._latest, self._shown = newest, self._stage.now()
            self.window.publish()

    async def play(self, tour: Tour) -> None:
        """Play the tour while nobody else moves anything, and show the result."""
        async with self.window.busy:
            await tour.evening(START)
            await self.clock.look_ahead()
            self._moved()

    async def _asked(self, view: View, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Handle a page's request to the demo, and return what the page shows around its channel."""
        notice = None
        match asked:
            case {"speed": int(speed)} if speed in SPEEDS:
                self.clock.speed = speed
            case {"next": True}:
                if not await self.clock.next():
                    notice = "The catalogue has nothing more to announce. Start the demo again to replay it."
            case {"jump": str(day)}:
                notice = await self._jump(day)
            case _:
                pass
        return {**self._state(view), "notice": notice}

    async def _jump(self, day: str) -> str | None:
        try:
            at = datetime.combine(date.fromisoformat(day), time(), SEOUL)
        except ValueError:
            return "That is no date."
        if not 2000 < at.year < 2100:
            return "Choose a date between 2001 and 2099."
        if not await self.clock.jump(at):
            return "Time only goes forward here. Start the demo again to go back."
        return None

    def _state(self, view: View) -> dict[str, Any]:
        person = self._people[view.viewer.id]
        self._seen[view.key] = self._newest()
        t = words("en")
        user = person.member.user
        places = [*self._servers(), ("Direct messages", [user.dm_channel])]
        return {
            "now": self._stage.now().isoformat(),
            "speed": self.clock.speed,
            "viewer": str(view.viewer.id),
            "channel": str(view.channel.id),
            "zone": person.zone,
            "people": [
                {"id": str(one.member.id), "name": one.name, "speaks": one.speaks, "language": one.language}
                for one in self._stage.people
            ],
            "places": [
                {"name": name, "channels": [self._channel(person, channel) for channel in channels]}
                for name, channels in places
            ],
            "direct": {str(one.member.id): str(one.member.user.dm_channel.id) for one in self._stage.people},
            "pings": self._pings(person, view.channel),
            "reach": self.clock.reach.isoformat(),
            "due": [{"at": due.at.isoformat(), "title": due.title(t)} for due in self.clock.due[:_NOTED]],
        }

    def _channel(self, person: Person, channel: ChannelHandle) -> dict[str, Any]:
        messages = self._stage.env.backend.messages.get(channel.id, {})
        seen = self._seen.get(f"{person.member.id}:{channel.id}", 0)
        unread = [
            message for message in messages.values() if message.id > seen and message.visible_to(person.member.id)
        ]
        pinged = sum(1 for message in unread if self._stage.pings(person, message.ping_role_ids))
        news = channel.id in (self._stage.announcements.id, self._stage.korean_news.id)
        kind = "direct" if channel.guild is None else "news" if news else "text"
        name = channel.name or "Byeol"
        return {"id": str(channel.id), "name": name, "kind": kind, "unread": len(unread), "pinged": pinged}

    def _pings(self, viewer: Person, channel: ChannelHandle) -> list[dict[str, Any]]:
        """The messages of a channel that pinged somebody: whom, and whether that was the viewer."""
        found: list[dict[str, Any]] = []
        for message in self._stage.env.backend.messages.get(channel.id, {}).values():
            pinged = [person for person in self._stage.people if self._stage.pings(person, message.ping_role_ids)]
            if pinged:
                names = [person.name for person in pinged]
                found.append({"message": str(message.id), "names": names, "mine": viewer in pinged})
        return found


def free_port(port: int, out: Console) -> int:
    """The port, or the next free one, with a notice. Raises `StartError` if there is none."""
    for candidate in range(port, min(port + _TRIES, 65536)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((engine.HOST, candidate))
            if candidate != port:
                out.print(f"Port {port} is taken, so the demo uses {candidate}.")
            return candidate
    raise StartError(f"The ports from {port} on are taken. Choose another: {installation.command()} demo --port 9000")


async def serve(out: Console, *, port: int = PORT, tour: bool = True, browse: bool = False) -> None:
    """Serve the demo until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C arrives as KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    port = free_port(port, out)
    async with open_stage(BEFORE if tour else START) as stage:
        await stage.subscribe()
        site = Site(stage, port)
        await site.window.open()
        try:
            await site.clock.look_ahead()
            out.print(f"[bold]Byeol is on stage:[/] {site.window.url}", soft_wrap=True)
            out.print("Open this address in a browser. It works on this machine only; Ctrl+C ends the demo.")
            if browse:
                webbrowser.open(site.window.url)
            if tour:
                await site.play(Tour(stage, out))
            await site.clock.run(stop)
        finally:
            await site.window.close()
    out.print("The demo has ended.")


def main(*, port: int, tour: bool, browse: bool) -> int:
    """The command ``demo``: returns the exit code."""
    asyncio.run(serve(Console(width=WIDTH), port=port, tour=tour, browse=browse))
    return 0
