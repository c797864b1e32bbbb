"""What a person sees of a message: its words, its buttons and its menus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simcord import ResponseMessage


@dataclass(frozen=True, slots=True)
class Button:
    """A button, as it looks."""

    label: str
    custom_id: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu, as it looks. `chosen`: the options that are chosen in it, or the ids of channels or roles."""

    custom_id: str
    choices: tuple[str, ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message, as it looks."""

    message: ResponseMessage
    text: str
    buttons: tuple[Button, ...]
    menus: tuple[Menu, ...]
    components: int
    accent: int | None

    @property
    def private(self) -> bool:
        """Whether only one user sees it."""
        return self.message.ephemeral

    @property
    def choices(self) -> tuple[str, ...]:
        """What its menus offer."""
        return tuple(choice for menu in self.menus for choice in menu.choices)

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        return [button.label for button in self.buttons]

    def lines(self, containing: str) -> list[str]:
        """The lines with some words in them."""
        return [line for line in self.text.split("\n") if containing in line]


MENUS = (3, 5, 6, 7, 8)
"""Discord's types of menus: of options, and of members, roles and channels."""


def see(message: ResponseMessage) -> Seen:
    """Look at a message."""
    parts = list(_walk(message.components))
    return Seen(
        message=message,
        text="\n".join([*_classic(message), *(part["content"] for part in parts if part["type"] == 10)]),
        buttons=tuple(
            Button(part.get("label", ""), part.get("custom_id", ""), part.get("disabled", False))
            for part in parts
            if part["type"] == 2
        ),
        menus=tuple(_menu(part) for part in parts if part["type"] in MENUS),
        components=len(parts),
        accent=next((part.get("accent_color") for part in parts if part["type"] == 17), _colour(message)),
    )


def _classic(message: ResponseMessage) -> Iterator[str]:
    """Its content and its embeds, with their titles as headings."""
    if message.content:
        yield message.content
    for embed in message.embeds:
        yield from filter(None, (embed.title and f"## {embed.title}", embed.description))


def _colour(message: ResponseMessage) -> int | None:
    return next((embed.colour.value for embed in message.embeds if embed.colour), None)


def _menu(part: dict[str, Any]) -> Menu:
    options = part.get("options", ())
    chosen = [option["label"] for option in options if option.get("default")]
    chosen += [value["id"] for value in part.get("default_values", ())]
    return Menu(part["custom_id"], tuple(option["label"] for option in options), tuple(map(str, chosen)))


def _walk(components: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components", ()))
        if "accessory" in component:
            yield component["accessory"]


def assert_within_limits(seen: Seen) -> None:
    """Discord's limits: 40 components, 4,000 characters of text, 80 a label, 100 a custom id, ids unique, rows of 5."""
    assert seen.components <= 40
    assert len(seen.text) <= 4000
    assert all(0 < len(button.label) <= 80 and 0 < len(button.custom_id) <= 100 for button in seen.buttons)
    assert all(0 < len(menu.custom_id) <= 100 and len(menu.choices) <= 25 for menu in seen.menus)
    ids = [one.custom_id for one in (*seen.buttons, *seen.menus)]
    assert len(ids) == len(set(ids))
    assert all(0 < len(choice) <= 100 for choice in seen.choices)
