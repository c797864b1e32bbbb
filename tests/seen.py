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
class Seen:
    """A message, as it looks."""

    message: ResponseMessage
    text: str
    buttons: tuple[Button, ...]
    choices: tuple[str, ...]
    components: int
    accent: int | None

    @property
    def private(self) -> bool:
        """Whether only one user sees it."""
        return self.message.ephemeral

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        return [button.label for button in self.buttons]

    def lines(self, containing: str) -> list[str]:
        """The lines with some words in them."""
        return [line for line in self.text.split("\n") if containing in line]


def see(message: ResponseMessage) -> Seen:
    """Look at a message."""
    parts = list(_walk(message.components))
    return Seen(
        message=message,
        text="\n".join(part["content"] for part in parts if part["type"] == 10),
        buttons=tuple(
            Button(part.get("label", ""), part.get("custom_id", ""), part.get("disabled", False))
            for part in parts
            if part["type"] == 2
        ),
        choices=tuple(option["label"] for part in parts if part["type"] == 3 for option in part["options"]),
        components=len(parts),
        accent=next((part.get("accent_color") for part in parts if part["type"] == 17), None),
    )


def _walk(components: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components", ()))


def assert_within_limits(seen: Seen) -> None:
    """Discord's limits: 40 components, 4,000 characters of text, 80 a label, 100 a custom id, ids unique, rows of 5."""
    assert seen.components <= 40
    assert len(seen.text) <= 4000
    assert all(0 < len(button.label) <= 80 and 0 < len(button.custom_id) <= 100 for button in seen.buttons)
    ids = [button.custom_id for button in seen.buttons]
    assert len(ids) == len(set(ids))
    assert len(seen.choices) <= 25
    assert all(0 < len(choice) <= 100 for choice in seen.choices)
