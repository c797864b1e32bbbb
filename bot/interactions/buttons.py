"""The buttons and menus of cards. Their custom ids alone say what they do, so they keep working after a restart."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.catalogue.model import Ref
from bot.errors import GoneError
from bot.interactions.answers import Interaction, card_for, explain, reply, reply_card, words_of
from bot.interactions.gate import admitted
from bot.interactions.host import Host
from bot.interactions.measuring import measured
from bot.render.menus import PICK_MENU, picked

_CARD = r"(?P<card>[a-z-]+)"
_KEY = r"(?P<key>[a-z0-9/-]+)"


class Action(ui.DynamicItem[ui.Item[Any]], template="never"):
    """A button or a menu that does what its custom id says. Every error is answered, and every use is counted."""

    def __init__(self, item: ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        with measured(interaction, "button", type(self).__name__):
            if not await admitted(interaction):
                return
            try:
                await self.act(interaction)
            except Exception as error:
                await explain(interaction, error)

    async def act(self, interaction: Interaction) -> None:
        """Perform the action."""
        raise NotImplementedError


class OpenButton(Action, template=rf"open:{_CARD}:{_KEY}(?::[0-9a-f]+)?"):
    """Opens a card for the user who pressed it. What others see stays; a private card is replaced by the next one."""

    async def act(self, interaction: Interaction) -> None:
        view = await card_for(interaction, self.match["card"], self.match["key"])
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await interaction.response.edit_message(view=view)
        else:
            await reply(interaction, view, private=True)


class PageButton(Action, template=rf"page:{_CARD}:{_KEY}:(?P<page>\d{{1,4}}):(?P<language>[A-Za-z-]+)"):
    """Shows another page of its card, in the card's language."""

    async def act(self, interaction: Interaction) -> None:
        page, language = int(self.match["page"]), self.match["language"]
        view = await card_for(interaction, self.match["card"], self.match["key"], page=page, language=language)
        await interaction.response.edit_message(view=view)


class PickButton(Action, template=rf"pick:{_CARD}:{_KEY}"):
    """Picks an entity from a private list; the answer is then visible to all, as the command's would have been."""

    async def act(self, interaction: Interaction) -> None:
        await pick(interaction, self.match["card"], self.match["key"])


class PickMenu(Action, template=rf"{PICK_MENU}:{_CARD}"):
    """The same, as a menu."""

    async def act(self, interaction: Interaction) -> None:
        values = values_of(interaction)
        await pick(interaction, self.match["card"], values[0] if values else "")


def values_of(interaction: Interaction) -> list[str]:
    """The choices made in a menu: values of its options, or ids of channels or roles."""
    return (interaction.data or {}).get("values", [])  # pyright: ignore[reportReturnType]


async def pick(interaction: Interaction, card: str, key: str) -> None:
    """Close the list, and answer with the picked entity's card."""
    ref = Ref.parse(key)
    entry = await interaction.client.lookup.get(ref) if ref else None
    if entry is None:
        raise GoneError
    await interaction.response.edit_message(view=picked(words_of(interaction), entry.label))
    await reply_card(interaction, card, key)


BUTTONS = (OpenButton, PageButton, PickButton, PickMenu)


def register(client: Host) -> None:
    """Register the buttons and menus of cards with a client."""
    client.add_dynamic_items(*BUTTONS)
