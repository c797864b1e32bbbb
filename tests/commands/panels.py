"""A panel in front of an admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcord import ChannelHandle, InteractionResult

from bot.announcements.subscription import Subscription
from bot.store import subscriptions
from tests.commands.eve import EVE
from tests.conftest import World
from tests.seen import Button, Menu, Seen, assert_within_limits


@dataclass(slots=True)
class Panel:
    """A panel in front of an admin."""

    world: World
    shown: Seen

    @property
    def text(self) -> str:
        return self.shown.text

    def menu(self, what: str) -> Menu:
        """The menu that is for something."""
        (found,) = [menu for menu in self.shown.menus if menu.custom_id.startswith(f"panel:{what}:")]
        return found

    def switch(self, what: str) -> Button:
        """The button that turns something on or off."""
        (found,) = [button for button in self.shown.buttons if button.custom_id.startswith(f"panel:{what}=")]
        return found

    def chosen(self, what: str) -> tuple[str, ...]:
        """What is chosen in a menu."""
        return self.menu(what).chosen

    async def choose(self, what: str, *values: Any) -> None:
        """Choose in a menu, and look at what the panel becomes."""
        await self.world.admin.select(self.shown.message, list(values), custom_id=self.menu(what).custom_id)
        self.look()

    async def press(self, label: str) -> InteractionResult:
        """Press a button, and look at what the panel becomes."""
        result = await self.world.admin.click(self.shown.message, label=label)
        self.look()
        return result

    async def turn(self, what: str) -> None:
        """Turn something on or off, and look at what the panel becomes."""
        await self.world.admin.click(self.shown.message, custom_id=self.switch(what).custom_id)
        self.look()

    async def type(self, button: str, typed: str) -> None:
        """Press a button that asks something, and answer."""
        await self.answer(await self.press(button), typed)

    async def answer(self, asked: InteractionResult, typed: str) -> InteractionResult:
        """Type into a question, and send it."""
        spec: Any = asked.modal
        (label,) = spec["components"]
        result = await self.world.admin.submit_modal(asked, {label["component"]["custom_id"]: typed})
        self.look()
        return result

    def look(self) -> None:
        self.shown = self.world.again(self.shown)
        assert_within_limits(self.shown)


async def open_panel(world: World, **options: object) -> Panel:
    shown = await world.ask("announcements panel", by=world.admin, **options)
    assert shown.private
    assert_within_limits(shown)
    return Panel(world, shown)


async def begun(world: World, *channels: ChannelHandle) -> Panel:
    """The panel of a server in which channels were set up."""
    for channel in channels:
        await world.ask("announcements setup", by=world.admin, channel=channel)
    return await open_panel(world)


async def stands(world: World, channel: ChannelHandle) -> Subscription | None:
    """What the server chose for a channel."""
    return await world.bot.database.read(subscriptions.of_channel, world.guild.id, channel.id)


async def fill(world: World) -> None:
    """Announce in as many channels as a server can have, besides one."""
    for number in range(subscriptions.MAX_CHANNELS - 1):
        channel = world.guild.create_text_channel(f"{number}-" + "x" * 90)
        chosen = Subscription(world.guild.id, channel.id, EVE)
        await world.bot.database.write(subscriptions.choose, chosen, EVE)
